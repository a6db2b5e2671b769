"""What is too small to publish, and what would give it away."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reports.disclosure import publish, publish_parts
from reports.inputs import FlowRow, ReportInputs
from reports.report import report


def test_a_count_under_five_is_withheld_and_nought_is_not() -> None:
    assert [publish(n, 5) for n in (0, 1, 4, 5)] == [0, None, None, 5]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_no_small_part_follows_from_the_total(parts: list[int]) -> None:
    shown = publish_parts(parts, 5)
    hidden = [part for part, seen in zip(parts, shown, strict=True) if seen is None]
    assert len([part for part in parts if part]) == 1 or len(hidden) != 1
    assert all(seen is None or seen == 0 or seen >= 5 for seen in shown)


def test_rare_flows_are_withheld_in_the_table(world: ReportInputs) -> None:
    table = next(table for table in report(world).tables() if table.id == "department-flows")
    assert [row[2] for row in table.rows] == [40, 40, 36, 20, None]


def test_rare_flows_are_not_told_in_the_text(world: ReportInputs) -> None:
    flows = (FlowRow("", "甲局", 9), FlowRow("甲局", "乙局", 9), FlowRow("乙局", "丙局", 3), FlowRow("丙局", "", 9))
    assert "丙局" not in report(replace(world, flows=flows)).section("flows").deck
