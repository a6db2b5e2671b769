"""Rows that Python reads, brought into the engine in batches: for forms that the engine cannot read itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from event_logs.readers import Raw

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine

_BATCH = 50_000


def raw_of_rows(
    engine: DuckDBEngine,
    headers: Sequence[str],
    rows: Iterable[tuple[int | None, Sequence[str | None]]],
    *,
    form: str,
    path: Path,
) -> Raw:
    """A raw table of rows, each with its line (None where the form has none) and one text a header."""
    import pyarrow as pa

    name = engine.new_name(form)
    cells = ", ".join(f"c{place} varchar" for place in range(len(headers)))
    engine.connection.execute(f"create temp table {name} ({cells}{', ' if cells else ''}row bigint, line bigint)")
    columns = [f"c{place}" for place in range(len(headers))]
    schema = pa.schema([*((column, pa.string()) for column in columns), ("row", pa.int64()), ("line", pa.int64())])
    done = 0
    numbered = False
    batch: list[Sequence[str | None]] = []
    lines: list[int | None] = []

    def hand_over() -> None:
        nonlocal done
        turned = list(zip(*batch, strict=True)) if headers else []
        arrays = [pa.array(column, pa.string()) for column in turned]
        arrays += [pa.array(range(done, done + len(batch)), pa.int64()), pa.array(lines, pa.int64())]
        engine.connection.register("rows_batch", pa.table(arrays, schema=schema))
        engine.connection.execute(f"insert into {name} select * from rows_batch")
        engine.connection.unregister("rows_batch")
        done += len(batch)
        batch.clear()
        lines.clear()

    for line, row in rows:
        numbered = numbered or line is not None
        batch.append(row)
        lines.append(line)
        if len(batch) >= _BATCH:
            hand_over()
    if batch:
        hand_over()
    types = ("string",) * len(headers)
    return Raw(name, tuple(headers), types, form, path, lines=numbered, storage=(name,), stored=name)
