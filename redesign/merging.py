"""Merging: the as-is processes of a bundle's services become one process, as the chosen moves want it.

Every task of the result carries the origins of what it was made from, so each input process can be told again from it
(La Rosa, Dumas, Uba and Dijkman, "Business Process Model Merging", ACM TOSEM 2013). Moves only set a plan, and the
process is composed from the plan: the same set of moves gives the same model in whatever order they are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import wording
from mining.discovery import ServiceProcess, as_is_model
from mining.process_blocks import (
    Block,
    Skip,
    Task,
    draw,
    kept,
    ordered,
    perhaps,
    replaced,
    sequence,
    tasks,
    together,
)
from mining.process_model import APPLICANT, WINDOW, Data, Kind, Node, Origin, ProcessModel, Step
from redesign.moves import MOVES, Plan
from redesign.moves.conditional_acceptance import deferrable_share
from redesign.rearranging import certainty, deferred, fewer_corrections
from redesign.situation import Situation


def as_is(situation: Situation) -> ProcessModel:
    """Today's process."""
    return as_is_model(situation.process, name=situation.name)


def merge(situation: Situation, moves: Iterable[str]) -> ProcessModel:
    """The to-be process under a set of moves; without any, today's.

    Parameters
    ----------
    moves
        Names of `redesign.moves.MOVES`, in any order.

    Returns
    -------
    ProcessModel
        Traceable to the log by its nodes' origins; `by_move` says which move made or changed a node.
    """
    chosen = [MOVES[name] for name in MOVES if name in set(moves)]
    if not chosen:
        return as_is(situation)
    plan = Plan()
    for move in chosen:
        plan = move.plan(plan, situation)
    model = _Merger(situation, plan).model()
    for move in chosen:
        model = move.rewrite(model, situation) if move.rewrite else model
    return model


@dataclass(slots=True)
class _Part:
    """A service in parts: what is done to apply, what the department does, how the result is handed over."""

    process: ServiceProcess
    apply: Block
    core: Block
    handover: Block
    applies: bool = True


