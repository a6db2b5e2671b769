"""A process at a glance: one step a service and department, so that today and the proposal fit side by side on a page.

Corrections, collections and gateways are folded into the service that they belong to; what a move made and what must
be done in person stay steps of their own. The whole model stays in its own drawing and in the BPMN file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mining.process_model import APPLICANT, WINDOW, Data, Flow, Kind, Node, Origin, ProcessModel, Step

Edges = dict[str, dict[str, None]]  # insertion-ordered sets


@dataclass(frozen=True, slots=True)
class Overview:
    """The small model, and where each node of the whole one went."""

    model: ProcessModel
    place: Mapping[str, str]


def overview(model: ProcessModel) -> Overview:
    """Fold a model of several services to one step a service and department."""
    homes = {n.service: n.lane for n in model.nodes if n.kind is Kind.TASK and n.lane not in (APPLICANT, WINDOW)}
    place: dict[str, str] = {}
    members: dict[str, list[Node]] = {}
    for node in model.nodes:
        key = _key(node, homes)
        if key:
            members.setdefault(key, []).append(node)
    ids = {key: f"o{i}" for i, key in enumerate(members)}
    for key, nodes in members.items():
        place |= {node.id: ids[key] for node in nodes}
    nodes = tuple(_folded(ids[key], group) for key, group in members.items())
    edges = _reduced(_acyclic(_contracted(model, place, {n.id: n for n in nodes})))
    flows = tuple(Flow(source, target) for source, targets in edges.items() for target in targets)
    data = tuple(
        Data(d.id, d.name, place[d.source], targets, d.by_move)
        for d in model.data
        if d.source in place and (targets := tuple(dict.fromkeys(place[t] for t in d.targets if t in place)))
    )
    place |= _gateways(model, place)
    return Overview(ProcessModel(model.name, nodes, flows, data, model.services), place)


def _key(node: Node, homes: Mapping[str, str]) -> str:
    """What a node is folded into; empty for a gateway."""
    if node.kind in (Kind.START, Kind.END):
        return node.id
    if node.kind is not Kind.TASK:
        return ""
    if node.lane in (APPLICANT, WINDOW) and (node.by_move or node.step is Step.APPLY or node.in_person):
        return f"{node.lane}\x00{node.service}\x00{node.step}\x00{node.by_move and node.id}"
    lane = homes.get(node.service, node.lane) if node.lane in (APPLICANT, WINDOW) else node.lane
    return f"{lane}\x00{node.service or node.id}"


def _folded(id: str, group: list[Node]) -> Node:
    first = group[0]
    inner = [node for node in group if node.lane not in (APPLICANT, WINDOW)]
    kept = inner[0] if inner else first
    cases = max((origin.cases for node in group for origin in node.origins), default=0)
    return Node(
        id,
        first.kind,
        kept.service if inner and kept.service else first.label,
        kept.lane,
        first.step,
        kept.service,
        first.materials,
        tuple(dict.fromkeys(o for node in group for o in node.outputs)),
        any(node.in_person for node in group),
        (Origin(kept.service, kept.lane, cases=cases),) if cases else (),
        next((n.by_move for n in group if n.by_move and n.lane in (APPLICANT, WINDOW)), ""),
    )


def _contracted(model: ProcessModel, place: Mapping[str, str], nodes: Mapping[str, Node]) -> Edges:
    """Edges between folded steps: through gateways, never from a step to itself."""
    out: dict[str, list[str]] = {}
    for flow in model.flows:
        out.setdefault(flow.source, []).append(flow.target)
    edges: Edges = {id: {} for id in nodes}
    for node in model.nodes:
        if node.id in place:
            for target in _reached(node.id, out, place):
                if target != place[node.id]:
                    edges[place[node.id]][target] = None
    _lift(edges, nodes)
    return edges


def _reached(start: str, out: Mapping[str, list[str]], place: Mapping[str, str]) -> Iterable[str]:
    """The folded steps that follow a node, whatever gateways lie between."""
    seen: set[str] = set()
    stack = list(reversed(out.get(start, [])))
    while stack:
        at = stack.pop()
        if at in seen:
            continue
        seen.add(at)
        if at in place:
            yield place[at]
        else:
            stack += reversed(out.get(at, []))


def _lift(edges: Edges, nodes: Mapping[str, Node]) -> None:
    """A step in the midst of a department's (an interview) comes before it: from what leads there, to it."""
    for id, node in nodes.items():
        for home in list(edges[id]):
            if node.lane == APPLICANT and id in edges[home]:
                del edges[home][id]
                for before in edges:
                    if before != id and home in edges[before]:
                        edges[before][id] = None


def _acyclic(edges: Edges) -> Edges:
    """Without the edges that close a circle, seen depth first from the first node."""
    state: dict[str, int] = {}
    kept: Edges = {id: {} for id in edges}
    for root in edges:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(edges[root]))]
        while stack:
            at, targets = stack[-1]
            step = next(targets, None)
            if step is None:
                state[at] = 2
                stack.pop()
            elif state.get(step) != 1:
                kept[at][step] = None
                if step not in state:
                    state[step] = 1
                    stack.append((step, iter(edges[step])))
    return kept


def _reduced(edges: Edges) -> Edges:
    """Without the edges that longer ways already tell (transitive reduction)."""
    below: dict[str, set[str]] = {}

    def reach(id: str) -> set[str]:
        if id not in below:
            below[id] = set()
            for target in edges[id]:
                below[id] |= {target} | reach(target)
        return below[id]

    return {
        id: {t: None for t in targets if not any(t in reach(other) for other in targets if other != t)}
        for id, targets in edges.items()
    }


def _gateways(model: ProcessModel, place: Mapping[str, str]) -> dict[str, str]:
    """A gateway is where the step before it is."""
    found: dict[str, str] = {}
    for _ in model.nodes:
        for flow in model.flows:
            if flow.target not in place and flow.target not in found:
                home = place.get(flow.source) or found.get(flow.source)
                if home:
                    found[flow.target] = home
    return found
