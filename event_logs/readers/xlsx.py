"""XLSX workbooks, by calamine: dates as dates, numbers as written, the sheet that looks most like a log.

Sheets with the same header (one a month) are read one after another. Cells merged downwards hold for all their rows.
"""

from __future__ import annotations

import datetime
import io
import itertools
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from event_logs.readers import Raw
from event_logs.readers.packed import check_size
from event_logs.readers.rows import raw_of_rows
from event_logs.vocabularies import roles_named
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine

_PREAMBLE = 12


def read_xlsx(engine: DuckDBEngine, path: Path, *, named: Path | None = None) -> Raw:
    """A workbook's sheet of events. Line numbers are the sheet's row numbers.

    Raises
    ------
    InputError
        Damaged, no workbook, a bomb, or without rows.
    """
    import python_calamine

    shown = named or path
    if zipfile.is_zipfile(path):
        check_size(path, shown)
    try:
        book = python_calamine.load_workbook(io.BytesIO(path.read_bytes()))
        sheets = {name: _unmerged(book.get_sheet_by_name(name)) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise InputError("log.not-xlsx", path=shown, reason=str(error).splitlines()[0] if str(error) else "?") from None
    scored = {name: _header(rows) for name, rows in sheets.items() if rows}
    if not scored:
        raise InputError("log.empty", path=shown)
    chosen = max(scored, key=lambda sheet: (scored[sheet][1], len(sheets[sheet])))
    headers = {name: _trimmed(sheets[name][at]) for name, (at, _) in scored.items()}
    header = headers[chosen]
    read = [name for name in scored if headers[name] == header]
    rows = itertools.chain.from_iterable(_rows(sheets[name], scored[name][0], len(header)) for name in read)
    raw = raw_of_rows(engine, header, rows, form="xlsx", path=shown)
    notes: list[tuple[str, dict[str, object]]] = []
    if len(read) > 1:
        notes.append(("log.note-sheets", {"sheets": ", ".join(read)}))
    if others := [name for name in scored if name not in read]:
        notes.append(("log.note-sheet", {"sheet": ", ".join(read), "others": ", ".join(others)}))
    return replace(raw, lines=True, notes=tuple(notes))


def _trimmed(row: Sequence[Any]) -> list[str]:
    header = [_text(cell) or "" for cell in row]
    while header and not header[-1]:
        header.pop()
    return header


def _unmerged(sheet: Any) -> list[list[Any]]:
    """A sheet's rows, in which a cell merged downwards stands in each row that it spans."""
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        for place in range(top + 1, min(bottom + 1, len(rows))):
            rows[place][left] = rows[top][left]
    return rows


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """Which row is the header, and how many roles it names."""
    counts = [roles_named(row) for row in rows[:_PREAMBLE]]
    best = max(range(len(counts)), key=lambda place: (counts[place], -place))
    first = next((place for place, row in enumerate(rows[:_PREAMBLE]) if any(_text(cell) for cell in row)), 0)
    return (best, counts[best]) if counts[best] >= 2 else (first, counts[first] if counts else 0)


def _rows(rows: Sequence[Sequence[Any]], header: int, width: int) -> Iterator[tuple[int, list[str | None]]]:
    for place, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = [_text(cell) for cell in row[:width]]
        if any(cells):
            yield place, cells + [None] * (width - len(cells))


def _text(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date):
        return f"{cell.isoformat()} 00:00:00"
    return str(cell)
