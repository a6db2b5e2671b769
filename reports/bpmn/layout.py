"""lay_out: a process model as coordinates, from which the BPMN file, the drawing and the replay are all made.

Nothing but numbers comes out: boxes, orthogonal polylines, places of labels. Whole px, the same for the same model.
"""

from __future__ import annotations

import math
from collections import defaultdict

import wording
from mining.process_model import APPLICANT, WINDOW, ProcessModel
from reports.bpmn.grid import Grid, Item, Link, grid
from reports.bpmn.records import Box, Edge, Lane, Layout, Point, Shape
from reports.bpmn.routing import PORT, SHARING, Route, Router
from reports.bpmn.text import text_width, widest, wrap

__all__ = ["Box", "Edge", "Lane", "Layout", "Point", "Shape", "lane_label", "lay_out"]

FONT_PX = 12
LINE_PX = 15  # of text inside a task
LABEL_PX = 14  # of a label outside
HEADER_PX = 30  # of the pool, and again of the lanes: what bpmn-js draws a turned name in
TRACK_PX = 10
NAME_CHAR_PX = 14  # height that a turned lane name needs a character
NAME_PX = 84  # that a line of a lane's name may take upright
TASK_PX = 112  # of a task's text that stands on one line
UPRIGHT_PX = 84  # the same in a drawing of our own alone, which is to fit a page
GAP_PX = 24  # between columns, at least; 18 in a drawing of our own alone
ICON_PX = 27  # bpmn-js draws a task's icon into this corner; text stays below it


def lane_label(lane: str) -> str:
    """What a lane is called in the language in force."""
    return wording.say(f"diagrams.lane-{lane}") if lane in (APPLICANT, WINDOW) else lane


def lay_out(model: ProcessModel, *, upright: bool = False) -> Layout:
    """Coordinates for a model.

    Parameters
    ----------
    upright
        For a drawing of our own alone: lanes need no room for turned names nor tasks for icons, and exits of a task
        share a trunk, as `reports.bpmn.overview` branches without gateways.

    Returns
    -------
    Layout
        No two nodes overlap, no edge passes through a node, every segment is horizontal or vertical, no label lies on
        anything, every node is inside its lane (`reports.bpmn.checks.faults` finds none). An empty model gives an
        empty pool.
    """
    cells = grid(model)
    sizes = {item.id: _size(item, cells.links, upright) for item in cells.items}
    offsets = {item.id: _offsets(item, sizes[item.id][1]) for item in cells.items}
    closed = {i.id: "B" for i in cells.items if i.kind in ("start", "end", "data") and i.label}
    router = Router(cells, offsets, closed, (*SHARING, "task") if upright else SHARING)
    routes = router.route_all()
    return _Places(model, cells, sizes, router, routes, upright).layout()


def _size(item: Item, links: tuple[Link, ...], upright: bool) -> tuple[int, int]:
    """Width and height of an item, by its text."""
    if item.kind in ("start", "end"):
        return 36, 36
    if item.kind == "data":
        return 32, 40
    if item.kind != "task":
        exits = sum(link.source == item.id and link.kind == "flow" for link in links)
        # A split by choice has room for a port and a label between its corners, and for more where it has more exits.
        side = 40 if exits < 2 or item.kind == "parallel" else 46 + 2 * PORT * math.ceil(max(exits - 3, 0) / 2)
        return side, side
    lines = task_lines(item.label, UPRIGHT_PX if upright else TASK_PX)
    room = 14 if upright else ICON_PX
    height = 2 * math.ceil(room + len(lines) * LINE_PX / 2) if lines else 2 * room + 10
    return max(72, 2 * math.ceil((widest(lines, FONT_PX) + 20) / 2)), height


def task_lines(label: str, short: float = TASK_PX) -> tuple[str, ...]:
    """A task's text in lines: texts of at most `short` px on one, others on as few as a box of at most 168 px needs."""
    if text_width(label, FONT_PX) <= short:
        return wrap(label, short + 4, FONT_PX)
    for width in (88, 116, 148):
        lines = wrap(label, width, FONT_PX, most=4)
        if len(lines) <= 2:
            return lines
    return wrap(label, 148, FONT_PX, most=4)


