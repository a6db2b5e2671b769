"""Halls: which department or window sits in which hall, and the place of an event by that table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wording.errors import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine

# What names a window inside a hall rather than a place of its own.
WINDOW = "窗口|柜台|(?i:window|counter|desk)"


def hall_of(events: ir.Table, places: Mapping[str, str] | None) -> ir.StringColumn:
    """The place that an event itself tells: as written, or the hall that the table of places puts it in.

    Parameters
    ----------
    events
        With ``place``; ``department`` and ``resource`` where they are known.
    places
        Department or window → hall. A known place that is neither in the table nor a window stays what it is: a
        department may have other sites than its windows in the hall.
    """
    import ibis

    if not places:
        return events.place
    hall = dict(sorted(places.items()))
    none = ibis.null("string")
    department = events.department if "department" in events.columns else none
    by_department = _look_up(department, hall)
    by_resource = _look_up(events.resource, hall) if "resource" in events.columns else none
    window = events.place.re_search(WINDOW) | (events.place == department)
    return ibis.coalesce(
        _look_up(events.place, hall),
        window.fill_null(False).ifelse(by_department, none),
        events.place,
        by_resource,
        by_department,
    )


def _look_up(column: ir.StringValue, hall: Mapping[str, str]) -> ir.StringValue:
    import ibis

    return ibis.cases(*((column == name, site) for name, site in hall.items()), else_=ibis.null("string"))


def read_halls(engine: DuckDBEngine, path: Path) -> dict[str, str]:
    """Place or department -> hall, from the first two columns of a table."""
    from event_logs.readers.forms import read_raw

    raw = read_raw(engine, path)
    if len(raw.headers) < 2:
        raise InputError("log.halls-two-columns", path=path, has=", ".join(raw.headers))
    rows = engine.run(raw.expression().select("c0", "c1", "row").order_by("row"))
    pairs = {str(a).strip(): str(b).strip() for a, b in zip(rows["c0"], rows["c1"], strict=True) if a and b}
    if not pairs:
        raise InputError("log.no-rows", path=path)
    return pairs
