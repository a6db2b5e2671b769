"""Inclusive gateways in other words: what a split into some of its ways, and the join that awaits them, come to.

BPMN's inclusive join waits for every token that can still come, which in general asks the whole state of the process.
Where split and join are a pair (everything between them enters by the one and leaves by the other), it is the same as
all ways side by side, each taken or passed by; so the model can be verified like any other. That none of the ways is
taken is allowed too by these words, which makes no run sound or unsound. Without a pair, a join cannot be told from its
neighbourhood, and the model is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mining.process_model import Flow, Kind, Node, ProcessModel


def spelled_out(model: ProcessModel) -> tuple[ProcessModel, tuple[str, ...]]:
    """The model without inclusive gateways, and the ids of those whose meaning cannot be told.

    A structurally valid model without any is given back as it is. The steps keep their ids; gateways are added.
    """
    if all(node.kind is not Kind.INCLUSIVE for node in model.nodes):
        return model, ()
    work = _Words(_told_apart(model))
    work.joins()
    untold = sorted({work.origin.get(id, id) for id, kind in work.kinds.items() if kind is Kind.INCLUSIVE})
    return work.model(), tuple(untold)


def _told_apart(model: ProcessModel) -> ProcessModel:
    """Inclusive gateways that both join and split as two."""
    into, out = _counts(model.flows)
    both = {n.id for n in model.nodes if n.kind is Kind.INCLUSIVE and into[n.id] > 1 and out[n.id] > 1}
    flows = tuple(replace(f, source=f"{f.source}~out") if f.source in both else f for f in model.flows)
    more = tuple(replace(n, id=f"{n.id}~out") for n in model.nodes if n.id in both)
    flows += tuple(Flow(id, f"{id}~out") for id in sorted(both))
    return replace(model, nodes=(*model.nodes, *more), flows=flows)


def _counts(flows: Iterable[Flow]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    into: dict[str, int] = defaultdict(int)
    out: dict[str, int] = defaultdict(int)
    for flow in flows:
        into[flow.target] += 1
        out[flow.source] += 1
    return into, out


@dataclass(slots=True)
class _Words:
    """A model being rewritten."""

    given: ProcessModel
    kinds: dict[str, Kind] = field(init=False)
    flows: list[Flow] = field(init=False)
    added: list[Node] = field(default_factory=list)
    origin: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kinds = {node.id: node.kind for node in self.given.nodes}
        self.flows = list(self.given.flows)
        self.origin = {id: id.removesuffix("~out") for id in self.kinds}

    def model(self) -> ProcessModel:
        """As far as it is rewritten."""
        nodes = tuple(replace(node, kind=self.kinds[node.id]) for node in self.given.nodes)
        return replace(self.given, nodes=(*nodes, *self.added), flows=tuple(self.flows))

    def joins(self) -> None:
        """Rewrite every inclusive join with its split, and what neither joins nor splits."""
        into, out = _counts(self.flows)
        above = _dominators(self.given.nodes, self.flows)
        below = _dominators(self.given.nodes, [Flow(f.target, f.source) for f in self.flows])
        pairs: list[tuple[str, str]] = []
        for id, kind in self.kinds.items():
            if kind is not Kind.INCLUSIVE or (into[id] < 2 and out[id] > 1):
                continue
            entering = [f for f in self.flows if f.target == id and id not in above[f.source]]
            split = max((d for d in above[id] if d != id), key=lambda d: len(above[d]), default="")
            if len(entering) < 2:  # nothing to await: what else comes has passed it before
                self.kinds[id] = Kind.EXCLUSIVE
            elif split and id in below[split]:
                pairs.append((split, id))
        for split, join in pairs:
            self._pair(split, join)

    def _pair(self, split: str, join: str) -> None:
        branches = self._branches(split, join)
        if branches is None:
            return
        kind = self.kinds[split]
        if kind is Kind.EXCLUSIVE:
            self.kinds[join] = kind
            return
        if kind is Kind.INCLUSIVE:
            self.kinds[split] = Kind.PARALLEL
        self.kinds[join] = Kind.PARALLEL
        for number, (exit, ends) in enumerate(branches):
            if exit in ends:
                continue  # an empty way
            skip = kind is Kind.INCLUSIVE
            if skip or len(ends) > 1:
                end = self._gateway(f"{join}~{number}")
                for flow in ends:
                    self.flows[self.flows.index(flow)] = replace(flow, target=end)
                self.flows.append(Flow(end, join))
                if skip:
                    begin = self._gateway(f"{split}~{number}")
                    self.flows[self.flows.index(exit)] = replace(exit, target=begin)
                    self.flows += [Flow(begin, exit.target), Flow(begin, end)]

    def _gateway(self, id: str) -> str:
        self.kinds[id] = Kind.EXCLUSIVE
        self.added.append(Node(id, Kind.EXCLUSIVE))
        return id

    def _branches(self, split: str, join: str) -> list[tuple[Flow, list[Flow]]] | None:
        """Each way out of the split with its ways into the join; None where ways meet or lead elsewhere."""
        out: dict[str, list[Flow]] = defaultdict(list)
        for flow in self.flows:
            out[flow.source].append(flow)
        found: list[tuple[Flow, list[Flow]]] = []
        seen: set[str] = set()
        for exit in out[split]:
            own: set[str] = set()
            ends: list[Flow] = []
            todo = [exit]
            while todo:
                flow = todo.pop()
                if flow.target == join:
                    ends.append(flow)
                elif flow.target not in own:
                    own.add(flow.target)
                    todo += out[flow.target]
            if split in own or own & seen:
                return None
            seen |= own
            found.append((exit, ends))
        return found


def _dominators(nodes: Iterable[Node], flows: Iterable[Flow]) -> dict[str, frozenset[str]]:
    """Of each node, those that every way to it passes, itself among them: a greatest fixed point."""
    before: dict[str, list[str]] = defaultdict(list)
    for flow in flows:
        before[flow.target].append(flow.source)
    ids = [node.id for node in nodes]
    everything = frozenset(ids)
    found = {id: everything if before[id] else frozenset([id]) for id in ids}
    changed = True
    while changed:
        changed = False
        for id in ids:
            if before[id]:
                now = frozenset.intersection(*(found[source] for source in before[id])) | {id}
                changed |= now != found[id]
                found[id] = now
    return found
