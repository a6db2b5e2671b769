"""From a table of text to events in canonical columns: one expression a column, and why a row cannot be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from event_logs.columns import COLUMNS
from event_logs.functions import text_of, trim, wall_clock
from event_logs.times import plain_time, time_steps
from event_logs.values import BLANK, Part, Step, coded, in_steps, list_steps, number_steps, plain_list, text_steps
from event_logs.vocabularies import CODED, missing, number_words

if TYPE_CHECKING:
    from event_logs.backend import Engine

LISTS = ("materials", "outputs")
TIMES = ("completed_at", "started_at", "promised_at", "suspended_from", "suspended_to")
BARRED = ("completed_at", "started_at")  # a text here that is no time makes the row unreadable
NUMBERS = ("rating", "fee")
NEEDED_TEXT = ("case_id", "activity")
_MANY_SPELLINGS = 60
_PLAIN = ("case_id", "activity")  # where "无" may be meant


def canonical_table(
    engine: Engine, raw: ir.Table, columns: Mapping[str, int], *, zone: str, spellings: Mapping[str, Mapping[str, str]],
    plain: frozenset[str], carry: Sequence[str], alike: Mapping[str, Mapping[str, str]] | None = None,
    day_first: bool = False, lazy: bool = False, identical: frozenset[str] = frozenset(),
) -> ir.Table:  # fmt: skip
    """The raw table's columns put into canonical form, one for each role that `columns` names; lazy.

    Parameters
    ----------
    spellings
        Of each coded role, the values as written -> code.
    plain
        Roles whose cells are canonical as they stand, or nearly so (`event_logs.plain`).
    carry
        Columns of the raw table that stay as they are.
    alike
        Of roles that name offices or sites, the spellings of one name -> the commonest of them.
    day_first
        03/04/2024 is the third of April (`event_logs.day_order`).
    lazy
        The raw table is a file itself, not a copy.
    identical
        Roles whose cells are canonical to the letter: they are passed on untouched, as quick as the file gives them.
    """
    raw = _lists_read(engine, raw, columns, plain, lazy=lazy)
    raw, looked_up = _codes_looked_up(engine, raw, columns, spellings)
    plain |= looked_up
    table = raw.select(
        *carry, **{role: _prepared(role, raw[f"c{place}"], zone=zone) for role, place in columns.items()}
    )
    recipes = {
        role: _recipe(role, raw[f"c{place}"], zone=zone, day_first=day_first, spellings=spellings, plain=role in plain)
        if role not in identical
        else ()
        for role, place in columns.items()
    }
    for role, names in (alike or {}).items():
        recipes[role] = (*recipes[role], _renamed(names))
    return in_steps(engine, table, recipes, carry=carry)


def _lists_read(
    engine: Engine, raw: ir.Table, columns: Mapping[str, int], plain: frozenset[str], *, lazy: bool
) -> ir.Table:
    """The raw table with lists that are written in many ways split already: each different text once, as few differ.

    A table that is not copied keeps its texts: whoever asks for another column should not pay for this one.
    """
    for role in LISTS:
        cell = f"c{columns[role]}" if role in columns else ""
        if lazy or not cell or role in plain or not raw[cell].type().is_string():
            continue
        texts = engine.keep("texts", raw.select(written=cell).distinct().filter(lambda t: t.written.notnull()))
        split = in_steps(engine, texts.mutate(elements=texts.written), {"elements": list_steps()}, carry=["written"])
        lists = engine.keep("lists", split)
        raw = raw.left_join(lists, raw[cell] == lists.written).drop("written", cell).rename({cell: "elements"})
    return raw


def _codes_looked_up(
    engine: Engine, raw: ir.Table, columns: Mapping[str, int], spellings: Mapping[str, Mapping[str, str]]
) -> tuple[ir.Table, frozenset[str]]:
    """The raw table with codes for what is written, of roles whose ways of writing are too many to ask one by one."""
    roles = frozenset(role for role in CODED if role in columns and len(spellings[role]) > _MANY_SPELLINGS)
    for role in sorted(roles):
        cell = f"c{columns[role]}"
        pairs = {"written": list(spellings[role]), "code": list(spellings[role].values())}
        known = engine.hold("codes", pairs, {"written": "string", "code": "string"})
        raw = raw.left_join(known, as_text(raw[cell]) == known.written).drop("written", cell).rename({cell: "code"})
    return raw, roles


def _renamed(names: Mapping[str, str]) -> Step:
    def step(part: Part) -> dict[str, ir.Value]:
        value = part("value")
        return {"value": ibis.cases(*((value == name, usual) for name, usual in names.items()), else_=value)}

    return step


def _prepared(role: str, column: ir.Value, *, zone: str) -> ir.Value:
    """A column as its recipe takes it: text, or what has the role's type already."""
    kind = column.type()
    if role in TIMES and (kind.is_timestamp() or kind.is_date()):
        return wall_clock(text_of(zone), column) if kind.is_timestamp() and kind.timezone else column.cast("timestamp")
    if role in LISTS and kind.is_array():
        return column
    if role in NUMBERS and kind.is_numeric():
        return column.cast("float64")
    return as_text(column)


