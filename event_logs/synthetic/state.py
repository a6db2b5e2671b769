"""What a run of a world keeps: its luck, its cases and episodes as they stand, and what happened."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from event_logs.synthetic.demand import HOURS, Case, Demand, Episode, default_minutes
from event_logs.synthetic.moves import Redesign

# Purposes of the normal draws of a case (durations), and of its uniform ones.
Z_RECEIPT, Z_COLLECT, Z_PERSON, Z_CORRECT, Z_REVIEW, Z_STEP, Z_ISSUE, Z_HAND_IN, Z_SPEED, N_NORMAL = (
    0,
    1,
    2,
    3,
    6,
    9,
    17,
    18,
    19,
    20,
)
(
    U_APPLY,
    U_COLLECT,
    U_PERSON,
    U_CORRECT,
    U_FAULT,
    U_MISSING,
    U_WHICH,
    U_TOLD,
    U_POST,
    U_HAND_IN,
    U_WAIT,
    U_MORE,
    N_UNIFORM,
) = (0, 2, 4, 6, 12, 15, 16, 17, 18, 19, 21, 22, 24)

COLLECTING, CORRECTING, HANDING_IN, APPLYING, IN_PERSON = range(5)  # in this order at a counter
ARRIVES, ERRAND_DUE, JOB_DONE, JOB_READY, POSTED = range(5)
RECEIPT_S, COLLECT_S, CORRECT_S = 14 * 60.0, 6 * 60.0, 8 * 60.0
SIGMA = 0.5
TRAVEL_S = 40 * 60.0
HOUR_CDF: list[float] = (np.cumsum(HOURS) / HOURS.sum()).tolist()
_AT_HOME = np.where(np.arange(24) >= 8, 1.0, 0.0) * np.where(np.arange(24) < 23, 1.0, 0.2)
ONLINE_CDF: list[float] = (np.cumsum(_AT_HOME) / _AT_HOME.sum()).tolist()


class Event(NamedTuple):
    """One step as it happened; times in seconds of the horizon."""

    case: int
    episode: int
    kind: str  # apply, review, notice, correct, step, issue, collect, post, in_person
    activity: str
    started: float
    ended: float
    officer: str  # of the pool; empty where a clerk, the platform or the courier did it
    channel: str
    place: str
    materials: tuple[str, ...]
    outputs: tuple[str, ...]
    alone: bool  # the applicant came himself, although an agent acts for him
    work_s: float


class Visit(NamedTuple):
    """One event that needed somebody on the spot."""

    place: str
    started: float
    ended: float
    department: str
    alone: bool


@dataclass(slots=True)
class Tally:
    """What one episode comes to."""

    first: float = math.inf
    last: float = -math.inf
    submissions: int = 0
    work_s: float = 0.0
    visits: list[Visit] | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """One replication: the tallies of all episodes, and its events where they were asked for."""

    tallies: tuple[Tally, ...]
    events: tuple[Event, ...]


class Luck:
    """All random numbers of one replication, by case and purpose."""

    def __init__(self, demand: Demand, seed: int, replication: int) -> None:
        rng = np.random.default_rng([seed, 2, replication])
        self.z: list[list[float]] = rng.standard_normal((demand.n_cases, N_NORMAL)).tolist()
        self.u: list[list[float]] = rng.random((demand.n_cases, N_UNIFORM)).tolist()


class Errand:
    """Something that an applicant has still to do, at a place (empty: online), open since a time."""

    __slots__ = ("case", "done", "item", "kind", "opened", "place")

    def __init__(self, case: CaseRun, kind: int, opened: float, place: str, item: str = "") -> None:
        self.case, self.kind, self.opened, self.place, self.item, self.done = case, kind, opened, place, item, False


class CaseRun:
    """Where a case stands."""

    __slots__ = (
        "applied",
        "apply_opened",
        "awaited",
        "case",
        "corrections",
        "deliver",
        "episode",
        "fault",
        "held_back",
        "in_hand",
        "issued",
        "loops",
        "minutes",
        "missing",
        "person_done",
        "person_opened",
        "received",
        "stage",
        "started",
        "u",
        "z",
    )

    def __init__(self, case: Case, episode: EpisodeRun, luck: Luck, missing_share: float, spread: float) -> None:
        self.case, self.episode = case, episode
        self.z, self.u = luck.z[case.index], luck.u[case.index]
        self.apply_opened = self.applied = self.issued = self.in_hand = self.started = False
        self.person_opened = self.person_done = self.deliver = self.awaited = self.held_back = self.received = False
        self.loops = 0
        self.stage = 0
        own = [m for m in case.service.materials if m not in episode.outputs] or list(case.service.materials)
        red = episode.redesign
        told = red.notify_once and self.u[U_TOLD] < red.corrections_avoided
        lacks = self.u[U_MISSING] < missing_share and case.service.corrections > 0 and bool(own)
        faulty = lacks or self.u[U_FAULT] < max(0.0, case.service.corrections - missing_share)
        which = own[int(self.u[U_WHICH] * len(own))] if own else ""
        more = own[int(self.u[U_MORE] * len(own))] if own and self.u[U_FAULT + 2] < 0.1 else which
        self.corrections = tuple(dict.fromkeys((which, more))) if own else ()
        self.missing = which if lacks and not told else ""
        # How many times the review finds a fault: once, now and then twice, never where all was told at first.
        again = faulty and self.u[U_FAULT + 1] < 0.15
        self.fault = 0 if told else (1 + again) if faulty else 0
        minutes = case.service.minutes or default_minutes(case.service)
        speed = math.exp(spread * self.z[Z_SPEED] - spread * spread / 2)
        self.minutes = [m * 60.0 * speed for m in minutes]


class EpisodeRun:
    """Where an episode stands."""

    __slots__ = (
        "cases",
        "episode",
        "handed",
        "held",
        "is_online",
        "n_issued",
        "open",
        "outputs",
        "redesign",
        "tally",
        "visits",
    )

    def __init__(self, episode: Episode, redesign: Redesign, open_errands: list[Errand]) -> None:
        self.episode, self.redesign, self.open = episode, redesign, open_errands
        self.outputs = {c.service.output for c in episode.cases}
        self.is_online = redesign.online and episode.online_rank < redesign.online_share
        self.cases: dict[int, CaseRun] = {}
        self.handed: set[str] = set()
        self.held: list[CaseRun] = []
        self.n_issued = 0
        self.visits = 0
        self.tally = Tally(visits=[])
