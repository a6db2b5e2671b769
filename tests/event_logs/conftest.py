"""Helpers of the tests of event logs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from event_logs import EventLog, read_log

HEADER = "办件编号,环节名称,完成时间,开始时间,办理部门\n"
ROW = "1,受理,2024-03-04 09:00:00,,甲局\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file of this name and content, gives its path."""

    def writing(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return writing


@pytest.fixture
def cells() -> Callable[..., list[list[Any]]]:
    """The rows of some columns in the file's order: lists as lists, times as text, nothing as None."""

    def of(log: EventLog, *columns: str) -> list[list[Any]]:
        frame = log.run(log.events.order_by("event_number").select(*columns))
        return [[_plain(value) for value in row] for row in frame.itertuples(index=False)]

    return of


@pytest.fixture
def column(write: Any, cells: Any) -> Callable[..., list[Any]]:
    """What one column of a CSV becomes: the header, its cells as written, the role that is looked at."""

    def of(header: str, values: list[str], role: str) -> list[Any]:
        rows = "".join(f'{n},受理,2024-03-04 09:{n:02d}:00,"{value}"\n' for n, value in enumerate(values))
        log = read_log(write("column.csv", f"办件编号,环节名称,完成时间,{header}\n{rows}"))
        return [row[0] for row in cells(log, role)]

    return of


def _plain(value: Any) -> Any:
    if hasattr(value, "__len__") and not isinstance(value, str):
        return list(value)
    return None if pd.isna(value) else str(value) if isinstance(value, pd.Timestamp) else value
