"""Where results go: rows to stdout or a file, many files into a folder that appears whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wording import say
from wording.errors import UsageError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import Engine

TABLE_ROWS = 40  # of a long answer, a terminal shows so many, and says how many there are
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)  # of a disk; other errors inside a block are not ours
BOM = "\ufeff".encode()  # without it, Excel reads UTF-8 as the machine's own code page


@contextmanager
def folder(target: Path, *, force: bool = False) -> Iterator[Path]:
    """A folder to write in, which becomes `target` when the block ends well, and leaves nothing when it does not.

    It is made beside `target` and renamed, so that a run that is killed leaves no half-written result. An empty
    `target` is used and keeps its permissions; one that holds results is replaced only with `force`. What an earlier
    killed run left under the same name is swept away. A `target` that is empty and cannot be renamed (a volume, the
    working folder, one in a folder where nobody may write) is filled from a folder within it when the block ends.

    Raises
    ------
    UsageError
        `target` is a file, or holds results and `force` is not given, or cannot be made or written, or its disk is
        full.
    """
    target = target.resolve()  # a link is followed: what it leads to is filled, and the link stays
    refuse_taken(target, force=force)
    within = target.is_dir() and _stays(target)
    beside = target if within else target.parent
    try:
        beside.mkdir(parents=True, exist_ok=True)
        for left in beside.glob(_partial(target, "*")):
            if not _alive(left):
                shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_partial(target, f"{os.getpid()}-"), dir=beside))
    except FileExistsError as error:  # a file where a folder of the path should be
        problem = os.strerror(errno.ENOTDIR)
        raise UsageError("cli.out-not-writable", path=target, problem=problem) from error
    except OSError as error:
        raise UsageError("cli.out-not-writable", path=target, problem=error.strerror or str(error)) from error
    try:
        yield work
        if within:
            for new in list(work.iterdir()):
                new.rename(target / new.name)
            return
        work.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o777 & ~_umask())
        old = target.with_name(_partial(target, f"{os.getpid()}-old"))
        if target.exists():
            target.rename(old)
        work.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise UsageError("cli.out-not-writable", path=target, problem=error.strerror) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _partial(target: Path, ending: str) -> str:
    """The name of what a run has not finished yet."""
    return f".{target.name}.partial-{ending}"


def _stays(target: Path) -> bool:
    """Whether a folder cannot be renamed, or somebody stands in it: it is filled, and never replaced."""
    here, home = Path.cwd(), Path.home()
    around = target in (here, *here.parents, home, *home.parents)
    return around or os.path.ismount(target) or not os.access(target.parent, os.W_OK | os.X_OK)


def _empty(target: Path) -> bool:
    """Whether a folder holds nothing but what a killed run has left."""
    return all(entry.name.startswith(_partial(target, "")) for entry in target.iterdir())


def _umask() -> int:
    """The process's mask of permissions, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def refuse_taken(target: Path, *, force: bool = False) -> None:
    """Refuse a folder that `folder` would refuse: said before the work is done, not after it.

    Raises
    ------
    UsageError
        `target` is a file, or may not be written, or holds results and `force` is not given or it cannot be replaced.
    """
    denied = UsageError("cli.out-not-writable", path=target, problem=os.strerror(errno.EACCES))
    try:
        if not target.exists():
            return
    except PermissionError as error:
        raise denied from error
    if not target.is_dir():
        raise UsageError("cli.out-is-file", path=target)
    if not os.access(target, os.R_OK | os.W_OK | os.X_OK):
        raise denied
    if _empty(target):
        return
    if not force:
        raise UsageError("cli.out-not-empty", path=target)
    if _stays(target.resolve()):
        raise UsageError("cli.out-stays", path=target)


