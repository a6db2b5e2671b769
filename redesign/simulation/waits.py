"""Waits that no queue explains: a step is ready, an officer is free, the door is open, and it still does not begin.

They run in clock time. Where one ends inside a closed or busy stretch, the log shows only when the stretch was over, so
that such a wait is known within an interval; Turnbull's estimator (1976) gives the distribution.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass

import numpy as np

from redesign.simulation.calendars import Calendars

EDGES = np.concatenate([[0.0, 60.0], np.geomspace(900.0, 90 * 86400.0, 44)])
BINS = len(EDGES) - 1
LEAST = 30
LEAST_SHARE = 0.05  # of steps that begin late with an officer free: below, it is the calendars' roughness


@dataclass(frozen=True, eq=False)
class Waits:
    """Intervals of waits by group of steps; `fit` gives each group's shares of `BINS`."""

    lo: np.ndarray
    hi: np.ndarray
    group: np.ndarray
    owner: np.ndarray
    keys: dict[tuple[str, ...], int]
    judged: frozenset[tuple[str, ...]]  # activity and office where there are steps enough to judge them by themselves

    def find(self, activity: str, office: str) -> int:
        """The group of a step, or -1 where it waits for nothing but its turn."""
        own = (activity, office)
        return self.keys.get(own if own in self.judged else (activity,), -1)

    def fit(self, weights: np.ndarray, rounds: int = 30) -> np.ndarray:
        """Shares of bins, a row a group; a group without waits is all in the first bin."""
        theta = np.zeros((max(len(self.keys), 1), BINS))
        theta[:, 0] = 1.0
        for g in range(len(self.keys)):
            at = self.group == g
            w = weights[self.owner[at]]
            if w.sum() <= 0:
                w = np.ones(at.sum())
            lo, hi = self.lo[at][:, None], self.hi[at][:, None]
            allowed = ((EDGES[:-1][None, :] <= hi) & (EDGES[1:][None, :] > lo)).astype(float)
            row = np.full(BINS, 1.0 / BINS)
            for _ in range(rounds):
                joint = allowed * row
                norm = joint.sum(1)
                norm[norm <= 0] = 1.0
                row = (w / norm) @ joint / w.sum()
            theta[g] = row / row.sum()
        return theta


def stand_ins(pool: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Officers who could have done steps that name none, by number: of those free, the one who was at work last.

    So a step that begins when another of its pool ends follows it, and only one that begins while somebody has been
    idle is late without a reason.

    Parameters
    ----------
    pool, start, end
        Of steps in any order; a pool's officers are numbered by themselves.
    """
    numbers = np.zeros(len(pool), np.int64)
    free: dict[int, list[tuple[float, int]]] = {}  # of a pool: when each is free again, in order
    for i in np.lexsort((end, start, pool)).tolist():
        officers = free.setdefault(int(pool[i]), [])
        at = bisect_right(officers, (float(start[i]), len(officers)))
        numbers[i] = officers.pop(at - 1)[1] if at else len(officers)
        insort(officers, (float(end[i]), int(numbers[i])))
    return numbers


def intervals(
    resource: np.ndarray, ready: np.ndarray, start: np.ndarray, end: np.ndarray, rows: np.ndarray, calendars: Calendars
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bounds of every step's unexplained wait, and whether it began late although its officer was free.

    Parameters
    ----------
    resource, ready, start, end, rows
        Of steps in any order: who did it, when it could have begun, began, ended; its calendar's row.
    """
    doors = calendars.doors
    order = np.lexsort((start, resource))
    who, begun, row = resource[order], start[order], rows[order]
    chained = np.zeros(len(order), bool)
    chained[1:] = (who[1:] == who[:-1]) & (begun[1:] <= doors.next_open(row[1:], end[order][:-1]) + 60.0)
    first = np.maximum.accumulate(np.where(chained, 0, np.arange(len(order))))
    run_start = begun[first]
    opening = doors.begun(row, run_start)  # the last moment open before this run
    block = np.where(run_start - opening > 60.0, np.minimum(opening, run_start), run_start)
    since = ready[order]
    prompt = begun - since <= 60.0
    hidden = ~prompt & (chained | (begun - block > 60.0))
    seen = ~prompt & ~hidden
    shortest = np.where(hidden, np.maximum(block - since, 0.0), np.where(seen, begun - since, 0.0))
    idle = hidden & chained & (since < run_start) & (block == run_start) & (shortest > 60.0)
    lo, hi, late = np.empty(len(order)), np.empty(len(order)), np.empty(len(order), bool)
    lo[order], late[order] = shortest, seen | idle
    hi[order] = np.where(prompt, 0.0, np.maximum(begun - since, 0.0))
    return lo, hi, late


def draw(theta: np.ndarray, groups: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A wait in seconds for each entry of `groups` (-1: none)."""
    out = np.zeros(len(groups))
    for g in np.unique(groups[groups >= 0]):
        at = groups == g
        edges = np.cumsum(theta[g])
        b = np.minimum(np.searchsorted(edges / edges[-1], u[at], side="right"), BINS - 1)
        low = np.maximum(EDGES[b], 60.0)
        out[at] = np.where(b == 0, 0.0, low * (EDGES[b + 1] / low) ** v[at])
    return out
