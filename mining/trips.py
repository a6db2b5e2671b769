"""Journeys of applicants: the contract's trips (section 3), first, multi or return, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mining.episodes import activities_of, steps_of
from mining.visits import CERTAINTY, RULES, visits

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

__all__ = ["trips", "visits"]

COLUMNS = (
    "trip_id", "applicant", "visitor", "episode_id", "place", "started_at", "ended_at", "departments", "cases",
    "services", "kind", "cause", "certainty", "rule",
)  # fmt: skip
_ORDER = ["begun_at", "completed_at", "event_number"]
_ROW = ["trip_number", "episode_number"]


def trips(
    log: EventLog,
    episodes: ir.Table,
    *,
    places: Mapping[str, str] | None = None,
    trip_gap_h: float = 4,
    applicant_activities: Sequence[str] = (),
) -> ir.Table:
    """The trips of a log, a row a trip and episode, computed once and kept.

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
    events = log.keep("trip_events", _journeys(found, trip_gap_h))
    rows = log.keep("trip_rows", _rows(events))
    steps = steps_of(log)
    notices = log.keep("notices", unanswered(log, steps))
    return log.keep("trips", _told(events, rows, notices))


def _journeys(found: ir.Table, trip_gap_h: float) -> ir.Table:
    """Visit events with ``trip_number``: the smallest event number of the trip that they belong to."""
    import ibis

    of_visitor = ibis.window(group_by="visitor_key", order_by=_ORDER)
    gap = ibis.interval(seconds=round(trip_gap_h * 3600))
    turned = found.mutate(
        goes_on=found.place.identical_to(found.place.lag().over(of_visitor))
        & (found.day == found.day.lag().over(of_visitor))
        & (found.begun_at <= found.completed_at.lag().over(of_visitor) + gap),
    )
    running = ibis.window(group_by="visitor_key", order_by=_ORDER, rows=(None, 0))
    numbered = turned.mutate(nth=turned.goes_on.fill_null(False).ifelse(0, 1).sum().over(running))
    trip = ibis.window(group_by=["visitor_key", "nth"])
    return numbered.mutate(trip_number=numbered.event_number.min().over(trip)).drop("goes_on", "day", "nth")


def _rows(events: ir.Table) -> ir.Table:
    """One row a trip and episode, with its turn in the episode (0: the first)."""
    import ibis

    rows = events.group_by(_ROW).aggregate(
        episode_id=events.episode_id.max(),
        applicant=events.applicant.min(),
        visitor=events.visitor.min(),
        place=events.place.max(),
        started_at=events.begun_at.min(),
        ended_at=events.completed_at.max(),
        corrects=events.corrects.any(),
        collects=events.collects.all(),
        rule=events.rule.max(),
    )
    trip = ibis.window(group_by="trip_number")
    whole = rows.mutate(rule=rows.rule.max().over(trip), trip_started_at=rows.started_at.min().over(trip))
    turn = ibis.window(group_by="episode_number", order_by=["trip_started_at", "trip_number"])
    turned = whole.mutate(turn=ibis.row_number().over(turn))
    of_place = ibis.window(group_by=["episode_number", "place"])
    return turned.mutate(new_place=turned.place.notnull() & (turned.turn == turned.turn.min().over(of_place)))


def _departments(events: ir.Table, rows: ir.Table) -> ir.Table:
    """For each trip and episode: its departments in the order of the visit, and whether one is new to the episode."""
    import ibis

    seen = events.filter(events.department.notnull())
    at = seen.group_by([*_ROW, "department"]).aggregate(at=seen.begun_at.min(), number=seen.event_number.min())
    turns = at.inner_join(rows.select(*_ROW, "turn"), _ROW)
    of_department = ibis.window(group_by=["episode_number", "department"])
    marked = turns.mutate(new=turns.turn == turns.turn.min().over(of_department))
    return marked.group_by(_ROW).aggregate(
        departments=marked.department.group_concat(";", order_by=[marked.at, marked.number]),
        new_department=marked.new.any(),
    )


def _cases(events: ir.Table) -> ir.Table:
    """For each trip and episode: its cases in the order of the visit."""
    each = events.group_by([*_ROW, "case_id"]).aggregate(at=events.begun_at.min(), number=events.event_number.min())
    return each.group_by(_ROW).aggregate(cases=each.case_id.group_concat(";", order_by=[each.at, each.number]))


