"""Validation: the as-is, calibrated without the last quarter of the log, against that quarter.

Beside the model's distance stand the rows that tell what it is worth: the floor (two random halves of what was held
out), a simulator in which everything takes no time, and the whole episodes of the first part drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from redesign.simulation.calibration import Calibration
from redesign.simulation.forecast import World
from redesign.simulation.replications import Design

SHARE = 0.25
LEAST = 12  # episodes held out: fewer tell nothing
RUNS = 5


@dataclass(frozen=True, slots=True)
class Validation:
    """When the held-out part begins, the distances in hours, and whether the as-is is near enough to trust."""

    holdout_from: str
    metrics: dict[str, float]
    passed: bool
    held_out: int

    def as_json(self) -> dict[str, object]:
        """As the contract writes it."""
        return {
            "holdout_from": self.holdout_from,
            "metrics": self.metrics,
            "passed": self.passed,
            "held_out": self.held_out,
        }


def wasserstein(a: np.ndarray, b: np.ndarray) -> float:
    """The earth mover's distance of two samples on a line (mean absolute difference of their quantiles)."""
    if not len(a) or not len(b):
        return 0.0
    grid = (np.arange(200) + 0.5) / 200
    return float(np.abs(np.quantile(a, grid) - np.quantile(b, grid)).mean())


def validate(world: World, design: Design, origin: pd.Timestamp) -> Validation:
    """Hold the last quarter of the episodes out, calibrate on what ended before, forecast them, compare."""
    c, cases = world.calibration, world.focus.cases
    starts = np.array([g[0].apply.start_s for g in cases])
    ends = np.array([max(s.end_s for x in g for s in x.chain) for g in cases])
    observed = (ends - starts) / 3600
    if len(cases) < 2 * LEAST:
        at = origin + pd.Timedelta(seconds=float(starts.max())) if len(starts) else origin
        return Validation(_written(at), {}, False, 0)
    cut = float(np.quantile(starts, 1 - SHARE))
    late = starts >= cut
    weights = np.array([1.0 if max(s.end_s for x in g for s in x.chain) < cut else 0.0 for g in c.episodes.values()])
    if weights.sum() < LEAST:
        weights = np.ones(len(weights))
    drawn = c.draw(weights, np.random.default_rng((world.seed, 5)))
    runs = [world.run(design, drawn, 5000 + r) for r in range(RUNS)]
    held = observed[late]
    early = observed[~late & (ends < cut)]
    simulated = [o.lead_h[late] for o in runs]
    rng = np.random.default_rng((world.seed, 6))
    halves = []
    for _ in range(20):
        mixed = rng.permutation(held)
        halves.append(wasserstein(mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]))
    seen, made = _moments(world, design, late), [_simulated_moments(design, o, late) for o in runs]
    distance = float(np.mean([wasserstein(s, held) for s in simulated]))
    floor = float(np.mean(halves))
    metrics = {
        "cycle_time_distance_h": distance,
        "cycle_time_floor_h": floor,
        "cycle_time_zero_time_h": float(held.mean()),
        "cycle_time_bootstrap_h": wasserstein(early, held) if len(early) else 0.0,
        "cycle_time_mean_observed_h": float(held.mean()),
        "cycle_time_mean_simulated_h": float(np.mean([s.mean() for s in simulated])),
        "relative_event_distance_h": float(np.mean([wasserstein(m[0], seen[0]) for m in made])),
        "circadian_event_distance_h": float(np.mean([wasserstein(m[1], seen[1]) for m in made])),
    }
    passed = distance <= max(1.5 * floor, 0.15 * float(held.mean()))
    return Validation(_written(origin + pd.Timedelta(seconds=cut)), metrics, bool(passed), int(late.sum()))


def _written(at: pd.Timestamp) -> str:
    return str(at.strftime("%Y-%m-%d %H:%M:%S"))


def _moments(world: World, design: Design, late: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hours since the episode's start, and hours of the day, of the ends of the steps seen."""
    del design
    since, hour = [], []
    for i, group in enumerate(world.focus.cases):
        if late[i]:
            begin = group[0].apply.start_s
            ends = np.array([s.end_s for x in group for s in x.chain])
            since.append((ends - begin) / 3600)
            hour.append(ends % 86400 / 3600)
    return np.concatenate(since), np.concatenate(hour)


def _simulated_moments(design: Design, outcome: object, late: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    net = design.network
    end, start, kind = outcome.end, outcome.start, outcome.kind  # type: ignore[attr-defined]
    mine = (net.episode < len(late)) & (kind != 0) & (net.correction < 0)
    mine &= late[np.minimum(net.episode, len(late) - 1)]
    first = np.full(len(late), np.inf)
    np.minimum.at(first, net.episode[mine], start[mine])
    return (end[mine] - first[net.episode[mine]]) / 3600, end[mine] % 86400 / 3600


__all__ = ["Calibration", "Validation", "validate", "wasserstein"]
