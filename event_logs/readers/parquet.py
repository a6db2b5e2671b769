"""Parquet: a view on the file, so that a query reads only the columns that it needs; nothing is copied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from event_logs.readers import Raw, quoted, typed
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine


def read_parquet(engine: DuckDBEngine, path: Path, *, named: Path | None = None) -> Raw:
    """A Parquet file with columns of any types.

    Raises
    ------
    InputError
        Cut off, damaged, or of types that no event log has.
    """
    import duckdb

    shown = named or path
    try:
        described = engine.connection.execute(f"describe select * from read_parquet({quoted(str(path))})").fetchall()
    except duckdb.Error as error:
        raise InputError("log.not-parquet", path=shown, reason=str(error).splitlines()[0]) from None
    headers = tuple(str(row[0]) for row in described)
    found = [typed(str(row[0]), str(row[1])) for row in described]
    types = tuple(kind for _, kind in found)
    name = engine.new_name("parquet")
    columns = ", ".join(f"{cell} as c{place}" for place, (cell, _) in enumerate(found))
    engine.connection.execute(
        f"create temp view {name} as select {columns}, file_row_number as row, null::bigint as line "
        f"from read_parquet({quoted(str(path))}, file_row_number = true)"
    )
    return Raw(name, headers, types, "parquet", shown, lines=False, lazy=True)
