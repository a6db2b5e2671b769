"""XES (IEEE 1849): streamed by expat into columns of text; nested attributes, lists and zones stay as the file has them.

A document type declaration is refused (no entity is ever expanded), and so is a file that ends before its closing tag.
Trace attributes become columns ``case:…`` of each of its events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from event_logs.readers import Raw
from event_logs.readers.packed import stream
from event_logs.values import LIST_MARK
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine

_VALUES = frozenset(("string", "date", "int", "float", "boolean", "id"))
_COMPOSITES = frozenset(("list", "container"))
_BATCH = 25_000
_LONGEST_TOKEN = 32 << 20
_DEEPEST = 10_000

# What the quick way cannot follow: a value element with an end tag of its own (it may hold nested attributes), or
# anything but an event or an end tag after an event.
_INTRICATE = re.compile(rb"</(?:[sdifb]|event\s*>\s*<(?![e/]))")


class _IntricateError(Exception):
    """The file needs the thorough way."""


def read_xes(engine: DuckDBEngine, path: Path, *, named: Path | None = None) -> Raw:
    """An XES file, plain or gzipped.

    Raises
    ------
    InputError
        Not XML, not XES, cut off, with a document type declaration, nested or long beyond reason.
    """
    shown = named or path
    try:
        sink = _Sink(engine, engine.new_name("xes"))
        _parse(path, shown, _Quick(sink), quick=True)
    except _IntricateError:
        sink.drop()
        sink = _Sink(engine, engine.new_name("xes"))
        _parse(path, shown, _Thorough(sink), quick=False)
    if not sink.rows:
        raise InputError("log.no-events", path=shown)
    headers = tuple(sink.columns)
    return Raw(sink.table, headers, ("string",) * len(headers), "xes", shown, "utf-8", storage=(sink.table,))


def _parse(path: Path, shown: Path, handler: _Quick | _Thorough, *, quick: bool) -> None:
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    if not quick:
        parser.EndElementHandler = handler.end
    handler.parser = parser

    def refuse(*_: object) -> None:
        raise InputError("log.xml-doctype", path=shown, line=parser.CurrentLineNumber)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        for chunk in guarded(stream(path, shown), shown, parser, quick=quick):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise xml_fault(error, shown) from None
    handler.finish()
    if not handler.is_log:
        raise InputError("log.not-xes", path=shown)


def guarded(chunks: Iterator[bytes], shown: Path, parser: Any, *, quick: bool) -> Iterator[bytes]:
    """The chunks, as long as they stay within reason: no endless token, no endless nesting, and quick to follow."""
    since = depth = 0
    tail = b""
    begun = False
    for chunk in chunks:
        at = chunk.rfind(b">")
        since = len(chunk) - at if at >= 0 else since + len(chunk)
        depth += chunk.count(b"<") - 2 * chunk.count(b"</") - chunk.count(b"/>")
        if since > _LONGEST_TOKEN:
            raise InputError(
                "log.line-too-long", path=shown, line=parser.CurrentLineNumber, megabytes=_LONGEST_TOKEN >> 20
            )
        if depth > _DEEPEST:
            raise InputError("log.too-deep", path=shown, line=parser.CurrentLineNumber)
        if quick:
            seen = tail + chunk
            begins = 0 if begun else seen.find(b"<trace")
            if begins >= 0:
                begun = True
                if _INTRICATE.search(seen, begins):
                    raise _IntricateError
            tail = seen[-64:]
        yield chunk


def xml_fault(error: expat.ExpatError, shown: Path) -> InputError:
    cut = error.code in (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS], expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
                         expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION])  # fmt: skip
    if cut:
        return InputError("log.cut", path=shown, line=error.lineno)
    return InputError(
        "log.not-xml", path=shown, line=error.lineno, column=error.offset + 1, reason=expat.ErrorString(error.code)
    )


class _Sink:
    """Takes events in batches and puts them into the engine; learns columns as they come."""

    def __init__(self, engine: DuckDBEngine, table: str) -> None:
        self.engine = engine
        self.table = table
        self.columns: dict[str, int] = {}
        self.rows = 0
        engine.connection.execute(f"create temp table {table} (row bigint, line bigint)")

    def take(self, events: list[dict[str, str]], traces: list[dict[str, str]], lines: list[int]) -> None:
        """Events, the trace attributes of each (one dict shared by a trace), and their lines."""
        import pyarrow as pa

        mine = dict.fromkeys(
            key for event in {id(keys): keys for keys in map(frozenset, events)}.values() for key in sorted(event)
        )
        theirs = dict.fromkeys(key for trace in {id(t): t for t in traces}.values() for key in trace)
        arrays = {key: pa.array([event.get(key) for event in events], pa.string()) for key in mine}
        arrays |= {
            f"case:{key}": pa.array([trace.get(key) for trace in traces], pa.string())
            for key in theirs
            if f"case:{key}" not in arrays
        }
        for key in arrays:
            if key not in self.columns:
                self.columns[key] = len(self.columns)
                self.engine.connection.execute(f"alter table {self.table} add column c{self.columns[key]} varchar")
        batch = pa.table({f"c{self.columns[key]}": array for key, array in arrays.items()}
                         | {"row": pa.array(range(self.rows, self.rows + len(events))), "line": pa.array(lines, pa.int64())})  # fmt: skip
        self.engine.connection.register("xes_batch", batch)
        self.engine.connection.execute(f"insert into {self.table} by name select * from xes_batch")
        self.engine.connection.unregister("xes_batch")
        self.rows += len(events)

    def drop(self) -> None:
        """Forget what was taken."""
        self.engine.connection.execute(f"drop table {self.table}")


class _Gathering:
    """Events under way, in the order of the file."""

    parser: Any = None

    def __init__(self, sink: _Sink) -> None:
        self.sink = sink
        self.is_log = False
        self.events: list[dict[str, str]] = []
        self.traces: list[dict[str, str]] = []
        self.lines: list[int] = []
        self.trace: dict[str, str] = {}

    def flush(self) -> None:
        """Hand over what has been gathered."""
        if self.events:
            self.sink.take(self.events, self.traces, self.lines)
            self.events, self.traces, self.lines = [], [], []

    def finish(self) -> None:
        """Hand over the rest."""
        self.flush()


class _Quick(_Gathering):
    """For files whose attributes are single tags: sees starts only, except inside a list."""

    def __init__(self, sink: _Sink) -> None:
        super().__init__(sink)
        self.holder: dict[str, str] | None = None
        self.depth = 0
        self.key = ""
        self.parts: list[str] = []
        self.start: Callable[[str, list[str]], None] = self._outside

    def _outside(self, name: str, attributes: list[str]) -> None:
        """Before the first trace: log attributes are passed over."""
        if name == "trace" or (name == "event" and self.is_log):
            self.start = self._inside
            self.parser.StartElementHandler = self._inside
            self._inside(name, attributes)
        elif name == "log":
            self.is_log = True

    def _inside(self, name: str, attributes: list[str]) -> None:
        if name in _VALUES:
            if attributes[0] == "key" and len(attributes) == 4 and attributes[2] == "value":
                self.holder[attributes[1]] = attributes[3]  # type: ignore[index]
            else:
                pairs = dict(zip(attributes[::2], attributes[1::2], strict=False))
                self.holder[pairs.get("key", "")] = pairs.get("value", "")  # type: ignore[index]
        elif name == "event":
            self.holder = event = {}
            self.events.append(event)
            self.traces.append(self.trace)
            self.lines.append(self.parser.CurrentLineNumber)
        elif name == "trace":
            if len(self.events) >= _BATCH:
                self.flush()
            self.holder = self.trace = {}
        elif name in _COMPOSITES:
            pairs = dict(zip(attributes[::2], attributes[1::2], strict=False))
            self.key, self.depth, self.parts = pairs.get("key", ""), 1, []
            self.parser.StartElementHandler = self._in_list
            self.parser.EndElementHandler = self._end_in_list

    def _in_list(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        if name in _VALUES:
            pairs = dict(zip(attributes[::2], attributes[1::2], strict=False))
            self.parts.append(pairs.get("value", ""))

    def _end_in_list(self, name: str) -> None:
        self.depth -= 1
        if not self.depth:
            if self.holder is not None:
                self.holder[self.key] = LIST_MARK.join(self.parts) + LIST_MARK
            self.parser.StartElementHandler = self._inside
            self.parser.EndElementHandler = None

    def end(self, name: str) -> None:
        """Not asked for: the quick way sees starts only."""


class _Thorough(_Gathering):
    """For every other file: follows each element to its end, so that nested attributes are not taken for an event's own."""

    def __init__(self, sink: _Sink) -> None:
        super().__init__(sink)
        self.holders: list[dict[str, str]] = []
        self.depth = 0  # of attributes within attributes
        self.key = ""
        self.parts: list[str] = []

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins."""
        if name in _VALUES or name in _COMPOSITES:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise InputError("log.too-deep", path=self.sink.table, line=self.parser.CurrentLineNumber)
            pairs = dict(zip(attributes[::2], attributes[1::2], strict=False))
            if self.depth == 1 and self.holders:
                self.key, self.parts = pairs.get("key", ""), []
                if name in _VALUES:
                    self.holders[-1][self.key] = pairs.get("value", "")
            elif self.depth > 1 and name in _VALUES:
                self.parts.append(pairs.get("value", ""))
        elif name == "event":
            event: dict[str, str] = {}
            self.holders.append(event)
            self.events.append(event)
            self.traces.append(self.trace)
            self.lines.append(self.parser.CurrentLineNumber)
        elif name == "trace":
            self.trace = {}
            self.holders.append(self.trace)
        elif name == "log":
            self.is_log = True

    def end(self, name: str) -> None:
        """An element ends."""
        if name in _VALUES:
            self.depth -= 1
        elif name in _COMPOSITES:
            self.depth -= 1
            if not self.depth and self.holders and self.parts:
                self.holders[-1][self.key] = LIST_MARK.join(self.parts) + LIST_MARK
        elif name == "event":
            self.holders.pop()
        elif name == "trace":
            self.holders.pop()
            self.trace = {}
            if len(self.events) >= _BATCH:
                self.flush()
