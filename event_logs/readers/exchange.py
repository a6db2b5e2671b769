"""The national platform's exchange tables (GB/T 39046-2020) made one table of events.

Acceptance, process, material, result, special procedure and licence, as a folder of files or a database. The process
table has no department: its steps take the accepting one. A step that ends when it starts has an unknown duration.
The application, the acceptance and the closing of a case become events where the process table has none of the kind.
"""

# ruff: noqa: E501  (SQL reads better unbroken)
from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from event_logs.readers import Raw
from event_logs.readers.rows import raw_of_rows
from event_logs.vocabularies import fold_header, headers
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine

# Words in a table's name that tell what it holds, the telling ones first.
KINDS: Mapping[str, tuple[str, ...]] = {
    "special": ("special", "特别程序"),
    "material": ("material", "材料"),
    "licence": ("licence", "license", "cert", "证照"),
    "result": ("result", "办结", "结果"),
    "process": ("process", "过程", "环节", "办理"),
    "acceptance": ("accept", "受理", "办件信息", "baseinfo", "apply", "申请"),
}
# Fields that are no role of an event log.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "applied_at": ("申请时间", "申报时间", "申请日期", "apply_date", "apply_time"),
    "accepted_at": ("受理时间", "受理日期", "accept_date", "accept_time"),
    "closed_at": ("办结时间", "办结日期", "result_date", "result_time", "发证日期"),
    "received_at": ("收取时间", "收取日期", "get_time", "get_date", "提交时间"),
}
_FROM_CASE = (
    "department",
    "service",
    "region",
    "applicant",
    "agent",
    "channel",
    "promised_at",
    "object",
    "episode",
    "place",
)
_OF_STEP = ("activity", "completed_at", "started_at", "department", "resource", "outcome", "place", "channel", "actor")
HEADERS = (
    "case_id", "activity", "completed_at", "started_at", "department", "resource", "service", "region", "applicant", "agent", "actor",
    "channel", "place", "materials", "method", "outputs", "object", "episode", "promised_at", "delivery", "outcome", "suspended_from", "suspended_to",
    "department_inherited",
)  # fmt: skip


def kind_of(name: str) -> str:
    """What a table of this name holds, empty where its name does not say.

    >>> kind_of("UP_PRO_PROCESS"), kind_of("办件材料信息表"), kind_of("log")
    ('process', 'material', '')
    """
    folded = name.lower()
    return next((kind for kind, words in KINDS.items() if any(word in folded for word in words)), "")


def is_exchange(files: Sequence[Path]) -> bool:
    """Whether these files are the exchange's tables: a process and an acceptance table at least, one of each kind."""
    kinds = [kind_of(file.stem) for file in files]
    return len(files) >= 2 and {"process", "acceptance"} <= set(kinds) and kinds.count("process") == 1


def read_exchange(engine: DuckDBEngine, files: Sequence[Path], path: Path) -> Raw:
    """A folder of exchange tables, each in any form that a table may have."""
    from event_logs.readers.forms import read_file

    return _joined(engine, {kind_of(file.stem): read_file(engine, file) for file in files if kind_of(file.stem)}, path)


def read_exchange_database(engine: DuckDBEngine, database: sqlite3.Connection, names: Sequence[str], path: Path) -> Raw:
    """The same tables in an SQLite database."""
    tables: dict[str, Raw] = {}
    for name in names:
        if kind := kind_of(name):
            cursor = database.execute('select * from "{}"'.format(name.replace('"', '""')))
            columns = [str(column[0]) for column in cursor.description]
            tables[kind] = raw_of_rows(engine, columns, _texts(cursor), form="exchange", path=path)
    if "process" not in tables:
        raise InputError("log.not-exchange", path=path, has=", ".join(names))
    return _joined(engine, tables, path)


def _texts(rows: sqlite3.Cursor) -> Iterator[tuple[None, list[str | None]]]:
    for row in rows:
        yield None, [None if value is None else str(value) for value in row]


