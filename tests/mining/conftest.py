"""Logs written by hand: rows of a few named columns, the rest null."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import ibis
import pytest

from event_logs.backend import DuckDBEngine
from event_logs.columns import SCHEMA
from event_logs.log import EventLog

_SQL = {
    "string": "varchar",
    "timestamp": "timestamp",
    "float64": "double",
    "int64": "bigint",
    "boolean": "boolean",
    "array<string>": "varchar[]",
}


def build_log(columns: str | Sequence[str], rows: Iterable[Sequence[Any]]) -> EventLog:
    """An event log of rows that give `columns`, numbered in their order; an identity with an asterisk has no key."""
    names = columns.split() if isinstance(columns, str) else list(columns)
    engine = DuckDBEngine()
    engine.connection.execute(
        "create table events (" + ", ".join(f'"{name}" {_SQL[kind]}' for name, kind in SCHEMA.items()) + ")"
    )
    written = [dict(zip(names, row, strict=True)) | {"event_number": number} for number, row in enumerate(rows)]
    for row in written:
        for role in ("applicant", "agent"):
            name = row.get(role)
            row[f"{role}_key"] = None if name is None or "*" in name else name
    if written:
        engine.connection.executemany(
            f"insert into events values ({', '.join('?' * len(SCHEMA))})",
            [[row.get(name) for name in SCHEMA] for row in written],
        )
    present = frozenset(name for name in names if any(row.get(name) is not None for row in written))
    return EventLog(engine, ibis.table(SCHEMA, name="events"), present)


@pytest.fixture
def log_of() -> Callable[..., EventLog]:
    """`build_log`: columns by name, then rows."""
    return build_log
