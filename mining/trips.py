"""Journeys of applicants: the contract's trips (section 3), first, multi or return, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from event_logs.functions import BITS, hashed, one_of, seconds
from mining.cases import NOTICED, is_notice
from mining.episodes import CARRY, carried
from mining.errands import errands
from mining.joins import bare
from mining.places import sites_of
from mining.steps import is_step, steps_of
from mining.trip_counts import DepartmentTrips, Trips, count_trips, notes
from mining.trip_rows import COLUMNS, ROW, agents_of, verdict, written
from mining.trip_traits import ALONE, CASES, COLLECTS, CORRECTS, DEPARTMENTS, RULE, have, marked
from mining.visits import visits

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import ShortTexts
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
    sites, offices = sites_of(log, places), log.short("department")
    found = visits(
        log, episodes, sites=sites, offices=offices, places=places, applicant_activities=applicant_activities
    )
    agents = log.keep("agents", agents_of(found))
    line = log.keep("visits_in_line", _in_line(_coded(found, sites, offices), trip_gap_h))
    log.engine.drop(found)
    events = log.keep("trip_events", _journeys(line))
    rows = log.keep("trip_rows", _rows(line, events, bits=_fit_in_bits(log, line)))
    notices = log.keep("notices", unanswered(log, steps_of(log), episodes))
    judged = log.keep("trip_kinds", _judged(events, rows, notices, episodes))
    served = errands(log, events, rows, episodes, offices)
    for narrow in (line, events, rows):
        log.engine.drop(narrow)
    return written(log, judged, served, episodes, agents, sites)


def _coded(found: ir.Table, sites: ShortTexts, offices: ShortTexts) -> ir.Table:
    """Visit events by numbers alone; places and departments count from 1, an unknown one is 0.

    ``spot`` is place and day in one: each column that a window looks up in other rows costs a fifth of its sorting.
    """
    coded = found.select(
        "visit_number", "case_number", "episode_number", "visitor_number", "begun_at", "completed_at", "day",
        traits=found.rule + marked(found.corrects, CORRECTS) + marked(found.collects, COLLECTS),
        # A number's type is said, since a sum passes for 64 bits where the engine keeps 32 (see `_bit`).
        place=(sites.number(found.place) + 1).fill_null(0).cast("int32"),
        department=(offices.number(found.department) + 1).fill_null(0).cast("int32"),
    )  # fmt: skip
    day = coded.day.epoch_days().cast("int64") + (1 << 31)  # days before 1970 are below zero
    return coded.mutate(spot=(coded.place.cast("int64") << 32) + day).drop("day", "place")


_IN_LINE = ["begun_at", "completed_at", "visit_number"]


def _in_line(coded: ir.Table, trip_gap_h: float) -> ir.Table:
    """Visit events with whether a trip ``starts`` with them, and whether one ``ends``."""
    import ibis

    here = ibis.window(group_by="visitor_number", order_by=_IN_LINE)
    gap = seconds(float(round(trip_gap_h * 3600)))
    # Never null: a spot is known, and is not that of the row before where there is none.
    came = coded.spot.identical_to(coded.spot.lag().over(here)) & (
        coded.begun_at <= coded.completed_at.lag().over(here) + gap
    )
    goes_on = coded.spot.identical_to(coded.spot.lead().over(here)) & (
        coded.begun_at.lead().over(here) <= coded.completed_at + gap
    )
    return coded.mutate(starts=~came, ends=~goes_on, place=(coded.spot >> 32).cast("int32")).drop("spot")


def _journeys(line: ir.Table) -> ir.Table:
    """The events of trips of several, with the number of the first event of their trip, and when that trip began.

    ``place_in_line`` is their place among their visitor's.

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
    ).drop("starts", "ends")


def _fit_in_bits(log: EventLog, line: ir.Table) -> bool:
    """Whether every visit's department is known, and a number has a bit for each."""
    ((least, most),) = log.rows(line.aggregate(least=line.department.min(), most=line.department.max()))
    return least is None or (least > 0 and most <= BITS)


