"""simulate(log, services, moves) -> Savings: what a redesign saves, simulated, with intervals (contract 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

import wording
from catalogue.services import Catalogue
from mining.precedence import precedences
from redesign.dependencies import Kind, find_ties
from redesign.moves import MOVES
from redesign.simulation import forecast, telling
from redesign.simulation.calibration import Calibration, Drawn, calibrate
from redesign.simulation.cases import Case
from redesign.simulation.ends import told_of
from redesign.simulation.facts import facts_of
from redesign.simulation.figures import attributed, measured
from redesign.simulation.focus import Focus, focus_of
from redesign.simulation.forecast import Bounds, Runs, World
from redesign.simulation.papers import Papers, papers_of
from redesign.simulation.replications import Design, design
from redesign.simulation.validation import Validation, validate
from redesign.situation import Options
from wording.errors import UsageError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

BOOTSTRAPS = 20
MOST_EPISODES = 1200  # of a bundle with more, so many are redesigned in the simulation; the others load the officers
KEPT = 2  # bundles whose as-is is kept, for other sets of moves
Progress = Callable[[str, float], None]
Note = tuple[str, dict[str, object]]


@dataclass(frozen=True, eq=False)
class Savings:
    """One bundle under one set of moves. `as_json` is the contract's object, with fields of our own beside it."""

    bundle: str
    services: tuple[str, ...]
    episodes: int
    moves: tuple[str, ...]
    options: Mapping[str, object]
    seed: int
    replications: int
    validation: Validation | None
    observed: Mapping[str, float | None]
    measures: Mapping[str, Mapping[str, Bounds]]
    attribution: tuple[dict[str, object], ...] = ()
    alone: tuple[dict[str, object], ...] = ()
    notes: tuple[Note, ...] = ()
    losers: float | None = None  # share of episodes that take over an hour longer than today
    overloaded: tuple[dict[str, object], ...] = ()
    plain_subtraction: Mapping[str, float] = field(default_factory=dict)
    samples: Mapping[str, list[float]] = field(default_factory=dict)  # lead times of one replication, hours
    replay: Mapping[str, Any] = field(default_factory=dict)
    waits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # mean wait of officers' work by department

    def as_json(self) -> dict[str, Any]:
        """One object of `savings.json`."""
        return {
            "bundle": self.bundle,
            "services": list(self.services),
            "episodes": self.episodes,
            "moves": list(self.moves),
            "options": dict(self.options),
            "seed": self.seed,
            "replications": self.replications,
            "validation": self.validation.as_json() if self.validation else None,
            "measures": {
                name: {"observed": self.observed.get(name), **{p: b.as_json() for p, b in parts.items()}}
                for name, parts in self.measures.items()
            },
            "attribution": list(self.attribution),
            "alone": list(self.alone),
            "losers_share": self.losers,
            "overloaded": list(self.overloaded),
            "plain_subtraction": dict(self.plain_subtraction),
            "waits_h": {k: dict(v) for k, v in self.waits.items()},
            "notes": [wording.say(key, **values) for key, values in self.notes],
        }