def _alive(left: Path) -> bool:
    """Whether the process that made a partial folder still runs: its number is in the name."""
    number = left.name.rpartition(".partial-")[2].partition("-")[0]
    try:
        os.kill(int(number), 0)
    except (ValueError, ProcessLookupError):
        return False
    except OSError:
        return True
    return True


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A file to write, which becomes `target` when the block ends well.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    work = target.with_name(f".{target.stem}.partial-{os.getpid()}{target.suffix}")  # its ending tells the form
    try:
        yield work
        work.replace(target)
    except OSError as error:
        if error.errno not in FULL and error.filename not in (str(work), work):
            raise
        raise UsageError("cli.to-not-writable", path=target, problem=error.strerror or str(error)) from error
    finally:
        work.unlink(missing_ok=True)


@contextmanager
def one_file(target: Path, out: Path | None, *, force: bool = False) -> Iterator[Path]:
    """The one file that a command gives: `target`, or under that name in the folder `out` where one is given.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    if out is None:
        with whole_file(target) as work:
            yield work
        return
    with folder(out, force=force) as place:
        yield place / target.name


def named_once(to: Path | None, out: Path | None) -> None:
    """Refuse a call that names both a file and a folder for the one file that it gives.

    Raises
    ------
    UsageError
        Both are named.
    """
    if to is not None and out is not None:
        raise UsageError("cli.to-and-out")


def refuse_unwritable(target: Path, *, force: bool = True) -> None:
    """Refuse a file that cannot be written: said before the work is done, not after it.

    Raises
    ------
    UsageError
        `target` is a folder, or its folder is not there, or it is there already and `force` is not given.
    """
    if target.is_dir():
        raise UsageError("cli.to-is-folder", path=target)
    if not target.absolute().parent.is_dir():
        raise UsageError("cli.to-no-folder", path=target, folder=target.parent)
    if target.exists() and not force:
        raise UsageError("cli.to-exists", path=target)


def write_by_engine(engine: Engine, table: ir.Table, path: Path, form: str) -> None:
    """The engine's own writing, its errors of the disk as Python's: a full one is told like any other.

    Raises
    ------
    OSError
        The disk is full or cannot be written.
    """
    import duckdb

    try:
        engine.write(table, path, form)
    except duckdb.IOException as error:
        raise OSError(errno.ENOSPC, str(error).partition('"')[0].strip(" {:") or str(error), str(path)) from error


def as_text(table: ir.Table) -> ir.Table:
    """As the contract writes it: lists joined by `;`, times to the second, `true`/`false`, empty for unknown."""
    import ibis
    import ibis.expr.datatypes as dt

    columns: dict[str, Any] = {}
    for name, kind in table.schema().items():
        column = table[name]
        if isinstance(kind, dt.Array):
            column = column.join(";")
        elif isinstance(kind, dt.Timestamp):
            column = column.strftime("%Y-%m-%d %H:%M:%S")
        elif isinstance(kind, dt.Boolean):
            column = ibis.cases((column, "true"), (~column, "false"), else_=ibis.null("string"))
        columns[name] = column
    return table.select(**columns)


_STARTS = [ord(character) for character in "=+-@＝＋－＠\t\r"]  # of what a spreadsheet runs


def guarded(table: ir.Table) -> ir.Table:
    """Text cells that a spreadsheet would run as a formula, with a quote before them; numbers never."""
    import ibis
    import ibis.expr.datatypes as dt

    columns: dict[str, Any] = {}
    for name, kind in table.schema().items():
        column = table[name]
        if isinstance(kind, dt.String):
            column = ibis.ifelse(column.ascii_str().isin(_STARTS), ibis.literal("'") + column, column)
        columns[name] = column
    return table.select(**columns)


def write_csv(engine: Engine, table: ir.Table, path: Path) -> None:
    """A table as CSV that Excel opens right: UTF-8 with its mark, no live formula."""
    cells = guarded(as_text(table))
    first = cells.columns[0]
    # The mark stands before the first header, so that the file need not be written a second time.
    write_by_engine(engine, cells.rename({BOM.decode() + first: first}), path, "csv")


def write_json(value: Any, path: Path) -> None:
    """A value as JSON, keys in the order given, numbers as they are, NaN as null."""
    path.write_text(json_text(value) + "\n", "utf-8")


def json_text(value: Any) -> str:
    """JSON that every reader takes: no NaN, Chinese as it is."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=1, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)


