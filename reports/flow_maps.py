"""Flow maps: how work or people pass between departments, or between the activities inside them.

Graphviz finds the places (`reports.graphviz_layout`); the drawing is ours, so that numbers stand off the lines, Chinese
fits its boxes and the page themes the colours. Every edge carries its figures (`data-cases`, `data-wait`), so that a
page can hide rare ones and show waits instead of counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, quoteattr

import wording
from reports.bpmn.drawing import style
from reports.bpmn.text import clean, text_width, wrap
from reports.graphviz_layout import Cluster, Link, Placed, Point, place
from reports.inputs import DepartmentCard, FlowRow, TripFacts
from reports.map_labels import bezier, crowding, extent, label_spots
from reports.sections.trips import rows_of

START, END = "\0start", "\0end"
MANY = 12  # departments
FRAMES_WORTH = 1.5  # a map with frames may stand so much smaller than one without
CROWDED = 0.25  # share of lines' length on another's track, above which frames are given up
TALL_WORTH = 1.25  # a map that runs down is taken where it stands so much larger than one that runs across
CLOSER = 34.0  # px between ranks where a map is wider than the page
PAGE_W, PAGE_H = 1040, 720  # px of the report's column, for which the better of two directions is chosen
READABLE = 11 / 12  # where a map stands smaller than this on the page, its cards are made narrower

RULES = (
    ".flow-map text{font-size:12px;fill:var(--ink)}"
    ".flow-map .card{fill:var(--raised);stroke:var(--edge);stroke-width:1}"
    ".flow-map .cluster{fill:var(--tint);stroke:var(--rule)}"
    ".flow-map text.name{font-size:13px;font-weight:600}.flow-map text.group{font-size:13px;font-weight:600;"
    "paint-order:stroke;stroke:var(--tint);stroke-width:4px}"
    ".flow-map text.second{fill:var(--ink-2)}"
    ".flow-map text.end{text-anchor:end}.flow-map text.middle{text-anchor:middle}"
    ".flow-map .first{fill:var(--first)}.flow-map .multi{fill:var(--multi)}.flow-map .return{fill:var(--collection)}"
    ".flow-map .going{fill:var(--tint);stroke:var(--multi);stroke-width:1;stroke-dasharray:2 2}"
    ".flow-map .line{fill:none;stroke:var(--edge)}.flow-map .head{fill:var(--edge)}"
    ".flow-map .strong .line{stroke:var(--work)}.flow-map .strong .head{fill:var(--work)}"
    ".flow-map .edge text{font-weight:600;paint-order:stroke;stroke:var(--ground);stroke-width:3px;"
    "stroke-linejoin:round}.flow-map .edge text.wait{display:none}"
    ".shows-wait .flow-map .edge text.count,.flow-map.shows-wait .edge text.count{display:none}"
    ".shows-wait .flow-map .edge text.wait,.flow-map.shows-wait .edge text.wait{display:inline}"
    ".flow-map .stop circle{fill:var(--raised);stroke:var(--ink-2);stroke-width:1.3}"
    ".flow-map .stop.last circle{stroke:var(--ink);stroke-width:2.6}"
)


@dataclass(frozen=True, slots=True)
class MapNode:
    """A box of a map. `group`: its frame. `visits`: trips by kind (`first`, `multi`, `return`; `going` is first and
    multi where only both together may be told); none draws no bar."""

    key: str
    name: str
    note: str = ""
    cases: int = 0
    visits: tuple[tuple[str, int], ...] = ()
    group: str = ""

    @property
    def told(self) -> int:
        """All visits."""
        return sum(value for _, value in self.visits)


@dataclass(frozen=True, slots=True)
class MapEdge:
    """A passage between nodes; `wait_h` hours in the median, None where unknown."""

    source: str
    target: str
    count: int
    wait_h: float | None = None


def department_map(
    flows: Sequence[FlowRow],
    cards: Sequence[DepartmentCard] = (),
    trips: TripFacts | None = None,
    *,
    lang: str | None = None,
    alone: bool = True,
    min_count: int = 5,
    most_edges: int | None = None,
) -> str:
    """The map of departments as an SVG document.

    Parameters
    ----------
    flows
        Passages between departments; an empty source or target is the start or the end.
    cards, trips
        What a department's card tells: its services and cases, and the trips to it by kind, as far as the table of
        trips tells them.
    alone
        Whether it carries its palette and rules; a page that inlines it has `RULES` and `reports.palette` itself.
    min_count
        Passages of fewer cases are not drawn, nor is a smaller number shown.
    most_edges
        At most so many edges, the strongest, and always the strongest into and out of a department; None: as many
        as stay readable. The table beside the map has them all.
    """
    told = {card.department: card for card in cards}
    with wording.using(lang or wording.language()):
        names = dict.fromkeys([c.department for c in cards if c.department])
        names.update(dict.fromkeys(d for f in flows for d in (f.source, f.target) if d))
        visits = visits_told(trips, min_count)
        nodes = []
        for name in names:
            card = told.get(name, DepartmentCard(name))
            note = wording.say("diagrams.join").join(card.services)
            nodes.append(MapNode(name, name, note, card.cases, visits.get(name, ())))
        edges = [MapEdge(f.source or START, f.target or END, f.cases, f.median_wait_h) for f in flows]
        return flow_map(nodes, edges, alone=alone, min_count=min_count, most_edges=most_edges)


def visits_told(trips: TripFacts | None, least: int) -> dict[str, tuple[tuple[str, int], ...]]:
    """Department -> its visits by kind, as the table of trips tells them: a bar's length gives nothing more away."""
    found = {}
    for department, one in rows_of(trips, "department", least) if trips is not None else ():
        if one.total is None or one.returns is None:
            continue
        first, multi = one.parts[:2]
        apart = first is not None and multi is not None
        going = (("first", first or 0), ("multi", multi or 0)) if apart else (("going", one.total - one.returns),)
        found[department] = tuple((kind, n) for kind, n in (*going, ("return", one.returns)) if n)
    return found


