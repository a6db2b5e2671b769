"""Drawings: valid SVG, every element addressable, text that stays text, both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from mining.process_model import APPLICANT, Data, Flow, Kind, Node, Origin, ProcessModel
from reports.bpmn.drawing import rounded, svg
from reports.bpmn.layout import lay_out
from reports.palette import DARK, LIGHT, contrast

Make = Callable[..., ProcessModel]
HOSTILE = "<script>alert(1)</script>\"'&\x00"


def drawn(model: ProcessModel, **options: object) -> etree._Element:
    """The drawing, parsed."""
    return etree.fromstring(svg(model, lay_out(model), **options).encode())  # type: ignore[arg-type]


def found(root: etree._Element, path: str) -> list[str]:
    """Attributes or texts of a path without namespaces."""
    return [str(item) for item in root.xpath(path)]


def test_every_node_and_flow_can_be_found(make_model: Make) -> None:
    model = make_model(6)
    root = drawn(model)
    assert set(found(root, "//@data-node")) == {node.id for node in model.nodes}
    assert set(found(root, "//*[contains(@class,'flow')]/@id")) >= {f"flow_{f.source}_{f.target}" for f in model.flows}


def test_a_drawing_has_a_title_and_a_description() -> None:
    root = drawn(ProcessModel("开办企业", (Node("a", Kind.TASK, "受理", APPLICANT),), ()), lang="en")
    assert found(root, "/*/*[local-name()='title']/text()") == ["开办企业"]
    assert found(root, "/*/*[local-name()='desc']/text()") == ["1 steps; lanes: Applicant."]


@pytest.mark.parametrize(("lang", "name"), [("zh", "申请人"), ("en", "Applicant")])
def test_the_lane_of_the_applicant_is_translated(lang: str, name: str) -> None:
    root = drawn(ProcessModel("x", (Node("a", Kind.TASK, "受理", APPLICANT),), ()), lang=lang)
    assert found(root, "//*[@class='lane-name']/text()") == [name]


def test_hostile_text_stays_text() -> None:
    nodes = (Node("a", Kind.TASK, HOSTILE, HOSTILE), Node("b", Kind.EXCLUSIVE, HOSTILE, HOSTILE))
    model = ProcessModel(HOSTILE, nodes, (Flow("a", "b", HOSTILE),), (Data("d", HOSTILE, "a", ("b",)),))
    assert found(drawn(model), "//*[local-name()='script']") == []


def test_counts_below_the_least_are_withheld() -> None:
    nodes = tuple(Node(f"n{n}", Kind.TASK, "办", "局", origins=(Origin("x", "局", "办", n),)) for n in (4, 5))
    assert found(drawn(ProcessModel("x", nodes, ()), lang="zh"), "//*[@class='count']/text()") == ["5 件"]


def test_states_are_classes() -> None:
    model = ProcessModel("x", (Node("a", Kind.TASK, "办", "局"),), ())
    assert "went" in found(drawn(model, states={"a": "went"}), "//*[@data-node]/@class")[0]


def test_alone_it_carries_its_colours_for_light_and_dark() -> None:
    model = ProcessModel("x", (Node("a", Kind.TASK, "办", "局"),), ())
    style = found(drawn(model), "//*[local-name()='style']/text()")
    assert "prefers-color-scheme:dark" in style[0]
    assert found(drawn(model, alone=False), "//*[local-name()='style']") == []


def test_a_bend_is_rounded() -> None:
    assert rounded(((0, 0), (20, 0), (20, 20))) == "M0 0L14 0Q20 0 20 6L20 20"


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "tint", "tint-burden", "tint-proposed", "raised"])
def test_lines_and_text_stand_out_from_every_lane(palette: dict[str, str], ground: str) -> None:
    lines = [contrast(palette[name], palette[ground]) for name in ("edge", "teal", "corrected", "collection", "ink")]
    texts = [contrast(palette[name], palette[ground]) for name in ("ink", "ink-2", "teal", "collection")]
    assert min(lines) >= 3 and min(texts) >= 4.5
