"""Journeys of applicants: the contract's trips (section 3), first, multi or return, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mining.episodes import CARRY, activities_of, carried, steps_of
from mining.trip_counts import DepartmentTrips, Trips, count_trips, notes
from mining.trip_rows import COLUMNS, ROW, agents_of, bare, verdict, written
from mining.visits import visits

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

__all__ = ["COLUMNS", "DepartmentTrips", "Trips", "count_trips", "notes", "trips", "visits"]


def trips(
    log: EventLog,
    episodes: ir.Table,
    *,
    places: Mapping[str, str] | None = None,
    trip_gap_h: float = 4,
    applicant_activities: Sequence[str] = (),
) -> ir.Table:
    """The trips of a log, a row a trip and episode: computed once, its names joined to it whenever it is read.

    Parameters
    ----------
    episodes
        What `mining.episodes.episodes` gives.
    places
        Department or window → hall.
    trip_gap_h
        How long after an event's end the next one of the same trip may start.
    applicant_activities
        The activities that need the applicant, where the log has no actor; empty: the catalogue's vocabulary.

    Returns
    -------
    ir.Table
        The contract's columns and ``rule``: by which rules the trip is a visit, of its kind and of its cause (keys of
        the wording's ``trips.rule``, joined by ``;``). ``started_at`` and ``ended_at`` are those of the episode's own
        events. A trip of an agent or a household that serves several episodes has a row for each.
    """
    found = visits(log, episodes, places=places, applicant_activities=applicant_activities)
    sites = log.keep("sites", _codes(found, "place"))
    offices = log.keep("offices", _codes(found, "department"))
    agents = log.keep("agents", agents_of(found))
    line = log.keep("visits_in_line", _in_line(_coded(found, sites, offices), trip_gap_h))
    log.engine.drop(found)
    events = log.keep("trip_events", _journeys(line))
    rows = log.keep("trip_rows", _rows(line, events, bits=_fit_in_bits(log, line, offices)))
    notices = log.keep("notices", unanswered(log, steps_of(log)))
    judged = log.keep("trip_kinds", _judged(events, rows, notices, episodes))
    case_names = episodes.select(code="first_event_number", name="case_id")
    parts = (
        log.keep("trip_departments", _listed(events, rows, "department", offices)),
        log.keep("trip_cases", _listed(events, rows, "case_number", case_names)),
        log.keep("trip_services", _services(events, rows, episodes)),
    )
    lists = log.keep("trip_lists", _together(rows, parts))
    for narrow in (line, events, rows):
        log.engine.drop(narrow)
    return written(log, judged, lists, episodes, agents, sites, offices)


def _codes(found: ir.Table, column: str) -> ir.Table:
    """``name, code``: the known names of a column, numbered from 1."""
    import ibis

    names = found.filter(found[column].notnull()).select(name=column).distinct()
    return names.mutate(code=(ibis.row_number().over(order_by="name") + 1).cast("int32"))


def _coded(found: ir.Table, sites: ir.Table, offices: ir.Table) -> ir.Table:
    """Visit events by numbers alone; an unknown place or department is 0."""
    place, department = sites.select(place="name", place_code="code"), offices.select(department="name", office="code")
    joined = found.left_join(place, "place").left_join(department, "department")
    return joined.select(
        "visit_number", "case_number", "episode_number", "visitor_number", "begun_at", "completed_at", "day",
        "corrects", "collects", "rule", place=joined.place_code.fill_null(0), department=joined.office.fill_null(0),
    )  # fmt: skip


_IN_LINE = ["begun_at", "completed_at", "visit_number"]


def _in_line(coded: ir.Table, trip_gap_h: float) -> ir.Table:
    """Visit events with whether a trip ``starts`` with them, and whether one ``ends``."""
    import ibis

    here = ibis.window(group_by="visitor_number", order_by=_IN_LINE)
    gap = ibis.interval(seconds=round(trip_gap_h * 3600))
    came = (
        (coded.place == coded.place.lag().over(here))
        & (coded.day == coded.day.lag().over(here))
        & (coded.begun_at <= coded.completed_at.lag().over(here) + gap)
    )
    goes_on = (
        (coded.place == coded.place.lead().over(here))
        & (coded.day == coded.day.lead().over(here))
        & (coded.begun_at.lead().over(here) <= coded.completed_at + gap)
    )
    return coded.mutate(starts=~came.fill_null(False), ends=~goes_on.fill_null(False)).drop("day")


def _journeys(line: ir.Table) -> ir.Table:
    """The events of trips of several, with the number of the first event of their trip, and when that trip began.

    Most trips are one event, which tells all that there is to know of them.
    """
    import ibis

    several = line.filter(~(line.starts & line.ends))
    window = {"group_by": "visitor_number", "order_by": _IN_LINE}
    turned = several.mutate(place_in_line=ibis.row_number().over(ibis.window(**window)))
    running = ibis.window(**window, rows=(None, 0))
    code = carried(turned.starts, turned.place_in_line, turned.visit_number).over(running)
    return turned.mutate(
        trip_number=code % CARRY,
        trip_began_at=turned.starts.ifelse(turned.begun_at, ibis.null("timestamp")).max().over(running),
    ).drop("starts", "ends", "place_in_line")


def _fit_in_bits(log: EventLog, line: ir.Table, offices: ir.Table) -> bool:
    """Whether every visit's department is known, and a number has a bit for each."""
    if len(log.run(offices.limit(_BITS + 1))) > _BITS:
        return False
    return log.run(line.filter(line.department == 0).select("visit_number").limit(1)).empty


