"""Which columns are plain: canonical as they stand, so that no cell of theirs needs the many steps of an odd one.

One look at the distinct values (or all times) of every column. What it finds decides how much work the
canonical form is, never what that form is: a plain column comes out the same by the long way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from event_logs.ahead import LEFT_OUT, Ahead
from event_logs.canonical import LISTS, NUMBERS, TIMES
from event_logs.few_lists import is_split_at_once, split_list
from event_logs.identities import needs_key
from event_logs.repeated import goes_on_in_time, marked_cases, may_repeat
from event_logs.times import is_usual_time
from event_logs.values import ODD_CELL, is_messy, is_odd
from event_logs.vocabularies import CODED

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine
    from event_logs.readers import Raw


PERSONS = ("applicant", "agent")
# The engine's way of writing characters by number is not Python's.
_IS_ODD = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda told: chr(int(told[1], 16)), ODD_CELL) + r"|\.0$").search


# What a log's steps are not told by: while these alone are not looked at, its cases can be gathered.
_OF_NO_STEP = frozenset({"case_id", "applicant", "object", "episode", *LEFT_OUT})


@dataclass(frozen=True, slots=True)
class Looks:
    """What one look at a log's columns found.

    `plain`: roles whose columns are plain; `identical`: those of them that hold no empty text either, so that the
    column as it stands is the canonical one; `own_keys`: persons' roles in which every identity is its own key;
    `may_repeat`: the cases, as written (``case``), of which two rows may be equal; None where there are none;
    `ahead`: what was gathered before all columns were looked at, where it is as it would be now.
    """

    plain: frozenset[str]
    identical: frozenset[str]
    own_keys: frozenset[str] = frozenset()
    may_repeat: ir.Table | None = None
    ahead: Ahead | None = None

    def and_of(self, texts: Mapping[str, Look]) -> Looks:
        """With what was found of further columns, all of text."""
        plain = {role for role, look in texts.items() if not look.odd}
        words = plain - set(LISTS)
        return replace(
            self,
            plain=self.plain | plain,
            identical=self.identical | {role for role in words if not texts[role].blank},
            own_keys=self.own_keys | {role for role in words & set(PERSONS) if not texts[role].keyed},
        )


@dataclass(frozen=True, slots=True)
class Look:
    """Whether some text of a column is `odd`, is empty, or (a person's) may have a key of its own."""

    odd: bool = False
    blank: bool = False
    keyed: bool = False


def look_at_columns(
    engine: DuckDBEngine,
    raw: Raw,
    columns: Mapping[str, int],
    *,
    zone: str,
    written: Mapping[str, Mapping[str, int]],
    spellings: Mapping[str, Mapping[str, str]],
    gather: Callable[[Looks], Ahead | None] | None = None,
) -> Looks:
    """Which columns are plain.

    Parameters
    ----------
    columns
        Role -> number of its column.
    written
        Of some roles, their values as written (`event_logs.spellings`): they need no other look.
    spellings
        Of each coded role, the values as written -> code.
    gather
        Gathers a file's cases (`event_logs.ahead`), given what the columns are if no text not yet looked at is odd.
        What it tells by is then looked at there.
    """
    known, texts = _known_looks(engine, raw, columns, zone=zone, written=written, spellings=spellings)
    ahead = None
    if gather and raw.lazy and "case_id" in texts and texts.keys() <= _OF_NO_STEP:
        ahead = gather(known.and_of(dict.fromkeys(texts, Look())))
    told = ahead.cases if ahead else None
    cases = engine.keep("cases_met", _cases(raw, columns, told))
    found: dict[str, Look] = {}
    for role, cell in texts.items():
        if role == "case_id":
            found[role] = _look(engine, cases, cases.odd, blank=cases.blank)
            continue
        whole = cell.name(role).as_table() if told is None or role not in told.columns else told.select(role)
        values = whole.distinct()
        value = values[role]
        odd = is_messy(value) if role in LISTS else _odd(value, lazy=raw.lazy)
        keyed = needs_key(value) if role in PERSONS else None
        found[role] = _look(engine, values, odd, blank=value == "", keyed=keyed)
    suspects = _may_repeat(engine, raw, columns, cases)
    engine.drop(cases)
    if ahead and any(found[role] != Look() for role in found.keys() & set(ahead.cases.columns)):
        engine.drop(ahead.cases)
        ahead = None
    return replace(known.and_of(found), may_repeat=suspects, ahead=ahead)


def _known_looks(
    engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], *, zone: str,
    written: Mapping[str, Mapping[str, int]], spellings: Mapping[str, Mapping[str, str]],
) -> tuple[Looks, dict[str, ir.StringColumn]]:  # fmt: skip
    """What types, times and the values that are known already tell; and the columns of texts of which none does."""
    table = raw.expression()
    plain: set[str] = set()
    identical: set[str] = set()
    texts: dict[str, ir.StringColumn] = {}
    for role, place in columns.items():
        cell = table[f"c{place}"]
        if role in CODED:
            if all(spellings[role].get(value) == value for value in written.get(role, {})):
                identical.add(role)
                plain |= {role} if raw.lazy else set()
        elif not cell.type().is_string():
            identical |= {role} if _has_type_of(role, cell) else set()
        elif role in NUMBERS:
            continue
        elif role in written and role in LISTS:
            plain |= {role} if all(map(_is_plain_list, written[role])) else set()
        elif role in written:
            if not any(map(_IS_ODD, written[role])) and not (raw.lazy and "" in written[role]):
                plain.add(role)
                identical |= {role} if "" not in written[role] else set()
        elif role in TIMES:
            plain |= set() if _look(engine, table, (cell != "") & ~is_usual_time(cell, zone)).odd else {role}
        else:
            texts[role] = cell
    return Looks(frozenset(plain), frozenset(identical)), texts


