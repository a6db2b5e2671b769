"""Overview: one step a service and department; overlay: what went, came and stayed."""

from __future__ import annotations

from mining.process_model import APPLICANT, WINDOW, Data, Flow, Kind, Node, ProcessModel, Step
from reports.bpmn.checks import faults
from reports.bpmn.layout import lay_out
from reports.bpmn.overview import lay_over, overview

A, B = "市监", "公安"


def as_is() -> ProcessModel:
    """Apply, check with a correction loop, issue; apply again elsewhere."""
    nodes = (
        Node("s", Kind.START, "始", APPLICANT),
        Node("p1", Kind.TASK, "申请", APPLICANT, Step.APPLY, "执照"),
        Node("g", Kind.EXCLUSIVE, "", A),
        Node("c1", Kind.TASK, "审查", A, Step.CHECK, "执照"),
        Node("x", Kind.EXCLUSIVE, "", A),
        Node("k", Kind.TASK, "补正", APPLICANT, Step.CORRECT, "执照"),
        Node("i1", Kind.TASK, "发照", A, Step.ISSUE, "执照"),
        Node("p2", Kind.TASK, "申请", APPLICANT, Step.APPLY, "刻章"),
        Node("i2", Kind.TASK, "备案", B, Step.ISSUE, "刻章"),
        Node("e", Kind.END, "终", APPLICANT),
    )
    pairs = ["s p1", "p1 g", "g c1", "c1 x", "x k", "k g", "x i1", "i1 p2", "p2 i2", "i2 e"]
    return ProcessModel("今天", nodes, tuple(Flow(*pair.split()) for pair in pairs), (), ("执照", "刻章"))


def to_be() -> ProcessModel:
    """One application; the licence goes by itself."""
    nodes = (
        Node("s", Kind.START, "始", APPLICANT),
        Node("one", Kind.TASK, "一表申请", APPLICANT, Step.APPLY, by_move="one_form"),
        Node("w", Kind.TASK, "统一受理", WINDOW, Step.RECEIVE, by_move="one_window"),
        Node("c1", Kind.TASK, "审查", A, Step.CHECK, "执照"),
        Node("i1", Kind.TASK, "发照", A, Step.ISSUE, "执照"),
        Node("i2", Kind.TASK, "备案", B, Step.ISSUE, "刻章"),
        Node("e", Kind.END, "终", APPLICANT),
    )
    pairs = ["s one", "one w", "w c1", "c1 i1", "i1 i2", "i2 e"]
    flows = tuple(Flow(*pair.split()) for pair in pairs)
    return ProcessModel("方案", nodes, flows, (Data("d", "执照", "i1", ("i2",)),), ("执照", "刻章"))


def test_steps_of_a_service_fold_into_one_with_its_name() -> None:
    folded = overview(as_is()).model
    assert [(n.id, n.label) for n in folded.nodes] == [
        ("s", "始"), ("p1", "申请"), ("c1", "执照"), ("p2", "申请"), ("i2", "备案"), ("e", "终"),
    ]  # fmt: skip


def test_the_order_survives_the_folding() -> None:
    flows = [(f.source, f.target) for f in overview(as_is()).model.flows]
    assert flows == [("s", "p1"), ("p1", "c1"), ("c1", "p2"), ("p2", "i2"), ("i2", "e")]


def test_an_order_that_follows_from_others_is_left_out() -> None:
    nodes = tuple(Node(id, Kind.TASK, id, id) for id in "abc")
    model = ProcessModel("x", nodes, (Flow("a", "b"), Flow("b", "c"), Flow("a", "c")))
    assert [(f.source, f.target) for f in overview(model).model.flows] == [("a", "b"), ("b", "c")]


def test_a_flow_that_carries_a_document_is_told() -> None:
    assert overview(to_be()).states == {"flow_c1_i2": "data"}


def test_an_overlay_shows_what_went_and_came() -> None:
    picture = lay_over(as_is(), to_be(), went=["p1", "p2", "k"], came=["one", "w"])
    states = {id: state for id, state in picture.states.items() if not id.startswith("flow")}
    assert {id for id, state in states.items() if state == "went"} == {"went_p1", "went_p2", "went_k"}
    assert {id for id, state in states.items() if state == "came"} == {"one", "w"}
    assert {id for id, state in states.items() if state == "stayed"} == {"s", "c1", "i1", "i2", "e"}


def test_an_overlay_has_no_geometric_fault() -> None:
    picture = lay_over(as_is(), to_be(), went=["p1", "p2", "k"], came=["one", "w"])
    assert faults(lay_out(picture.model)) == ()


def test_an_overview_has_no_geometric_fault() -> None:
    assert faults(lay_out(overview(as_is()).model, upright=True)) == ()
