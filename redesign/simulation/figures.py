"""Figures: every measure with its bounds, and each move's share of what is saved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from redesign import attribution as shapley
from redesign.measures import MEASURES
from redesign.simulation import forecast
from redesign.simulation.calibration import Drawn
from redesign.simulation.forecast import Bounds, Runs, World, bounds, chosen, spread
from redesign.simulation.replications import Design, design
from redesign.situation import Options

ATTRIBUTION_RUNS = 8


def measured(as_is: Runs, to_be: Runs, unknown: frozenset[str], told: np.ndarray) -> dict[str, dict[str, Bounds]]:
    """As-is, to-be and saving of every measure; of one that the log cannot tell, nothing."""
    out = {}
    pairs = (
        ("as_is", as_is.point, as_is.boot, as_is.by_episode),
        ("to_be", to_be.point, to_be.boot, to_be.by_episode),
        ("saving", as_is.point - to_be.point, as_is.boot - to_be.boot, as_is.by_episode - to_be.by_episode),
    )
    found = {
        part: (point.mean(axis=0), np.hypot(spread(point, boot), chosen(by_episode, told)))
        for part, point, boot, by_episode in pairs
    }
    for k, name in enumerate(MEASURES):
        if name in unknown:
            out[name] = dict.fromkeys(found, Bounds(np.nan, np.nan, np.nan))
            continue
        out[name] = {
            part: bounds(value[k], deviation[k], scale=abs(found["as_is"][0][k]), positive=part != "saving")
            for part, (value, deviation) in found.items()
        }
    return out


def attributed(
    world: World,
    moves: Sequence[str],
    options: Options,
    drawn: Drawn,
    boots: Sequence[Drawn],
    as_is: Runs,
    to_be: Runs,
    unknown: frozenset[str],
) -> tuple[tuple[dict[str, object], ...], tuple[dict[str, object], ...]]:
    """Each move's share of every measure's saving, and what it saves alone; shares add up to the saving told."""
    runs = ATTRIBUTION_RUNS
    worlds = [(drawn, r) for r in range(runs // 2)] + [
        (boots[b % len(boots)], 2000 + b) for b in range(runs - runs // 2)
    ]
    as_is_design = _design(world, frozenset(), options)
    today = np.array([forecast.measures(world.run(as_is_design, d, r), world.told) for d, r in worlds])

    def saving(subset: frozenset[str]) -> np.ndarray:
        made = _design(world, subset, options)
        less: np.ndarray = today - np.array([forecast.measures(world.run(made, d, r), world.told) for d, r in worlds])
        return less

    found = shapley.attribute(moves, saving, world.seed)
    told = as_is.point.mean(axis=0) - to_be.point.mean(axis=0)
    shares, alone = [], []
    for k, name in enumerate(MEASURES):
        if name in unknown:
            continue
        value = found.shares[:, :, k].mean(axis=1)
        weight = np.abs(value) + 1e-12
        value = value + (told[k] - value.sum()) * weight / weight.sum()  # few runs here, many there: shares add up
        for i, move in enumerate(found.moves):
            deviation = found.shares[i, :, k].std(ddof=1) / np.sqrt(2)
            shares.append(_share(move, name, value[i], deviation))
            alone.append(_share(move, name, found.alone[i, :, k].mean(), found.alone[i, :, k].std(ddof=1) / np.sqrt(2)))
    return tuple(shares), tuple(alone)


def _share(move: str, measure: str, value: float, deviation: float) -> dict[str, object]:
    b = bounds(value, deviation, positive=False)
    return {"move": move, "measure": measure, "saving": b.value, "low": b.low, "high": b.high}


def _design(world: World, moves: frozenset[str], options: Options) -> Design:
    return design(world.calibration, world.focus, moves, options, world.background)
