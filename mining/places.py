"""Where a visit was: the log's own place, a table's hall, or what the contract puts where none is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from event_logs.halls import hall_of
from mining.joins import bare

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import ShortTexts
    from event_logs.log import EventLog


def sites_of(log: EventLog, places: Mapping[str, str] | None = None) -> ShortTexts:
    """How the places of a log's events are held: their halls, and departments, which stand in where none is known."""
    events = log.events
    halls, departments = events.select(name=hall_of(events, places)), events.select(name="department")
    return log.engine.short(halls.distinct().union(departments.distinct()))


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
    place = ibis.coalesce(joined.place, joined.near, joined.only_place, joined.department)
    return bare(joined.mutate(place=place)).drop("near", "only_place")
