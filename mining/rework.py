"""What is sent back, corrected and done again, by service and department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mining.steps import is_step, steps_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class Rework:
    """Rework of one service at one department: `cases` is the denominator of the rest."""

    service: str
    department: str
    cases: int
    cases_told: int  # at least one correction notice (一次告知's first)
    cases_told_again: int  # two or more: 一次告知 was not kept
    cases_corrected: int
    corrections: int
    cases_repeating: int  # an officer's activity occurs twice or more
    repeats: int  # how many of such events beyond the first


def case_rework(log: EventLog) -> ir.Table:
    """One row a case: ``case_id, service, department`` (of most of its events' last name), ``notices, corrections,
    repeats``; lazy."""
    steps = steps_of(log)
    events = log.events
    tells = is_step(events, steps, "notice")
    corrects = is_step(events, steps, "correct")
    office = is_step(events, steps, "receive", "check", "review", "decide", "issue")
    by_activity = events.group_by(["case_id", "activity"]).aggregate(
        service=events.service.max(),
        department=events.department.max(),
        notices=tells.cast("int64").sum(),
        corrections=corrects.cast("int64").sum(),
        again=office.cast("int64").sum(),
    )
    extra = (by_activity.again > 1).ifelse(by_activity.again - 1, 0)
    return by_activity.group_by("case_id").aggregate(
        service=by_activity.service.max().fill_null(""),
        department=by_activity.department.max().fill_null(""),
        notices=by_activity.notices.sum(),
        corrections=by_activity.corrections.sum(),
        repeats=extra.sum(),
    )


def rework(log: EventLog) -> tuple[Rework, ...]:
    """Rework of every service and department, by name."""
    cases = case_rework(log)
    found = log.run(
        cases.group_by(["service", "department"])
        .aggregate(
            cases=cases.count(),
            cases_told=(cases.notices > 0).cast("int64").sum(),
            cases_told_again=(cases.notices > 1).cast("int64").sum(),
            cases_corrected=(cases.corrections > 0).cast("int64").sum(),
            corrections=cases.corrections.sum(),
            cases_repeating=(cases.repeats > 0).cast("int64").sum(),
            repeats=cases.repeats.sum(),
        )
        .order_by(["service", "department"])
    )
    return tuple(Rework(str(s), str(d), *map(int, rest)) for s, d, *rest in found.itertuples(index=False))
