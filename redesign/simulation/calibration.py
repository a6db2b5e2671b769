"""From the log to the as-is: calendars, officers, durations, waits, delays, habits, corrections. All of it observed.

What the log of a bundle shows is one draw of a process; the process is what another month would draw from. So steps of
all cases of the log are pooled where they are alike, the other services' work is drawn anew, and what censors the view
(rides, closed doors, busy officers) is undone before it is drawn from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from redesign.simulation import delays, waits
from redesign.simulation.calendars import Calendars, learn
from redesign.simulation.cases import (
    APPLY,
    COLLECT,
    CORRECT,
    INTERVIEW,
    POST,
    WORK,
    Case,
    Step,
    as_episodes,
    cases_of,
)
from redesign.simulation.facts import Facts
from redesign.simulation.habits import Habits, habits_of
from redesign.simulation.officers import Pools, pools_of
from redesign.simulation.samples import Collector, Samples, group_of

LOOPS = 3  # corrections of one case that are drawn at the most
KINDS = (
    "apply/visit",
    "apply/online",
    "start/visit",
    "start/online",
    "correct/visit",
    "correct/online",
    "interview/visit",
    "collect/visit",
    "post/online",
    "now/online",
)
MOST_SEEN = 4000


@dataclass(frozen=True, eq=False)
class Drawn:
    """What one calibration draws from: the observed, or a bootstrap of it."""

    durations: Samples
    gaps: Samples
    waits: np.ndarray
    wishes: list[np.ndarray]  # of each of KINDS
    hours: list[np.ndarray]
    first_correction: dict[str, float]
    next_correction: float
    sequential: dict[str, float]  # of episodes: how likely the applicant does one service after the other
    tour: float
    travel: np.ndarray


@dataclass(frozen=True, eq=False)
class Calibration:
    """The as-is as calibrated, and what is needed to draw it anew from resampled weeks and cases."""

    facts: Facts
    calendars: Calendars
    pools: Pools
    episodes: dict[str, list[Case]]
    numbers: dict[str, int]  # of episodes
    weeks: np.ndarray  # of episodes
    durations: Samples
    duration_groups: dict[tuple[str, ...], int]
    gaps: Samples
    gap_groups: dict[tuple[str, ...], int]
    waits: waits.Waits
    wishes: list[delays.Wishes | None]
    habits: Habits
    corrections: dict[str, tuple[np.ndarray, np.ndarray]]  # service -> owners, numbers of corrections
    again: dict[str, float]  # materials handed in again at a correction, by service
    handed: dict[str, float]  # and all that are handed in at one, missing ones included
    loop_after: dict[str, str]
    redo: dict[str, bool]
    notes: tuple[tuple[str, dict[str, object]], ...]

    def draw(self, weights: np.ndarray | None = None, rng: np.random.Generator | None = None) -> Drawn:
        """The calibration itself, or with `weights` of episodes and a generator a bootstrap of it."""
        flat = np.ones(len(self.weeks)) if weights is None else weights
        first, following = _correction_rates(self.corrections, flat)
        tour, travel = self.habits.tour(flat)
        return Drawn(
            self.durations if rng is None else self.durations.resampled(rng, flat),
            self.gaps if rng is None else self.gaps.resampled(rng, flat),
            self.waits.fit(flat) if len(self.waits.keys) else np.zeros((1, waits.BINS)),
            [_point(name) if w is None else w.fit(flat) for name, w in zip(KINDS, self.wishes, strict=True)],
            [np.array([36000.0, 54000.0]) if w is None else _hours(w, flat, rng) for w in self.wishes],
            first,
            following,
            self.habits.sequential(flat),
            tour,
            travel,
        )


def _point(name: str) -> np.ndarray:
    """A delay nobody was seen to have: none, for what follows at once, else the next day."""
    theta = np.zeros(delays.BINS + delays.DAYS)
    theta[0 if name == "now/online" else delays.BINS] = 1.0
    return theta


def _hours(wishes: delays.Wishes, weights: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
    if rng is None:
        return np.sort(wishes.hours)
    w = weights[wishes.hour_owner]
    return wishes.hours if w.sum() <= 0 else np.sort(rng.choice(wishes.hours, len(wishes.hours), p=w / w.sum()))


def _correction_rates(
    corrections: dict[str, tuple[np.ndarray, np.ndarray]], weights: np.ndarray
) -> tuple[dict[str, float], float]:
    """Share of cases with a correction by service, shrunk towards the log's (beta prior), and of a next one."""
    totals, hits, again, once = {}, {}, 0.0, 0.0
    for service, (owner, number) in corrections.items():
        w = weights[owner]
        totals[service] = float(w.sum())
        hits[service] = float(w[number > 0].sum())
        once += float(w[number > 0].sum())
        again += float((w * np.maximum(number - 1, 0)).sum())
    n = np.array(list(totals.values()))
    k = np.array(list(hits.values()))
    if n.sum() <= 0:
        return dict.fromkeys(totals, 0.0), 0.0
    mean = k.sum() / n.sum()
    rates = np.divide(k, n, out=np.full(len(n), mean), where=n > 0)
    within = (rates * (1 - rates) / np.maximum(n, 1)).mean()
    between = max(float(np.average((rates - mean) ** 2, weights=np.maximum(n, 1e-9))) - within, 1e-4)
    strength = max(mean * (1 - mean) / between - 1, 0.0)
    # Where no case counts and nothing draws towards the mean, the mean is all that is known.
    shrunk = np.divide(k + strength * mean, n + strength, out=np.full(len(n), mean), where=n + strength > 0)
    return dict(zip(totals, shrunk.tolist(), strict=True)), min(again / (once + again), 0.8) if once > 0 else 0.0


