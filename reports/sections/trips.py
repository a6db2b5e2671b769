"""Trips: how many, where to, why, and which a proposal makes needless."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass

from reports import savings_view as view
from reports.blocks import Bars, Column, Figure, Part, Section, Strip, Table
from reports.disclosure import Sum, conceal, shown, small
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


@dataclass(frozen=True, slots=True)
class Told:
    """Of a department or place: the trips, those by kind in the order of `KINDS`, the returns; None is withheld."""

    total: int | None
    parts: tuple[int | None, ...]
    returns: int | None


def published(
    rows: Sequence[TripCounts], least: int, *, whole: TripCounts | None = None, told: Set[int] = frozenset()
) -> list[Told]:
    """The rows of a table of trips, safe beside each other.

    Parameters
    ----------
    whole
        What the rows add up to, kind by kind, where they do and it is told.
    told
        Rows that another table tells as well: a second count is better withheld in another row.
    """
    values: dict[Hashable, int] = {}
    sums: list[Sum] = []
    for r, counts in enumerate(rows):
        kinds = values_of(counts)
        values |= {(r, i): value for i, value in enumerate(kinds)}
        values |= {(r, "going"): sum(kinds[:2]), (r, "returns"): counts.returns, (r, "total"): counts.total}
        sums.append(Sum(((r, "going"), (r, "returns")), (r, "total")))
        sums.append(Sum(((r, 0), (r, 1)), (r, "going")))
        sums.append(Sum(((r, 2), (r, 3), (r, 4)), (r, "returns")))
    if whole is not None:
        keys = (0, 1, 2, 3, 4, "going", "returns", "total")
        sums += [Sum(tuple((r, key) for r in range(len(rows)))) for key in keys]
    elsewhere = {key for key in values if isinstance(key, tuple) and key[0] in told}
    hidden = conceal(values, sums, least, told=elsewhere)

    def seen(r: int, key: Hashable) -> int | None:
        return None if (r, key) in hidden else values[r, key]

    return [
        Told(seen(r, "total"), tuple(seen(r, i) for i in range(len(KINDS))), seen(r, "returns"))
        for r in range(len(rows))
    ]


def _groups(one: Told) -> tuple[int, int]:
    """What is withheld of a row's kinds, as far as its groups are told: first and multi together, returns together."""
    if one.total is None or one.returns is None:
        return 0, 0
    going = one.total - one.returns - sum(part or 0 for part in one.parts[:2])
    return going, one.returns - sum(part or 0 for part in one.parts[2:])


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
    blocks = [_strip(facts, inputs.min_count), _bars(facts, "department", inputs.min_count)]
    if len(facts.by_place) > 1:
        blocks.append(_bars(facts, "place", inputs.min_count))
    return Section("trips", topic, _heading(inputs, facts), _deck(inputs, facts), tuple(blocks))


def mean(facts: TripFacts) -> float:
    """Trips an episode."""
    return facts.mean if facts.mean is not None else facts.counts.total / facts.episodes


def rows_of(facts: TripFacts, what: str, least: int) -> list[tuple[str, Told]]:
    """The departments or places, most trips first, as they may be told."""
    by, other = facts.by_department, facts.by_place
    by, other = (by, other) if what == "department" else (other, by)
    ranked = sorted(by, key=lambda row: (-row[1].total, row[0]))
    told = {i for i, (_, counts) in enumerate(ranked) if counts in [c for _, c in other]}
    whole = facts.counts if sum(row[1].total for row in by) == facts.counts.total else None
    safe = published([row[1] for row in ranked], least, whole=whole, told=told)
    return [(label, one) for (label, _), one in zip(ranked, safe, strict=True)]


def most_returns(facts: TripFacts, least: int) -> tuple[str, int] | None:
    """The department with most returns, where that may be told."""
    found = [(one.returns, label) for label, one in rows_of(facts, "department", least) if one.returns]
    return (max(found)[1], max(found)[0]) if found else None


def _most(facts: TripFacts, least: int, kind: int) -> tuple[str, int] | None:
    """The department with most trips of a kind (its place in `KINDS`), where that may be told."""
    found = [(n, label) for label, one in rows_of(facts, "department", least) if (n := one.parts[kind])]
    return (max(found)[1], max(found)[0]) if found else None


def unit(inputs: ReportInputs) -> dict[str, str]:
    """What the counts of the focus are counts of: episodes, or cases that the log does not cut off."""
    return {"unit": say(f"report.unit.whole-{'episodes' if inputs.focus_is_bundle else 'cases'}")}


def _heading(inputs: ReportInputs, facts: TripFacts) -> str:
    back = facts.counts.returns
    values = {"mean": number(mean(facts)), "back": number(back / facts.episodes)}
    if _few(facts):
        seen = {"n": count(facts.counts.first), "episodes": count(facts.episodes)}
        return say("report.trips.heading-few", **seen, **unit(inputs))
    if not back:
        return say("report.trips.heading-no-return", **values)
    for cause in ("collection", "correction"):
        if 2 * getattr(facts.counts, cause) > back:
            return say(f"report.trips.heading-{cause}", **values)
    return say("report.trips.heading", **values)


def _few(facts: TripFacts) -> bool:
    """Whether most episodes show nobody in person, so that a mean would mislead."""
    return 2 * facts.counts.first < facts.episodes


