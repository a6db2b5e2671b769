"""Waits that no queue explains: a step is ready, an officer is free, the door is open, and it still does not begin.

They run in clock time. Where one ends inside a closed or busy stretch, the log shows only when the stretch was over, so
that such a wait is known within an interval; Turnbull's estimator (1976) gives the distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redesign.simulation.calendars import Calendars
from redesign.simulation.engine import after_working, next_open, worked_at

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


def intervals(
    resource: np.ndarray, ready: np.ndarray, start: np.ndarray, end: np.ndarray, rows: np.ndarray, calendars: Calendars
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bounds of every step's unexplained wait, and whether it began late although its officer was free.

    Parameters
    ----------
    resource, ready, start, end, rows
        Of steps in any order: who did it, when it could have begun, began, ended; its calendar's row.
    """
    n = len(start)
    lo, hi, late = np.zeros(n), np.maximum(start - ready, 0.0), np.zeros(n, bool)
    order = np.lexsort((start, resource))
    before, run_start = -1, 0.0
    for i in order:
        row = calendars.tables[rows[i]]
        same = before >= 0 and resource[before] == resource[i]
        chained = same and start[i] <= next_open(row, end[before]) + 60.0
        if not chained:
            run_start = start[i]
        opening = after_working(row, 0.0, worked_at(row, run_start))  # the last moment open before this run
        block = min(opening, run_start) if run_start - opening > 60.0 else run_start
        if start[i] - ready[i] <= 60.0:
            hi[i] = 0.0
        elif chained or start[i] - block > 60.0:
            lo[i] = max(block - ready[i], 0.0)
            if chained and ready[i] < run_start and block == run_start and lo[i] > 60.0:
                late[i] = True
        else:
            lo[i] = start[i] - ready[i]
            late[i] = True
        before = i
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
