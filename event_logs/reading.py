"""`read_log`: files in, one EventLog out. Finds the roles, puts columns into canonical form once, sets rows aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import wording
from event_logs.log import EventLog, Reading, Rejected
from event_logs.readers import Raw
from event_logs.rejected import check_number
from wording.errors import InputError, UsageError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.ahead import Ahead, Gather
    from event_logs.backend import DuckDBEngine
    from event_logs.roles import Assignment

Note = tuple[str, dict[str, object]]
Progress = Callable[[str], None]
KEYS = ("case_id", "activity", "completed_at", "started_at")
_FILLED = {"no_service": "service", "no_department": "department", "no_applicant": "applicant"}


def read_log(
    paths: str | Path | Sequence[str | Path] | Any,
    *,
    roles: Mapping[str, str] | None = None,
    timezone: str = "Asia/Shanghai",
    engine: DuckDBEngine | None = None,
    places: Path | None = None,
    progress: Progress | None = None,
    gather: Gather | None = None,
) -> EventLog:
    """Read one or several files as one event log.

    Parameters
    ----------
    paths
        A file, a folder, a glob, several of them, or a data frame (pandas, or pm4py's).
    roles
        Role -> header, where the headers do not say it. An empty header leaves a role out.
    timezone
        Whose wall clocks the log's times become; a time that is written without zone is taken to be of it.
    engine
        Where the log is held; a new one by default.
    places
        A table of two columns, place as the log writes it (or department) and the hall that it belongs to.
    progress
        Called with a wording key as each stage begins.
    gather
        What is asked of the log's cases first of all (`mining.cases.combinations`): a file that stays where it lies is
        then not read once more for it, but once together with the search for repeated rows.

    Returns
    -------
    EventLog
        `events` with every column of `event_logs.columns`; rows set aside in ``reading.rejected``.

    Raises
    ------
    InputError
        A file cannot be used, a needed role has no column, or no row is readable: says how to mend it.
    UsageError
        The timezone or a role does not exist.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
    >>> _ = file.write_text("办件编号,环节名称,完成时间\\n1,提交申请,2024-03-04 09:00\\n", encoding="gb18030")
    >>> log = read_log(file)
    >>> log.run(log.events.select("case_id", "activity")).values.tolist()
    [['1', '提交申请']]
    """
    from event_logs.readers.forms import read_raw

    check_timezone(timezone)
    engine = engine or _new_engine()
    engine.connection.execute(f"set timezone = '{timezone}'")
    _tell(progress, "log.stage.opening")
    raw = read_raw(engine, paths, roles=dict(roles or {}), progress=progress)
    return log_of_raw(engine, raw, roles=roles, timezone=timezone, places=places, progress=progress, gather=gather)


def log_of_raw(
    engine: DuckDBEngine,
    raw: Raw,
    *,
    roles: Mapping[str, str] | None = None,
    timezone: str = "Asia/Shanghai",
    places: Path | None = None,
    progress: Progress | None = None,
    gather: Gather | None = None,
) -> EventLog:
    """An event log of a table that a reader has brought into the engine."""
    import duckdb

    try:
        if raw.lazy:
            engine.leave_log_in_file()
        return _log_of_raw(engine, raw, roles or {}, timezone, places, progress, gather)
    except duckdb.Error as error:
        if not raw.lazy:
            raise
        # The file is read as it is asked for: its end may be whole, and what stands before it damaged.
        raise InputError("log.not-parquet", path=raw.path, reason=str(error).splitlines()[0]) from None


def _log_of_raw(
    engine: DuckDBEngine,
    raw: Raw,
    roles: Mapping[str, str],
    timezone: str,
    places: Path | None,
    progress: Progress | None,
    gather: Gather | None,
) -> EventLog:
    from event_logs.profile import SAMPLE, profile_columns
    from event_logs.roles import assign_roles

    sample = engine.first_rows(raw.table, [f"c{place}" for place in range(len(raw.headers))], SAMPLE)
    profiles = profile_columns(raw.headers, raw.types, sample)
    assignment = assign_roles(profiles, given=roles, path=raw.path)
    _tell(progress, "log.stage.columns")
    draft = _drafted(engine, raw, assignment, timezone, sample, gather)
    return _finished(engine, raw, assignment, draft, timezone, places)


@dataclass(frozen=True, slots=True)
class Draft:
    """Events with `reason` (null where readable), and what a first pass over them counted.

    `in_place`: they are the raw table's own columns. `again`: rows equal to an earlier one, None where there is none.
    `own_keys`: persons' roles in which each identity is its own key. `ahead`: what was gathered of the cases already.
    """

    table: ir.Table
    totals: Mapping[str, int]
    notes: tuple[Note, ...]
    own_keys: frozenset[str]
    again: ir.Table | None = None
    in_place: bool = False
    ahead: Ahead | None = None


def _drafted(
    engine: DuckDBEngine, raw: Raw, assignment: Assignment, zone: str, sample: Sequence[Sequence[object]],
    gather: Gather | None,
) -> Draft:  # fmt: skip
    from event_logs.ahead import gathered_ahead
    from event_logs.canonical import canonical_table, reason_of
    from event_logs.day_order import day_comes_first
    from event_logs.in_place import in_place
    from event_logs.plain import look_at_columns
    from event_logs.repeated import repeated_rows
    from event_logs.spellings import alike_names, codes_of, written_values
    from event_logs.unread_numbers import unread_numbers

    written = written_values(engine, raw, assignment.columns, sample)
    spellings, notes = codes_of(written, assignment.columns, raw.headers)
    notes += unread_numbers(engine, raw, assignment.columns)
    wanted = {role: f"c{assignment.columns[role]}" for role in KEYS if role in assignment.columns}
    alike = alike_names(written)
    gathering = None if gather is None else partial(
        gathered_ahead, engine, raw, assignment.columns, gather=gather, zone=zone, spellings=spellings, alike=alike
    )  # fmt: skip
    looks = look_at_columns(
        engine, raw, assignment.columns, zone=zone, written=written, spellings=spellings, gather=gathering
    )
    plain = looks.plain
    day_first, doubts = day_comes_first(engine, raw, assignment.columns, plain)
    notes += doubts
    notes += [("log.note-alike-names", {"role": role, "n": len(names)}) for role, names in alike.items()]
    again = None if looks.may_repeat is None else repeated_rows(engine, raw, assignment.columns, looks.may_repeat)
    found = None if again is not None else in_place(
        engine, raw, assignment.columns, looks,
        zone=zone, written=written, spellings=spellings, alike=alike, day_first=day_first,
    )  # fmt: skip
    if found:
        totals = {"rows": found.rows, "bad": 0, "reversed": found.reversed}
        totals |= {name: found.lacking.get(role, 0) for name, role in _FILLED.items()}
        rewritten = set(found.table.columns) - set(found.lacking)
        if unknown := {name: role for name, role in _FILLED.items() if role in rewritten}:
            totals |= _numbers(engine, found.table.aggregate(**_lacking(found.table, unknown)))
        return Draft(found.table, totals, tuple(notes), looks.own_keys, in_place=True)
    carry = ["row", "line", *dict.fromkeys(wanted.values())]
    steps = canonical_table(
        engine, raw.expression(), assignment.columns, zone=zone, spellings=spellings, plain=plain, carry=carry,
        alike=alike, day_first=day_first, lazy=raw.lazy, identical=looks.identical,
    )  # fmt: skip
    headers = {role: raw.headers[place] for role, place in assignment.columns.items()}
    reason = reason_of(steps, {role: steps[cell] for role, cell in wanted.items()}, headers, plain)
    draft = steps.select(*assignment.columns, event_number=steps.row, line=steps.line, reason=reason)
    draft = engine.view("draft", draft) if raw.lazy else engine.keep("draft", draft)
    totals = draft.aggregate(
        rows=draft.count(),
        bad=draft.reason.count(),
        reversed=_count_if(draft, "started_at", lambda d: d.started_at > d.completed_at),
        **_lacking(draft, _FILLED),
    )
    return Draft(draft, _numbers(engine, totals), tuple(notes), looks.own_keys, again, ahead=looks.ahead)


def _numbers(engine: DuckDBEngine, totals: ir.Table) -> dict[str, int]:
    """One row of whole numbers, null as 0."""
    return dict(zip(totals.columns, (int(n or 0) for n in engine.rows(totals)[0]), strict=True))


def _lacking(draft: ir.Table, roles: Mapping[str, str]) -> dict[str, Any]:
    """How many events lack what another event of their case or service may tell."""
    import ibis

    return {
        name: draft.count() - draft[role].count() if role in draft.columns else ibis.literal(0)
        for name, role in roles.items()
    }


def _count_if(draft: ir.Table, role: str, test: Callable[[ir.Table], Any]) -> Any:
    import ibis

    return test(draft).sum() if role in draft.columns else ibis.literal(0)


def _finished(
    engine: DuckDBEngine, raw: Raw, assignment: Assignment, draft: Draft, zone: str, places: Path | None
) -> EventLog:
    from event_logs.canonical import with_missing
    from event_logs.completion import completed, with_halls

    rejected = (*raw.rejected, *_rejected(engine, raw, draft))
    kept = draft.table.filter(draft.table.reason.isnull()) if draft.totals["bad"] else draft.table
    readable = draft.totals["rows"] - draft.totals["bad"]
    if not readable:
        raise _nothing_readable(raw, rejected)
    duplicates = 0
    if draft.again is not None:
        again = kept.semi_join(draft.again, kept.event_number == draft.again.again)
        ((duplicates,),) = engine.rows(again.aggregate(n=again.count()))
        kept = kept.anti_join(draft.again, kept.event_number == draft.again.again)
    events = kept if draft.in_place else kept.drop("reason")
    result = completed(engine, events, totals=draft.totals, own_keys=draft.own_keys)
    events, halls = with_halls(engine, result.events, places)
    table = with_missing(events)
    changed = result.changed or kept is not draft.table or bool(halls) or places is not None
    table = engine.keep("events", table) if changed and not raw.lazy else engine.view("events", table)
    if changed and not raw.lazy and not draft.in_place:
        engine.drop(draft.table)
    for stored in raw.storage:
        if draft.in_place and not changed and stored == raw.stored:
            continue  # the events stand in it
        engine.connection.execute(f'drop table if exists "{stored}" cascade')
    present = frozenset(role for role in assignment.columns if role in table.columns) | result.present
    notes = (*raw.notes, *assignment.doubts, *draft.notes, *result.notes, *halls)
    if duplicates:
        notes = (*notes, ("log.note-duplicates", {"n": duplicates}))
    if draft.totals["reversed"]:
        notes = (*notes, ("log.note-reversed", {"n": draft.totals["reversed"]}))
    reading = Reading(
        files=raw.files or (raw.path,),
        form=raw.form,
        encoding=raw.encoding,
        timezone=zone,
        roles=assignment.found,
        unused_columns=assignment.unused,
        rows=draft.totals["rows"] + len(raw.rejected),
        rejected=tuple(sorted(rejected, key=lambda r: (r.file, r.line, r.reason))),
        notes=notes,
        duplicates=duplicates,
    )
    log = EventLog(engine, table, present, reading, result.own_keys)
    if draft.ahead:
        if kept is draft.table and not result.changed and not draft.totals["reversed"]:
            log.knows_from(draft.ahead.log)
        else:
            engine.drop(draft.ahead.cases)
    return log


def _rejected(engine: DuckDBEngine, raw: Raw, draft: Draft) -> list[Rejected]:
    """The rows set aside, with their text."""
    if not draft.totals["bad"]:
        return []
    import ibis

    from event_logs.canonical import as_text

    table = raw.expression()
    bad = draft.table.filter(draft.table.reason.notnull()).select("event_number", "reason")
    number, reason = engine.rows(bad.order_by("event_number").limit(1))[0]
    check_number(raw.path, draft.totals["bad"], Rejected(int(number) + 2, str(reason), ""))
    cells = [as_text(table[f"c{place}"]).fill_null("") for place in range(len(raw.headers))]
    file = table.file if raw.files else ibis.literal(str(raw.path))
    text = table.select("row", "line", text=ibis.literal(",").join(cells), file=file)
    rows = engine.run(
        bad.join(text, bad.event_number == text.row).select("row", "line", "reason", "text", "file").order_by("row")
    )
    numbered = rows["line"].fillna(rows["row"] + 1).astype("int64")
    return [
        Rejected(int(line), str(reason), str(cell), str(file))
        for line, reason, cell, file in zip(numbered, rows["reason"], rows["text"], rows["file"], strict=True)
    ]


def _nothing_readable(raw: Raw, rejected: Sequence[Rejected]) -> InputError:
    if not rejected:
        return InputError("log.no-rows", path=raw.path)

    reasons = sorted(
        {row.reason for row in rejected}, key=lambda reason: -sum(row.reason == reason for row in rejected)
    )
    told = "; ".join(
        f"{wording.say(f'log.reason.{reason}')} × {sum(row.reason == reason for row in rejected)}"
        for reason in reasons[:4]
    )
    return InputError("log.all-unreadable", path=raw.path, n=len(rejected), reasons=told, line=rejected[0].line)


def check_timezone(name: str) -> None:
    """Raise `UsageError` where no zone has this name."""
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError("log.no-timezone", name=name) from None


def _new_engine() -> DuckDBEngine:
    from event_logs.backend import DuckDBEngine

    return DuckDBEngine()


def _tell(progress: Progress | None, key: str) -> None:
    if progress:
        progress(key)
