"""What applicants are used to: one service after another though nothing forces them; rides; tours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from redesign.simulation import delays
from redesign.simulation.calendars import Calendars
from redesign.simulation.cases import COLLECT, RIDE_S, Case, Step

TOUR_S = 75 * 60.0  # from leaving one place to being served at the next, on one tour
CHOICE_S = 3600.0  # less between what was free and what habit allows is no choice
PASSED_BY = 0.1  # how likely somebody who is at a place leaves undone what he could do there
LEAST_SEEN = 5
HABIT_ROUNDS = 12
SURE, WITHOUT, WITH = 0, 1, 2  # whether a delay is one whatever the habit, or only without it, or only with it
WINDOW_S = 2 * TOUR_S  # chance brings him to the next place as often in the first half of this as in the second

Choice = tuple[Case, float, float, bool, str]  # an application, free since, bound until, made before that, kind


@dataclass(frozen=True, eq=False)
class Habits:
    """Rides, tours, and the habit of order.

    ``rides``: of rows of events, how likely each was done only because he was there, or on the way (a row that is
    missing: not at all).

    ``overlap`` of an episode: 1 it kept no order, 0 it kept it throughout where it had the choice, nan no choice seen;
    ``chance``: how likely somebody without the habit would have looked as if he had it.
    """

    rides: dict[int, float]
    applications: list[tuple[str, Step, float, float]]  # "kind\tepisode", application, open since, weight
    names: list[str]
    overlap: np.ndarray
    chance: np.ndarray
    tours_seen: np.ndarray  # of chances to go on: 1 he did, -1 he came a while later (chance does both), 0 he did not
    tours_owner: np.ndarray
    travels: np.ndarray
    travels_owner: np.ndarray

    def sequential(self, weights: np.ndarray) -> dict[str, float]:
        """How likely each episode's applicant has the habit (a mixture, by expectation-maximisation)."""
        share, posterior = _mixture(self.overlap, self.chance, weights)
        del share
        return dict(zip(self.names, posterior.tolist(), strict=True))

    def tour(self, weights: np.ndarray) -> tuple[float, np.ndarray]:
        """The share of visits after which he goes on to what is open elsewhere, and the ways' times."""
        if not len(self.tours_seen):
            return 0.0, np.array([1800.0])
        w = weights[self.tours_owner]
        rate = float((w * self.tours_seen).sum() / w.sum()) if w.sum() > 0 else float(self.tours_seen.mean())
        return max(rate, 0.0), self.travels if len(self.travels) else np.array([1800.0])


def _toured(seen: np.ndarray) -> bool:
    """Whether people go on from place to place: soon after is then much more frequent than a while later."""
    soon, later = int((seen > 0).sum()), int((seen < 0).sum())
    return soon >= 10 and soon > 2 * later + 2 * np.sqrt(later + 1)


