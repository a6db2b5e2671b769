"""Layout: nothing overlaps, nothing is crossed, everything is in its lane, and the same model gives the same place."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest

import wording
from mining.process_model import APPLICANT, Data, Flow, Kind, Node, ProcessModel
from reports.bpmn.checks import faults
from reports.bpmn.layout import NAME_CHAR_PX, lay_out

Make = Callable[..., ProcessModel]


def sizes(seed: int) -> dict[str, int]:
    """A seed's size: 10 to 79 nodes, 2 to 12 lanes, 0 to 4 documents."""
    return {"size": 10 + seed * 7 % 70, "lanes": 2 + seed % 11, "documents": seed % 5}


@pytest.mark.parametrize("seed", range(200))
def test_random_models_have_no_geometric_fault(make_model: Make, seed: int) -> None:
    assert faults(lay_out(make_model(seed, **sizes(seed)))) == ()


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_drawings_with_upright_names_have_no_geometric_fault(make_model: Make, seed: int) -> None:
    assert faults(lay_out(make_model(seed, **sizes(seed)), upright=True)) == ()


def test_the_same_model_gives_the_same_layout(make_model: Make) -> None:
    assert lay_out(make_model(3)) == lay_out(make_model(3))


def test_seventy_nodes_in_eight_lanes_take_less_than_a_second(make_model: Make) -> None:
    model = make_model(5, size=70, lanes=8)
    started = time.perf_counter()
    lay_out(model)
    assert time.perf_counter() - started < 1.0


def test_every_node_is_in_exactly_one_lane(make_model: Make) -> None:
    model = make_model(7)
    places = Counter(id for lane in lay_out(model).lanes for id in lane.nodes)
    assert places == Counter(node.id for node in model.nodes)


def test_a_lane_is_as_high_as_its_turned_name_is_long() -> None:
    office = "国家政务服务平台电子证照共享服务系统运行中心"
    model = ProcessModel("x", (Node("s", Kind.START, lane=APPLICANT), Node("t", Kind.TASK, "办", office)), ())
    assert lay_out(model).lanes[1].box.h >= len(office) * NAME_CHAR_PX


def test_every_exit_of_a_choice_has_a_port_of_its_own(make_model: Make) -> None:
    model = make_model(3, size=60)
    choices = {n.id for n in model.nodes if n.kind is Kind.EXCLUSIVE}
    ports = Counter((e.source, e.points[0]) for e in lay_out(model).edges if e.source in choices)
    assert max(ports.values()) == 1


def test_lines_bend_at_every_inner_point(make_model: Make) -> None:
    edge = max(lay_out(make_model(2)).edges, key=lambda e: len(e.points))
    turns = [a[0] == b[0] for a, b in pairwise(edge.points)]
    assert all(a != b for a, b in pairwise(turns))


def test_a_model_without_nodes_gives_an_empty_pool() -> None:
    layout = lay_out(ProcessModel("leer", (), ()))
    assert (layout.shapes, layout.edges, layout.lanes) == ((), (), ())


def test_a_circle_without_a_start_is_laid_out() -> None:
    nodes = tuple(Node(id, Kind.TASK, id, "局") for id in "abc")
    layout = lay_out(ProcessModel("x", nodes, (Flow("a", "b"), Flow("b", "c"), Flow("c", "a"))))
    assert [edge.id for edge in layout.edges if edge.back] == ["flow_c_a"]
    assert faults(layout) == ()


def test_a_choice_of_twelve_ways_keeps_its_labels_apart() -> None:
    tasks = tuple(Node(f"t{i}", Kind.TASK, f"第{i}种办法", f"部门{i % 5}") for i in range(12))
    ask = Node("ask", Kind.EXCLUSIVE, "走哪一路？", "窗口")
    flows = tuple(Flow("ask", t.id, f"情形{i} 8%", 1 / 12) for i, t in enumerate(tasks))
    assert faults(lay_out(ProcessModel("x", (ask, *tasks), flows))) == ()


def test_two_flows_between_the_same_nodes_get_two_ids() -> None:
    nodes = (Node("g", Kind.EXCLUSIVE, "?", "局"), Node("t", Kind.TASK, "办", "局"))
    model = ProcessModel("x", nodes, (Flow("g", "t", "是"), Flow("g", "t", "否")))
    layout = lay_out(model)
    assert [edge.id for edge in layout.edges] == ["flow_g_t", "flow_g_t_2"]
    assert faults(layout) == ()


def test_a_document_stands_in_the_lane_that_issues_it() -> None:
    nodes = (Node("a", Kind.TASK, "发照", "市监"), Node("b", Kind.TASK, "刻章", "公安"))
    model = ProcessModel("x", nodes, (Flow("a", "b"),), (Data("d", "营业执照", "a", ("b",)),))
    layout = lay_out(model)
    document = next(shape for shape in layout.shapes if shape.kind == "data")
    assert (document.lane, faults(layout)) == ("市监", ())


@pytest.mark.parametrize(("language", "name"), [("zh", "申请人"), ("en", "Applicant")])
def test_the_applicants_lane_is_named_in_the_language_in_force(language: str, name: str) -> None:
    model = ProcessModel("x", (Node("s", Kind.START, lane=APPLICANT),), ())
    with wording.using(language):
        assert lay_out(model).lanes[0].label == name


def test_hostile_labels_are_laid_out_without_fault() -> None:
    labels = ["<script>alert(1)</script>", "办" * 500, "a\x00b\u202eא", "=1+1", "😀" * 30, "W" * 300, ""]
    nodes = tuple(Node(f"n{i}", Kind.TASK, label, f"局{i % 2}") for i, label in enumerate(labels))
    flows = tuple(Flow(a.id, b.id, "W" * 80) for a, b in pairwise(nodes))
    assert faults(lay_out(ProcessModel("x", nodes, flows))) == ()
