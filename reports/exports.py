"""The report's tables as files: a workbook with a sheet a table, CSV for Excel. No text in them becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.blocks import Answer, Column, Report, Table
from reports.schemas import schema
from reports.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["csv_text", "guard_rows", "guarded", "schema", "write_csv", "write_tables", "write_workbook"]

CREATED = datetime(2000, 1, 1)  # equal inputs give equal bytes
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LINE = re.compile("[\r\n\t]+")
# What a spreadsheet takes for the start of a formula, full-width forms and leading blanks included.
_FORMULA = re.compile("^[\\s\u3000\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]")
_LIVE_START = ("\t", "\r", "\n", "\x00")
FORMATS = {"count": "#,##0", "number": "#,##0.0", "fine": "#,##0.00", "share": "0%"}
LONGEST = 32_767  # characters that a cell of Excel holds


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: a quote goes before what looks like one.

    >>> guarded("=1+1"), guarded("税务局"), guarded("\\t=1")
    ("'=1+1", '税务局', "'\\t=1")
    """
    return f"'{text}" if text.startswith(_LIVE_START) or _FORMULA.match(text) else text


def csv_text(table: Table) -> str:
    """A table as CSV with its exact values; unknown and withheld ones are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(column.label) for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_value(value) for value in row])
    return out.getvalue()


def write_csv(table: Table, path: Path) -> None:
    """Write a table as CSV that Excel opens with its Chinese intact (UTF-8 with a byte order mark)."""
    path.write_text(csv_text(table), encoding="utf-8-sig", newline="")


def write_tables(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write every table of a report, whole, as ``ID.csv`` into a folder; the paths, in reading order."""
    paths = []
    for table in report.tables():
        path = folder / f"{table.id}.csv"
        write_csv(table, path)
        paths.append(path)
    return tuple(paths)


def write_workbook(report: Report, path: Path) -> None:
    """Write a workbook: the answer, then a sheet a table, every text as text.

    Parameters
    ----------
    report
        A report; its tables' whole rows go in.
    path
        The file.
    """
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": report.title[:255], "created": CREATED, "comments": f"onething {report.version}"})
        styles = {unit: book.add_format({"num_format": form}) for unit, form in FORMATS.items()}
        styles["head"] = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        styles["text"] = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        names: set[str] = set()
        _answer_sheet(book, report, styles, names)
        for table in report.tables():
            _sheet(book, table, styles, names)


def _answer_sheet(book: Any, report: Report, styles: dict[str, Any], names: set[str]) -> None:
    first = report.sections[0]
    sheet = book.add_worksheet(sheet_name(first.topic or "report", names))
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 3, 16)
    sheet.set_column(4, 4, 90)
    sheet.write_string(0, 0, cell_text(plain(first.heading)), styles["head"])
    row = 2
    for block in first.blocks:
        if isinstance(block, Answer):
            heads = ("", block.today_head, block.proposed_head, "", block.evidence_head)
            for at, text in enumerate(heads):
                sheet.write_string(row, at, cell_text(text), styles["head"])
            for line in block.lines:
                row += 1
                for at, text in enumerate((line.label, line.today, line.proposed, line.unit, plain(line.evidence))):
                    value = (None, line.today_value, line.proposed_value, None, None)[at]
                    if value is None:
                        sheet.write_string(row, at, cell_text(text), styles["text"])
                    else:
                        sheet.write_number(row, at, value, styles["number"])
    row += 2
    for section in report.sections[1:]:
        sheet.write_string(row, 0, cell_text(section.topic), styles["text"])
        sheet.write_string(row, 1, cell_text(plain(section.heading)))
        row += 1


def _sheet(book: Any, table: Table, styles: dict[str, Any], names: set[str]) -> None:
    sheet = book.add_worksheet(sheet_name(table.title, names))
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, _width(table, at, column))
        sheet.write_string(0, at, cell_text(column.label), styles["head"])
    for i, row in enumerate(table.rows, start=1):
        for at, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            if value is None or value == "":
                continue
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                sheet.write_number(i, at, value, styles.get(column.unit))
            else:
                sheet.write_string(i, at, cell_text(str(value)), styles["text"])
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _width(table: Table, at: int, column: Column) -> float:
    longest = max((len(str(row[at])) for row in table.rows[:200] if row[at] is not None), default=0)
    return min(60.0, max(10.0, 2.0 * len(column.label), 1.6 * longest if column.unit == "text" else 12.0))


def cell_text(text: str) -> str:
    """A text as a cell takes it: no control characters, no more than Excel holds."""
    return _CONTROL.sub("", text)[:LONGEST]


def sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet, and that no sheet has yet; it is added to `taken`.

    >>> names = set(); sheet_name("A/B: [1]", names), sheet_name("A/B: [1]", names)
    ('A B 1', 'A B 1 2')
    """
    clean = " ".join(re.sub(r"[\[\]:*?/\\']", " ", _LINE.sub(" ", _CONTROL.sub("", title))).split())[:31] or "table"
    name, number = clean, 1
    while name.lower() in taken:
        number += 1
        name = f"{clean[: 31 - len(str(number)) - 1]} {number}"
    taken.add(name.lower())
    return name


def _csv_value(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(round(value, 6))
    return value if isinstance(value, int) else guarded(_CONTROL.sub("", str(value)))


def guard_rows(rows: Iterable[Iterable[object]]) -> list[list[object]]:
    """Rows for a CSV file of the command line: texts guarded, numbers left alone."""
    return [[_csv_value(value) for value in row] for row in rows]
