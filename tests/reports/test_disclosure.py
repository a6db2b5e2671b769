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
    grid = publish_grid(rows, 5)
    lines = [*zip(rows, grid.cells, grid.rows, strict=True)]
    lines += [([row[c] for row in rows], [row[c] for row in grid.cells], grid.columns[c]) for c in range(3)]
    rests = [
        sum(v for v, s in zip(whole, seen, strict=True) if s is None)
        for whole, seen, total in lines
        if total is not None
    ]
    assert all(rest == 0 or rest >= 5 for rest in rests)


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_small_total_of_a_row_follows_from_the_total_of_all(rows: list[list[int]]) -> None:
    shown = publish_grid(rows, 5).rows
    hidden = [sum(row) for row, seen in zip(rows, shown, strict=True) if seen is None]
    assert hidden == [] or sum(hidden) >= 5 or sum(map(sum, rows)) == sum(hidden)


@given(st.builds(TripCounts, *[st.integers(0, 12)] * 5))
def test_no_small_kind_of_trip_follows_from_total_and_returns(counts: TripCounts) -> None:
    values, told = values_of(counts), published([counts], 5)[0]
    groups = [(values[2:], told.parts[2:])] if told.returns is not None else []
    groups += [(values[:2], told.parts[:2])] if told.returns is not None and told.total is not None else []
    rests = [sum(v for v, s in zip(whole, seen, strict=True) if s is None) for whole, seen in groups]
    assert all(part is None or part == 0 or part >= 5 for part in told.parts)
    assert all(rest == 0 or rest >= 5 for rest in rests)


@given(st.lists(st.builds(TripCounts, *[st.integers(0, 9)] * 5), min_size=2, max_size=4))
def test_no_small_count_of_a_place_follows_from_what_all_places_add_up_to(rows: list[TripCounts]) -> None:
    whole = TripCounts(*(sum(kinds) for kinds in zip(*map(values_of, rows), strict=True)))
    told = published(rows, 5, whole=whole)
    for i, column in enumerate(zip(*map(values_of, rows), strict=True)):
        hidden = [v for v, one in zip(column, told, strict=True) if one.parts[i] is None]
        seen = sum(column) - sum(hidden)
        assert sum(hidden) >= 5 or not hidden or not seen


def test_a_place_and_the_department_in_it_hide_the_same_counts(world: ReportInputs) -> None:
    """A bank of its own: its four corrections would follow from all places' less the hall's."""
    bank, hall = TripCounts(0, 40, 30, 4, 0), TripCounts(40, 60, 20, 30, 0)
    both = TripCounts(40, 100, 50, 34, 0)
    by = (("银行", bank), ("政务中心", hall))
    assert world.trips is not None
    trips = replace(world.trips, counts=both, by_department=by, by_place=by)
    tables = {table.id: table for table in report(replace(world, trips=trips)).tables()}
    for id in ("trips-by-department", "trips-by-place"):
        assert [row[5] for row in tables[id].rows] == [None, None]


def test_rare_flows_are_withheld_in_the_table(world: ReportInputs) -> None:
    table = next(table for table in report(world).tables() if table.id == "department-flows")
    assert [row[2] for row in table.rows] == [40, 40, 36, 20, None]


def test_rare_flows_are_not_told_in_the_text(world: ReportInputs) -> None:
    flows = (FlowRow("", "甲局", 9), FlowRow("甲局", "乙局", 9), FlowRow("乙局", "丙局", 3), FlowRow("丙局", "", 9))
    assert "丙局" not in report(replace(world, flows=flows)).section("flows").deck