_BITS = 62


def _rows(line: ir.Table, events: ir.Table, *, bits: bool) -> ir.Table:
    """One row a trip and episode, with its turn in the episode (1: the first); ``one``: the trip is a single event.

    With `bits` also ``new``: whether it is the first of its episode at one of its departments (else see `_new`).
    """
    import ibis

    grouped = events.group_by(ROW).aggregate(
        visitor_number=events.visitor_number.min(),
        place=events.place.max(),
        started_at=events.begun_at.min(),
        ended_at=events.completed_at.max(),
        trip_began_at=events.trip_began_at.min(),
        corrects=events.corrects.any(),
        collects=events.collects.all(),
        rule=events.rule.max(),
        case_number=events.case_number.min(),
        last_case=events.case_number.max(),
        department=events.department.min(),
        last_department=events.department.max(),
        visited=_bit(events).bit_or(),
        one=ibis.literal(False),
    )
    alone = line.filter(line.starts & line.ends).select(
        "episode_number", "visitor_number", "place", "corrects", "collects", "rule", "case_number", "department",
        trip_number="visit_number", started_at="begun_at", ended_at="completed_at", trip_began_at="begun_at",
        last_case="case_number", last_department="department", visited=_bit(line), one=ibis.literal(True),
    )  # fmt: skip
    rows = grouped.union(alone.select(*grouped.columns))
    window = {"group_by": "episode_number", "order_by": ["trip_began_at", "trip_number"]}
    turn = ibis.row_number().over(ibis.window(**window)) + 1
    if not bits:
        return rows.mutate(turn=turn).drop("visited")
    before = rows.visited.bit_or().over(ibis.window(**window, rows=(None, -1))).fill_null(0)
    return rows.mutate(turn=turn, new=(rows.visited & ~before) != 0).drop("visited")


def _bit(events: ir.Table) -> ir.IntegerColumn:
    """The department as a number of one bit, so that a running union knows which were visited before."""
    import ibis

    return ibis.literal(1, "int64") << (events.department % (_BITS + 1)).cast("int64")


def _new(events: ir.Table, rows: ir.Table) -> ir.Table:
    """The trips that are the first of their episode at a department, or, knowing no department, at their place."""
    one = rows.filter(rows.department == rows.last_department).select(*ROW, "department", "turn")
    many = rows.filter(rows.department != rows.last_department).select(*ROW, "turn")
    visited = one.union(events.select(*ROW, "department").inner_join(many, ROW).select(*one.columns))
    known = visited.filter(visited.department > 0)
    by_department = known.group_by(["episode_number", "department"]).aggregate(turn=known.turn.min())
    at = rows.filter(rows.place > 0)
    by_place = at.group_by(["episode_number", "place"]).aggregate(turn=at.turn.min())
    nowhere = rows.filter(rows.last_department == 0).select("episode_number", "turn")
    new_place = by_place.semi_join(nowhere, ["episode_number", "turn"])
    return by_department.select("episode_number", "turn").union(new_place.select("episode_number", "turn")).distinct()


def _listed(events: ir.Table, rows: ir.Table, column: str, names: ir.Table) -> ir.Table:
    """For trips with several: the names of a column in the order of the visit. (Most have one: see `_told`.)"""
    last = "last_case" if column == "case_number" else "last_department"
    several = rows.filter(rows[column] != rows[last]).select(*ROW)
    seen = events.filter(events[column] > 0) if column == "department" else events
    of_several = seen.semi_join(several, ROW)
    each = of_several.group_by([*ROW, column]).aggregate(
        at=of_several.begun_at.min(), number=of_several.visit_number.min()
    )
    named = each.inner_join(names, each[column] == names.code)
    order = [named.at, named.number]
    return named.group_by(ROW).aggregate(
        **{f"{column}_names": named.name.group_concat(";", order_by=order)},
        **{f"{column}_first": named.code.first(order_by=order)},
    )


def _services(events: ir.Table, rows: ir.Table, episodes: ir.Table) -> ir.Table:
    """For trips with several cases: their services in the order of the visit."""
    several = rows.filter(rows.case_number != rows.last_case).select(*ROW)
    of_several = events.semi_join(several, ROW)
    known = episodes.filter(episodes.service.notnull()).select("service", case_number="first_event_number")
    served = of_several.inner_join(known, "case_number")
    each = served.group_by([*ROW, "service"]).aggregate(at=served.begun_at.min(), number=served.visit_number.min())
    return each.group_by(ROW).aggregate(service_names=each.service.group_concat(";", order_by=[each.at, each.number]))


