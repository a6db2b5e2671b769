"""Trips: how many, where to, why, and which a proposal makes needless."""

from __future__ import annotations

from collections.abc import Iterable

from reports import savings_view as view
from reports.blocks import Bars, Column, Figure, Part, Section, Strip, Table
from reports.disclosure import publish, publish_parts, shown, small
from reports.inputs import ReportInputs, TripCounts, TripFacts
from reports.text import count, name, number, strong
from wording import say

KINDS = ("first", "multi", "collection", "correction", "other")
MOST = 12


def values_of(counts: TripCounts) -> tuple[int, ...]:
    """The counts in the order of `KINDS`."""
    return (counts.first, counts.multi, counts.collection, counts.correction, counts.other)


def drawn(facts: TripFacts, least: int) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """What the charts draw: (role, label, the kinds it holds). Returns for other causes join corrections where few."""
    last = ("correction", "rest", (3, 4)) if 0 < facts.counts.other < max(least, 0.02 * facts.counts.total) else None
    kinds = tuple((k, k, (i,)) for i, k in enumerate(KINDS))
    chosen = (*kinds[:3], last) if last else kinds
    return tuple((role, say(f"report.trips.kind.{key}"), held) for role, key, held in chosen)


def published(counts: TripCounts, least: int) -> tuple[tuple[int | None, ...], int | None]:
    """The kinds in the order of `KINDS`, and the returns: safe beside the total and beside each other."""
    values = values_of(counts)
    if small(counts.returns, least) or small(counts.first + counts.multi, least):
        return publish_parts(values, least), None
    return publish_parts(values[:2], least) + publish_parts(values[2:], least), counts.returns


def _sum(parts: Iterable[int | None]) -> int | None:
    found = list(parts)
    return None if None in found else sum(part or 0 for part in found)


def section(inputs: ReportInputs) -> Section:
    """The section of trips."""
    topic = say("report.trips.topic")
    facts = inputs.trips
    if facts is None or not facts.episodes or not facts.counts.total:
        key = "no-applicant" if "applicant" not in inputs.facts.roles else "none"
        return Section("trips", topic, say("report.trips.off-heading"), off=say(f"report.trips.off.{key}"))
    blocks = [_strip(facts, inputs.min_count), _bars(facts, facts.by_department, "department", inputs.min_count)]
    if len(facts.by_place) > 1:
        blocks.append(_bars(facts, facts.by_place, "place", inputs.min_count))
    return Section("trips", topic, _heading(facts), _deck(inputs, facts), tuple(blocks))


def mean(facts: TripFacts) -> float:
    """Trips an episode."""
    return facts.mean if facts.mean is not None else facts.counts.total / facts.episodes


def _heading(facts: TripFacts) -> str:
    back = facts.counts.returns
    values = {"mean": number(mean(facts)), "back": number(back / facts.episodes)}
    if 2 * facts.counts.first < facts.episodes:
        return say("report.trips.heading-few", n=count(facts.counts.first), episodes=count(facts.episodes))
    if not back:
        return say("report.trips.heading-no-return", **values)
    for cause in ("collection", "correction"):
        if 2 * getattr(facts.counts, cause) > back:
            return say(f"report.trips.heading-{cause}", **values)
    return say("report.trips.heading", **values)


def _deck(inputs: ReportInputs, facts: TripFacts) -> str:
    parts = []
    back = facts.counts.returns
    if back:
        parts.append(
            say(
                "report.trips.deck.causes",
                n=count(back),
                collection=count(facts.counts.collection),
                correction=count(facts.counts.correction),
            )
        )
        if facts.by_department:
            most = max(facts.by_department, key=lambda row: (row[1].returns, row[0]))
            if most[1].returns >= inputs.min_count:
                values = {"department": strong(most[0], 36), "n": count(most[1].returns)}
                parts.append(say("report.trips.deck.most", **values))
            fix = max(facts.by_department, key=lambda row: (row[1].correction, row[0]))
            if fix[1].correction >= inputs.min_count:
                values = {"department": strong(fix[0], 36), "n": count(fix[1].correction)}
                parts.append(say("report.trips.deck.correction", **values))
    less = view.estimate(inputs.savings[0], "trips_mean", "saving") if inputs.savings else None
    if less is not None and less.value > 0.05:
        low, high = number(less.low), number(less.high)
        value = number(less.value)
        parts.append(say("report.trips.deck.avoidable", value=value, range=say("report.range", low=low, high=high)))
    if facts.possible and facts.mean_with_possible is not None:
        low, high = number(mean(facts)), number(facts.mean_with_possible)
        parts.append(say("report.trips.deck.possible", n=count(facts.possible), low=low, high=high))
    return "".join(parts)


