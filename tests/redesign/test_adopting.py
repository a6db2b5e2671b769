"""Adopting: a file without our extensions is told by ids, or by departments and names; what is not told stays bare."""

from __future__ import annotations

from dataclasses import replace

from mining.process_model import Kind, Node, Origin, ProcessModel, Step
from redesign.adopting import adopted


def task(id: str, label: str, lane: str, service: str) -> Node:
    origin = Origin(service, lane, label, 5, 5)
    return Node(id, Kind.TASK, label, lane, Step.REVIEW, service, ("deed",), ("licence",), origins=(origin,))


KNOWN = ProcessModel(
    "x", (task("a", "review", "office", "A"), task("b", "review", "bureau", "B"), task("c", "sign", "bureau", "B")), ()
)


def bare(model: ProcessModel, **ids: str) -> ProcessModel:
    nodes = tuple(Node(ids.get(n.id, n.id), n.kind, n.label, n.lane) for n in model.nodes)
    return replace(model, nodes=nodes)


def test_steps_are_told_by_their_ids() -> None:
    assert adopted(bare(KNOWN), [KNOWN]) == KNOWN


def test_steps_with_other_ids_are_told_by_department_and_name() -> None:
    found = adopted(bare(KNOWN, a="x1", b="x2", c="x3"), [KNOWN])
    assert [(n.id, n.service, n.materials) for n in found.nodes] == [
        ("x1", "A", ("deed",)), ("x2", "B", ("deed",)), ("x3", "B", ("deed",))
    ]  # fmt: skip


def test_a_name_that_two_services_of_a_department_share_tells_nothing() -> None:
    twice = replace(KNOWN, nodes=(*KNOWN.nodes, task("d", "review", "office", "D")))
    found = adopted(bare(KNOWN, a="x1"), [twice])
    assert (found.node("x1").service, found.node("b").service) == ("", "B")


def test_a_step_in_another_department_is_another_step() -> None:
    moved = replace(KNOWN, nodes=(Node("a", Kind.TASK, "review", "elsewhere"),))
    assert adopted(moved, [KNOWN]) == moved


def test_what_the_file_says_is_believed() -> None:
    own = replace(KNOWN, nodes=(replace(KNOWN.nodes[0], service="Z"),))
    assert adopted(own, [KNOWN]) == own
