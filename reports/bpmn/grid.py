"""Where nodes stand before there are pixels: a column in time, a lane, a row inside the lane.

Back edges are found by depth-first search; without them the longest path gives the columns. A step that hands over to
another lane may stand in the same column as the step that takes over, one above the other: a matter that goes to and
fro between an applicant and ten windows would else be twice as wide.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import wording
from mining.process_model import Kind, Node, ProcessModel, Step

Cell = tuple[int, int]  # band of a row (counted over all lanes), column


@dataclass(frozen=True, slots=True)
class Item:
    """Something with a cell of its own: a flow node or a data object."""

    id: str
    kind: str  # a Kind's value, or "data"
    lane: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """Something to be routed: a sequence flow or a data association."""

    id: str
    source: str
    target: str
    label: str
    kind: str  # "flow" or "association"
    back: bool
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """Items in cells. `rows` counts each lane's rows; `cells` is item id -> (lane index, row in the lane, column)."""

    lanes: tuple[str, ...]
    rows: tuple[int, ...]
    columns: int
    items: tuple[Item, ...]
    links: tuple[Link, ...]
    cells: dict[str, tuple[int, int, int]]


def shown_label(model: ProcessModel, node: Node) -> str:
    """A node's label; a choice that has none is asked in general words, for no choice may stand without a question."""
    if node.label or node.kind not in (Kind.EXCLUSIVE, Kind.INCLUSIVE):
        return node.label
    targets = [model.node(flow.target) for flow in model.flows if flow.source == node.id]
    if len(targets) < 2:
        return ""
    if any(target.step in (Step.NOTICE, Step.CORRECT) for target in targets):
        return wording.say("diagrams.choice-complete")
    skips = any(target.kind is not Kind.TASK for target in targets)
    return wording.say("diagrams.choice-needed" if len(targets) == 2 and skips else "diagrams.choice")


def back_edges(model: ProcessModel) -> set[int]:
    """Indices of the flows that close a circle, seen from the starts in the model's own order."""
    out: dict[str, list[int]] = defaultdict(list)
    entered = {flow.target for flow in model.flows}
    for index, flow in enumerate(model.flows):
        out[flow.source].append(index)
    roots = [n.id for n in model.nodes if n.kind is Kind.START]
    roots += [n.id for n in model.nodes if n.id not in entered and n.kind is not Kind.START]
    state: dict[str, int] = {}
    back: set[int] = set()
    for root in [*roots, *(n.id for n in model.nodes)]:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(out[root]))]
        while stack:
            here, edges = stack[-1]
            index = next(edges, -1)
            if index < 0:
                state[here] = 2
                stack.pop()
                continue
            target = model.flows[index].target
            if state.get(target, 0) == 1:
                back.add(index)
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(out[target])))
    return back


def _longest_path(model: ProcessModel, forward: list[int], lengths: dict[int, int]) -> dict[str, int]:
    column = {node.id: 0 for node in model.nodes}
    waiting = dict.fromkeys(column, 0)
    out: dict[str, list[int]] = defaultdict(list)
    for index in forward:
        waiting[model.flows[index].target] += 1
        out[model.flows[index].source].append(index)
    ready = [id for id, n in waiting.items() if n == 0]
    for here in ready:
        for index in out[here]:
            target = model.flows[index].target
            column[target] = max(column[target], column[here] + lengths[index])
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    # What nothing leads to, but the start, stands just before what it leads to.
    entered = {model.flows[index].target for index in forward}
    for node in model.nodes:
        if node.kind is not Kind.START and node.id not in entered and out[node.id]:
            column[node.id] = min(column[model.flows[i].target] - lengths[i] for i in out[node.id])
    return column