def _recipe(
    role: str, column: ir.Value, *, zone: str, day_first: bool, spellings: Mapping[str, Mapping[str, str]], plain: bool
) -> tuple[Step, ...]:
    kind = column.type()
    if role in TIMES:
        if kind.is_timestamp() or kind.is_date():
            return ()
        return plain_time(zone) if plain else time_steps(zone, day_first=day_first)
    if role in LISTS:
        return () if kind.is_array() else plain_list() if plain else list_steps()
    if role in NUMBERS:
        return () if kind.is_numeric() else number_steps(number_words(role))
    if role in CODED:
        return () if plain else (lambda part: {"value": coded(part("value"), dict(spellings[role]))},)
    if plain:
        return (lambda part: {"value": part("value").nullif("")},)
    return text_steps(
        also_missing=() if role in _PLAIN else missing("optional"),
        numeric=role in ("case_id", "resource", "object", "episode", "applicant", "agent"),
    )


def as_text(column: ir.Value) -> ir.StringValue:
    """A column's values as text; numbers without an empty fraction."""
    kind = column.type()
    if kind.is_string():
        return column
    if kind.is_array():
        return column.join("\x1f")
    if kind.is_floating():
        whole = column.cast("int64")
        return ibis.ifelse(column == whole, whole.cast("string"), column.cast("string"))
    return column.cast("string")


def reason_of(
    table: ir.Table, raw_of: Mapping[str, ir.Value], headers: Mapping[str, str], plain: frozenset[str]
) -> ir.StringValue:
    """Why a row is no event (a code), else null: the checks in the contract's order.

    Parameters
    ----------
    table
        Canonical columns, and the raw ones that `raw_of` names beside them.
    headers
        Role -> header: a row that repeats them is a second header.
    plain
        Roles whose cells are all readable.
    """
    checks: list[tuple[ir.BooleanValue, str]] = []
    if all(raw_of[role].type().is_string() for role in NEEDED_TEXT):
        checks.append(
            ((table.case_id == headers["case_id"]) & (table.activity == headers["activity"]), "second_header")
        )
    checks += [(table.case_id.isnull(), "no_case_id"), (table.activity.isnull(), "no_activity")]
    for role in BARRED:
        if role in raw_of and role not in plain and not _typed_time(raw_of[role]):
            unread = ibis.ifelse(table[role].isnull(), as_text(raw_of[role]), ibis.null("string"))
            checks.append((written_time(unread).notnull(), f"bad_{role}"))
    checks.append((table.completed_at.isnull(), "no_completed_at"))
    return ibis.cases(*checks, else_=ibis.null("string"))


def _typed_time(column: ir.Value) -> bool:
    return bool(column.type().is_timestamp() or column.type().is_date())


def written_time(text: ir.StringValue) -> ir.StringValue:
    """A time's text, null where it says "none"."""
    plain = trim(text, text_of("'\"" + BLANK)).nullif("")
    nothing = (*missing("any"), *missing("optional"), *missing("times"))
    return ibis.ifelse(plain.lower().isin(nothing), ibis.null("string"), plain)


def with_missing(events: ir.Table) -> ir.Table:
    """Every canonical column: those not there as nulls of their type, in the contract's order."""
    have = set(events.columns)
    return events.select(**{c.name: events[c.name] if c.name in have else ibis.null(c.type) for c in COLUMNS})
