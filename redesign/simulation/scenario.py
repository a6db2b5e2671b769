"""Scenario: a calibrated world and one set of moves, drafted as a network. Contract section 6, move by move."""

from __future__ import annotations

import numpy as np

from redesign.simulation.calibration import duration_key
from redesign.simulation.cases import COLLECT, INTERVIEW, POST, Case, Step
from redesign.simulation.drafting import Pieces, kind_of
from redesign.simulation.network import ERRAND, PASS
from redesign.simulation.samples import group_of


class Drafting(Pieces):
    """Drafts the network of one set of moves: focus episodes as redesigned, all other work as it is."""

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
        sources = {c.id: sorted(set(c.inputs.values())) for c in cases}
        drawn = set(self.options.orders if self.moves else ())  # into the to-be alone
        freed = set(self.options.freed if self.moves else ())
        tied = {
            c.id: [x.id for x in cases if (x.service, c.service) in self.focus.ties | drawn and x is not c]
            for c in cases
        }
        brought = {s for c in cases for s in sources[c.id]} if self._brings() else set()
        visit_form = first.apply.visit
        applied = -1
        held_up = {c.id: [x.id for x in cases if (x.service, c.service) in drawn] for c in cases} if drawn else {}
        order = _in_order(cases, {id: [*given, *held_up.get(id, ())] for id, given in sources.items()})
        later = [c for c in cases if c.hand >= 0 and (not self.delivery or c.id in brought)]
        kept = {c.id for c in later}
        for case in order:
            base = bases[case.id]
            sequence = [x for x in cases[: cases.index(case)] if (x.service, case.service) not in freed]
            follows = (
                "" if any(x.id == case.follows and (x.service, case.service) in freed for x in cases) else case.follows
            )
            if self.form:
                if applied < 0:
                    applied = self._errand(
                        e,
                        first,
                        first.apply,
                        bases[first.id],
                        "now",
                        at_window=self.one_window,
                        release_s=first.apply.start_s,
                        may_go_online=True,
                    )
                    self.draft.longest.append(
                        (
                            applied,
                            [
                                (bases[c.id], group_of(self.c.duration_groups, duration_key(c.apply, c)))
                                for c in cases
                                if c.apply.visit
                            ],
                        )
                    )
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
                    if follows in source:
                        self.draft.edges.append((source[follows], node, -1))
                node = self._interviews(e, case, base, node)
                issue[case.id] = self._review(
                    e, case, base, node, visit_form, None if case.apply.visit == visit_form else self._usual_place(case)
                )
            else:
                if case is first:
                    node = self._errand(
                        e,
                        case,
                        case.apply,
                        base,
                        "now",
                        at_window=self.one_window,
                        release_s=case.apply.start_s,
                        may_go_online=True,
                    )
                elif self.parallel:
                    node = self._errand(
                        e,
                        case,
                        case.apply,
                        base,
                        "now",
                        at_window=self.one_window,
                        after=(entry[first.id],),
                        may_go_online=True,
                    )
                else:
                    held = issue if self.shared else done
                    # What merely comes after something else is not known to wait for data: sharing brings it no nearer.
                    needs = [held[s] for s in sources[case.id]] or [done[x] for x in (follows,) if x in done]
                    delay = "apply" if needs else "start"
                    needs += [issue[x] for x in tied[case.id] if x in issue]
                    node = self._errand(
                        e,
                        case,
                        case.apply,
                        base,
                        delay,
                        at_window=self.one_window,
                        after=tuple(needs or [entry[first.id]]),
                        may_go_online=True,
                    )
                    self.draft.edges.extend((done[x.id], node, e) for x in sequence if x.id in done)
                entry[case.id] = node
                if self.parallel:
                    needs = [issue[s] for s in sources[case.id]] + [issue[x] for x in tied[case.id] if x in issue]
                    node = self.draft.add(PASS, e, base, after=(node, *needs)) if needs else node
                node = self._interviews(e, case, base, node)
                issue[case.id] = self._review(e, case, base, node, case.apply.visit, None)
            done[case.id] = issue[case.id]
            if case.id in kept:
                done[case.id] = self._hand_over(e, case, base, issue[case.id])
        if self.delivery:
            self._deliver(e, [c for c in cases if c.hand >= 0 and c.id not in kept], cases, bases, issue)

    def _hand_in(self, e: int, cases: list[Case], source: str, slot: int, done: int, visit: bool) -> int:
        """An output handed in, once, at the first of the services that take it."""
        takers = [c for c in cases if source in c.inputs.values()]
        case = min(takers, key=lambda c: (self._rank(c.service), c.apply.start_s))
        like = self._usual_place(case)
        node = self._errand(
            e,
            case,
            case.apply,
            slot,
            "apply",
            at_window=self.one_window,
            visit=visit,
            like=like,
            after=(done,),
            may_go_online=True,
        )
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

    def _interviews(self, e: int, case: Case, base: int, node: int) -> int:
        """Steps in person that follow the application at once: on that visit, or on one of their own."""
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
        return self.draft.add(
            ERRAND,
            e,
            slot,
            delay=kind_of("post", False),
            after=after,
            label=(case.service, step.activity, step.department, "post"),
        )

    def _deliver(
        self, e: int, handed: list[Case], cases: list[Case], bases: dict[str, int], issue: dict[str, int]
    ) -> None:
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
        self._errand(
            e, case, step, slot, "collect", at_window=bool(self.focus.window), visit=True, like=like, after=needs
        )


def _in_order(cases: list[Case], sources: dict[str, list[str]]) -> list[Case]:
    """Cases so that each comes after what it needs (inputs are issued before, so application order nearly is one)."""
    left = list(cases)
    done: set[str] = set()
    out = []
    while left:
        ready = next((c for c in left if done.issuperset(sources[c.id])), left[0])
        left.remove(ready)
        done.add(ready.id)
        out.append(ready)
    return out
