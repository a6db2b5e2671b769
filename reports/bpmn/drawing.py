"""svg: the drawing of a process from the very coordinates of its BPMN file.

Colours are custom properties and everything has a class, so the report's page themes it; alone it carries its own
light and dark palette. Every flow's polyline has the flow's id, `data-source` and `data-target`, so that a replay can
send tokens along it; every node is a group with `data-node`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

import wording
from mining.process_model import APPLICANT, Node, ProcessModel
from reports.bpmn.layout import (
    FONT_PX,
    HEADER_PX,
    LABEL_PX,
    LINE_PX,
    NAME_PX,
    Box,
    Edge,
    Lane,
    Layout,
    Point,
    Shape,
    lane_label,
)
from reports.bpmn.text import FONT, clean, widest, wrap
from reports.palette import DARK, LIGHT, variables

HEAD_PX = 2 * HEADER_PX  # the room of the turned names, which this drawing writes upright
BEND_PX = 6

RULES = (
    ".bpmn text{font-size:12px;fill:var(--ink);text-anchor:middle}"
    ".bpmn .lane{fill:var(--ground)}.bpmn .lane.odd{fill:var(--tint)}"
    ".bpmn .lane.applicant{fill:var(--tint-burden)}.bpmn.proposed .lane.applicant{fill:var(--tint-proposed)}"
    ".bpmn .frame,.bpmn .border{fill:none;stroke:var(--rule);stroke-width:1}"
    ".bpmn text.lane-name{font-weight:600;text-anchor:start}"
    ".bpmn .task rect,.bpmn .event circle,.bpmn .gateway path{fill:var(--raised);stroke:var(--edge);stroke-width:1.3}"
    ".bpmn .event.end circle{stroke:var(--ink);stroke-width:3}.bpmn .event circle{stroke:var(--ink-2)}"
    ".bpmn .gateway path.sign{fill:none;stroke:var(--ink-2);stroke-width:2}"
    ".bpmn .task.own rect{stroke:var(--collection)}.bpmn.proposed .task.own rect{stroke:var(--teal)}"
    ".bpmn .moved rect,.bpmn .moved path:not(.sign){stroke:var(--teal);stroke-width:1.8}"
    ".bpmn .task.person rect{stroke-width:2.6}"
    ".bpmn g.data path{fill:var(--raised);stroke:var(--teal);stroke-width:1.3}.bpmn g.data text{fill:var(--teal)}"
    ".bpmn text.count{font-size:11px;fill:var(--ink-2)}"
    ".bpmn .flow,.bpmn .association{fill:none;stroke:var(--edge);stroke-width:1.3}"
    ".bpmn .flow.back{stroke:var(--corrected)}.bpmn .arrow.back{fill:var(--corrected)}"
    ".bpmn .flow.data{stroke:var(--teal);stroke-width:2}"
    ".bpmn .association{stroke:var(--teal);stroke-dasharray:4 3}.bpmn .arrow.data{fill:var(--teal)}"
    ".bpmn .arrow{fill:var(--edge)}.bpmn text.flow-name{font-size:12px;fill:var(--ink-2);text-anchor:start}"
    ".bpmn g.went.went.went rect,"
    ".bpmn g.went circle,.bpmn g.went path:not(.sign){stroke:var(--collection);stroke-dasharray:3 3}"
    ".bpmn .went text{fill:var(--collection);text-decoration:line-through}"
    ".bpmn .flow.went{stroke:var(--collection);stroke-dasharray:3 3}.bpmn .flow.came{stroke:var(--teal)}"
    ".bpmn .came rect,.bpmn .came circle,.bpmn .came path:not(.sign){stroke:var(--teal);stroke-width:2}"
)


def style(rules: str, root: str) -> str:
    """A style sheet for a drawing that stands alone: `rules` with the palette, dark where the screen is."""
    dark = f"@media screen and (prefers-color-scheme:dark){{{root}{{{variables(DARK)}}}}}"
    return f"<style>{root}{{{variables(LIGHT)};background:var(--ground);font-family:{FONT}}}{dark}{rules}</style>"


def svg(
    model: ProcessModel,
    layout: Layout,
    *,
    lang: str | None = None,
    proposed: bool = False,
    states: Mapping[str, str] | None = None,
    alone: bool = True,
    min_count: int = 5,
) -> str:
    """Draw a process.

    Parameters
    ----------
    model, layout
        The process, and `lay_out` of it.
    lang
        ``zh`` or ``en`` for the names of lanes and counts; None: the language in force, as at `lay_out`.
    proposed
        Whether it is the to-be: the applicant's lane is tinted as proposed, not as a burden.
    states
        Node or flow id -> ``went``, ``came`` or ``stayed``, as `reports.bpmn.overview.lay_over` gives them.
    alone
        Whether it carries its palette and rules; a page that inlines it has `RULES` and `reports.palette` itself.
    min_count
        Counts of cases below it are not shown.
    """
    with wording.using(lang or wording.language()):
        return "\n".join(_document(model, layout, proposed, states or {}, alone, min_count))


def _document(
    model: ProcessModel, layout: Layout, proposed: bool, states: Mapping[str, str], alone: bool, min_count: int
) -> list[str]:
    names = [wrap(lane_label(lane.name), NAME_PX, FONT_PX, most=3) for lane in layout.lanes]
    head = max([HEAD_PX, *(widest(name, FONT_PX) + 28 for name in names)])
    left = HEAD_PX - head
    width, height = layout.pool.right - left, layout.pool.bottom
    kind = "bpmn proposed" if proposed else "bpmn"
    title = clean(model.name) or wording.say("diagrams.process")
    lanes = ", ".join(clean(lane_label(lane.name)) for lane in layout.lanes)
    about = wording.say("diagrams.about", steps=sum(s.kind == "task" for s in layout.shapes), lanes=lanes)
    view = f"{left - 1} -1 {width + 2} {height + 2}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="{view}" width="{width + 2}"'
        f' height="{height + 2}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(about)}</desc>",
    ]
    if alone:
        out.append(style(RULES, ".bpmn"))
    out.append("<defs>")
    for name, extra in (("arrow", ""), ("arrow-back", " back"), ("arrow-data", " data")):
        out.append(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7"'
            f' orient="auto" markerUnits="userSpaceOnUse"><path class="arrow{extra}" d="M0 .8 8 4 0 7.2z"/></marker>'
        )
    out.append("</defs>")
    for index, (lane, lines) in enumerate(zip(layout.lanes, names, strict=True)):
        out += _lane(lane, lines, left, width, index)
    out.append(f'<rect class="frame" x="{left}" y="0" width="{width}" height="{height}"/>')
    out += [_line(edge, states) for edge in sorted(layout.edges, key=lambda e: e.kind)]
    nodes = {node.id: node for node in model.nodes}
    out += [_shape(shape, nodes.get(shape.id), states, min_count) for shape in layout.shapes]
    out += [_flow_name(edge) for edge in layout.edges if edge.label_box]
    return [*out, "</svg>"]


def _lane(lane: Lane, lines: tuple[str, ...], left: int, width: int, index: int) -> list[str]:
    box = lane.box
    kind = "lane applicant" if lane.name == APPLICANT else "lane odd" if index % 2 else "lane"
    band = f'<rect class="{kind}" x="{left}" y="{box.y}" width="{width}" height="{box.h}"/>'
    out = [band]
    if index:
        out.append(f'<path class="border" d="M{left} {box.y}h{width}"/>')
    y = box.cy - (len(lines) - 1) * LINE_PX / 2 + 4
    out.append(_text(lines, left + 12, y, LINE_PX, "lane-name"))
    return out


def _text(lines: tuple[str, ...], x: float, y: float, step: int, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    if len(lines) == 1:
        return f'<text{name} x="{x:g}" y="{y:g}">{escape(lines[0])}</text>'
    spans = "".join(f'<tspan x="{x:g}" y="{y + i * step:g}">{escape(line)}</tspan>' for i, line in enumerate(lines))
    return f"<text{name}>{spans}</text>"


def rounded(points: tuple[Point, ...]) -> str:
    """SVG path data of an orthogonal polyline with rounded bends."""
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for (x0, y0), (x, y), (x2, y2) in zip(points, points[1:], points[2:], strict=False):
        before, after = abs(x - x0) + abs(y - y0), abs(x2 - x) + abs(y2 - y)
        r = min(BEND_PX, before // 2, after // 2)
        turn = (x0 == x) != (x == x2)
        if r < 1 or not turn:
            parts.append(f"L{x} {y}")
            continue
        ax, ay = x - _sign(x - x0) * r, y - _sign(y - y0) * r
        bx, by = x + _sign(x2 - x) * r, y + _sign(y2 - y) * r
        parts.append(f"L{ax} {ay}Q{x} {y} {bx} {by}")
    return "".join([*parts, f"L{points[-1][0]} {points[-1][1]}"])


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _line(edge: Edge, states: Mapping[str, str]) -> str:
    data = edge.kind == "association"
    kinds = [edge.kind, "back" if edge.back else "", states.get(edge.id, "")]
    arrow = "arrow-data" if data or "data" in kinds or "came" in kinds else "arrow-back" if edge.back else "arrow"
    kind = " ".join(filter(None, kinds))
    length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(edge.points))
    return (
        f'<path class="{kind}" id={quoteattr(edge.id)} data-source={quoteattr(edge.source)}'
        f' data-target={quoteattr(edge.target)} data-length="{length}" marker-end="url(#{arrow})"'
        f' d="{rounded(edge.points)}"/>'
    )


def _flow_name(edge: Edge) -> str:
    box = edge.label_box
    assert box is not None
    return _text(edge.lines, box.x + 1, box.y + 11, LABEL_PX, "flow-name")


def _outline(shape: Shape) -> str:
    box = shape.box
    if shape.kind == "task":
        return f'<rect x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}" rx="6"/>'
    if shape.kind in ("start", "end"):
        return f'<circle cx="{box.cx}" cy="{box.cy}" r="{box.w / 2:g}"/>'
    if shape.kind == "data":
        fold = 10
        return (
            f'<path d="M{box.x} {box.y}h{box.w - fold}l{fold} {fold}v{box.h - fold}h{-box.w}z'
            f'M{box.right - fold} {box.y}v{fold}h{fold}"/>'
        )
    half_w, half_h = box.w // 2, box.h // 2
    diamond = f"M{box.cx} {box.y}L{box.cx + half_w} {box.cy}L{box.cx} {box.y + 2 * half_h}L{box.cx - half_w} {box.cy}z"
    return f'<path d="{diamond}"/>{_sign_of(shape.kind, box)}'


def _sign_of(kind: str, box: Box) -> str:
    x, y = box.cx, box.cy
    if kind == "parallel":
        return f'<path class="sign" d="M{x - 10} {y}h20M{x} {y - 10}v20"/>'
    if kind == "exclusive":
        return f'<path class="sign" d="M{x - 7} {y - 7}l14 14M{x + 7} {y - 7}l-14 14"/>'
    return f'<path class="sign" d="M{x - 9} {y}a9 9 0 1 0 18 0a9 9 0 1 0-18 0"/>'


def _cases(node: Node) -> int:
    """Cases that come to a step; 0 where several services share it, for their cases are other people's too."""
    services = {origin.service for origin in node.origins}
    return max((origin.cases for origin in node.origins), default=0) if len(services) == 1 else 0


