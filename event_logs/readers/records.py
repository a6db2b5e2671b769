"""The records of a delimited file, one by one: each with its first line, and what is wrong with it, if anything."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from event_logs.readers.encodings import LONGEST_LINE, LOST

if TYPE_CHECKING:
    from event_logs.readers.delimited import Shape


def records(path: Path, shape: Shape) -> Iterator[tuple[int, list[str], str]]:
    """Each record: its first line, its cells fitted to the header's width, and what is wrong with it, if anything."""
    width = len(shape.headers)
    source = _Lines(path)
    reader = csv.reader(source, delimiter=shape.delimiter)
    csv.field_size_limit(LONGEST_LINE)
    narrowest = width
    while True:
        first = source.number + 1
        source.text.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield first, ["".join(source.text)], "unclosed_quote"
            continue
        if first <= shape.skip or (len(cells) < 2 and not "".join(cells).strip()):
            continue
        if source.ended and _unclosed(source.text):
            yield from _reopened(first, source.text, shape)
            return
        cut = len(cells) < narrowest or source.text[-1].endswith(LOST)
        if source.ended and cut and not source.text[-1].endswith(("\n", "\r")):
            yield first, cells, "cut_off"
            continue
        narrowest = min(narrowest, len(cells))
        extra = cells[width:]
        if any(cell.strip() for cell in extra):
            yield first, cells, "too_many_cells"
            continue
        yield first, cells[:width] + [""] * (width - len(cells)), ""


def _reopened(first: int, lines: list[str], shape: Shape) -> Iterator[tuple[int, list[str], str]]:
    """A quote that stays open swallows the rest of the file: set its own record aside, keep those behind it."""
    width = len(shape.headers)
    behind = [
        (first + at, next(csv.reader([line], delimiter=shape.delimiter), [])) for at, line in enumerate(lines) if at
    ]
    whole = [(line, cells, "") for line, cells in behind if len(cells) == width]
    taken = {line for line, _, _ in whole}
    own = "".join(line for at, line in enumerate(lines) if first + at not in taken)
    yield first, [own.rstrip("\r\n")], "unclosed_quote"
    yield from whole


def _unclosed(lines: list[str]) -> bool:
    """Whether a record's text has an odd number of quote characters: one stayed open to the end of the file."""
    return sum(line.count('"') for line in lines) % 2 == 1


class _Lines:
    """The lines of a text, numbered as they are taken; keeps those of the record under way."""

    def __init__(self, path: Path) -> None:
        self.number = 0
        self.ended = False
        self.text: list[str] = []
        self._source = _lines(path)
        self._next = next(self._source, None)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._next
        if line is None:
            raise StopIteration
        self._next = next(self._source, None)
        self.ended = self._next is None
        self.number += 1
        self.text.append(line)
        return line


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from file