def _strip(facts: TripFacts, least: int) -> Figure:
    parts = tuple(
        Part(
            role,
            label,
            float(value),
            number(value / facts.episodes),
            say("report.trips.n", n=value, count=count(value)),
        )
        for role, label, held in drawn(facts, least)
        if (value := sum(values_of(facts.counts)[i] for i in held))
    )
    caption = say(
        "report.trips.strip.caption",
        episodes=count(facts.episodes),
        n=facts.counts.total,
        count=count(facts.counts.total),
    )
    if facts.inferred:
        caption += say("report.trips.strip.inferred", n=facts.inferred, count=count(facts.inferred))
    elif facts.observed:
        caption += say("report.trips.strip.observed")
    table = Table(
        "trips-by-kind",
        say("report.trips.strip.table"),
        (
            Column("kind", say("report.column.kind")),
            Column("trips", say("report.column.trips"), "count"),
            Column("mean", say("report.column.per_episode"), "fine"),
        ),
        tuple(
            (say(f"report.trips.kind.{k}"), v, v / facts.episodes)
            for k, v in zip(KINDS, values_of(facts.counts), strict=True)
        ),
    )
    return Figure("fig-trips", say("report.trips.strip.title", mean=number(mean(facts))), Strip(parts), caption, table)


def _bars(facts: TripFacts, by: tuple[tuple[str, TripCounts], ...], what: str, least: int) -> Figure:
    ranked = sorted(by, key=lambda row: (-row[1].total, row[0]))
    kinds = drawn(facts, least)
    rows, lines = [], []
    for label, counts in ranked:
        parts, back = published(counts, least)
        total = publish(counts.total, least)
        sums = tuple(_sum(parts[i] for i in held) for _, _, held in kinds)
        rows.append((name(label, 40), sums, total))
        lines.append((name(label), total, *parts, back))
    together = sum(row[1].total for row in by)
    caption = ""
    if what == "department" and together > facts.counts.total:
        caption = say(
            "report.trips.bars.overlap",
            sum=count(together),
            both=count(together - facts.counts.total),
            total=count(facts.counts.total),
        )
    elif together == facts.counts.total:
        caption = say("report.trips.bars.adds", total=count(together))
    if any(part is None for row in rows for part in row[1]):
        caption += say("report.trips.bars.withheld", k=shown(None, least))
    if len(rows) > MOST:
        caption += say("report.trips.bars.more", n=count(len(rows) - MOST))
    used = [i for i in range(len(kinds)) if any(row[1][i] != 0 for row in rows)]
    series = tuple(kinds[i][:2] for i in used)
    chart = Bars(series, tuple((r[0], tuple(r[1][i] for i in used), r[2]) for r in rows[:MOST]))
    table = Table(
        f"trips-by-{what}",
        say(f"report.trips.bars.table-{what}"),
        (
            Column(what, say(f"report.column.{what}")),
            Column("trips", say("report.column.trips"), "count", people=True),
            *(Column(k, say(f"report.trips.kind.{k}"), "count", people=True, parts=True) for k in KINDS),
            Column("returns", say("report.column.returns"), "count", people=True),
        ),
        tuple(lines),
    )
    return Figure(f"fig-trips-{what}", say(f"report.trips.bars.title-{what}"), chart, caption, table, series)