def _mixture(overlap: np.ndarray, chance: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    share = 0.3
    posterior = np.full(len(overlap), share)
    seen = ~np.isnan(overlap)
    for _ in range(60):
        likely = share / (share + (1 - share) * np.maximum(chance, 1e-9))
        posterior = np.where(seen, np.where(overlap == 1, 0.0, likely), share)
        w = weights * seen
        if w.sum() <= 0:
            return 0.0, np.zeros(len(overlap))
        share = float((w * posterior).sum() / w.sum())
    return share, posterior


def habits_of(groups: dict[str, list[Case]], numbers: dict[str, int], calendars: Calendars) -> Habits:
    """Read the habits from the episodes."""
    rides: dict[int, float] = {}
    way: set[int] = set()
    led: dict[int, int] = {}
    tours: list[tuple[float, int]] = []
    travels: list[tuple[float, int]] = []
    choices = {name: _choices(cases) for name, cases in groups.items()}
    for name, cases in groups.items():
        visits = _visits_of(cases, choices[name])
        _rides(visits, rides, led)
        _tours(visits, way, tours, travels, numbers[name], calendars)
    if not _toured(np.array([t[0] for t in tours])):
        tours, travels = [], []
    else:
        rides |= {row: 1.0 for row, first in led.items() if first in way}
    overlap, chance = _habit(groups, choices, rides, numbers, calendars)
    plain = [
        (f"{kind}\t{name}", case.apply, free, 1.0)
        for name, found in choices.items()
        for case, free, bound, overlapped, kind in found
        if overlapped or bound <= free + CHOICE_S
    ]
    _, posterior = _mixture(overlap, chance, np.ones(len(groups)))
    applications = list(plain)
    for (name, found), habit in zip(choices.items(), posterior, strict=True):
        for case, free, bound, overlapped, kind in found:
            if overlapped or bound <= free + CHOICE_S:
                continue
            applications.append((f"apply\t{name}", case.apply, bound, float(habit)))
            applications.append((f"{kind}\t{name}", case.apply, free, float(1 - habit)))
    return Habits(
        rides,
        applications,
        list(groups),
        overlap,
        chance,
        np.array([t[0] for t in tours]),
        np.array([t[1] for t in tours], np.int64),
        np.array([t[0] for t in travels]),
        np.array([t[1] for t in travels], np.int64),
    )


def _visits_seen(groups: dict[str, list[Case]]) -> dict[str, list[tuple[float, str]]]:
    """When and where each episode's applicant was."""
    return {
        name: [(s.start_s, s.place) for c in cases for s in [*c.chain, *(loop[1] for loop in c.loops)] if s.visit]
        for name, cases in groups.items()
    }


def _habit(
    groups: dict[str, list[Case]],
    choices: dict[str, list[Choice]],
    rides: dict[int, float],
    numbers: dict[str, int],
    calendars: Calendars,
) -> tuple[np.ndarray, np.ndarray]:
    """Of each episode: whether it broke the order, and how likely it kept it by chance.

    Chance depends on how long people without the habit put things off, which is seen in those who broke the order (the
    quick ones), in those who kept it as far as it was chance, and in those of habit once the other thing was in hand:
    all are estimated together, by expectation-maximisation.
    """
    names = list(choices)
    visits = _visits_seen(groups)
    flat = np.ones(len(names))
    overlap = np.full(len(names), np.nan)
    seen: list[list[delays.Seen]] = [[], []]
    told_by: list[list[int]] = [[], []]  # of each of them: whether it tells of delays whatever the habit
    kept: list[tuple[int, Choice, str, float]] = []
    for i, name in enumerate(names):
        before_it = groups[name][0].service
        for choice in choices[name]:
            case, free, bound, overlapped, kind = choice
            chosen = bound > free + CHOICE_S
            if chosen and overlapped:
                overlap[i] = 1.0
            elif chosen and overlap[i] != 1.0:
                overlap[i] = 0.0
            step = case.apply
            if chosen and not overlapped:
                passed = PASSED_BY ** sum(
                    free < at < bound - 1 and place == step.place for at, place in visits[name] if step.visit
                )
                kept.append((i, choice, before_it, passed))
            before_it = case.service  # choices come in the order of application
            if kind != "apply" or step.start_s < free:
                continue
            row = calendars.row.get(step.office, 0) if step.visit else 0
            rode = rides.get(step.row, 0.0)
            since = [(free, SURE)] if overlapped or not chosen else [(free, WITHOUT), (bound, WITH)]
            for opened, whose in since:
                for ridden, likely in ((True, rode), (False, 1.0 - rode)):
                    if likely > 0:
                        seen[step.visit].append(delays.Seen(opened, step.start_s, ridden, row, numbers[name], likely))
                        told_by[step.visit].append(whose)
    wishes = [delays.wishes_of(s, calendars.doors) if len(s) >= LEAST_SEEN else None for s in seen]
    whose_are = [np.array(part, np.int64) for part in told_by]
    owner = [np.array([s.owner for s in part], np.int64) for part in seen]
    visited, later = _later(kept, calendars)
    chance = np.ones(len(names))
    share, posterior = 0.3, np.full(len(names), 0.3)
    for _ in range(HABIT_ROUNDS):
        before = share
        theta = []
        for visit in (0, 1):
            w = wishes[visit]
            if w is None:
                even = np.zeros(delays.BINS + delays.DAYS)
                even[delays.BINS : delays.BINS + 3] = 1 / 3
                theta.append(even)
            else:
                habit = posterior[owner[visit]]
                weight = w.weight * np.choose(whose_are[visit], [np.ones(len(habit)), 1.0 - habit, habit])
                theta.append(replace(w, weight=weight).fit(flat))
        orders = _orders(kept, posterior)
        chance = np.ones(len(names))
        left = np.minimum((later * np.array(theta)[visited]).sum(axis=1), 1.0)
        for (i, (case, *_), before_it, passed), unseen in zip(kept, left, strict=True):
            # People of habit take one order or the other; who has none came in this one for he did the other first.
            chance[i] *= passed * unseen / orders.get((before_it, case.service), 1.0)
        chance = np.minimum(chance, 1.0)
        share, posterior = _mixture(overlap, chance, flat)
        if abs(share - before) < 1e-3:
            break
    return overlap, chance


def _later(kept: list[tuple[int, Choice, str, float]], calendars: Calendars) -> tuple[np.ndarray, np.ndarray]:
    """Of each order kept: whether it was a visit, and the wishes that would have come of themselves only afterwards."""
    visited = np.array([c.apply.visit for _, (c, *_), _, _ in kept], np.int64)
    rows = np.array([calendars.row.get(c.apply.office, 0) if c.apply.visit else 0 for _, (c, *_), _, _ in kept], int)
    free, bound = (np.array([choice[k] for _, choice, _, _ in kept], float) for k in (1, 2))
    return visited, delays.survivors(calendars.doors, rows, free, bound)


def _orders(kept: list[tuple[int, Choice, str, float]], posterior: np.ndarray) -> dict[tuple[str, str], float]:
    """How often people of habit take two services in this order rather than the other."""
    count: dict[tuple[str, str], float] = {}
    for i, choice, before_it, _ in kept:
        pair = (before_it, choice[0].service)
        count[pair] = count.get(pair, 0.0) + float(posterior[i])
    return {(a, b): (n + 1.0) / (n + count.get((b, a), 0.0) + 2.0) for (a, b), n in count.items()}


def _choices(cases: list[Case]) -> list[Choice]:
    """Of every later application: since when it was free, bound by habit, whether made before that, kind."""
    by_id = {x.id: x for x in cases}
    out = []
    for i, case in enumerate(cases):
        if i == 0:
            continue
        held = [by_id[x].handed_s for x in [*case.inputs.values(), *([case.follows] if case.follows else [])]]
        held = [h for h in held if h <= case.apply.start_s + 1]
        free = max(held) if held else cases[0].apply.end_s
        bound = max(x.handed_s for x in cases[:i])
        overlapped = case.apply.start_s < bound - 1
        out.append((case, min(free, case.apply.start_s), max(bound, free), overlapped, "apply" if held else "start"))
    return out


@dataclass(frozen=True, slots=True)
class _Visit:
    """One event at a place: since when it could have been done, whatever his habit, and with the likelier habit."""

    start_s: float
    end_s: float
    place: str
    row: int
    free_s: float
    meant_s: float
    office: str


def _visits_of(cases: list[Case], choices: list[Choice]) -> list[_Visit]:
    free = {x[0].apply.row: x[1] for x in choices}
    meant = {x[0].apply.row: x[1] if x[3] else x[2] for x in choices}
    visits = []
    for case in cases:
        for s in [*case.chain, *(loop[1] for loop in case.loops)]:
            if s.visit:
                since = case.issued_s if s.kind == COLLECT else s.ready_s
                visits.append(
                    _Visit(
                        s.start_s, s.end_s, s.place, s.row, free.get(s.row, since), meant.get(s.row, since), s.office
                    )
                )
    visits.sort(key=lambda v: (v.start_s, v.end_s, v.place, v.row))
    return visits


def _rides(visits: list[_Visit], rides: dict[int, float], led: dict[int, int]) -> None:
    """What was done on a visit that was made for something else.

    What became possible during the visit rode along. Of what was open before it, any may be what he came for, whatever
    the counter took first: without more knowledge all are equally likely.
    """
    groups: list[list[_Visit]] = []
    for now in visits:
        before = groups[-1][-1] if groups else None
        if before is not None and now.place == before.place and now.start_s - before.end_s <= RIDE_S:
            groups[-1].append(now)
        else:
            groups.append([now])
    for group in groups:
        first = group[0]
        came_for = [v for v in group if v.meant_s < first.start_s - 1] if first.meant_s < first.start_s - 1 else [first]
        for v in group:
            led[v.row] = first.row
            if len(group) > 1:
                rides[v.row] = 1 - 1 / len(came_for) if v in came_for else 1.0


def _tours(
    visits: list[_Visit],
    way: set[int],
    tours: list[tuple[float, int]],
    travels: list[tuple[float, int]],
    owner: int,
    calendars: Calendars,
) -> None:
    """After each stay at a place: was something else open elsewhere, and did he go there on the same tour?"""
    for i, v in enumerate(visits):
        following = visits[i + 1] if i + 1 < len(visits) else None
        if following is not None and following.place == v.place and following.start_s - v.end_s <= RIDE_S:
            continue
        for w in visits[i + 1 :]:
            if w.place == v.place or w.free_s > v.end_s:
                continue
            if not calendars.doors.open_at(calendars.row.get(w.office, 0), v.end_s + 3600.0):
                break
            gap = w.start_s - v.end_s
            today = int(w.start_s // 86400) == int(v.end_s // 86400) and gap <= WINDOW_S
            tours.append((0.0 if not today else 1.0 if gap <= TOUR_S else -1.0, owner))
            if today and gap <= TOUR_S and w is following:
                travels.append((gap, owner))
                way.add(w.row)
            break
