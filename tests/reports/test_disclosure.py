"""What is too small to publish, and what would give it away."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reports.disclosure import publish, publish_grid, publish_parts
from reports.inputs import FlowRow, ReportInputs, TripCounts
from reports.report import report
from reports.sections.trips import published, values_of


def test_a_count_under_five_is_withheld_and_nought_is_not() -> None:
    assert [publish(n, 5) for n in (0, 1, 4, 5)] == [0, None, None, 5]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_no_small_part_follows_from_the_total(parts: list[int]) -> None:
    shown = publish_parts(parts, 5)
    hidden = [part for part, seen in zip(parts, shown, strict=True) if seen is None]
    assert len([part for part in parts if part]) == 1 or len(hidden) != 1
    assert all(seen is None or seen == 0 or seen >= 5 for seen in shown)


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_small_cell_follows_from_its_row_or_column(rows: list[list[int]]) -> None:
    shown = publish_grid(rows, 5)
    lines = [*zip(rows, shown, strict=True)]
    lines += [([row[c] for row in rows], [row[c] for row in shown]) for c in range(3)]
    alone = [v for whole, seen in lines if seen.count(None) == 1 for v, s in zip(whole, seen, strict=True) if s is None]
    others = [whole for whole, seen in lines if seen.count(None) == 1 and sum(map(bool, whole)) > 1]
    assert others == [] or all(v >= 5 for v in alone)


@given(st.builds(TripCounts, *[st.integers(0, 12)] * 5))
def test_no_small_kind_of_trip_follows_from_total_and_returns(counts: TripCounts) -> None:
    values = values_of(counts)
    parts, back = published(counts, 5)
    groups = [(values[:2], parts[:2]), (values[2:], parts[2:])] if back is not None else [(values, parts)]
    alone = [sum(whole) for whole, seen in groups if seen.count(None) == 1 and sum(map(bool, whole)) > 1]
    told = [sum(whole) for whole, seen in groups if seen.count(None) == 1 and back is not None]
    assert all(part is None or part == 0 or part >= 5 for part in parts)
    assert alone == []
    assert all(total >= 5 for total in told)


def test_rare_flows_are_withheld_in_the_table(world: ReportInputs) -> None:
    table = next(table for table in report(world).tables() if table.id == "department-flows")
    assert [row[2] for row in table.rows] == [40, 40, 36, 20, None]


def test_rare_flows_are_not_told_in_the_text(world: ReportInputs) -> None:
    flows = (FlowRow("", "甲局", 9), FlowRow("甲局", "乙局", 9), FlowRow("乙局", "丙局", 3), FlowRow("丙局", "", 9))
    assert "丙局" not in report(replace(world, flows=flows)).section("flows").deck
