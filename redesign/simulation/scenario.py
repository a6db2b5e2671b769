"""Scenario: a calibrated world and one set of moves, drafted as a network. Contract section 6, move by move."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from redesign.simulation.calibration import KINDS, LOOPS, Calibration, duration_key, way_of
from redesign.simulation.cases import APPLY, COLLECT, INTERVIEW, POST, WORK, Case, Step
from redesign.simulation.network import ERRAND, PASS, Draft, Network
from redesign.simulation.network import WORK as WORK_NODE
from redesign.simulation.samples import group_of
from redesign.situation import Options

MOVES = (
    "one_form", "one_window", "share_data", "parallel_review", "one_delivery", "notify_once", "online",
    "conditional_acceptance",
)  # fmt: skip
SPARE = 16  # luck slots of a case beside its chain: corrections, handing in


@dataclass(frozen=True, eq=False)
class Focus:
    """The episodes that are redesigned, and what the redesign needs to know of them."""

    names: list[str]
    cases: list[list[Case]]
    numbers: np.ndarray  # in the calibration's numbering
    places: list[str]
    departments: list[str]
    place_office: dict[str, str]  # an office whose hours a place keeps
    window: str  # the single window's place
    window_services: frozenset[str]  # what is usually received there today
    shareable: Mapping[str, frozenset[str]]  # case -> classes that are shared with share_data
    forms: frozenset[str]
    deferrable: frozenset[str]
    ties: frozenset[tuple[str, str]]  # legal, or perhaps: service before service


def focus_of(
    calibration: Calibration, names: list[str], *, place: str | None = None, shareable: Mapping[str, frozenset[str]],
    forms: frozenset[str] = frozenset(), deferrable: frozenset[str] = frozenset(),
    ties: frozenset[tuple[str, str]] = frozenset(),
) -> Focus:  # fmt: skip
    """Gather the named episodes and where the single window would stand: with most of their applications."""
    cases = [calibration.episodes[n] for n in names]
    steps = [(s, c) for group in cases for c in group for s in [*c.chain, *(x[1] for x in c.loops)]]
    visits = [s for s, _ in steps if s.visit]
    places = sorted({s.place for s in visits})
    departments = sorted({s.department for s, _ in steps})
    received: dict[str, dict[str, int]] = {}
    offices: dict[str, dict[str, int]] = {}
    applied: dict[str, int] = {}
    for s, c in steps:
        if not s.visit:
            continue
        offices.setdefault(s.place, {})[s.office] = offices.setdefault(s.place, {}).get(s.office, 0) + 1
        if s.kind == APPLY:
            applied[s.place] = applied.get(s.place, 0) + 1
            received.setdefault(c.service, {})[s.place] = received.setdefault(c.service, {}).get(s.place, 0) + 1
    window = place or (max(sorted(applied), key=lambda p: applied[p]) if applied else "")
    if window and window not in places:
        places = [*places, window]
    usual = {service: max(sorted(at), key=lambda p: at[p]) for service, at in received.items()}
    return Focus(
        names, cases, np.array([calibration.numbers[n] for n in names], np.int64), places, departments,
        {p: max(sorted(v), key=lambda o: v[o]) for p, v in offices.items()}, window,
        frozenset(service for service, at in usual.items() if at == window), shareable, forms, deferrable, ties,
    )  # fmt: skip


class Drafting:
    """Drafts the network of one set of moves: focus episodes as redesigned, all other work as it is."""

    def __init__(self, calibration: Calibration, focus: Focus, moves: Collection[str], options: Options) -> None:
        self.c = calibration
        self.focus = focus
        self.moves = frozenset(moves)
        self.options = options
        self.draft = Draft()
        self.form = "one_form" in self.moves
        self.one_window = "one_window" in self.moves and bool(focus.window)
        self.shared = "share_data" in self.moves
        self.parallel = "parallel_review" in self.moves
        self.delivery = "one_delivery" in self.moves
        self.place_of = {p: i for i, p in enumerate(focus.places)}
        self.department_of = {d: i for i, d in enumerate(focus.departments)}
        self.window_department = 0
        self.correction_service: list[str] = []
        self.correction_loop: list[int] = []
        self.correction_episode: list[int] = []
        self.correction_case: list[int] = []
        self.slots = 0
        self.stride = max((len(c.chain) for group in calibration.episodes.values() for c in group), default=1) + SPARE
        self._numbered = 0

    # -- pieces -----------------------------------------------------------------------------------------------------

    def _calendar(self, office: str) -> int:
        return self.c.calendars.row.get(office, 0)

    def _errand(
        self, e: int, case: Case, step: Step, slot: int, delay: str, *, at_window: bool = False, visit: bool | None = None,
        like: Step | None = None, release_s: float = 0.0, correction: int = -1, may_go_online: bool = False,
        after: tuple[int, ...] = (), activity: str | None = None,
    ) -> int:  # fmt: skip
        """An errand of the applicant: `step` as the log has it, at its place or at the window, or `like` another's."""
        where = like or step
        visit = where.visit if visit is None else visit
        duration = group_of(self.c.duration_groups, duration_key(step, case)) if step.visit or visit else -1
        pool = self.c.pools.find(where.office, "window", where.activity) if visit else -1
        office = where.office
        place = where.place
        department = self.department_of.get(where.department, -1)
        if visit and at_window:
            place, department = self.focus.window, self.window_department
            office = self.focus.place_office.get(place, office)
        if visit and not place:
            place = next(iter(self.place_of), "")
        return self.draft.add(
            ERRAND, e, slot, pool=pool, duration=duration if visit else -1, delay=_kind(delay, visit),
            place=self.place_of.get(place, -1) if visit else -1, calendar=self._calendar(office) if visit else 0,
            department=department if visit else -1, release_s=release_s, correction=correction,
            may_go_online=may_go_online, officer=visit, after=after,
            label=(case.service, activity or step.activity, where.department, "applicant"),
        )  # fmt: skip

    def _work(self, e: int, case: Case, step: Step, slot: int, after: tuple[int, ...], *, redo: bool = False,
              correction: int = -1) -> int:  # fmt: skip
        pool = self.c.pools.find(step.office, "work", step.activity)
        key = ("work", step.activity, step.office, case.service, "redo" if redo else "first")
        duration = group_of(self.c.duration_groups, key)
        gap = -1
        if pool < 0 or duration < 0:
            pool, duration = -1, -1
            gap = group_of(self.c.gap_groups, (f"{way_of(case)}\t{case.chain.index(step)}",))
        wait = self.c.waits.keys.get((step.activity,), -1) if gap < 0 else -1
        return self.draft.add(
            WORK_NODE, e, slot, pool=pool, duration=duration, gap=gap, wait=wait, officer=duration >= 0, correction=correction,
            after=after, case_slot=slot // self.stride * self.stride, label=(case.service, step.activity, step.department, "work"),
        )  # fmt: skip

    def _review(self, e: int, case: Case, base: int, entry: int, visit: bool, like: Step | None, collecting: bool) -> tuple[int, int]:
        """The chain from a case's acceptance to its issue, corrections included; gives the node that issues, and the last."""
        last = entry
        held: list[int] = []
        loop_after = self.c.loop_after.get(case.service)
        looped = False
        works = [s for s in case.chain[1:] if s.kind == WORK]
        for j, step in enumerate(case.chain[1:], 1):
            if step.kind in (COLLECT, POST) or (step.kind == INTERVIEW and self._first_interview(case, j)):
                continue
            if step.kind == INTERVIEW:
                last = self._errand(e, case, step, base + j, "interview", after=(last,))
                continue
            last = self._work(e, case, step, base + j, (last,))
            if held and step is works[-1]:
                self.draft.edges.extend((h, last, -1) for h in held)
                held = []
            if not looped and (step.activity == loop_after):
                looped = True
                after = self._corrections(e, case, step, base, last, visit, like)
                if self._defers(case):
                    held.append(after)
                else:
                    last = after
        if held:
            last = self.draft.add(PASS, e, base, after=(last, *held))
        del collecting
        return last, last

    def _first_interview(self, case: Case, j: int) -> bool:
        """Whether an in-person step stands before any officer's work: then it belongs to the entry."""
        return all(s.kind == INTERVIEW for s in case.chain[1 : j + 1])

    def _defers(self, case: Case) -> bool:
        return "conditional_acceptance" in self.moves and bool(self.focus.deferrable & case.asked)

    def _corrections(self, e: int, case: Case, step: Step, base: int, last: int, visit: bool, like: Step | None) -> int:
        where = next((x[1] for x in case.loops), None) or self._usual_correction(case)
        for loop in range(LOOPS):
            number = len(self.correction_service)
            self.correction_service.append(case.service)
            self.correction_loop.append(loop)
            self.correction_episode.append(e)
            self.correction_case.append(base // self.stride)
            at = base + self.stride - 3 * (loop + 1)
            last = self._errand(
                e, case, where, at, "correct", at_window=self.one_window, visit=visit, like=like, correction=number,
                may_go_online=True, after=(last,),
            )  # fmt: skip
            if self.c.redo.get(case.service, True):
                last = self._work(e, case, step, at + 1, (last,), redo=True, correction=number)
        return last

    def _usual_correction(self, case: Case) -> Step:
        """A correction as this office has it where the case itself had none."""
        a = case.apply
        found = self._templates().get((case.service, a.visit)) or self._templates().get((case.service, not a.visit))
        return Step(6, a.row, found.activity if found else a.activity, a.office, a.department,
                    (found.place if found and found.visit else a.place), a.visit, 0.0, 0.0, 0.0)  # fmt: skip

    def _templates(self) -> dict[tuple[str, bool], Step]:
        if not hasattr(self, "_template"):
            self._template = {
                (c.service, x[1].visit): x[1] for group in self.c.episodes.values() for c in group for x in c.loops
            }
        return self._template

    def _usual_place(self, case: Case) -> Step:
        """An application of this service at a window, for who comes to one although he applies online today."""
        if not hasattr(self, "_windows"):
            self._windows: dict[str, Step] = {}
            for group in self.c.episodes.values():
                for c in group:
                    if c.apply.visit:
                        self._windows.setdefault(c.service, c.apply)
        return self._windows.get(case.service, case.apply)

    # -- episodes ---------------------------------------------------------------------------------------------------

    def _slot_base(self) -> int:
        base = self._numbered * self.stride
        self._numbered += 1
        return base

    def episode(self, e: int, cases: list[Case]) -> None:
        """Draft one episode under the moves."""
        bases = {c.id: self._slot_base() for c in cases}
        first = cases[0]
        # The single window counts as the department that receives there today and comes first in this episode.
        host = next((c for c in cases if c.service in self.focus.window_services), first)
        self.window_department = self.department_of.get(host.department, 0)
        entry: dict[str, int] = {}
        issue: dict[str, int] = {}
        done: dict[str, int] = {}
        handed_in: dict[str, int] = {}
        by_id = {c.id: c for c in cases}
        sources = {c.id: sorted(set(c.inputs.values())) for c in cases}
        tied = {c.id: [x.id for x in cases if (x.service, c.service) in self.focus.ties and x is not c] for c in cases}
        brought = {s for c in cases for s in sources[c.id]} if self._brings() else set()
        visit_form = first.apply.visit
        applied = -1
        order = _in_order(cases, sources, tied)
        later = [c for c in cases if c.hand >= 0 and (not self.delivery or c.id in brought)]
        kept = {c.id for c in later}
        for case in order:
            base = bases[case.id]
            sequence = [x for x in cases[: cases.index(case)]]
            if self.form:
                if applied < 0:
                    applied = self._errand(
                        e, first, first.apply, bases[first.id], "now", at_window=self.one_window,
                        release_s=first.apply.start_s, may_go_online=True,
                    )  # fmt: skip
                    self.draft.longest.append(
                        (applied, [(bases[c.id], group_of(self.c.duration_groups, duration_key(c.apply, c)))
                                   for c in cases if c.apply.visit])
                    )  # fmt: skip
                needs = [applied]
                for s in sources[case.id]:
                    if self.shared:
                        needs.append(issue[s])
                        continue
                    if s not in handed_in:
                        handed_in[s] = self._hand_in(e, cases, s, bases[s] + self.stride - 12, done[s], visit_form)
                    needs.append(handed_in[s])
                needs += [issue[x] for x in tied[case.id] if x in issue]
                node = self.draft.add(PASS, e, base, after=tuple(needs))
                if not self.parallel:
                    source = issue
                    self.draft.edges.extend((source[x.id], node, e) for x in sequence if x.id in source)
                    if case.follows in source:
                        self.draft.edges.append((source[case.follows], node, -1))
                node = self._interviews(e, case, base, node, apart=True)
                issue[case.id], _ = self._review(e, case, base, node, visit_form, None if case.apply.visit == visit_form
                                                 else self._usual_place(case), False)  # fmt: skip
            else:
                if case is first:
                    node = self._errand(e, case, case.apply, base, "now", at_window=self.one_window,
                                        release_s=case.apply.start_s, may_go_online=True)  # fmt: skip
                elif self.parallel:
                    node = self._errand(e, case, case.apply, base, "now", at_window=self.one_window, after=(entry[first.id],),
                                        may_go_online=True)  # fmt: skip
                else:
                    held = issue if self.shared else done
                    needs = [held[s] for s in sources[case.id] or ([case.follows] if case.follows in held else [])]
                    delay = "apply" if needs else "start"
                    needs += [issue[x] for x in tied[case.id] if x in issue]
                    node = self._errand(e, case, case.apply, base, delay, at_window=self.one_window,
                                        after=tuple(needs or [entry[first.id]]), may_go_online=True)  # fmt: skip
                    self.draft.edges.extend((done[x.id], node, e) for x in sequence if x.id in done)
                entry[case.id] = node
                if self.parallel:
                    needs = [issue[s] for s in sources[case.id]] + [issue[x] for x in tied[case.id] if x in issue]
                    node = self.draft.add(PASS, e, base, after=(node, *needs)) if needs else node
                node = self._interviews(e, case, base, node, apart=False)
                issue[case.id], _ = self._review(e, case, base, node, case.apply.visit, None, False)
            done[case.id] = issue[case.id]
            if case.id in kept:
                done[case.id] = self._hand_over(e, case, base, issue[case.id])
        if self.delivery:
            self._deliver(e, [c for c in cases if c.hand >= 0 and c.id not in kept], cases, bases, issue)
        del by_id

    def _hand_in(self, e: int, cases: list[Case], source: str, slot: int, done: int, visit: bool) -> int:
        """An output handed in, once, at the first of the services that take it; handing over takes what it takes today."""
        takers = [c for c in cases if source in c.inputs.values()]
        case = min(takers, key=lambda c: (self._rank(c.service), c.apply.start_s))
        like = self._usual_place(case)
        node = self._errand(e, case, case.apply, slot, "apply", at_window=self.one_window, visit=visit, like=like,
                            after=(done,), may_go_online=True)  # fmt: skip
        given = next(c for c in cases if c.id == source)
        handed = next((s for s in reversed(given.chain) if s.kind == COLLECT), None)
        if visit and handed is not None:
            self.draft.duration_group[node] = group_of(self.c.duration_groups, duration_key(handed, given))
        elif visit:
            self.draft.duration_group[node] = self._handing()
        return node

    def _handing(self) -> int:
        """The duration of any collection, where this output is not collected today."""
        if not hasattr(self, "_collecting"):
            found = next((s for g in self.c.episodes.values() for c in g for s in c.chain if s.kind == COLLECT), None)
            self._collecting = -1 if found is None else group_of(self.c.duration_groups, ("visit", found.activity))
        return self._collecting

    def _rank(self, service: str) -> float:
        """Where a service usually stands in its episodes."""
        if not hasattr(self, "_ranks"):
            at: dict[str, list[int]] = {}
            for group in self.focus.cases:
                for i, c in enumerate(group):
                    at.setdefault(c.service, []).append(i)
            self._ranks = {k: float(np.mean(v)) for k, v in at.items()}
        return self._ranks.get(service, 0.0)

    def _brings(self) -> bool:
        """Whether outputs are still carried by the applicant."""
        return not self.shared and not (self.parallel and not self.form)

    def _interviews(self, e: int, case: Case, base: int, node: int, *, apart: bool) -> int:
        """Steps in person that follow the application at once: on that visit where he is there, else a visit of their own."""
        del apart
        for j, step in enumerate(case.chain[1:], 1):
            if step.kind != INTERVIEW:
                break
            node = self._errand(e, case, step, base + j, "interview", after=(node,))
        return node

    def _hand_over(self, e: int, case: Case, base: int, issue: int) -> int:
        j = next(j for j in range(len(case.chain) - 1, -1, -1) if case.chain[j].kind == case.hand)
        step = case.chain[j]
        if case.hand == POST:
            return self._post(e, case, step, base + j, (issue,))
        return self._errand(e, case, step, base + j, "collect", after=(issue,))

    def _post(self, e: int, case: Case, step: Step, slot: int, after: tuple[int, ...]) -> int:
        return self.draft.add(ERRAND, e, slot, delay=_kind("post", False), after=after,
                              label=(case.service, step.activity, step.department, "post"))  # fmt: skip

    def _deliver(self, e: int, handed: list[Case], cases: list[Case], bases: dict[str, int], issue: dict[str, int]) -> None:
        """One delivery of all that was handed over today."""
        if not handed:
            return
        needs = tuple(issue[c.id] for c in cases)
        collected = [c for c in handed if c.hand == COLLECT]
        case = (collected or handed)[-1]
        j = next(j for j in range(len(case.chain) - 1, -1, -1) if case.chain[j].kind == case.hand)
        step, slot = case.chain[j], bases[case.id] + j
        if self.options.delivery == "post":
            self._post(e, case, step, slot, needs)
            return
        like = step if step.visit else self._usual_place(case)
        self._errand(e, case, step, slot, "collect", at_window=bool(self.focus.window), visit=True, like=like, after=needs)

    def background(self, e: int, case: Case) -> None:
        """A case that is not redesigned: it comes when it came, and loads its officers with work drawn anew."""
        base = self._slot_base()
        a = case.apply
        release = max(a.end_s, max((s.end_s for s in case.chain[1:2] if s.kind == INTERVIEW), default=a.end_s))
        last = self.draft.add(PASS, e, base, release_s=release)
        loop_after = self.c.loop_after.get(case.service)
        looped = False
        for j, step in enumerate(case.chain[1:], 1):
            if step.kind != WORK:
                continue
            last = self._work(e, case, step, base + j, (last,))
            if step.activity == loop_after and not looped:
                looped = True
                for loop in range(LOOPS):
                    number = len(self.correction_service)
                    self.correction_service.append(case.service)
                    self.correction_loop.append(loop)
                    self.correction_episode.append(-1)
                    self.correction_case.append(base // self.stride)
                    at = base + self.stride - 3 * (loop + 1)
                    last = self.draft.add(
                        ERRAND, e, at, delay=_kind("correct", case.apply.visit), calendar=self._calendar(step.office),
                        correction=number, after=(last,),
                    )  # fmt: skip
                    if self.c.redo.get(case.service, True):
                        last = self._work(e, case, step, at + 1, (last,), redo=True, correction=number)

    def close(self, episodes: int) -> Network:
        """The network."""
        self.slots = self._numbered * self.stride
        return self.draft.close(episodes)


def _kind(delay: str, visit: bool) -> int:
    if delay == "now":
        return KINDS.index("now/online")
    name = f"{delay}/{'visit' if visit else 'online'}"
    return KINDS.index(name) if name in KINDS else KINDS.index(f"{delay}/visit")


def _in_order(cases: list[Case], sources: dict[str, list[str]], tied: dict[str, list[str]]) -> list[Case]:
    """Cases so that each comes after what it needs (inputs are issued before, so application order nearly is one)."""
    left = list(cases)
    done: set[str] = set()
    out = []
    while left:
        ready = next((c for c in left if done.issuperset(sources[c.id])), left[0])
        left.remove(ready)
        done.add(ready.id)
        out.append(ready)
    del tied
    return out
