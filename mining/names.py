"""Texts that recur by the million, carried as numbers where rows are sorted, and told again afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

MANY = 2000  # names beyond it stay texts: they would fill the query


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one column, in their own order; empty where they are too many, or none, and stay as they are."""

    column: str
    texts: tuple[str, ...]

    def numbered(self, log: EventLog, rows: ir.Table) -> ir.Table:
        """The rows with the column's number in the place of its text."""
        if not self.texts:
            return rows
        numbers = {"name": self.texts, "number": range(len(self.texts))}
        table = log.engine.hold("names", numbers, {"name": "string", "number": "int16"})
        met = rows.left_join(table, rows[self.column] == table.name)
        return met.mutate(**{self.column: met.number}).drop("name", "number")

    def told(self, column: ir.Column) -> ir.Column:
        """The text of such a number, null where it is null."""
        return told(self.texts, column) if self.texts else column


def names_of(log: EventLog, column: str, events: ir.Table) -> Names:
    """The names of a column of some events."""
    found = log.run(events.select(column).distinct().order_by(column).limit(MANY + 2))[column].dropna()
    return Names(column, tuple(found) if len(found) <= MANY else ())


def told(texts: Sequence[str | None], number: ir.Column) -> ir.Column:
    """The text of each number, from 0; null where the number is."""
    import ibis

    return ibis.literal(list(texts), type="array<string>")[number]
