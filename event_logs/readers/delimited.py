"""CSV and its like. The engine parses; where a file is not as regular as the engine needs, Python's reader does.

The engine's rows are trusted only where they account for every physical line of the file. Where they do not (blank
lines, rows of another width, an unclosed quote), the file is read again by the careful way, which knows the line of
each record.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from event_logs.log import Rejected
from event_logs.readers import Raw, quoted
from event_logs.readers.encodings import (
    LONGEST_LINE,
    Losses,
    as_utf8,
    encoding_of,
    kind_by_magic,
    likelier,
    survey,
)
from event_logs.readers.last_row import looks_cut
from event_logs.readers.records import records
from event_logs.rejected import check_number
from event_logs.vocabularies import roles_named
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine

DELIMITERS = (",", "\t", ";", "|", "；", "，", "^", "~", "\x01")
_BATCH = 50_000
_PREAMBLE = 12  # a title or two may stand above the header
_TIMES_SEEN = 200  # records by which columns of times are told
_PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_EARLIEST, _LATEST = "1901-01-02", "2199-12-31"  # beyond them a time says that there is none, and its text tells which


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is laid out: delimiter, headers, the physical lines before the first record, its line ends.

    `times`: columns whose first cells are all written as the engine writes times itself.
    """

    delimiter: str
    headers: tuple[str, ...]
    skip: int
    newline: str
    times: frozenset[int] = frozenset()


def read_delimited(engine: DuckDBEngine, path: Path, *, named: Path | None = None, delimiter: str | None = None) -> Raw:
    """A delimited text file. `named` is what messages call it, where `path` is an unpacked copy.

    Raises
    ------
    InputError
        Empty, not text, in no encoding that is read, or a line of more than 32 MB.
    """
    shown = named or path
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise InputError("log.empty", path=shown)
    if kind := kind_by_magic(head):
        raise InputError("log.other-kind", path=shown, kind=kind)
    encoding = encoding_of(path)
    with tempfile.TemporaryDirectory(prefix="onething-") as folder:
        text = _Text(path, shown) if encoding in ("utf-8", "utf-8-sig") else _decoded(path, shown, encoding, folder)
        try:
            raw, cut = _parsed(engine, text, delimiter)
        except UnicodeError:  # bytes that are no UTF-8, whatever its first megabyte or its mark says
            encoding = likelier(path)
            text = _decoded(path, shown, encoding, folder)
            raw, cut = _parsed(engine, text, delimiter)
    encoding = encoding.removesuffix("-sig")
    return replace(raw, encoding=encoding, notes=(*text.losses.notes(shown, encoding), *cut))


@dataclass(frozen=True, slots=True)
class _Text:
    """A file in UTF-8, what messages call it, and what its copying lost."""

    plain: Path
    shown: Path
    losses: Losses = field(default_factory=Losses)
    encoding: str = "utf-8"


def _decoded(path: Path, shown: Path, encoding: str, folder: str) -> _Text:
    plain, losses = as_utf8(path, encoding, Path(folder))
    return _Text(plain, shown, losses, encoding)


def _parsed(
    engine: DuckDBEngine, text: _Text, delimiter: str | None
) -> tuple[Raw, tuple[tuple[str, dict[str, object]], ...]]:
    """The rows, and what is to be told of the file's end."""
    breaks, ended = survey(text.plain)
    lines = breaks + (not ended)
    text.losses.check(text.shown, text.encoding, lines)
    shape = _shape(text.plain, text.shown, delimiter)
    # A file that ends within a character was cut, and so was its last row.
    if text.losses.at_end or not (raw := _fast(engine, text.plain, shape, text.shown, lines)):
        table, rejected = _careful(engine, text.plain, shape, text.shown)
        types = ("string",) * len(shape.headers)
        raw = Raw(table, shape.headers, types, "csv", text.shown, rejected=rejected, storage=(table,), stored=table)
    # What ends with a line looks whole: nobody but the sender can tell.
    cut = not ended and looks_cut(text.plain, shape.delimiter)
    return raw, (("log.note-no-last-break", {"n": lines}),) if cut else ()


def _shape(path: Path, shown: Path, delimiter: str | None) -> Shape:
    with path.open("rb") as file:
        head = file.read(1 << 20)
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            raise
        text = head[: error.start].decode("utf-8-sig")
    if not text or text.isspace():
        raise InputError("log.empty", path=shown)
    newline = "\n" if "\n" in text else "\r"
    found = delimiter or _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=found)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in itertools.islice(reader, _PREAMBLE):
            rows.append((reader.line_num, row))
    except csv.Error as error:
        if not rows:
            raise InputError("log.not-table", path=shown, line=reader.line_num, reason=str(error)) from None
    line, header = _header(rows)
    names = tuple(name.strip("\ufeff \t\r\n\u3000") for name in header)
    return Shape(found, names, line, newline, _times(text, found, line, len(names)))


def _times(text: str, delimiter: str, skip: int, width: int) -> frozenset[int]:
    """Columns whose first cells are times as the engine writes them, or empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: list[set[str]] = [set() for _ in range(width)]
    with contextlib.suppress(csv.Error):
        for row in itertools.islice(reader, skip + _TIMES_SEEN):
            if reader.line_num > skip:
                for seen, cell in zip(columns, row, strict=False):
                    seen.add(cell)
    return frozenset(
        place
        for place, seen in enumerate(columns)
        if (filled := seen - {""}) and all(map(_PLAIN_TIME.fullmatch, filled))
    )


def _delimiter(text: str) -> str:
    lines = [line for line in text[: 1 << 16].splitlines() if line.strip()][:40]

    def evenness(mark: str) -> tuple[int, int]:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=mark))
        width, rows = max(counts.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
        return (rows if width > 1 else 0, width)

    csv.field_size_limit(LONGEST_LINE)
    try:
        return max(DELIMITERS, key=lambda mark: (evenness(mark), -DELIMITERS.index(mark)))
    except csv.Error:
        return ","


def _header(rows: list[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The header's last line and cells: the first row, or a later one that names far more roles (under a title)."""
    filled = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)] or rows[:1]
    named = [roles_named(cells) for _, cells in filled]
    best = max(range(len(filled)), key=lambda place: (named[place], -place))
    return filled[best] if named[best] >= max(3, 3 * named[0]) else filled[0]


