"""Verification: what is broken is found and named; what is sound and complete passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mining.conformance import woflan_sound
from mining.process_blocks import Choice, Loop, Sequence, Skip, Task, Together, draw
from mining.process_model import APPLICANT, Data, Flow, Kind, Node, Origin, ProcessModel, Step
from redesign.dependencies import Kind as Tied
from redesign.dependencies import ServiceTie
from redesign.soundness import unsound
from redesign.verification import Demands, verify_model


def task(id: str, step: Step, service: str = "A", lane: str = "office", **more: object) -> Task:
    node = Node(id, Kind.TASK, id, lane, step, service, origins=(Origin(service, lane, id, 10, 10),))
    return Task(replace(node, **more))  # type: ignore[arg-type]


def drawn(*parts: object) -> ProcessModel:
    return draw(Sequence(tuple(parts)), name="thing", services=("A", "B"), labels=("start", "end"))  # type: ignore[arg-type]


APPLY = task("apply", Step.APPLY, lane=APPLICANT, materials=("deed",))
CHECK, REVIEW = task("check", Step.CHECK), task("review", Step.REVIEW)
ISSUE = task("issue", Step.ISSUE, outputs=("licence",))
TAKE = task("take", Step.REVIEW, "B", "bureau")
GIVE = task("give", Step.ISSUE, "B", "bureau")
FORK = Together((REVIEW, TAKE))
CHOICE = Choice((REVIEW, TAKE), (0.5, 0.5))
GOOD = drawn(APPLY, Loop(CHECK, task("correct", Step.CORRECT, lane=APPLICANT), 0.2), REVIEW, ISSUE, TAKE, GIVE)
TIE = ServiceTie("A", "B", Tied.DATA, "licence")


def codes(model: ProcessModel, as_is: ProcessModel = GOOD, demands: Demands | None = None) -> set[str]:
    return {problem.code for problem in verify_model(model, as_is, demands or Demands())}


def with_node(model: ProcessModel, id: str, **changes: object) -> ProcessModel:
    nodes = tuple(replace(n, **changes) if n.id == id else n for n in model.nodes)  # type: ignore[arg-type]
    return replace(model, nodes=nodes)


def of_kind(model: ProcessModel, before: Kind, after: Kind, at: int) -> ProcessModel:
    """The model with its `at`-th gateway of one kind made another: 0 the split, 1 the join."""
    id = [node.id for node in model.nodes if node.kind is before][at]
    return with_node(model, id, kind=after)


def test_what_is_sound_and_complete_passes() -> None:
    demands = Demands(ties=(TIE,), asked=(("A", "deed"),), once=True, shared=True)
    assert verify_model(GOOD, GOOD, demands) == ()


BROKEN = {
    "dangling": replace(GOOD, flows=(*GOOD.flows, Flow("issue", "nowhere"))),
    "dangling-data": replace(GOOD, data=(Data("d1", "licence", "issue", ("nobody",)),)),
    "double-id": replace(GOOD, nodes=(*GOOD.nodes, GOOD.node("check"))),
    "not-one-end": replace(
        GOOD,
        nodes=tuple(n for n in GOOD.nodes if n.kind is not Kind.END),
        flows=tuple(f for f in GOOD.flows if f.target != "end"),
    ),
    "no-label": with_node(GOOD, "review", label=" "),
    "no-lane": with_node(GOOD, "review", lane=""),
    "implicit-split": replace(GOOD, flows=(*GOOD.flows, Flow("review", "give"))),
    "inclusive": of_kind(drawn(APPLY, FORK, GIVE), Kind.PARALLEL, Kind.INCLUSIVE, 0),
    "no-way-in": replace(GOOD, flows=tuple(f for f in GOOD.flows if f.target != "review")),
    "unconnected": replace(
        GOOD,
        nodes=(*GOOD.nodes, Node("x", Kind.TASK, "x", "office"), Node("y", Kind.TASK, "y", "office")),
        flows=(*GOOD.flows, Flow("x", "y"), Flow("y", "x")),
    ),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_structure_is_found_and_named(code: str) -> None:
    assert code in codes(BROKEN[code])


UNSOUND = {
    "a choice joined by a parallel gateway": of_kind(drawn(APPLY, CHOICE, GIVE), Kind.EXCLUSIVE, Kind.PARALLEL, 1),
    "parallel branches joined by an exclusive one": of_kind(drawn(APPLY, FORK, GIVE), Kind.PARALLEL, Kind.EXCLUSIVE, 1),
    "a parallel loop": of_kind(drawn(APPLY, Loop(CHECK, REVIEW, 0.1)), Kind.EXCLUSIVE, Kind.PARALLEL, 0),
}


@pytest.mark.parametrize("model", UNSOUND.values(), ids=UNSOUND)
def test_wrong_gateways_are_unsound(model: ProcessModel) -> None:
    assert codes(model) == {"unsound"}


@pytest.mark.parametrize("model", UNSOUND.values(), ids=UNSOUND)
def test_woflan_agrees_on_wrong_gateways(model: ProcessModel) -> None:
    assert not woflan_sound(model)


SOUND = {
    "line": GOOD,
    "choice": drawn(APPLY, CHOICE, GIVE),
    "fork": drawn(APPLY, FORK, GIVE),
    "loop in a fork": drawn(APPLY, Together((Loop(CHECK, Skip(), 0.1), TAKE)), GIVE),
}


@pytest.mark.parametrize("model", SOUND.values(), ids=SOUND)
def test_woflan_agrees_on_sound_models(model: ProcessModel) -> None:
    assert woflan_sound(model) == (unsound(model) == "") == True  # noqa: E712 (a chain)


def test_a_review_that_is_gone_is_missed() -> None:
    assert "lost-step" in codes(drawn(APPLY, CHECK, ISSUE, TAKE, GIVE))


def test_a_decision_in_another_department_is_found() -> None:
    assert "moved-step" in codes(with_node(GOOD, "issue", lane="bureau"))


def test_a_review_that_can_be_passed_by_is_found() -> None:
    way_round = Choice((REVIEW, Skip()), (0.5, 0.5))
    assert "avoidable-step" in codes(drawn(APPLY, CHECK, way_round, ISSUE, TAKE, GIVE))


def test_a_service_beside_the_one_whose_output_it_takes_breaks_the_tie() -> None:
    beside = drawn(APPLY, Together((Sequence((CHECK, REVIEW, ISSUE)), Sequence((TAKE, GIVE)))))
    assert "broken-tie" in codes(beside, demands=Demands(ties=(TIE,)))


def test_a_service_before_the_one_whose_output_it_takes_breaks_the_tie() -> None:
    early = drawn(APPLY, TAKE, GIVE, CHECK, REVIEW, ISSUE)
    assert "broken-tie" in codes(early, demands=Demands(ties=(TIE,)))


def test_habit_binds_nothing() -> None:
    early = drawn(APPLY, TAKE, GIVE, CHECK, REVIEW, ISSUE)
    habit = ServiceTie("A", "B", Tied.SOFT)
    assert codes(early, demands=Demands(ties=(habit,))) == set()


def test_a_material_asked_twice_is_found() -> None:
    twice = with_node(GOOD, "give", materials=("deed",))
    assert "asked-twice" in codes(twice, demands=Demands(asked=(("A", "deed"), ("B", "deed")), once=True))


def test_a_material_that_nobody_hands_in_or_provides_is_missed() -> None:
    demands = Demands(asked=(("A", "deed"), ("B", "map")))
    assert "lost-material" in codes(GOOD, demands=demands)
    assert codes(GOOD, demands=replace(demands, provided={("B", "map"): "land office"})) == set()


def test_what_could_be_shared_and_is_still_asked_is_found() -> None:
    demands = Demands(asked=(("A", "deed"),), provided={("A", "deed"): "land office"}, shared=True)
    assert "still-asked" in codes(GOOD, demands=demands)


def test_shared_from_nobody_is_found() -> None:
    assert "no-provider" in codes(with_node(GOOD, "take", shared=(("map", ""),)))


def test_a_duty_to_be_there_is_missed() -> None:
    once = drawn(with_service(APPLY, ""), CHECK, REVIEW, ISSUE, TAKE, GIVE)
    assert "lost-duty" in codes(once, demands=Demands(in_person=("B",)))


def with_service(part: Task, service: str) -> Task:
    return Task(replace(part.node, service=service))


def test_the_sentence_says_which_and_why() -> None:
    problem = verify_model(drawn(APPLY, CHECK, ISSUE, TAKE, GIVE), GOOD)[0]
    assert problem.text == '"review" of A (office) is gone; checks, reviews and decisions stay.'
