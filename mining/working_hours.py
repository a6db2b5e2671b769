"""Hours of work of a log's episodes: an officer's within his office's working hours, a visit's as long as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import pandas as pd

    from event_logs.log import EventLog
    from mining.office_hours import WorkingHours

MOST_EVENTS = 600_000  # of a longer log every second, third … event is looked at
HOUR_S = 3600


def office_events(log: EventLog) -> ir.Table:
    """Every event with the office that it is of and how it takes an officer's time; lazy.

    Returns
    -------
    ir.Table
        ``case_id, event_number, office`` (department, or where unknown the service, and region: who shares officers),
        ``begun_at, completed_at, timed`` (its duration is known), ``visit`` (the applicant is there), ``officer`` (an
        officer's own work).
    """
    import ibis

    from catalogue.vocabulary import APPLICANT_STEPS
    from event_logs.functions import one_of
    from mining.facing import ON_THE_SPOT
    from mining.steps import is_step, steps_of

    events, steps = log.events, steps_of(log)
    by_word = is_step(events, steps, *APPLICANT_STEPS)
    facing = one_of(events.actor, ["applicant"]) | (events.actor.isnull() & by_word)
    begun_at = ibis.coalesce(events.started_at, events.completed_at)
    return events.select(
        "case_id",
        "event_number",
        "completed_at",
        begun_at=begun_at,
        office=ibis.coalesce(events.department, events.service, "-") + "\t" + events.region.fill_null(""),
        timed=begun_at < events.completed_at,
        visit=facing & one_of(events.channel, ON_THE_SPOT),
        officer=~facing & ~is_step(events, steps, "post", "notice"),
    )


def processing_hours(log: EventLog, cases: ir.Table) -> pd.DataFrame:
    """`episode_number, hours`: hours of the events with a duration, summed over each episode's cases.

    An officer's work counts in his office's working time, a visit as long as it takes. `cases` has `case_id` and
    `episode_number`. An episode without any event of known duration is missing.
    """
    import numpy as np
    import pandas as pd

    events = office_events(log)
    timed = events.filter(events.timed).inner_join(cases.select("case_id", "episode_number"), "case_id")
    rows = log.run(timed.select("episode_number", "office", "visit", "begun_at", "completed_at"))
    if rows.empty:
        return pd.DataFrame({"episode_number": [], "hours": []})
    hours, origin = _calendars(log, events)
    office = rows["office"].map(hours.row).fillna(0).to_numpy(np.int64)
    start, end = (_seconds(rows[name], origin) for name in ("begun_at", "completed_at"))
    working = hours.worked(office, end) - hours.worked(office, start)
    rows["hours"] = np.where(rows["visit"].to_numpy(bool), end - start, working) / HOUR_S
    summed = rows.groupby("episode_number")["hours"].sum()
    return pd.DataFrame({"episode_number": summed.index, "hours": summed.to_numpy()})


def _calendars(log: EventLog, events: ir.Table) -> tuple[WorkingHours, pd.Timestamp]:
    """The offices' calendars, and the midnight that they count from."""
    import numpy as np
    import pandas as pd

    from mining.office_hours import learn

    span = log.run(
        events.aggregate(first=events.begun_at.min(), last=events.completed_at.max(), n=events.count())
    ).iloc[0]
    origin = pd.Timestamp(span["first"]).normalize()
    days = int((pd.Timestamp(span["last"]) - origin).days) + 1
    every = -(-int(span["n"]) // MOST_EVENTS) or 1
    seen = log.run(
        events.filter(events.event_number % every == 0, events.officer | events.visit).select(
            "office", "officer", "begun_at", "completed_at"
        )
    )
    # Where no officer's own work is recorded, the applicants' visits show when the doors are open.
    silent = ~seen["office"].isin(seen.loc[seen["officer"], "office"].unique())
    present = seen[seen["officer"] | silent]
    offices = present["office"].to_numpy(str)
    moments = np.concatenate([_seconds(present[name], origin) for name in ("begun_at", "completed_at")])
    return learn(np.concatenate([offices, offices]), moments, origin, days, days), origin


def _seconds(times: pd.Series, origin: pd.Timestamp) -> np.ndarray:
    return (times - origin).dt.total_seconds().to_numpy(float)
