"""Block-structured processes: what discovery finds and merging rearranges, always sound by construction.

A block has one entry and one exit. `Ordered` is a partial order of blocks, as in partially ordered workflow models
(Kourani and van Zelst, "POWL: Partially Ordered Workflow Language", BPM 2023): each part runs once, after all that come
before it. `draw` turns a block into the nodes and flows of a `ProcessModel`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from mining.process_model import APPLICANT, Data, Flow, Kind, Node, ProcessModel


@dataclass(frozen=True, slots=True)
class Task:
    """One step."""

    node: Node


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing to do."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the branches; `shares` say how often each is taken, adding up to 1."""

    branches: tuple[Block, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """All parts, side by side."""

    parts: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """The body; then, with share `again`, the redo part and the body once more."""

    body: Block
    redo: Block
    again: float


@dataclass(frozen=True, slots=True)
class Ordered:
    """All parts; part i before part j for every (i, j) of `before`, which has no circle."""

    parts: tuple[Block, ...]
    before: tuple[tuple[int, int], ...]


Block: TypeAlias = Task | Skip | Sequence | Choice | Together | Loop | Ordered


def tasks(block: Block) -> Iterator[Node]:
    """The nodes of all tasks, in reading order."""
    match block:
        case Task(node):
            yield node
        case Sequence(parts) | Together(parts) | Ordered(parts, _):
            for part in parts:
                yield from tasks(part)
        case Choice(branches, _):
            for branch in branches:
                yield from tasks(branch)
        case Loop(body, redo, _):
            yield from tasks(body)
            yield from tasks(redo)


def replaced(block: Block, change: Callable[[Node], Block]) -> Block:
    """The block with `change(node)` in place of every task, simplified."""
    match block:
        case Task(node):
            return change(node)
        case Sequence(parts):
            return sequence(*(replaced(part, change) for part in parts))
        case Together(parts):
            return together(*(replaced(part, change) for part in parts))
        case Ordered(parts, before):
            return Ordered(tuple(replaced(part, change) for part in parts), before)
        case Choice(branches, shares):
            return choice([replaced(branch, change) for branch in branches], list(shares))
        case Loop(body, redo, again):
            body, redo = replaced(body, change), replaced(redo, change)
            return Skip() if body == redo == Skip() else Loop(body, redo, again)
    return block


def kept(block: Block, keep: Callable[[Node], bool]) -> Block:
    """The block without the tasks that `keep` refuses, simplified."""
    return replaced(block, lambda node: Task(node) if keep(node) else Skip())


def sequence(*parts: Block) -> Block:
    """A sequence without nested sequences and empty parts."""
    flat: list[Block] = []
    for part in parts:
        flat += part.parts if isinstance(part, Sequence) else [] if part == Skip() else [part]
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat)) if flat else Skip()


def together(*parts: Block) -> Block:
    """Parts side by side without nested ones and empty parts."""
    flat: list[Block] = []
    for part in parts:
        flat += part.parts if isinstance(part, Together) else [] if part == Skip() else [part]
    return flat[0] if len(flat) == 1 else Together(tuple(flat)) if flat else Skip()


def choice(branches: list[Block], shares: list[float]) -> Block:
    """A choice without nested choices, with one empty branch at the most; a choice of one is that one."""
    merged: dict[Block, float] = {}
    for branch, share in zip(branches, shares, strict=True):
        inner = zip(branch.branches, branch.shares, strict=True) if isinstance(branch, Choice) else [(branch, 1.0)]
        for part, inner_share in inner:
            merged[part] = merged.get(part, 0.0) + share * inner_share
    total = sum(merged.values()) or 1.0
    merged = {part: share / total for part, share in merged.items() if share > 0} or merged
    return next(iter(merged)) if len(merged) == 1 else Choice(tuple(merged), tuple(merged.values()))


def perhaps(block: Block, share: float) -> Block:
    """The block in `share` of the cases, nothing in the others; a share of 99.5 % or more is always."""
    return block if share >= 0.995 or block == Skip() else choice([block, Skip()], [share, 1 - share])


def ordered(parts: list[Block], before: set[tuple[int, int]]) -> Block:
    """A partial order in its simplest form: chains as sequences, unrelated groups side by side."""
    live = [i for i, part in enumerate(parts) if part != Skip()]
    pairs = {(i, j) for i, j in _closure(before) if parts[i] != Skip() and parts[j] != Skip()}
    return _arranged(parts, live, pairs)


def _arranged(parts: list[Block], live: list[int], pairs: set[tuple[int, int]]) -> Block:
    if len(live) < 2:
        return parts[live[0]] if live else Skip()
    groups = _groups(live, lambda i, j: (i, j) in pairs or (j, i) in pairs)
    if len(groups) > 1:
        return together(*(_arranged(parts, group, pairs) for group in groups))
    stages = _groups(live, lambda i, j: (i, j) not in pairs and (j, i) not in pairs)
    if len(stages) > 1:
        stages.sort(key=lambda stage: sum((other, stage[0]) in pairs for other in live))
        return sequence(*(_arranged(parts, stage, pairs) for stage in stages))
    inside = {(i, j) for i, j in pairs if i in live and j in live}
    direct = {(i, j) for i, j in inside if not any((i, k) in inside and (k, j) in inside for k in live)}
    place = {part: at for at, part in enumerate(live)}
    return Ordered(tuple(parts[i] for i in live), tuple(sorted((place[i], place[j]) for i, j in direct)))


def _closure(before: set[tuple[int, int]]) -> set[tuple[int, int]]:
    pairs = set(before)
    while True:
        more = {(i, k) for i, j in pairs for j2, k in pairs if j == j2} - pairs
        if not more:
            return pairs
        pairs |= more


