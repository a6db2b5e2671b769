"""One reader a form. Each brings a file into the engine as a table, `Raw`, and judges nothing about its meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import Rejected


@dataclass(frozen=True, slots=True)
class Raw:
    """A file as the engine holds it: column ``c0``, ``c1`` … for each header, ``row`` (0, 1, 2 …) and ``line``.

    `types` are Ibis types, ``string`` where the form has no types of its own. `line` is null where the form has no
    lines. `lazy`: the table is a view on the file itself, not a copy.

    `stored`: the engine's table that holds the cells ``c0``, ``c1`` …, where they may be rewritten in place once all
    rows are known to be readable; `row` and `line` are what SQL computes those from.
    """

    table: str
    headers: tuple[str, ...]
    types: tuple[str, ...]
    form: str
    path: Path
    encoding: str = ""
    lines: bool = True
    lazy: bool = False
    storage: tuple[str, ...] = ()  # what the engine holds for it besides: dropped when the events stand
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[tuple[str, dict[str, object]], ...] = field(default=())
    stored: str = ""
    row: str = "row"
    line: str = "line"
    files: tuple[Path, ...] = ()  # where several make one table, which then has a column `file`

    def expression(self) -> ir.Table:
        """The table that reads it."""
        import ibis

        columns = {f"c{place}": kind for place, kind in enumerate(self.types)}
        known = {"row": "int64", "line": "int64"} | ({"file": "string"} if self.files else {})
        return ibis.table({**columns, **known}, name=self.table)


def typed(name: str, kind: str) -> tuple[str, str]:
    """An engine's column as SQL and its Ibis type; a type that Ibis does not know is read as text."""
    from ibis.backends.sql.datatypes import DuckDBType

    known = DuckDBType.from_string(kind)
    if known.is_unknown() or kind.strip('"') == "NULL":
        return f"{identifier(name)}::varchar", "string"
    return identifier(name), str(known)


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
