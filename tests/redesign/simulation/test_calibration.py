"""What calibration undoes: closed doors, rides, busy officers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from redesign.simulation import delays, waits
from redesign.simulation.calendars import Calendars, learn

HOUR, DAY = 3600.0, 86400.0


def office_hours(weeks: int) -> np.ndarray:
    day = np.zeros(96, bool)
    day[36:68] = True  # 9 to 17
    week = np.concatenate([np.tile(day, 5), np.zeros(192, bool)])
    return np.concatenate([[0.0], np.cumsum(np.tile(week, weeks) * 900.0)])


def test_monday_s_arrivals_are_shared_among_the_weekend_s_wishes() -> None:
    table = office_hours(40)[None, :]
    # Everybody comes the next day; on Fridays that is a closed Saturday, and the log shows Monday.
    seen = [
        delays.Seen(d * DAY + 12 * HOUR, (d + (1 if d % 7 < 4 else 3)) * DAY + 10 * HOUR, False, 0, 0)
        for d in range(250)
        if d % 7 < 5
    ]
    theta = delays.wishes_of(seen, table).fit(np.ones(1), rounds=200)
    assert theta[delays.BINS] > 0.75  # the rest: meant for the same day, after closing
    assert theta[delays.BINS + 1 :].sum() < 0.01


def test_who_rode_along_would_have_come_later() -> None:
    table = office_hours(40)[None, :]
    came = [delays.Seen(d * DAY + 10 * HOUR, (d + 2) * DAY + 10 * HOUR, False, 0, 0) for d in range(0, 200, 7)]
    rode = [delays.Seen(d * DAY + 10 * HOUR, d * DAY + 11 * HOUR, True, 0, 0) for d in range(0, 200, 7)]
    theta = delays.wishes_of(came + rode, table).fit(np.ones(1), rounds=200)
    assert theta[delays.BINS + 1] > 0.9


def test_a_wait_behind_a_busy_officer_is_no_unexplained_wait() -> None:
    calendars = Calendars(office_hours(2)[None, :], {}, {})
    ready, start, end = np.array([9.0, 9.0, 14.0]), np.array([9.0, 11.0, 16.0]), np.array([11.0, 12.0, 16.5])
    lo, hi, late = waits.intervals(
        np.array(["a", "a", "a"]), ready * HOUR, start * HOUR, end * HOUR, np.zeros(3, int), calendars
    )
    assert late.tolist() == [False, False, True]
    assert lo.tolist() == [0.0, 0.0, 2 * HOUR]
    assert hi.tolist() == [0.0, 2 * HOUR, 2 * HOUR]


def test_one_stray_sunday_opens_nothing() -> None:
    monday = pd.Timestamp("2025-03-03")
    moments = [d * DAY + h * HOUR for d in range(56) if d % 7 < 5 for h in np.arange(9, 17, 0.2)]
    moments.append(6 * DAY + 15 * HOUR)
    found = learn(np.array(["office"] * len(moments)), np.array(moments), monday, 56, 56)
    assert found.hours["office"].sum(axis=1).tolist() == [32, 0, 0, 0]
