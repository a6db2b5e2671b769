"""The one form, and the list of what departments hand each other."""

from __future__ import annotations

from reports import denominators
from reports import savings_view as view
from reports.blocks import Bars, Column, Figure, Section, Table
from reports.disclosure import publish
from reports.inputs import ReportInputs
from reports.text import count, listed, name, number, strong
from wording import say


def section(inputs: ReportInputs) -> Section:
    """The section of the form."""
    topic = say("report.form.topic")
    if not inputs.form:
        return Section("form", topic, say("report.form.off-heading"), off=say("report.form.off"))
    kept = [row for row in inputs.form if row.proposed_mean > 0]
    gone = [row for row in inputs.form if row.proposed_mean <= 0]
    heading = say("report.form.heading" if gone else "report.form.heading-all", n=len(kept), m=len(gone))
    before = sum(row.today_mean for row in inputs.form)
    after = sum(row.proposed_mean for row in inputs.form)
    deck = say("report.form.deck", before=number(before), after=number(after))
    forecast = view.estimate(inputs.savings[0], "submissions_mean", "to_be") if inputs.savings else None
    if forecast is not None and forecast.value > after + 0.05:
        deck += say("report.form.with-rework", all=number(forecast.value))
    rows = sorted(inputs.form, key=lambda row: (row.proposed_mean <= 0, -row.today_mean, row.material_class))
    table = Table(
        "form",
        say("report.form.table.title"),
        (
            Column("material_class", say("report.column.material")),
            Column("why", say("report.column.treatment")),
            Column("departments", say("report.column.asked_by"), several=True),
            Column("today", say("report.column.today_each"), "number"),
            Column("proposed", say("report.column.proposed_each"), "number"),
        ),
        tuple(
            (
                name(row.material_class),
                say(f"report.form.verdict.{row.why}"),
                say("report.list.comma").join(name(d, 40) for d in row.departments),
                row.today_mean,
                row.proposed_mean,
            )
            for row in rows
        ),
        say("report.form.table.caption"),
        bars=frozenset({"today", "proposed"}),
    )
    return Section("form", topic, heading, deck, (table,))


def handover(inputs: ReportInputs) -> Section:
    """The section of the hand-over list."""
    topic = say("report.handover.topic")
    listed_ones = [h for h in inputs.handovers if h.receivers]
    if not listed_ones:
        return Section("handover", topic, say("report.handover.off-heading"), off=say("report.handover.off"))
    total = sum(n for h in listed_ones for _, n in h.receivers)
    ranked = sorted(listed_ones, key=lambda h: (-sum(n for _, n in h.receivers), h.document))
    documents = listed(name(h.document, 30) for h in ranked[:3])
    links = sum(len(h.receivers) for h in listed_ones)
    heading = say("report.handover.heading", n=len(listed_ones), documents=documents, count=count(total))
    first = ranked[0]
    deck = say(
        "report.handover.deck",
        n=links,
        document=name(first.document, 30),
        issuer=strong(first.issuer, 30),
        count=count(sum(n for _, n in first.receivers)),
    )
    rows, bars = [], []
    for h in ranked:
        state = say("report.handover.connected" if h.connected else "report.handover.open")
        for receiver, n in sorted(h.receivers, key=lambda row: (-row[1], row[0])):
            shown = publish(n, inputs.min_count)
            rows.append((name(h.document), name(h.issuer), name(receiver), shown, state))
            label = say("report.handover.row", document=name(h.document, 24), receiver=name(receiver, 30))
            bars.append((label, (shown,), shown))
    table = Table(
        "handovers",
        say("report.handover.table"),
        (
            Column("document", say("report.column.document")),
            Column("issuer", say("report.column.issuer")),
            Column("receiver", say("report.column.receiver")),
            Column("submissions", say("report.column.submissions_today"), "count", people=True),
            Column("state", say("report.column.state")),
        ),
        tuple(rows),
    )
    chart = Bars((("shared", say("report.handover.series")),), tuple(bars[:20]))
    caption = say("report.handover.caption")
    kept = denominators.whole(inputs)
    if kept and inputs.focus_is_bundle:
        caption += say("report.handover.of", n=count(kept))
    figure = Figure("fig-handovers", say("report.handover.title"), chart, caption, table)
    return Section("handover", topic, heading, deck, (figure,))