def columns(model: ProcessModel, back: set[int]) -> dict[str, int]:
    """Column of each node: time flows to the right, or straight up and down between lanes."""
    lane_of = {node.id: node.lane for node in model.nodes}
    kinds = {node.id: node.kind for node in model.nodes}
    order = {lane: i for i, lane in enumerate(model.lanes())}
    forward = [i for i in range(len(model.flows)) if i not in back]
    outs: dict[str, int] = defaultdict(int)
    ins: dict[str, int] = defaultdict(int)
    for index in forward:
        outs[model.flows[index].source] += 1
        ins[model.flows[index].target] += 1
    lengths = dict.fromkeys(forward, 1)
    used: set[tuple[str, bool]] = set()  # a node's upper or lower side
    for index in sorted(forward, key=lambda i: (-(model.flows[i].share or 1), i)):
        flow = model.flows[index]
        here, there = order[lane_of[flow.source]], order[lane_of[flow.target]]
        sides = {(flow.source, there > here), (flow.target, there < here)}
        passes = kinds[flow.source] is not Kind.START and ins[flow.target] == 1 and here != there
        if passes and (outs[flow.source] == 1 or kinds[flow.source] is not Kind.TASK) and not sides & used:
            lengths[index] = 0
            used |= sides
    while True:
        column = _longest_path(model, forward, lengths)
        taken: dict[tuple[str, int], list[str]] = defaultdict(list)
        for node in model.nodes:
            taken[(node.lane, column[node.id])].append(node.id)
        blocked = False
        for index in forward:
            flow = model.flows[index]
            if lengths[index] or column[flow.source] != column[flow.target]:
                continue
            first, last = sorted((order[lane_of[flow.source]], order[lane_of[flow.target]]))
            between = [lane for lane, i in order.items() if first < i < last]
            ends = len(taken[(lane_of[flow.source], column[flow.source])]) > 1
            ends |= len(taken[(lane_of[flow.target], column[flow.target])]) > 1
            if ends or any(taken[(lane, column[flow.source])] for lane in between):
                lengths[index] = 1
                blocked = True
                break
        if not blocked:
            return column


def _place_rows(
    model: ProcessModel, column: dict[str, int], back: set[int]
) -> tuple[dict[str, int], dict[str, dict[int, set[int]]]]:
    """Row of each node inside its lane: on the line of the step before it where that line is free."""
    order = {node.id: i for i, node in enumerate(model.nodes)}
    lane_of = {node.id: node.lane for node in model.nodes}
    before: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for index, flow in enumerate(model.flows):
        if index not in back and lane_of[flow.source] == lane_of[flow.target]:
            before[flow.target].append((-(flow.share or 0), flow.source))
    row: dict[str, int] = {}
    used: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    likely = {id: min((share for share, _ in ways), default=0.0) for id, ways in before.items()}
    for node in sorted(model.nodes, key=lambda n: (column[n.id], likely.get(n.id, 0.0), order[n.id])):
        here = column[node.id]
        lane = used[node.lane]
        sources = sorted((row[s], share, -column[s], order[s], s) for share, s in before[node.id] if s in row)
        choice = 0
        for _, _, _, _, source in sources:
            at = row[source]
            if not any(column[source] < c <= here for c in lane[at]):
                choice = at
                break
        else:
            near = sources[0][0] if sources else 0
            choice = min((r for r in range(len(lane) + 2) if here not in lane[r]), key=lambda r: (abs(r - near), r))
        row[node.id] = choice
        lane[choice].add(here)
    return row, used


def grid(model: ProcessModel) -> Grid:
    """Cells for every node and data object of a model."""
    back = back_edges(model)
    column = columns(model, back)
    row, used = _place_rows(model, column, back)
    lanes = model.lanes()
    lane_of = {node.id: node.lane for node in model.nodes}
    items = [Item(n.id, n.kind.value, n.lane, shown_label(model, n)) for n in model.nodes]
    links = []
    seen: dict[str, int] = {}
    for index, flow in enumerate(model.flows):
        id = f"flow_{flow.source}_{flow.target}"
        seen[id] = seen.get(id, 0) + 1
        id += f"_{seen[id]}" if seen[id] > 1 else ""
        links.append(Link(id, flow.source, flow.target, flow.label, "flow", index in back, flow.share))
    for data in model.data:
        lane, at, here = lane_of[data.source], row[data.source], column[data.source]
        near = [(at + 1, here), (at, here + 1), (at - 1, here), (at + 1, here + 1), (at + 2, here)]
        near += [(r, here) for r in range(at + 3, at + len(model.data) + len(used[lane]) + 4)]
        # A cell beside the source is taken only where no flow wants to go straight on.
        goes_on = any(
            f.source == data.source and lane_of[f.target] == lane and row[f.target] == at for f in model.flows
        )
        cell = next(
            (r, c)
            for r, c in near
            if r >= 0
            and c not in used[lane][r]
            and not (r == at and goes_on)
            and (c == here or r == at or r in used[lane])
        )
        used[lane][cell[0]].add(cell[1])
        row[data.id], column[data.id] = cell
        lane_of[data.id] = lane
        items.append(Item(data.id, "data", lane, data.name))
        links.append(Link(f"data_out_{data.id}", data.source, data.id, "", "association", False))
        for target in data.targets:
            links.append(Link(f"data_in_{data.id}_{target}", data.id, target, "", "association", False))
    heights = tuple(max((r for r, cols in used[lane].items() if cols), default=0) + 1 for lane in lanes)
    index_of = {lane: i for i, lane in enumerate(lanes)}
    cells = {item.id: (index_of[item.lane], row[item.id], column[item.id]) for item in items}
    return Grid(lanes, heights, max(column.values(), default=0) + 1, tuple(items), tuple(links), cells)
