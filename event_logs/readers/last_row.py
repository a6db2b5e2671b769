"""Whether a delimited file without a last line break looks cut within its last cell: many exporters leave it out."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

_TAIL = 1 << 18  # bytes at the end whose rows the last one is compared with
_ENOUGH = 5  # rows that a last row can be compared with


def looks_cut(path: Path, delimiter: str) -> bool:
    """Whether the last cell of a UTF-8 file without a last line break may be the beginning of one.

    Parameters
    ----------
    path
        The file; it does not end with a line break.
    delimiter
        What parts its cells.

    Returns
    -------
    bool
        False where another of the last rows ends in the same cell, or where all of them end in cells of its length
        (times, codes): such a cell is whole. True where nothing says so, and where fewer than five rows could.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        text = file.read().decode("utf-8", "replace")
    lines = text.splitlines()[1:]  # the first is the header, or begins before these bytes
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:  # a cell of more characters than cells have
        return True
    if len(rows) <= _ENOUGH or len(rows[-1]) < len(rows[-2]):
        return True
    others = Counter(row[-1] for row in rows[:-1])
    last = rows[-1][-1]
    return not (last in others or {len(cell) for cell in others} == {len(last)})
