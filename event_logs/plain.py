"""Which columns are plain: canonical as they stand, so that no cell of theirs needs the many steps of an odd one.

One look at the distinct values (or all times) of every column, in one query. What it finds decides how much work the
canonical form is, never what that form is: a plain column comes out the same by the long way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from event_logs.canonical import LISTS, NUMBERS, TIMES
from event_logs.values import is_messy, is_odd, is_usual_time
from event_logs.vocabularies import CODED

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine
    from event_logs.readers import Raw


def plain_roles(
    engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], spellings: Mapping[str, Mapping[str, str]], zone: str
) -> frozenset[str]:
    """The roles whose columns are plain.

    Parameters
    ----------
    columns
        Role -> number of its column.
    spellings
        Of each coded role, the values as written -> code.
    """
    table = raw.expression()
    plain: set[str] = set()
    looks: list[ir.Table] = []
    for role, place in columns.items():
        cell = table[f"c{place}"]
        if role in CODED:
            if all(written == code for written, code in spellings[role].items()) and raw.lazy:
                plain.add(role)
        elif not cell.type().is_string() or role in NUMBERS:
            continue
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
