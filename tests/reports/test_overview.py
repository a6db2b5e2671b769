"""A process at a glance."""

from __future__ import annotations

from itertools import pairwise

from mining.process_model import APPLICANT, Flow, Kind, Node, Origin, ProcessModel, Step
from reports.overview import overview


def task(id: str, lane: str, step: Step, service: str, cases: int = 9) -> Node:
    return Node(id, Kind.TASK, id, lane, step, service, origins=(Origin(service, lane, id, cases),))


def two_services() -> ProcessModel:
    """Apply at A (with a correction loop), collect, apply at B or skip it."""
    nodes = (
        Node("start", Kind.START),
        task("apply_a", APPLICANT, Step.APPLY, "A"),
        Node("g1", Kind.EXCLUSIVE, lane="tax"),
        task("check_a", "tax", Step.CHECK, "A"),
        Node("g2", Kind.EXCLUSIVE, lane="tax"),
        task("correct_a", APPLICANT, Step.CORRECT, "A", 4),
        task("issue_a", "tax", Step.ISSUE, "A"),
        task("collect_a", APPLICANT, Step.COLLECT, "A"),
        Node("g3", Kind.EXCLUSIVE, lane="tax"),
        task("apply_b", APPLICANT, Step.APPLY, "B"),
        task("review_b", "police", Step.REVIEW, "B"),
        Node("g4", Kind.EXCLUSIVE, lane="tax"),
        Node("end", Kind.END),
    )
    ways = (
        "start apply_a, apply_a g1, g1 check_a, check_a g2, g2 correct_a, correct_a g1, g2 issue_a, issue_a collect_a, "
        "collect_a g3, g3 apply_b, apply_b review_b, review_b g4, g3 g4, g4 end"
    )
    flows = tuple(Flow(*way.split()) for way in ways.split(", "))
    return ProcessModel("AB", nodes, flows, services=("A", "B"))


def test_a_service_is_one_step_of_its_department() -> None:
    small = overview(two_services()).model
    labels = [(node.label, node.lane) for node in small.nodes if node.kind is Kind.TASK]
    assert labels == [("apply_a", APPLICANT), ("A", "tax"), ("apply_b", APPLICANT), ("B", "police")]


def test_loops_and_skips_leave_one_line() -> None:
    small = overview(two_services()).model
    ids = [node.id for node in small.nodes]
    assert [(flow.source, flow.target) for flow in small.flows] == list(pairwise(ids))


def test_every_node_has_its_place() -> None:
    found = overview(two_services())
    assert found.place.keys() == {node.id for node in two_services().nodes}
    assert found.place["correct_a"] == found.place["check_a"] == found.place["g2"]


def test_the_cases_of_a_service_are_not_added_up_over_its_steps() -> None:
    small = overview(two_services()).model
    assert [sum(origin.cases for origin in node.origins) for node in small.nodes if node.label == "A"] == [9]
