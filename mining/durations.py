"""How long cases and episodes take: cycle and lead time, and what of it is worked on, in working hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mining.calendars import Hours, opening_hours, with_working_s

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Times of one service's cases. None where the log has no start times: processing is then unknown, not zero."""

    service: str
    cases: int
    median_cycle_h: float
    p90_cycle_h: float
    processing_mean_h: float | None  # in the department's opening hours


def processing(log: EventLog, hours: tuple[Hours, ...] | None = None) -> ir.Table:
    """``event_number, case_id, department, from_at, to_at, working_s`` of the events that have a duration; lazy.

    Where start and end are one time, the event's processing time is unknown, and it has no row.
    """
    events = log.events
    timed = events.filter(events.started_at.notnull() & (events.started_at < events.completed_at))
    spans = timed.select("event_number", "case_id", "department", from_at="started_at", to_at="completed_at")
    return with_working_s(log, spans, opening_hours(log) if hours is None else hours)


def cycle_times(log: EventLog) -> ir.Table:
    """``case_id, service, cycle_s``: from a case's first start (completion where unknown) to its last end; lazy."""
    events = log.events.mutate(begun_at=log.events.started_at.fill_null(log.events.completed_at))
    return events.group_by("case_id").aggregate(
        service=events.service.max(),
        cycle_s=(events.completed_at.max().epoch_seconds() - events.begun_at.min().epoch_seconds()).cast("float64"),
    )


def lead_times(episodes: ir.Table) -> ir.Table:
    """``episode_id, cut, lead_s``: from an episode's first start to its last end; lazy."""
    return episodes.group_by("episode_id").aggregate(
        cut=episodes.cut.any(),
        lead_s=(episodes.last_at.max().epoch_seconds() - episodes.first_at.min().epoch_seconds()).cast("float64"),
    )


def service_times(log: EventLog) -> tuple[ServiceTimes, ...]:
    """Times of every service, by name; of cases without a service under an empty name."""
    cycles = cycle_times(log)
    cycles = cycles.mutate(service=cycles.service.fill_null(""))
    if log.has("started_at"):
        worked = processing(log)
        by_case = worked.group_by("case_id").aggregate(working_s=worked.working_s.sum())
        cycles = cycles.left_join(by_case, "case_id").select("case_id", "service", "cycle_s", "working_s")
    else:
        cycles = cycles.mutate(working_s=cycles.cycle_s.nullif(cycles.cycle_s))
    found = log.run(
        cycles.group_by("service")
        .aggregate(
            cases=cycles.count(),
            median=cycles.cycle_s.median() / 3600,
            p90=cycles.cycle_s.quantile(0.9) / 3600,
            processing=cycles.working_s.mean() / 3600,
        )
        .order_by("service")
    )
    return tuple(
        ServiceTimes(str(name), int(cases), float(median), float(p90), None if worked != worked else float(worked))
        for name, cases, median, p90, worked in found.itertuples(index=False)
    )