def _rows(line: ir.Table, events: ir.Table, *, bits: bool) -> ir.Table:
    """One row a trip and episode, with its ``traits`` and its turn in the episode (1: the first).

    With `bits` also ``new``: whether it is the first of its episode at one of its departments (else see `_new`).
    """
    import ibis

    grouped = events.group_by(ROW).aggregate(
        visitor_number=events.visitor_number.min(),
        place=events.place.max(),
        started_at=events.begun_at.min(),
        ended_at=events.completed_at.max(),
        trip_began_at=events.trip_began_at.min(),
        case_number=events.case_number.min(),
        last_department=events.department.max(),
        visited=_bit(events).bit_or(),
        traits=(events.traits & RULE).max()
        + (events.traits & CORRECTS).bit_or()
        + (events.traits & COLLECTS).bit_and()
        + marked(events.case_number.min() != events.case_number.max(), CASES)
        + marked(events.department.min() != events.department.max(), DEPARTMENTS),
    )
    alone = line.filter(line.starts & line.ends).select(
        "episode_number", "visitor_number", "place", "case_number", trip_number="visit_number", started_at="begun_at",
        ended_at="completed_at", trip_began_at="begun_at", last_department="department", visited=_bit(line),
        traits=line.traits + ALONE,
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

    # Widened first: the engine shifts a bit in the room of the number that it is shifted by.
    return ibis.literal(1, "int64") << (events.department.cast("int64") % (BITS + 1))


def _new(events: ir.Table, rows: ir.Table) -> ir.Table:
    """The trips that are the first of their episode at a department, or, knowing no department, at their place."""
    many = rows.filter(have(rows, DEPARTMENTS)).select(*ROW, "turn")
    one = rows.filter(~have(rows, DEPARTMENTS)).select(*ROW, "turn", department="last_department")
    visited = one.union(events.select(*ROW, "department").inner_join(many, ROW).select(*one.columns))
    known = visited.filter(visited.department > 0)
    by_department = known.group_by(["episode_number", "department"]).aggregate(turn=known.turn.min())
    at = rows.filter(rows.place > 0)
    by_place = at.group_by(["episode_number", "place"]).aggregate(turn=at.turn.min())
    nowhere = rows.filter(rows.last_department == 0).select("episode_number", "turn")
    new_place = by_place.semi_join(nowhere, ["episode_number", "turn"])
    return by_department.select("episode_number", "turn").union(new_place.select("episode_number", "turn")).distinct()


def unanswered(log: EventLog, steps: dict[str, str], episodes: ir.Table) -> ir.Table:
    """Correction notices: ``case_number, noticed_at`` and ``answered_at``, null while the log shows no answer; lazy.

    An event that returns the application (``outcome``) is a notice too. The answer is the case's next correction, or
    its next application.

    Parameters
    ----------
    episodes
        What `mining.episodes.episodes` gives: the cases that were told at all.
    """
    import ibis

    events = log.events
    if not (log.has("outcome") and log.rows(events.filter(one_of(events.outcome, ["return"])).select("line").limit(1))):
        # Never null, and of one column: a file's other columns are then read for these rows alone.
        events = events.filter(is_step(events, steps, "notice", "correct", "apply"))
    tells = is_notice(log, events, steps)
    steps_taken = events.select(
        "event_number",
        case=hashed(events.case_id),
        tells=tells,
        answers=is_step(events, steps, "correct", "apply") & ~tells,
        at=tells.ifelse(events.completed_at, events.started_at.fill_null(events.completed_at)),
    )
    cases = episodes.filter((episodes.shown & NOTICED) != 0)
    cases = cases.select(case=hashed(cases.case_id), case_number="first_event_number")
    told = steps_taken.filter(steps_taken.tells | steps_taken.answers).inner_join(cases, "case")
    later = ibis.window(group_by="case_number", order_by=["at", "event_number"], rows=(1, None))
    answer = told.tells.ifelse(ibis.null("timestamp"), told.at)
    return (
        told.mutate(answered_at=answer.min().over(later))
        .filter(lambda t: t.tells)
        .select("case_number", "answered_at", noticed_at="at")
    )


def _awaited(events: ir.Table, rows: ir.Table, told: ir.Table) -> ir.Table:
    """The later trips that follow a notice which one of their cases has not answered yet."""
    later = rows.filter(~have(rows, ALONE) & (rows.turn > 1)).select(*ROW, "started_at")
    alone = rows.filter(have(rows, ALONE) & (rows.turn > 1)).select(*ROW, "case_number", "started_at")
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

    rows = rows.filter(~have(rows, ALONE))
    count = rows.group_by("trip_number").aggregate(rows_of_trip=rows.count())
    several = rows.semi_join(count.filter(count.rows_of_trip > 1), "trip_number")
    trip = ibis.window(group_by="trip_number")
    first = ibis.window(group_by="trip_number", order_by=["started_at", "episode_number"])
    names = episodes.filter(episodes.first_event_number == episodes.episode_number).select(
        "episode_number", "episode_id"
    )
    named = several.inner_join(names, "episode_number")
    own = named.episode_id + "#" + named.turn.cast("string")
    return named.select(*ROW, trip_rule=(named.traits & RULE).max().over(trip), shared_id=own.first().over(first))


def _judged(events: ir.Table, rows: ir.Table, notices: ir.Table, episodes: ir.Table) -> ir.Table:
    """The rows with their kind, cause, certainty and rule."""
    import ibis

    joined = rows
    if "new" not in rows.columns:
        joined = joined.left_join(_new(events, rows).mutate(new=True), ["episode_number", "turn"])
    for part in (_awaited(events, rows, notices), _shared(rows, episodes)):
        joined = bare(joined).left_join(part, ROW)
    new, awaits = joined.new.fill_null(False), joined.awaited.fill_null(False)
    nowhere = joined.last_department == 0
    kind = ibis.cases((joined.turn == 1, 0), (nowhere & new, 1), (nowhere, 2), (new, 3), else_=4)
    later = (joined.turn > 1) & ~new
    cause = ibis.cases((~later, 0), (have(joined, CORRECTS), 1), (awaits, 2), (have(joined, COLLECTS), 3), else_=4)
    weakest = joined.trip_rule.fill_null(joined.traits & RULE)
    return joined.select(
        *ROW, "turn", "shared_id", "visitor_number", "place", "started_at", "ended_at", "case_number",
        "last_department", verdict=verdict(weakest, kind, cause),
    )  # fmt: skip
