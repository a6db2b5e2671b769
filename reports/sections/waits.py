"""Waits: where the mean lead time goes; its parts add up to it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.blocks import Block, Column, Figure, Gantt, Part, Section, Strip, Table
from reports.inputs import ReportInputs, Timeline, WaitPart
from reports.sections import promises
from reports.text import count, days, name, percent, strong
from wording import say

ORDER = (
    "processing",
    "queue",
    "batching",
    "closed",
    "handover",
    "correction",
    "payment",
    "collection",
    "post",
    "relay",
    "suspended",
    "other",
)
ROLE = {
    "processing": "work",
    "queue": "queue",
    "batching": "queue",
    "closed": "today",
    "handover": "queue",
    "correction": "corrected",
    "payment": "corrected",
    "collection": "awaited",
    "post": "other",
    "relay": "relay",
    "suspended": "still",
    "other": "still",
}


TOLD_H = 1.2  # a department's mean below that would be told as 0.0 days


def part_of(waits: Sequence[WaitPart], cause: str) -> WaitPart | None:
    """The part of a cause, or None."""
    return next((part for part in waits if part.cause == cause), None)


def longest(waits: Sequence[WaitPart]) -> WaitPart | None:
    """The longest part that is no work; None where there is none."""
    idle = [part for part in waits if part.cause != "processing" and part.mean_h > 0]
    return max(idle, key=lambda part: (part.mean_h, part.cause), default=None)


def section(inputs: ReportInputs) -> Section:
    """The section of waits."""
    topic = say("report.waits.topic")
    waits = _ordered(inputs.waits)
    wait = longest(waits)
    promised = promises.table(inputs)
    if wait is None and promised is not None:
        return Section("waits", topic, promised.title, promises.sentence(inputs), (promised,))
    if wait is None:
        return Section("waits", topic, say("report.waits.off-heading"), off=say("report.waits.off"))
    total = sum(part.mean_h for part in waits)
    worked = part_of(waits, "processing")
    values = {"total": days(total), "cause": say(f"report.wait.{wait.cause}"), "wait": days(wait.mean_h)}
    heading = (
        say("report.waits.heading", work=days(worked.mean_h), **values)
        if worked is not None
        else say("report.waits.heading-no-work", **values)
    )
    blocks: list[Block] = [_strip(waits, total)]
    if inputs.timeline is not None and inputs.timeline.bars:
        blocks.append(_gantt(inputs.timeline))
    if promised is not None:
        blocks.append(promised)
    return Section("waits", topic, heading, _deck(waits, total) + promises.sentence(inputs), tuple(blocks))


def _ordered(waits: Sequence[WaitPart]) -> list[WaitPart]:
    place = {cause: i for i, cause in enumerate(ORDER)}
    return sorted((p for p in waits if p.mean_h > 0), key=lambda p: (place.get(p.cause, len(place)), p.cause))


def _deck(waits: Sequence[WaitPart], total: float) -> str:
    parts = []
    carried = [part for part in waits if part.cause in ("collection", "relay")]
    if carried:
        together = sum(part.mean_h for part in carried)
        parts.append(say("report.waits.deck.carried", days=days(together), share=percent(together / total)))
    for cause in ("queue", "correction"):
        part = part_of(waits, cause)
        hours = None if part is None else part.department_mean_h
        if part is not None and part.department and hours is not None and hours >= TOLD_H:
            values = {"department": strong(part.department, 36), "days": days(hours)}
            parts.append(say(f"report.waits.deck.{cause}", **values))
    return "".join(parts)


def _strip(waits: Sequence[WaitPart], total: float) -> Figure:
    parts = tuple(
        Part(
            ROLE.get(p.cause, "still"),
            say(f"report.wait.{p.cause}"),
            p.mean_h,
            days(p.mean_h),
            percent(p.mean_h / total),
        )
        for p in waits
    )
    table = Table(
        "waits",
        say("report.waits.table.title"),
        (
            Column("cause", say("report.column.cause")),
            Column("mean_days", say("report.column.mean_days"), "number"),
            Column("share", say("report.column.share"), "share"),
            Column("department", say("report.column.longest_at")),
            Column("department_days", say("report.column.days_there"), "number"),
        ),
        tuple(
            (
                say(f"report.wait.{p.cause}"),
                p.mean_h / 24,
                p.mean_h / total,
                name(p.department),
                None if p.department_mean_h is None else p.department_mean_h / 24,
            )
            for p in waits
        ),
    )
    return Figure(
        "fig-waits",
        say("report.waits.strip.title", days=days(total)),
        Strip(parts),
        say("report.waits.strip.caption"),
        table,
    )


def _gantt(timeline: Timeline) -> Figure:
    ends = max(bar.to_h for bar in timeline.bars)
    last_day = int(ends // 24)
    every = next(step for step in (1, 2, 3, 5, 7, 14, 28, 56, 10**6) if last_day / step <= 8)
    ticks = tuple((24.0 * d, say("report.waits.gantt.day", n=d + 1)) for d in range(0, last_day + 1, every))
    cases: dict[tuple[str, str], list[tuple[float, float, str, str]]] = {}
    for bar in sorted(timeline.bars, key=lambda b: (b.from_h, b.to_h, b.service)):
        text = f"{say(f'report.wait.{bar.cause}')} {days(bar.to_h - bar.from_h)}"
        cases.setdefault((bar.service, bar.department), []).append(
            (bar.from_h, bar.to_h, ROLE.get(bar.cause, "still"), text)
        )
    roles = [cause for cause in ORDER if any(bar.cause == cause for bar in timeline.bars)]
    first = min(bar.from_h for bar in timeline.bars)
    rows = tuple((name(s, 40), name(d, 40), tuple(bars)) for (s, d), bars in cases.items())
    table = Table(
        "one-episode",
        say("report.waits.gantt.table"),
        (
            Column("service", say("report.column.service")),
            Column("department", say("report.column.department")),
            Column("cause", say("report.column.cause")),
            Column("from_day", say("report.column.from_day"), "number"),
            Column("to_day", say("report.column.to_day"), "number"),
        ),
        tuple(
            (name(b.service), name(b.department), say(f"report.wait.{b.cause}"), b.from_h / 24, b.to_h / 24)
            for b in sorted(timeline.bars, key=lambda b: (b.from_h, b.to_h, b.service))
        ),
    )
    values = {"days": days(ends - first), "n": len(timeline.trips)}
    title = (
        say("report.waits.gantt.title", **values)
        if timeline.submissions is None
        else say("report.waits.gantt.title-papers", papers=count(timeline.submissions), **values)
    )
    return Figure(
        "fig-episode",
        title,
        Gantt(
            rows,
            tuple((at, role, str(i + 1)) for i, (at, role) in enumerate(sorted(timeline.trips))),
            say("report.trips.topic"),
            tuple(d for d in timeline.days_off if d <= last_day),
            max(ends, 24.0),
            ticks,
            tuple((ROLE[cause], say(f"report.wait.{cause}")) for cause in roles),
        ),
        say("report.waits.gantt.caption"),
        table,
    )
