"""Which cells of fees and ratings say something and are no number: they are unknown, and the log's notes say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from event_logs.canonical import NUMBERS
from event_logs.values import in_steps, number_steps
from event_logs.vocabularies import missing, number_words

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine
    from event_logs.readers import Raw

_PLAIN = re.compile(r"\s*[-+]?\d*\.?\d*\s*")
_MANY = 5_000  # different numbers that are quicker to look at one by one than by a query
_SAMPLES = 5  # how many values a note names


def unread_numbers(engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int]) -> list[tuple[str, dict[str, object]]]:
    """A note for each role of numbers that has texts which are none: how many rows, and the commonest of them."""
    notes: list[tuple[str, dict[str, object]]] = []
    nothing = (*missing("any"), *missing("optional"), "")
    for role in NUMBERS:
        if role not in columns or raw.types[columns[role]] != "string":
            continue
        place = f"c{columns[role]}"
        seen = [str(value) for value, _ in engine.tally(raw.table, place, limit=_MANY) if value is not None]
        if len(seen) < _MANY - 1 and all(map(_PLAIN.fullmatch, seen)):
            continue  # as nearly always: no query is made up
        cell = raw.expression()[place]
        written = raw.expression().select(value=cell, number=cell).group_by("value", "number")
        recipe = {"number": number_steps(number_words(role))}
        read = in_steps(engine, written.aggregate(n=lambda t: t.count()), recipe, carry=["value", "n"])
        unread = read.filter(read.number.isnull() & read.value.strip().lower().notin(nothing))
        rows = sorted(engine.rows(unread.select("n", "value")), key=lambda row: (-int(row[0]), str(row[1])))
        if rows:
            shown = ", ".join(str(value) for _, value in rows[:_SAMPLES])
            notes.append(
                ("log.note-unread-numbers", {"role": role, "values": shown, "n": sum(int(n) for n, _ in rows)})
            )
    return notes
