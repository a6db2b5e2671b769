"""XES (IEEE 1849), streamed: one trace a case in the order of its first event, attributes under their XES keys."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from event_logs.columns import ROLES
from event_logs.writers.tables import role_columns

if TYPE_CHECKING:
    from event_logs.log import EventLog

_KEYS = {column.name: column.xes or column.name for column in ROLES}
_BATCH = 50_000
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <classifier name="Activity" keys="concept:name"/>
"""


def write_xes(log: EventLog, path: Path) -> None:
    """XES, gzipped where the name ends in ``.gz`` (with no time of writing in it)."""
    if not path.name.lower().endswith(".gz"):
        with path.open("w", encoding="utf-8", newline="\n") as out:
            _write(log, out)
        return
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as out,
    ):
        _write(log, out)


def _write(log: EventLog, out: Any) -> None:
    out.write(_HEAD)
    case = None
    for row in rows_of(log):
        if row["case_id"] != case:
            out.write("  </trace>\n" if case is not None else "")
            case = row["case_id"]
            out.write(f'  <trace>\n    <string key="concept:name" value="{escaped(case)}"/>\n')
        out.write("    <event>\n")
        for name, value in row.items():
            if name != "case_id" and value is not None:
                out.write(_attribute(_KEYS[name], value))
        out.write("    </event>\n")
    out.write("  </trace>\n" if case is not None else "")
    out.write("</log>\n")


def _attribute(key: str, value: Any) -> str:
    if isinstance(value, list):
        inner = "".join(f'<string key="{key}" value="{escaped(element)}"/>' for element in value)
        return f'      <list key="{key}"><values>{inner}</values></list>\n'
    kind = "date" if isinstance(value, _Time) else "float" if isinstance(value, float) else "string"
    return f'      <{kind} key="{key}" value="{escaped(str(value))}"/>\n'


class _Time(str):
    """A time as text, with its offset."""

    __slots__ = ()


def rows_of(log: EventLog) -> Iterator[dict[str, Any]]:
    """The log's rows by case (in the order of its first event), with the roles that it has."""
    import ibis

    names = role_columns(log)
    events = log.events
    first = events.group_by("case_id").aggregate(first=events.event_number.min())
    joined = events.join(first, "case_id").mutate(
        rank=ibis.row_number().over(ibis.window(order_by=["first", "event_number"]))
    )
    kept = log.keep("written", joined.select(*names, "rank"))
    total = int(log.run(kept.aggregate(n=kept.count()))["n"].iloc[0])
    for start in range(0, total, _BATCH):
        batch = log.run(kept.filter(kept["rank"].between(start, start + _BATCH - 1)).order_by("rank").drop("rank"))
        columns = [_cells(batch[name], log.reading.timezone) for name in names]
        yield from (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _cells(column: Any, zone: str) -> list[Any]:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        local = column.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
        return [None if pd.isna(t) else _Time(t.isoformat()) for t in local]
    if pd.api.types.is_float_dtype(column):
        return [None if pd.isna(x) else float(x) for x in column]
    return [list(x) if hasattr(x, "__len__") and not isinstance(x, str) else None if pd.isna(x) else x for x in column]


def escaped(text: str) -> str:
    """Text as an attribute's value; what XML cannot hold goes."""
    return _FORBIDDEN.sub("", text).translate(_ESCAPES)