def _may_repeat(engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], cases: ir.Table) -> ir.Table | None:
    """The cases (``case``) of which two rows may be equal; None where there are none."""
    if raw.lazy:
        suspects = cases.filter(cases.may_repeat).select("case")
    else:
        ((n,),) = engine.rows(cases.aggregate(n=cases.count()))
        if goes_on_in_time(engine, raw, columns, n):
            return None
        marked = marked_cases(raw, columns)
        suspects = marked.filter(marked.may_repeat).select(case="value")
    kept = engine.keep("may_repeat", suspects)
    return kept if engine.rows(kept.limit(1)) else None


def _cases(raw: Raw, columns: Mapping[str, int], told: ir.Table | None) -> ir.Table:
    """A row a case: as written (``case``), whether it is written ``odd`` or is ``blank``.

    Of a file that is read as it is asked for also ``may_repeat``, which costs less than to read the file once more; and
    only the cases that are odd, or may repeat. With what was gathered of such a file, from there.
    """
    table = raw.expression()
    value = table[f"c{columns['case_id']}"]
    if told is not None:
        cases = told.select(value=told.case_id, may_repeat=may_repeat(told))
    else:
        cases = marked_cases(raw, columns) if raw.lazy else table.select(value=value).distinct()
    text = value.type().is_string()
    met = cases.select(
        *(["may_repeat"] if raw.lazy else []), case=cases.value,
        odd=_odd(cases.value, lazy=raw.lazy) if text else False, blank=(cases.value == "") if text else False,
    )  # fmt: skip
    return met.filter(met.odd | met.may_repeat) if raw.lazy else met


def _has_type_of(role: str, cell: ir.Value) -> bool:
    """Whether a column has its role's type already."""
    kind = cell.type()
    if role in TIMES:
        return bool(kind.is_timestamp()) and kind.timezone is None
    return bool(role in NUMBERS and kind.is_float64())


def _look(
    engine: DuckDBEngine, table: ir.Table, odd: ir.BooleanValue, *, blank: ir.Value | None = None,
    keyed: ir.Value | None = None,
) -> Look:  # fmt: skip
    """Looks of several columns in one query cost more to compile than they save."""
    tests = {"odd": odd, "blank": blank, "keyed": keyed}
    asked = {name: test.any().fill_null(False) for name, test in tests.items() if test is not None}
    (answers,) = engine.rows(table.aggregate(**asked))
    return Look(**dict(zip(asked, answers, strict=True)))


def _is_plain_list(text: str) -> bool:
    return not text or (is_split_at_once(text) and split_list(text) == text.split(";"))


def _odd(value: ir.StringValue, *, lazy: bool) -> ir.BooleanValue:
    return is_odd(value) | value.endswith(".0") | ((value == "") & lazy)