class _Merger:
    """One merge; holds what its steps share."""

    def __init__(self, situation: Situation, plan: Plan) -> None:
        self.situation, self.plan = situation, plan
        self.names = situation.services
        self.place = {service: at for at, service in enumerate(self.names)}
        self.shared = self._shared() if plan.shared else {}
        self.carried = self._carried()
        self.parts = [self._part(process) for process in situation.process.services]

    # What reaches whom

    def _shared(self) -> dict[tuple[str, str], str]:
        """(service, material) -> who provides it."""
        uses = self.situation.materials
        found = {(use.service, use.material): by for use in uses if (by := self.situation.sharable_by(use))}
        departments = {p.service: p.department or p.service for p in self.situation.process.services}
        for tie in self.situation.binding:
            if tie.output:
                found.setdefault((tie.after, tie.output), departments[tie.before])
        return found

    def _carried(self) -> dict[tuple[str, str], list[str]]:
        """(service, output) -> the services that it must be brought to, where nothing shares it."""
        found: dict[tuple[str, str], list[str]] = {}
        for tie in self.situation.binding:
            if tie.output and (tie.after, tie.output) not in self.shared:
                found.setdefault((tie.before, tie.output), []).append(tie.after)
        return found

    # The services, each in its parts

    def _part(self, process: ServiceProcess) -> _Part:
        block = replaced(process.block, self._without_shared)
        if self.plan.fewer_corrections:
            block = fewer_corrections(block, self.plan.fewer_corrections)
        once = self.plan.one_application
        apply = kept(block, _is_application)
        receipt = kept(block, lambda node: once and node.step is Step.RECEIVE)
        handover = kept(block, _is_handover)
        core = kept(
            block,
            lambda node: not (_is_application(node) or _is_handover(node) or (once and node.step is Step.RECEIVE)),
        )
        core = self._with_providers(process, core)
        if once and self.situation.in_person(process) and not any(n.step is Step.INTERVIEW for n in tasks(core)):
            core = sequence(Task(self._visit(process)), core)
        if self.plan.deferred:
            core = deferred(core, deferrable_share(self.situation, process.service))
        return _Part(process, sequence(apply, receipt), core, handover, applies=apply != Skip())

    def _without_shared(self, node: Node) -> Block:
        """A step of the applicant without what is shared."""
        left = tuple(m for m in node.materials if (node.service, m) not in self.shared)
        return Task(node if left == node.materials else replace(node, materials=left, by_move="share_data"))

    def _with_providers(self, process: ServiceProcess, core: Block) -> Block:
        """The first step of the department takes what is shared, each from who provides it."""
        taken = tuple((m, by) for (service, m), by in self.shared.items() if service == process.service)
        first = next((node for node in tasks(core) if node.lane != APPLICANT), next(tasks(core), None))
        if not taken or first is None:
            return core
        return replaced(core, lambda n: Task(replace(n, shared=taken, by_move="share_data") if n.id == first.id else n))

    def _visit(self, process: ServiceProcess) -> Node:
        """What must be done in person, and is done today on the application's own trip."""
        origins = _origins(n for n in tasks(process.block) if _is_application(n))
        label = wording.say("redesign.node.in-person", service=process.service)
        return Node(
            f"in_person_{self.place[process.service] + 1}",
            Kind.TASK,
            label,
            APPLICANT,
            Step.INTERVIEW,
            process.service,
            in_person=True,
            origins=origins,
            by_move="one_form",
        )

    # The whole

    def model(self) -> ProcessModel:
        """Application, the services in their order, delivery."""
        block = sequence(self._application(), self._services(), self._delivery())
        labels = (wording.say("redesign.node.start"), wording.say("redesign.node.end"))
        return draw(
            block,
            name=self.situation.name,
            services=self.names,
            data=self._data(block),
            notes=self._notes(),
            labels=labels,
        )

    def _application(self) -> Block:
        """One application for all; or all applications at the start; or nothing, where each service has its own."""
        applied = [part for part in self.parts if part.applies]
        if self.plan.one_application and applied:
            return sequence(Task(self._apply_once(applied)), *self._receive(applied, "receive"))
        if self.plan.freed:
            blocks = [perhaps(part.apply, part.process.share) for part in applied]
            return sequence(together(*blocks), *self._receive(applied, "receive"))
        return Skip()

    def _apply_once(self, applied: list[_Part]) -> Node:
        nodes = [node for part in applied for node in tasks(part.apply) if _is_application(node)]
        carried = {output for _service, output in self.carried}
        asked = dict.fromkeys(m for node in nodes for m in node.materials if m not in carried)
        forms = [m for m in asked if self.situation.is_form(m)]
        form = wording.say("redesign.node.form", name=self.situation.name) if len(forms) > 1 else "".join(forms)
        materials = tuple(dict.fromkeys(form if m in forms else m for m in asked))
        label = wording.say("redesign.node.apply-once")
        return Node(
            "apply",
            Kind.TASK,
            label,
            APPLICANT,
            Step.APPLY,
            materials=materials,
            origins=_origins(nodes),
            by_move="one_form",
        )

    def _receive(self, applied: list[_Part], id: str) -> list[Block]:
        """The receipt that follows an application: at the window, or where the episode starts today."""
        receipts = [node for part in applied for node in tasks(part.apply) if not _is_application(node)]
        if self.plan.one_window:
            label = wording.say("redesign.node.receive-once")
            return [
                Task(Node(id, Kind.TASK, label, WINDOW, Step.RECEIVE, origins=_origins(receipts), by_move="one_window"))
            ]
        if receipts and self.plan.one_application:
            first = receipts[0]
            return [Task(replace(first, id=id, service="", origins=_origins(receipts), by_move="one_form"))]
        return []

    def _services(self) -> Block:
        """The services, their outputs that are carried between them, and their hand-overs, in their order.

        A service that not every episode needs keeps its hand-over beside it: where it is not needed, nothing is handed
        over. Else the hand-over is off the path of what follows, unless the output must be brought on.
        """
        blocks: list[Block] = []
        before: set[tuple[int, int]] = set()
        brought = {service for service, _output in self.carried}
        apart: list[int] = []
        for at, part in enumerate(self.parts):
            own = self._one(part, at)
            if part.handover != Skip() and self._hands_over(part):
                if part.process.share < 0.995 or part.process.service in brought:
                    own = sequence(own, part.handover)
                else:
                    apart.append(at)
            blocks.append(own)
        if self.plan.one_application:
            self._carry(blocks, before)
        blocks = [
            perhaps(b, self.parts[at].process.share) if at < len(self.parts) else b for at, b in enumerate(blocks)
        ]
        for at in apart:
            blocks.append(self.parts[at].handover)
            before.add((at, len(blocks) - 1))
        return ordered(blocks, before | self._order())

    def _one(self, part: _Part, at: int) -> Block:
        """What stays of a service by itself: all of it but a common application, and its hand-over."""
        if self.plan.one_application or self.plan.freed:
            return part.core
        return sequence(part.apply, *(self._receive([part], f"receive_{at + 1}") if part.applies else []), part.core)

    def _hands_over(self, part: _Part) -> bool:
        """Whether a service hands over by itself: always, or where the applicant must bring its output on."""
        return not self.plan.one_delivery or any(service == part.process.service for service, _ in self.carried)

    def _order(self) -> set[tuple[int, int]]:
        """What binds, and where reviews are not freed, today's order as far as it does not contradict that."""
        pairs = {(self.place[tie.before], self.place[tie.after]) for tie in self.situation.binding}
        if not self.plan.freed:
            for i, j in self.situation.process.order:
                if (j, i) not in _reaching(pairs):
                    pairs.add((i, j))
        return pairs

    def _carry(self, blocks: list[Block], before: set[tuple[int, int]]) -> None:
        """An output that another service takes, and nothing shares, is handed in once, when it is there.

        For one taker it is that one's first step; for several it is a step between them and the service that issues it.
        """
        for number, ((service, output), takers) in enumerate(self.carried.items(), 1):
            label = wording.say("redesign.node.hand-in", output=output)
            uses = [n for t in takers for n in tasks(self.parts[self.place[t]].process.block) if output in n.materials]
            node = Node(
                f"hand_in_{number}",
                Kind.TASK,
                label,
                APPLICANT,
                Step.OTHER,
                materials=(output,),
                origins=_origins(uses),
                by_move="one_form",
            )
            if len(takers) == 1:
                at = self.place[takers[0]]
                blocks[at] = sequence(Task(node), blocks[at])
                continue
            source = self.place[service]
            blocks.append(perhaps(Task(node), self.parts[source].process.share))
            before.add((source, len(blocks) - 1))
            before |= {(len(blocks) - 1, self.place[taker]) for taker in takers}

    def _delivery(self) -> Block:
        """What is handed over, once, after the last output."""
        over = [part for part in self.parts if part.handover != Skip() and not self._hands_over(part)]
        if not over:
            return Skip()
        origins = _origins(node for part in over for node in tasks(part.handover))
        lane = WINDOW if self.plan.one_window else over[-1].process.department or over[-1].process.service
        none = 1.0
        for part in over:
            none *= 1 - part.process.share * certainty(part.handover)
        label = wording.say("redesign.node.deliver-once")
        if self.situation.options.delivery == "post":
            last = Node(
                "deliver",
                Kind.TASK,
                wording.say("redesign.node.post-once"),
                lane,
                Step.POST,
                origins=origins,
                by_move="one_delivery",
            )
            return perhaps(Task(last), 1 - none)
        ready = Node("deliver", Kind.TASK, label, lane, Step.OTHER, by_move="one_delivery")
        collect = wording.say("redesign.node.collect-once")
        last = Node("collect", Kind.TASK, collect, APPLICANT, Step.COLLECT, origins=origins, by_move="one_delivery")
        return perhaps(sequence(Task(ready), Task(last)), 1 - none)

    def _data(self, block: Block) -> tuple[Data, ...]:
        """Documents that pass from who issues them to who takes them."""
        if not (self.plan.shared or (self.plan.freed and not self.plan.one_application)):
            return ()
        move = "share_data" if self.plan.shared else "parallel_review"
        targets: dict[tuple[str, str], list[str]] = {}
        for tie in self.situation.binding:
            taker = _taker(block, tie.after)
            if tie.output and taker:
                targets.setdefault((tie.before, tie.output), []).append(taker)
        found: list[Data] = []
        for (service, output), takers in targets.items():
            source = _issuer(block, service, output)
            if source:
                found.append(Data(f"d{len(found) + 1}", output, source, tuple(takers), move))
        return tuple(found)

    def _notes(self) -> tuple[tuple[str, dict[str, object]], ...]:
        notes: list[tuple[str, dict[str, object]]] = list(as_is(self.situation).notes)
        if self.plan.freed and not self.plan.one_application:
            notes.append(("redesign.note.idealised", {}))
        if self.plan.online_share:
            notes.append(("redesign.note.online", {"share": f"{self.plan.online_share:.0%}"}))
        if self.plan.one_window and self.situation.window_place:
            notes.append(("redesign.note.place", {"place": self.situation.window_place}))
            today = [place for place, _ in self.situation.places]
            if today and self.situation.window_place not in today:
                notes.append(("redesign.note.new-place", {"place": self.situation.window_place, "most": today[0]}))
        if self.situation.roles and "outputs" not in self.situation.roles and len(self.names) > 1:
            soft = [tie for tie in self.situation.ties if not tie.kind.binds]
            said = [f"{tie.before} → {tie.after} ({tie.kept}/{tie.both})" for tie in soft]
            notes.append(("redesign.note.no-outputs", {"soft": said or "–"}))
        return tuple(notes)


def _is_application(node: Node) -> bool:
    return node.step is Step.APPLY and node.lane == APPLICANT


def _is_handover(node: Node) -> bool:
    return (node.step is Step.COLLECT and node.lane == APPLICANT) or node.step is Step.POST


def _origins(nodes: Iterable[Node]) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(origin for node in nodes for origin in node.origins))


def _reaching(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    known = set(pairs)
    while more := {(a, c) for a, b in known for b2, c in known if b == b2} - known:
        known |= more
    return known


def _taker(block: Block, service: str) -> str:
    """The step of a service that takes what is handed on: its department's first."""
    own = [node for node in tasks(block) if node.service == service and node.step is not Step.APPLY]
    return next((node.id for node in own if node.lane != APPLICANT), own[0].id if own else "")


def _issuer(block: Block, service: str, output: str) -> str:
    """The step of a service that issues an output; else its last issue or decision."""
    own = [node for node in tasks(block) if node.service == service and node.lane != APPLICANT]
    issuing = [node for node in own if output in node.outputs] or [
        node for node in own if node.step in (Step.ISSUE, Step.DECIDE)
    ]
    return (issuing or own or [Node("", Kind.TASK)])[-1].id
