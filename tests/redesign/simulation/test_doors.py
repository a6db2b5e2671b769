"""Doors asked of many moments at once answer as the engine's compiled functions do for one."""

from __future__ import annotations

import numpy as np
import pytest

from redesign.simulation import engine
from redesign.simulation.doors import SLOT_S, doors_of

DAY = 86400.0
DAYS = 21


def tables() -> np.ndarray:
    day = np.zeros(96, bool)
    day[36:48] = day[54:70] = True  # 9 to 12, 13:30 to 17:30
    week = np.concatenate([np.tile(day, 5), np.zeros(192, bool)])
    quarters = np.array([np.ones(DAYS * 96, bool), np.tile(week, 3), np.tile(np.roll(week, 50), 3)])
    return np.concatenate([np.zeros((3, 1)), np.cumsum(quarters * SLOT_S, axis=1)], axis=1)


TABLES = tables()
DOORS = doors_of(TABLES)
RNG = np.random.default_rng(1)
# Quarters' edges, moments between them, and some after the tables' end.
MOMENTS = np.concatenate([np.arange(0, 23 * 96, 7) * SLOT_S, RNG.uniform(0, 23 * DAY, 400)])
ROWS = RNG.integers(0, 3, len(MOMENTS))


def test_moments_are_open_and_open_next_when_the_engine_says() -> None:
    one = [engine.is_open(TABLES[r], t) for r, t in zip(ROWS, MOMENTS, strict=True)]
    assert DOORS.is_open(ROWS, MOMENTS).tolist() == one
    assert [DOORS.open_at(int(r), float(t)) for r, t in zip(ROWS, MOMENTS, strict=True)] == one
    following = [engine.next_open(TABLES[r], t) for r, t in zip(ROWS, MOMENTS, strict=True)]
    assert DOORS.next_open(ROWS, MOMENTS).tolist() == following


def test_working_time_and_what_it_was_reached_at_are_the_engines() -> None:
    worked = [engine.worked_at(TABLES[r], t) for r, t in zip(ROWS, MOMENTS, strict=True)]
    assert DOORS.worked(ROWS, MOMENTS) == pytest.approx(worked)
    begun = [engine.after_working(TABLES[r], 0.0, w) for r, w in zip(ROWS, worked, strict=True)]
    assert DOORS.begun(ROWS, MOMENTS) == pytest.approx(begun)


def test_a_day_closes_where_no_moment_after_finds_it_open() -> None:
    days = np.arange(DAYS)
    for row in range(3):
        closes = DOORS.closes(np.full(DAYS, row), days)
        for day in days:
            seen = [s for s in range(96) if engine.is_open(TABLES[row], day * DAY + s * SLOT_S)]
            assert closes[day] == (day * DAY + (seen[-1] + 1) * SLOT_S if seen else -1.0)


def test_the_next_open_day_may_be_the_day_itself() -> None:
    assert DOORS.next_day(np.array([1, 1, 1, 0, 1]), np.array([4, 5, 12, 6, 30])).tolist() == [4, 7, 14, 6, 30]
