"""When doors are open, asked of many moments at once: what calibration needs, in plain arrays, compiled or not.

The same answers as the compiled `engine.is_open`, `next_open` and `day_is_open` give for one moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SLOT_S, DAY_S = 900.0, 86400.0
PER_DAY = 96
BEYOND = 64  # days after the tables' end that may be asked for; there everything is open


@dataclass(frozen=True, eq=False)
class Doors:
    """Calendars' open quarters, closing times and next open days; rows as in the tables they were made of."""

    tables: np.ndarray  # (c, slots + 1), cumulative working seconds
    opened: np.ndarray  # (c, slots + 1): whether a quarter is open; the last stands for all after the end
    opening: np.ndarray  # (c, slots + 1): seconds at which the door is open next, of a quarter
    closing: np.ndarray  # (c, days): seconds at which the last open quarter of a day ends, -1 on a closed day
    following: np.ndarray  # (c, days): the day itself where open, else the next open one

    def is_open(self, rows: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Whether each moment lies in an open quarter of its calendar."""
        slot = np.floor(t / SLOT_S).astype(np.int64)
        out: np.ndarray = self.opened[rows, np.clip(slot, 0, self.opened.shape[1] - 1)] & (slot >= 0)
        return out

    def open_at(self, row: int, t: float) -> bool:
        """Whether one moment lies in an open quarter."""
        return t >= 0 and bool(self.opened[row, min(int(t // SLOT_S), self.opened.shape[1] - 1)])

    def next_open(self, rows: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Each moment itself where open, else the next opening."""
        t = np.maximum(t, 0.0)
        slot = np.minimum((t // SLOT_S).astype(np.int64), self.opened.shape[1] - 1)
        return np.where(self.opened[rows, slot], t, self.opening[rows, slot])

    def worked(self, rows: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Working seconds from the horizon's start to each moment."""
        last = self.tables.shape[1] - 1
        slot = np.clip((t // SLOT_S).astype(np.int64), 0, last - 1)
        before, after = self.tables[rows, slot], self.tables[rows, slot + 1]
        inside = before + (after - before) / SLOT_S * (t - slot * SLOT_S)
        return np.where(t < 0, 0.0, np.where(t >= last * SLOT_S, self.tables[rows, -1] + t - last * SLOT_S, inside))

    def begun(self, rows: np.ndarray, t: np.ndarray) -> np.ndarray:
        """When the working time that each moment has behind it was first reached: of an opening, the closing before."""
        goal, out = self.worked(rows, t), np.array(t, float)
        for row in np.unique(rows):
            at = np.flatnonzero(rows == row)
            table, last = self.tables[row], self.tables.shape[1] - 1
            low = np.clip(np.searchsorted(table, goal[at], side="left"), 1, last)
            rate = np.maximum(table[low] - table[low - 1], 1e-9) / SLOT_S
            reached = (low - 1) * SLOT_S + (goal[at] - table[low - 1]) / rate
            beyond = last * SLOT_S + (goal[at] - table[last])
            out[at] = np.where(goal[at] <= 0, 0.0, np.where(goal[at] > table[last], beyond, reached))
        return out

    def closes(self, rows: np.ndarray, days: np.ndarray) -> np.ndarray:
        """When each day's last open quarter ends; -1 on a closed day."""
        out: np.ndarray = self.closing[rows, np.clip(days, 0, self.closing.shape[1] - 1)]
        return out

    def next_day(self, rows: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Each day itself where the door opens on it, else the next such day."""
        last = self.following.shape[1] - 1
        return np.where(days > last, days, self.following[rows, np.clip(days, 0, last)])


def doors_of(tables: np.ndarray) -> Doors:
    """The doors of calendars' tables."""
    calendars, slots = tables.shape[0], tables.shape[1] - 1
    opened = np.concatenate([np.diff(tables, axis=1) > 0, np.ones((calendars, 1), bool)], axis=1)
    at = np.where(opened, np.arange(slots + 1), slots)
    opening = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1] * SLOT_S
    days = slots // PER_DAY
    quarters = opened[:, : days * PER_DAY].reshape(calendars, days, PER_DAY)
    last = PER_DAY - np.argmax(quarters[:, :, ::-1], axis=2)
    open_day = quarters.any(axis=2)
    closing = np.where(open_day, np.arange(days) * DAY_S + last * SLOT_S, -1.0)
    every = np.concatenate([open_day, np.ones((calendars, BEYOND), bool)], axis=1)
    closing = np.concatenate([closing, np.tile((days + 1 + np.arange(BEYOND)) * DAY_S, (calendars, 1))], axis=1)
    after = np.where(every, np.arange(days + BEYOND), days + BEYOND)
    return Doors(tables, opened, opening, closing, np.minimum.accumulate(after[:, ::-1], axis=1)[:, ::-1])
