"""Validation: the as-is, calibrated without the last quarter of the log, against that quarter.

Beside the model's distance stand the rows that tell what it is worth: the floor (two random halves of what was held
out), a simulator in which everything takes no time, and the whole episodes of the first part drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from redesign.simulation.calibration import all_steps
from redesign.simulation.cases import NOTICE
from redesign.simulation.distances import Happened, distances, wasserstein
from redesign.simulation.ends import LONG
from redesign.simulation.engine import PASS
from redesign.simulation.forecast import World
from redesign.simulation.replications import Design, Outcome

SHARE = 0.25
LEAST = 12  # episodes held out: fewer tell nothing
RUNS = 10


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


def validate(world: World, design: Design, origin: pd.Timestamp) -> Validation:
    """Hold the last quarter of the episodes out, calibrate on those that ended before, forecast them, compare.

    Of episodes that began shortly before the cut only the short ones have ended: none of these is learnt from.
    """
    c, cases = world.calibration, world.focus.cases
    starts = np.array([g[0].apply.start_s for g in cases])
    ends = np.array([max(s.end_s for x in g for s in x.chain) for g in cases])
    observed = (ends - starts) / 3600
    cut = float(np.quantile(starts[world.told], 1 - SHARE)) if world.told.any() else 0.0
    late = world.told & (starts >= cut)
    whole = float(np.quantile((ends - starts)[~late], LONG)) if not late.all() else 0.0
    spans = [(g[0].apply.start_s, max(s.end_s for x in g for s in x.chain)) for g in c.episodes.values()]
    weights = np.array([float(begun < cut - whole and ended < cut) for begun, ended in spans])
    if late.sum() < LEAST or weights[world.focus.numbers].sum() < LEAST:
        return Validation(_written(origin + pd.Timedelta(seconds=cut)), {}, False, 0)
    drawn = c.draw(weights)
    runs = [world.run(design, drawn, 5000 + r) for r in range(RUNS)]
    held = observed[late]
    early = observed[(starts < cut - whole) & (ends < cut)]
    simulated = [o.lead_h[late] for o in runs]
    rng = np.random.default_rng((world.seed, 6))
    halves = []
    for _ in range(20):
        mixed = rng.permutation(held)
        halves.append(wasserstein(mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]))
    weekday = origin.weekday()
    seen = _seen(world, late, weekday)
    apart = [distances(_simulated(design, o, late, weekday), seen) for o in runs]
    distance = float(np.mean([wasserstein(s, held) for s in simulated]))
    floor = float(np.mean(halves))
    metrics = {
        "cycle_time_distance_h": distance,
        "cycle_time_floor_h": floor,
        "cycle_time_zero_time_h": float(held.mean()),
        "cycle_time_bootstrap_h": wasserstein(early, held) if len(early) else 0.0,
        "cycle_time_mean_observed_h": float(held.mean()),
        "cycle_time_mean_simulated_h": float(np.mean([s.mean() for s in simulated])),
        **{name: float(np.mean([one[name] for one in apart])) for name in apart[0]},
    }
    # A few long episodes held out make any distance usual: so the mean must be near by itself.
    mean, error = float(held.mean()), float(held.std() / np.sqrt(len(held)))
    off = abs(metrics["cycle_time_mean_simulated_h"] - mean)
    passed = distance <= max(1.5 * floor, 0.15 * mean) and off <= max(0.2 * mean, 2 * error)
    return Validation(_written(origin + pd.Timedelta(seconds=cut)), metrics, bool(passed), int(late.sum()))


def _written(at: pd.Timestamp) -> str:
    return str(at.strftime("%Y-%m-%d %H:%M:%S"))


def _seen(world: World, late: np.ndarray, weekday: int) -> Happened:
    """The steps of the episodes held out, as the log has them; notices, which take no time, are not simulated."""
    case, steps = [], []
    groups = [group for group, held in zip(world.focus.cases, late, strict=True) if held]
    for number, own in enumerate(c for group in groups for c in group):
        found = [s for s in all_steps(own) if s.kind != NOTICE]
        case += [number] * len(found)
        steps += found
    return Happened(
        np.array(case, np.int64),
        np.array([s.activity for s in steps], object),
        np.array([s.start_s for s in steps]),
        np.array([s.end_s for s in steps]),
        weekday,
    )


def _simulated(design: Design, outcome: Outcome, late: np.ndarray, weekday: int) -> Happened:
    net = design.network
    mine = (net.episode < len(late)) & (outcome.kind != PASS)
    nodes = np.flatnonzero(mine & late[np.minimum(net.episode, len(late) - 1)])
    return Happened(
        net.slot[nodes] // design.stride,
        np.array([net.label[i][1] for i in nodes], object),
        outcome.start[nodes],
        outcome.end[nodes],
        weekday,
    )


__all__ = ["Validation", "validate"]
