"""Files for spreadsheets: everything there, nothing live."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from reports import exports
from reports.blocks import Column, Table
from reports.inputs import ReportInputs
from reports.report import report

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "\t=1", "\r=1", " =1", "\ufeff=1", "−1"]


def table_of(*cells: object) -> Table:
    columns = (Column("name", "Name"), Column("n", "N", "count"))
    return Table("t", "T", columns, tuple((cell, i) for i, cell in enumerate(cells)))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_gets_a_quote(text: str) -> None:
    rows = list(csv.reader(io.StringIO(exports.csv_text(table_of(text)))))
    assert rows[1][0].startswith("'")


def test_numbers_stay_numbers() -> None:
    table = Table("t", "T", (Column("x", "X", "number"),), ((-1.5,), (None,), (1e-9,)))
    assert exports.csv_text(table) == 'X\r\n-1.5\r\n""\r\n0.0\r\n'


def test_csv_opens_in_excel_with_its_chinese(tmp_path: Path) -> None:
    exports.write_csv(table_of("税务局"), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "税务局" in (tmp_path / "t.csv").read_text("utf-8-sig")


def test_the_workbook_has_a_sheet_a_table(world: ReportInputs, tmp_path: Path, lang: str) -> None:
    found = report(world)
    exports.write_workbook(found, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert len(book.sheet_names) == 1 + len(found.tables())
    assert all(len(name) <= 31 for name in book.sheet_names)


def test_the_workbook_has_no_formula_and_no_link(hostile_world: ReportInputs, tmp_path: Path) -> None:
    exports.write_workbook(report(hostile_world), tmp_path / "t.xlsx")
    with zipfile.ZipFile(tmp_path / "t.xlsx") as package:
        sheets = [package.read(name).decode() for name in package.namelist() if "worksheets" in name]
    assert not [sheet for sheet in sheets if re.search(r"<f[ >]|<hyperlink", sheet)]


def test_equal_reports_give_equal_workbooks(world: ReportInputs, tmp_path: Path) -> None:
    exports.write_workbook(report(world), tmp_path / "a.xlsx")
    exports.write_workbook(report(world), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_every_table_is_a_file(world: ReportInputs, tmp_path: Path) -> None:
    found = report(world)
    paths = exports.write_tables(found, tmp_path)
    assert [path.stem for path in paths] == [table.id for table in found.tables()]
