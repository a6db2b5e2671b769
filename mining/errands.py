"""What a trip to several cases or departments served, in the order of the visit. (Most serve one of each.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mining.joins import bare
from mining.trip_rows import ROW
from mining.trip_traits import CASES, DEPARTMENTS, have

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import ShortTexts
    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class Errands:
    """What trips to several cases or departments served.

    `lists`: a row a trip and episode, ``cases`` (their ids, joined by `;`), ``services`` and ``departments`` (places in
    the texts of those names) and ``first_case``, the number of the first one. The texts begin with the log's own names,
    so that a place among those is one here too.
    """

    lists: ir.Table
    services: ShortTexts
    departments: ShortTexts


def errands(log: EventLog, events: ir.Table, rows: ir.Table, episodes: ir.Table, offices: ShortTexts) -> Errands:
    """What the trips of several served; kept.

    Parameters
    ----------
    events, rows
        The visit events of trips of several, and all trips, as numbers (`mining.trips`).
    episodes
        What `mining.episodes.episodes` gives.
    offices
        How departments are held.
    """
    import ibis

    several = rows.filter(have(rows, CASES, DEPARTMENTS)).select(*ROW)
    of_several = events.semi_join(several, ROW)
    met = log.keep("errands", _earliest(of_several, [*ROW, "case_number", "department"]))
    numbers = episodes.select("case_id", "service", case_number="first_event_number")
    cases = log.keep("errand_cases", bare(_earliest(met, [*ROW, "case_number"]).inner_join(numbers, "case_number")))
    services = _earliest(cases.filter(cases.service.notnull()), [*ROW, "service"])
    departments = _earliest(met.filter(met.department > 0), [*ROW, "department"])
    named = {
        "cases": (cases, cases.case_id),
        "services": (services, services.service),
        "departments": (departments, offices.text(departments.department - 1)),
    }
    parts = [part.select(*ROW, "place_in_line", of=ibis.literal(of), name=name) for of, (part, name) in named.items()]
    names = log.keep("errand_names", _in_order(ibis.union(*parts)))
    short = {
        of: _with_lists(log, single, names.filter(names.of == of))
        for of, single in (("services", log.short("service")), ("departments", offices))
    }
    joined = names.group_by(ROW).aggregate(**{of: names.names.max(where=names.of == of) for of in named})
    first = cases.group_by(ROW).aggregate(first_case=cases.case_number.argmin(cases.place_in_line))
    lists = bare(first.inner_join(joined, ROW)).mutate(**{of: texts.number(joined[of]) for of, texts in short.items()})
    kept = log.keep("trip_lists", lists)
    for narrow in (met, cases, names):
        log.engine.drop(narrow)
    return Errands(kept, **short)


def _with_lists(log: EventLog, single: ShortTexts, joined: ir.Table) -> ShortTexts:
    """Texts, and after them the lists that were joined of them."""
    lists = log.rows(joined.select("names").distinct().order_by("names"))
    return log.engine.short(list(dict.fromkeys([*single.texts, *(names for (names,) in lists)])))


def _earliest(events: ir.Table, keys: list[str]) -> ir.Table:
    """One row of each key, with the place of the earliest of its visits."""
    return events.group_by(keys).aggregate(place_in_line=events.place_in_line.min())


def _in_order(named: ir.Table) -> ir.Table:
    """The names of each trip's row in the order of the visit, joined by `;`: cases, services and departments apart.

    Nearly all are two: the first and the last of them, found without sorting every row's own.
    """
    keys = [*ROW, "of"]
    ends = named.group_by(keys).aggregate(
        n=named.count(), first=named.name.argmin(named.place_in_line), last=named.name.argmax(named.place_in_line)
    )
    more = named.semi_join(ends.filter(ends.n > 2), keys)
    lists = more.group_by(keys).aggregate(names=more.name.group_concat(";", order_by=more.place_in_line))
    joined = bare(ends.left_join(lists, keys))
    two = (joined.n == 2).ifelse(joined["first"] + ";" + joined["last"], joined["first"])
    return joined.select(*keys, names=joined.names.fill_null(two))