def _services(events: ir.Table) -> ir.Table:
    """For each trip and episode: its services in the order of the visit."""
    known = events.filter(events.service.notnull())
    each = known.group_by([*_ROW, "service"]).aggregate(at=known.begun_at.min(), number=known.event_number.min())
    return each.group_by(_ROW).aggregate(services=each.service.group_concat(";", order_by=[each.at, each.number]))


def unanswered(log: EventLog, steps: dict[str, str]) -> ir.Table:
    """Correction notices: ``case_id, noticed_at`` and ``answered_at``, null while the log shows no answer; lazy.

    An event that returns the application (``outcome``) is a notice too. The answer is the case's next correction, or
    its next application.
    """
    import ibis

    events = log.events
    tells = events.activity.isin(activities_of(steps, ["notice"]) or [""])
    if log.has("outcome"):
        tells = tells | (events.outcome == "return").fill_null(False)
    answers = events.activity.isin(activities_of(steps, ["correct", "apply"]) or [""]) & ~tells
    told = events.filter(tells | answers).select(
        "case_id",
        "event_number",
        tells=tells,
        at=tells.ifelse(events.completed_at, events.started_at.fill_null(events.completed_at)),
    )
    later = ibis.window(group_by="case_id", order_by=["at", "event_number"], rows=(1, None))
    answer = told.tells.ifelse(ibis.null("timestamp"), told.at)
    return (
        told.mutate(answered_at=answer.min().over(later))
        .filter(told.tells)
        .select("case_id", "answered_at", noticed_at="at")
    )


def _awaited(events: ir.Table, rows: ir.Table, notices: ir.Table) -> ir.Table:
    """The trips that follow a notice which one of their cases has not answered yet."""
    visited = events.select(*_ROW, "case_id").semi_join(notices, "case_id").distinct()
    when = visited.inner_join(rows.select(*_ROW, "started_at"), _ROW)
    open_then = when.inner_join(
        notices,
        [
            when.case_id == notices.case_id,
            notices.noticed_at <= when.started_at,
            notices.answered_at.isnull() | (notices.answered_at >= when.started_at),
        ],
    )
    return open_then.select(*_ROW).distinct().mutate(awaited=True)


def _told(events: ir.Table, rows: ir.Table, notices: ir.Table) -> ir.Table:
    """The rows in the contract's columns."""
    import ibis

    joined = rows
    for part in (_departments(events, rows), _cases(events), _services(events), _awaited(events, rows, notices)):
        joined = joined.left_join(part, _ROW)
        joined = joined.drop(*[name for name in joined.columns if name.endswith("_right")])
    new = joined.departments.isnull().ifelse(joined.new_place, joined.new_department.fill_null(False))
    kind = ibis.cases((joined.turn == 0, "first"), (new, "multi"), else_="return")
    awaited = joined.awaited.fill_null(False)
    cause = ibis.cases((joined.corrects | awaited, "correction"), (joined.collects, "collection"), else_="other")
    kind_rule = ibis.cases(
        (joined.turn == 0, "first"),
        (joined.departments.isnull() & joined.new_place, "new_place"),
        (joined.departments.isnull(), "known_place"),
        (joined.new_department, "new_department"),
        else_="known_departments",
    )
    cause_rule = ibis.cases(
        (kind != "return", ""),
        (joined.corrects, ";holds_correction"),
        (awaited, ";follows_notice"),
        (joined.collects, ";all_collections"),
        else_=";none_of_these",
    )
    visit_rule = ibis.cases(*((joined.rule == n, name) for n, name in enumerate(RULES[:-1])), else_=RULES[-1])
    certainty = ibis.cases((joined.rule <= 2, CERTAINTY[0]), (joined.rule <= 4, CERTAINTY[1]), else_=CERTAINTY[2])
    return joined.mutate(
        trip_id="T" + joined.trip_number.cast("string"),
        kind=kind,
        cause=(kind == "return").ifelse(cause, ibis.null("string")),
        certainty=certainty,
        rule=visit_rule + ";" + kind_rule + cause_rule,
    ).select(*COLUMNS)
