"""When offices work, told from the moments at which they are seen at work: tables of working time.

A calendar is the open quarters of a working day and, where an office is seen at work then, of Saturdays, Sundays and
public holidays, which may be shorter; the country's moved working days are working days. Single stray events open
nothing: a leak of one Sunday afternoon lets a simulated officer work every Sunday. The simulation reads the same
calendars, so that hours of work told of a log and forecast from it are of one kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from mining.calendars import is_public_holiday, is_working_day

if TYPE_CHECKING:
    import pandas as pd

QUARTERS = 96
SLOT_S = 900.0
WORKDAY, SATURDAY, SUNDAY, HOLIDAY = 0, 1, 2, 3
LEAST = 120  # events an office needs before its own hours are read; fewer: the likeliest of the others' hours


@dataclass(frozen=True, eq=False)
class WorkingHours:
    """Rows of cumulative working seconds; ``row`` finds an office's. Row 0 is always open."""

    tables: np.ndarray  # (c, slots + 1)
    row: dict[str, int]
    hours: dict[str, np.ndarray]  # (4, 96) of each office: its open quarters by kind of day

    def worked(self, rows: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Working seconds since the horizon's start at each `t` of the calendar `rows`, same shape."""
        out = np.empty(len(t))
        edges = np.arange(self.tables.shape[1]) * SLOT_S
        for r in np.unique(rows):
            at = rows == r
            out[at] = np.interp(t[at], edges, self.tables[r])
        return out


def day_kinds(origin: pd.Timestamp, days: int) -> np.ndarray:
    """Of each day since `origin`: workday, Saturday, Sunday or public holiday, moved working days (调休) included."""
    kinds = np.zeros(days, np.int8)
    for i in range(days):
        day = origin.date() + timedelta(days=i)
        if is_working_day(day):
            kinds[i] = WORKDAY
        elif is_public_holiday(day):
            kinds[i] = HOLIDAY
        else:
            kinds[i] = SATURDAY if day.weekday() == 5 else SUNDAY
    return kinds


def learn(offices: np.ndarray, moments: np.ndarray, origin: pd.Timestamp, days: int, horizon_days: int) -> WorkingHours:
    """Read calendars from the moments (seconds since `origin`) at which an office is seen at work.

    Parameters
    ----------
    offices, moments
        Of every start and completion of a step in an office's presence.
    days, horizon_days
        Days that the log covers; days that the tables cover.
    """
    kinds = day_kinds(origin, horizon_days)
    hours: dict[str, np.ndarray] = {}
    order = np.argsort(offices, kind="stable")
    names, firsts = np.unique(offices[order], return_index=True)
    parts = np.split(moments[order], firsts[1:]) if len(names) else []
    poor = []
    for name, part in zip(names, parts, strict=True):
        if len(part) >= LEAST:
            hours[str(name)] = _hours(part, kinds, days)
        else:
            poor.append((str(name), part))
    known = [hours[k] for k in sorted(hours)]
    for name, part in poor:
        hours[name] = _likeliest(part, known, kinds, days)
    rows: dict[bytes, int] = {}
    tables = [np.arange(horizon_days * QUARTERS + 1) * SLOT_S]
    row = {}
    for name in sorted(hours):
        key = hours[name].tobytes()
        if key not in rows:
            rows[key] = len(tables)
            tables.append(table(hours[name], kinds))
        row[name] = rows[key]
    return WorkingHours(np.array(tables), row, hours)


def table(week: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Cumulative working seconds at the quarters' edges, from the open quarters of each kind of day."""
    return np.concatenate([[0.0], np.cumsum(week[kinds].ravel() * SLOT_S)])


def _hours(moments: np.ndarray, kinds: np.ndarray, days: int) -> np.ndarray:
    day_of = (moments // 86400).astype(int)
    inside = (day_of >= 0) & (day_of < len(kinds))
    moments, day_of = moments[inside], day_of[inside]
    kind = kinds[day_of]
    quarter = (moments % 86400 // SLOT_S).astype(int)
    seen = np.bincount(kind, minlength=4)
    all_days = np.maximum(np.bincount(kinds[:days], minlength=4), 1)
    base = max(seen[WORKDAY] / all_days[WORKDAY], 1e-9)
    week = np.zeros((4, QUARTERS), bool)
    week[WORKDAY] = _open_quarters(np.bincount(quarter[kind == WORKDAY], minlength=QUARTERS)[:QUARTERS])
    for k in (SATURDAY, SUNDAY, HOLIDAY):
        dates = len(np.unique(day_of[kind == k]))
        if dates >= 2 and seen[k] / all_days[k] > 0.1 * base:
            week[k] = _shorter(week[WORKDAY], moments[kind == k] % 86400)
    return week


def _shorter(usual: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The workday's hours within what a few other days' moments span, to the half hour."""
    first, last, n = times.min(), times.max(), len(times)
    margin = (last - first) / max(n - 1, 1)
    low = min(round((first - margin) / 1800) * 1800, first // 1800 * 1800)
    high = max(round((last + margin) / 1800) * 1800, -(-last // 1800) * 1800)
    opens, closes = np.flatnonzero(usual)[0] * SLOT_S, (np.flatnonzero(usual)[-1] + 1) * SLOT_S
    low = opens if low - opens < 2700 else low
    high = closes if closes - high < 2700 else high
    edges = np.arange(QUARTERS) * SLOT_S
    shorter: np.ndarray = usual & (edges >= low) & (edges < high)
    return shorter


def _open_quarters(counts: np.ndarray) -> np.ndarray:
    """Quarters in which work is seen; short gaps are chance, an hour's gap a break, a rare edge a leak."""
    total = counts.sum()
    if total == 0:
        return np.ones(QUARTERS, bool)
    usual = np.median(counts[counts > 0])
    seen = counts > max(0.04 * usual, 0.5 if total < 2000 else 0.001 * total / 32)
    opened = seen.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (~seen).view(np.int8), [0]])))
    for begin, stop in zip(edges[::2], edges[1::2], strict=True):
        inner = begin > 0 and stop < QUARTERS
        if inner and stop - begin < 4 and usual * (stop - begin) < 12:
            opened[begin:stop] = True
    return opened if opened.any() else np.ones(QUARTERS, bool)


def _likeliest(moments: np.ndarray, known: list[np.ndarray], kinds: np.ndarray, days: int) -> np.ndarray:
    """The tightest of the known hours that an office's few moments do not break (likelihood, with rare slips)."""
    if not known:
        return _hours(moments, kinds, days) if len(moments) >= 30 else np.ones((4, QUARTERS), bool)
    kind = kinds[np.clip((moments // 86400).astype(int), 0, len(kinds) - 1)]
    quarter = (moments % 86400 // SLOT_S).astype(int)
    best, found = -np.inf, known[0]
    for week in known:
        width = week[kinds[:days]].sum() / max(days, 1)
        score = float(np.where(week[kind, quarter], -np.log(width), -12.0).sum())
        if score > best:
            best, found = score, week
    return found
