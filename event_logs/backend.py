"""Where queries run. Ibis compiles an expression, an engine runs the text; nothing else knows SQL.

Ibis' own DuckDB backend does not work with DuckDB 2 (docs/decisions/0002-ibis-compiles.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


# What the engine may hold, beside what a reader does; and where the log stays in its file.
MEMORY_LIMIT = "1500MB"
MEMORY_LIMIT_FROM_FILE = "1900MB"


class Engine(Protocol):
    """What runs compiled expressions. `DuckDBEngine` is embedded; a Spark engine has the same verbs."""

    dialect: str

    def run(self, expression: ir.Table, *, as_written: bool = False) -> pd.DataFrame:
        """Run a lazy table and give its rows, which should be few; `as_written` as `keep` has it."""
        ...

    def rows(self, expression: ir.Table) -> list[tuple[Any, ...]]:
        """The few rows of a lazy table as tuples, null as None."""
        ...

    def keep(self, name: str, expression: ir.Table, *, as_written: bool = False) -> ir.Table:
        """Compute a lazy table once under a name; gives the table that reads it back.

        `as_written`: each join looks up in its right table, whatever an engine may guess of their sizes.
        """
        ...

    def load(self, name: str, frame: pd.DataFrame, schema: Mapping[str, str] | None = None) -> ir.Table:
        """Hand a small frame to the engine; gives the table that reads it.

        `schema` names columns and their Ibis types; without, they are as the frame shows them.
        """
        ...

    def view(self, name: str, expression: ir.Table) -> ir.Table:
        """Name a lazy table without computing it: a step that later steps build on, compiled once."""
        ...

    def hold(self, name: str, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        """A small table of values from Python, of the Ibis types given."""
        ...

    def short(self, texts: ir.Table | Sequence[str | None]) -> ShortTexts:
        """How texts that recur are held in a number's room: those of a lazy table's one column, or those listed."""
        ...

    def write(self, expression: ir.Table, path: Path, form: str) -> None:
        """Write a lazy table's rows to a file (`csv` or `parquet`) without bringing them into Python."""
        ...

    def drop(self, table: ir.Table) -> None:
        """Let go of a kept table that no later step reads."""
        ...

    def close(self) -> None:
        """Let go of memory and temporary files."""
        ...


@dataclass(frozen=True, slots=True)
class ShortTexts:
    """A fixed set of texts, each held in a number's room; read, they are the texts (which an engine may as well hold).

    `hold` takes a column of such texts and gives it held so; a text that is not of the set must not occur. `number`
    gives each one's place among them, from 0; `text` the text at such a place. Null stays null.
    """

    texts: tuple[str | None, ...]
    hold: Callable[[ir.Value], ir.StringColumn]
    number: Callable[[ir.Value], ir.IntegerColumn]
    text: Callable[[ir.Value], ir.StringColumn]


