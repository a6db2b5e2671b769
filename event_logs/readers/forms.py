"""Which reader a path needs: told by the file's first bytes, then by its name; and several files made one table."""

from __future__ import annotations

import difflib
import glob
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from event_logs.readers import Raw, quoted
from event_logs.readers.encodings import kind_by_magic
from event_logs.readers.frames import is_frame, read_frame
from event_logs.readers.packed import is_gzip, unpack_gzip, unpack_zip
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine

Progress = Callable[[str], None]
SUFFIXES = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".et",
    ".ods",
    ".parquet",
    ".pq",
    ".jsonl",
    ".ndjson",
    ".json",
    ".xes",
    ".xml",
    ".jsonocel",
    ".xmlocel",
    ".sqlite",
    ".sqlite3",
    ".db",
    ".gz",
    ".zip",
)


def read_raw(
    engine: DuckDBEngine,
    paths: str | Path | Sequence[str | Path] | Any,
    *,
    roles: dict[str, str] | None = None,
    progress: Progress | None = None,
) -> Raw:
    """One table of everything that the paths name.

    Raises
    ------
    InputError
        A path leads to nothing, or a file cannot be used.
    """
    if is_frame(paths):
        return read_frame(engine, paths)
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    raws = [raw for path in given for raw in _of_path(engine, Path(path), roles or {})]
    return raws[0] if len(raws) == 1 else together(engine, raws)


def _of_path(engine: DuckDBEngine, path: Path, roles: dict[str, str]) -> Iterator[Raw]:
    from event_logs.readers.exchange import is_exchange, read_exchange

    if not path.exists() and glob.has_magic(str(path)):
        for match in files_matching(path):
            yield from _of_path(engine, match, roles)
        return
    path = existing(path)
    files = files_of(path)
    if path.is_dir() and is_exchange(files):
        yield read_exchange(engine, files, path)
        return
    for file in files:
        yield read_file(engine, file, roles=roles)


def files_matching(pattern: Path) -> list[Path]:
    """What matches a pattern with `*`, `?` or `[…]`, sorted.

    Raises
    ------
    InputError
        Nothing does.
    """
    matches = sorted(Path(match) for match in glob.glob(str(pattern), recursive=True))  # noqa: PTH207  (an absolute pattern)
    if not matches:
        raise InputError("log.no-match", path=pattern)
    return matches


def files_of(path: Path) -> list[Path]:
    """The files that a given path stands for: itself, those of its folder, or those that match its pattern.

    Raises
    ------
    InputError
        There is none.
    """
    if not path.exists() and glob.has_magic(str(path)):
        return [file for match in files_matching(path) for file in files_of(match)]
    path = existing(path)
    if not path.is_dir():
        return [path]
    files = sorted(
        p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES and not p.name.startswith(".")
    )
    if not files:
        raise InputError("log.no-forms", path=path)
    return files


def existing(path: Path) -> Path:
    """The path, if there is a file; else an error that names the likely ones."""
    try:
        if path.exists():
            with path.open("rb") if path.is_file() else _nothing():
                return path
        folder = path.parent
        names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    except (OSError, ValueError) as error:
        raise InputError("log.unreadable", path=path, reason=getattr(error, "strerror", None) or str(error)) from None
    near = difflib.get_close_matches(path.name, names, 3, 0.5)
    if near:
        raise InputError("log.no-file-near", path=path, near=", ".join(near))
    raise InputError("log.no-file", path=path)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def read_file(
    engine: DuckDBEngine, path: Path, *, named: Path | None = None, roles: dict[str, str] | None = None, depth: int = 0
) -> Raw:
    """One file, whatever its form: its first bytes are believed before its name."""
    shown = named or path
    name = path.name.lower()
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise InputError("log.empty", path=shown)
    if is_gzip(path) and not name.endswith((".xes.gz", ".xes")):
        return _unpacked_gzip(engine, path, shown, roles, depth)
    if head.startswith(b"PK\x03\x04") and not _is_workbook(path):
        return _unpacked_zip(engine, path, shown, roles, depth)
    if head.startswith(b"PK\x03\x04") or (head.startswith(b"\xd0\xcf\x11\xe0") and name.endswith((".xls", ".et"))):
        from event_logs.readers.xlsx import read_xlsx

        return read_xlsx(engine, path, named=named)
    if head.startswith(b"PAR1") or name.endswith((".parquet", ".pq")):
        from event_logs.readers.parquet import read_parquet

        return read_parquet(engine, path, named=named)
    if head.startswith(b"SQLite format 3"):
        from event_logs.readers.ocel import read_ocel_sqlite

        return read_ocel_sqlite(engine, path, named=named, roles=roles)
    if kind := kind_by_magic(head):
        raise InputError("log.other-kind", path=shown, kind=kind)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if (
        is_gzip(path)
        or text.startswith((b"<?xml", b"<log", b"<!", b"<"))
        or name.endswith((".xes", ".xmlocel", ".xml"))
    ):
        return _read_xml(engine, path, head, named=named, roles=roles)
    if name.endswith((".jsonocel", ".json")) and text.startswith(b"{") and _is_one_document(path):
        from event_logs.readers.ocel import read_ocel_json

        return read_ocel_json(engine, path, named=named, roles=roles)
    if name.endswith((".jsonl", ".ndjson", ".json")) or text.startswith((b'{"', b'[{"')):
        from event_logs.readers.json_lines import read_json_lines

        return read_json_lines(engine, path, named=named)
    from event_logs.readers.delimited import read_delimited

    return read_delimited(engine, path, named=named, delimiter="\t" if name.endswith(".tsv") else None)