def _deck(inputs: ReportInputs, facts: TripFacts) -> str:
    parts = [say("report.trips.deck.inferred")] if _few(facts) and facts.inferred else []
    back = facts.counts.returns
    if back and not any(small(n, inputs.min_count) for n in (facts.counts.collection, facts.counts.correction)):
        parts.append(
            say(
                "report.trips.deck.causes",
                n=count(back),
                collection=count(facts.counts.collection),
                correction=count(facts.counts.correction),
            )
        )
    for key, told in (
        ("most", most_returns(facts, inputs.min_count)),
        ("correction", _most(facts, inputs.min_count, 3)),
    ):
        if told is not None and back:
            values = {"department": strong(told[0], 36), "n": count(told[1])}
            parts.append(say(f"report.trips.deck.{key}", **values))
    less = view.told(inputs.savings[0], "trips_mean") if inputs.savings else None
    if less is not None and less.value > 0.05:
        low, high = number(less.low), number(less.high)
        value = number(less.value)
        parts.append(say("report.trips.deck.avoidable", value=value, range=say("report.range", low=low, high=high)))
    if facts.possible and facts.mean_with_possible is not None:
        low, high = number(mean(facts)), number(facts.mean_with_possible)
        parts.append(say("report.trips.deck.possible", n=count(facts.possible), low=low, high=high))
    return "".join(parts)


def _strip(facts: TripFacts, least: int) -> Figure:
    one = published([facts.counts], least)[0]
    values = [(role, label, _sum(one.parts[i] for i in held)) for role, label, held in drawn(facts, least)]
    groups = zip(("going", "back"), _groups(one), strict=True)
    values += [(key, say(f"report.trips.kind.{key}"), value) for key, value in groups]
    parts = tuple(
        Part(
            role,
            label,
            float(value),
            count(value) if _few(facts) else number(value / facts.episodes),
            say("report.trips.n", n=value, count=count(value)),
        )
        for role, label, value in values
        if value
    )
    caption = say(
        "report.trips.strip.caption",
        episodes=count(facts.episodes),
        n=facts.counts.total,
        count=count(facts.counts.total),
    )
    if facts.inferred == facts.counts.total:
        caption += say("report.trips.strip.all-inferred")
    elif facts.inferred:
        caption += say("report.trips.strip.inferred", n=facts.inferred, count=count(facts.inferred))
    elif facts.observed:
        caption += say("report.trips.strip.observed")
    table = Table(
        "trips-by-kind",
        say("report.trips.strip.table"),
        (
            Column("kind", say("report.column.kind")),
            Column("trips", say("report.column.trips"), "count", parts=True),
            Column("mean", say("report.column.per_episode"), "fine", parts=True),
        ),
        tuple(
            (say(f"report.trips.kind.{k}"), v, None if v is None else v / facts.episodes)
            for k, v in zip(KINDS, one.parts, strict=True)
        ),
    )
    whole = {"n": count(facts.counts.total), "mean": number(mean(facts))}
    title = say("report.trips.strip.title-few" if _few(facts) else "report.trips.strip.title", **whole)
    return Figure("fig-trips", title, Strip(parts), caption, table)


def _bars(facts: TripFacts, what: str, least: int) -> Figure:
    safe = rows_of(facts, what, least)
    kinds = (*drawn(facts, least), *((key, say(f"report.trips.kind.{key}"), ()) for key in ("going", "back")))
    together = sum(counts.total for _, counts in (facts.by_department if what == "department" else facts.by_place))
    rows: list[tuple[str, tuple[int | None, ...], int | None]] = []
    lines = []
    for label, one in safe:
        sums = [_sum(one.parts[i] for i in held) for _, _, held in kinds[:-2]]
        rows.append((name(label, 40), (*sums, *_groups(one)), one.total))
        lines.append((name(label), one.total, *one.parts, one.returns))
    caption = ""
    if what == "department" and together > facts.counts.total:
        caption = say(
            "report.trips.bars.overlap",
            sum=count(together),
            both=count(together - facts.counts.total),
            total=count(facts.counts.total),
        )
    elif what == "department" and together < facts.counts.total:
        rest = facts.counts.total - together
        caption = say("report.trips.bars.nowhere", n=count(rest)) if not small(rest, least) else ""
    elif together == facts.counts.total:
        caption = say("report.trips.bars.adds", total=count(together))
    if any(part is None for _, one in safe for part in one.parts):
        caption += say("report.trips.bars.withheld", k=shown(None, least))
    if len(rows) > MOST:
        caption += say("report.trips.bars.more", n=count(len(rows) - MOST))
    used = [i for i in range(len(kinds)) if any(row[1][i] for row in rows)]
    series = tuple(kinds[i][:2] for i in used)
    chart = Bars(series, tuple((r[0], tuple(r[1][i] for i in used), r[2]) for r in rows[:MOST]))
    table = Table(
        f"trips-by-{what}",
        say(f"report.trips.bars.table-{what}"),
        (
            Column(what, say(f"report.column.{what}")),
            Column("trips", say("report.column.trips"), "count", people=True, parts=True),
            *(Column(k, say(f"report.trips.kind.{k}"), "count", people=True, parts=True) for k in KINDS),
            Column("returns", say("report.column.returns"), "count", people=True, parts=True),
        ),
        tuple(lines),
    )
    return Figure(f"fig-trips-{what}", say(f"report.trips.bars.title-{what}"), chart, caption, table, series)
