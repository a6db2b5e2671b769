"""EventLog: the events of one or many departments in canonical columns, lazy; and what a reading of them says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from event_logs.backend import Engine, ShortTexts

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row set aside: its line (header = 1; row number where the form has none), a reason's code, the row's text."""

    line: int
    reason: str
    row: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Which source column plays a role, how sure that is (0 to 1), and why."""

    role: str
    column: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a log was read: what the report's “what this rests on” is made of."""

    files: tuple[Path, ...] = ()
    form: str = ""
    encoding: str = ""
    timezone: str = "Asia/Shanghai"
    roles: tuple[Found, ...] = ()
    unused_columns: tuple[str, ...] = ()
    rows: int = 0
    rejected: tuple[Rejected, ...] = ()
    duplicates: int = 0  # rows equal in every column to an earlier one: set aside, no fault of the row
    notes: tuple[tuple[str, dict[str, object]], ...] = ()  # wording key and its values, in the order they arose


@dataclass(frozen=True)
class EventLog:
    """An event log in canonical columns (`event_logs.columns`), one row an event, held by an engine.

    Times are local wall-clock timestamps without zone (the reading's timezone). A role that the source lacks is a
    column of nulls. `own_keys`: persons' roles known to hold each identity as it is compared.
    """

    engine: Engine
    events: ir.Table
    present: frozenset[str]
    reading: Reading = field(default_factory=Reading)
    own_keys: frozenset[str] = frozenset()
    _found: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def has(self, *roles: str) -> bool:
        """Whether the source knows all of these roles."""
        return self.present.issuperset(roles)

    def run(self, expression: ir.Table) -> pd.DataFrame:
        """The rows of a lazy table."""
        return self.engine.run(expression)

    def rows(self, expression: ir.Table) -> list[tuple[Any, ...]]:
        """The few rows of a lazy table as tuples, null as None."""
        return self.engine.rows(expression)

    def keep(self, name: str, expression: ir.Table, *, as_written: bool = False) -> ir.Table:
        """Compute a lazy table once."""
        return self.engine.keep(name, expression, as_written=as_written)

    def once(self, name: str, find: Callable[[], _T]) -> _T:
        """What several steps ask of the same events under one name: found by the first."""
        if name not in self._found:
            self._found[name] = find()
        found: _T = self._found[name]
        return found

    def knows_from(self, other: EventLog) -> None:
        """Take over what was found `once` of another log of the same events."""
        self._found.update(other._found)

    def let_go(self, name: str) -> None:
        """Let go of a table that was found `once`: it is found anew if asked for again."""
        if name in self._found:
            self.engine.drop(self._found.pop(name))

    def short(self, role: str) -> ShortTexts:
        """How the texts of a role are held in a number's room."""
        return self.once(f"short {role}", lambda: self.engine.short(self.events.select(role)))

    def with_events(self, events: ir.Table) -> EventLog:
        """The same log, other rows: a filter, a sample, a held-out part."""
        return EventLog(self.engine, events, self.present, self.reading, self.own_keys)
