"""What applicants are used to: one service after another though nothing forces them; rides; tours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from redesign.simulation import delays
from redesign.simulation.calendars import Calendars
from redesign.simulation.cases import COLLECT, RIDE_S, Case, Step
from redesign.simulation.engine import is_open

TOUR_S = 75 * 60.0  # from leaving one place to being served at the next, on one tour
WINDOW_S = 2 * TOUR_S  # chance brings him to the next place as often in the first half of this as in the second


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
    plain: list[tuple[str, Step, float, float]] = []
    choices = {name: _choices(cases) for name, cases in groups.items()}
    for name, cases in groups.items():
        free_since = {x[0].apply.row: x[1] for x in choices[name]}
        _rides(cases, free_since, rides, way, tours, travels, numbers[name], calendars)
    if not _toured(np.array([t[0] for t in tours])):
        tours, travels = [], []
    else:
        rides |= way
    for name in groups:
        for case, free, bound, overlapped, kind in choices[name]:
            if overlapped or bound <= free + 3600.0:
                plain.append((f"{kind}\t{name}", case.apply, free, 1.0))
    theta = _first_delays(plain, rides, numbers, calendars)
    overlap, chance = np.full(len(groups), np.nan), np.ones(len(groups))
    for i, (_name, found) in enumerate(choices.items()):
        for case, free, bound, overlapped, _kind in found:
            if bound <= free + 3600.0:
                continue
            if overlapped:
                overlap[i] = 1.0
            else:
                overlap[i] = 0.0 if np.isnan(overlap[i]) else overlap[i]
                row = calendars.tables[calendars.row.get(case.apply.office, 0) if case.apply.visit else 0]
                chance[i] *= delays.survival(theta[int(case.apply.visit)], row, free, bound)
    _, posterior = _mixture(overlap, chance, np.ones(len(groups)))
    applications = list(plain)
    for (name, found), habit in zip(choices.items(), posterior, strict=True):
        for case, free, bound, overlapped, kind in found:
            if overlapped or bound <= free + 3600.0:
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


def _first_delays(
    plain: list[tuple[str, Step, float, float]], rides: set[int], numbers: dict[str, int], calendars: Calendars
) -> list[np.ndarray]:
    out = []
    for visit in (False, True):
        seen = [
            delays.Seen(
                free,
                s.start_s,
                s.row in rides,
                calendars.row.get(s.office, 0) if s.visit else 0,
                numbers[name.split("\t")[1]],
            )
            for name, s, free, _ in plain
            if s.visit == visit and s.start_s >= free and name.startswith("apply")
        ][:2000]
        if len(seen) < 5:
            theta = np.zeros(delays.BINS + delays.DAYS)
            theta[delays.BINS : delays.BINS + 3] = 1 / 3
        else:
            theta = delays.wishes_of(seen, calendars.tables).fit(np.ones(len(numbers)))
        out.append(theta)
    return out


def _choices(cases: list[Case]) -> list[tuple[Case, float, float, bool, str]]:
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
