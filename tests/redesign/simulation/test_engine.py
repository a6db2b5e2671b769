"""The engine against what queueing theory says, and against calendars counted by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import factorial

import numpy as np
import pytest

from redesign.simulation import engine
from redesign.simulation.queues import Played, play
from redesign.simulation.routes import EXCLUSIVE, INCLUSIVE, PARALLEL, TASK, Process, draw_routes

HOUR = 3600.0


def one_task() -> Process:
    return Process(
        np.array([TASK], np.int8), np.array([0]), np.array([0, 0], np.int32), np.zeros(0, np.int32), np.zeros(0)
    )


def queue(cases: int, per_hour: float, service_h: np.ndarray, servers: int, seed: int = 1) -> Played:
    rng = np.random.default_rng(seed)
    arrival = np.cumsum(rng.exponential(HOUR / per_hour, cases))
    routes = draw_routes(one_task(), cases, rng)
    return play(routes, arrival, np.zeros(cases, int), service_h * HOUR, np.array([servers]))


def waiting_of_m_m_c(per_hour: float, mean_h: float, servers: int) -> float:
    a = per_hour * mean_h
    tail = a**servers / factorial(servers) / (1 - a / servers)
    busy = tail / (sum(a**k / factorial(k) for k in range(servers)) + tail)
    return busy / (servers / mean_h - per_hour)


def test_m_m_c_waits_as_erlang_says() -> None:
    cases = 3_000_000
    played = queue(cases, 2.1, np.random.default_rng(2).exponential(1.0, cases), 3)
    waited = (played.start - played.ready).mean() / HOUR
    assert waited == pytest.approx(waiting_of_m_m_c(2.1, 1.0, 3), rel=0.01)


def test_m_g_1_waits_as_pollaczek_and_khinchine_say() -> None:
    cases = 3_000_000
    service = np.random.default_rng(3).gamma(4.0, 0.25, cases)  # mean 1, variance 1/4
    played = queue(cases, 0.6, service, 1)
    expected = 0.6 * (0.25 + 1.0) / (2 * (1 - 0.6))
    assert (played.start - played.ready).mean() / HOUR == pytest.approx(expected, rel=0.01)


def test_a_jackson_network_holds_as_many_as_its_product_form_says() -> None:
    # 0 -> split: 30 % back to 0, 70 % to 1. Arrivals 1/h; rates 2/h and 1.5/h: loads 1/0.7/2 and 1/1.5.
    process = Process(
        np.array([TASK, EXCLUSIVE, TASK], np.int8),
        np.array([0, -1, 1]),
        np.array([0, 1, 3, 3], np.int32),
        np.array([1, 0, 2], np.int32),
        np.array([1.0, 0.3, 0.7]),
    )
    cases = 2_000_000
    rng = np.random.default_rng(4)
    routes = draw_routes(process, cases, rng)
    arrival = np.cumsum(rng.exponential(HOUR, cases))
    pool = process.pool[routes.node]
    service = rng.exponential(1.0, len(pool)) * np.where(pool == 0, 1 / 2, 1 / 1.5) * HOUR
    played = play(routes, arrival, pool, service, np.array([1, 1]))
    horizon = arrival[-1]
    inside = [(played.end - played.ready)[pool == p].sum() / horizon for p in (0, 1)]
    loads = np.array([1 / 0.7 / 2, 1 / 1.5])
    assert inside == pytest.approx(loads / (1 - loads), rel=0.01)


def test_little_s_law_holds_in_a_run() -> None:
    cases = 200_000
    played = queue(cases, 0.8, np.random.default_rng(5).exponential(1.0, cases), 1)
    horizon = played.end.max()
    moments = np.sort(np.concatenate([played.ready, played.end]))
    change = np.concatenate([np.ones(cases), -np.ones(cases)])[np.argsort(np.concatenate([played.ready, played.end]))]
    inside = (np.cumsum(change)[:-1] * np.diff(moments)).sum() / horizon
    assert inside == pytest.approx(cases / horizon * (played.end - played.ready).mean(), rel=1e-6)


def test_parallel_branches_end_with_the_slower() -> None:
    process = Process(
        np.array([PARALLEL, TASK, TASK, PARALLEL, TASK], np.int8),
        np.array([-1, 0, 1, -1, 2]),
        np.array([0, 2, 3, 4, 5, 5], np.int32),
        np.array([1, 2, 3, 3, 4], np.int32),
        np.ones(5),
    )
    routes = draw_routes(process, 1, np.random.default_rng(1))
    pool = process.pool[routes.node]
    duration = np.select([pool == 0, pool == 1, pool == 2], [10.0, 25.0, 5.0], 0.0)
    played = play(routes, np.zeros(1), pool, duration, np.ones(3, int))
    assert played.end.max() == 30.0


def test_an_inclusive_split_takes_at_least_one_way() -> None:
    process = Process(
        np.array([INCLUSIVE, TASK, TASK, INCLUSIVE, TASK], np.int8),
        np.array([-1, 0, 1, -1, 2]),
        np.array([0, 2, 3, 4, 5, 5], np.int32),
        np.array([1, 2, 3, 3, 4], np.int32),
        np.array([0.3, 0.2, 1, 1, 1.0]),
    )
    routes = draw_routes(process, 20_000, np.random.default_rng(1))
    taken = np.bincount(routes.case[np.isin(routes.node, [1, 2])], minlength=20_000)
    assert taken.min() == 1
    assert taken.max() == 2
    assert np.bincount(routes.case[routes.node == 4], minlength=20_000).max() == 1


def test_work_pauses_while_the_office_is_closed() -> None:
    day = np.zeros(96, bool)
    day[36:48] = True  # 9 to 12
    table = np.concatenate([[0.0], np.cumsum(np.tile(day, 3) * 900.0)])
    assert engine.after_working(table, 11 * HOUR, 2 * HOUR) == 24 * HOUR + 10 * HOUR
    assert engine.next_open(table, 13 * HOUR) == 33 * HOUR
    assert engine.worked_at(table, 34 * HOUR) == 4 * HOUR


def test_a_wish_for_a_closed_day_lands_on_the_next_open_one() -> None:
    day = np.zeros(96, bool)
    day[36:68] = True
    week = np.concatenate([np.tile(day, 5), np.zeros(192, bool), day])  # Monday to Friday, weekend, Monday
    table = np.concatenate([[0.0], np.cumsum(week * 900.0)])
    friday_noon = 4 * 24 * HOUR + 12 * HOUR
    assert engine.landing(table, friday_noon, 1, 0.0, 10 * HOUR) == 7 * 24 * HOUR + 10 * HOUR
    assert engine.landing(table, friday_noon, 0, HOUR, 10 * HOUR) == friday_noon + HOUR
    assert engine.landing(table, friday_noon, 0, 8 * HOUR, 10 * HOUR) == 7 * 24 * HOUR + 10 * HOUR


def test_one_thread_or_many_give_the_same_bytes() -> None:
    service = np.random.default_rng(6).exponential(1.0, 20_000)
    alone = queue(20_000, 0.9, service, 1).end.tobytes()
    with ThreadPoolExecutor(4) as threads:
        many = list(threads.map(lambda _: queue(20_000, 0.9, service, 1).end.tobytes(), range(8)))
    assert set(many) == {alone}
