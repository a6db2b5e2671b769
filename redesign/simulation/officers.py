"""Who does the work: pools of officers who share it, how many they are, how busy, and the windows of an office."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from redesign.simulation.calendars import Calendars
from redesign.simulation.facts import Facts

LEAST_SHARE = 0.02  # a resource with less of a pool's work was standing in


@dataclass(frozen=True, eq=False)
class Pools:
    """Pools of officers. ``of`` finds one by office, side (`work` or `window`) and activity."""

    servers: np.ndarray  # officers; 0: as many as come
    calendar: np.ndarray
    department: list[str]
    side: list[str]
    of: dict[tuple[str, str, str], int]
    utilisation: np.ndarray  # of working time in the log, 0 to 1

    def find(self, office: str, side: str, activity: str) -> int:
        """The pool, or -1 where nobody is known to do this."""
        return self.of.get((office, side, activity), -1)


def pools_of(facts: Facts, calendars: Calendars) -> Pools:
    """Group officers into pools: those of an office and side who do the same activities share them.

    An office without known officers is one pool with as many as were seen at work at once.
    """
    e = facts.events
    worked = e["known"] & (e["end_s"] > e["start_s"]) & ~e["step"].isin(["post", "notice"])
    officer = worked & ~e["applicant_side"]
    window = worked & e["visit"]
    servers: list[int] = []
    rows: list[int] = []
    departments: list[str] = []
    sides: list[str] = []
    use: list[float] = []
    of: dict[tuple[str, str, str], int] = {}
    for side, mask in (("work", officer), ("window", window)):
        for office, part in e[mask].groupby("office", sort=True):
            for activities, names in _components(part):
                own = part[part["activity"].isin(activities)]
                row = calendars.row.get(str(office), 0)
                number = _officers(own, names)
                span = max(
                    float(calendars.tables[row][min(facts.horizon_days * 96, calendars.tables.shape[1] - 1)]), 1.0
                )
                busy = _working(own, calendars, row).sum() / (max(number, 1) * span)
                for activity in activities:
                    of[str(office), side, activity] = len(servers)
                servers.append(number)
                rows.append(row)
                departments.append(str(own["department"].iloc[0]))
                sides.append(side)
                use.append(min(busy, 1.0) if number else 0.0)
    return Pools(
        np.array(servers or [0], np.int32),
        np.array(rows or [0], np.int32),
        departments or [""],
        sides or [""],
        of,
        np.array(use or [0.0]),
    )


def _working(part: pd.DataFrame, calendars: Calendars, row: int) -> np.ndarray:
    at = np.full(len(part), row)
    ends, starts = part["end_s"].to_numpy(float), part["start_s"].to_numpy(float)
    spans: np.ndarray = calendars.worked(at, ends) - calendars.worked(at, starts)
    return spans


def _components(part: pd.DataFrame) -> list[tuple[list[str], list[str]]]:
    """Activities that share officers, with those officers."""
    known = part[part["resource"] != ""]
    if len(known) < 0.5 * len(part):
        return [(sorted(part["activity"].unique()), [])]
    counts = known.groupby(["activity", "resource"]).size()
    groups: list[tuple[set[str], set[str]]] = []
    for activity, per in counts.groupby(level=0, sort=True):
        share = per / per.sum()
        who = {str(r) for r, s in zip(share.index.get_level_values(1), share, strict=True) if s >= LEAST_SHARE}
        joined = [g for g in groups if g[1] & who]
        merged = ({str(activity)}.union(*(g[0] for g in joined)), who.union(*(g[1] for g in joined)))
        groups = [g for g in groups if g not in joined] + [merged]
    rest = set(part["activity"].unique()) - set().union(*(g[0] for g in groups)) if groups else set()
    out = [(sorted(a), sorted(r)) for a, r in groups]
    if rest:
        out.append((sorted(rest), []))
    return sorted(out)


def _officers(own: pd.DataFrame, names: list[str]) -> int:
    start, end = own["start_s"].to_numpy(float), own["end_s"].to_numpy(float)
    at_once = _at_once(start, end)
    if not names:
        return max(int(np.percentile(at_once, 99)), 1) if len(at_once) else 1
    number = 0
    resource = own["resource"].to_numpy()
    for name in names:
        mine = resource == name
        number += max(1, round(float(np.percentile(_at_once(start[mine], end[mine]), 90))))
    # Officers who followed each other on one post are one officer at a time.
    peak = int(np.percentile(at_once, 99.9))
    if number > 3 * max(peak, 1) and number > 20:
        return 0  # a name for every event: no officer at all
    return number


def _at_once(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """At each start: how many are at work, itself included."""
    ends = np.sort(end)
    starts = np.sort(start)
    return np.arange(1, len(starts) + 1) - np.searchsorted(ends, starts, side="right")
