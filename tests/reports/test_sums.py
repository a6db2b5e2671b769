"""Whoever subtracts the printed figures finds the printed saving: page, table, brief and terminal alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docx import Document

import wording
from onething.study import saved_lines
from reports import savings_view as view
from reports.blocks import Figure, Table
from reports.brief import write_brief
from reports.inputs import ReportInputs
from reports.report import report
from reports.text import plain


def part(value: float, width: float = 0.04) -> dict[str, float]:
    return {"value": value, "low": value - width, "high": value + width}


@pytest.fixture
def uneven(world: ReportInputs) -> ReportInputs:
    """Each saving's own rounding is a tenth off the difference of the rounded ends."""
    saving: dict[str, Any] = dict(world.savings[0])
    measures = {
        "trips_mean": {"as_is": part(6.26), "to_be": part(2.74), "saving": part(3.52, 0.01)},
        "departments_visited_mean": {"as_is": part(4.26), "to_be": part(1.74), "saving": part(2.52)},
        "lead_time_mean_h": {"as_is": part(20.26 * 24), "to_be": part(9.74 * 24), "saving": part(10.52 * 24, 24)},
    }
    return replace(world, savings=({**saving, "measures": {**saving["measures"], **measures}},))


def test_the_lines_tell_the_difference_of_what_they_tell(uneven: ReportInputs) -> None:
    lines = {line.id: line for line in report(uneven).sections[0].blocks[0].lines}  # type: ignore[union-attr]
    assert [(lines[id].today, lines[id].proposed) for id in ("trips", "departments")] == [
        ("6.3", "2.7"),
        ("4.3", "1.7"),
    ]
    assert "3.6 trips fewer" in lines["trips"].change
    assert "2.6 departments fewer" in lines["departments"].change


def test_the_table_of_savings_adds_up(uneven: ReportInputs) -> None:
    table = next(table for table in report(uneven).tables() if table.id == "savings")
    assert [row[2:5] for row in table.rows if row[3] in (2.7, 1.7)] == [(6.3, 2.7, 3.6), (4.3, 1.7, 2.6)]
    assert all(round(row[2] - row[3], 1) == row[4] for row in table.rows)  # type: ignore[operator]


def test_headings_and_decks_tell_the_same_saving_as_the_lines(uneven: ReportInputs) -> None:
    told = report(uneven)
    assert "10.6 days" in told.section("savings").heading
    assert "10.6 days fewer" in told.section("savings").deck
    assert "3.6 trips fewer" in plain(told.section("trips").deck)


def test_an_interval_that_the_difference_leaves_is_widened_to_it(uneven: ReportInputs) -> None:
    less = view.told(uneven.savings[0], "trips_mean")
    assert less is not None
    assert (less.value, less.high) == (3.6, 3.6)


@pytest.mark.parametrize(("form_hours", "said"), [(24.0, False), (25.3, True)])
def test_parts_that_do_not_add_up_as_printed_say_so(world: ReportInputs, form_hours: float, said: bool) -> None:
    parts = [("one_form", form_hours), ("share_data", 192.0)]  # of 20.8 − 11.8 days: 1 or 1.05, and 8
    shares = [{"move": move, "measure": "lead_time_mean_h", "saving": hours} for move, hours in parts]
    told = report(replace(world, savings=({**world.savings[0], "attribution": shares},))).section("savings")
    steps = next(block for block in told.blocks if isinstance(block, Figure) and block.id == "fig-steps")
    assert ("rounded" in steps.caption) is said


def test_the_brief_has_the_same_table(uneven: ReportInputs, tmp_path: Path) -> None:
    write_brief(uneven, tmp_path / "brief.docx")
    rows = [[cell.text for cell in row.cells] for row in Document(str(tmp_path / "brief.docx")).tables[0].rows]
    assert rows[4][2:5] == ["6.3", "2.7", "3.6"]


def test_the_terminal_tells_the_same(uneven: ReportInputs) -> None:
    target: Any = SimpleNamespace(name="一件事", refused="", savings=SimpleNamespace(as_json=lambda: uneven.savings[0]))
    with wording.using("en"):
        assert "days 20.3 → 9.7 (saves 10.6, 90% interval 9.5 to 11.5)" in saved_lines(target)[0]


def test_a_check_that_found_too_few_is_not_told_as_failed(uneven: ReportInputs) -> None:
    few = {"holdout_from": "2025-05-15", "metrics": {}, "passed": False}
    saving = {**uneven.savings[0], "validation": few, "notes": [("simulation.note-too-few", {})]}
    target: Any = SimpleNamespace(name="一件事", refused="", savings=SimpleNamespace(as_json=lambda: saving))
    told = report(replace(uneven, savings=(saving,))).section("savings").blocks[-1]
    assert [sentence[:9] for sentence in told.sentences] == ["There are"]  # type: ignore[union-attr]
    with wording.using("en"):
        assert "unchecked" in saved_lines(target)[1]


def test_a_name_beyond_reason_is_cut_on_the_page_alone(hostile_world: ReportInputs) -> None:
    from reports.html import page

    table = next(table for table in report(hostile_world).tables() if "很" * 500 in table.rows[0] + table.rows[-1])
    assert isinstance(table, Table)
    assert f'<span class="long">{"很" * 500}</span>' in page(hostile_world)
