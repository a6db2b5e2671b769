"""Where an episode's lead time goes: parts that add up, so that every moment belongs to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mining.calendars import opening_hours, with_working_s
from mining.special_procedures import special_procedures
from mining.steps import is_step, steps_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

# What an episode waits for is told by the event that ends the wait; any other step of an officer had a queue.
AWAITED = {"correct": "correction", "collect": "collection", "post": "post", "pay": "payment", "apply": "relay",
           "interview": "other"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WaitPart:
    """One part of the mean lead time. `cause`: processing, queue, closed, correction, collection, post, payment, relay,
    suspended or other. `department` is where it is longest, with its hours an episode there."""

    cause: str
    mean_h: float
    department: str = ""
    department_mean_h: float | None = None


def moments(log: EventLog, cases: ir.Table) -> ir.Table:
    """Each event's share of its episode's time line; lazy.

    Parameters
    ----------
    cases
        ``case_id, episode_id`` of the episodes to look at.

    Returns
    -------
    ir.Table
        ``episode_id, case_id, department, cause`` (of the wait that the event ends), ``from_at, to_at`` (of that wait;
        equal where there was none) and ``worked_s`` (what its own work adds). While anything of the episode is worked
        on it does not wait. A wait in which a special procedure of the event's case runs has a row for what comes
        before, one for the procedure (``suspended``) and one for what comes after.
    """
    import ibis

    steps = steps_of(log)
    events = log.events.inner_join(cases.select("case_id", "episode_id"), "case_id")
    begun = events.started_at.fill_null(events.completed_at)
    cause = ibis.cases(
        *((is_step(events, steps, step), name) for step, name in AWAITED.items()),
        else_="queue",
    )
    line = events.select(
        "episode_id", "case_id", "department", "event_number", "completed_at", cause=cause, begun_at=begun
    )
    earlier = ibis.window(group_by="episode_id", order_by=["begun_at", "completed_at", "event_number"], rows=(None, -1))
    line = line.mutate(reached_at=line.completed_at.max().over(earlier))
    reached = line.reached_at.fill_null(line.begun_at)
    worked = line.completed_at.epoch_seconds() - ibis.greatest(line.begun_at, reached).epoch_seconds()
    waits = line.select(
        "episode_id",
        "case_id",
        "department",
        "cause",
        "event_number",
        from_at=ibis.least(reached, line.begun_at),
        to_at=line.begun_at,
        worked_s=ibis.greatest(worked, 0).cast("float64"),
    )
    whole = waits.drop("event_number")
    if not log.has("suspended_from", "suspended_to"):
        return whole
    paused = log.keep("paused_waits", _paused(log, waits))
    before = paused.mutate(to_at=paused.since, worked_s=ibis.literal(0.0))
    during = paused.mutate(
        from_at=paused.since, to_at=paused.until, cause=_text("suspended"), worked_s=ibis.literal(0.0)
    )
    after = paused.mutate(from_at=paused.until)
    return (
        waits.anti_join(paused, "event_number")
        .select(*whole.columns)
        .union(*(part.select(*whole.columns) for part in (before, during, after)))
    )


def _paused(log: EventLog, waits: ir.Table) -> ir.Table:
    """The waits in which a special procedure of their case runs, ``since`` and ``until`` when; several are one."""
    import ibis

    met = waits.inner_join(special_procedures(log), "case_id")
    within = met.filter(met.since < met.to_at, met.to > met.from_at)
    each = within.group_by("event_number").aggregate(begins=within.since.min(), ends=within.to.max())
    joined = waits.inner_join(each, "event_number")
    return joined.mutate(
        since=ibis.greatest(joined.begins, joined.from_at), until=ibis.least(joined.ends, joined.to_at)
    ).drop("begins", "ends")


def wait_parts(log: EventLog, episodes: ir.Table, services: Sequence[str] = ()) -> tuple[WaitPart, ...]:
    """The parts of the mean lead time, the longest first; none where the log has no start times.

    Parameters
    ----------
    services
        A bundle's (or one service's): only episodes with at least two of them, and only their cases. Empty: all.

    Notes
    -----
    A queue's time outside the department's opening hours is `closed`. Work includes the nights within it. Only episodes
    that the log does not cut off count.
    """
    from mining.focus import focus_cases

    if not log.has("started_at"):
        return ()
    cases = log.keep("waiting_cases", focus_cases(episodes, services))
    total = int(log.run(cases.aggregate(n=cases.episode_id.nunique()))["n"][0])
    if not total:
        return ()
    line = log.keep("moments", with_working_s(log, moments(log, cases), opening_hours(log)))
    gap = (line.to_at.epoch_seconds() - line.from_at.epoch_seconds()).cast("float64")
    queue = line.cause == "queue"
    waited = line.select("department", "cause", seconds=queue.ifelse(line.working_s, gap))
    parts = waited.union(
        line.filter(queue).select("department", cause=_text("closed"), seconds=gap - line.working_s),
        line.select("department", cause=_text("processing"), seconds=line.worked_s),
    )
    grouped = parts.group_by(["cause", "department"]).aggregate(seconds=parts.seconds.sum())
    found = log.run(grouped.order_by(["cause", "department"]))
    hours = found.assign(hours=found["seconds"] / 3600 / total, department=found["department"].fillna(""))
    out: list[WaitPart] = []
    for cause, rows in hours.groupby("cause", sort=True):
        mean_h = float(rows["hours"].sum())
        named = rows[rows["department"] != ""].sort_values(["hours", "department"], ascending=[False, True])
        most = named.iloc[0] if len(named) else None
        out.append(
            WaitPart(
                str(cause),
                mean_h,
                "" if most is None else str(most["department"]),
                None if most is None else float(most["hours"]),
            )
        )
    return tuple(sorted((part for part in out if part.mean_h > 0), key=lambda part: (-part.mean_h, part.cause)))


def _text(value: str) -> ir.StringScalar:
    import ibis

    return ibis.literal(value)
