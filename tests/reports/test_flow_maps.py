"""Flow maps: every department has its box, numbers stand off lines, rare flows are left to the table."""

from __future__ import annotations

import random
import shutil
from itertools import combinations

import pytest
from lxml import etree

from reports import flow_maps
from reports.bpmn.text import text_width
from reports.flow_maps import (
    END,
    START,
    MapEdge,
    MapNode,
    department_map,
    flow_map,
    strongest,
    visits_told,
    wait_text,
)
from reports.inputs import DepartmentCard, FlowRow, TripCounts, TripFacts

OFFICES = ["市场监督管理局", "公安局", "税务局", "人力资源和社会保障局", "商业银行", "住房公积金管理中心"]
FLOWS = [
    FlowRow("", "市场监督管理局", 91, 91),
    FlowRow("市场监督管理局", "公安局", 78, 80, 26.0),
    FlowRow("公安局", "人力资源和社会保障局", 42, 42, 5.25),
    FlowRow("公安局", "税务局", 41, 41, 60.0),
    FlowRow("税务局", "人力资源和社会保障局", 29, 29, 27.0),
    FlowRow("人力资源和社会保障局", "税务局", 25, 25, 2.0),
    FlowRow("税务局", "商业银行", 32, 32),
    FlowRow("商业银行", "税务局", 22, 22),
    FlowRow("商业银行", "住房公积金管理中心", 34, 34),
    FlowRow("住房公积金管理中心", "", 51, 51),
    FlowRow("公安局", "商业银行", 3, 3),
]
CARDS = [DepartmentCard(name, ("某项登记",), 90) for name in OFFICES]
TRIPS = TripFacts(by_department=(("公安局", TripCounts(20, 60, 30, 20, 7)),))


def parsed(text: str) -> etree._Element:
    """The drawing, parsed."""
    return etree.fromstring(text.encode())


def values(root: etree._Element, path: str) -> list[str]:
    """Attributes or texts of a path."""
    return [str(value) for value in root.xpath(path)]


def random_map(departments: int, seed: int = 1) -> tuple[list[MapNode], list[MapEdge]]:
    """Departments with flows between them, many of them opposite pairs."""
    draw = random.Random(seed)
    nodes = [MapNode(f"d{i}", OFFICES[i % 6], cases=draw.randint(1, 200)) for i in range(departments)]
    pairs = [(a, b) for a in nodes for b in nodes if a is not b]
    pairs = draw.sample(pairs, min(len(pairs), departments * 3))
    return nodes, [MapEdge(a.key, b.key, draw.randint(1, 90), draw.random() * 90) for a, b in pairs]


def number_boxes(root: etree._Element) -> list[tuple[float, float, float, float]]:
    """Boxes of the counts beside the edges."""
    boxes = []
    for text in root.xpath("//*[contains(@class,'count')]"):
        width, x, y = text_width(text.text, 12), float(text.get("x")), float(text.get("y"))
        shift = {"start": 0, "middle": width / 2, "end": width}[text.get("class").split()[1]]
        boxes.append((x - shift, y - 9, x - shift + width, y + 1))
    return boxes


def meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    """Whether two boxes share a point."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def cards_of(root: etree._Element) -> list[tuple[float, float, float, float]]:
    """Boxes of the departments."""
    found = []
    for card in root.xpath("//*[@class='card']"):
        x, y, w, h = (float(card.get(key)) for key in ("x", "y", "width", "height"))
        found.append((x, y, x + w, y + h))
    return found


def test_every_department_has_a_box() -> None:
    root = parsed(department_map(FLOWS, CARDS, TRIPS))
    assert sorted(values(root, "//@data-node")) == sorted(OFFICES)


def test_an_edge_tells_its_figures() -> None:
    root = parsed(department_map(FLOWS, CARDS, TRIPS))
    edge = root.xpath("//*[@data-source='公安局' and @data-target='税务局']")[0]
    assert (edge.get("data-cases"), edge.get("data-wait")) == ("41", "60.00")


def test_rare_flows_are_left_to_the_table() -> None:
    root = parsed(department_map(FLOWS, CARDS, TRIPS, min_count=5))
    assert root.xpath("//*[@data-source='公安局' and @data-target='商业银行']") == []


def test_the_strongest_way_in_and_out_of_each_stays() -> None:
    edges = [MapEdge("a", "b", 90), MapEdge("b", "a", 80), MapEdge("b", "c", 7), MapEdge("c", "a", 6)]
    assert [e.count for e in strongest(edges, 5, 1)] == [90, 80, 7, 6]


def test_a_loop_is_not_drawn() -> None:
    assert strongest([MapEdge("a", "a", 90)], 5, 9) == []


def test_a_bar_tells_no_more_than_the_table_of_trips() -> None:
    """Two first trips are too few to be told: their bar is one with that of the trips to another department."""
    trips = TripFacts(by_department=(("公安局", TripCounts(2, 60, 30)), ("税务局", TripCounts(20, 60, 30))))
    assert dict(visits_told(trips, 5)) == {
        "公安局": (("going", 62), ("return", 30)),
        "税务局": (("first", 20), ("multi", 60), ("return", 30)),
    }
    root = parsed(department_map(FLOWS, CARDS, trips))
    bars = values(root, "//*[@data-node='公安局']/*[local-name()='rect' and @class!='card']/@class")
    assert bars == ["going", "return"]


def test_frames_that_would_crowd_the_lines_are_given_up() -> None:
    """Steps that go to and fro between five departments: in frames, a third of the lines would run on others."""
    nodes = [MapNode(str(i), f"step {i}", cases=90, group=f"局{i * 7 % 5}") for i in range(16)]
    edges = [MapEdge(str(a), str(b), 90 - a) for a in range(16) for b in (a + 1, a + 4) if b < 16]
    edges += [MapEdge(str(a), str(a - 3), 20) for a in range(3, 16)]
    assert parsed(flow_map(nodes, edges)).xpath("//*[@class='cluster']") == []


def test_who_has_no_flow_and_few_cases_is_not_drawn() -> None:
    nodes = [MapNode("a", "甲局", cases=90), MapNode("b", "乙局", cases=80), MapNode("c", "丙局", cases=3)]
    root = parsed(flow_map([*nodes, MapNode("d", "丁局", cases=9)], [MapEdge("a", "b", 70), MapEdge("b", "c", 2)]))
    assert values(root, "//@data-node") == ["a", "b", "d"]


@pytest.mark.parametrize("departments", [3, 6, 12, 23, 40])
def test_numbers_and_boxes_overprint_nothing(departments: int) -> None:
    root = parsed(flow_map(*random_map(departments)))
    numbers, cards = number_boxes(root), cards_of(root)
    assert not any(meet(a, b) for a, b in combinations(cards, 2))
    assert not any(meet(number, card) for number in numbers for card in cards)
    assert sum(meet(a, b) for a, b in combinations(numbers, 2)) == 0


def test_opposite_edges_run_apart() -> None:
    edges = [MapEdge("a", "b", 50), MapEdge("b", "a", 40)]
    root = parsed(flow_map([MapNode("a", "甲局"), MapNode("b", "乙局")], edges))
    lines = values(root, "//*[@class='line']/@d")
    numbers = number_boxes(root)
    assert lines[0] != lines[1] and not meet(numbers[0], numbers[1])


def test_text_fits_its_box() -> None:
    root = parsed(department_map(FLOWS, CARDS, TRIPS))
    rooms = [right - left - 20 for left, _, right, _ in cards_of(root)]
    names = [max(text_width(t, 13) for t in values(node, "*[@class='name']/text()"))
             for node in root.xpath("//*[@class='node']")]  # fmt: skip
    assert all(name <= room for name, room in zip(names, rooms, strict=True))


def test_activities_stand_in_the_frame_of_their_department() -> None:
    nodes = [MapNode("1", "受理", group="公安局"), MapNode("2", "审核", group="公安局"), MapNode("3", "发照", group="")]
    root = parsed(flow_map(nodes, [MapEdge("1", "2", 9), MapEdge("2", "3", 8)], lang="zh"))
    assert values(root, "//*[@class='group']/text()") == ["公安局"]


def test_a_department_without_a_name_is_called_unknown() -> None:
    root = parsed(flow_map([MapNode("", ""), MapNode("a", "甲局")], [MapEdge("", "a", 9)], lang="zh"))
    assert values(root, "//*[@class='name']/text()") == ["部门不详", "甲局"]


def test_where_frames_are_not_worth_it_boxes_name_their_department(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_maps, "FRAMES_WORTH", 0.0)
    nodes = [MapNode("1", "受理", group="公安局"), MapNode("2", "审核", group="税务局")]
    root = parsed(flow_map(nodes, [MapEdge("1", "2", 9)]))
    assert values(root, "//*[@class='cluster']") == []
    assert values(root, "//*[@class='second']/text()") == ["公安局", "税务局"]


def test_start_and_end_have_circles_of_their_own() -> None:
    root = parsed(department_map(FLOWS, CARDS, TRIPS, lang="zh"))
    assert values(root, "//*[starts-with(@class,'stop')]/*[local-name()='text']/text()") == ["始", "终"]


def test_counts_below_the_least_are_on_no_card() -> None:
    root = parsed(flow_map([MapNode("a", "甲", cases=4, visits=(("first", 1), ("return", 2)))], [], min_count=5))
    assert values(root, "//*[contains(@class,'second')]/text()") == []


def test_hostile_names_stay_text() -> None:
    nodes = [MapNode('<&">', '"];<script>alert(1)</script>', cases=9), MapNode("\\N\n", "b\x00\u202e", cases=9)]
    root = parsed(flow_map(nodes, [MapEdge('<&">', "\\N\n", 9)]))
    assert root.xpath("//*[local-name()='script']") == []


@pytest.mark.parametrize(("hours", "text"), [(0.5, "0.5 h"), (26, "26 h"), (60, "2.5 d"), (480, "20 d")])
def test_a_wait_is_told_in_hours_then_days(hours: float, text: str) -> None:
    assert wait_text(hours) == text


def test_the_same_input_gives_the_same_map() -> None:
    assert flow_map(*random_map(12)) == flow_map(*random_map(12))


def test_an_empty_map_is_still_a_drawing() -> None:
    assert parsed(flow_map([], [])).get("class") == "flow-map"


@pytest.mark.dot
def test_an_installed_dot_gives_the_same_boxes() -> None:
    dot = shutil.which("dot")
    if dot is None:
        pytest.skip("Graphviz' own dot is not installed; the program that comes with onething draws the map")
    nodes, edges = random_map(6)
    ours, theirs = (cards_of(parsed(flow_map(nodes, edges, engine=engine))) for engine in (None, dot))
    assert [(r - x, b - y) for x, y, r, b in ours] == [(r - x, b - y) for x, y, r, b in theirs]


def test_ends_are_left_out_where_departments_are_many() -> None:
    nodes, edges = random_map(20)
    root = parsed(flow_map(nodes, [*edges, MapEdge(START, "d0", 90), MapEdge("d1", END, 90)]))
    assert root.xpath("//*[starts-with(@class,'stop')]") == []