def simulate(
    log: EventLog,
    services: Sequence[str],
    moves: Sequence[str],
    *,
    bundle: str = "",
    catalogue: Catalogue | None = None,
    options: Options | None = None,
    seed: int = 1,
    replications: int = 30,
    episodes: ir.Table | None = None,
    trips: ir.Table | None = None,
    materials: ir.Table | None = None,
    demand: Mapping[str, float] | None = None,
    attribute: bool = True,
    progress: Progress | None = None,
) -> Savings:
    """Simulate a bundle as it is and redesigned, under the same demand, officers and luck.

    Parameters
    ----------
    services
        Of the bundle; one service alone is simulated over all its cases.
    moves
        Contract section 6.
    episodes, trips, materials
        As `mining` gives them; found in the log where missing.
    demand
        Departments whose arrivals are multiplied, as-is and to-be alike: ``{"公安局": 2.0}``.
    attribute
        Whether each move's share is worked out, which simulates every subset of the moves.

    Returns
    -------
    Savings
        Without measures where the log has no episode of the bundle that it does not cut off; `notes` say what was
        assumed where the log is silent.

    Raises
    ------
    UsageError
        A move is unknown.
    """
    for move in moves:
        if move not in MOVES:
            raise UsageError("redesign.unknown-move", move=move, known=", ".join(MOVES))
    options = options or Options()
    catalogue = catalogue or Catalogue()
    world, base = _world(log, services, moves, catalogue, options, seed, episodes, materials, demand or {})
    stated = {
        "delivery": options.delivery,
        "place": world.focus.window or options.place or None,
        "corrections_avoided": options.corrections_avoided,
        "online_share": options.online_share,
    }
    name = bundle or "、".join(services)
    notes = list(telling.assumptions(log, world, moves))
    if not world.focus.cases:
        notes.append(("simulation.note-no-episodes", {"bundle": name}))
        return Savings(
            name, tuple(services), 0, tuple(moves), stated, seed, replications, None, {}, {}, notes=tuple(notes)
        )
    unknown = telling.unknown(log, world)
    _tell(progress, "as_is", 0.1)
    today = _today(world, options, replications, demand or {})
    drawn, boots, as_is, checked = today.drawn, today.boots, today.runs, today.validation
    _tell(progress, "to_be", 0.4)
    to_be_design = _design(world, frozenset(moves), options)
    to_be = forecast.run_design(world, to_be_design, drawn, boots, replications, _each(replications))
    _tell(progress, "attribution", 0.7)
    shares: tuple[dict[str, object], ...] = ()
    alone: tuple[dict[str, object], ...] = ()
    if attribute and moves:
        shares, alone = attributed(world, moves, options, drawn, boots, as_is, to_be, unknown)
    if not checked.passed:
        notes.append(("simulation.note-not-validated", {}) if checked.metrics else ("simulation.note-too-few", {}))
    figures = measured(as_is, to_be, unknown, world.told)
    plain = telling.plain_subtraction(world, moves)
    losers = float((to_be.leads > as_is.leads + 1.0)[:, world.told].mean())
    if moves:
        notes += telling.compared(plain["lead_time_mean_h"], figures["lead_time_mean_h"]["saving"], losers)
    _tell(progress, "done", 1.0)
    return Savings(
        name,
        tuple(services),
        len(world.focus.cases) if base is None else base,
        tuple(moves),
        stated,
        seed,
        replications,
        checked,
        telling.observed(log, world, trips),
        figures,
        shares,
        alone,
        tuple(notes),
        losers,
        telling.overloaded(world.calibration),
        plain,
        {
            "as_is_h": np.round(np.sort(as_is.leads[0]), 2).tolist(),
            "to_be_h": np.round(np.sort(to_be.leads[0]), 2).tolist(),
        },
        telling.replay(world, today.design, as_is.first, to_be_design, to_be.first),
        telling.waits_h(world, today.design, as_is.first, to_be_design, to_be.first),
    )


def _tell(progress: Progress | None, step: str, share: float) -> None:
    if progress is not None:
        progress(f"simulation.step.{step}", share)


_calibrations: dict[tuple[int, int], Calibration] = {}


def _calibrated(log: EventLog, episode_of: Mapping[str, str], classes: Mapping[str, str]) -> Calibration:
    facts = facts_of(log)
    key = (id(facts), hash((tuple(sorted(episode_of.items())), tuple(sorted(classes.items())))))
    if key not in _calibrations:
        while len(_calibrations) >= 2:  # one log at a time, with or without bundles
            _calibrations.pop(next(iter(_calibrations)))
        _calibrations[key] = calibrate(facts, episode_of, classes)
    return _calibrations[key]


@dataclass(frozen=True, eq=False)
class _Today:
    """The as-is of a bundle: the same whatever the moves."""

    calibration: Calibration
    design: Design
    drawn: Drawn
    boots: list[Drawn]
    runs: Runs
    validation: Validation


_todays: dict[tuple[object, ...], _Today] = {}