class DuckDBEngine:
    """DuckDB in this process, offline: no extension is ever fetched.

    Parameters
    ----------
    memory_limit
        As DuckDB writes it (``"2GB"``); beyond it, work spills to a temporary folder that goes with the engine. The
        defaults leave an ordinary laptop room for everything else.
    """

    dialect = "duckdb"

    def __init__(self, memory_limit: str | None = None) -> None:
        import tempfile

        import duckdb

        self.connection = duckdb.connect(
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        )
        self.connection.execute("set preserve_insertion_order = false")
        self.connection.execute("set enable_progress_bar = false")
        # A Parquet log is asked some fifty questions, and what it says of itself is long.
        self.connection.execute("set parquet_metadata_cache = true")
        self._limited = memory_limit is not None
        self.connection.execute(f"set memory_limit = '{memory_limit or MEMORY_LIMIT}'")
        self.connection.execute("create temp macro number_for(given) as (hash(given) >> 1)::bigint")
        # DuckDB would spill into the working folder, which is the user's.
        self._spill = tempfile.TemporaryDirectory(prefix="onething-", ignore_cleanup_errors=True)
        self.connection.execute(f"set temp_directory = {self.sql_text(self._spill.name)}")
        self._kept = 0

    def leave_log_in_file(self) -> None:
        """The log is asked for where it lies: the room that it and its reader would take is the engine's by default."""
        if not self._limited:
            self.connection.execute(f"set memory_limit = '{MEMORY_LIMIT_FROM_FILE}'")

    @staticmethod
    def sql_text(text: str) -> str:
        """A text as SQL quotes it."""
        return "'" + text.replace("'", "''") + "'"

    def sql(self, expression: Any) -> str:
        """The text that an expression compiles to."""
        import ibis

        return str(ibis.to_sql(expression, dialect=self.dialect, pretty=False))

    def run(self, expression: ir.Table, *, as_written: bool = False) -> pd.DataFrame:
        import pandas as pd

        with self._joined_as_written() if as_written else nullcontext():
            rows = self.connection.execute(self.sql(expression)).df()
        short = [column for column, kind in rows.dtypes.items() if kind == "category"]
        for column in short:
            texts = rows[column].astype(object)
            rows[column] = pd.Series(texts.where(texts.notna(), None).tolist())  # as any text comes
        return rows

    def rows(self, expression: ir.Table) -> list[tuple[Any, ...]]:
        return self.connection.execute(self.sql(expression)).fetchall()

    def first_rows(self, table: str, columns: Sequence[str], n: int) -> list[tuple[Any, ...]]:
        """The first rows of a table or view, in its own order."""
        chosen = ", ".join(f'"{column}"' for column in columns)
        self.connection.execute("set preserve_insertion_order = true")  # the first rows, not any rows
        try:
            return self.connection.execute(f'select {chosen} from "{table}" limit {n}').fetchall()
        finally:
            self.connection.execute("set preserve_insertion_order = false")

    def tally(
        self, table: str, column: str, *, besides: Sequence[str] = (), limit: int | None = None
    ) -> list[tuple[Any, int]]:
        """Each different value of a column and its rows; of a text column, without those of `besides`.

        Null counts as a value, save where `besides` names some. With `limit`, any so many of them.
        """
        others = f'where "{column}" not in ({", ".join(map(self.sql_text, besides))}) ' if besides else ""
        few = "" if limit is None else f" limit {limit}"
        return self.connection.execute(f'select "{column}", count(*) from "{table}" {others}group by 1{few}').fetchall()

    def keep(self, name: str, expression: ir.Table, *, as_written: bool = False) -> ir.Table:
        with self._joined_as_written() if as_written else nullcontext():
            return self._create("table", name, expression)

    def view(self, name: str, expression: ir.Table) -> ir.Table:
        return self._create("view", name, expression)

    def hold(self, name: str, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        import ibis
        import ibis.expr.datatypes as dt
        from ibis.backends.sql.datatypes import DuckDBType

        table = self.new_name(name)
        written = {column: DuckDBType.to_string(dt.dtype(kind)) for column, kind in types.items()}
        columns_written = ", ".join(f'"{column}" {kind}' for column, kind in written.items())
        self.connection.execute(f'create temp table "{table}" ({columns_written})')
        given = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in written.values())
        self.connection.execute(f'insert into "{table}" select {given}', [list(columns[c]) for c in types])
        return ibis.table(dict(types), name=table)

    def short(self, texts: ir.Table | Sequence[str | None]) -> ShortTexts:
        """The texts as an enumeration, in their own order or a list's, which may name a text at several places."""
        kind = self.new_name("texts")
        if isinstance(texts, Sequence):
            listed = ", ".join("null" if text is None else self.sql_text(text) for text in texts)
            different = ", ".join(self.sql_text(text) for text in dict.fromkeys(texts) if text is not None)
            self.connection.execute(f"create type {kind} as enum ({different})")
            told = f"[{listed}]::{kind}[]"
            known = list(texts)
        else:
            (column,) = texts.columns
            different = self.sql(texts.filter(texts[column].notnull()).distinct().order_by(column))
            self.connection.execute(f"create type {kind} as enum ({different})")
            told = f"enum_range(null::{kind})::{kind}[]"
            ((known,),) = self.connection.execute(f"select enum_range(null::{kind})").fetchall()
        return ShortTexts(
            tuple(known),
            self._macro(f"hold_{kind}", f"try_cast(given as {kind})", "string", "string"),
            self._macro(f"number_{kind}", f"enum_code(try_cast(given as {kind}))::int", "string", "int32"),
            self._macro(f"text_{kind}", f"list_extract({told}, given + 1)", "int64", "string"),
        )

    def _macro(self, name: str, sql: str, takes: str, gives: str) -> Callable[[ir.Value], Any]:
        """A named SQL expression of `given`, to be used in lazy tables."""
        import ibis
        import ibis.expr.datatypes as dt

        self.connection.execute(f"create temp macro {name}(given) as {sql}")

        def named(given: Any) -> Any: ...

        signature = ((dt.dtype(takes),), dt.dtype(gives))
        call: Callable[[ir.Value], Any] = ibis.udf.scalar.builtin(named, name=name, signature=signature)
        return call

    def drop(self, table: ir.Table) -> None:
        """Let go of a kept table."""
        self.connection.execute(f'drop table if exists "{table.get_name()}"')

    def recode(self, table: str, column: str, values: Mapping[str, Any], kind: str) -> None:
        """Put each text of a stored table's column as its value, in place: null where `values` has none.

        Only that column is written again. `kind` is the values' Ibis type.
        """
        import ibis.expr.datatypes as dt
        from ibis.backends.sql.datatypes import DuckDBType

        told = {text: value for text, value in values.items() if value is not None}
        written = DuckDBType.to_string(dt.dtype(kind))
        texts = self.new_name("texts")
        place = "null"
        if told:
            # A text's place among all texts is found by its hash, however many there are.
            self.connection.execute(f"create type {texts} as enum ({', '.join(map(self.sql_text, told))})")
            place = f'enum_code(try_cast("{column}" as {texts})) + 1'
        listed = ", ".join(map(self._sql_value, told.values()))
        self.connection.execute(
            f'alter table "{table}" alter "{column}" type {written} using (([{listed}]::{written}[])[{place}])'
        )
        if told:
            self.connection.execute(f"drop type {texts}")

    def _sql_value(self, value: Any) -> str:
        if isinstance(value, list):
            return f"[{', '.join(map(self._sql_value, value))}]"
        return self.sql_text(value) if isinstance(value, str) else f"'{value}'"

    def forget(self, table: str, columns: Sequence[str]) -> None:
        """Take columns of a stored table away."""
        for column in columns:
            self.connection.execute(f'alter table "{table}" drop column "{column}"')

    def view_of(self, table: str, cells: Mapping[str, str], **computed: str) -> ir.Table:
        """A stored table's columns (name -> Ibis type) and whole numbers that SQL computes, as a lazy table."""
        import ibis

        name = self.new_name("view")
        chosen = ", ".join([*(f'"{cell}"' for cell in cells), *(f"{sql} as {made}" for made, sql in computed.items())])
        self.connection.execute(f'create temp view {name} as select {chosen} from "{table}"')
        return ibis.table({**cells, **dict.fromkeys(computed, "int64")}, name=name)

    def new_name(self, stem: str) -> str:
        """A table's name that this engine has not used before."""
        self._kept += 1
        return f"{re.sub(r'[^a-z0-9_]', '_', stem)}_{self._kept}"

    def _create(self, kind: str, name: str, expression: ir.Table) -> ir.Table:
        import ibis

        table = self.new_name(name)
        self.connection.execute(f'create temp {kind} "{table}" as {self.sql(expression)}')
        return ibis.table(expression.schema(), name=table)

    def load(self, name: str, frame: pd.DataFrame, schema: Mapping[str, str] | None = None) -> ir.Table:
        import ibis

        if schema is None:
            schema = {column: str(kind) for column, kind in ibis.memtable(frame).schema().items()}
        self._kept += 1
        table = f"{re.sub(r'[^a-z0-9_]', '_', name)}_{self._kept}"
        lazy = ibis.table(schema, name=f"{table}_frame")
        self.connection.register(f"{table}_frame", frame)
        columns = {column: lazy[column].cast(kind) for column, kind in schema.items()}
        self.connection.execute(f'create temp table "{table}" as {self.sql(lazy.select(**columns))}')
        self.connection.unregister(f"{table}_frame")
        return ibis.table(schema, name=table)

    def write(self, expression: ir.Table, path: Path, form: str) -> None:
        # A column of more texts than the limit is written as it stands: smaller, and none is looked up in vain. Nobody
        # seeks single values in results, which the filters would serve.
        parquet = "format parquet, compression zstd, dictionary_size_limit 4096, write_bloom_filter false"
        options = parquet if form == "parquet" else "format csv, header true"
        target = str(path).replace("'", "''")
        # Lists unnested and texts filtered are guessed to be few, and a join would be built on the many rows to write.
        with self._joined_as_written():
            self.connection.execute(f"copy ({self.sql(expression)}) to '{target}' ({options})")

    @contextmanager
    def _joined_as_written(self) -> Iterator[None]:
        self.connection.execute("set disabled_optimizers = 'build_side_probe_side'")
        try:
            yield
        finally:
            self.connection.execute("set disabled_optimizers = ''")

    def close(self) -> None:
        self.connection.close()
        self._spill.cleanup()
