"""What happens: one world played through once, today's way or with one bundle redesigned.

A discrete-event loop over applicants and officers. Officers of a department are a pool that serves first come, first
served, in its working hours; applicants have delays in calendar days and an hour of the day; whoever is at a place does
there what else is open for him. Counter clerks are never short: receiving an application or handing over a result makes
nobody queue [assumed].

Every random number belongs to a case and a purpose (`Luck`), so that today and every redesign share them: what differs
between two runs of one replication is the process, not the luck (common random numbers).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from event_logs.synthetic.calendars import DAY_S, Calendar
from event_logs.synthetic.demand import COLLECT, HOURS, ONLINE, POST, Case, Demand, Episode, default_minutes
from event_logs.synthetic.moves import TODAY, Redesign

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
U_APPLY, U_COLLECT, U_PERSON, U_CORRECT, U_FAULT, U_MISSING, U_WHICH, U_TOLD, U_POST, U_HAND_IN, U_WAIT, U_MORE, N_UNIFORM = (
    0, 2, 4, 6, 12, 15, 16, 17, 18, 19, 21, 22, 24)  # fmt: skip

COLLECTING, CORRECTING, HANDING_IN, APPLYING, IN_PERSON = range(5)  # in this order at a counter
ARRIVES, ERRAND_DUE, JOB_DONE, JOB_READY, POSTED = range(5)
RECEIPT_S, COLLECT_S, CORRECT_S = 14 * 60.0, 6 * 60.0, 8 * 60.0
SIGMA = 0.5
TRAVEL_S = 40 * 60.0
HOUR_CDF = np.cumsum(HOURS) / HOURS.sum()
ONLINE_CDF = np.cumsum(np.where(np.arange(24) >= 8, 1.0, 0.0) * np.where(np.arange(24) < 23, 1.0, 0.2))
ONLINE_CDF = ONLINE_CDF / ONLINE_CDF[-1]


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


class _Errand:
    """Something that an applicant has still to do, at a place (empty: online), open since a time."""

    __slots__ = ("case", "done", "item", "kind", "opened", "place")

    def __init__(self, case: _CaseRun, kind: int, opened: float, place: str, item: str = "") -> None:
        self.case, self.kind, self.opened, self.place, self.item, self.done = case, kind, opened, place, item, False


class _CaseRun:
    """Where a case stands."""

    __slots__ = (
        "apply_opened", "applied", "awaited", "case", "corrections", "deliver", "episode", "fault", "held_back", "in_hand",
        "issued", "loops", "minutes", "missing", "person_done", "person_opened", "received", "stage", "started", "z", "u",
    )  # fmt: skip

    def __init__(self, case: Case, episode: _EpisodeRun, luck: Luck, missing_share: float, spread: float) -> None:
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


class _EpisodeRun:
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

    def __init__(self, episode: Episode, redesign: Redesign, open_errands: list[_Errand]) -> None:
        self.episode, self.redesign, self.open = episode, redesign, open_errands
        self.outputs = {c.service.output for c in episode.cases}
        self.is_online = redesign.online and episode.online_rank < redesign.online_share
        self.cases: dict[int, _CaseRun] = {}
        self.handed: set[str] = set()
        self.held: list[_CaseRun] = []
        self.n_issued = 0
        self.visits = 0
        self.tally = Tally(visits=[])


class _World:
    """One run. `play` is the only thing to call."""

    def __init__(
        self, demand: Demand, luck: Luck, change: Redesign, shareable: frozenset[tuple[str, str]], record: bool
    ) -> None:
        self.demand, self.change, self.shareable, self.record = demand, change, shareable, record
        self.world = demand.scenario
        self.habits = self.world.demand
        self.names = self.world.activities
        self.heap: list[tuple[float, int, int, Any]] = []
        self.sequence = 0
        self.free = {d: list(range(n)) for d, n in demand.officers.items()}
        self.queues: dict[str, list[tuple[_CaseRun, int]]] = {d: [] for d in demand.officers}
        self.heads = dict.fromkeys(demand.officers, 0)
        self.deferrable = {m.name for m in self.world.materials if m.deferrable}
        self.forms = {m.name for m in self.world.materials if m.form}
        self.events: list[Event] = []
        self.runs: list[_EpisodeRun] = []
        tours: dict[str, list[_Errand]] = {}
        for episode in demand.episodes:
            red = change if episode.bundle and episode.bundle == change.bundle else TODAY
            errands = tours.setdefault(episode.agent, []) if episode.agent and self.habits.tours else []
            run = _EpisodeRun(episode, red, errands)
            for case in episode.cases:
                run.cases[case.index] = _CaseRun(case, run, luck, self.habits.missing, self.world.speed)
            self.runs.append(run)
            self.push(episode.arrival, ARRIVES, run)

    # -- the loop

    def push(self, at: float, what: int, item: Any) -> None:
        self.sequence += 1
        heapq.heappush(self.heap, (at, self.sequence, what, item))

    def play(self) -> Played:
        heap = self.heap
        while heap:
            at, _, what, item = heapq.heappop(heap)
            if what == JOB_DONE:
                self.job_done(at, *item)
            elif what == JOB_READY:
                self.job_ready(at, *item)
            elif what == ERRAND_DUE:
                if not item.done:
                    self.go(item, at)
            elif what == ARRIVES:
                self.arrives(item, at)
            else:
                self.posted(item, at)
        return Played(tuple(r.tally for r in self.runs), tuple(self.events))

    # -- officers

    def job_ready(self, at: float, run: _CaseRun, stage: int) -> None:
        department = run.case.department.name
        free = self.free[department]
        if free:
            self.begin(department, heapq.heappop(free), run, stage, at)
        else:
            self.queues[department].append((run, stage))

    def begin(self, department: str, officer: int, run: _CaseRun, stage: int, at: float) -> None:
        calendar = self.demand.offices[department]
        start = calendar.next_open(at)
        n_steps = len(run.case.service.steps)
        if stage == 0:
            z = run.z[Z_REVIEW + min(run.loops, 2)]
        else:
            z = run.z[Z_ISSUE if stage > n_steps else Z_STEP + min(stage - 1, 7)]
        work = run.minutes[stage] * self.demand.scale[department] * math.exp(SIGMA * z - SIGMA * SIGMA / 2)
        self.push(calendar.add(start, work), JOB_DONE, (department, officer, run, stage, start, work))

    def job_done(
        self, at: float, department: str, officer: int, run: _CaseRun, stage: int, start: float, work: float
    ) -> None:
        queue, head = self.queues[department], self.heads[department]
        if head < len(queue):
            self.heads[department] = head + 1
            self.begin(department, officer, *queue[head], at)
        else:
            heapq.heappush(self.free[department], officer)
        n_steps = len(run.case.service.steps)
        activity = (
            self.names.review
            if stage == 0
            else self.names.issue
            if stage > n_steps
            else run.case.service.steps[stage - 1]
        )
        kind = "review" if stage == 0 else "issue" if stage > n_steps else "step"
        outputs = (run.case.service.output,) if kind == "issue" else ()
        self.note(run, kind, activity, start, at, work, self.demand.staff[department][officer], outputs=outputs)
        if kind == "issue":
            self.issued(run, at)
        elif kind == "review":
            self.reviewed(run, at, self.demand.staff[department][officer])
        else:
            self.next_stage(run, stage + 1, at)

    def reviewed(self, run: _CaseRun, at: float, officer: str) -> None:
        red = run.episode.redesign
        if run.loops < run.fault:
            self.note(run, "notice", self.names.notice, at, at, 0.0, officer)
            runs_on = (
                red.conditional_acceptance and run.loops == 0 and all(m in self.deferrable for m in run.corrections)
            )
            k = U_CORRECT + 2 * min(run.loops, 2)
            self.errand(run, CORRECTING, at, k, self.habits.correct_days, self.counter(run))
            run.loops += 1
            if runs_on:
                run.awaited = True
                self.next_stage(run, 1, at)
        elif run.awaited:
            run.awaited = False
            if run.held_back:
                run.held_back = False
                self.push(at, JOB_READY, (run, len(run.case.service.steps) + 1))
        else:
            self.next_stage(run, 1, at)

    def next_stage(self, run: _CaseRun, stage: int, at: float) -> None:
        n_steps = len(run.case.service.steps)
        if stage > n_steps and run.awaited:
            run.held_back = True
            return
        wait = run.case.department.wait_h
        # The wait before a decision runs on the clock: the file lies on a desk, though the officer may be idle.
        if wait and stage == n_steps:
            at -= wait * 3600.0 * math.log(1 - run.u[U_WAIT])
        self.push(at, JOB_READY, (run, stage))

    # -- applicants

    def arrives(self, run: _EpisodeRun, at: float) -> None:
        cases = list(run.cases.values())
        red, first = run.redesign, cases[0]
        place = self.counter(first)
        landed = self.land(at, place)
        if red.one_form or not red.parallel_review:
            first.apply_opened = True
            for other in cases if red.one_form else ():
                other.apply_opened = True
            self.plan(first, APPLYING, at, landed, place)
            if not red.one_form:
                self.go_on(run, at)
            return
        for case in cases:  # all applications at the start, one counter after the other
            case.apply_opened = True
            place = self.counter(case)
            self.plan(case, APPLYING, at, self.land(landed, place), place)
            landed += TRAVEL_S if place else 0.0

    def counter(self, run: _CaseRun) -> str:
        """Where this case's application and corrections are received; empty: online."""
        red = run.episode.redesign
        if run.case.channel == ONLINE or run.episode.is_online:
            return ""
        return red.place if red.one_window else run.case.place

    def land(self, wish: float, place: str) -> float:
        """When somebody who wants to come at a time gets in: the same hour of the next day that the place is open."""
        if not place:
            return wish
        calendar: Calendar = self.demand.places[place]
        day = int(wish // DAY_S)
        return calendar.next_open(wish + (calendar.next_day[day] - day) * DAY_S)

    def errand(self, run: _CaseRun, kind: int, at: float, u: int, mean_days: float, place: str, item: str = "") -> None:
        """Open an errand, to be done after the applicant's own delay, or earlier where he is at the place anyhow."""
        days = int(-mean_days * math.log(1 - run.u[u]))
        cdf = HOUR_CDF if place else ONLINE_CDF
        v = run.u[u + 1]
        hour = int(np.searchsorted(cdf, v, side="right"))
        below = cdf[hour - 1] if hour else 0.0
        clock = (hour + (v - below) / (cdf[hour] - below)) * 3600.0
        wish = (at // DAY_S + days) * DAY_S + float(clock)
        if wish < at + 600.0:
            wish += DAY_S
        self.plan(run, kind, at, self.land(wish, place), place, item)

    def plan(self, run: _CaseRun, kind: int, opened: float, due: float, place: str, item: str = "") -> None:
        errand = _Errand(run, kind, opened, place, item)
        run.episode.open.append(errand)
        self.push(due, ERRAND_DUE, errand)

    def go(self, errand: _Errand, at: float) -> None:
        """Do an errand, and at a place all that is open there besides."""
        episode = errand.case.episode
        if not errand.place:
            episode.open.remove(errand)
            errand.done = True
            self.act(errand, at, at, False)
            return
        alone = episode.visits == 0 and episode.episode.first_alone and bool(episode.episode.agent)
        now, place = at, errand.place
        while True:
            todo = [
                e
                for e in episode.open
                if e.place == place and e.opened <= now and not (alone and e.case.episode is not episode)
            ]
            if not todo:
                break
            following = min(todo, key=lambda e: e.kind)
            episode.open.remove(following)
            following.done = True
            following.case.episode.visits += 1
            end = now + self.counter_time(following)
            self.act(following, now, end, alone)
            now = end

    def counter_time(self, errand: _Errand) -> float:
        run, red = errand.case, errand.case.episode.redesign
        if errand.kind == APPLYING:
            cases = run.episode.cases.values() if red.one_form else (run,)
            return max(_minutes(RECEIPT_S, c.z[Z_RECEIPT]) for c in cases)
        if errand.kind == COLLECTING:
            cases = run.episode.held if run in run.episode.held else [run]
            return max(_minutes(COLLECT_S, c.z[Z_COLLECT]) for c in cases)
        if errand.kind == IN_PERSON:
            return _minutes(run.case.service.in_person_minutes * 60.0, run.z[Z_PERSON])
        if errand.kind == HANDING_IN:
            return _minutes(CORRECT_S, run.z[Z_HAND_IN])
        return _minutes(CORRECT_S, run.z[Z_CORRECT + min(run.loops - 1, 2)])

    def act(self, errand: _Errand, start: float, end: float, alone: bool) -> None:
        run, kind, place = errand.case, errand.kind, errand.place
        episode, service = run.episode, run.case.service
        if kind == APPLYING:
            materials = self.handed_in(run)
            self.note(run, "apply", self.names.apply, start, end, end - start, "", place, materials, alone=alone)
            for other in list(episode.cases.values()) if episode.redesign.one_form else [run]:
                other.applied = True
                self.advance(other, end)
            self.go_on(episode, end)
        elif kind == CORRECTING:
            if episode.redesign.share_data:
                materials = tuple(m for m in run.corrections if (m, run.case.department.name) not in self.shareable)
            else:
                materials = run.corrections
            self.note(run, "correct", self.names.correct, start, end, end - start, "", place, materials, alone=alone)
            self.push(end, JOB_READY, (run, 0))
        elif kind == COLLECTING:
            self.note(run, "collect", self.names.collect, start, end, end - start, "", place, alone=alone)
            self.received(run, end)
        elif kind == HANDING_IN:
            self.note(
                run, "correct", self.names.correct, start, end, end - start, "", place, (errand.item,), alone=alone
            )
            episode.handed.add(errand.item)
            for other in episode.cases.values():
                self.advance(other, end)
        else:
            self.note(run, "in_person", service.in_person, start, end, end - start, "", place, alone=alone)
            run.person_done = True
            self.advance(run, end)

    def handed_in(self, run: _CaseRun) -> tuple[str, ...]:
        """The classes that are handed in at an application, under the moves."""
        episode, red = run.episode, run.episode.redesign
        if not red.one_form:
            own = [m for m in run.case.service.materials if m != run.missing]
            return tuple(m for m in own if not (red.share_data and (m, run.case.department.name) in self.shareable))
        classes: dict[str, None] = {}
        for other in episode.cases.values():
            later = {episode.cases[t].case.service.output for t in other.case.takes}
            for m in other.case.service.materials:
                known = red.share_data and (m, other.case.department.name) in self.shareable
                if m != other.missing and m not in later and not known:
                    classes[m] = None
        forms = [m for m in classes if m in self.forms]
        return tuple(m for m in classes if m not in forms[1:])

    # -- what follows

    def done(self, run: _CaseRun, case: int) -> bool:
        """Whether an earlier case is far enough for a later one that needs it or waits for it by habit."""
        earlier, red = run.episode.cases[case], run.episode.redesign
        if red.share_data or (red.parallel_review and not red.one_form) or earlier in run.episode.held:
            return earlier.issued
        return earlier.in_hand

    def inputs_there(self, run: _CaseRun) -> bool:
        episode, red = run.episode, run.episode.redesign
        if not all(episode.cases[t].issued for t in run.case.legal):
            return False
        if red.one_form and not red.share_data:
            return all(episode.cases[t].case.service.output in episode.handed for t in run.case.takes)
        return all(self.done(run, t) for t in run.case.takes)

    def advance(self, run: _CaseRun, at: float) -> None:
        """Begin the review of a case that is applied for, once its inputs, its person and its turn are there."""
        if run.started or not run.applied or not self.inputs_there(run):
            return
        red, service = run.episode.redesign, run.case.service
        if service.in_person and not run.person_done:
            if not run.person_opened:
                run.person_opened = True
                # Never online, and at the service's own place: a doctor does not sit at the one window.
                self.errand(run, IN_PERSON, at, U_PERSON, self.habits.errand_days, self.own_place(run))
            return
        if (red.one_form and not red.parallel_review) and run.case.after >= 0 and not self.done(run, run.case.after):
            return
        run.started = True
        self.push(at, JOB_READY, (run, 0))

    def own_place(self, run: _CaseRun) -> str:
        return run.case.service.place or run.case.department.place if run.case.channel == ONLINE else run.case.place

    def go_on(self, episode: _EpisodeRun, at: float) -> None:
        """Open what the state of an episode now allows: applications, outputs to be handed in, reviews."""
        red = episode.redesign
        for run in episode.cases.values():
            if run.started:
                continue
            if not run.apply_opened:
                ready = self.inputs_there(run) and (run.case.after < 0 or self.done(run, run.case.after))
                if ready:
                    run.apply_opened = True
                    self.errand(run, APPLYING, at, U_APPLY, self.habits.apply_days, self.counter(run))
            elif run.applied:
                if red.one_form and not red.share_data:
                    self.hand_in(run, at)
                self.advance(run, at)

    def hand_in(self, run: _CaseRun, at: float) -> None:
        """An output that a later service takes is handed in once, when it is there: a visit, whatever today's channel."""
        episode = run.episode
        for t in run.case.takes:
            earlier = episode.cases[t]
            output = earlier.case.service.output
            if earlier.in_hand and output not in episode.handed and not earlier.received:
                earlier.received = True
                place = episode.redesign.place if episode.redesign.one_window else self.own_place(run)
                self.errand(run, HANDING_IN, at, U_APPLY, self.habits.apply_days, place, output)

    def issued(self, run: _CaseRun, at: float) -> None:
        episode, red = run.episode, run.episode.redesign
        run.issued = True
        episode.n_issued += 1
        carried = not red.share_data and not (red.parallel_review and not red.one_form)
        needed = carried and any(run.case.index in other.case.takes for other in episode.cases.values())
        if run.case.delivery not in (COLLECT, POST):
            run.in_hand = True
        elif red.one_delivery and not needed:
            episode.held.append(run)
        elif run.case.delivery == COLLECT:
            self.errand(run, COLLECTING, at, U_COLLECT, self.habits.collect_days, self.own_place(run))
        else:
            self.post(run, at)
        if episode.n_issued == len(episode.cases) and episode.held:
            self.hand_over(episode, run, at)
        self.go_on(episode, at)

    def hand_over(self, episode: _EpisodeRun, last: _CaseRun, at: float) -> None:
        """The one delivery, at the one window, else where the episode starts today."""
        red = episode.redesign
        run = last if last in episode.held else episode.held[-1]
        if red.delivery == "post":
            self.post(run, at)
            return
        place = red.place if red.one_window else self.own_place(next(iter(episode.cases.values())))
        self.errand(run, COLLECTING, at, U_COLLECT, self.habits.collect_days, place)

    def post(self, run: _CaseRun, at: float) -> None:
        delay = self.habits.post_h * 3600.0 * (0.35 + 1.3 * run.u[U_POST])
        due = at + delay
        hour = due % DAY_S / 3600.0
        if hour < 9 or hour > 18:  # the courier delivers by day
            due = (due // DAY_S) * DAY_S + (10 + 7 * run.u[U_POST]) * 3600.0 + (DAY_S if hour > 18 else 0.0)
        self.push(due, POSTED, run)

    def posted(self, run: _CaseRun, at: float) -> None:
        self.note(run, "post", self.names.post, at, at, 0.0, "")
        self.received(run, at)

    def received(self, run: _CaseRun, at: float) -> None:
        for each in run.episode.held if run in run.episode.held else [run]:
            each.in_hand = True
        self.go_on(run.episode, at)

    # -- what is noted

    def note(
        self, run: _CaseRun, kind: str, activity: str, start: float, end: float, work: float, officer: str,
        place: str = "", materials: tuple[str, ...] = (), outputs: tuple[str, ...] = (), alone: bool = False,
    ) -> None:  # fmt: skip
        episode = run.episode
        tally = episode.tally
        tally.first, tally.last = min(tally.first, start), max(tally.last, end)
        tally.submissions += len(materials)
        tally.work_s += work
        if place and tally.visits is not None:
            at_window = episode.redesign.one_window and place == episode.redesign.place and kind != "in_person"
            own = self.names.window if at_window else run.case.department.name
            if kind == "collect" and not at_window and run in episode.held:
                own = next(iter(episode.cases.values())).case.department.name
            tally.visits.append(Visit(place, start, end, own, alone))
        if self.record:
            channel = (
                run.case.channel
                if not place or kind == "in_person"
                else "self_service"
                if place == run.case.service.self_service_place
                else "onsite"
            )
            if kind == "post":
                channel = "post"
            elif place and kind == "in_person":
                channel = "onsite"
            self.events.append(
                Event(
                    run.case.index,
                    episode.episode.index,
                    kind,
                    activity,
                    start,
                    end,
                    officer,
                    channel,
                    place,
                    materials,
                    outputs,
                    alone,
                )
            )


def _minutes(mean_s: float, z: float) -> float:
    return mean_s * math.exp(SIGMA * z - SIGMA * SIGMA / 2)


def play(
    demand: Demand,
    luck: Luck,
    change: Redesign = TODAY,
    *,
    shareable: frozenset[tuple[str, str]] = frozenset(),
    record: bool = False,
) -> Played:
    """Play a world through.

    Parameters
    ----------
    change
        The one bundle that is redesigned, and how; `TODAY`: none.
    shareable
        Pairs of material class and asking department for which another department's output can be had.
    record
        Keep the events, in the order in which they happened.
    """
    return _World(demand, luck, change, shareable, record).play()