def _joined(engine: DuckDBEngine, tables: Mapping[str, Raw], path: Path) -> Raw:
    if "process" not in tables or _column(tables["process"], "case_id") is None:
        raise InputError(
            "log.not-exchange",
            path=path,
            has=", ".join(f"{kind}: {', '.join(raw.headers)}" for kind, raw in tables.items()),
        )
    steps = _steps(engine, tables)
    parts = [
        _case_part(engine, tables),
        _implied(engine, tables, steps),
        _materials(engine, tables),
        _outputs(engine, tables),
        _pauses(engine, tables),
    ]
    cases, implied, materials, outputs, pauses = parts
    name = engine.new_name("exchange")
    engine.connection.execute(
        f"create temp table {name}_all as select *, row_number() over (partition by case_id order by ended, rank, source) as turn from (select * from {steps} union all by name select * from {implied})"
    )
    inherited = "case when e.department is null and c.department is not null then 'true' end as department_inherited"
    chosen = ", ".join(inherited if h == "department_inherited" else f"e.{h}" if h in ("case_id", "activity", "completed_at", "started_at", "resource", "outcome", "actor")
                       else f"coalesce(e.{h}, c.{h}) as {h}" if h in _OF_STEP else f"c.{h}" if h in _FROM_CASE
                       else f"{ {'materials': 'm.materials', 'method': 'm.method', 'outputs': 'o.outputs', 'delivery': 'o.delivery', 'suspended_from': 'p.suspended_from', 'suspended_to': 'p.suspended_to'}[h]} as {h}"
                       for h in HEADERS)  # fmt: skip
    selected = ", ".join(f"{header} as c{place}" for place, header in enumerate(HEADERS))
    engine.connection.execute(
        f"create temp table {name} as select {selected}, row_number() over (order by ended, case_id, turn) - 1 as row, null::bigint as line from ("
        f"select {chosen}, e.ended, e.turn from {name}_all e left join {cases} c using (case_id)"
        f" left join ({_attached(name, materials, 'received_at', ('materials', 'method'))}) m on m.case_id = e.case_id and m.turn = e.turn"
        f" left join ({_attached(name, outputs, 'closed_at', ('outputs', 'delivery'))}) o on o.case_id = e.case_id and o.turn = e.turn"
        f" left join ({_attached(name, pauses, 'suspended_from', ('suspended_from', 'suspended_to'))}) p on p.case_id = e.case_id and p.turn = e.turn)"
    )  # fmt: skip
    return Raw(
        name,
        HEADERS,
        ("string",) * len(HEADERS),
        "exchange",
        path,
        lines=False,
        storage=(name,),
        notes=_notes(engine, name, steps, pauses),
    )


def _notes(engine: DuckDBEngine, name: str, steps: str, pauses: str) -> tuple[tuple[str, dict[str, object]], ...]:
    counts = {
        "log.note-process-department": f"select count(*) from {steps} where department is null",
        "log.note-same-times": f"select count(*) from {steps} where same",
        "log.note-suspended": f"select count(distinct case_id) from {pauses}",
    }
    found = {key: int((engine.connection.execute(sql).fetchone() or (0,))[0]) for key, sql in counts.items()}
    return tuple((key, {"n": n}) for key, n in found.items() if n)


def _attached(name: str, extra: str, time: str, columns: tuple[str, str]) -> str:
    """Each row of `extra` at the first event of its case that ends at its time or later, else at the last."""
    first, second = columns
    gathered = (
        f"string_agg({first}, chr(31) order by place) as {first}"
        if first in ("materials", "outputs")
        else f"min({first}) as {first}"
    )
    other = (
        f"string_agg(coalesce({second}, ''), ';' order by place) as {second}"
        if second == "method"
        else f"min({second}) as {second}"
    )
    return (
        f"select case_id, turn, {gathered}, {other} from (select x.*, coalesce((select min(turn) from {name}_all a where a.case_id = x.case_id and a.ended >= {_time(f'x.{time}')}), "
        f"case when x.{time} is null then 1 else (select max(turn) from {name}_all a where a.case_id = x.case_id) end) as turn from {extra} x) group by case_id, turn"
    )


def _time(cell: str) -> str:
    """A cell as a time, in the standard's compact forms too: good enough to put events in order."""
    return f"coalesce(try_cast({cell} as timestamp), try_strptime({cell}, ['%Y%m%d%H%M%S', '%Y%m%dT%H%M%S', '%Y%m%d']))"


def _column(raw: Raw | None, role: str) -> str | None:
    if raw is None:
        return None
    names = (
        headers()[role]["names"] + headers()[role]["depends"]
        if role in headers()
        else tuple(map(fold_header, FIELDS[role]))
    )
    found = [
        (names.index(fold_header(header)), place)
        for place, header in enumerate(raw.headers)
        if fold_header(header) in names
    ]
    return f"nullif(trim(c{min(found)[1]}::varchar), '')" if found else None


def _selected(raw: Raw, roles: Sequence[str]) -> str:
    return ", ".join(f"{_column(raw, role) or 'null::varchar'} as {role}" for role in roles)