def flow_map(
    nodes: Sequence[MapNode],
    edges: Sequence[MapEdge],
    *,
    lang: str | None = None,
    alone: bool = True,
    min_count: int = 5,
    most_edges: int | None = None,
    engine: str | None = None,
) -> str:
    """A map of any nodes and edges as an SVG document; nodes with a `group` stand in a frame of that name.

    Other parameters as in `department_map`; `engine` is the Graphviz program. Edges from `START` and to `END` get
    their own small circles. A node without a name is shown as unknown, one without a group stands free; where frames
    would make the map much smaller, the boxes name their groups instead.
    """
    with wording.using(lang or wording.language()):
        if len(nodes) > MANY:  # with many departments, lines from the start to each would hide what passes between
            edges = [e for e in edges if e.source != START and e.target != END]
        kept = strongest(edges, min_count, most_edges or max(14, round(2.4 * len(nodes))))
        ends = [e for e in (START, END) if any(e in (x.source, x.target) for x in kept)]
        passed = {key for edge in kept for key in (edge.source, edge.target)}
        # Who takes part in nothing that is drawn, and in too few cases to be told, only stands in the way.
        nodes = [n for n in nodes if not passed or n.key in passed or n.cases >= min_count]
        compact = len(nodes) > MANY or not any(n.note or n.told for n in nodes)
        drawn = _Drawing([_Card(node, compact, min_count) for node in nodes], ends, kept, engine)
        if drawn.scale < READABLE and not compact:
            narrow = _Drawing([_Card(node, compact, min_count, narrow=True) for node in nodes], ends, kept, engine)
            drawn = narrow if narrow.scale > drawn.scale else drawn
        if drawn.groups:
            # Where departments' steps interleave, frames pull the map apart: then each box names its department.
            named = [_Card(replace(n, note=n.group, group=""), False, min_count) for n in nodes]
            free = _Drawing(named, ends, kept, engine)
            crowded = crowding(drawn.placed) > max(CROWDED, crowding(free.placed))
            drawn = free if crowded or FRAMES_WORTH * drawn.scale < free.scale else drawn
        return drawn.document(alone)


def strongest(edges: Sequence[MapEdge], min_count: int, most: int) -> list[MapEdge]:
    """The edges worth drawing: enough cases, no loops, the strongest of all and of each node's ways in and out."""
    able = [e for e in edges if e.count >= max(min_count, 1) and e.source != e.target]
    order = sorted(able, key=lambda e: (-e.count, e.source, e.target))
    kept = set(order[:most])
    seen: set[tuple[str, str]] = set()
    for edge in order:
        ends = {("out", edge.source), ("in", edge.target)}
        if ends - seen:
            kept.add(edge)
        seen |= ends
    return [edge for edge in able if edge in kept]


def wait_text(hours: float) -> str:
    """A waiting time, in hours below two days, else in days."""
    if hours < 48:
        return wording.say("diagrams.hours", n=f"{hours:.0f}" if hours >= 10 else f"{hours:.1f}")
    return wording.say("diagrams.days", n=f"{hours / 24:.0f}" if hours >= 240 else f"{hours / 24:.1f}")


