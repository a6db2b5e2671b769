"""How many trips an episode takes, of which kind and why, at which departments, and which of them the law asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mining.facing import facing

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from catalogue.services import Catalogue
    from event_logs.log import EventLog

KINDS = ("first", "multi", "return")
CAUSES = ("correction", "collection", "other")
CERTAINTIES = ("observed", "inferred", "possible")
DUTIES = ("necessary", "avoidable", "unknown")
Note = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class DepartmentTrips:
    """Trips that visit one department; a trip to several counts at each of them. `name` is empty where unknown."""

    name: str
    trips: int
    first: int
    multi: int
    returns: int


@dataclass(frozen=True, slots=True)
class Trips:
    """What a log's trips come to. Counts and means are over the episodes that the log does not cut off.

    `rows` counts observed and inferred trips, one for each episode that a trip serves; `journeys` each trip once.
    `trips_mean` is `rows` an episode; [`trips_mean`, `trips_mean_possible`] is the range where some are only possible.
    The parts by kind, by cause (of returns) and by duty add up to `rows`, to the returns and to `rows`. None where
    there is no episode.
    """

    episodes: int
    episodes_cut: int
    episodes_visited: int
    rows: int
    journeys: int
    possible: int
    trips_mean: float | None
    trips_mean_possible: float | None
    by_kind: tuple[tuple[str, int], ...]
    by_cause: tuple[tuple[str, int], ...]
    by_certainty: tuple[tuple[str, int], ...]
    by_duty: tuple[tuple[str, int], ...]
    by_department: tuple[DepartmentTrips, ...]
    distribution: tuple[tuple[int, int], ...]  # trips of an episode, episodes that have so many
    notes: tuple[Note, ...] = ()


def whole_episodes(episodes: ir.Table, services: Sequence[str] = ()) -> ir.Table:
    """``episode_id, cut`` of every episode; with `services`, of those that have at least two of them. Lazy."""
    if not services:
        return episodes.group_by("episode_id").aggregate(cut=episodes.cut.any())
    asked = episodes.service.isin(list(services))
    by_episode = episodes.group_by("episode_id").aggregate(
        cut=episodes.cut.any(), asked=episodes.service.nunique(where=asked)
    )
    return by_episode.filter(by_episode.asked >= min(2, len(set(services)))).drop("asked")


def count_trips(
    log: EventLog,
    episodes: ir.Table,
    trips: ir.Table,
    *,
    services: Sequence[str] = (),
    catalogue: Catalogue | None = None,
    places_given: bool = False,
) -> Trips:
    """Count the trips of a log, or of one bundle's episodes.

    Parameters
    ----------
    episodes, trips
        What `mining.episodes.episodes` and `mining.trips.trips` give.
    services
        A bundle's services: only episodes with at least two of them count. Empty: every episode.
    catalogue
        Which services must be done in person; without an entry a trip's duty is unknown.
    places_given
        Whether a table of places was given: without one, trips may be overstated, and a note says so.
    """
    wanted = log.keep("counted_episodes", whole_episodes(episodes, services))
    totals = log.run(wanted.aggregate(n=wanted.count(), cut=wanted.cut.cast("int64").sum().fill_null(0)))
    cut = int(totals["cut"][0])
    whole = int(totals["n"][0]) - cut
    rows = log.keep("counted_trips", trips.semi_join(wanted.filter(~wanted.cut), "episode_id"))
    sure = rows.filter(rows.certainty != "possible")
    certainty = _tally(log, rows, "certainty", CERTAINTIES)
    possible = dict(certainty)["possible"]
    kinds = _tally(log, sure, "kind", KINDS)
    n = sum(count for _, count in kinds)
    visited = log.run(sure.aggregate(journeys=sure.trip_id.nunique(), episodes=sure.episode_id.nunique()))
    return Trips(
        episodes=whole,
        episodes_cut=cut,
        episodes_visited=int(visited["episodes"][0]),
        rows=n,
        journeys=int(visited["journeys"][0]),
        possible=possible,
        trips_mean=n / whole if whole else None,
        trips_mean_possible=(n + possible) / whole if whole else None,
        by_kind=kinds,
        by_cause=_tally(log, sure.filter(sure.kind == "return"), "cause", CAUSES),
        by_certainty=certainty,
        by_duty=_duties(log, sure, catalogue, n),
        by_department=_departments(log, sure),
        distribution=_distribution(log, sure, whole),
        notes=notes(log, places_given=places_given, possible=possible),
    )


def _tally(log: EventLog, rows: ir.Table, column: str, names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """How many rows have each of the names in a column; every name is there."""
    counts = log.run(rows.group_by(column).aggregate(n=rows.count()))
    found = dict(zip(counts[column], counts["n"], strict=True))
    return tuple((name, int(found.get(name, 0))) for name in names)


def _departments(log: EventLog, rows: ir.Table) -> tuple[DepartmentTrips, ...]:
    """Trips to each department, the most visited first."""
    each = rows.select("kind", name=rows.departments.fill_null("").split(";").unnest())
    counts = log.run(
        each.group_by("name").aggregate(
            trips=each.count(),
            first=(each.kind == "first").sum(),
            multi=(each.kind == "multi").sum(),
            returns=(each.kind == "return").sum(),
        )
    ).sort_values(["trips", "name"], ascending=[False, True])
    return tuple(DepartmentTrips(name, *map(int, rest)) for name, *rest in counts.itertuples(index=False))


def _distribution(log: EventLog, rows: ir.Table, whole: int) -> tuple[tuple[int, int], ...]:
    """How many episodes have no trip, one, two …"""
    each = rows.group_by("episode_id").aggregate(trips=rows.count())
    counts = log.run(each.group_by("trips").aggregate(episodes=each.count()).order_by("trips"))
    found = [(int(trips), int(number)) for trips, number in counts.itertuples(index=False)]
    none = whole - sum(number for _, number in found)
    return tuple(([(0, none)] if none else []) + found)


def _duties(log: EventLog, rows: ir.Table, catalogue: Catalogue | None, n: int) -> tuple[tuple[str, int], ...]:
    """Trips that the law asks for, that it does not, and of which nobody says.

    The first trip of an episode for a service that must be done in person is necessary. A later one for it, or one for
    a service that need not be, is avoidable; where a service without an entry is served, that is unknown.
    """
    import ibis

    entries = {} if catalogue is None else _in_person(log, rows, catalogue)
    if not entries:
        return tuple(zip(DUTIES, (0, 0, n), strict=True))
    each = rows.select("episode_id", "trip_id", "started_at", service=rows.services.fill_null("").split(";").unnest())
    must = [name for name, needed in entries.items() if needed]
    first = ibis.window(group_by=["episode_id", "service"])
    marked = each.mutate(
        necessary=each.service.isin(must or [""]) & (each.started_at == each.started_at.min().over(first)),
        unknown=~each.service.isin(list(entries)),
    )
    trip = marked.group_by(["episode_id", "trip_id"]).aggregate(
        necessary=marked.necessary.any(), unknown=marked.unknown.any()
    )
    duty = ibis.cases((trip.necessary, DUTIES[0]), (trip.unknown, DUTIES[2]), else_=DUTIES[1])
    return _tally(log, trip.mutate(duty=duty), "duty", DUTIES)


def _in_person(log: EventLog, rows: ir.Table, catalogue: Catalogue) -> dict[str, bool]:
    """Whether each service of the trips that the catalogue knows must be done in person."""
    names = log.run(rows.select(service=rows.services.split(";").unnest()).distinct().order_by("service"))["service"]
    entries: dict[str, Any] = {name: catalogue.service(name) for name in names.dropna()}
    return {name: bool(entry.in_person) for name, entry in entries.items() if entry is not None}


def notes(
    log: EventLog, *, places_given: bool = False, possible: int = 0, applicant_activities: Sequence[str] = ()
) -> tuple[Note, ...]:
    """What the figures of trips rest on where the log lacks a role: keys of the wording, with their values."""
    found: list[Note] = []
    for role in ("applicant", "agent", "channel", "actor", "department", "place", "started_at"):
        if role == "place" and not places_given and not log.has("place") and not log.has("department"):
            found.append(("trips.note.no_place_nor_department", {}))
        elif not log.has(role) and not (role == "place" and places_given):
            found.append((f"trips.note.no_{role}", {}))
    if log.has("place") and not places_given:
        found.append(("trips.note.no_places_table", {}))
    if log.has("applicant") and (nobody := _cases_of_nobody(log))[0]:
        found.append(("trips.note.nobody", dict(zip(("n", "of"), nobody, strict=True))))
    if not log.has("actor") and log.has("channel") and facing(log, applicant_activities).assumed:
        found.append(("trips.note.assumed_visits", {}))
    if possible:
        found.append(("trips.note.possible", {"n": possible}))
    return tuple(found)


def _cases_of_nobody(log: EventLog) -> tuple[int, int]:
    """How many cases no event names an applicant of whom an identity is known, and of how many cases."""
    nameless = log.events.filter(log.events.applicant_key.isnull())
    if not log.rows(nameless.select("event_number").limit(1)):
        return 0, 0
    known = log.events.group_by("case_id").aggregate(known=log.events.applicant_key.notnull().any())
    ((nobody, cases),) = log.rows(known.aggregate(n=(~known.known).sum(), of=known.count()))
    return int(nobody or 0), int(cases)
