"""One object of `savings.json` read back: measures and attributions with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redesign.measures import MEASURES

SHOWN = ("lead_time_mean_h", "trips_mean", "submissions_mean", "departments_visited_mean")
DAYS = frozenset(m for m in MEASURES if m.startswith("lead_time"))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 90 % interval; in days where the measure is a lead time, else in the measure's own unit."""

    value: float
    low: float
    high: float

    @property
    def wide(self) -> bool:
        """Whether the interval is wider than what one decimal shows."""
        return round(self.low, 1) != round(self.high, 1)

    @property
    def sure(self) -> bool:
        """Whether the interval leaves the sign certain."""
        return self.low > 0 or self.high < 0


def scale(measure: str) -> float:
    """What a measure is divided by to be shown: hours become days."""
    return 24.0 if measure in DAYS else 1.0


def estimate(saving: Mapping[str, Any], measure: str, part: str) -> Estimate | None:
    """`part` (as_is, to_be, saving) of a measure, in shown units; None where the object has none."""
    entry = saving.get("measures", {}).get(measure, {}).get(part)
    if not isinstance(entry, Mapping) or entry.get("value") is None:
        return None
    by = scale(measure)
    value = float(entry["value"]) / by
    low, high = entry.get("low"), entry.get("high")
    return Estimate(value, value if low is None else float(low) / by, value if high is None else float(high) / by)


def told(saving: Mapping[str, Any], measure: str) -> Estimate | None:
    """The saving of a measure as a reader adds it up: the difference of today's and the proposal's figure as told.

    Both are told to one decimal, and so their difference may be 0.1 off the exact one; where the interval as told would
    not hold it, the interval is widened to it. None where `estimate` has none.

    >>> parts = {"as_is": {"value": 4.26}, "to_be": {"value": 1.74}, "saving": {"value": 2.52, "low": 2.4, "high": 2.6}}
    >>> told({"measures": {"trips_mean": parts}}, "trips_mean")
    Estimate(value=2.6, low=2.4, high=2.6)
    """
    less = estimate(saving, measure, "saving")
    before, after = estimate(saving, measure, "as_is"), estimate(saving, measure, "to_be")
    if less is None or before is None or after is None:
        return less
    value = round(round(before.value, 1) - round(after.value, 1), 1)
    return Estimate(value, min(less.low, value), max(less.high, value))


def observed(saving: Mapping[str, Any], measure: str) -> float | None:
    """The log's own mean, in shown units."""
    value = saving.get("measures", {}).get(measure, {}).get("observed")
    return None if value is None else float(value) / scale(measure)


def shares(saving: Mapping[str, Any], measure: str, *, alone: bool = False) -> list[tuple[str, Estimate]]:
    """Each move's part of a measure's saving (Shapley values, or each move by itself), in the moves' order."""
    by = scale(measure)
    found = {}
    for entry in saving.get("alone" if alone else "attribution", ()) or ():
        if entry.get("measure") == measure and entry.get("saving") is not None:
            value = float(entry["saving"]) / by
            low, high = entry.get("low"), entry.get("high")
            found[str(entry["move"])] = Estimate(
                value, value if low is None else float(low) / by, value if high is None else float(high) / by
            )
    order = [str(move) for move in saving.get("moves", ())]
    return [(move, found[move]) for move in order if move in found] + sorted(
        (item for item in found.items() if item[0] not in order), key=lambda item: item[0]
    )


def first(saving: Mapping[str, Any]) -> tuple[str, str, Estimate] | None:
    """The move to make first: the largest, or the shared data without which reviews cannot run side by side."""
    best = largest(saving)
    if best is not None and best[1] == "parallel_review":
        data = dict(shares(saving, best[0])).get("share_data")
        if data is not None and data.value > 0:
            return best[0], "share_data", data
    return best


def largest(saving: Mapping[str, Any]) -> tuple[str, str, Estimate] | None:
    """The move that saves most: (measure, move, its share), by lead time, else by trips; None where none saves."""
    for measure in ("lead_time_mean_h", "trips_mean"):
        parts = [part for part in shares(saving, measure) if part[1].value > 0]
        if parts:
            move, share = max(parts, key=lambda part: part[1].value)
            return measure, move, share
    return None
