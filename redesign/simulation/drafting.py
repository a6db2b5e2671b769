"""Pieces of a network: errands, work, reviews with their corrections, and the cases beside those redesigned."""

from __future__ import annotations

from collections.abc import Collection

from redesign.simulation.calibration import KINDS, LOOPS, Calibration, duration_key, way_of
from redesign.simulation.cases import COLLECT, INTERVIEW, POST, WORK, Case, Step
from redesign.simulation.focus import Focus
from redesign.simulation.network import ERRAND, PASS, Draft, Network
from redesign.simulation.network import WORK as WORK_NODE
from redesign.simulation.samples import group_of
from redesign.situation import Options

FEW_CORRECTIONS = 5.0  # what is asked for speaks of what will be missing as loudly as so many corrections seen
SPARE = 16  # luck slots of a case beside its chain: corrections, handing in


class Pieces:
    """What networks are made of, under one set of moves; `scenario.Drafting` puts episodes together from it."""

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
        self.beside: dict[str, frozenset[tuple[str, str]]] = {}  # drawn by hand, into the to-be alone
        for service, a, b in options.beside if self.moves else ():
            self.beside[service] = self.beside.get(service, frozenset()) | {(a, b)}
        self.place_of = {p: i for i, p in enumerate(focus.places)}
        self.department_of = {d: i for i, d in enumerate(focus.departments)}
        self.window_department = 0
        self.correction_service: list[str] = []
        self.correction_loop: list[int] = []
        self.correction_episode: list[int] = []
        self.correction_case: list[int] = []
        self.deferral_case: list[int] = []
        self.deferral_share: list[float] = []
        self.slots = 0
        self.stride = max((len(c.chain) for group in calibration.episodes.values() for c in group), default=1) + SPARE
        self._numbered = 0

    # -- pieces -----------------------------------------------------------------------------------------------------

    def _calendar(self, office: str) -> int:
        return self.c.calendars.row.get(office, 0)

    def _errand(
        self,
        e: int,
        case: Case,
        step: Step,
        slot: int,
        delay: str,
        *,
        at_window: bool = False,
        visit: bool | None = None,
        like: Step | None = None,
        release_s: float = 0.0,
        correction: int = -1,
        may_go_online: bool = False,
        after: tuple[int, ...] = (),
        activity: str | None = None,
    ) -> int:
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
            ERRAND,
            e,
            slot,
            pool=pool,
            duration=duration if visit else -1,
            delay=kind_of(delay, visit),
            place=self.place_of.get(place, -1) if visit else -1,
            calendar=self._calendar(office) if visit else 0,
            department=department if visit else -1,
            release_s=release_s,
            correction=correction,
            may_go_online=may_go_online,
            officer=visit,
            after=after,
            label=(case.service, activity or step.activity, where.department, "applicant"),
        )

    def _work(
        self,
        e: int,
        case: Case,
        step: Step,
        slot: int,
        after: tuple[int, ...],
        *,
        redo: bool = False,
        correction: int = -1,
    ) -> int:
        pool = self.c.pools.find(step.office, "work", step.activity)
        key = ("work", step.activity, step.office, case.service, "redo" if redo else "first")
        duration = group_of(self.c.duration_groups, key)
        gap = -1
        if pool < 0 or duration < 0:
            pool, duration = -1, -1
            gap = group_of(self.c.gap_groups, (f"{way_of(case)}\t{case.chain.index(step)}",))
        wait = self.c.waits.find(step.activity, step.office) if gap < 0 else -1
        return self.draft.add(
            WORK_NODE,
            e,
            slot,
            pool=pool,
            duration=duration,
            gap=gap,
            wait=wait,
            officer=duration >= 0,
            correction=correction,
            after=after,
            case_slot=slot // self.stride * self.stride,
            label=(case.service, step.activity, step.department, "work"),
        )

    def _review(self, e: int, case: Case, base: int, entry: int, visit: bool, like: Step | None) -> int:
        """The chain from a case's acceptance to its issue, corrections included; gives the node that issues."""
        last = entry
        beside = self.beside.get(case.service, frozenset())
        done: list[tuple[str, int]] = []
        held: list[int] = []
        awaited: tuple[int, int] | None = None  # a correction, and the condition under which what follows awaits it
        loop_after = self.c.loop_after.get(case.service)
        looped = False
        works = [s for s in case.chain[1:] if s.kind == WORK]
        for j, step in enumerate(case.chain[1:], 1):
            if step.kind in (COLLECT, POST) or (step.kind == INTERVIEW and self._first_interview(case, j)):
                continue
            if step.kind == INTERVIEW:
                last = self._errand(e, case, step, base + j, "interview", after=(last,))
                done.append((step.activity, last))
                continue
            ahead = tuple(node for before, node in done if (before, step.activity) not in beside) if beside else (last,)
            last = self._work(e, case, step, base + j, ahead or (entry,))
            if awaited is not None:
                self.draft.edges.append((awaited[0], last, awaited[1]))
                awaited = None
            if held and step is works[-1]:
                self.draft.edges.extend((h, last, -1) for h in held)
                held = []
            if not looped and (step.activity == loop_after):
                looped = True
                after = self._corrections(e, case, step, base, last, visit, like)
                share = self._deferred(case)
                if share > 0 and step is not works[-1]:
                    held.append(after)
                    awaited = (after, self._deferral(base, share))
                else:
                    last = after
            done.append((step.activity, last))
        if beside and len(done) > 1:
            last = self.draft.add(PASS, e, base, after=tuple(node for _activity, node in done))
        if held:
            last = self.draft.add(PASS, e, base, after=(last, *held))
        return last

    def _first_interview(self, case: Case, j: int) -> bool:
        """Whether an in-person step stands before any officer's work: then it belongs to the entry."""
        return all(s.kind == INTERVIEW for s in case.chain[1 : j + 1])

    def _deferred(self, case: Case) -> float:
        """Share of a service's corrections on which review does not wait: all that is missing may come later."""
        if "conditional_acceptance" not in self.moves or not self.focus.deferrable:
            return 0.0
        if not hasattr(self, "_deferrals"):
            self._deferrals: dict[str, tuple[int, int, float, int]] = {}
            for x in (c for group in self.focus.cases for c in group):
                asked, kind = x.asked or frozenset({""}), self.focus.deferrable
                seen, deferred, likely, n = self._deferrals.get(x.service, (0, 0, 0.0, 0))
                self._deferrals[x.service] = (
                    seen + bool(x.corrected),
                    deferred + (bool(x.corrected) and x.corrected <= kind),
                    likely + len(asked & kind) / len(asked),
                    n + 1,
                )
        seen, deferred, likely, n = self._deferrals[case.service]
        return (deferred + FEW_CORRECTIONS * likely / n) / (seen + FEW_CORRECTIONS)

    def _deferral(self, base: int, share: float) -> int:
        """A condition of edges: that what this case lacks may not come later."""
        self.deferral_case.append(base // self.stride)
        self.deferral_share.append(share)
        return len(self.focus.cases) + len(self.deferral_case)

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
                e,
                case,
                where,
                at,
                "correct",
                at_window=self.one_window,
                visit=visit,
                like=like,
                correction=number,
                may_go_online=True,
                after=(last,),
            )
            if self.c.redo.get(case.service, True):
                last = self._work(e, case, step, at + 1, (last,), redo=True, correction=number)
        return last

    def _usual_correction(self, case: Case) -> Step:
        """A correction as this office has it where the case itself had none."""
        a = case.apply
        found = self._templates().get((case.service, a.visit)) or self._templates().get((case.service, not a.visit))
        return Step(
            6,
            a.row,
            found.activity if found else a.activity,
            a.office,
            a.department,
            (found.place if found and found.visit else a.place),
            a.visit,
            0.0,
            0.0,
            0.0,
        )

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

    def _slot_base(self) -> int:
        base = self._numbered * self.stride
        self._numbered += 1
        return base

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
                        ERRAND,
                        e,
                        at,
                        delay=kind_of("correct", case.apply.visit),
                        calendar=self._calendar(step.office),
                        correction=number,
                        after=(last,),
                    )
                    if self.c.redo.get(case.service, True):
                        last = self._work(e, case, step, at + 1, (last,), redo=True, correction=number)

    def close(self, episodes: int) -> Network:
        """The network."""
        self.slots = self._numbered * self.stride
        return self.draft.close(episodes)


def kind_of(delay: str, visit: bool) -> int:
    """The number of a kind of delay, on the spot or online."""
    if delay == "now":
        return KINDS.index("now/online")
    name = f"{delay}/{'visit' if visit else 'online'}"
    return KINDS.index(name) if name in KINDS else KINDS.index(f"{delay}/visit")
