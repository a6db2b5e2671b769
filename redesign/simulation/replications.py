"""Replications: a network's luck drawn, the engine run, and what each episode went through counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from redesign.simulation import delays, engine, waits
from redesign.simulation.calibration import KINDS, Calibration, Drawn
from redesign.simulation.cases import Case
from redesign.simulation.engine import DELAY, ERRAND, PASS, WORK
from redesign.simulation.focus import Focus
from redesign.simulation.network import ALWAYS_OPEN, Network
from redesign.simulation.scenario import Drafting
from redesign.situation import Options

DEFERRAL = 3  # of the uniforms of a case: 0 to 2 its corrections, 4 to 6 whether they are avoided
NUMBERS = 9  # uniforms of a slot: duration, wait (2), delay (3), tour, travel, gap


@dataclass(frozen=True, eq=False)
class Design:
    """A drafted network and what its corrections are."""

    network: Network
    moves: frozenset[str]
    options: Options
    slots: int
    stride: int
    services: tuple[str, ...]
    correction_service: np.ndarray  # of each correction: number of its service
    correction_loop: np.ndarray
    correction_case: np.ndarray
    correction_focus: np.ndarray
    deferral_case: np.ndarray  # under conditional acceptance: whose correction may not hold up the review,
    deferral_share: np.ndarray  # and how likely that is


@dataclass(frozen=True, eq=False)
class Outcome:
    """One replication, an entry an episode of the focus: hours, trips, corrections, departments visited, processing."""

    lead_h: np.ndarray
    trips: np.ndarray
    corrections: np.ndarray  # expected materials handed in at corrections are counted from these, by service
    departments: np.ndarray
    processing_h: np.ndarray
    submissions: np.ndarray
    start: np.ndarray  # of nodes, seconds
    end: np.ndarray
    ready: np.ndarray
    kind: np.ndarray
    undone: int


def design(
    calibration: Calibration, focus: Focus, moves: frozenset[str], options: Options, background: Sequence[Case]
) -> Design:
    """Draft the network of a set of moves."""
    drafting = Drafting(calibration, focus, moves, options)
    for e, cases in enumerate(focus.cases):
        drafting.episode(e, cases)
    for case in background:
        drafting.background(len(focus.cases), case)
    network = drafting.close(len(focus.cases) + 1)
    services = sorted(set(drafting.correction_service))
    number = {service: i for i, service in enumerate(services)}
    return Design(
        network,
        moves,
        options,
        drafting.slots,
        drafting.stride,
        tuple(services),
        np.array([number[s] for s in drafting.correction_service], np.int64),
        np.array(drafting.correction_loop, np.int64),
        np.array(drafting.correction_case, np.int64),
        np.array(drafting.correction_episode, np.int64),
        np.array(drafting.deferral_case, np.int64),
        np.array(drafting.deferral_share),
    )


def replicate(
    calibration: Calibration,
    focus: Focus,
    design: Design,
    drawn: Drawn,
    submissions: np.ndarray,
    again: dict[str, float],
    seed: tuple[int, ...],
) -> Outcome:
    """Run one replication.

    Parameters
    ----------
    drawn
        What to draw from: the calibration or a bootstrap of it.
    submissions
        Materials handed in without corrections, an episode of the focus each.
    again
        Materials handed in again at a correction, by service.
    seed
        The same for every set of moves: common random numbers.
    """
    net = design.network
    n = len(net.kind)
    rng = np.random.default_rng(seed)
    u = rng.random((design.slots, NUMBERS))
    habit_u = rng.random(len(focus.cases))
    online_u = rng.random(len(focus.cases))
    correction_u = rng.random((design.slots // design.stride, 8))

    active = _active(design, drawn, correction_u)
    kind = net.kind.copy()
    has = net.correction >= 0
    kind[has] = np.where(active[net.correction[has]], kind[has], PASS)

    own = u[net.slot]
    duration = drawn.durations.draw(net.duration_group, own[:, 0])
    if len(net.longest):
        values = drawn.durations.draw(net.longest[:, 2], u[net.longest[:, 1], 0])
        duration[net.longest[:, 0]] = 0.0
        np.maximum.at(duration, net.longest[:, 0], values)
    pre = waits.draw(drawn.waits, net.wait_group, own[:, 1], own[:, 2])
    gaps = net.gap_group >= 0
    pre[gaps] = drawn.gaps.draw(net.gap_group[gaps], u[net.case_slot[gaps], 8])
    delay, calendar = net.delay_group, net.place_calendar
    travel = drawn.travel[np.minimum((own[:, 7] * len(drawn.travel)).astype(np.int64), len(drawn.travel) - 1)]
    tour = (own[:, 6] < drawn.tour).astype(np.int8)
    place, pool = net.place.copy(), net.pool.copy()
    if "online" in design.moves and design.options.online_share > 0:
        off = online_u < design.options.online_share
        moved = net.may_go_online & (net.episode < len(off)) & off[np.minimum(net.episode, len(off) - 1)]
        place[moved], pool[moved], duration[moved] = -1, -1, 0.0
        delay = np.where(moved, _online(calibration)[delay], delay)
        calendar = np.where(moved, ALWAYS_OPEN, calendar)
    days, gap_s, hour_s = _delays(delay, drawn, own)
    awaits = correction_u[design.deferral_case, DEFERRAL] >= design.deferral_share
    target, predecessors = _edges(net, focus, drawn, habit_u, awaits)

    start, end, ready = np.empty(n), np.empty(n), np.empty(n)
    trips = np.zeros(net.episodes, np.int32)
    pools = calibration.pools
    undone = engine.run(
        kind,
        predecessors,
        net.edge_start,
        target,
        pool,
        duration,
        pre,
        net.release_s,
        pools.servers,
        pools.calendar,
        calibration.calendars.tables,
        net.episode,
        place,
        calendar,
        days,
        gap_s,
        hour_s,
        tour,
        travel,
        net.errand_start,
        net.errand_node,
        start,
        end,
        ready,
        np.full(net.episodes, -1, np.int32),
        np.zeros(net.episodes),
        trips,
    )
    return _count(focus, design, kind, place, duration, active, start, end, ready, trips, submissions, again, undone)


def _active(design: Design, drawn: Drawn, correction_u: np.ndarray) -> np.ndarray:
    """Which corrections happen; `notify_once` takes away the stated share of those of the focus."""
    if not design.services:
        return np.zeros(0, bool)
    first = np.array([drawn.first_correction.get(s, 0.0) for s in design.services])[design.correction_service]
    loop, case = design.correction_loop, design.correction_case
    likely = np.where(loop == 0, first, drawn.next_correction)
    happens = correction_u[case, loop] < likely
    for later in range(1, int(loop.max()) + 1):  # a second one needs a first
        before = np.zeros(correction_u.shape[0], bool)
        before[case[(loop == later - 1) & happens]] = True
        happens &= (loop != later) | before[case]
    if "notify_once" in design.moves and design.options.corrections_avoided > 0:
        avoided = correction_u[case, 4 + loop] < design.options.corrections_avoided
        happens &= ~(avoided & (design.correction_focus >= 0))
    out: np.ndarray = happens
    return out


def _online(calibration: Calibration) -> np.ndarray:
    """Of each kind of delay: the one that those have who do it online, as far as the log knows any such."""
    names = [f"{kind.split('/')[0]}/online" for kind in KINDS]
    known = [k for k, wishes in zip(KINDS, calibration.wishes, strict=True) if wishes is not None]
    # The last entry answers for -1, which nobody draws from.
    return np.array([KINDS.index(n) if n in known else i for i, n in enumerate(names)] + [-1], np.int64)


def _delays(delay: np.ndarray, drawn: Drawn, own: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    days = np.zeros(len(delay), np.int32)
    gap, hour = np.zeros(len(delay)), np.zeros(len(delay))
    for g in np.unique(delay[delay >= 0]):
        at = delay == g
        if g == len(drawn.wishes) - 1:  # at once
            hour[at] = 9.5 * 3600
            continue
        days[at], gap[at], hour[at] = delays.draw(drawn.wishes[g], drawn.hours[g], own[at][:, 3:6])
    return days, gap, hour


def _edges(
    net: Network, focus: Focus, drawn: Drawn, habit_u: np.ndarray, awaits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    likely = np.array([drawn.sequential.get(name, 0.0) for name in focus.names] + [0.0])
    habit = np.concatenate([habit_u < likely[:-1], [False], awaits])
    keep = (net.edge_habit < 0) | habit[np.maximum(net.edge_habit, 0)]
    target = np.where(keep, net.edge_target, -1).astype(np.int32)
    return target, np.bincount(target[target >= 0], minlength=len(net.kind)).astype(np.int32)


def _count(
    focus: Focus,
    design: Design,
    kind: np.ndarray,
    place: np.ndarray,
    duration: np.ndarray,
    active: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    ready: np.ndarray,
    trips: np.ndarray,
    submissions: np.ndarray,
    again: dict[str, float],
    undone: int,
) -> Outcome:
    net, m = design.network, len(focus.cases)
    mine = (net.episode < m) & (kind != PASS)
    episode = net.episode[mine]
    first, last = np.full(m, np.inf), np.full(m, -np.inf)
    np.minimum.at(first, episode, start[mine])
    np.maximum.at(last, episode, end[mine])
    worked = mine & net.officer
    processing = np.bincount(net.episode[worked], weights=duration[worked], minlength=m)[:m] / 3600
    at = mine & (kind == ERRAND) & (place >= 0)
    width = len(focus.departments) + 2
    seen = np.unique(net.episode[at].astype(np.int64) * width + net.department[at])
    departments = np.bincount(seen // width, minlength=m)[:m]
    corrections = np.zeros(m)
    handed = submissions.copy()
    mine_c = (design.correction_focus >= 0) & active
    if mine_c.any():
        np.add.at(corrections, design.correction_focus[mine_c], 1)
        rates = np.array([again.get(s, 0.0) for s in design.services])
        np.add.at(handed, design.correction_focus[mine_c], rates[design.correction_service[mine_c]])
    return Outcome(
        (last - first) / 3600,
        trips[:m].astype(float),
        corrections,
        departments.astype(float),
        processing,
        handed,
        start,
        end,
        ready,
        kind,
        undone,
    )


__all__ = ["DELAY", "ERRAND", "WORK", "Design", "Outcome", "design", "replicate"]
