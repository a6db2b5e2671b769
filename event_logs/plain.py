"""Which columns are plain: canonical as they stand, so that no cell of theirs needs the many steps of an odd one.

One look at the distinct values (or all times) of every column, in one query. What it finds decides how much work the
canonical form is, never what that form is: a plain column comes out the same by the long way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from event_logs.canonical import LISTS, NUMBERS, TIMES
from event_logs.values import ODD_CELL, is_messy, is_odd, is_usual_time
from event_logs.vocabularies import CODED

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine
    from event_logs.readers import Raw


# The engine's way of writing characters by number is not Python's.
_IS_ODD = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda told: chr(int(told[1], 16)), ODD_CELL) + r"|\.0$").search


def plain_roles(
    engine: DuckDBEngine,
    raw: Raw,
    columns: Mapping[str, int],
    *,
    zone: str,
    written: Mapping[str, Mapping[str, int]],
    spellings: Mapping[str, Mapping[str, str]],
) -> frozenset[str]:
    """The roles whose columns are plain.

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
    looks: list[ir.Table] = []
    for role, place in columns.items():
        cell = table[f"c{place}"]
        if role in CODED:
            if raw.lazy and all(spellings[role].get(value) == value for value in written.get(role, {})):
                plain.add(role)
        elif not cell.type().is_string() or role in NUMBERS:
            continue
        elif role in written:
            if not any(map(_IS_ODD, written[role])) and not (raw.lazy and "" in written[role]):
                plain.add(role)
        elif role in TIMES:
            looks.append(_look(role, table, (cell != "") & ~is_usual_time(cell, zone)))
        else:
            values = table.select(value=cell).distinct()
            odd = is_messy(values.value) if role in LISTS else _odd(values.value, lazy=raw.lazy)
            looks.append(_look(role, values, odd))
    if looks:
        found = engine.run(ibis.union(*looks) if len(looks) > 1 else looks[0])
        plain |= {str(role) for role, odd in found.itertuples(index=False, name=None) if not odd}
    return frozenset(plain)


def _look(role: str, table: ir.Table, odd: ir.BooleanValue) -> ir.Table:
    return table.aggregate(odd=odd.any().fill_null(False)).select(ibis.literal(role).name("role"), "odd")


def _odd(value: ir.StringValue, *, lazy: bool) -> ir.BooleanValue:
    return is_odd(value) | value.endswith(".0") | ((value == "") & lazy)