def rows_out(engine: Engine, table: ir.Table, name: str, form: str, out: Path | None, *, force: bool = False) -> None:
    """A command's rows: to `out/name.form`, else to stdout (`parquet` needs `out`).

    A table is drawn for a screen: in a folder it is CSV.
    """
    if out is None:
        if form == "parquet":
            raise UsageError("cli.parquet-needs-out")
        _rows_to_stdout(engine, table, form)
        return
    form = "csv" if form == "table" else form
    with folder(out, force=force) as work:
        path = work / f"{name}.{form}"
        if form == "csv":
            write_csv(engine, table, path)
        elif form == "parquet":
            write_by_engine(engine, table, path, "parquet")
        else:
            write_json(_records(engine, table), path)
    print(say("cli.written", path=out / f"{name}.{form}"), file=sys.stderr)  # noqa: T201


def _rows_to_stdout(engine: Engine, table: ir.Table, form: str) -> None:
    if form == "csv":
        with tempfile.TemporaryDirectory(prefix="onething-") as place:
            path = Path(place) / "rows.csv"
            try:
                write_by_engine(engine, guarded(as_text(table)), path, "csv")
            except OSError as error:
                raise UsageError("cli.out-not-writable", path=place, problem=error.strerror) from error
            with path.open(encoding="utf-8", newline="") as source:
                shutil.copyfileobj(source, sys.stdout)
    elif form == "json":
        sys.stdout.write(json_text(_records(engine, table)) + "\n")
    else:
        sys.stdout.write(_as_table(engine, table))


def _records(engine: Engine, table: ir.Table) -> list[dict[str, Any]]:
    """Rows as JSON records: lists stay lists, times ISO text, unknown is null."""
    import ibis.expr.datatypes as dt

    times = {
        n: table[n].strftime("%Y-%m-%dT%H:%M:%S") for n, k in table.schema().items() if isinstance(k, dt.Timestamp)
    }
    frame = engine.run(table.mutate(**times) if times else table).astype(object)
    return [
        {str(k): (None if not isinstance(v, (list, tuple)) and v != v else _listed(v)) for k, v in row.items()}
        for row in frame.where(frame.notna(), None).to_dict("records")
    ]


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _as_table(engine: Engine, table: ir.Table) -> str:
    """A table for eyes: as wide as the terminal, Chinese counted as two, long answers cut and said to be."""
    frame = engine.run(as_text(table.limit(TABLE_ROWS + 1)), as_written=True).astype(object)
    shown = frame.head(TABLE_ROWS)
    text = text_table(list(shown.columns), shown.where(shown.notna(), "").to_numpy().tolist())
    if len(frame) <= TABLE_ROWS:
        return text
    ((total,),) = engine.rows(table.aggregate(n=table.count()))
    return text + say("cli.rows-cut", shown=TABLE_ROWS, total=total) + "\n"


def text_table(headers: list[str], rows: list[list[Any]]) -> str:
    """Rows as aligned text."""
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="" if "NO_COLOR" in os.environ else "bold")
    for place, header in enumerate(headers):
        numeric = bool(rows) and all(isinstance(row[place], (int, float)) or row[place] == "" for row in rows)
        drawn.add_column(Text(header), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(_cell(value)) for value in row))
    wide = shutil.get_terminal_size((160, 24)).columns if sys.stdout.isatty() else 10_000
    sink = io.StringIO()
    console = Console(file=sink, width=wide, force_terminal=sys.stdout.isatty(), no_color="NO_COLOR" in os.environ)
    console.print(drawn)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines()) + "\n"


def _cell(value: Any) -> str:
    """A number as eyes read it: to four digits, and never fewer than one behind the point of a large one."""
    if not isinstance(value, float):
        return str(value)
    if value.is_integer():
        return str(int(value))
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.4g}"
