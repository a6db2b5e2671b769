"""Workbooks as people make them: titles, merged cells, totals, a sheet a month."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from event_logs import read_log

Cells = Callable[..., list[list[Any]]]
HEADER = ("办件编号", "环节名称", "完成时间", "办理部门")


def test_a_table_under_titles_with_merged_cells_and_a_total_is_read(tmp_path: Path, cells: Cells) -> None:
    path = tmp_path / "log.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, when = book.add_worksheet("明细"), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.merge_range(0, 0, 0, 3, "办件明细表")
        sheet.write_row(1, 0, ("基本信息", "", "办理信息", ""))
        sheet.write_row(2, 0, HEADER)
        sheet.merge_range(3, 0, 4, 0, "A1")
        sheet.write_row(3, 1, ("受理", 45356.375, "税务局"))
        sheet.write_row(4, 1, ("办结", "", "税务局"))
        sheet.write_datetime(4, 2, datetime.datetime(2024, 3, 6, 9), when)
        sheet.merge_range(5, 0, 5, 3, "合计")
    log = read_log(path)
    assert cells(log, "case_id", "activity", "completed_at", "department", "line") == [
        ["A1", "受理", "2024-03-05 09:00:00", "税务局", 4],
        ["A1", "办结", "2024-03-06 09:00:00", "税务局", 5],
    ]
    assert [row.line for row in log.reading.rejected] == [6]


def test_sheets_of_one_header_are_one_log_and_the_others_are_named(tmp_path: Path, cells: Cells) -> None:
    path = tmp_path / "log.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("填报说明").write(0, 0, "请如实填写")
        for month in ("1", "2"):
            sheet = book.add_worksheet(f"{month}月")
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, (f"A{month}", "受理", f"2024-0{month}-05 09:00:00", "税务局"))
    log = read_log(path)
    assert cells(log, "case_id") == [["A1"], ["A2"]]
    assert [key for key, _ in log.reading.notes] == ["log.note-sheets", "log.note-sheet"]
    assert log.reading.notes[1][1]["others"] == "填报说明"