def calibrate(
    facts: Facts, episodes: Mapping[str, str], classes: Mapping[str, str], *, horizon_after_days: int = 420
) -> Calibration:
    """Calibrate from a log's facts.

    Parameters
    ----------
    episodes
        Case to episode.
    classes
        Material name to its class.
    """
    e = facts.events
    officer = (~e["applicant_side"] & ~e["step"].isin(["post", "notice"])).to_numpy()
    present = officer | (e["visit"].to_numpy() & ~np.isin(e["office"], np.unique(e["office"][officer])))
    offices = e["office"].to_numpy()[present].astype(str)
    calendars = learn(
        np.concatenate([offices, offices]),
        np.concatenate([e["start_s"].to_numpy()[present], e["end_s"].to_numpy()[present]]),
        facts.origin,
        facts.horizon_days,
        facts.horizon_days + horizon_after_days,
    )
    pools = pools_of(facts, calendars)
    cases = cases_of(facts, episodes, classes)
    groups = as_episodes(cases)
    numbers = {name: i for i, name in enumerate(groups)}
    weeks = np.array([int(g[0].apply.start_s // (7 * 86400)) for g in groups.values()], np.int64)
    durations, duration_groups = _durations(facts, cases, numbers, calendars)
    gaps, gap_groups = _gaps(cases, numbers)
    found_waits = _waits(facts, cases, numbers, calendars, pools)
    habits = habits_of(groups, numbers, calendars)
    wishes = _wishes(groups, numbers, calendars, habits)
    corrections: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    again: dict[str, list[float]] = {}
    after: dict[str, dict[str, int]] = {}
    redo: dict[str, list[bool]] = {}
    by_service: dict[str, list[Case]] = {}
    for case in cases:
        by_service.setdefault(case.service, []).append(case)
    for service, own in sorted(by_service.items()):
        corrections[service] = (
            np.array([numbers[x.episode] for x in own], np.int64),
            np.array([len(x.loops) for x in own], np.int64),
        )
        for x in own:
            if x.loops and 0 <= x.loop_after < len(x.chain):
                step = x.chain[x.loop_after].activity
                after.setdefault(service, {})[step] = after.setdefault(service, {}).get(step, 0) + 1
                redo.setdefault(service, []).extend(loop[2] is not None for loop in x.loops)
        loops = sum(len(x.loops) for x in own)
        again[service] = [sum(x.handed_again for x in own), sum(x.corrections_handed for x in own), loops]
    return Calibration(
        facts,
        calendars,
        pools,
        groups,
        numbers,
        weeks,
        durations,
        duration_groups,
        gaps,
        gap_groups,
        found_waits,
        wishes,
        habits,
        corrections,
        _rates(again, 0),
        _rates(again, 1),
        {s: max(sorted(v), key=lambda k: v[k]) for s, v in after.items()},
        {s: bool(np.mean(v) >= 0.5) for s, v in redo.items()},
        facts.notes,
    )


def _rates(counts: dict[str, list[float]], at: int) -> dict[str, float]:
    """Materials a correction by service, drawn towards the log's mean as by ten corrections more."""
    total = sum(v[2] for v in counts.values())
    mean = sum(v[at] for v in counts.values()) / total if total else 0.0
    return {s: (v[at] + 10 * mean) / (v[2] + 10) for s, v in counts.items()}


def duration_key(step: Step, case: Case) -> tuple[str, ...]:
    """The group that a step's duration is drawn from, widest part first."""
    return (
        "visit" if step.visit else "work",
        step.activity,
        step.office,
        case.service,
        "redo" if step.redo else "first",
    )


def all_steps(case: Case) -> list[Step]:
    """A case's steps, corrections included."""
    return case.chain + [s for loop in case.loops for s in loop if s is not None]


def _durations(
    facts: Facts, cases: list[Case], numbers: dict[str, int], calendars: Calendars
) -> tuple[Samples, dict[tuple[str, ...], int]]:
    """Processing times: an officer's in his working time, a visit's in clock time; unknown ones are left out."""
    known = facts.events["known"].to_numpy()
    collector = Collector()
    steps = [(s, c) for c in cases for s in all_steps(c) if s.kind in (WORK, APPLY, COLLECT, CORRECT, INTERVIEW)]
    rows = np.array([calendars.row.get(s.office, 0) for s, _ in steps], np.int64)
    start = np.array([s.start_s for s, _ in steps])
    end = np.array([s.end_s for s, _ in steps])
    working = calendars.worked(rows, end) - calendars.worked(rows, start) if len(steps) else np.zeros(0)
    for i, (s, c) in enumerate(steps):
        if not known[s.row]:
            continue
        officer = s.kind == WORK
        if officer and end[i] <= start[i]:
            continue
        value = working[i] if officer and working[i] > 0 else end[i] - start[i]
        if not s.visit and not officer:
            continue
        collector.add(duration_key(s, c), float(value), numbers[c.episode])
    return collector.close()


def _gaps(cases: list[Case], numbers: dict[str, int]) -> tuple[Samples, dict[tuple[str, ...], int]]:
    """Clock time from ready to completed, for steps whose processing time is unknown.

    Steps of a case hang together where nothing else is known of them: they are drawn together, from another case of the
    same service that went the same way.
    """
    collector = Collector(least=1, ordered=False)
    for c in cases:
        way = way_of(c)
        for j, s in enumerate(c.chain):
            if s.kind == WORK and j:
                collector.add((f"{way}\t{j}",), max(s.end_s - s.ready_s, 0.0), numbers[c.episode])
    return collector.close()


def way_of(case: Case) -> str:
    """A case's service and the activities of its chain: who went the same way."""
    return "\t".join([case.service, *(s.activity for s in case.chain)])


def _waits(facts: Facts, cases: list[Case], numbers: dict[str, int], calendars: Calendars, pools: Pools) -> waits.Waits:
    known = facts.events["known"].to_numpy()
    resource = facts.events["resource"].to_numpy()
    steps = [
        (s, c)
        for c in cases
        for s in all_steps(c)
        if s.kind == WORK and known[s.row] and s.end_s > s.start_s and pools.find(s.office, "work", s.activity) >= 0
    ]
    at = [pools.find(s.office, "work", s.activity) for s, _ in steps]
    # Where a pool names its officers, a step without a name may be any's; where it names none, somebody stands in.
    named = {pool for pool, (s, _) in zip(at, steps, strict=True) if resource[s.row] != ""}
    steps = [x for pool, x in zip(at, steps, strict=True) if resource[x[0].row] != "" or pool not in named]
    empty = np.zeros(0)
    if len(steps) < LEAST_STEPS:
        return waits.Waits(empty, empty, empty.astype(int), empty.astype(int), {}, frozenset())
    start, end = np.array([s.start_s for s, _ in steps]), np.array([s.end_s for s, _ in steps])
    pool = np.array([pools.find(s.office, "work", s.activity) for s, _ in steps])
    stand_in = waits.stand_ins(pool, start, end)
    lo, hi, late = waits.intervals(
        np.array(
            [
                f"{s.office}\t{resource[s.row]}" if resource[s.row] else f"\t{pool[i]}\t{stand_in[i]}"
                for i, (s, _) in enumerate(steps)
            ]
        ),
        np.array([s.ready_s for s, _ in steps]),
        start,
        end,
        np.array([calendars.row.get(s.office, 0) for s, _ in steps]),
        calendars,
    )
    # By office, for files lie longer on some desks than on others; an office with few steps is judged by all of them.
    by_key: dict[tuple[str, ...], list[int]] = {}
    for i, (s, _) in enumerate(steps):
        by_key.setdefault((s.activity, s.office), []).append(i)
    few: dict[tuple[str, ...], list[int]] = {}
    for key in [k for k, at in by_key.items() if len(at) < waits.LEAST]:
        few.setdefault(key[:1], []).extend(by_key.pop(key))
    judged = frozenset(by_key)
    by_key |= few
    keys: dict[tuple[str, ...], int] = {}
    group = np.full(len(steps), -1)
    for key, at in sorted(by_key.items()):
        if len(at) >= waits.LEAST and late[at].mean() >= waits.LEAST_SHARE:
            keys[key] = len(keys)
            group[at] = keys[key]
    used = group >= 0
    owner = np.array([numbers[c.episode] for _, c in steps], np.int64)
    return waits.Waits(lo[used], hi[used], group[used], owner[used], keys, judged)


LEAST_STEPS = 30


def _wishes(
    groups: dict[str, list[Case]], numbers: dict[str, int], calendars: Calendars, habits: Habits
) -> list[delays.Wishes | None]:
    seen: dict[str, list[delays.Seen]] = {name: [] for name in KINDS}
    for name, cases in groups.items():
        owner = numbers[name]
        for case in cases:
            for notice, correct, _ in case.loops:
                opened = notice.end_s if notice is not None else correct.ready_s
                _note(seen, "correct", correct, opened, habits.rides, calendars, owner)
            for step in case.chain[1:]:
                if step.kind == COLLECT and step.visit:
                    _note(seen, "collect", step, case.issued_s, habits.rides, calendars, owner)
                elif step.kind == INTERVIEW and step.visit:
                    if not (habits.rides.get(step.row, 0.0) > 0.5 and step.start_s - step.ready_s <= 120.0):
                        _note(seen, "interview", step, step.ready_s, habits.rides, calendars, owner)
                elif step.kind == POST:
                    seen["post/online"].append(delays.Seen(case.issued_s, step.end_s, False, 0, owner))
    for name, step, opened, weight in habits.applications:
        kind, owner = name.split("\t")[0], numbers[name.split("\t")[1]]
        _note(seen, kind, step, opened, habits.rides, calendars, owner, weight)
    return [delays.wishes_of(seen[k][:MOST_SEEN], calendars.doors) if len(seen[k]) >= 5 else None for k in KINDS]


def _note(
    seen: dict[str, list[delays.Seen]],
    kind: str,
    step: Step,
    opened: float,
    rides: dict[int, float],
    calendars: Calendars,
    owner: int,
    weight: float = 1.0,
) -> None:
    name = f"{kind}/{'visit' if step.visit else 'online'}"
    if name not in seen or weight <= 0 or step.start_s < opened - 1:
        return
    row = calendars.row.get(step.office, 0) if step.visit else 0
    rode = rides.get(step.row, 0.0)
    for ridden, likely in ((True, rode), (False, 1.0 - rode)):
        if likely > 0:
            seen[name].append(delays.Seen(opened, step.start_s, ridden, row, owner, weight * likely))


def group_for(groups: dict[tuple[str, ...], int], key: tuple[str, ...]) -> int:
    """The narrowest group of a key, or -1."""
    return group_of(groups, key)
