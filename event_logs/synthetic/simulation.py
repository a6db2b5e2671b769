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
from typing import Any

from event_logs.synthetic.calendars import DAY_S
from event_logs.synthetic.demand import COLLECT, POST, Demand
from event_logs.synthetic.ledger import Ledger
from event_logs.synthetic.moves import TODAY, Redesign
from event_logs.synthetic.rules import counter, counter_time, handed_in, inputs_there, is_my_turn, own_place, wish
from event_logs.synthetic.state import (
    APPLYING,
    ARRIVES,
    COLLECTING,
    CORRECTING,
    ERRAND_DUE,
    HANDING_IN,
    IN_PERSON,
    JOB_DONE,
    JOB_READY,
    POSTED,
    SIGMA,
    TRAVEL_S,
    U_APPLY,
    U_COLLECT,
    U_CORRECT,
    U_PERSON,
    U_POST,
    U_WAIT,
    Z_ISSUE,
    Z_REVIEW,
    Z_STEP,
    CaseRun,
    EpisodeRun,
    Errand,
    Luck,
    Played,
)


class _World:
    """One run. `play` is the only thing to call."""

    def __init__(
        self, demand: Demand, luck: Luck, change: Redesign, shareable: frozenset[tuple[str, str]], record: bool
    ) -> None:
        self.demand, self.change, self.shareable = demand, change, shareable
        self.world = demand.scenario
        self.habits = self.world.demand
        self.names = self.world.activities
        self.heap: list[tuple[float, int, int, Any]] = []
        self.sequence = 0
        self.free = {d: list(range(n)) for d, n in demand.officers.items()}
        self.queues: dict[str, list[tuple[CaseRun, int]]] = {d: [] for d in demand.officers}
        self.heads = dict.fromkeys(demand.officers, 0)
        self.deferrable = {m.name for m in self.world.materials if m.deferrable}
        self.forms = {m.name for m in self.world.materials if m.form}
        self.ledger = Ledger(self.names, record)
        self.runs: list[EpisodeRun] = []
        tours: dict[str, list[Errand]] = {}
        for episode in demand.episodes:
            red = change if episode.bundle and episode.bundle == change.bundle else TODAY
            goes = episode.agent or episode.applicant
            errands = tours.setdefault(goes, []) if self.habits.tours else []
            run = EpisodeRun(episode, red, errands)
            for case in episode.cases:
                run.cases[case.index] = CaseRun(case, run, luck, self.habits.missing, self.world.speed)
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
        return Played(tuple(r.tally for r in self.runs), tuple(self.ledger.events))

    # -- officers

    def job_ready(self, at: float, run: CaseRun, stage: int) -> None:
        department = run.case.department.name
        free = self.free[department]
        if free:
            self.begin(department, heapq.heappop(free), run, stage, at)
        else:
            self.queues[department].append((run, stage))

    def begin(self, department: str, officer: int, run: CaseRun, stage: int, at: float) -> None:
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
        self, at: float, department: str, officer: int, run: CaseRun, stage: int, start: float, work: float
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
        self.ledger.note(run, kind, activity, start, at, work, self.demand.staff[department][officer], outputs=outputs)
        if kind == "issue":
            self.issued(run, at)
        elif kind == "review":
            self.reviewed(run, at, self.demand.staff[department][officer])
        else:
            self.next_stage(run, stage + 1, at)

    def reviewed(self, run: CaseRun, at: float, officer: str) -> None:
        red = run.episode.redesign
        if run.loops < run.fault:
            self.ledger.note(run, "notice", self.names.notice, at, at, 0.0, officer)
            runs_on = (
                red.conditional_acceptance and run.loops == 0 and all(m in self.deferrable for m in run.corrections)
            )
            k = U_CORRECT + 2 * min(run.loops, 2)
            self.errand(run, CORRECTING, at, k, self.habits.correct_days, counter(run, again=True))
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

    def next_stage(self, run: CaseRun, stage: int, at: float) -> None:
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

    def arrives(self, run: EpisodeRun, at: float) -> None:
        cases = list(run.cases.values())
        red, first = run.redesign, cases[0]
        place = counter(first)
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
            place = counter(case)
            self.plan(case, APPLYING, at, self.land(landed, place), place)
            landed += TRAVEL_S if place else 0.0

    def land(self, wish: float, place: str) -> float:
        """When somebody who wants to come at a time gets in; online at once."""
        return self.demand.places[place].landing(wish) if place else wish

    def errand(self, run: CaseRun, kind: int, at: float, u: int, mean_days: float, place: str, item: str = "") -> None:
        """Open an errand, to be done after the applicant's own delay, or earlier where he is at the place anyhow."""
        due = self.land(wish(at, run.u[u], run.u[u + 1], mean_days, bool(place)), place)
        self.plan(run, kind, at, due, place, item)

    def plan(self, run: CaseRun, kind: int, opened: float, due: float, place: str, item: str = "") -> None:
        errand = Errand(run, kind, opened, place, item)
        run.episode.open.append(errand)
        self.push(due, ERRAND_DUE, errand)

    def go(self, errand: Errand, at: float) -> None:
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
            end = now + counter_time(following)
            self.act(following, now, end, alone)
            now = end

    def act(self, errand: Errand, start: float, end: float, alone: bool) -> None:
        run, kind, place = errand.case, errand.kind, errand.place
        episode, service = run.episode, run.case.service
        if kind == APPLYING:
            materials = handed_in(run, self.shareable, self.forms)
            self.ledger.note(run, "apply", self.names.apply, start, end, end - start, "", place, materials, alone=alone)
            for other in list(episode.cases.values()) if episode.redesign.one_form else [run]:
                other.applied = True
                self.advance(other, end)
            self.go_on(episode, end)
        elif kind == CORRECTING:
            if episode.redesign.share_data:
                materials = tuple(m for m in run.corrections if (m, run.case.department.name) not in self.shareable)
            else:
                materials = run.corrections
            self.ledger.note(
                run, "correct", self.names.correct, start, end, end - start, "", place, materials, alone=alone
            )
            self.push(end, JOB_READY, (run, 0))
        elif kind == COLLECTING:
            self.ledger.note(run, "collect", self.names.collect, start, end, end - start, "", place, alone=alone)
            self.received(run, end)
        elif kind == HANDING_IN:
            self.ledger.note(
                run, "correct", self.names.correct, start, end, end - start, "", place, (errand.item,), alone=alone
            )
            episode.handed.add(errand.item)
            for other in episode.cases.values():
                self.advance(other, end)
        else:
            self.ledger.note(run, "in_person", service.in_person, start, end, end - start, "", place, alone=alone)
            run.person_done = True
            self.advance(run, end)

    # -- what follows

    def advance(self, run: CaseRun, at: float) -> None:
        """Begin the review of a case that is applied for, once its inputs, its person and its turn are there."""
        if run.started or not run.applied or not inputs_there(run):
            return
        red, service = run.episode.redesign, run.case.service
        if red.one_form and not red.parallel_review and not is_my_turn(run):
            return
        if service.in_person and not run.person_done:
            if not run.person_opened:
                run.person_opened = True
                # Never online, and at the service's own place: a doctor does not sit at the one window.
                self.errand(run, IN_PERSON, at, U_PERSON, self.habits.errand_days, own_place(run))
            return
        run.started = True
        self.push(at, JOB_READY, (run, 0))

    def go_on(self, episode: EpisodeRun, at: float) -> None:
        """Open what the state of an episode now allows: applications, outputs to be handed in, reviews."""
        red = episode.redesign
        for run in episode.cases.values():
            if run.started:
                continue
            if not run.apply_opened:
                ready = inputs_there(run) and is_my_turn(run)
                if ready:
                    run.apply_opened = True
                    self.errand(run, APPLYING, at, U_APPLY, self.habits.apply_days, counter(run))
            elif run.applied:
                if red.one_form and not red.share_data:
                    self.hand_in(run, at)
                self.advance(run, at)

    def hand_in(self, run: CaseRun, at: float) -> None:
        """An output that a later service takes is handed in once, when it is there, by the channel of the one form."""
        episode = run.episode
        for t in run.case.takes:
            earlier = episode.cases[t]
            output = earlier.case.service.output
            if earlier.in_hand and output not in episode.handed and not earlier.received:
                earlier.received = True
                place = counter(run, again=True)
                self.errand(run, HANDING_IN, at, U_APPLY, self.habits.apply_days, place, output)

    def issued(self, run: CaseRun, at: float) -> None:
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
            self.errand(run, COLLECTING, at, U_COLLECT, self.habits.collect_days, own_place(run))
        else:
            self.post(run, at)
        if episode.n_issued == len(episode.cases) and episode.held:
            self.hand_over(episode, run, at)
        self.go_on(episode, at)

    def hand_over(self, episode: EpisodeRun, last: CaseRun, at: float) -> None:
        """The one delivery, at the place with most of the bundle's applications, as one window would be."""
        red = episode.redesign
        run = last if last in episode.held else episode.held[-1]
        if red.delivery == "post":
            self.post(run, at)
            return
        place = red.place or own_place(next(iter(episode.cases.values())))
        self.errand(run, COLLECTING, at, U_COLLECT, self.habits.collect_days, place)

    def post(self, run: CaseRun, at: float) -> None:
        delay = self.habits.post_h * 3600.0 * (0.35 + 1.3 * run.u[U_POST])
        due = at + delay
        hour = due % DAY_S / 3600.0
        if hour < 9 or hour > 18:  # the courier delivers by day
            due = (due // DAY_S) * DAY_S + (10 + 7 * run.u[U_POST]) * 3600.0 + (DAY_S if hour > 18 else 0.0)
        self.push(due, POSTED, run)

    def posted(self, run: CaseRun, at: float) -> None:
        self.ledger.note(run, "post", self.names.post, at, at, 0.0, "")
        self.received(run, at)

    def received(self, run: CaseRun, at: float) -> None:
        for each in run.episode.held if run in run.episode.held else [run]:
            each.in_hand = True
        self.go_on(run.episode, at)


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
