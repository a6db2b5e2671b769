"""Which reader a path needs: told by the file's first bytes, then by its name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from event_logs.readers import Raw
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine

Progress = Callable[[str], None]


def read_raw(
    engine: DuckDBEngine, paths: str | Path | Sequence[str | Path] | Any, *, progress: Progress | None = None
) -> Raw:
    """One table of everything that the paths name."""
    path = Path(paths) if isinstance(paths, str | Path) else Path(paths[0])
    return read_file(engine, existing(path))


def existing(path: Path) -> Path:
    """The path, if there is a file; else an error that names the likely ones."""
    if path.exists():
        return path
    folder = path.parent
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, names, 3, 0.5)
    if near:
        raise InputError("log.no-file-near", path=path, near=", ".join(near))
    raise InputError("log.no-file", path=path)


def read_file(engine: DuckDBEngine, path: Path, *, named: Path | None = None) -> Raw:
    """One file, whatever its form."""
    from event_logs.readers.delimited import read_delimited
    from event_logs.readers.xes import read_xes

    from event_logs.readers.parquet import read_parquet

    name = (named or path).name.lower()
    if name.endswith((".xes", ".xes.gz")):
        return read_xes(engine, path, named=named)
    if name.endswith((".parquet", ".pq")):
        return read_parquet(engine, path, named=named)
    return read_delimited(engine, path, named=named)
