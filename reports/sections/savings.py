"""Savings with their intervals: against today's episodes, by move, all numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from redesign.measures import MEASURES
from reports import savings_view as view
from reports.blocks import Block, Column, Dots, Figure, Interval, Intervals, Notes, Section, Step, Steps, Table
from reports.disclosure import small
from reports.inputs import ReportInputs
from reports.text import count, name, number, percent, signed
from wording import say

MOST_DOTS = 120


def section(inputs: ReportInputs) -> Section:
    """The section of savings."""
    topic = say("report.savings.topic")
    if not inputs.savings:
        return Section("savings", topic, say("report.savings.off-heading"), off=say("report.savings.off"))
    saving = inputs.savings[0]
    blocks: list[Block] = []
    dots = _dots(inputs, saving)
    if dots is not None:
        blocks.append(dots)
    steps = _steps(saving)
    if steps is not None:
        blocks.append(steps)
    alone = _alone(saving)
    if alone is not None:
        blocks.append(alone)
    blocks.append(_numbers(saving))
    if len(inputs.savings) > 1:
        blocks.append(_others(inputs))
    blocks += _notes(saving)
    return Section("savings", topic, _heading(saving), _deck(saving), tuple(blocks))


def _heading(saving: Mapping[str, Any]) -> str:
    less, days_less = view.estimate(saving, "lead_time_mean_h", "saving"), view.told(saving, "lead_time_mean_h")
    trips, trips_less = view.estimate(saving, "trips_mean", "saving"), view.told(saving, "trips_mean")
    if less is None or days_less is None or not less.sure or less.value <= 0:
        if trips is not None and trips_less is not None and trips.value > 0 and trips.sure:
            return say("report.savings.heading-trips", trips=number(trips_less.value))
        return say("report.savings.heading-unsure")
    best = view.largest(saving)
    if best is None or best[0] != "lead_time_mean_h" or best[2].value > less.value:
        return say("report.savings.heading-days", days=number(days_less.value))
    share = percent(best[2].value / less.value)
    return say(
        "report.savings.heading", days=number(days_less.value), share=share, move=say(f"report.move.{best[1]}.name")
    )


def _deck(saving: Mapping[str, Any]) -> str:
    parts = []
    less = view.told(saving, "lead_time_mean_h")
    if less is not None:
        interval = say("report.range", low=number(less.low), high=number(less.high))
        parts.append(say("report.savings.deck.days", days=number(less.value), range=interval))
    for move, share in view.shares(saving, "lead_time_mean_h"):
        if share.value < -0.05 and share.sure:
            trips = dict(view.shares(saving, "trips_mean")).get(move)
            key = "costs-but" if trips is not None and trips.value > 0.05 else "costs"
            key += "-waiting" if move == "one_delivery" else ""
            fewer = number(trips.value) if trips is not None else ""
            move_name = say(f"report.move.{move}.name")
            parts.append(say(f"report.savings.deck.{key}", move=move_name, days=number(-share.value), trips=fewer))
    alone = view.shares(saving, "lead_time_mean_h", alone=True)
    if less is not None and alone:
        move, best = max(alone, key=lambda item: item[1].value)
        if move == "parallel_review" and best.value >= 0.9 * less.value:
            parts.append(say("report.savings.deck.trap", move=say(f"report.move.{move}.name"), days=number(best.value)))
    return "".join(part[:1].upper() + part[1:] for part in parts)


def _dots(inputs: ReportInputs, saving: Mapping[str, Any]) -> Figure | None:
    leads = sorted(hours / 24 for hours in inputs.lead_times_h)
    median = view.estimate(saving, "lead_time_median_h", "to_be")
    p90 = view.estimate(saving, "lead_time_p90_h", "to_be")
    if len(leads) < inputs.min_count or median is None or p90 is None:
        return None
    n = len(leads)
    percentiles = n > MOST_DOTS
    dots = tuple(leads[int((i + 0.5) / 100 * n)] for i in range(100)) if percentiles else tuple(leads)
    slower = n - bisect_right(leads, p90.value)
    bins = _histogram(leads, inputs.min_count)
    table = Table(
        "lead-times",
        say("report.savings.dots.table"),
        (
            Column("from_days", say("report.column.from_days"), "number"),
            Column("to_days", say("report.column.to_days"), "number"),
            Column("episodes", say("report.column.episodes"), "count"),
        ),
        bins,
    )
    title = say("report.savings.dots.title", p90=number(p90.value), share=percent(slower / n))
    return Figure(
        "fig-lead-times",
        title,
        Dots(
            dots,
            median.value,
            p90.value,
            say("report.savings.dots.median", days=number(median.value)),
            say("report.savings.dots.p90", days=number(p90.value)),
            say("report.savings.dots.slower", n=slower, count=count(slower)),
            say("report.savings.dots.each-percent" if percentiles else "report.savings.dots.each", count=count(n)),
            say("report.answer.days.unit"),
        ),
        say("report.savings.dots.caption"),
        table,
    )


def _histogram(leads: list[float], least: int) -> tuple[tuple[object, ...], ...]:
    """At most ten bins of whole days, joined until each holds enough to be told."""
    width = max(1, -(-int(leads[-1] + 1) // 10))
    bins: list[tuple[int, int, int]] = []
    for i in range(10):
        n = sum(min(9, int(value // width)) == i for value in leads)
        if bins and (small(bins[-1][2], least) or not bins[-1][2]):
            bins[-1] = (bins[-1][0], (i + 1) * width, bins[-1][2] + n)
        else:
            bins.append((i * width, (i + 1) * width, n))
    if len(bins) > 1 and bins[-1][2] < least:
        last = bins.pop()
        bins[-1] = (bins[-1][0], last[1], bins[-1][2] + last[2])
    return tuple(bins)


def _steps(saving: Mapping[str, Any]) -> Figure | None:
    charts, rows, adds_up = [], [], True
    for measure in ("lead_time_mean_h", "trips_mean"):
        parts = view.shares(saving, measure)
        before, after = view.estimate(saving, measure, "as_is"), view.estimate(saving, measure, "to_be")
        if not parts or before is None or after is None:
            continue
        unit = say("report.answer.days.unit" if measure in view.DAYS else "report.answer.trips.unit")
        label = say(f"report.measure.{measure}")
        steps = [Step(say("report.answer.today"), 0.0, before.value, "today", number(before.value))]
        level = before.value
        for move, share in parts:
            role = "saves" if share.value >= 0 else "costs"
            low, high = level - share.high, level - share.low
            text = signed(-share.value) if abs(share.value) >= 0.05 else signed(-share.value, 2)
            steps.append(Step(say(f"report.move.{move}.name"), level, level - share.value, role, text, low, high))
            level -= share.value
            rows.append((label, say(f"report.move.{move}.name"), share.value, share.low, share.high))
        steps.append(Step(say("report.answer.proposed"), 0.0, after.value, "proposed", number(after.value)))
        charts.append((label, unit, tuple(steps)))
        less = sum(round(share.value, 1) for _, share in parts)
        adds_up &= round(less, 1) == round(round(before.value, 1) - round(after.value, 1), 1)
    if not charts:
        return None
    table = Table(
        "savings-by-move",
        say("report.savings.steps.table"),
        (
            Column("measure", say("report.column.measure")),
            Column("move", say("report.column.move")),
            *(Column(key, say(f"report.column.{key}"), "fine") for key in ("saving", "low", "high")),
        ),
        tuple(rows),
    )
    n = len(saving.get("moves", ()))
    title = say("report.savings.steps.title", n=n, count=count(n))
    caption = say("report.savings.steps.caption") + ("" if adds_up else say("report.savings.steps.rounded"))
    return Figure("fig-steps", title, Steps(tuple(charts)), caption, table)


def _alone(saving: Mapping[str, Any]) -> Figure | None:
    columns = {m: dict(view.shares(saving, m, alone=True)) for m in view.SHOWN}
    used = [m for m in view.SHOWN if columns[m]]
    if not used:
        return None
    rows = []
    for move in saving.get("moves", ()):
        line = tuple(_interval(columns[m].get(str(move))) for m in used)
        rows.append((say(f"report.move.{move}.name"), line))
    together = tuple(_interval(view.told(saving, m)) for m in used)
    rows.append((say("report.savings.alone.together", n=len(rows)), together))
    measures = tuple((say(f"report.measure.{m}"), _unit(m)) for m in used)
    chart = Intervals(say("report.column.move"), measures, tuple(rows), frozenset({len(rows) - 1}))
    return Figure("fig-alone", say("report.savings.alone.title"), chart, say("report.savings.alone.caption"))


def _unit(measure: str) -> str:
    return say(f"report.less.{measure}")


def _interval(part: view.Estimate | None) -> Interval:
    if part is None:
        return Interval(None)
    text = number(part.value)
    between = say("report.range", low=number(part.low), high=number(part.high)) if part.wide else ""
    return Interval(part.value, part.low, part.high, text, between)


def _numbers(saving: Mapping[str, Any]) -> Table:
    rows = []
    for measure in MEASURES:
        as_is = view.estimate(saving, measure, "as_is")
        to_be = view.estimate(saving, measure, "to_be")
        less = view.told(saving, measure)
        if as_is is None or to_be is None or less is None:
            continue
        between = say("report.between", low=number(less.low), high=number(less.high))
        label = say(f"report.measure.{measure}")
        # As told, so that whoever subtracts finds the saving; `savings.json` has every digit.
        rows.append(
            (label, view.observed(saving, measure), round(as_is.value, 1), round(to_be.value, 1), less.value, between)
        )
    return Table(
        "savings",
        say("report.savings.numbers.title"),
        (
            Column("measure", say("report.column.each")),
            Column("observed", say("report.column.observed"), "number"),
            Column("as_is", say("report.column.as_is"), "number"),
            Column("to_be", say("report.column.to_be"), "number"),
            Column("saving", say("report.column.less"), "number"),
            Column("interval", say("report.column.interval"), "range"),
        ),
        tuple(rows),
        say(
            "report.savings.numbers.caption",
            n=count(int(saving.get("replications", 0) or 0)),
            seed=saving.get("seed", ""),
            episodes=count(int(saving.get("episodes", 0) or 0)),
        ),
    )


def _others(inputs: ReportInputs) -> Table:
    rows = []
    for saving in inputs.savings:
        lead, trips = (view.told(saving, m) for m in ("lead_time_mean_h", "trips_mean"))
        moves = say("report.list.comma").join(say(f"report.move.{m}.name") for m in saving.get("moves", ()))
        rows.append(
            (
                name(saving.get("bundle")),
                moves,
                int(saving.get("episodes", 0) or 0),
                lead and lead.value,
                lead and lead.low,
                lead and lead.high,
                trips and trips.value,
            )
        )
    return Table(
        "savings-by-bundle",
        say("report.savings.others.title"),
        (
            Column("bundle", say("report.column.bundle")),
            Column("moves", say("report.column.moves"), several=True),
            Column("episodes", say("report.column.whole_episodes"), "count"),
            Column("days", say("report.column.days_less"), "number"),
            Column("low", say("report.column.low"), "number"),
            Column("high", say("report.column.high"), "number"),
            Column("trips", say("report.column.trips_less"), "number"),
        ),
        tuple(rows),
        most=20,
    )


def _notes(saving: Mapping[str, Any]) -> list[Notes]:
    checked = saving.get("validation") or {}
    # What could not be checked has its own note; what failed is told once, with its date.
    told = {"simulation.note-not-validated"} if checked.get("metrics") else set()
    sentences = [say(key, **values) for key, values in saving.get("notes", ()) or () if key not in told]
    if checked.get("metrics") or checked.get("passed"):
        key = "passed" if checked.get("passed") else "failed"
        date = str(checked.get("holdout_from", ""))[:10]
        sentences.append(say(f"report.savings.validation.{key}", date=date))
    return [Notes("savings-notes", say("report.savings.notes.title"), tuple(sentences))] if sentences else []
