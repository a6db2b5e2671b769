"""XLSX workbooks, by calamine: dates as dates, numbers as written, the sheet that looks most like a log."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from event_logs.readers import Raw
from event_logs.readers.packed import check_size
from event_logs.readers.rows import raw_of_rows
from event_logs.vocabularies import fold_header, headers
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
        book = python_calamine.load_workbook(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise InputError("log.not-xlsx", path=shown, reason=str(error).splitlines()[0] if str(error) else "?") from None
    scored = {name: _header(rows) for name, rows in sheets.items() if rows}
    if not scored:
        raise InputError("log.empty", path=shown)
    name = max(scored, key=lambda sheet: (scored[sheet][1], len(sheets[sheet])))
    at = scored[name][0]
    header = [_text(cell) or "" for cell in sheets[name][at]]
    while header and not header[-1]:
        header.pop()
    raw = raw_of_rows(engine, header, _rows(sheets[name], at, len(header)), form="xlsx", path=shown)
    others = [other for other in scored if other != name]
    notes: tuple[tuple[str, dict[str, object]], ...] = (
        (("log.note-sheet", {"sheet": name, "others": ", ".join(others)}),) if others else ()
    )
    return replace(raw, lines=True, notes=notes)


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """Which row is the header, and how many roles it names."""
    known = {name for entry in headers().values() for kind in entry.values() for name in kind}
    counts = [sum(fold_header(str(cell)) in known for cell in row if isinstance(cell, str)) for row in rows[:_PREAMBLE]]
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
