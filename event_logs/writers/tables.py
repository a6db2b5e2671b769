"""CSV and Parquet, written by the engine; only the roles that the log has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from event_logs.columns import ROLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


def role_columns(log: EventLog) -> list[str]:
    """The roles that a log has, in the contract's order."""
    return [column.name for column in ROLES if column.name in log.present]


def written_table(log: EventLog) -> ir.Table:
    """The log's own columns, in the order of its rows."""
    return log.events.order_by("event_number").select(*role_columns(log))


def write_table(log: EventLog, path: Path) -> None:
    """CSV (lists as JSON arrays where a name holds a separator, else joined by ``;``) or Parquet."""
    table = written_table(log)
    if path.name.lower().endswith(".parquet"):
        log.engine.write(table, path, "parquet")
        return
    lists = {name: as_cell(table[name]) for name in ("materials", "outputs") if name in table.columns}
    log.engine.write(table.mutate(**lists), path, "csv")


def as_cell(column: ir.ArrayValue) -> ir.StringValue:
    """A list as one cell that is read back as the same list."""
    import ibis

    from event_logs.functions import as_json

    joined = column.join(";")
    intricate = joined.re_search(r"[；|｜、\n\"'\[\\]") | column.map(lambda e: e.contains(";")).anys()
    return ibis.ifelse(intricate, as_json(column).cast("string"), joined)
