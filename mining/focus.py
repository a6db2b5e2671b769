"""What the report tells of one bundle (or one service): counts over its episodes that the log does not cut off.

Every figure is a small aggregate of the tables of episodes, trips and submissions. Names of people never appear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mining.transitions import in_case

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from event_logs.log import EventLog

START = END = ""


@dataclass(frozen=True, slots=True)
class Focus:
    """The frames that a report's figures come from, each small.

    `trips`: kind, cause, certainty, department, place, trips. `trip_totals`: kind, cause, certainty, place,
    trips (a trip to two departments is one row's here, two rows' there).
    `materials`: material_class, department, submissions, repeats_same, repeats_other, rework, shareable, issuer.
    `flows`: source, target, cases, events, median_wait_h, p90_wait_h (empty source and target: start and end).
    `cards`: department, services (a list), cases. `lead_times_h`: one value an episode, sorted.
    """

    services: tuple[str, ...]
    episodes: int
    cases: int
    trips: pd.DataFrame
    trip_totals: pd.DataFrame
    materials: pd.DataFrame
    flows: pd.DataFrame
    cards: pd.DataFrame
    lead_times_h: tuple[float, ...]


def focus_cases(episodes: ir.Table, services: Sequence[str] = (), *, at_least: int = 2) -> ir.Table:
    """The cases of the episodes that count: not cut off, with at least so many of the services.

    Without services: every episode that is not cut off.
    """
    whole = episodes.filter(~episodes.cut)
    if not services:
        return whole
    of_focus = whole.filter(whole.service.isin(list(services)))
    enough = of_focus.group_by("episode_id").aggregate(kinds=of_focus.service.nunique())
    enough = enough.filter(enough.kinds >= min(at_least, len(set(services))))
    return of_focus.semi_join(enough, "episode_id")


def focus_on(
    log: EventLog,
    episodes: ir.Table,
    services: Sequence[str],
    *,
    trips: ir.Table | None,
    materials: ir.Table | None,
) -> Focus:
    """Count what the figures of one bundle or service show.

    Parameters
    ----------
    services
        Of the bundle; none: the whole log.
    trips, materials
        `mining.trips.trips` and `mining.materials.materials`; None where the log cannot tell them.
    """
    cases = log.keep("focus_cases", focus_cases(episodes, services))
    spans = cases.group_by("episode_id").aggregate(first=cases.first_at.min(), last=cases.last_at.max())
    hours = spans.select(hours=(spans.last.epoch_seconds() - spans.first.epoch_seconds()) / 3600)
    lead = sorted(float(h) for h in log.run(hours)["hours"])
    sizes = log.run(cases.aggregate(cases=cases.count(), episodes=cases.episode_id.nunique()))
    return Focus(
        tuple(services),
        int(sizes["episodes"].iloc[0]),
        int(sizes["cases"].iloc[0]),
        _trips(log, cases, trips, by_department=True),
        _trips(log, cases, trips, by_department=False),
        _materials(log, cases, materials),
        _flows(log, cases, within=not any_bundle(log, cases)),
        _cards(log, cases),
        tuple(lead),
    )


def any_bundle(log: EventLog, cases: ir.Table) -> bool:
    """Whether some episode has more than one case: only then do departments follow one another between cases."""
    sizes = cases.group_by("episode_id").aggregate(n=cases.count())
    return int(log.run(sizes.aggregate(most=sizes.n.max()))["most"].fillna(0).iloc[0]) > 1


def _trips(log: EventLog, cases: ir.Table, trips: ir.Table | None, *, by_department: bool) -> pd.DataFrame:
    import ibis
    import pandas as pd

    keys = ["kind", "cause", "certainty", "place", *(["department"] if by_department else [])]
    if trips is None:
        return pd.DataFrame(columns=[*keys, "trips"])
    of_focus = trips.semi_join(cases.select("episode_id").distinct(), "episode_id")
    if by_department:
        many = of_focus.departments
        many = many if isinstance(many, ibis.expr.types.ArrayValue) else many.split(";")
        of_focus = of_focus.mutate(department=many).unnest("department")
    counted = of_focus.group_by(keys).aggregate(trips=of_focus.count())
    return log.run(counted.order_by(keys))


def _materials(log: EventLog, cases: ir.Table, materials: ir.Table | None) -> pd.DataFrame:
    import pandas as pd

    names = [
        "material_class",
        "department",
        "submissions",
        "repeats_same",
        "repeats_other",
        "rework",
        "shareable",
        "issuer",
    ]
    if materials is None:
        return pd.DataFrame(columns=names)
    rows = materials.semi_join(cases.select("case_id"), "case_id")
    rework = rows.because.fill_null("") == "correction"
    counted = rows.group_by("material_class", "department").aggregate(
        submissions=rows.count(),
        repeats_same=((rows.repeat_kind.fill_null("") == "same_department") & ~rework).sum(),
        repeats_other=((rows.repeat_kind.fill_null("") == "other_department") & ~rework).sum(),
        rework=rework.sum(),
        shareable=rows.shareable_from.notnull().sum(),
        issuer=rows.shareable_from.mode(),
    )
    return log.run(counted.order_by(counted.submissions.desc(), "material_class", "department"))


def _flows(log: EventLog, cases: ir.Table, *, within: bool) -> pd.DataFrame:
    """Departments one after another: between the applications of an episode, or `within` cases where each is alone."""
    import ibis

    stops = _steps_within(log, cases) if within else _applications(log, cases)
    order = ibis.window(group_by="episode_id", order_by=["at", "event_number"])
    moved = stops.mutate(
        source=stops.department.lag().over(order),
        since=stops.at.lag().over(order),
        then=stops.department.lead().over(order),
    )
    between = moved.select(
        "episode_id",
        "source",
        target="department",
        wait_h=(moved.at.epoch_seconds() - moved.since.epoch_seconds()) / 3600,
    )
    ends = moved.filter(moved.then.isnull()).select(
        "episode_id", source="department", target=ibis.literal(END), wait_h=ibis.null("float64")
    )
    every = between.mutate(source=between.source.fill_null(START)).union(ends)
    every = every.filter(every.target.notnull() & ((every.source != every.target) | within))
    found = every.group_by("source", "target").aggregate(
        cases=every.episode_id.nunique(),
        events=every.count(),
        median_wait_h=every.wait_h.quantile(0.5),
        p90_wait_h=every.wait_h.quantile(0.9),
    )
    return log.run(found.order_by(found.events.desc(), "source", "target"))


def _applications(log: EventLog, cases: ir.Table) -> ir.Table:
    """One stop a case: the department that first acts on it, when its first event begins."""
    events = log.events.filter(log.events.department.notnull())
    first = events.group_by("case_id").aggregate(department=events.department.argmin(events.event_number))
    rows = cases.join(first, "case_id")
    return rows.select("episode_id", "department", at=rows.first_at, event_number=rows.first_event_number)


def _steps_within(log: EventLog, cases: ir.Table) -> ir.Table:
    """One stop wherever a case passes to another department."""
    import ibis

    events = log.events.filter(log.events.department.notnull())
    rows = events.join(cases.select("case_id", "episode_id"), "case_id")
    order = ibis.window(group_by="case_id", order_by=in_case(log, rows))
    rows = rows.mutate(before=rows.department.lag().over(order))
    rows = rows.filter(rows.before.isnull() | (rows.before != rows.department))
    return rows.select("episode_id", "department", at=rows.completed_at, event_number=rows.event_number)


def _cards(log: EventLog, cases: ir.Table) -> pd.DataFrame:
    events = log.events.filter(log.events.department.notnull())
    rows = events.join(cases.select("case_id", "episode_id"), "case_id")
    found = rows.group_by("department").aggregate(
        cases=rows.case_id.nunique(), services=rows.service.collect(distinct=True)
    )
    return log.run(found.order_by(found.cases.desc(), "department"))


def log_facts(log: EventLog, episodes: ir.Table) -> dict[str, Any]:
    """Counts of the whole log: events, cases, applicants, departments, services, first and last time, regions."""
    t = log.events
    row = log.run(
        t.aggregate(
            events=t.count(),
            cases=t.case_id.nunique(),
            applicants=t.applicant_key.nunique(),
            departments=t.department.nunique(),
            services=t.service.nunique(),
            first_at=t.completed_at.min(),
            last_at=t.completed_at.max(),
            first_start=t.started_at.min(),
        )
    ).iloc[0]
    regions = log.run(t.filter(t.region.notnull()).select("region").distinct().order_by("region"))["region"]
    tied = episodes.filter(~episodes.reason.isin(["no_identity"]))
    return {
        "first_at": min(x for x in (row["first_start"], row["first_at"]) if x == x),
        "last_at": row["last_at"],
        **{k: int(row[k]) for k in ("events", "cases", "applicants", "departments", "services")},
        "episodes": int(log.run(tied.aggregate(n=tied.episode_id.nunique()))["n"].iloc[0]),
        "regions": tuple(str(r) for r in regions),
    }


def main_service(log: EventLog) -> str:
    """The service with the most cases; empty where the log has no service."""
    t = log.events.filter(log.events.service.notnull())
    counted = t.group_by("service").aggregate(n=t.case_id.nunique())
    found = log.run(counted.order_by(counted.n.desc(), "service").limit(1))
    return str(found["service"].iloc[0]) if len(found) else ""


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A small frame's rows, a cell that is unknown as None."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