def _read_xml(
    engine: DuckDBEngine, path: Path, head: bytes, *, named: Path | None, roles: dict[str, str] | None
) -> Raw:
    if b"<object-types" in head or b"<event-types" in head or path.name.lower().endswith(".xmlocel"):
        from event_logs.readers.ocel import read_ocel_xml

        return read_ocel_xml(engine, path, named=named, roles=roles)
    from event_logs.readers.xes import read_xes

    return read_xes(engine, path, named=named)


def _is_workbook(path: Path) -> bool:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") or name == "content.xml" for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return path.suffix.lower() in (".xlsx", ".xlsm")


def _is_one_document(path: Path) -> bool:
    """Whether a file is one JSON document rather than one a line: its first line does not close what it opens."""
    import json

    with path.open("rb") as file:
        first = file.readline(1 << 20)
        more = file.readline(1 << 16).strip()
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        return not (more.startswith(b"{") and first.rstrip().endswith(b"}"))
    return (
        not more and isinstance(record, dict) and any(key in record for key in ("eventTypes", "events", "ocel:events"))
    )


def _unpacked_gzip(engine: DuckDBEngine, path: Path, shown: Path, roles: dict[str, str] | None, depth: int) -> Raw:
    if depth > 1:
        raise InputError("log.too-deep", path=shown, line=1)
    with tempfile.TemporaryDirectory(prefix="onething-") as folder:
        inner = unpack_gzip(path, shown, Path(folder))
        return _settled(engine, read_file(engine, inner, named=shown, roles=roles, depth=depth + 1))


def _unpacked_zip(engine: DuckDBEngine, path: Path, shown: Path, roles: dict[str, str] | None, depth: int) -> Raw:
    from event_logs.readers.exchange import is_exchange, read_exchange

    if depth > 1:
        raise InputError("log.too-deep", path=shown, line=1)
    with tempfile.TemporaryDirectory(prefix="onething-") as folder:
        files = [file for file in unpack_zip(path, shown, Path(folder)) if file.suffix.lower() in SUFFIXES]
        if not files:
            raise InputError("log.no-forms", path=shown)
        if is_exchange(files):
            return read_exchange(engine, files, shown)
        named = [shown / file.name for file in files] if len(files) > 1 else [shown]
        raws = [
            _settled(engine, read_file(engine, file, named=name, roles=roles, depth=depth + 1))
            for file, name in zip(files, named, strict=True)
        ]
        return raws[0] if len(raws) == 1 else replace(together(engine, raws), path=shown)


def _settled(engine: DuckDBEngine, raw: Raw) -> Raw:
    """A raw table that outlives the unpacked copy it was read from."""
    if not raw.lazy:
        return raw
    table = engine.keep("copied", raw.expression())
    name = table.get_name()
    return replace(raw, table=name, lazy=False, storage=(name,), stored=name)


def together(engine: DuckDBEngine, raws: Sequence[Raw]) -> Raw:
    """Several files as one table: columns of one header are one column, rows follow in the files' order."""
    headers = tuple(dict.fromkeys(header for raw in raws for header in raw.headers))
    shared = set(raws[0].headers)
    for raw in raws[1:]:
        shared &= set(raw.headers)
    if not shared - {""}:
        raise InputError("log.mixed-forms", path=", ".join(str(raw.path) for raw in raws))
    types = [[raw.types[raw.headers.index(header)] for raw in raws if header in raw.headers] for header in headers]
    joint = [kinds[0] if len(set(kinds)) == 1 else "string" for kinds in types]
    selects, before = [], 0
    for raw in raws:
        cells = [
            (
                f"c{raw.headers.index(header)}"
                if kind == raw.types[raw.headers.index(header)]
                else f"c{raw.headers.index(header)}::varchar"
            )
            if header in raw.headers
            else "null"
            for header, kind in zip(headers, joint, strict=True)
        ]
        named = ", ".join(f"{cell} as c{place}" for place, cell in enumerate(cells))
        selects.append(f"select {named}, row + {before} as row, line, {quoted(str(raw.path))} as file from {raw.table}")
        found = engine.connection.execute(f"select coalesce(max(row), -1) + 1 from {raw.table}").fetchone()
        before += int(found[0]) if found else 0
    name = engine.new_name("together")
    engine.connection.execute(f"create temp table {name} as " + " union all by name ".join(selects))
    first = raws[0]
    return Raw(
        name,
        headers,
        tuple(joint),
        first.form if len({raw.form for raw in raws}) == 1 else "+".join(sorted({raw.form for raw in raws})),
        first.path,
        first.encoding,
        lines=all(raw.lines for raw in raws),
        rejected=tuple(r for raw in raws for r in raw.rejected),
        notes=tuple(note for raw in raws for note in raw.notes),
        storage=(name, *(s for raw in raws for s in raw.storage)),
        stored=name,
        files=tuple(raw.path for raw in raws),
    )