class _Card:
    """A node's box: what is written in it, and how large it must be."""

    def __init__(self, node: MapNode, compact: bool, min_count: int, *, narrow: bool = False) -> None:
        self.node = node
        name = clean(node.name) or wording.say("diagrams.unknown-department")
        self.name = wrap(name, 84 if narrow else 100, 13, most=3)
        self.cases = wording.say("diagrams.cases", n=f"{node.cases:,}") if node.cases >= min_count else ""
        self.visits = node.visits if node.told >= min_count else ()
        self.beside = not compact and not narrow  # whether the cases stand beside the name
        self.note = () if compact or not node.note else wrap(node.note, 112, 12, most=2)
        widths = [text_width(line, 13) for line in self.name]
        if self.beside and self.cases:
            widths[0] += text_width(self.cases, 12) + 10
        widths += [text_width(line, 12) for line in self.note]
        trips = wording.say("diagrams.visits", n=f"{node.told:,}") if self.visits else ""
        under = [text for text in ("" if self.beside else self.cases, trips) if text]
        self.under = under if narrow else [wording.say("diagrams.join").join(under)] if under else []
        widths += [text_width(line, 12) for line in self.under]
        self.w = max(96, math.ceil(max(widths) / 2) * 2 + 20)
        self.h = 18 * len(self.name) + 16 * len(self.note) + (14 if self.visits else 0) + 13
        self.h += 1 + 16 * len(self.under) if self.under else 0

    def draw(self, x: float, y: float, most_visits: int) -> str:
        """The box with its middle at (x, y)."""
        left, top = x - self.w / 2, y - self.h / 2
        at = top + 19
        out = [f'<rect class="card" x="{left:g}" y="{top:g}" width="{self.w}" height="{self.h}" rx="4"/>']
        for line in self.name:
            out.append(_text(line, left + 10, at, "name"))
            at += 18
        if self.cases and self.beside:
            out.append(_text(self.cases, left + self.w - 10, top + 19, "second end"))
        at -= 2
        for line in self.note:
            out.append(_text(line, left + 10, at, "second"))
            at += 16
        if self.visits:
            out += self._bar(left + 10, at - 6, most_visits)
            at += 14
        for line in self.under:
            out.append(_text(line, left + 10, at, "second"))
            at += 16
        tip = clean(self.node.name)
        title = f"<title>{escape(tip)}</title>" if tip else ""
        return f'<g class="node" data-node={quoteattr(self.node.key)}>{title}{"".join(out)}</g>'

    def _bar(self, x: float, y: float, most: int) -> list[str]:
        room = self.w - 20
        out = []
        for kind, value in self.visits:
            width = room * value / max(most, 1)
            out.append(f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width - 1, 0.5):.1f}" height="7"/>')
            x += width
        return out


