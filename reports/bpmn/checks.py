"""Geometric faults of a layout: what a reader would stumble over, and no schema finds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, pairwise

from reports.bpmn.layout import Box, Edge, Layout, Point, Shape


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its kind, and the ids of what is at fault."""

    kind: str
    ids: tuple[str, ...]


def faults(layout: Layout) -> tuple[Fault, ...]:
    """Faults of a layout, in a stable order; empty where it is fit to be shown.

    Kinds: ``overlap`` (two nodes), ``through`` (an edge passes through a node), ``diagonal``, ``loose`` (an edge that
    does not end at its nodes), ``no-lane``, ``two-lanes``, ``outside`` (a node beyond its lane), ``label`` (a label on
    a node, an edge, another label or a lane's border), ``overprint`` (two edges on one line that neither leave the
    same node nor reach the same one), ``border`` (a line along a lane's border).
    """
    found = [*_nodes(layout), *_lanes(layout)]
    shapes = {shape.id: shape for shape in layout.shapes}
    for edge in layout.edges:
        found += _edge_faults(edge, shapes, layout)
    found += _overprints(layout)
    found += _labels(layout)
    return tuple(found)


def _meet(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _through(box: Box, one: Point, two: Point) -> bool:
    """Whether a straight piece has a point strictly inside the box."""
    left, right = sorted((one[0], two[0]))
    top, bottom = sorted((one[1], two[1]))
    return left < box.right and right > box.x and top < box.bottom and bottom > box.y


def _nodes(layout: Layout) -> list[Fault]:
    pairs = combinations(layout.shapes, 2)
    return [Fault("overlap", (a.id, b.id)) for a, b in pairs if _meet(a.box, b.box)]


def _lanes(layout: Layout) -> list[Fault]:
    found = []
    homes: dict[str, list[Box]] = {}
    for lane in layout.lanes:
        for id in lane.nodes:
            homes.setdefault(id, []).append(lane.box)
    for shape in layout.shapes:
        boxes = homes.get(shape.id, [])
        if shape.kind == "data":
            boxes = [lane.box for lane in layout.lanes if lane.name == shape.lane]
        if len(boxes) != 1:
            found.append(Fault("two-lanes" if boxes else "no-lane", (shape.id,)))
            continue
        lane_box = boxes[0]
        inside = lane_box.x <= shape.box.x and shape.box.right <= lane_box.right
        if not (inside and lane_box.y <= shape.box.y and shape.box.bottom <= lane_box.bottom):
            found.append(Fault("outside", (shape.id,)))
    return found


def _on_outline(shape: Shape, point: Point) -> bool:
    box = shape.box
    if not (box.x <= point[0] <= box.right and box.y <= point[1] <= box.bottom):
        return False
    if shape.kind in ("task", "data"):
        return point[0] in (box.x, box.right) or point[1] in (box.y, box.bottom)
    dx, dy = abs(point[0] - box.cx), abs(point[1] - box.cy)
    if shape.kind in ("start", "end"):
        return abs(math.hypot(dx, dy) - box.w / 2) <= 2
    return abs(dx * 2 / box.w + dy * 2 / box.h - 1) <= 0.1


def _edge_faults(edge: Edge, shapes: dict[str, Shape], layout: Layout) -> list[Fault]:
    found = []
    if any(a[0] != b[0] and a[1] != b[1] for a, b in pairwise(edge.points)):
        found.append(Fault("diagonal", (edge.id,)))
    ends = ((edge.source, edge.points[0]), (edge.target, edge.points[-1]))
    if any(id not in shapes or not _on_outline(shapes[id], point) for id, point in ends):
        found.append(Fault("loose", (edge.id,)))
    for shape in layout.shapes:
        box = shape.box
        pieces = list(pairwise(edge.points))
        if shape.id in (edge.source, edge.target) and shape.kind not in ("task", "data"):
            # A port on the slope of a diamond or circle lies inside its box: the stub up to it is no fault.
            pieces = pieces[1 if shape.id == edge.source else 0 : len(pieces) - (shape.id == edge.target)]
        if any(_through(box, a, b) for a, b in pieces):
            found.append(Fault("through", (edge.id, shape.id)))
    borders = {lane.box.y for lane in layout.lanes} | {lane.box.bottom for lane in layout.lanes}
    if any(a[1] == b[1] and a[1] in borders for a, b in pairwise(edge.points)):
        found.append(Fault("border", (edge.id,)))
    return found


def _overprints(layout: Layout) -> list[Fault]:
    lines: dict[tuple[str, int], list[tuple[int, int, Edge]]] = {}
    for edge in layout.edges:
        for a, b in pairwise(edge.points):
            key = ("y", a[1]) if a[1] == b[1] else ("x", a[0])
            lo, hi = sorted((a[0], b[0]) if a[1] == b[1] else (a[1], b[1]))
            lines.setdefault(key, []).append((lo, hi, edge))
    found = []
    for pieces in lines.values():
        for (lo, hi, one), (lo2, hi2, two) in combinations(pieces, 2):
            if one.id == two.id or min(hi, hi2) <= max(lo, lo2):
                continue
            joined = one.target == two.target
            split = one.source == two.source and not (one.lines or two.lines)
            if not (joined or split):
                found.append(Fault("overprint", (one.id, two.id)))
    return found


def _labels(layout: Layout) -> list[Fault]:
    labels = [(s.id, s.label_box) for s in layout.shapes if s.label_box]
    labels += [(e.id, e.label_box) for e in layout.edges if e.label_box]
    found = []
    for (one, a), (two, b) in combinations(labels, 2):
        if _meet(a, b):
            found.append(Fault("label", (one, two)))
    for id, box in labels:
        found += [Fault("label", (id, s.id)) for s in layout.shapes if _meet(box, s.box) and not _beside(s, box)]
        found += [
            Fault("label", (id, e.id)) for e in layout.edges if any(_through(box, a, b) for a, b in pairwise(e.points))
        ]
        if not any(lane.box.y <= box.y and box.bottom <= lane.box.bottom for lane in layout.lanes):
            found.append(Fault("label", (id, "lane")))
    return found


def _beside(shape: Shape, box: Box) -> bool:
    """Whether a label that meets a diamond's box lies clear of the diamond itself."""
    if shape.kind in ("task", "data", "start", "end"):
        return False
    dx = max(box.x - shape.box.cx, shape.box.cx - box.right, 0)
    dy = max(box.y - shape.box.cy, shape.box.cy - box.bottom, 0)
    return dx * 2 / shape.box.w + dy * 2 / shape.box.h >= 1