def _offsets(item: Item, height: int) -> tuple[int, ...]:
    """Ports beside the middle of a side: first those a label fits between, then finer ones as a last resort."""
    reach = height // 2 - (6 if item.kind == "task" else 5)
    found: list[int] = []
    for step in (PORT, PORT // 2, PORT // 4 + 1):
        for k in range(step, reach + 1, step):
            found += [o for o in (k, -k) if o not in found]
    return tuple(found)


class _Places:
    """From cells and routes to px: widths of columns and channels, heights of rows, then every point."""

    def __init__(
        self,
        model: ProcessModel,
        cells: Grid,
        sizes: dict[str, tuple[int, int]],
        router: Router,
        routes: dict[str, Route],
        upright: bool,
    ) -> None:
        self.model = model
        self.cells = cells
        self.sizes = sizes
        self.router = router
        self.routes = routes
        self.upright = upright
        self.item = {item.id: item for item in cells.items}
        self.sides: dict[str, set[str]] = defaultdict(set)  # sides of a node that a line leaves or enters by
        self.offset_exits: set[str] = set()
        for route in routes.values():
            first, last = route.pieces[0], route.pieces[-1]
            if first.axis == "col":
                self.sides[route.link.source].add("T" if first.b < first.a else "B")
            elif first.offset:
                self.offset_exits.add(route.link.source)
            if last.axis == "col":
                self.sides[route.link.target].add("T" if last.a < last.b else "B")
        self.lines = {item.id: self._lines(item) for item in cells.items}
        self.flow_lines = {link.id: self._flow_lines(link) for link in cells.links}
        self._across()
        self._down()

    def _lines(self, item: Item) -> tuple[str, ...]:
        if item.kind == "task":
            return task_lines(item.label, UPRIGHT_PX if self.upright else TASK_PX)
        return wrap(item.label, 92, FONT_PX, most=3) if item.label else ()

    def _flow_lines(self, link: Link) -> tuple[str, ...]:
        return wrap(link.label, 150, FONT_PX, most=1 if link.source in self.offset_exits else 2)

    def _label_side(self, id: str) -> str:
        """Where the text of an event, gateway or data object stands: below, above, or left above."""
        if self.item[id].kind in ("start", "end", "data"):
            return "B"
        used = self.sides[id]
        return "T" if "T" not in used else "B" if "B" not in used else "TL"

    def _across(self) -> None:
        """Widths of columns and channels, x of columns' middles and tracks."""
        count = self.cells.columns
        widths = [42] * count
        gap = 18 if self.upright else GAP_PX
        left = [gap - 10] * (count + 1)  # room for labels of the exits of the column before
        for id, (_, _, col) in self.cells.cells.items():
            width = self.sizes[id][0]
            if self.item[id].kind != "task" and self.lines[id]:
                text = widest(self.lines[id], FONT_PX)
                width = max(width, 2 * (text + 12) if self._label_side(id) == "TL" else text + 8)
            widths[col] = max(widths[col], width)
        widths = [w + w % 2 for w in widths]
        for link in self.cells.links:
            lines = self.flow_lines[link.id]
            if not lines:
                continue
            col = self.cells.cells[link.source][2]
            text = widest(lines, FONT_PX)
            node = self.sizes[link.source][0]
            beside = node // 2 + 10 if self.routes[link.id].pieces[0].axis == "row" else 10
            left[col + 1] = max(left[col + 1], beside + text - widths[col] // 2 + 4)
        self.col_x: list[int] = []
        self.track_x: dict[tuple[int, str], int] = {}
        x = 2 * HEADER_PX
        for v in range(count + 1):
            tracks = self.router.v[v].assign() if v in self.router.v else 0
            for net, bundle in self.router.v[v].bundles.items():
                self.track_x[(v, net)] = x + left[v] + bundle.track * TRACK_PX
            x += max(left[v] + max(tracks - 1, 0) * TRACK_PX + (gap - 8 if tracks else 6), gap)
            if v < count:
                self.col_x.append(x + widths[v] // 2)
                x += widths[v]
        self.width = x

    def _above(self, id: str) -> int:
        """Px above a node's middle at which text above it may end: clear of the labels of its exits to the right."""
        clear = self.sizes[id][1] // 2 + 4
        for link in self.cells.links:
            first = self.routes[link.id].pieces[0]
            if link.source == id and self.flow_lines[link.id] and first.axis == "row":
                clear = max(clear, len(self.flow_lines[link.id]) * LABEL_PX + 4 - first.offset)
        return clear

    def _extent(self, id: str) -> tuple[int, int]:
        """Px that an item with its labels needs above and below its middle."""
        half = self.sizes[id][1] // 2
        up = down = half + 2
        lines = len(self.lines[id]) * LABEL_PX
        if self.item[id].kind != "task" and lines:
            side = self._label_side(id)
            if side == "B":
                down = half + 5 + lines
            else:
                up = self._above(id) + 2 + lines
        for link in self.cells.links:
            if link.source == id and self.flow_lines[link.id]:
                first = self.routes[link.id].pieces[0]
                height = len(self.flow_lines[link.id]) * LABEL_PX
                if first.axis == "row":
                    up = max(up, height + 4 - first.offset)
                elif first.b < first.a:
                    up = max(up, self._above(id) + height + 2)
                else:
                    down = max(down, half + 6 + height)
        return up, down

    def _down(self) -> None:
        """Heights of rows and channels, y of rows' middles and tracks, bands of lanes."""
        up: dict[int, int] = defaultdict(lambda: 16)
        down: dict[int, int] = defaultdict(lambda: 16)
        for id in self.cells.cells:
            band, _ = self.router.cell[id]
            above, below = self._extent(id)
            up[band] = max(up[band], above)
            down[band] = max(down[band], below)
        self.row_y: dict[int, int] = {}
        self.track_y: dict[tuple[int, str], int] = {}
        self.lane_span: list[tuple[int, int]] = []
        y = 0
        for index, rows in enumerate(self.cells.rows):
            start = self.router.bands.starts[index]
            bands = range(start, start + 2 * rows + 1)
            heights = {}
            for band in bands:
                if band in self.router.bands.row_bands:
                    heights[band] = up[band] + down[band]
                else:
                    tracks = self.router.h[band].assign() if band in self.router.h else 0
                    heights[band] = max(10, (tracks + 1) * TRACK_PX)
            needed = len(lane_label(self.cells.lanes[index])) * NAME_CHAR_PX + 16
            if self.upright:
                needed = len(wrap(lane_label(self.cells.lanes[index]), NAME_PX, FONT_PX)) * LINE_PX + 16
            spare = max(needed - sum(heights.values()), 0)
            top = y
            y += spare // 2
            for band in bands:
                if band in self.router.bands.row_bands:
                    self.row_y[band] = y + up[band]
                else:
                    for net, bundle in self.router.h[band].bundles.items():
                        self.track_y[(band, net)] = y + TRACK_PX + bundle.track * TRACK_PX
                y += heights[band]
            y += spare - spare // 2
            self.lane_span.append((top, y))
        self.height = y

    def layout(self) -> Layout:
        """All of it as records."""
        boxes = {}
        for id in self.cells.cells:
            band, col = self.router.cell[id]
            w, h = self.sizes[id]
            boxes[id] = Box(self.col_x[col] - w // 2, self.row_y[band] - h // 2, w, h)
        shapes = tuple(self._shape(item, boxes[item.id]) for item in self.cells.items)
        edges = tuple(self._edge(link, boxes) for link in self.cells.links)
        lanes = []
        for name, (top, bottom) in zip(self.cells.lanes, self.lane_span, strict=True):
            nodes = tuple(n.id for n in self.model.nodes if n.lane == name)
            box = Box(HEADER_PX, top, self.width - HEADER_PX, bottom - top)
            lanes.append(Lane(name, lane_label(name), box, nodes))
        return Layout(Box(0, 0, self.width, self.height), tuple(lanes), shapes, edges)

    def _shape(self, item: Item, box: Box) -> Shape:
        lines = self.lines[item.id]
        if item.kind == "task" or not lines:
            return Shape(item.id, item.kind, item.lane, box, lines)
        w, h = widest(lines, FONT_PX) + 2, len(lines) * LABEL_PX
        side = self._label_side(item.id)
        if side == "B":
            place = Box(box.cx - w // 2, box.bottom + 4, w, h)
        elif side == "T":
            place = Box(box.cx - w // 2, box.cy - self._above(item.id) - h, w, h)
        else:
            place = Box(box.cx - 8 - w, box.y - 2 - h, w, h)
        return Shape(item.id, item.kind, item.lane, box, lines, place)

    def _edge(self, link: Link, boxes: dict[str, Box]) -> Edge:
        route = self.routes[link.id]
        pieces = route.pieces
        places = []
        for piece, net in zip(pieces, route.nets, strict=True):
            if piece.axis == "row":
                places.append(self.row_y[piece.at] + piece.offset)
            elif piece.axis == "h":
                places.append(self.track_y[(piece.at, net)])
            elif piece.axis == "col":
                places.append(self.col_x[piece.at])
            else:
                places.append(self.track_x[(piece.at, net)])
        points = [
            _port(self.item[link.source], boxes[link.source], pieces[0].axis, pieces[0].b - pieces[0].a, places[0])
        ]
        for i in range(len(pieces) - 1):
            flat = pieces[i].axis in ("row", "h")
            points.append((places[i + 1], places[i]) if flat else (places[i], places[i + 1]))
        last = pieces[-1]
        points.append(_port(self.item[link.target], boxes[link.target], last.axis, last.a - last.b, places[-1]))
        lines = self.flow_lines[link.id]
        label = self._flow_label(link, points, lines, boxes[link.source]) if lines else None
        return Edge(link.id, link.source, link.target, link.kind, tuple(points), link.back, lines, label)

    def _flow_label(self, link: Link, points: list[Point], lines: tuple[str, ...], box: Box) -> Box:
        w, h = widest(lines, FONT_PX) + 2, len(lines) * LABEL_PX
        first = self.routes[link.id].pieces[0]
        x, y = points[0]
        if first.axis == "row":
            return Box(max(x, box.cx + box.w // 2) + 4, y - 2 - h, w, h)
        if first.b < first.a:
            return Box(x + 5, box.cy - self._above(link.source) - h, w, h)
        return Box(x + 5, box.bottom + 4, w, h)


def _port(item: Item, box: Box, axis: str, way: int, place: int) -> Point:
    """Where a line meets the outline of a node: `way` > 0 towards the right or downwards from the node."""
    half_w, half_h = box.w // 2, box.h // 2
    if axis == "col":
        return place, box.y if way < 0 else box.y + 2 * half_h
    away = abs(place - box.cy)
    if item.kind in ("start", "end"):
        reach = math.floor(math.sqrt(max(half_w**2 - away**2, 0)))
    elif item.kind in ("task", "data"):
        reach = half_w
    else:
        reach = half_w - round(away * half_w / half_h)
    return box.cx + (reach if way > 0 else -reach), place
