"""Edits by hand: orders drawn in and taken out, steps that came and went."""

from __future__ import annotations

from mining.process_blocks import Block, Sequence, Task, Together, draw
from mining.process_model import Kind, Node, Origin, ProcessModel, Step
from redesign.edited import Edit, edit_of, service_orders
from redesign.situation import Options


def service(name: str) -> Block:
    parts = [
        Task(Node(f"{name}_{step}", Kind.TASK, f"{step} {name}", f"office {name}", step, name, origins=(Origin(name),)))
        for step in (Step.REVIEW, Step.ISSUE)
    ]
    return Sequence(tuple(parts))


def drawn(block: Block) -> ProcessModel:
    return draw(block, name="x", services=("A", "B"))


BESIDE = drawn(Together((service("A"), service("B"))))
AFTER = drawn(Sequence((service("A"), service("B"))))


def test_services_one_after_the_other_are_ordered() -> None:
    assert (service_orders(AFTER), service_orders(BESIDE)) == ({("A", "B")}, set())


def test_an_order_drawn_in_is_seen_and_one_taken_out_too() -> None:
    assert edit_of(AFTER, BESIDE) == Edit(ordered=(("A", "B"),))
    assert edit_of(BESIDE, AFTER) == Edit(freed=(("A", "B"),))


def steps(*, beside: bool, first: str = "check", then: str = "review") -> ProcessModel:
    one, two, last = (
        Task(Node(step, Kind.TASK, f"my {step}", "office A", Step.REVIEW, "A", origins=(Origin("A", activity=step),)))
        for step in (first, then, "decide")
    )
    return drawn(Sequence((Together((one, two)), last) if beside else (one, two, last)))


def test_steps_drawn_side_by_side_are_simulated_so() -> None:
    edit = edit_of(steps(beside=True), steps(beside=False))
    assert edit == Edit(beside=(("A", "check", "review"),))
    assert edit.simulated(Options(place="hall")) == Options(place="hall", beside=(("A", "check", "review"),))


def test_steps_put_into_another_order_are_told() -> None:
    assert edit_of(steps(beside=False, first="review", then="check"), steps(beside=False)).turned == (
        ("review", "check"),
    )
    assert edit_of(steps(beside=False), steps(beside=True)).turned == (("check", "review"),)


def test_steps_that_came_and_went_are_named() -> None:
    alone = drawn(service("A"))
    assert edit_of(AFTER, alone).came == ("review B", "issue B")
    assert edit_of(alone, AFTER).went == ("review B", "issue B")
