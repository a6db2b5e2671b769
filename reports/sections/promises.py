"""What was promised beside what came: time limits kept, and whether people were told once what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from reports.blocks import Column, Table
from reports.disclosure import publish, publish_share
from reports.inputs import PromiseRow, ReportInputs
from reports.text import name, percent, strong
from wording import say

MANY_LATE = 0.1  # of a service's cases after their promised time: late, in so many words


def told(inputs: ReportInputs) -> list[PromiseRow]:
    """The services that something can be said of, in the order of their cases."""
    return [row for row in inputs.promises if (row.promised_cases or row.told_twice_share is not None) and row.cases]


def sentence(inputs: ReportInputs) -> str:
    """Which service is late most often, and which tells people twice; empty where the log tells neither."""
    rows, least = told(inputs), inputs.min_count
    late = [(share, row) for row in rows if (share := publish_share(row.late_share, row.promised_cases, least))]
    twice = [(share, row) for row in rows if (share := publish_share(row.told_twice_share, row.cases, least))]
    parts = []
    for key, found in (("late", late), ("twice", twice)):
        if found and (key == "twice" or len(found) > 1):  # of one service, the title says it
            share, row = max(found, key=lambda pair: (pair[0], pair[1].service))
            values = {"service": strong(row.service, 36), "share": percent(share)}
            parts.append(say(f"report.promises.{key}", **values))
    return "".join(parts)


def table(inputs: ReportInputs) -> Table | None:
    """A row a service; None where the log has neither promised times nor notices."""
    rows, least = told(inputs), inputs.min_count
    if not rows:
        return None
    limits = any(row.declared_days is not None for row in rows)
    promised = any(row.promised_cases for row in rows)
    lines = [_line(row, least, limits=limits, promised=promised) for row in rows]
    columns = (
        Column("service", say("report.column.service")),
        Column("cases", say("report.column.decided"), "count", people=True),
        *((Column("declared_days", say("report.column.declared_days"), "number"),) if limits else ()),
        Column("working_days", say("report.column.working_days"), "number"),
        *(_promised() if promised else ()),
        Column("told_twice_share", say("report.column.told_twice_share"), "share", parts=True),
    )
    caption = (say("report.promises.caption") if promised else "") + say("report.promises.caption-twice")
    if any(_withheld(row, least) for row in rows):
        caption += say("report.materials.matrix.withheld", k=least)
    shares = [publish_share(row.late_share, row.promised_cases, least) or 0.0 for row in rows]
    strong_rows = frozenset({shares.index(max(shares))} if max(shares) >= MANY_LATE else ())
    return Table(
        "promises", _title(rows, least), columns, tuple(lines), caption, strong_rows, bars=frozenset({"late_share"})
    )


def _promised() -> tuple[Column, Column]:
    """Columns of a log that has promised times."""
    return (
        Column("promised_cases", say("report.column.promised_cases"), "count", people=True),
        Column("late_share", say("report.column.late_share"), "share", parts=True),
    )


def _line(row: PromiseRow, least: int, *, limits: bool, promised: bool) -> tuple[object, ...]:
    """A row's cells; an unknown share is an empty text, a withheld one is None."""
    late = "" if row.late_share is None else publish_share(row.late_share, row.promised_cases, least)
    twice = "" if row.told_twice_share is None else publish_share(row.told_twice_share, row.cases, least)
    return (
        name(row.service),
        publish(row.cases, least),
        *((row.declared_days,) if limits else ()),
        row.days_mean,
        *((publish(row.promised_cases, least), late) if promised else ()),
        twice,
    )


def _withheld(row: PromiseRow, least: int) -> bool:
    late = row.late_share is not None and publish_share(row.late_share, row.promised_cases, least) is None
    return late or (row.told_twice_share is not None and publish_share(row.told_twice_share, row.cases, least) is None)


def _title(rows: Sequence[PromiseRow], least: int) -> str:
    """The finding: how many services are late in a tenth of their cases or more."""
    known = [share for row in rows if (share := publish_share(row.late_share, row.promised_cases, least)) is not None]
    if not known:
        return say("report.promises.title-plain")
    late = sum(share >= MANY_LATE for share in known)
    rest = sum(row.late_share is not None for row in rows) - len(known)
    key = "title-kept" if not late else "title-all" if late == len(known) else "title"
    if len(known) == 1:
        row = next(row for row in rows if publish_share(row.late_share, row.promised_cases, least) is not None)
        return say(f"report.promises.{key}-one", service=name(row.service, 36), share=percent(known[0]))
    title = say(f"report.promises.{key}", n=late, of=len(known))
    return title + (say("report.promises.title-rest", n=rest) if rest else "")