def _together(rows: ir.Table, parts: Sequence[ir.Table]) -> ir.Table:
    """The lists of the trips that have any, side by side."""
    joined = rows.filter((rows.case_number != rows.last_case) | (rows.department != rows.last_department)).select(*ROW)
    for part in parts:
        joined = bare(joined.left_join(part, ROW))
    return joined


def unanswered(log: EventLog, steps: dict[str, str]) -> ir.Table:
    """Correction notices: ``case, noticed_at`` and ``answered_at``, null while the log shows no answer; lazy.

    ``case`` is the hash of its id; two cases of a million share one once in some ten million logs.

    An event that returns the application (``outcome``) is a notice too. The answer is the case's next correction, or
    its next application.
    """
    import ibis

    events = log.events
    tells = events.activity.isin(activities_of(steps, ["notice"]) or [""])
    if log.has("outcome"):
        tells = tells | (events.outcome == "return").fill_null(False)
    answers = events.activity.isin(activities_of(steps, ["correct", "apply"]) or [""]) & ~tells
    steps_taken = events.select(
        "event_number",
        case=events.case_id.hash(),
        tells=tells,
        answers=answers,
        at=tells.ifelse(events.completed_at, events.started_at.fill_null(events.completed_at)),
    )
    told = steps_taken.filter(steps_taken.tells | steps_taken.answers)
    told = told.semi_join(steps_taken.filter(steps_taken.tells).select("case"), "case")
    later = ibis.window(group_by="case", order_by=["at", "event_number"], rows=(1, None))
    answer = told.tells.ifelse(ibis.null("timestamp"), told.at)
    return (
        told.mutate(answered_at=answer.min().over(later))
        .filter(lambda t: t.tells)
        .select("case", "answered_at", noticed_at="at")
    )


def _awaited(events: ir.Table, rows: ir.Table, notices: ir.Table, episodes: ir.Table) -> ir.Table:
    """The later trips that follow a notice which one of their cases has not answered yet."""
    numbers = episodes.select(case=episodes.case_id.hash(), case_number="first_event_number")
    told = notices.inner_join(numbers, "case").select("case_number", "noticed_at", "answered_at")
    later = rows.filter(~rows.one & (rows.turn > 1)).select(*ROW, "started_at")
    alone = rows.filter(rows.one & (rows.turn > 1)).select(*ROW, "case_number", "started_at")
    visited = events.select(*ROW, "case_number").semi_join(told, "case_number").distinct()
    when = visited.inner_join(later, ROW).select(*alone.columns)
    both = when.union(alone).inner_join(told, "case_number")
    open_then = both.filter(
        both.noticed_at <= both.started_at, both.answered_at.isnull() | (both.answered_at >= both.started_at)
    )
    return open_then.select(*ROW).distinct().mutate(awaited=True)


def _shared(rows: ir.Table, episodes: ir.Table) -> ir.Table:
    """Of trips that serve several episodes: the weakest rule of all, and the row that names the trip (its first)."""
    import ibis

    rows = rows.filter(~rows.one)
    count = rows.group_by("trip_number").aggregate(rows_of_trip=rows.count())
    several = rows.semi_join(count.filter(count.rows_of_trip > 1), "trip_number")
    trip = ibis.window(group_by="trip_number")
    first = ibis.window(group_by="trip_number", order_by=["started_at", "episode_number"])
    names = episodes.filter(episodes.first_event_number == episodes.episode_number).select(
        "episode_number", "episode_id"
    )
    named = several.inner_join(names, "episode_number")
    own = named.episode_id + "#" + named.turn.cast("string")
    return named.select(*ROW, trip_rule=named.rule.max().over(trip), shared_id=own.first().over(first))


def _judged(events: ir.Table, rows: ir.Table, notices: ir.Table, episodes: ir.Table) -> ir.Table:
    """The rows with their kind, cause, certainty and rule."""
    import ibis

    joined = rows
    if "new" not in rows.columns:
        joined = joined.left_join(_new(events, rows).mutate(new=True), ["episode_number", "turn"])
    for part in (_awaited(events, rows, notices, episodes), _shared(rows, episodes)):
        joined = bare(joined).left_join(part, ROW)
    new, awaits = joined.new.fill_null(False), joined.awaited.fill_null(False)
    nowhere = joined.last_department == 0
    kind = ibis.cases((joined.turn == 1, 0), (nowhere & new, 1), (nowhere, 2), (new, 3), else_=4)
    later = (joined.turn > 1) & ~new
    cause = ibis.cases((~later, 0), (joined.corrects, 1), (awaits, 2), (joined.collects, 3), else_=4)
    weakest = joined.trip_rule.fill_null(joined.rule)
    return joined.select(
        *ROW, "turn", "shared_id", "visitor_number", "place", "started_at", "ended_at", "case_number",
        "last_department", verdict=verdict(weakest, kind, cause),
    )  # fmt: skip
