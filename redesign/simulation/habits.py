"""What applicants are used to: one service after another though nothing forces them; rides; tours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from redesign.simulation import delays
from redesign.simulation.calendars import Calendars
from redesign.simulation.cases import COLLECT, RIDE_S, Case, Step
from redesign.simulation.engine import is_open

TOUR_S = 75 * 60.0  # from leaving one place to being served at the next, on one tour
CHOICE_S = 3600.0  # less between what was free and what habit allows is no choice
PASSED_BY = 0.1  # how likely somebody who is at a place leaves undone what he could do there
LEAST_SEEN = 5
HABIT_ROUNDS = 12
WINDOW_S = 2 * TOUR_S  # chance brings him to the next place as often in the first half of this as in the second

Choice = tuple[Case, float, float, bool, str]  # an application, free since, bound until, made before that, kind


@dataclass(frozen=True, eq=False)
class Habits:
    """Rides (rows of events that were done because he was there, or on the way), tours, and the habit of order.

    ``overlap`` of an episode: 1 it kept no order, 0 it kept it throughout where it had the choice, nan no choice seen;
    ``chance``: how likely somebody without the habit would have looked as if he had it.
    """

    rides: set[int]
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
    rides: set[int] = set()
    way: set[int] = set()
    tours: list[tuple[float, int]] = []
    travels: list[tuple[float, int]] = []
    choices = {name: _choices(cases) for name, cases in groups.items()}
    for name, cases in groups.items():
        free_since = {x[0].apply.row: x[1] for x in choices[name]}
        _rides(cases, free_since, rides, way, tours, travels, numbers[name], calendars)
    if not _toured(np.array([t[0] for t in tours])):
        tours, travels = [], []
    else:
        rides |= way
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
    rides: set[int],
    numbers: dict[str, int],
    calendars: Calendars,
) -> tuple[np.ndarray, np.ndarray]:
    """Of each episode: whether it broke the order, and how likely it kept it by chance.

    Chance depends on how long people without the habit put things off, which is seen in those who broke the order (the
    quick ones), and in those who kept it as far as it was chance: both are estimated together, by
    expectation-maximisation. Who broke an order before he might have and who had no choice count in full.
    """
    names = list(choices)
    visits = _visits_seen(groups)
    flat = np.ones(len(names))
    overlap = np.full(len(names), np.nan)
    seen: list[list[delays.Seen]] = [[], []]
    free_of_habit: list[list[bool]] = [[], []]  # of each of them: whether it tells of delays whatever the habit
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
            seen[step.visit].append(delays.Seen(free, step.start_s, step.row in rides, row, numbers[name]))
            free_of_habit[step.visit].append(overlapped or not chosen)
    wishes = [delays.wishes_of(s, calendars.tables) if len(s) >= LEAST_SEEN else None for s in seen]
    sure = [np.array(f, bool) for f in free_of_habit]
    owner = [np.array([s.owner for s in part], np.int64) for part in seen]
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
                weight = np.where(sure[visit], 1.0, 1.0 - posterior[owner[visit]])
                theta.append(replace(w, weight=weight).fit(flat))
        orders = _orders(kept, posterior)
        chance = np.ones(len(names))
        for i, (case, free, bound, _, _), before_it, passed in kept:
            row = calendars.tables[calendars.row.get(case.apply.office, 0) if case.apply.visit else 0]
            left = delays.survival(theta[int(case.apply.visit)], row, free, bound)
            # People of habit take one order or the other; who has none came in this one for he did the other first.
            chance[i] *= passed * left / orders.get((before_it, case.service), 1.0)
        chance = np.minimum(chance, 1.0)
        share, posterior = _mixture(overlap, chance, flat)
        if abs(share - before) < 1e-3:
            break
    return overlap, chance


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


def _rides(
    cases: list[Case],
    free_since: dict[int, float],
    rides: set[int],
    way: set[int],
    tours: list[tuple[float, int]],
    travels: list[tuple[float, int]],
    owner: int,
    calendars: Calendars,
) -> None:
    visits: list[tuple[float, float, str, int, float, str]] = []
    for case in cases:
        for s in [*case.chain, *(loop[1] for loop in case.loops)]:
            if s.visit:
                since = case.issued_s if s.kind == COLLECT else free_since.get(s.row, s.ready_s)
                visits.append((s.start_s, s.end_s, s.place, s.row, since, s.office))
    visits.sort()
    for before, now in pairwise(visits):
        gap = now[0] - before[1]
        if now[2] == before[2] and gap <= RIDE_S:
            rides.add(now[3])
    # After each stay at a place: was something else open elsewhere, and did he go there on the same tour?
    for i, v in enumerate(visits):
        following = visits[i + 1] if i + 1 < len(visits) else None
        if following is not None and following[2] == v[2] and following[0] - v[1] <= RIDE_S:
            continue
        for w in visits[i + 1 :]:
            if w[2] == v[2] or w[4] > v[1]:
                continue
            row = calendars.tables[calendars.row.get(w[5], 0)]
            closes = v[1] + 3600.0
            if not is_open(row, closes):
                break
            gap = w[0] - v[1]
            today = int(w[0] // 86400) == int(v[1] // 86400) and gap <= WINDOW_S
            tours.append((0.0 if not today else 1.0 if gap <= TOUR_S else -1.0, owner))
            if today and gap <= TOUR_S and w is following:
                travels.append((gap, owner))
                way.add(w[3])
            break
