"""Opening hours as the log shows them: cumulative tables of working time, by office, to the quarter of an hour.

A calendar is a day's opening quarters, whether Saturdays, Sundays and public holidays are open too, and the country's
moved working days. Single stray events open nothing: a leak of one Sunday afternoon lets a simulated officer work
every Sunday.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

QUARTERS = 96
SLOT_S = 900.0
WORKDAY, SATURDAY, SUNDAY, HOLIDAY = 0, 1, 2, 3
LEAST = 120  # events an office needs before its own hours are read; fewer: the likeliest of the others' hours


@dataclass(frozen=True, eq=False)
class Calendars:
    """Rows of cumulative working seconds; ``row`` finds an office's. Row 0 is always open."""

    tables: np.ndarray  # (c, slots + 1)
    row: dict[str, int]
    hours: dict[str, tuple[np.ndarray, tuple[bool, bool, bool]]]

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
    import chinese_calendar

    kinds = np.zeros(days, np.int8)
    for i in range(days):
        day = (origin + pd.Timedelta(days=i)).date()
        weekday = day.weekday()
        try:
            working = chinese_calendar.is_workday(day)
            holiday = not working and (weekday < 5 or chinese_calendar.get_holiday_detail(day)[1] is not None)
        except NotImplementedError:  # a year that the table of holidays does not have
            working, holiday = weekday < 5, False
        kinds[i] = WORKDAY if working else HOLIDAY if holiday else SATURDAY if weekday == 5 else SUNDAY
    return kinds


def learn(offices: np.ndarray, moments: np.ndarray, origin: pd.Timestamp, days: int, horizon_days: int) -> Calendars:
    """Read calendars from the moments (seconds since `origin`) at which an office is seen at work.

    Parameters
    ----------
    offices, moments
        Of every start and completion of a step in an office's presence.
    days, horizon_days
        Days that the log covers; days that the tables cover.
    """
    kinds = day_kinds(origin, horizon_days)
    hours: dict[str, tuple[np.ndarray, tuple[bool, bool, bool]]] = {}
    order = np.argsort(offices, kind="stable")
    names, firsts = np.unique(offices[order], return_index=True)
    parts = np.split(moments[order], firsts[1:]) if len(names) else []
    poor = []
    for name, part in zip(names, parts, strict=True):
        if len(part) >= LEAST:
            hours[str(name)] = _hours(part, kinds, days)
        else:
            poor.append((str(name), part))
    known = list({(a.tobytes(), b): (a, b) for a, b in hours.values()}.values())
    for name, part in poor:
        hours[name] = _likeliest(part, known, kinds)
    rows: dict[tuple[bytes, tuple[bool, bool, bool]], int] = {}
    tables = [np.arange(horizon_days * QUARTERS + 1) * SLOT_S]
    row = {}
    for name in sorted(hours):
        day, open_on = hours[name]
        key = (day.tobytes(), open_on)
        if key not in rows:
            rows[key] = len(tables)
            tables.append(table(day, open_on, kinds))
        row[name] = rows[key]
    return Calendars(np.array(tables), row, hours)


def table(day: np.ndarray, open_on: tuple[bool, bool, bool], kinds: np.ndarray) -> np.ndarray:
    """Cumulative working seconds at the quarters' edges, from a day's open quarters and the days that are open."""
    opens = np.array([True, *open_on])[kinds]
    slots = (opens[:, None] & day[None, :]).ravel() * SLOT_S
    return np.concatenate([[0.0], np.cumsum(slots)])


def _hours(moments: np.ndarray, kinds: np.ndarray, days: int) -> tuple[np.ndarray, tuple[bool, bool, bool]]:
    day_of = (moments // 86400).astype(int)
    inside = (day_of >= 0) & (day_of < len(kinds))
    moments, day_of = moments[inside], day_of[inside]
    kind = kinds[day_of]
    seen = np.bincount(kind, minlength=4)
    all_days = np.maximum(np.bincount(kinds[:days], minlength=4), 1)
    dates = np.array([len(np.unique(day_of[kind == k])) for k in range(4)])
    base = max(seen[WORKDAY] / all_days[WORKDAY], 1e-9)
    open_on = tuple(bool(dates[k] >= 2 and seen[k] / all_days[k] > 0.1 * base) for k in (SATURDAY, SUNDAY, HOLIDAY))
    used = np.isin(kind, [WORKDAY, *(k for k, o in zip((SATURDAY, SUNDAY, HOLIDAY), open_on, strict=True) if o)])
    counts = np.bincount((moments[used] % 86400 // SLOT_S).astype(int), minlength=QUARTERS)[:QUARTERS]
    return _open_quarters(counts), (open_on[0], open_on[1], open_on[2])


def _open_quarters(counts: np.ndarray) -> np.ndarray:
    """Quarters in which work is seen; short gaps are chance, an hour's gap a break, a rare quarter at an edge a leak."""
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


def _likeliest(
    moments: np.ndarray, known: list[tuple[np.ndarray, tuple[bool, bool, bool]]], kinds: np.ndarray
) -> tuple[np.ndarray, tuple[bool, bool, bool]]:
    """The tightest of the known hours that an office's few moments do not break (likelihood, with rare slips)."""
    if not known:
        if len(moments) >= 30:
            return _hours(moments, kinds, len(kinds))
        return np.ones(QUARTERS, bool), (True, True, True)
    day_of = np.clip((moments // 86400).astype(int), 0, len(kinds) - 1)
    quarter = (moments % 86400 // SLOT_S).astype(int)
    best, found = -np.inf, known[0]
    for day, open_on in known:
        opens = np.array([True, *open_on])[kinds[day_of]] & day[quarter]
        width = day.sum() * np.array([True, *open_on])[kinds].mean()
        score = float(np.where(opens, -np.log(width), -12.0).sum())
        if score > best:
            best, found = score, (day, open_on)
    return found
