"""Where a visit was: the log's own place, a table's hall, or what the contract puts where none is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

# What names a window inside a hall rather than a place of its own.
WINDOW = "窗口|柜台|(?i:window|counter|desk)"


def hall_of(events: ir.Table, places: Mapping[str, str] | None) -> ir.StringColumn:
    """The place that an event itself tells: as written, or the hall that the table of places puts it in.

    Parameters
    ----------
    places
        Department or window → hall. A known place that is neither in the table nor a window stays what it is: a
        department may have other sites than its windows in the hall.
    """
    import ibis

    if not places:
        return events.place
    hall = dict(sorted(places.items()))
    by_department = _look_up(events.department, hall)
    window = events.place.re_search(WINDOW) | (events.place == events.department)
    return ibis.coalesce(
        _look_up(events.place, hall),
        window.fill_null(False).ifelse(by_department, ibis.null("string")),
        events.place,
        _look_up(events.resource, hall),
        by_department,
    )


def _look_up(column: ir.StringColumn, hall: Mapping[str, str]) -> ir.StringColumn:
    import ibis

    return ibis.cases(*((column == name, site) for name, site in hall.items()), else_=ibis.null("string"))


def only_places(log: EventLog, places: Mapping[str, str] | None = None) -> ir.Table:
    """``department, only_place``: the departments of which the log knows one place only; lazy."""
    events = log.events.mutate(place=hall_of(log.events, places))
    known = events.filter(events.place.notnull(), events.department.notnull())
    sites = known.group_by("department").aggregate(only_place=known.place.min(), last=known.place.max())
    return sites.filter(sites.only_place == sites.last).drop("last")


def with_places(visits: ir.Table, only: ir.Table) -> ir.Table:
    """Visit events with every ``place`` filled as far as the contract goes.

    An unknown place is that of the visitor's neighbouring visit event of that day at the same department (the one
    before, else the one after), else the department's only known place, else the department itself. It stays null where
    the department is unknown too.
    """
    import ibis

    keys = ["visitor_number", "day", "department"]
    order = ["begun_at", "completed_at", "visit_number"]
    before = ibis.window(group_by=keys, order_by=order, rows=(None, 0))
    after = ibis.window(group_by=keys, order_by=order, rows=(0, None))
    # Carrying a value over nulls in plain window functions: rows between two known places share a count of them.
    counted = visits.mutate(since=visits.place.count().over(before), until=visits.place.count().over(after))
    near = counted.mutate(
        near=counted.department.isnull().ifelse(
            ibis.null("string"),
            ibis.coalesce(
                counted.place.max().over(ibis.window(group_by=[*keys, "since"])),
                counted.place.max().over(ibis.window(group_by=[*keys, "until"])),
            ),
        )
    ).drop("since", "until")
    joined = near.left_join(only, "department")
    return joined.mutate(place=ibis.coalesce(joined.place, joined.near, joined.only_place, joined.department)).drop(
        "near", "only_place", *[name for name in joined.columns if name.endswith("_right")]
    )
