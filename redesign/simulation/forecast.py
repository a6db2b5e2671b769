"""Forecast: as-is and to-be under many seeds and many calibrations, and what they bound.

A value is the mean of its replications under the calibration itself. Its 90 % interval carries three uncertainties: of
the calibration (bootstrap over weeks: what another year of the same process would have taught), of the simulation
(replications), and of the model's structure, for which it is widened by a third and never narrower than a hundredth or
so of the as-is (measured against worlds of known truth).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from redesign.measures import MEASURES
from redesign.simulation.calibration import Calibration, Drawn
from redesign.simulation.cases import Case
from redesign.simulation.focus import Focus
from redesign.simulation.replications import Design, Outcome, replicate

WIDENING = 1.35
Z90 = 1.645
LEAST_HALF = 0.012  # of the as-is: so near do structures alike in all that a log shows come to each other
COUNTED = ("trips", "submissions", "departments", "processing_h")  # of an outcome, in the order of `MEASURES`


@dataclass(frozen=True, eq=False)
class World:
    """What all designs of one bundle share: the calibration, the episodes, the load beside them, today's papers."""

    calibration: Calibration
    focus: Focus
    background: Sequence[Case]
    submissions: Callable[[frozenset[str]], np.ndarray]
    again: Callable[[frozenset[str]], Mapping[str, float]]
    seed: int
    told: np.ndarray  # of the episodes of the focus: whether figures are told of it (`ends.ripe`)

    def run(self, design: Design, drawn: Drawn, replication: int) -> Outcome:
        """One replication of a design; its number alone decides the luck."""
        return replicate(
            self.calibration,
            self.focus,
            design,
            drawn,
            self.submissions(design.moves),
            dict(self.again(design.moves)),
            (self.seed, replication),
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """A value and its 90 % interval."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float | None]:
        """As the contract writes it; null where the log cannot tell."""
        if self.value != self.value:
            return {"value": None, "low": None, "high": None}
        return {"value": self.value, "low": self.low, "high": self.high}


def measures(outcome: Outcome, told: np.ndarray) -> np.ndarray:
    """`MEASURES` of one replication, over the episodes that are `told`."""
    lead = outcome.lead_h[told]
    return np.array(
        [
            lead.mean(),
            np.median(lead),
            np.quantile(lead, 0.9),
            outcome.trips[told].mean(),
            outcome.submissions[told].mean(),
            outcome.departments[told].mean(),
            outcome.processing_h[told].mean(),
        ]
    )


def bootstraps(calibration: Calibration, seed: int, number: int) -> list[Drawn]:
    """Calibrations from resampled weeks and, every other one, from resampled episodes."""
    weeks = calibration.weeks
    if not len(weeks):
        return []
    span = np.arange(weeks.min(), weeks.max() + 1)
    out = []
    for b in range(number):
        rng = np.random.default_rng((seed, 77, b))
        if b % 2:
            weights = np.bincount(rng.integers(0, len(weeks), len(weeks)), minlength=len(weeks)).astype(float)
        else:
            weights = np.bincount(rng.integers(0, len(span), len(span)), minlength=len(span))[weeks - span[0]].astype(
                float
            )
        if weights.sum() <= 0:
            weights = np.ones(len(weeks))
        out.append(calibration.draw(weights, rng))
    return out


def spread(point: np.ndarray, boot: np.ndarray) -> np.ndarray:
    """Standard deviation of a mean over replications, calibration included.

    Parameters
    ----------
    point
        Values of the replications under the calibration, ``(r, k)``.
    boot
        Values under bootstrapped calibrations, ``(b, m, k)``: m replications of each of b, the same luck for all b, so
        that what differs between them is the calibration.
    """
    r = len(point)
    within = point.var(axis=0, ddof=1) if r > 1 else np.zeros(point.shape[1])
    if boot.shape[0] < 2:
        return np.sqrt(within / max(r, 1))
    rows = boot.mean(axis=1)
    rest = boot - rows[:, None, :] - boot.mean(axis=0)[None, :, :] + boot.mean(axis=(0, 1))
    b, m = boot.shape[:2]
    noise = (rest**2).sum(axis=(0, 1)) / max((b - 1) * (m - 1), 1)  # luck meets each calibration differently
    between = rows.var(axis=0, ddof=1)
    both: np.ndarray = np.sqrt(np.maximum(between - noise / m, 0.2 * between) + within / max(r, 1))
    return both


def chosen(by_episode: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Standard deviation that the means have because they are told of some of the episodes: none where of all."""
    share = told.mean() if len(told) else 1.0
    if share == 1.0 or told.sum() < 2:
        return np.zeros(len(by_episode))
    few: np.ndarray = by_episode[:, told].std(axis=1, ddof=1) * np.sqrt((1 - share) / told.sum())
    return few


def bounds(value: float, deviation: float, *, scale: float = 0.0, positive: bool = True) -> Bounds:
    """The 90 % interval around a value: widened by a third, and never surer than `LEAST_HALF` of `scale`, the as-is."""
    half = float(np.hypot(Z90 * WIDENING * deviation, LEAST_HALF * scale))
    low = value - half
    return Bounds(float(value), float(max(low, 0.0) if positive else low), float(value + half))


@dataclass(frozen=True, eq=False)
class Runs:
    """All replications of one design: ``point`` (r, 7), ``boot`` (b, m, 7), and the outcomes of the first."""

    point: np.ndarray
    boot: np.ndarray
    first: Outcome
    leads: np.ndarray  # (r, episodes)
    by_episode: np.ndarray  # (7, episodes), means over the replications; of median and quantile the lead time itself


def run_design(
    world: World, design: Design, drawn: Drawn, boots: Sequence[Drawn], replications: int, each: int
) -> Runs:
    """Replicate a design under the calibration and its bootstraps, with luck shared between designs."""
    outcomes = [world.run(design, drawn, r) for r in range(replications)]
    leads = np.array([o.lead_h for o in outcomes])
    lead = leads.mean(axis=0)
    boot = np.array([[measures(world.run(design, d, 1000 + m), world.told) for m in range(each)] for d in boots])
    return Runs(
        np.array([measures(o, world.told) for o in outcomes]),
        boot.reshape(len(boots), each, len(MEASURES)),
        outcomes[0],
        leads,
        np.array([lead, lead, lead, *(np.mean([getattr(o, name) for o in outcomes], axis=0) for name in COUNTED)]),
    )