def _each(replications: int) -> int:
    """Replications of each bootstrapped calibration."""
    return max(2, replications // 10)


def _today(world: World, options: Options, replications: int, demand: Mapping[str, float]) -> _Today:
    """Simulate the as-is, or find it where another set of moves of the same bundle was asked for before."""
    key = (
        id(world.calibration),
        tuple(c.id for group in world.focus.cases for c in group),
        world.focus.window,
        world.seed,
        replications,
        tuple(sorted(demand.items())),
    )
    found = _todays.get(key)
    if found is not None and found.calibration is world.calibration:
        return found
    drawn = world.calibration.draw()
    boots = forecast.bootstraps(world.calibration, world.seed, BOOTSTRAPS)
    as_is = _design(world, frozenset(), options)
    runs = forecast.run_design(world, as_is, drawn, boots, replications, _each(replications))
    checked = validate(world, as_is, world.calibration.facts.origin)
    while len(_todays) >= KEPT:
        _todays.pop(next(iter(_todays)))
    _todays[key] = _Today(world.calibration, as_is, drawn, boots, runs, checked)
    return _todays[key]


def _world(
    log: EventLog,
    services: Sequence[str],
    moves: Sequence[str],
    catalogue: Catalogue,
    options: Options,
    seed: int,
    episodes: ir.Table | None,
    materials: ir.Table | None,
    demand: Mapping[str, float],
) -> tuple[World, int | None]:
    if episodes is None:
        from mining.episodes import episodes as find_episodes

        episodes = find_episodes(log, bundles=[tuple(services)] if len(services) > 1 else ())
    rows = log.run(episodes.select("case_id", "episode_id", "service", "cut").order_by("case_id"))
    episode_of = dict(zip(rows["case_id"].astype(str), rows["episode_id"].astype(str), strict=True))
    papers = papers_of(log, materials, catalogue)
    calibration = _calibrated(log, episode_of, papers.classes)
    wanted = set(services)
    mine = rows[rows["service"].isin(wanted)] if wanted else rows
    if wanted and not len(mine):  # a log without services is one service, whatever it was called
        mine = rows[rows["service"].isna()]
    per = mine.groupby("episode_id").agg(services=("service", "nunique"), cut=("cut", "any"))
    least = 2 if len(wanted) > 1 else 0
    names = sorted(
        str(n) for n in per.index[(per["services"] >= least) & ~per["cut"]] if str(n) in calibration.episodes
    )
    total = len(names)
    if total > MOST_EPISODES:
        names = [names[int(i)] for i in np.linspace(0, total - 1, MOST_EPISODES)]
    ties = _ties(log, services, episodes, catalogue) if least else frozenset()
    focus = focus_of(
        calibration,
        names,
        place=options.place or None,
        shareable=papers.shareable,
        forms=papers.forms,
        deferrable=papers.deferrable,
        ties=ties,
    )
    if wanted and least:
        focus = _within(focus, wanted)
    world = World(
        calibration,
        focus,
        _background(calibration, focus, demand),
        cache(lambda m: papers.handed_in(focus, m)),
        papers.again_rates(calibration),
        seed,
        told_of(calibration, focus, frozenset(rows.loc[rows["cut"].astype(bool), "episode_id"].astype(str))),
    )
    del moves
    return world, total if total != len(names) else None


def _within(focus: Focus, wanted: set[str]) -> Focus:
    """Cases of other services leave the episodes: they are load, not what is redesigned."""
    from dataclasses import replace

    cases = [[c for c in group if c.service in wanted] for group in focus.cases]
    return replace(focus, cases=cases)


def _ties(
    log: EventLog, services: Sequence[str], episodes: ir.Table, catalogue: Catalogue
) -> frozenset[tuple[str, str]]:
    """The orders that the law demands, or perhaps does; documents handed on bind by themselves, case by case."""
    evidence = precedences(log, services, episodes=episodes)
    found = find_ties(services, evidence, catalogue)
    return frozenset((t.before, t.after) for t in found if t.kind in (Kind.LEGAL, Kind.PERHAPS_LEGAL))


def _background(calibration: Calibration, focus: Focus, demand: Mapping[str, float]) -> list[Case]:
    """All other cases that load the same offices; and once more, where a department's demand is multiplied."""
    mine = {c.id for group in focus.cases for c in group}
    offices = {s.office for group in focus.cases for c in group for s in c.chain}
    everyone = [c for group in calibration.episodes.values() for c in group]
    out = [c for c in everyone if c.id not in mine and any(s.office in offices for s in c.chain)]
    for department in sorted(demand):
        own = [c for c in everyone if c.department == department]
        whole, part = divmod(max(demand[department] - 1.0, 0.0), 1.0)
        for _ in range(int(whole)):
            out.extend(own)
        out.extend(own[: round(part * len(own))])
    return out


def _design(world: World, moves: frozenset[str], options: Options) -> Design:
    return design(world.calibration, world.focus, moves, options, world.background)


__all__ = ["Papers", "Savings", "simulate"]