def _shape(shape: Shape, node: Node | None, states: Mapping[str, str], min_count: int) -> str:
    kinds = {"start": "event", "end": "event end", "data": "data", "task": "task"}
    kind = [kinds.get(shape.kind, "gateway"), states.get(shape.id, "")]
    title, count = "", 0
    if node is not None:
        kind += ["own" if node.lane == APPLICANT else "", "moved" if node.by_move else ""]
        kind.append("person" if node.in_person else "")
        title = f"<title>{escape(clean(node.label))}</title>" if node.label else ""
        count = _cases(node)
    box = shape.box
    parts = [title, _outline(shape)]
    if shape.kind == "task" and shape.lines:
        shown = count >= min_count
        rows = len(shape.lines) + shown
        y = box.cy - (rows - 1) * LINE_PX / 2 + 4
        parts.append(_text(shape.lines, box.cx, y, LINE_PX))
        if shown:
            text = (wording.say("diagrams.cases", n=f"{count:,}"),)
            parts.append(_text(text, box.cx, y + len(shape.lines) * LINE_PX + 1, LINE_PX, "count"))
    elif shape.label_box:
        label = shape.label_box
        parts.append(_text(shape.lines, label.cx, label.y + 11, LABEL_PX))
    name = "data-object" if shape.kind == "data" else "data-node"
    return f'<g class="{" ".join(filter(None, kind))}" {name}={quoteattr(shape.id)}>{"".join(parts)}</g>'
