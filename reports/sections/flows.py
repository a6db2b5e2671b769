"""The departmental flow map: where applicants apply, in order."""

from __future__ import annotations

from reports.blocks import Column, Drawing, Figure, Section, Table
from reports.disclosure import publish, small
from reports.flow_maps import visits_told
from reports.inputs import FlowRow, ReportInputs
from reports.text import count, listed, name, span, strong
from wording import say


def section(inputs: ReportInputs) -> Section:
    """The section of the flow map."""
    topic = say("report.flows.topic")
    inner = between(inputs.flows)
    if not inner:
        key = "one" if len(inputs.cards) == 1 else "none"
        return Section("flows", topic, say(f"report.flows.off-heading.{key}"), off=say(f"report.flows.off.{key}"))
    return Section("flows", topic, _heading(inputs, inner), _deck(inputs, inner), (_figure(inputs, inner),))


def between(flows: tuple[FlowRow, ...]) -> list[FlowRow]:
    """Flows from one department to another, the strongest first."""
    inner = [row for row in flows if row.source and row.target and row.source != row.target]
    return sorted(inner, key=lambda row: (-row.cases, row.source, row.target))


def _total(inputs: ReportInputs) -> int:
    starts = sum(row.cases for row in inputs.flows if not row.source)
    return starts or max((row.cases for row in inputs.flows), default=0)


def _next(inner: list[FlowRow], department: str) -> list[FlowRow]:
    return [row for row in inner if row.source == department]


def _heading(inputs: ReportInputs, inner: list[FlowRow]) -> str:
    first = inner[0]
    then = _next(inner, first.target)
    values = {
        "a": name(first.source, 30),
        "b": name(first.target, 30),
        "n": count(_total(inputs)),
        "k": count(first.cases),
        "unit": say("report.unit.episodes" if inputs.focus_is_bundle else "report.unit.cases"),
    }
    if then and then[0].cases < 0.6 * sum(row.cases for row in then):
        return say("report.flows.heading-then", **values)
    return say("report.flows.heading", **values)


def _deck(inputs: ReportInputs, inner: list[FlowRow]) -> str:
    first = inner[0]
    then = [row for row in _next(inner, first.target) if row.cases >= inputs.min_count][:3]
    parts = []
    if then:
        onward = listed(say("report.flows.deck.to", b=strong(row.target, 30), n=count(row.cases)) for row in then)
        parts.append(say("report.flows.deck.onward", a=strong(first.target, 30), onward=onward))
    tied = [tie for tie in inputs.ties if tie.kind in ("data", "legal")]
    soft = [tie for tie in inputs.ties if tie.kind == "soft"]
    if inputs.ties:
        key = "report.flows.deck.ties" if soft else "report.flows.deck.ties-only"
        parts.append(say(key, n=len(tied), m=len(soft)))
    return "".join(parts)


def _figure(inputs: ReportInputs, inner: list[FlowRow]) -> Figure:
    rows = tuple(
        (
            name(row.source) or say("report.flows.start"),
            name(row.target) or say("report.flows.end"),
            publish(row.cases, inputs.min_count),
            *(
                None if wait is None or small(row.cases, inputs.min_count) else wait / 24
                for wait in (row.median_wait_h, row.p90_wait_h)
            ),
        )
        for row in sorted(inputs.flows, key=lambda row: (-row.cases, row.source, row.target))
    )
    table = Table(
        "department-flows",
        say("report.flows.table.title"),
        (
            Column("source", say("report.column.source")),
            Column("target", say("report.column.target")),
            Column("cases", say("report.column.cases"), "count", people=True),
            Column("median_wait_days", say("report.column.median_wait_days"), "number"),
            Column("p90_wait_days", say("report.column.p90_wait_days"), "number"),
        ),
        rows,
    )
    greatest = max(row.cases for row in inputs.flows)
    chart = Drawing(inputs.flow_map_svg, "map", least=inputs.min_count, greatest=greatest)
    caption = say("report.flows.map.caption") if inputs.flow_map_svg else say("report.flows.map.none")
    if inputs.flow_map_svg and len(inputs.cards) > (boxes := inputs.flow_map_svg.count(" data-node=")):
        caption += say("report.flows.map.apart", n=count(len(inputs.cards) - boxes), k=inputs.min_count)
    slowest = max(
        (r for r in inner if r.median_wait_h), key=lambda r: (r.median_wait_h, r.source, r.target), default=None
    )
    if slowest is not None and slowest.median_wait_h is not None and slowest.cases >= inputs.min_count:
        values = {"a": strong(slowest.source, 30), "b": strong(slowest.target, 30)}
        caption += say("report.flows.map.slowest", span=span(slowest.median_wait_h), **values)
    drawn = {kind for parts in visits_told(inputs.trips, inputs.min_count).values() for kind, _ in parts}
    kinds = (("first", "first"), ("multi", "multi"), ("going", "going"), ("collection", "return"))
    legend = tuple((role, say(f"report.trips.kind.{kind}")) for role, kind in kinds if kind in drawn)
    title = say("report.flows.map.title" if inputs.focus_is_bundle else "report.flows.map.title-cases")
    return Figure("fig-flows", title, chart, caption, table, legend if inputs.flow_map_svg else ())
