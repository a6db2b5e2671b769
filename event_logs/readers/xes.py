"""XES (IEEE 1849): streamed into columns of text, checked by expat; nesting, lists and zones stay as the file has them.

A document type declaration is refused (no entity is ever expanded), and so is a file that ends before its closing tag.
Trace attributes become columns ``case:…`` of each of its events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

# What the swift way cannot follow: a value element with an end tag of its own (it may hold nested attributes), or
# anything but an event or an end tag after an event.
_INTRICATE = re.compile(rb"</(?:[sdifb]|event\s*>\s*<(?![e/]))")


_ATTRIBUTE = re.compile(rb'<(?:string|date|int|float|boolean|id) key="([^"\n]*)" value="([^"\n]*)" ?/>')
_LIST = re.compile(rb'<(list|container)\s+key="([^"\n]*)"\s*>(.*?)</\1>', re.DOTALL)
_MARK = LIST_MARK.encode()
_REFERENCE = re.compile(r"&([a-z]+|#\d+|#[xX][0-9a-fA-F]+);")


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
        swift = _Swift(sink)
        _parse(path, shown, swift)
        if not swift.begun or swift.rest.count(b"<event"):
            raise _IntricateError
    except (_IntricateError, UnicodeDecodeError):
        sink.drop()
        sink = _Sink(engine, engine.new_name("xes"))
        _parse(path, shown, _Thorough(sink))
    if not sink.rows:
        raise InputError("log.no-events", path=shown)
    headers = tuple(sink.columns)
    return Raw(sink.table, headers, ("string",) * len(headers), "xes", shown, "utf-8", storage=(sink.table,))


def _parse(path: Path, shown: Path, handler: _Swift | _Thorough) -> None:
    parser = expat.ParserCreate()
    if isinstance(handler, _Thorough):
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
            if isinstance(handler, _Swift):
                handler.feed(chunk)
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


# Text, or its bytes in UTF-8: the swift way leaves them as they are, and Arrow takes both.
Attributes = dict[Any, Any]


def _name(key: str | bytes) -> str:
    return key.decode("utf-8") if isinstance(key, bytes) else key


class _Sink:
    """Takes events in batches and puts them into the engine; learns columns as they come."""

    def __init__(self, engine: DuckDBEngine, table: str) -> None:
        self.engine = engine
        self.table = table
        self.columns: dict[str, int] = {}
        self.rows = 0
        engine.connection.execute(f"create temp table {table} (row bigint, line bigint)")

    def take(self, events: list[Attributes], traces: list[Attributes], lines: list[int]) -> None:
        """Events, the trace attributes of each (one dict shared by a trace), and their lines."""
        import pyarrow as pa

        mine = dict.fromkeys(key for keys in dict.fromkeys(map(tuple, events)) for key in keys)
        theirs = dict.fromkeys(key for trace in {id(trace): trace for trace in traces}.values() for key in trace)
        arrays = {_name(key): pa.array([event.get(key) for event in events], pa.string()) for key in mine}
        for key in theirs:
            if (name := f"case:{_name(key)}") not in arrays:
                arrays[name] = pa.array([trace.get(key) for trace in traces], pa.string())
        for key in arrays:
            if key not in self.columns:
                self.columns[key] = len(self.columns)
                self.engine.connection.execute(f"alter table {self.table} add column c{self.columns[key]} varchar")
        batch = pa.table(
            {f"c{self.columns[key]}": array for key, array in arrays.items()}
            | {"row": pa.array(range(self.rows, self.rows + len(events))), "line": pa.array(lines, pa.int64())}
        )
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
        self.events: list[Attributes] = []
        self.traces: list[Attributes] = []
        self.lines: list[int] = []
        self.trace: Attributes = {}

    def flush(self) -> None:
        """Hand over what has been gathered."""
        if self.events:
            self.sink.take(self.events, self.traces, self.lines)
            self.events, self.traces, self.lines = [], [], []

    def finish(self) -> None:
        """Hand over the rest."""
        self.flush()


class _Swift(_Gathering):
    """For files whose attributes are single tags written plainly: found by pattern, while expat checks the file's form.

    Every value element must be found by the pattern; a chunk in which one is not, or with a comment or CDATA, nested
    attributes or nested lists, makes the whole file take the thorough way.
    """

    def __init__(self, sink: _Sink) -> None:
        super().__init__(sink)
        self.rest = b""
        self.line = 1
        self.begun = False

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the file."""
        self.rest += chunk
        if not self.begun:
            at = self.rest.find(b"<trace")
            if at < 0:
                if len(self.rest) > _LONGEST_TOKEN:
                    raise _IntricateError
                return
            self._preamble(self.rest[:at])
            self.rest = self.rest[at:]
        end = self.rest.rfind(b"</trace>") + len(b"</trace>")
        if end < len(b"</trace>"):
            if len(self.rest) > _LONGEST_TOKEN:
                raise _IntricateError
            return
        whole, self.rest = self.rest[:end], self.rest[end:]
        self._traces(whole)

    def _preamble(self, head: bytes) -> None:
        declared = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", head)
        if (declared and declared.group(1).lower() not in (b"utf-8", b"us-ascii", b"ascii")) or b"<event" in head:
            raise _IntricateError
        self.begun = True
        self.is_log = re.search(rb"<log\b", head) is not None
        self.line += head.count(b"\n")

    def _traces(self, whole: bytes) -> None:
        if b"<!" in whole or b"<?" in whole or _INTRICATE.search(whole):
            raise _IntricateError
        met = 0
        for piece in whole.split(b"<trace")[1:]:
            segments = piece.split(b"<event")
            pairs, n = self._attributes(segments[0])
            met += n
            self.trace = pairs
            self.line += segments[0].count(b"\n")
            for segment in segments[1:]:
                event, n = self._attributes(segment)
                met += n
                self.events.append(event)
                self.traces.append(self.trace)
                self.lines.append(self.line)
                self.line += segment.count(b"\n")
            if len(self.events) >= _BATCH:
                self.flush()
        if met != sum(whole.count(b"<%s " % name.encode()) for name in _VALUES):
            raise _IntricateError

    def _attributes(self, segment: bytes) -> tuple[dict[bytes, bytes], int]:
        """Attributes of an event or a trace, and how many value elements were met."""
        lists: dict[bytes, bytes] = {}
        met = 0
        references = b"&" in segment
        if b"<list" in segment or b"<container" in segment:
            for composite in _LIST.finditer(segment):
                if b"<list" in composite[3] or b"<container" in composite[3]:
                    raise _IntricateError
                elements = _ATTRIBUTE.findall(composite[3])
                met += len(elements)
                lists[composite[2]] = _MARK.join(value for _, value in elements) + _MARK
            segment = _LIST.sub(b"", segment)
        pairs = _ATTRIBUTE.findall(segment)
        found = dict(pairs) | lists
        if references:
            found = {_unescaped(key): _unescaped(value) for key, value in found.items()}
        return found, met + len(pairs)


def _unescaped(text: bytes) -> bytes:
    """XML's own entities and character references resolved."""
    if b"&" not in text:
        return text
    return _REFERENCE.sub(lambda match: _character(match[1]), text.decode("utf-8")).encode("utf-8")


def _character(name: str) -> str:
    if name.startswith("#"):
        return chr(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))
    return {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}[name]


class _Thorough(_Gathering):
    """For every other file: follows each element to its end, so that nested attributes stay nested."""

    def __init__(self, sink: _Sink) -> None:
        super().__init__(sink)
        self.holders: list[Attributes] = []
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
            event: Attributes = {}
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
