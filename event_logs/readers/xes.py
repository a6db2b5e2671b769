"""XES (IEEE 1849): streamed into columns of text, checked by expat; nesting, lists and zones stay as the file has them.

A document type declaration is refused (no entity is ever expanded), and so is a file that ends before its closing tag.
Trace attributes become columns ``case:…`` of each of its events.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from event_logs.readers import Raw
from event_logs.readers.packed import stream
from event_logs.readers.plain_xes import PlainXes
from event_logs.readers.xes_markup import COMPOSITES, VALUES, IntricateError
from event_logs.values import LIST_MARK
from wording.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

    from event_logs.backend import DuckDBEngine

_BATCH = 25_000
_PORTION = 16 << 20
_LONGEST_TOKEN = 32 << 20
_DEEPEST = 10_000
_LONGEST_TRACE = 100_000  # events that are held until their trace ends: its attributes may stand behind them


def read_xes(engine: DuckDBEngine, path: Path, *, named: Path | None = None) -> Raw:
    """An XES file, plain or gzipped.

    Raises
    ------
    InputError
        Not XML, not XES, cut off, with a document type declaration, nested or long beyond reason.
    """
    shown = named or path
    sink = _Sink(engine, engine.new_name("xes"))
    try:
        with PlainXes(sink) as plain:
            for chunk in stream(path, shown, size=_PORTION):
                plain.feed(chunk)
            plain.finish()
    except IntricateError:
        sink.drop()
        sink = _Sink(engine, engine.new_name("xes"))
        _parse(path, shown, _Thorough(sink, shown))
    if not sink.rows:
        raise InputError("log.no-events", path=shown)
    name, headers = sink.table, tuple(sink.columns)
    types = ("string",) * len(headers)
    return Raw(name, headers, types, "xes", shown, "utf-8", storage=(name,), stored=name)


def _parse(path: Path, shown: Path, handler: _Thorough) -> None:
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    handler.parser = parser

    def refuse(*_: object) -> None:
        raise InputError("log.xml-doctype", path=shown, line=parser.CurrentLineNumber)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        for chunk in guarded(stream(path, shown), shown, parser):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise xml_fault(error, shown) from None
    handler.finish()
    if not handler.is_log:
        raise InputError("log.not-xes", path=shown)


def guarded(chunks: Iterator[bytes], shown: Path, parser: Any) -> Iterator[bytes]:
    """The chunks, as long as they stay within reason: no endless token, no endless nesting."""
    since = depth = 0
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
        yield chunk


def xml_fault(error: expat.ExpatError, shown: Path) -> InputError:
    cut = error.code in (
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    )
    if cut:
        return InputError("log.cut", path=shown, line=error.lineno)
    return InputError(
        "log.not-xml", path=shown, line=error.lineno, column=error.offset + 1, reason=expat.ErrorString(error.code)
    )


class _Sink:
    """Takes events in portions and puts them into the engine; learns columns as they come."""

    def __init__(self, engine: DuckDBEngine, table: str) -> None:
        self.engine = engine
        self.table = table
        self.columns: dict[str, int] = {}
        self.rows = 0
        engine.connection.execute(f"create temp table {table} (row bigint, line bigint)")

    def take(self, columns: dict[str, pa.Array], lines: pa.Array) -> None:
        """Events: a column of text for each header, and the line of each."""
        import numpy as np
        import pyarrow as pa

        for key in columns:
            if key not in self.columns:
                self.columns[key] = len(self.columns)
                self.engine.connection.execute(f"alter table {self.table} add column c{self.columns[key]} varchar")
        batch = pa.table(
            {f"c{self.columns[key]}": column for key, column in columns.items()}
            | {"row": pa.array(np.arange(self.rows, self.rows + len(lines))), "line": lines}
        )
        self.engine.connection.register("xes_batch", batch)
        self.engine.connection.execute(f"insert into {self.table} by name select * from xes_batch")
        self.engine.connection.unregister("xes_batch")
        self.rows += len(lines)

    def drop(self) -> None:
        """Forget what was taken."""
        self.engine.connection.execute(f"drop table {self.table}")


class _Thorough:
    """For every other file: follows each element to its end, so that nested attributes stay nested."""

    parser: Any = None

    def __init__(self, sink: _Sink, shown: Path) -> None:
        self.sink = sink
        self.shown = shown
        self.is_log = False
        self.events: list[dict[str, str]] = []
        self.traces: list[dict[str, str]] = []
        self.lines: list[int] = []
        self.trace: dict[str, str] = {}
        self.holders: list[dict[str, str]] = []
        self.depth = 0  # of attributes within attributes
        self.key = ""
        self.parts: list[str] = []
        self.begun = False  # whether events of the trace under way were handed over already

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins."""
        if name in VALUES or name in COMPOSITES:
            self.depth += 1
            if self.depth > _DEEPEST:
                raise InputError("log.too-deep", path=self.shown, line=self.parser.CurrentLineNumber)
            pairs = dict(zip(attributes[::2], attributes[1::2], strict=False))
            if self.depth == 1 and self.holders:
                self.key, self.parts = pairs.get("key", ""), []
                if self.begun and self.holders[-1] is self.trace:
                    raise InputError("log.late-attribute", path=self.shown, line=self.parser.CurrentLineNumber)
                if name in VALUES:
                    self.holders[-1][self.key] = pairs.get("value", "")
            elif self.depth > 1 and name in VALUES:
                self.parts.append(pairs.get("value", ""))
        elif name == "event":
            event: dict[str, str] = {}
            self.holders.append(event)
            self.events.append(event)
            self.traces.append(self.trace)
            self.lines.append(self.parser.CurrentLineNumber)
        elif name == "trace":
            self.trace = {}
            self.begun = False
            self.holders.append(self.trace)
        elif name == "log":
            self.is_log = True

    def end(self, name: str) -> None:
        """An element ends."""
        if name in VALUES:
            self.depth -= 1
        elif name in COMPOSITES:
            self.depth -= 1
            if not self.depth and self.holders and self.parts:
                self.holders[-1][self.key] = LIST_MARK.join(self.parts) + LIST_MARK
        elif name == "event":
            self.holders.pop()
            if len(self.events) >= _LONGEST_TRACE:
                self.flush()
                self.begun = True
        elif name == "trace":
            self.holders.pop()
            self.trace = {}
            if len(self.events) >= _BATCH:
                self.flush()

    def finish(self) -> None:
        """Hand over the rest."""
        self.flush()

    def flush(self) -> None:
        """Hand over the events gathered, in the order of the file."""
        import pyarrow as pa

        if not self.events:
            return
        own = dict.fromkeys(key for keys in dict.fromkeys(map(tuple, self.events)) for key in keys)
        shared = dict.fromkeys(key for trace in {id(t): t for t in self.traces}.values() for key in trace)
        columns = {key: pa.array([event.get(key) for event in self.events], pa.string()) for key in own}
        for key in shared:
            if (header := f"case:{key}") not in columns:
                columns[header] = pa.array([trace.get(key) for trace in self.traces], pa.string())
        self.sink.take(columns, pa.array(self.lines, pa.int64()))
        self.events, self.traces, self.lines = [], [], []
