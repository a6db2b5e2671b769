"""Which episodes figures are told of, where the log is cut and where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from redesign.simulation.ends import ripe
from redesign.simulation.forecast import chosen

DAY = 86400.0
SPAN = (0.0, 200 * DAY)
STARTS = np.arange(0, 200, 1.0) * DAY
LEADS = np.full(200, 20 * DAY)


def told(cut: np.ndarray) -> np.ndarray:
    return ripe(STARTS, LEADS, STARTS, cut, SPAN)


def test_all_episodes_count_where_the_log_shows_them_whole() -> None:
    assert told(np.zeros(200, bool)).all()


def test_near_a_cut_end_none_counts_and_near_the_other_all_do() -> None:
    kept = told(STARTS > 185 * DAY)
    assert kept[:180].all()
    assert not kept[181:].any()


def test_the_last_parts_of_old_episodes_do_not_count() -> None:
    kept = told(STARTS < 10 * DAY)
    assert not kept[:20].any()
    assert kept[20:].all()


def test_cases_given_up_all_over_the_log_cut_no_end() -> None:
    assert told(np.arange(200) % 10 == 0).all()


def test_a_log_too_short_for_it_is_told_of_as_it_is() -> None:
    few = slice(0, 30)
    cut = STARTS > 185 * DAY
    assert ripe(STARTS[few], LEADS[few], STARTS, cut, SPAN).all()


def test_what_is_told_of_some_episodes_is_less_sure() -> None:
    by_episode = np.array([[1.0, 3.0, 1.0, 3.0], [2.0, 2.0, 2.0, 2.0]])
    assert chosen(by_episode, np.ones(4, bool)).tolist() == [0.0, 0.0]
    # Two of four: the spread of two, over the root of two, less what being half of them spares.
    half = chosen(by_episode, np.array([True, True, False, False]))
    assert half == pytest.approx([np.sqrt(2) / np.sqrt(2) * np.sqrt(0.5), 0.0])
