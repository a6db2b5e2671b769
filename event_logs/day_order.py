"""Day or month first: in which order a log writes dates such as 03/04/2024."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis

from event_logs.canonical import TIMES

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine
    from event_logs.readers import Raw

Note = tuple[str, dict[str, object]]
_DATE = r"^\s*'?(\d{1,2})[/-](\d{1,2})[/-]\d{4}"


def day_comes_first(
    engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], plain: frozenset[str]
) -> tuple[bool, list[Note]]:
    """Whether days come before months, and a note where the log does not tell.

    All times of a log are taken together: one number over 12 tells the order of every date beside it. Where none is,
    or where both orders are found, month comes first, and that is noted.

    Parameters
    ----------
    columns
        Role -> number of its column.
    plain
        Roles whose columns hold nothing but usual times (`event_logs.plain`): no look at them is needed.
    """
    table = raw.expression()
    cells = [table[f"c{place}"] for role, place in columns.items() if role in TIMES and role not in plain]
    numbers = [
        table.select(
            first=cell.re_extract(_DATE, 1).nullif("").cast("int64"),
            second=cell.re_extract(_DATE, 2).nullif("").cast("int64"),
        )
        for cell in cells
        if cell.type().is_string()
    ]
    if not numbers:
        return False, []
    dates = ibis.union(*numbers) if len(numbers) > 1 else numbers[0]
    counted = dates.aggregate(
        days=((dates.first > 12) & (dates.second <= 12)).sum(),
        months=((dates.second > 12) & (dates.first <= 12)).sum(),
        open=((dates.first <= 12) & (dates.second <= 12) & (dates.first != dates.second)).sum(),
    )
    days, months, either = (int(n or 0) for n in engine.run(counted).fillna(0).iloc[0])
    told = bool(days) != bool(months)
    return bool(days) and told, [] if told or not either else [("log.note-month-first", {"n": either})]
