"""Which columns are plain: canonical as they stand, so that no cell of theirs needs the many steps of an odd one.

One look at the distinct values (or all times) of every column. What it finds decides how much work the
canonical form is, never what that form is: a plain column comes out the same by the long way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from event_logs.canonical import LISTS, NUMBERS, TIMES
from event_logs.few_lists import is_split_at_once, split_list
from event_logs.identities import needs_key
from event_logs.repeated import goes_on_in_time, marked_cases
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


@dataclass(frozen=True, slots=True)
class Looks:
    """What one look at a log's columns found.

    `plain`: roles whose columns are plain; `identical`: those of them that hold no empty text either, so that the
    column as it stands is the canonical one; `own_keys`: persons' roles in which every identity is its own key;
    `may_repeat`: the cases, as written (``case``), of which two rows may be equal; None where there are none.
    """

    plain: frozenset[str]
    identical: frozenset[str]
    own_keys: frozenset[str]
    may_repeat: ir.Table | None


def look_at_columns(
    engine: DuckDBEngine,
    raw: Raw,
    columns: Mapping[str, int],
    *,
    zone: str,
    written: Mapping[str, Mapping[str, int]],
    spellings: Mapping[str, Mapping[str, str]],
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
    """
    table = raw.expression()
    plain: set[str] = set()
    identical: set[str] = set()
    looks: dict[str, ir.Table] = {}
    cases = engine.keep("cases_met", _cases(raw, columns))
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
        elif role == "case_id":
            looks[role] = _look(cases, cases.odd, blank=cases.blank)
        elif role in written and role in LISTS:
            plain |= {role} if all(map(_is_plain_list, written[role])) else set()
        elif role in written:
            if not any(map(_IS_ODD, written[role])) and not (raw.lazy and "" in written[role]):
                plain.add(role)
                identical |= {role} if "" not in written[role] else set()
        elif role in TIMES:
            looks[role] = _look(table, (cell != "") & ~is_usual_time(cell, zone))
        else:
            values = table.select(value=cell).distinct()
            odd = is_messy(values.value) if role in LISTS else _odd(values.value, lazy=raw.lazy)
            keyed = needs_key(values.value) if role in PERSONS else None
            looks[role] = _look(values, odd, blank=values.value == "", keyed=keyed)
    # Each by itself: several in one query cost more to compile than they save.
    found = [(role, *engine.rows(look)[0]) for role, look in looks.items()]
    plain |= {role for role, odd, *_ in found if not odd}
    texts = {role for role in plain if role not in TIMES and role not in LISTS}
    identical |= {role for role, odd, blank, _ in found if role in texts and not odd and not blank}
    own_keys = {role for role, _, _, keyed in found if role in texts & set(PERSONS) and not keyed}
    may_repeat = _may_repeat(engine, raw, columns, cases)
    engine.drop(cases)
    return Looks(frozenset(plain), frozenset(identical), frozenset(own_keys), may_repeat)


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


def _cases(raw: Raw, columns: Mapping[str, int]) -> ir.Table:
    """A row a case: as written (``case``), whether it is written ``odd`` or is ``blank``.

    Of a file that is read as it is asked for also ``may_repeat``, which costs less than to read the file once more; and
    only the cases that are odd, or may repeat.
    """
    table = raw.expression()
    value = table[f"c{columns['case_id']}"]
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
    table: ir.Table, odd: ir.BooleanValue, *, blank: ir.Value | None = None, keyed: ir.Value | None = None
) -> ir.Table:
    no = ibis.literal(False)
    return table.aggregate(
        odd=_any(odd),
        blank=_any(blank) if blank is not None else no,
        keyed=_any(keyed) if keyed is not None else no,
    )


def _is_plain_list(text: str) -> bool:
    return not text or (is_split_at_once(text) and split_list(text) == text.split(";"))


def _any(test: ir.Value) -> ir.BooleanValue:
    return test.any().fill_null(False)


def _odd(value: ir.StringValue, *, lazy: bool) -> ir.BooleanValue:
    return is_odd(value) | value.endswith(".0") | ((value == "") & lazy)
