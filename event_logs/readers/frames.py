"""Data frames of pandas (and pm4py, which uses them): their columns as they are, types included."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from event_logs.readers import Raw, typed

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine


def is_frame(thing: object) -> bool:
    """Whether something is a pandas data frame, without importing pandas."""
    return type(thing).__name__ == "DataFrame" and hasattr(thing, "columns")


def read_frame(engine: DuckDBEngine, frame: Any) -> Raw:
    """A copy of a data frame in the engine; row numbers stand for lines."""
    name = engine.new_name("frame")
    headers = tuple(str(column) for column in frame.columns)
    copy = frame.copy(deep=False)
    copy.columns = [f"c{place}" for place in range(len(headers))]
    copy = copy.assign(row=range(len(copy)))
    engine.connection.register("frame_given", copy)
    described = engine.connection.execute("describe select * from frame_given").fetchall()[: len(headers)]
    found = [typed(str(row[0]), str(row[1])) for row in described]
    cells = "".join(f"{cell} as c{place}, " for place, (cell, _) in enumerate(found))
    engine.connection.execute(f"create temp table {name} as select {cells}row, null::bigint as line from frame_given")
    engine.connection.unregister("frame_given")
    types = tuple(kind for _, kind in found)
    return Raw(name, headers, types, "frame", Path("DataFrame"), lines=False, storage=(name,))