def _text(text: str, x: float, y: float, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


class _Drawing:
    """A map being drawn: places, then labels, then text."""

    def __init__(self, cards: list[_Card], ends: list[str], edges: list[MapEdge], engine: str | None) -> None:
        self.cards, self.ends, self.edges = cards, ends, edges
        self.keys = [card.node.key for card in cards] + ends
        self.most = max((e.count for e in edges), default=1)
        self.widths = [1.2 + 5.3 * math.sqrt(e.count / self.most) ** 1.5 for e in edges]
        self.groups = list(dict.fromkeys(card.node.group for card in cards if clean(card.node.group)))
        sizes = [(float(card.w), float(card.h)) for card in cards] + [(30.0, 30.0)] * len(ends)
        index = {key: i for i, key in enumerate(self.keys)}
        self.texts = [(f"{e.count:,}", wait_text(e.wait_h) if e.wait_h is not None else "") for e in edges]
        links = [
            Link(
                index[e.source],
                index[e.target],
                1 + round(8 * e.count / self.most),
                0,
                width,
            )
            for e, texts, width in zip(edges, self.texts, self.widths, strict=True)
        ]
        clusters = [
            Cluster(tuple(i for i, c in enumerate(cards) if c.node.group == g), text_width(clean(g), 13) + 8, 20)
            for g in self.groups
        ]
        across, down = (place(sizes, links, clusters=clusters, down=way, engine=engine) for way in (False, True))
        if _scale(across) < 1:
            closer = place(sizes, links, clusters=clusters, down=False, rank_gap=CLOSER, engine=engine)
            across = max((across, closer), key=_scale)
        # Screens and sheets are read across: a tall map must be clearly larger to be worth its height.
        self.placed = down if _scale(down) > TALL_WORTH * _scale(across) else across
        self.scale = _scale(self.placed)
        self.sizes = sizes
        self.spots = [label_spots(self.placed, sizes, [pair[i] for pair in self.texts]) for i in (0, 1)]

    def document(self, alone: bool) -> str:
        """The whole SVG text."""
        placed, pad = self.placed, 10
        box = extent(placed, self.spots, self.texts)
        x, y, w, h = box[0] - pad, box[1] - pad, box[2] - box[0] + 2 * pad, box[3] - box[1] + 2 * pad
        title = wording.say("diagrams.map-title")
        about = wording.say("diagrams.map-about", nodes=len(self.cards), edges=len(self.edges))
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="flow-map" viewBox="{x:.0f} {y:.0f} {w:.0f} {h:.0f}"'
            f' width="{w:.0f}" height="{h:.0f}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(about)}</desc>",
        ]
        if alone:
            out.append(style(RULES, ".flow-map"))
        for frame in placed.frames:
            left, top, width, height = frame
            out.append(f'<rect class="cluster" x="{left}" y="{top}" width="{width}" height="{height}" rx="6"/>')
        order = sorted(range(len(self.edges)), key=lambda i: (self.edges[i].count, self.edges[i].source))
        out += [self._edge(i) for i in order]
        for group, frame in zip(self.groups, placed.frames, strict=True):
            out.append(_text(clean(group), self._title_x(clean(group), frame), frame[1] + 22, "group"))
        most_visits = max((card.node.told for card in self.cards if card.visits), default=0)
        for card, (cx, cy) in zip(self.cards, placed.nodes, strict=False):
            out.append(card.draw(cx, cy, most_visits))
        for end, (cx, cy) in zip(self.ends, placed.nodes[len(self.cards) :], strict=True):
            word = wording.say("diagrams.start" if end == START else "diagrams.end")
            kind = "stop" if end == START else "stop last"
            out.append(
                f'<g class="{kind}"><circle cx="{cx:g}" cy="{cy:g}" r="15"/>{_text(word, cx, cy + 4, "middle")}</g>'
            )
        return "\n".join([*out, "</svg>"])

    def _title_x(self, title: str, frame: tuple[float, float, float, float]) -> float:
        """Where a frame's title begins: at its left, or further on where no line runs through it."""
        left, top, width, _ = frame
        room = width - 24 - text_width(title, 13)
        lines = [bezier(curve) for curve in self.placed.curves]
        points = [point for line in lines for point in line if top + 4 < point[1] < top + 30]

        def hits(x: float) -> int:
            return sum(x - 4 < px < x + text_width(title, 13) + 4 for px, _ in points)

        places = [left + 12 + step for step in range(0, max(1, int(room) + 1), 8)]
        return min(places, key=lambda x: (hits(x), x))

    def _edge(self, index: int) -> str:
        edge, curve, width = self.edges[index], self.placed.curves[index], self.widths[index]
        at, waits_at = self.spots[0][index], self.spots[1][index]
        line, head = _arrow(curve, width)
        strong = " strong" if edge.count >= 0.6 * self.most else ""
        wait = "" if edge.wait_h is None else f' data-wait="{edge.wait_h:.2f}"'
        ends = {START: "", END: ""}
        source, target = ends.get(edge.source, edge.source), ends.get(edge.target, edge.target)
        count, waits = self.texts[index]
        return (
            f'<g class="edge{strong}" data-source={quoteattr(source)} data-target={quoteattr(target)}'
            f' data-cases="{edge.count}"{wait}><path class="line" stroke-width="{width:.1f}" d="{line}"/>'
            f'<path class="head" d="{head}"/>{_text(count, at.x, at.y + 4, f"count {at.anchor}")}'
            f"{_text(waits, waits_at.x, waits_at.y + 4, f'wait {waits_at.anchor}')}</g>"
        )


def _scale(placed: Placed) -> float:
    """How large a map stands on the page: 1 where it fits."""
    return min(PAGE_W / max(placed.width, 1), PAGE_H / max(placed.height, 1), 1.0)


def _arrow(curve: tuple[Point, ...], width: float) -> tuple[str, str]:
    """Path data of a curve that ends before its tip, and of the head that fills the rest."""
    (bx, by), (tx, ty) = curve[-2], curve[-1]
    length = math.hypot(tx - bx, ty - by) or 1.0
    ux, uy = (tx - bx) / length, (ty - by) / length
    size = 6 + width
    rx, ry = tx - ux * size, ty - uy * size
    half = 2.6 + width * 0.75
    points = curve[:-1]
    line = f"M{points[0][0]:g} {points[0][1]:g}C" + " ".join(f"{x:g} {y:g}" for x, y in points[1:])
    line += f"L{rx + ux:.1f} {ry + uy:.1f}"
    head = f"M{tx:.1f} {ty:.1f}L{rx - uy * half:.1f} {ry + ux * half:.1f}L{rx + uy * half:.1f} {ry - ux * half:.1f}z"
    return line, head
