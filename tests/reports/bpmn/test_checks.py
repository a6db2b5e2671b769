"""The geometric checks see each fault that a schema does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mining.process_model import Flow, Kind, Node, ProcessModel
from reports.bpmn.checks import faults
from reports.bpmn.layout import Box, Layout, lay_out


@pytest.fixture
def layout() -> Layout:
    """Three tasks and a choice in two lanes, without fault."""
    nodes = (
        Node("a", Kind.TASK, "受理", "窗口"),
        Node("g", Kind.EXCLUSIVE, "齐全？", "窗口"),
        Node("b", Kind.TASK, "审核", "窗口"),
        Node("c", Kind.TASK, "补正", "申请人"),
    )
    flows = (Flow("a", "g"), Flow("g", "b", "是 80%", 0.8), Flow("g", "c", "否 20%", 0.2))
    return lay_out(ProcessModel("x", nodes, flows))


def moved(layout: Layout, id: str, box: Box) -> Layout:
    """The layout with one node somewhere else, its edges left where they were."""
    return replace(layout, shapes=tuple(replace(s, box=box) if s.id == id else s for s in layout.shapes))


def box_of(layout: Layout, id: str) -> Box:
    """Where a node stands."""
    return next(shape.box for shape in layout.shapes if shape.id == id)


def kinds(layout: Layout) -> set[str]:
    """Kinds of fault found."""
    return {fault.kind for fault in faults(layout)}


def test_a_clean_layout_has_none(layout: Layout) -> None:
    assert kinds(layout) == set()


def test_overlapping_nodes_are_seen(layout: Layout) -> None:
    assert "overlap" in kinds(moved(layout, "b", box_of(layout, "a")))


def test_an_edge_through_a_node_is_seen(layout: Layout) -> None:
    edge = layout.edges[0]
    x, y = edge.points[0]
    broken = moved(layout, "c", Box(x + 2, y - 10, 8, 20))
    assert "through" in kinds(broken)


def test_a_diagonal_is_seen(layout: Layout) -> None:
    first, *rest = layout.edges
    tilted = replace(first, points=(first.points[0], (first.points[-1][0], first.points[-1][1] + 7)))
    assert {"diagonal", "loose"} <= kinds(replace(layout, edges=(tilted, *rest)))


def test_a_node_in_no_lane_is_seen(layout: Layout) -> None:
    lanes = tuple(replace(lane, nodes=tuple(n for n in lane.nodes if n != "b")) for lane in layout.lanes)
    assert kinds(replace(layout, lanes=lanes)) == {"no-lane"}


def test_a_node_in_two_lanes_is_seen(layout: Layout) -> None:
    lanes = tuple(replace(lane, nodes=(*lane.nodes, "b")) for lane in layout.lanes)
    assert "two-lanes" in kinds(replace(layout, lanes=lanes))


def test_a_node_outside_its_lane_is_seen(layout: Layout) -> None:
    box = box_of(layout, "b")
    assert "outside" in kinds(moved(layout, "b", replace(box, y=layout.pool.bottom + 20)))


def test_a_label_on_a_node_is_seen(layout: Layout) -> None:
    edges = tuple(replace(e, label_box=box_of(layout, "a")) if e.lines else e for e in layout.edges)
    assert "label" in kinds(replace(layout, edges=edges))


def test_two_exits_on_one_line_are_seen(layout: Layout) -> None:
    edges = [edge for edge in layout.edges if edge.source == "g"]
    twice = replace(edges[1], points=edges[0].points)
    assert "overprint" in kinds(replace(layout, edges=(*edges[:1], twice)))


def test_a_line_along_a_border_is_seen(layout: Layout) -> None:
    first, *rest = layout.edges
    y = layout.lanes[1].box.y
    along = replace(first, points=((90, y), (200, y)))
    assert "border" in kinds(replace(layout, edges=(along, *rest)))