def _groups(items: list[int], linked: Callable[[int, int], bool]) -> list[list[int]]:
    """Connected groups of items, each in the items' order."""
    left, groups = list(items), []
    while left:
        group, todo = [], [left.pop(0)]
        while todo:
            item = todo.pop()
            group.append(item)
            near = [other for other in left if linked(item, other)]
            left = [other for other in left if other not in near]
            todo += near
        groups.append(sorted(group, key=items.index))
    return groups


@dataclass(slots=True)
class _Exit:
    """A flow not yet ended: where it comes from, its label and share, and the lane that it leaves."""

    source: str
    lane: str
    share: float | None = None


@dataclass(slots=True)
class _Drawing:
    """Nodes and flows as they are drawn; the only mutable thing here, and gone when `draw` returns."""

    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    gateways: int = 0

    def gateway(self, kind: Kind, lane: str) -> Node:
        self.gateways += 1
        node = Node(f"g{self.gateways}", kind, lane=lane)
        self.nodes.append(node)
        return node

    def connect(self, entry: _Exit, target: str) -> None:
        label = "" if entry.share is None else f"{entry.share:.0%}"
        self.flows.append(Flow(entry.source, target, label, entry.share))

    def block(self, block: Block, entry: _Exit) -> _Exit:
        match block:
            case Task(node):
                self.nodes.append(node)
                self.connect(entry, node.id)
                return _Exit(node.id, node.lane)
            case Sequence(parts):
                for part in parts:
                    entry = self.block(part, entry)
                return entry
            case Choice(branches, shares):
                return self._fork(Kind.EXCLUSIVE, branches, shares, entry)
            case Together(parts):
                return self._fork(Kind.PARALLEL, parts, (None,) * len(parts), entry)
            case Loop(body, redo, again):
                return self._loop(body, redo, again, entry)
            case Ordered(parts, before):
                return self._order(parts, before, entry)
        return entry

    def _fork(self, kind: Kind, parts: tuple[Block, ...], shares: tuple[float | None, ...], entry: _Exit) -> _Exit:
        lane = entry.lane
        split = self.gateway(kind, lane)
        self.connect(entry, split.id)
        exits = [self.block(part, _Exit(split.id, lane, share)) for part, share in zip(parts, shares, strict=True)]
        join = self.gateway(kind, lane)
        for each in exits:
            self.connect(each, join.id)
        return _Exit(join.id, lane)

    def _loop(self, body: Block, redo: Block, again: float, entry: _Exit) -> _Exit:
        first = next(tasks(body), next(tasks(redo), None))
        lane = first.lane if first else entry.lane
        join = self.gateway(Kind.EXCLUSIVE, lane)
        self.connect(entry, join.id)
        end = self.block(body, _Exit(join.id, lane))
        split = self.gateway(Kind.EXCLUSIVE, end.lane)
        self.connect(end, split.id)
        back = self.block(redo, _Exit(split.id, end.lane, again))
        self.connect(back, join.id)
        return _Exit(split.id, end.lane, 1 - again)

    def _order(self, parts: tuple[Block, ...], before: tuple[tuple[int, int], ...], entry: _Exit) -> _Exit:
        """Each part after a join of all that come before it, and ahead of a split to all that follow."""
        count = len(parts)
        ahead = {j: [i for i, k in before if k == j] for j in range(count)}
        follows = {i: [j for k, j in before if k == i] for i in range(count)}
        sources = [i for i in range(count) if not ahead[i]]
        waiting: dict[tuple[int, int], _Exit] = {}
        for at, each in zip(sources, self._split(entry, len(sources)), strict=True):
            waiting[-1, at] = each
        done: list[int] = []
        while len(done) < count:
            at = next(i for i in range(count) if i not in done and all(j in done for j in ahead[i]))
            start = self._join([waiting.pop((i, at)) for i in ahead[at] or [-1]])
            end = self.block(parts[at], start)
            targets = follows[at] or [count]
            for target, each in zip(targets, self._split(end, len(targets)), strict=True):
                waiting[at, target] = each
            done.append(at)
        return self._join([waiting[key] for key in sorted(waiting)])

    def _split(self, entry: _Exit, ways: int) -> list[_Exit]:
        if ways == 1:
            return [entry]
        split = self.gateway(Kind.PARALLEL, entry.lane)
        self.connect(entry, split.id)
        return [_Exit(split.id, entry.lane) for _ in range(ways)]

    def _join(self, entries: list[_Exit]) -> _Exit:
        if len(entries) == 1:
            return entries[0]
        join = self.gateway(Kind.PARALLEL, entries[0].lane)
        for each in entries:
            self.connect(each, join.id)
        return _Exit(join.id, entries[0].lane)


def draw(
    block: Block,
    *,
    name: str,
    services: tuple[str, ...],
    data: tuple[Data, ...] = (),
    notes: tuple[tuple[str, dict[str, object]], ...] = (),
    labels: tuple[str, str] = ("", ""),
) -> ProcessModel:
    """The process model of a block, between one start and one end; `labels` are theirs.

    Examples
    --------
    >>> a, b = (Task(Node(i, Kind.TASK, i)) for i in "ab")
    >>> [f"{f.source}>{f.target}" for f in draw(Sequence((a, b)), name="", services=()).flows]
    ['start>a', 'a>b', 'b>end']
    """
    steps = list(tasks(block))
    first = steps[0].lane if steps else APPLICANT
    drawing = _Drawing(nodes=[Node("start", Kind.START, labels[0], first)])
    last = drawing.block(block, _Exit("start", first))
    drawing.nodes.append(Node("end", Kind.END, labels[1], last.lane))
    drawing.connect(last, "end")
    return ProcessModel(name, tuple(drawing.nodes), tuple(drawing.flows), data, services, notes)
