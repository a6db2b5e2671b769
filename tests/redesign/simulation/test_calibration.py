"""What calibration undoes: closed doors, rides, busy officers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from redesign.simulation import delays, waits
from redesign.simulation.calendars import Calendars, learn
from redesign.simulation.cases import APPLY, Case, Step
from redesign.simulation.doors import doors_of
from redesign.simulation.habits import _rides, _Visit, habits_of

HOUR, DAY = 3600.0, 86400.0


def office_hours(weeks: int) -> np.ndarray:
    day = np.zeros(96, bool)
    day[36:68] = True  # 9 to 17
    week = np.concatenate([np.tile(day, 5), np.zeros(192, bool)])
    return np.concatenate([[0.0], np.cumsum(np.tile(week, weeks) * 900.0)])


def test_monday_s_arrivals_are_shared_among_the_weekend_s_wishes() -> None:
    doors = doors_of(office_hours(40)[None, :])
    # Everybody comes the next day; on Fridays that is a closed Saturday, and the log shows Monday.
    seen = [
        delays.Seen(d * DAY + 12 * HOUR, (d + (1 if d % 7 < 4 else 3)) * DAY + 10 * HOUR, False, 0, 0)
        for d in range(250)
        if d % 7 < 5
    ]
    theta = delays.wishes_of(seen, doors).fit(np.ones(1), rounds=200)
    assert theta[delays.BINS] > 0.75  # the rest: meant for the same day, after closing
    assert theta[delays.BINS + 1 :].sum() < 0.01


def test_who_rode_along_would_have_come_later() -> None:
    doors = doors_of(office_hours(40)[None, :])
    came = [delays.Seen(d * DAY + 10 * HOUR, (d + 2) * DAY + 10 * HOUR, False, 0, 0) for d in range(0, 200, 7)]
    rode = [delays.Seen(d * DAY + 10 * HOUR, d * DAY + 11 * HOUR, True, 0, 0) for d in range(0, 200, 7)]
    theta = delays.wishes_of(came + rode, doors).fit(np.ones(1), rounds=200)
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


def test_who_came_on_a_day_of_closed_doors_waited_no_longer_than_was_seen() -> None:
    doors = doors_of(office_hours(40)[None, :])
    seen = [delays.Seen(d * DAY + 10 * HOUR, (d + 2) * DAY + 10 * HOUR, False, 0, 0) for d in range(0, 100, 7)]
    seen.append(delays.Seen(4 * DAY + 10 * HOUR, 5 * DAY + 10 * HOUR, False, 0, 0))  # on a Saturday
    theta = delays.wishes_of(seen, doors).fit(np.ones(1), rounds=200)
    assert theta[delays.BINS + 2 :].sum() < 0.01


def visit(row: int, start_h: float, end_h: float, open_h: float, place: str = "hall") -> _Visit:
    return _Visit(start_h * HOUR, end_h * HOUR, place, row, open_h * HOUR, open_h * HOUR, "office")


def test_what_was_open_before_a_visit_may_each_be_what_it_was_made_for() -> None:
    rides: dict[int, float] = {}
    # Two errands were open when he came; the third became possible at the counter; the fourth is elsewhere.
    _rides(
        [visit(1, 10, 10.1, 5), visit(2, 10.1, 10.2, 8), visit(3, 10.2, 10.3, 10.2), visit(4, 15, 15.1, 5, "bank")],
        rides,
        {},
    )
    assert rides == {1: 0.5, 2: 0.5, 3: 1.0}


def test_habit_is_told_from_chance() -> None:
    """Half have the habit; who has not waits two days on the mean, now and then until the other is in hand anyhow."""
    rng = np.random.default_rng(4)
    table = np.arange(200 * 96 + 1) * 900.0
    calendars = Calendars(table[None, :], {}, {})
    groups, numbers, planted = {}, {}, 0
    for e in range(500):
        begun, habit = 86400.0 * (e % 150), rng.random() < 0.5
        first, second, third = (case(f"{e}-{i}", s, begun) for i, s in enumerate("ABC"))
        first.handed_s = first.issued_s = begun + DAY
        open_s = first.handed_s
        # B and C both take A's output; each takes four days from application to hand-over.
        b = open_s + rng.exponential(2 * DAY)
        c = b + 4 * DAY + rng.exponential(2 * DAY) if habit else open_s + rng.exponential(2 * DAY)
        for x, at in ((second, b), (third, c)):
            x.apply.start_s = x.apply.end_s = at
            x.handed_s = x.issued_s = at + 4 * DAY
            x.inputs = {"paper": first.id}
        groups[str(e)] = sorted((first, second, third), key=lambda x: x.apply.start_s)
        numbers[str(e)] = e
        planted += habit
    found = habits_of(groups, numbers, calendars).sequential(np.ones(len(groups)))
    assert abs(np.mean(list(found.values())) - planted / len(groups)) < 0.06


def case(name: str, service: str, at: float) -> Case:
    row = int(name.replace("-", ""))
    apply = Step(APPLY, row, "apply", "office", "office", "", False, at, at, at)
    nothing: frozenset[str] = frozenset()
    return Case(name, service, name, "office", "office", [apply], [], -1, at, at, -1, nothing, nothing, 0, 0, 0)


def test_who_was_at_work_last_stands_in_for_officers_without_names() -> None:
    pool = np.array([0, 0, 0, 0, 1])
    start, end = np.array([0.0, 10.0, 60.0, 70.0, 5.0]), np.array([50.0, 60.0, 90.0, 99.0, 9.0])
    # At 60 the second goes on at once; at 70 only the first is free.
    assert waits.stand_ins(pool, start, end).tolist() == [0, 1, 1, 0, 0]


def test_waits_that_no_queue_explains_are_found_without_officers_names() -> None:
    """Files lie for two days with officers idle; beside them, one officer's steps follow one another at once."""
    start = np.array([d * DAY + 12 * HOUR for d in range(0, 200, 7)])
    ready = start - 2 * DAY
    pool = np.zeros(len(start), np.int64)
    named = np.array([str(n) for n in waits.stand_ins(pool, start, start + HOUR)])
    always = Calendars(np.arange(0.0, 300 * 96 + 1)[None, :] * 900.0, {}, {})
    _lo, _hi, late = waits.intervals(named, ready, start, start + HOUR, pool, always)
    assert late.all()
    busy = np.arange(30) * HOUR
    turn = np.array([str(n) for n in waits.stand_ins(np.zeros(30, np.int64), busy, busy + HOUR)])
    _lo, _hi, late = waits.intervals(turn, np.zeros(30), busy, busy + HOUR, np.zeros(30, np.int64), always)
    assert not late.any()
