"""Rows equal in every column to an earlier one, found without comparing all rows of a log with one another.

Where every row goes on with the case of the row before it, and later, or begins a case, none is another's. Else rows of
one case that are events of their own are told apart by two marks out of some sixty each, drawn from activity
and time: a case that shows as many different marks as it has rows has no row twice. The few others are looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from event_logs.columns import NEEDED
from event_logs.functions import BITS, bits_set, hashed

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine
    from event_logs.readers import Raw


def marks(what: ir.Value, when: ir.Value) -> dict[str, ir.IntegerValue]:
    """A row's bits, two columns; of a case, their unions tell whether it `may_repeat`."""
    event = _event(what, when)
    return {"marks": _mark(event & 63), "others": _mark((event >> 6) & 63)}


def may_repeat(cases: ir.Table) -> ir.BooleanValue:
    """Whether two rows of a case may be equal, by its gathered `marks` and ``n``, its rows."""
    return (bits_set(cases.marks) < cases.n) & (bits_set(cases.others) < cases.n)


def marked_cases(raw: Raw, columns: Mapping[str, int]) -> ir.Table:
    """``value`` (a case as written) and ``may_repeat``, whether two of its rows may be equal; lazy.

    Parameters
    ----------
    columns
        Role -> number of its column.
    """
    table = raw.expression()
    case, what, when = (table[f"c{columns[role]}"] for role in NEEDED)
    told = table.select(value=case, **marks(what, when))
    cases = told.group_by("value").aggregate(n=told.count(), marks=told.marks.bit_or(), others=told.others.bit_or())
    return cases.select("value", may_repeat=may_repeat(cases))


def goes_on_in_time(engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], cases: int) -> bool:
    """Whether each of the rows, but the first of each of so many `cases`, is of the case before it and later.

    Of a stored table alone: the rows of a view come in no order.
    """
    table = raw.expression()
    case, when = (table[f"c{columns[role]}"] for role in (NEEDED[0], NEEDED[2]))
    before = ibis.window()
    beside = table.select(goes_on=(case == case.lag().over(before)) & (when > when.lag().over(before)))
    ((begun,),) = engine.rows(beside.aggregate(n=(~beside.goes_on.fill_null(False)).sum()))
    return int(begun or 0) == cases


def repeated_rows(engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], cases: ir.Table) -> ir.Table | None:
    """``again``: the rows that are equal in every column to an earlier one; None where there is none.

    Parameters
    ----------
    cases
        ``case``, as written: those that may have such rows.
    """
    table = raw.expression()
    told = table.mutate(case=table[f"c{columns[NEEDED[0]]}"]).semi_join(cases, "case")
    what, when = (told[f"c{columns[role]}"] for role in NEEDED[1:])
    suspects = engine.keep("suspects", told.select("row", "case", event=_event(what, when)))
    several = suspects.group_by(["case", "event"]).aggregate(n=suspects.count()).filter(lambda t: t.n > 1)
    alike = engine.keep("alike", suspects.semi_join(several, ["case", "event"]).select("row"))
    engine.drop(suspects)
    again = None
    if engine.rows(alike.limit(1)):
        cells = [f"c{place}" for place in range(len(raw.headers))]
        whole = table.semi_join(alike, "row").select("row", *cells)
        ranked = whole.mutate(turn=ibis.row_number().over(ibis.window(group_by=cells, order_by="row")))
        again = engine.keep("again", ranked.filter(ranked.turn > 0).select(again="row"))
    engine.drop(alike)
    return again if again is not None and engine.rows(again.limit(1)) else None


def _event(what: ir.Value, when: ir.Value) -> ir.IntegerValue:
    """A number for what a row says happened, and when: hashed apart, since there are few of the one in a file."""
    event: ir.IntegerValue = hashed(what) ^ hashed(when)
    return event


def _mark(place: ir.IntegerValue) -> ir.IntegerValue:
    mark: ir.IntegerValue = ibis.literal(1, "int64") << ibis.least(place, BITS)
    return mark
