"""Applicants' delays: days and hours between what they could do and their doing it, as they meant it.

What the log shows is when somebody came; a Monday may have been Saturday's wish at a closed door, and who was at the
hall for another errand did this one earlier than he meant to. Expectation-maximisation over wishes (the same day after
a while, or so many calendar days later) undoes both: an arrival stands for every wish that lands there, a ride for
every wish that would have come later (Dempster, Laird, Rubin 1977; Turnbull 1976 for the censoring).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redesign.simulation.doors import DAY_S, Doors

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

    allowed: np.ndarray  # (k, BINS + DAYS), each different row once
    row: np.ndarray  # (n,) of each errand
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
        rows = np.bincount(self.row, weights=w, minlength=len(self.allowed))
        # A wish too late for today and one for tomorrow land alike: where the log cannot tell, long waits are rarer.
        gaps = np.exp(-np.arange(BINS) * BIN_S / (3 * 3600.0))
        following = 0.6 ** np.arange(DAYS)
        theta = np.concatenate([0.4 * gaps / gaps.sum(), 0.6 * following / following.sum()])
        for _ in range(rounds):
            norm = self.allowed @ theta
            norm[norm <= 0] = 1.0
            theta = (rows / norm) @ self.allowed * theta / total
            theta = np.maximum(theta, 0.0) + 1e-12
            theta /= theta.sum()
        return theta


def _landings(doors: Doors, rows: np.ndarray, opened: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of errands open since a moment: same-day wishes' moments, whether the door is open then, days of later ones."""
    day = (opened // DAY_S).astype(np.int64)
    middle = opened[:, None] + (np.arange(BINS) + 0.5) * BIN_S
    stays = (middle // DAY_S == day[:, None]) & (middle < doors.closes(rows, day)[:, None])
    return middle, stays, doors.next_day(rows[:, None], day[:, None] + np.arange(1, DAYS + 1))


def wishes_of(seen: list[Seen], doors: Doors) -> Wishes:
    """Compatibility of every errand seen with every wish."""
    opened, done = np.array([s.opened_s for s in seen]), np.array([s.done_s for s in seen])
    rows, ridden = np.array([s.calendar for s in seen], np.int64), np.array([s.ridden for s in seen], bool)
    first, last = (opened // DAY_S).astype(np.int64), (done // DAY_S).astype(np.int64)
    middle, stays, landed = _landings(doors, rows, opened)
    # Another day: that on which it was done. Riding along: any that would have been later.
    same, later = ~ridden & (first == last), ridden[:, None]
    day = last[:, None]
    meant = np.where(later, stays & (middle >= done[:, None] - BIN_S), False)
    missed = ~stays & np.where(later, landed[:, :1] >= day, landed[:, :1] == day)
    allowed = np.concatenate([meant | missed, np.where(later, landed >= day, landed == day)], axis=1).astype(float)
    gap = np.maximum(done - opened, 0.0)
    at = np.minimum((gap // BIN_S).astype(np.int64), BINS - 1)
    allowed[same] = 0.0
    allowed[same, at[same]] = 1.0
    # Just opened: he may have meant to come while it was closed.
    rushed = same & ~doors.is_open(rows, done - BIN_S)
    closed = ~doors.is_open(rows[:, None], middle) & (np.arange(BINS) < at[:, None])
    allowed[:, :BINS][rushed] = np.maximum(allowed[:, :BINS][rushed], closed[rushed])
    # Done on a day on which that door is never open: as many days as were seen.
    odd = ~allowed.any(axis=1)
    allowed[odd, BINS + np.clip(last - first, 1, DAYS)[odd] - 1] = 1.0
    other = ~ridden & ~same
    allowed, row = np.unique(allowed, axis=0, return_inverse=True)
    return Wishes(
        allowed,
        row.ravel(),
        np.array([s.owner for s in seen], np.int64),
        np.array([s.weight for s in seen]),
        done[other] % DAY_S if other.any() else np.array([36000.0]),
        np.array([s.owner for s, far in zip(seen, other, strict=True) if far] or [0], np.int64),
        np.where(same, gap, np.nan),
    )


def survivors(doors: Doors, rows: np.ndarray, opened: np.ndarray, until: np.ndarray) -> np.ndarray:
    """Of errands open since `opened`: which wishes, ``(n, BINS + DAYS)``, would not have been acted on by `until`.

    Landing on the very day of `until` counts half. Times the shares of wishes this is the chance of being seen later.
    """
    middle, stays, landed = _landings(doors, rows, opened)
    last = (until // DAY_S).astype(np.int64)[:, None]
    same = (stays & (middle > until[:, None])) | (~stays & (landed[:, :1] > last))
    out = np.concatenate([same.astype(float), np.where(landed > last, 1.0, np.where(landed == last, 0.5, 0.0))], axis=1)
    out[until <= opened] = 1.0
    return out


def draw(theta: np.ndarray, hours: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wishes for uniforms of shape ``(n, 3)``: calendar days, the gap of a same-day wish, the hour of another day's."""
    edges = np.cumsum(theta)
    state = np.minimum(np.searchsorted(edges / edges[-1], u[:, 0], side="right"), len(theta) - 1)
    days = np.where(state < BINS, 0, state - BINS + 1).astype(np.int32)
    gap = np.where(state < BINS, (state + u[:, 1]) * BIN_S, 0.0)
    hour = hours[np.minimum((u[:, 2] * len(hours)).astype(np.int64), len(hours) - 1)]
    return days, gap, hour
