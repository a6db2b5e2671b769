"""When a department works, as its own events show: the half-hours of the day and the dates.

Enough for hours of work counted within working time; the simulation has calendars of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from event_logs.log import EventLog

SLOTS = 48  # half-hours of a day
OPEN_SHARE = 0.3  # of the busiest half-hour (or the median date) from which one counts as open
LEAST_EVENTS = 100  # a department with fewer has the hours of all


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Open half-hours of each department, shape ``(departments, 48)``, and open dates from `first_day` on."""

    departments: tuple[str, ...]
    open_slots: NDArray[np.bool_]
    first_day: np.datetime64
    open_days: NDArray[np.bool_]

    def between(self, start: pd.Series, end: pd.Series, department: pd.Series) -> NDArray[np.float64]:
        """Working hours from start to end of each row, at its department's hours; an unknown one has those of all.

        What was done wholly outside working hours counts as long as it took.
        """
        import numpy as np

        number = {name: n for n, name in enumerate(self.departments)}
        office = np.asarray(department.map(number).fillna(0), dtype=np.int64)
        worked = np.subtract(self._until(end, office), self._until(start, office))
        lasted = ((end - start).dt.total_seconds() / 3600).to_numpy(dtype=float)
        return np.where(worked > 0, worked, np.minimum(lasted, 1.0))

    def _until(self, moment: pd.Series, office: NDArray[np.int64]) -> NDArray[np.float64]:
        """Working hours from the first day to a moment."""
        import numpy as np

        days = ((moment.dt.normalize().to_numpy() - self.first_day) // np.timedelta64(1, "D")).astype(int)
        half_hours = ((moment - moment.dt.normalize()).dt.total_seconds() / 1800).to_numpy(dtype=float)
        before = np.concatenate([[0], np.cumsum(self.open_days)])
        of_day = np.concatenate([np.zeros((len(self.open_slots), 1)), np.cumsum(self.open_slots, axis=1)], axis=1)
        slot = half_hours.astype(int)
        today = of_day[office, slot] + (half_hours - slot) * self.open_slots[office, slot]
        whole: NDArray[np.float64] = before[days] * of_day[office, -1] + np.where(self.open_days[days], today, 0)
        return whole / 2


def working_hours(log: EventLog) -> WorkingHours:
    """Learn the hours from what took at most an hour, and the dates from each one's number of events."""
    import ibis
    import numpy as np
    import pandas as pd

    _ = ibis._
    timed = log.events.filter(_.started_at.notnull(), _.started_at < _.completed_at)
    if log.has("actor"):
        timed = timed.filter((timed.actor != "applicant").fill_null(True))
    short = timed.filter(
        _.completed_at.epoch_seconds() - _.started_at.epoch_seconds() <= 3600,
        _.started_at.date() == _.completed_at.date(),
    )
    # The half-hours that short work covers: what takes longer may span a break.
    last = short.completed_at.hour() * 60 + short.completed_at.minute() - 1
    first = short.started_at.hour() * 2 + short.started_at.minute() // 30
    covered = ibis.range(first, ibis.greatest(last // 30, first) + 1)
    slots = log.run(
        short.select("department", slot=covered.unnest()).group_by("department", "slot").aggregate(n=_.count())
    )
    dates = log.run(log.events.select(day=_.completed_at.date()).group_by("day").aggregate(n=_.count()).order_by("day"))
    starts = log.run(log.events.aggregate(first=_.started_at.min()))["first"].iloc[0]
    names = ["", *sorted(slots["department"].dropna().unique())]
    counts = np.zeros((len(names), SLOTS))
    for name, slot, n in slots.itertuples(index=False, name=None):
        if isinstance(name, str):
            counts[names.index(name), int(slot)] += n
        counts[0, int(slot)] += n
    counts[counts.sum(axis=1) < LEAST_EVENTS] = counts[0]
    open_slots = counts > OPEN_SHARE * counts.max(axis=1, keepdims=True)
    days = pd.to_datetime(dates["day"])
    first = min([day for day in (days.min(), starts) if not pd.isna(day)])
    first_day = np.datetime64(first.date(), "ns")
    offsets = ((days.to_numpy(dtype="datetime64[ns]") - first_day) // np.timedelta64(1, "D")).astype(int)
    busy = np.zeros(int(offsets.max(initial=0)) + 1)
    busy[offsets] = dates["n"].to_numpy()
    return WorkingHours(tuple(names), open_slots, first_day, busy > OPEN_SHARE * np.median(busy[busy > 0]))


def processing_hours(log: EventLog, cases: ir.Table) -> pd.DataFrame:
    """`episode_number, hours`: working hours of the events with a start, summed over each episode's cases.

    `cases` has `case_id` and `episode_number`. An episode without any event of known duration is missing.
    """
    import pandas as pd

    hours = working_hours(log)
    events = log.events.filter(log.events.started_at.notnull()).select(
        "case_id", "started_at", "completed_at", "department"
    )
    rows = log.run(events.join(cases.select("case_id", "episode_number"), "case_id").drop("case_id"))
    if rows.empty:
        return pd.DataFrame({"episode_number": [], "hours": []})
    rows["hours"] = hours.between(rows["started_at"], rows["completed_at"], rows["department"])
    instant = rows["started_at"] == rows["completed_at"]
    summed = rows[~instant].groupby("episode_number")["hours"].sum()
    return pd.DataFrame({"episode_number": summed.index, "hours": summed.to_numpy()})
