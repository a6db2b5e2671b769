"""The field's distances, against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from redesign.simulation.distances import FURTHEST, Happened, distances, n_gram_distance, wasserstein

HOUR, DAY = 3600.0, 86400.0


def log(*steps: tuple[int, str, float, float]) -> Happened:
    case, activity, start, end = zip(*steps, strict=True)
    return Happened(np.array(case), np.array(activity, object), np.array(start) * HOUR, np.array(end) * HOUR)


SEEN = log((0, "apply", 9, 10), (0, "decide", 12, 13), (1, "apply", 33, 34), (1, "decide", 36, 37))


def test_a_log_is_no_way_from_itself() -> None:
    assert set(distances(SEEN, SEEN).values()) == {0.0}


def test_what_comes_two_hours_later_is_two_hours_off_in_time_alone() -> None:
    late = Happened(SEEN.case, SEEN.activity, SEEN.start_s + 2 * HOUR, SEEN.end_s + 2 * HOUR)
    assert distances(late, SEEN) == pytest.approx(
        {
            "n_gram_distance": 0.0,
            "absolute_event_distance_h": 2.0,
            "circadian_event_distance_h": 2.0,
            "relative_event_distance_h": 0.0,
            "case_arrival_distance_h": 2.0,
            "case_cycle_time_distance_h": 0.0,
        }
    )


def test_a_day_without_events_is_as_far_off_as_can_be() -> None:
    only_monday = log((0, "apply", 9, 10), (0, "decide", 12, 13), (1, "apply", 9, 10), (1, "decide", 12, 13))
    assert distances(only_monday, SEEN)["circadian_event_distance_h"] == FURTHEST / 2


def test_a_step_that_one_case_skips_changes_its_n_grams_alone() -> None:
    # Of the four 3-grams of "apply, decide" one stays where "decide" is missing; three are left of it instead.
    skipped = log((0, "apply", 9, 10), (0, "decide", 12, 13), (1, "apply", 33, 34))
    assert n_gram_distance(skipped, SEEN) == pytest.approx((3 + 2) / (8 + 7))


def test_samples_of_unlike_size_are_compared_as_shares() -> None:
    assert wasserstein(np.array([0.0, 0.0, 3.0, 3.0]), np.array([0.0, 3.0])) == 0.0
    assert wasserstein(np.array([0.0, 1.0, 2.0]), np.array([1.0])) == pytest.approx(2 / 3)
