"""One real episode that stands for the others, told without its names and dates: what happened when, and the trips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mining.calendars import is_working_day
from mining.focus import focus_cases
from mining.steps import steps_of
from mining.waits import AWAITED

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one case, in hours since the first day's midnight. `cause` as in `mining.waits`."""

    service: str
    department: str
    from_h: float
    to_h: float
    cause: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """The stretches of an episode's cases; trips as (hour, kind, cause); days, from 0, that are no working days."""

    stretches: tuple[Stretch, ...]
    trips: tuple[tuple[float, str, str], ...]
    days_off: tuple[int, ...]


def typical_episode(
    log: EventLog, episodes: ir.Table, services: Sequence[str], *, trips: ir.Table | None = None
) -> TimeLine | None:
    """The time line of the episode of median length among those with the most usual number of services.

    Parameters
    ----------
    services
        The bundle's.
    trips
        `mining.trips.trips`; None: without trips.

    Returns
    -------
    TimeLine or None
        None where the log has no start times, or no whole episode.
    """
    if not log.has("started_at"):
        return None
    cases = log.keep("timeline_cases", focus_cases(episodes, services))
    chosen = _middle(log, cases)
    if chosen is None:
        return None
    of_it = cases.filter(cases.episode_id == chosen).select("case_id")
    events = log.events.semi_join(of_it, "case_id")
    begun = events.started_at.fill_null(events.completed_at)
    columns = events.select(
        "case_id", "service", "department", "activity", "event_number", begun_at=begun, done_at=events.completed_at
    )
    rows = log.run(columns.order_by(["begun_at", "done_at", "event_number"]))
    first: datetime = rows["begun_at"].min().to_pydatetime()
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    stretches = _stretches(rows, midnight, steps_of(log))
    made = () if trips is None else _trips(log, trips, chosen, midnight)
    last = int(max(stretch.to_h for stretch in stretches) // 24) if stretches else 0
    off = tuple(i for i in range(last + 1) if not is_working_day((midnight + timedelta(days=i)).date()))
    return TimeLine(stretches, made, off) if stretches else None


def _middle(log: EventLog, cases: ir.Table) -> str | None:
    spans = cases.group_by("episode_id").aggregate(
        first=cases.first_at.min(), last=cases.last_at.max(), services=cases.service.nunique()
    )
    seconds = spans.last.epoch_seconds() - spans.first.epoch_seconds()
    rows = log.run(spans.select("episode_id", "services", seconds=seconds).order_by(["seconds", "episode_id"]))
    if not len(rows):
        return None
    usual = rows["services"].mode().max()
    alike = rows[rows["services"] == usual]
    return str(alike["episode_id"].iloc[len(alike) // 2])


def _stretches(rows: pd.DataFrame, midnight: datetime, steps: dict[str, str]) -> tuple[Stretch, ...]:
    """Each case's work and the waits between, told by the event that ends them; neighbours of one cause are one."""
    found: list[Stretch] = []
    for _, events in rows.groupby("case_id", sort=False):
        reached: datetime | None = None
        own: list[Stretch] = []
        service = next((str(s) for s in events["service"] if isinstance(s, str)), "")
        department = next((str(d) for d in events["department"] if isinstance(d, str)), "")
        for event in events.to_dict("records"):
            cause = AWAITED.get(steps.get(str(event["activity"]), ""), "queue")
            if reached is not None and event["begun_at"] > reached:
                _add(
                    own,
                    Stretch(service, department, _hours(reached, midnight), _hours(event["begun_at"], midnight), cause),
                )
            start = event["begun_at"] if reached is None else max(reached, event["begun_at"])
            if event["done_at"] > start:
                work = "processing"
                _add(
                    own, Stretch(service, department, _hours(start, midnight), _hours(event["done_at"], midnight), work)
                )
            reached = event["done_at"] if reached is None else max(reached, event["done_at"])
        found += own
    return tuple(found)


def _add(stretches: list[Stretch], new: Stretch) -> None:
    if stretches and stretches[-1].cause == new.cause and stretches[-1].to_h == new.from_h:
        before = stretches.pop()
        new = Stretch(before.service, before.department, before.from_h, new.to_h, new.cause)
    stretches.append(new)


def _hours(at: datetime, midnight: datetime) -> float:
    return round((at - midnight).total_seconds() / 3600, 2)


def _trips(log: EventLog, trips: ir.Table, episode: str, midnight: datetime) -> tuple[tuple[float, str, str], ...]:
    import pandas as pd

    own = trips.filter((trips.episode_id == episode) & (trips.certainty != "possible"))
    rows = log.run(own.select("trip_id", "started_at", "kind", "cause").order_by(["started_at", "trip_id"]))
    return tuple(
        (
            _hours(pd.Timestamp(row["started_at"]), midnight),
            str(row["kind"]),
            row["cause"] if isinstance(row["cause"], str) else "",
        )
        for row in rows.to_dict("records")
    )