def _made(engine: DuckDBEngine, stem: str, sql: str) -> str:
    name = engine.new_name(stem)
    engine.connection.execute(f"create temp table {name} as {sql}")
    return name


def _case_part(engine: DuckDBEngine, tables: Mapping[str, Raw]) -> str:
    raw = tables.get("acceptance")
    if raw is None or _column(raw, "case_id") is None:
        nothing = ", ".join(
            f"null::varchar as {role}" for role in ("case_id", *_FROM_CASE, "applied_at", "accepted_at")
        )
        return _made(engine, "cases", f"select {nothing} limit 0")
    roles = ("case_id", *_FROM_CASE, "applied_at", "accepted_at")
    firsts = ", ".join(f"first({role} order by row) as {role}" for role in roles[1:])
    return _made(
        engine,
        "cases",
        f"select case_id, {firsts} from (select {_selected(raw, roles)}, row from {raw.table}) where case_id is not null group by case_id",
    )


def _steps(engine: DuckDBEngine, tables: Mapping[str, Raw]) -> str:
    raw = tables["process"]
    picked = _selected(raw, ("case_id", *_OF_STEP))
    return _made(
        engine, "steps",
        f"select * replace (case when same then null else started_at end as started_at) from ("
        f"select *, coalesce(started_at = completed_at, false) as same, {_time('completed_at')} as ended, 2 as rank, row as source from "
        f"(select {picked}, row from {raw.table}))",
    )  # fmt: skip


def _implied(engine: DuckDBEngine, tables: Mapping[str, Raw], steps: str) -> str:
    """Application, acceptance and closing of each case, where its process table has no step of the kind.

    A closing that the result table puts after the last step is an event of its own, whatever the steps are called: what
    is issued at it was not there before.
    """
    pieces = []
    for kind, time, activity_name, rank, words, later in (
        ("acceptance", "applied_at", "提交申请", 0, "申请|提交|收件|申报", ""),
        ("acceptance", "accepted_at", "受理", 1, "受理", ""),
        ("result", "closed_at", "办结", 3, "办结|决定|制证|发证", " and {at} <= max(ended)"),
    ):  # fmt: skip
        raw = tables.get(kind)
        if raw is None or _column(raw, time) is None or _column(raw, "case_id") is None:
            continue
        officer = _column(raw, "resource") if rank == 1 else None
        has = (
            f"select 1 from {steps} s where s.case_id = i.case_id having bool_or(regexp_matches(s.activity, '{words}'))"
        )
        has += later.format(at=_time("i.t"))
        pieces.append(
            f"select distinct case_id, '{activity_name}' as activity, t as completed_at, resource, {_time('t')} as ended, {rank} as rank, 0::bigint as source from "
            f"(select {_column(raw, 'case_id')} as case_id, {_column(raw, time)} as t, {officer or 'null::varchar'} as resource from {raw.table}) i where t is not null and not exists ({has})"
        )
    empty = "select null::varchar as case_id, null::varchar as activity, null::varchar as completed_at, null::timestamp as ended, 0 as rank, 0::bigint as source limit 0"
    return _made(engine, "implied", " union all by name ".join(pieces) if pieces else empty)


def _materials(engine: DuckDBEngine, tables: Mapping[str, Raw]) -> str:
    return _extra(
        engine, tables.get("material"), ("case_id", "materials", "method", "received_at"), "materials is not null"
    )


def _outputs(engine: DuckDBEngine, tables: Mapping[str, Raw]) -> str:
    return _extra(
        engine,
        tables.get("result") or tables.get("licence"),
        ("case_id", "outputs", "delivery", "closed_at"),
        "(outputs is not null or delivery is not null)",
    )


def _pauses(engine: DuckDBEngine, tables: Mapping[str, Raw]) -> str:
    return _extra(
        engine, tables.get("special"), ("case_id", "suspended_from", "suspended_to"), "suspended_from is not null"
    )


def _extra(engine: DuckDBEngine, raw: Raw | None, roles: Sequence[str], wanted: str) -> str:
    if raw is None or _column(raw, "case_id") is None:
        return _made(
            engine,
            "extra",
            "select " + ", ".join(f"null::varchar as {role}" for role in roles) + ", 0::bigint as place limit 0",
        )
    return _made(
        engine,
        "extra",
        f"select * from (select {_selected(raw, roles)}, row as place from {raw.table}) where {wanted} and case_id is not null",
    )
