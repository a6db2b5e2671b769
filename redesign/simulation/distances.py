"""How far a simulated log is from the one seen: the field's distances, for validation.

Control flow by N-grams, times of events on the calendar, within the week, since their case began, arrivals and cycle
times; all but the first are earth mover's distances (1-Wasserstein), in hours. After D. Chapela-Campa, I. Benchekroun,
O. Baron, M. Dumas, D. Krass and A. Senderovich, "Can I Trust My Simulation Model? Measuring the Quality of Business
Process Simulation Models" (BPM 2023); distributions are compared as they are, not in bins, and as shares, so that the
number of events does not weigh.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

GRAM = 3
FURTHEST = 23.0  # hours between a day's first and last
HOUR_S, DAY_S, WEEK_S = 3600.0, 86400.0, 7 * 86400.0


@dataclass(frozen=True, eq=False)
class Happened:
    """Steps of a log, seen or simulated, in any order: their case (numbered), activity, start and end in seconds.

    Seconds are since the same midnight, whose day of the week is `weekday` (0: Monday).
    """

    case: np.ndarray
    activity: np.ndarray
    start_s: np.ndarray
    end_s: np.ndarray
    weekday: int = 0


def wasserstein(a: np.ndarray, b: np.ndarray) -> float:
    """The earth mover's distance of two samples on a line (mean absolute difference of their quantiles).

    >>> wasserstein(np.array([0.0, 2.0]), np.array([1.0, 3.0]))
    1.0
    """
    if not len(a) or not len(b):
        return 0.0
    if len(a) == len(b):
        return float(np.abs(np.sort(a) - np.sort(b)).mean())
    at = np.sort(np.concatenate([a, b]))
    below = [np.searchsorted(np.sort(x), at[:-1], side="right") / len(x) for x in (a, b)]
    return float((np.abs(below[0] - below[1]) * np.diff(at)).sum())


def n_gram_distance(a: Happened, b: Happened) -> float:
    """Share of the N-grams of activities (`GRAM`, cases' ends padded) that the two do not have in common, 0 to 1."""
    one, two = _grams(a), _grams(b)
    total = sum(one.values()) + sum(two.values())
    return sum(abs(one[g] - two[g]) for g in one.keys() | two.keys()) / total if total else 0.0


def _grams(log: Happened) -> Counter[tuple[str, ...]]:
    order = np.lexsort((log.end_s, log.start_s, log.case))
    names, case = log.activity[order], log.case[order]
    cuts = np.flatnonzero(np.diff(case)) + 1
    found: Counter[tuple[str, ...]] = Counter()
    for trace in np.split(names, cuts):
        padded = ["", "", *trace.tolist(), "", ""]
        found.update(zip(padded, padded[1:], padded[2:], strict=False))
    return found


def distances(simulated: Happened, seen: Happened) -> dict[str, float]:
    """All distances of a simulated log from the one seen, which has as many cases; hours, the first a share."""
    moments = [np.concatenate([x.start_s, x.end_s]) / HOUR_S for x in (simulated, seen)]
    first, since, cycle = zip(*(_by_case(x) for x in (simulated, seen)), strict=True)
    return {
        "n_gram_distance": n_gram_distance(simulated, seen),
        "absolute_event_distance_h": wasserstein(*moments),
        "circadian_event_distance_h": _circadian(simulated, seen),
        "relative_event_distance_h": wasserstein(*since),
        "case_arrival_distance_h": wasserstein(*first),
        "case_cycle_time_distance_h": wasserstein(*cycle),
    }


def _by_case(log: Happened) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First start of each case, each event's hours since then, and each case's cycle time; hours."""
    numbers, at = np.unique(log.case, return_inverse=True)
    first, last = np.full(len(numbers), np.inf), np.full(len(numbers), -np.inf)
    np.minimum.at(first, at, log.start_s)
    np.maximum.at(last, at, log.end_s)
    since = np.concatenate([log.start_s - first[at], log.end_s - first[at]])
    return first / HOUR_S, since / HOUR_S, (last - first) / HOUR_S


def _circadian(a: Happened, b: Happened) -> float:
    """Hours of the day, each day of the week by itself; a day on which only one has events is `FURTHEST` off."""
    parts = []
    for day in range(7):
        hours = []
        for log in (a, b):
            moments = np.concatenate([log.start_s, log.end_s])
            hours.append(moments[(moments // DAY_S + log.weekday) % 7 == day] % DAY_S / HOUR_S)
        if len(hours[0]) and len(hours[1]):
            parts.append(wasserstein(*hours))
        elif len(hours[0]) or len(hours[1]):
            parts.append(FURTHEST)
    return float(np.mean(parts)) if parts else 0.0
