"""Applicants' delays: days and hours between what they could do and their doing it, as they meant it.

What the log shows is when somebody came; a Monday may have been Saturday's wish at a closed door, and who was at the
hall for another errand did this one earlier than he meant to. Expectation-maximisation over wishes (the same day after
a while, or so many calendar days later) undoes both: an arrival stands for every wish that lands there, a ride for
every wish that would have come later (Dempster, Laird, Rubin 1977; Turnbull 1976 for the censoring).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redesign.simulation.engine import day_is_open, is_open, next_open

DAYS = 45
BIN_S = 900.0
BINS = 64  # the same day: up to 16 h later


@dataclass(frozen=True, slots=True)
class Seen:
    """One errand as seen: when it opened, when it was done, whether only by riding along (then it would be later)."""

    opened_s: float
    done_s: float
    ridden: bool
    calendar: int
    owner: int
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Wishes:
    """What is compatible with each errand seen, and the hours of the day at which those come who come another day."""

    allowed: np.ndarray  # (n, BINS + DAYS)
    owner: np.ndarray
    weight: np.ndarray
    hours: np.ndarray
    hour_owner: np.ndarray
    gaps: np.ndarray  # (n,) seconds where the same day and exact, else nan

    def fit(self, weights: np.ndarray, rounds: int = 40) -> np.ndarray:
        """The shares of wishes: `BINS` same-day quarters, then 1 to `DAYS` days. `weights` of episodes."""
        w = self.weight * weights[self.owner]
        total = w.sum()
        if total <= 0:
            w = self.weight
            total = w.sum()
        # A wish too late for today and one for tomorrow land alike: where the log cannot tell, long waits are rarer.
        gaps = np.exp(-np.arange(BINS) * BIN_S / (3 * 3600.0))
        following = 0.6 ** np.arange(DAYS)
        theta = np.concatenate([0.4 * gaps / gaps.sum(), 0.6 * following / following.sum()])
        for _ in range(rounds):
            joint = self.allowed * theta
            norm = joint.sum(1)
            norm[norm <= 0] = 1.0
            theta = (w / norm) @ joint / total
            theta = np.maximum(theta, 0.0) + 1e-12
            theta /= theta.sum()
        return theta


def _bins_after(calendar: np.ndarray, opened: float) -> np.ndarray:
    """Whether a same-day wish of each bin still finds the door open that day."""
    day = int(opened // 86400)
    out = np.zeros(BINS, bool)
    for b in range(BINS):
        come = opened + (b + 0.5) * BIN_S
        out[b] = int(next_open(calendar, come) // 86400) == day
    return out


def _lands_on(calendar: np.ndarray, day: int) -> int:
    while not day_is_open(calendar, day):
        day += 1
    return day


def wishes_of(seen: list[Seen], calendars: np.ndarray) -> Wishes:
    """Compatibility of every errand seen with every wish."""
    n = len(seen)
    allowed = np.zeros((n, BINS + DAYS))
    gaps = np.full(n, np.nan)
    hours, hour_owner = [], []
    for i, s in enumerate(seen):
        row = calendars[s.calendar]
        first, last = int(s.opened_s // 86400), int(s.done_s // 86400)
        stays = _bins_after(row, s.opened_s)
        middle = s.opened_s + (np.arange(BINS) + 0.5) * BIN_S
        next_day = _lands_on(row, first + 1)
        landed = [_lands_on(row, first + k) for k in range(1, DAYS + 1)]
        if s.ridden:
            allowed[i, :BINS] = (stays & (middle >= s.done_s - BIN_S)) | (~stays & (next_day >= last))
            allowed[i, BINS:] = [1.0 if d >= last else 0.0 for d in landed]
        elif first == last:
            gap = max(s.done_s - s.opened_s, 0.0)
            b = min(int(gap // BIN_S), BINS - 1)
            allowed[i, b] = 1.0
            gaps[i] = gap
            before = s.done_s - BIN_S
            if not is_open(row, before):  # just opened: he may have meant to come while it was closed
                allowed[i, :b] = [1.0 if not is_open(row, t) else 0.0 for t in middle[:b]]
        else:
            hours.append(s.done_s % 86400)
            hour_owner.append(s.owner)
            allowed[i, :BINS] = ~stays & (next_day == last)
            allowed[i, BINS:] = [1.0 if d == last else 0.0 for d in landed]
        if not allowed[i].any():  # done on a day on which that door is never open: as many days as were seen
            allowed[i, BINS + min(max(last - first, 1), DAYS) - 1] = 1.0
    return Wishes(
        allowed,
        np.array([s.owner for s in seen], np.int64),
        np.array([s.weight for s in seen]),
        np.array(hours or [36000.0]),
        np.array(hour_owner or [0], np.int64),
        gaps,
    )


def survival(theta: np.ndarray, calendar: np.ndarray, opened: float, until: float) -> float:
    """How likely somebody who could from `opened` on would still not have come by `until`."""
    if until <= opened:
        return 1.0
    stays = _bins_after(calendar, opened)
    middle = opened + (np.arange(BINS) + 0.5) * BIN_S
    first, last = int(opened // 86400), int(until // 86400)
    next_day = _lands_on(calendar, first + 1)
    later = (stays & (middle > until)) | (~stays & (next_day > last))
    total = float(theta[:BINS][later].sum())
    for k in range(1, DAYS + 1):
        landed = _lands_on(calendar, first + k)
        share = 1.0 if landed > last else 0.5 if landed == last else 0.0
        total += share * float(theta[BINS + k - 1])
    return min(total, 1.0)


def draw(theta: np.ndarray, hours: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wishes for uniforms of shape ``(n, 3)``: calendar days, the gap of a same-day wish, the hour of another day's."""
    edges = np.cumsum(theta)
    state = np.minimum(np.searchsorted(edges / edges[-1], u[:, 0], side="right"), len(theta) - 1)
    days = np.where(state < BINS, 0, state - BINS + 1).astype(np.int32)
    gap = np.where(state < BINS, (state + u[:, 1]) * BIN_S, 0.0)
    hour = hours[np.minimum((u[:, 2] * len(hours)).astype(np.int64), len(hours) - 1)]
    return days, gap, hour