def _fast(engine: DuckDBEngine, path: Path, shape: Shape, shown: Path, lines: int) -> Raw | None:
    """The file parsed by the engine, or None where its rows do not account for every line."""
    import duckdb

    if shape.newline == "\r" or len(shape.delimiter.encode()) > 1:
        return None
    width = len(shape.headers)
    name = engine.new_name("csv")
    times = shape.times
    try:
        engine.connection.execute("set preserve_insertion_order = true")
        try:
            _read(engine, path, shape, f"{name}_read", times)
        except duckdb.Error:
            if not times:
                raise
            times = frozenset()  # one of them has other texts too
            _read(engine, path, shape, f"{name}_read", times)
        if times and not _meant(engine, f"{name}_read", times):
            engine.connection.execute(f"drop table {name}_read")
            times = frozenset()
            _read(engine, path, shape, f"{name}_read", times)
    except duckdb.Error as error:
        if "utf-8" in str(error).lower() or "unicode" in str(error).lower():
            raise UnicodeDecodeError("utf-8", b"", 0, 1, "engine") from None
        return None
    finally:
        engine.connection.execute("set preserve_insertion_order = false")
    texts = [f"c{place}" for place in range(width) if place not in times]
    inner = " + ".join(f"coalesce(length({cell}) - length(replace({cell}, chr(10), '')), 0)" for cell in texts) or "0"
    rows = _one(engine, f"select count(*) from {name}_read")
    missing = lines - shape.skip - rows
    broken = _one(engine, f"select coalesce(sum({inner}), 0)::bigint from {name}_read") if missing else 0
    if broken != missing:
        engine.connection.execute(f"drop table {name}_read")
        return None
    line = f"(rowid + {shape.skip + 1})::bigint"
    if broken:
        before = f"sum({inner}) over (order by rowid rows between unbounded preceding and 1 preceding)"
        line = f"({line} + coalesce({before}, 0))::bigint"
    fields = ", ".join(f"c{place}" for place in range(width))
    engine.connection.execute(
        f"create temp view {name} as select {fields}, rowid as row, {line} as line from {name}_read"
    )
    return Raw(
        name,
        shape.headers,
        tuple("timestamp(6)" if place in times else "string" for place in range(width)),
        "csv",
        shown,
        storage=(f"{name}_read",),
        stored="" if broken else f"{name}_read",
        row="rowid",
        line=line,
    )


def _read(engine: DuckDBEngine, path: Path, shape: Shape, table: str, times: frozenset[int]) -> None:
    """The engine's own reading of a file into a table; an empty cell is null."""
    kinds = ("TIMESTAMP" if place in times else "VARCHAR" for place in range(len(shape.headers)))
    columns = ", ".join(f"'c{place}': '{kind}'" for place, kind in enumerate(kinds))
    engine.connection.execute(
        f"create temp table {table} as select * from read_csv({quoted(str(path))}, "
        f"auto_detect = false, header = false, skip = {shape.skip}, "
        f"delim = {quoted(shape.delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{columns}}}, timestampformat = '%Y-%m-%d %H:%M:%S', nullstr = '', "
        f"max_line_size = {LONGEST_LINE}, buffer_size = {2 * LONGEST_LINE})"
    )


def _meant(engine: DuckDBEngine, table: str, times: frozenset[int]) -> bool:
    """Whether all times of these columns are times that may be meant."""
    within = " and ".join(
        f"coalesce(min(c{place}) >= '{_EARLIEST}' and max(c{place}) <= '{_LATEST}', true)" for place in sorted(times)
    )
    return bool(_one(engine, f"select ({within})::int from {table}"))


def _one(engine: DuckDBEngine, sql: str) -> int:
    row = engine.connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _careful(engine: DuckDBEngine, path: Path, shape: Shape, shown: Path) -> tuple[str, tuple[Rejected, ...]]:
    """The file parsed record by record: knows each record's first line, and sets aside what is no record."""
    import pyarrow as pa

    name = engine.new_name("csv")
    width = len(shape.headers)
    schema = pa.schema(
        [*((f"c{place}", pa.string()) for place in range(width)), ("row", pa.int64()), ("line", pa.int64())]
    )
    engine.connection.execute(
        f"create temp table {name} ("
        + ", ".join(f"c{place} varchar" for place in range(width))
        + ", row bigint, line bigint)"
    )
    rejected: list[Rejected] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    done = 0

    def flush() -> None:
        nonlocal done
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        batch = pa.table(
            [
                *(pa.array(column, pa.string()) for column in columns),
                pa.array(range(done, done + len(rows))),
                pa.array(lines),
            ],
            schema=schema,
        )
        engine.connection.register("careful_batch", batch)
        engine.connection.execute(f"insert into {name} select * from careful_batch")
        engine.connection.unregister("careful_batch")
        done += len(rows)
        rows.clear()
        lines.clear()

    for line, cells, fault in records(path, shape):
        if fault:
            rejected.append(Rejected(line, fault, shape.delimiter.join(cells)[:2000], str(shown)))
            check_number(shown, len(rejected), rejected[0])
            continue
        rows.append(cells)
        lines.append(line)
        if len(rows) == _BATCH:
            flush()
    flush()
    return name, tuple(rejected)
