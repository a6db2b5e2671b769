"""What each bundle's episodes cost today: one query a measure over all bundles at once, small results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mining.handing import let_go
from mining.material_classes import MaterialClasses
from mining.materials import materials as submissions_of
from mining.working_hours import processing_hours

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from event_logs.log import EventLog

TODAY = (
    "trips_mean", "submissions_mean", "departments_visited_mean", "departments_involved_mean", "lead_time_mean_h",
    "processing_hours_mean",
)  # fmt: skip
YEAR_DAYS = 365.25
HOURS_EPISODES = 50_000  # hours of work are counted on about so many episodes; beyond, on every second, third … one
COMMON_SHARE = 0.2  # of a service's cases: a material that fewer hand in is not asked for as a rule


@dataclass(frozen=True, slots=True)
class Figures:
    """One bundle's figures.

    `share`: service → share of the episodes; `whole_share`: of those that the log does not cut off. `begins_h`: mean
    hours after the episode's first case.
    """

    episodes: int = 0
    counted: int = 0
    today: Mapping[str, float | None] = field(default_factory=dict)
    share: Mapping[str, float] = field(default_factory=dict)
    whole_share: Mapping[str, float] = field(default_factory=dict)
    begins_h: Mapping[str, float] = field(default_factory=dict)
    common_materials: tuple[str, ...] = ()
    saved_trips_a_year: float | None = None
    saved_submissions_a_year: float | None = None


def figures(
    log: EventLog,
    groups: Sequence[Sequence[str]],
    episodes: ir.Table,
    trips: ir.Table,
    *,
    classes: MaterialClasses | None,
    materials: ir.Table | None = None,
) -> list[Figures]:
    """The figures of every group, in its order.

    Parameters
    ----------
    episodes, trips
        Under these groups as bundles.
    """
    import pandas as pd

    number = {service: n for n, services in enumerate(groups) for service in services}
    frame = pd.DataFrame(sorted(number.items()), columns=["service", "bundle"])
    names = log.engine.load("bundle_services", frame, {"service": "string", "bundle": "int64"})
    cases = log.keep("bundle_cases", _cases(episodes, names))
    sizes = _sizes(log, cases)
    papers = None
    if classes is not None and log.has("materials"):
        papers = materials
        if papers is None:
            needed = ("case_id", "material_class", "repeat_kind", "because", "shareable_from")
            papers = log.keep("bundle_papers", submissions_of(log, classes).select(*needed))
            let_go(log)
    means = _means(log, cases, trips, papers)
    common = _common(log, cases, papers) if papers is not None else {}
    years = _years(log)
    return [_figures(n, groups[n], sizes, means, common.get(n, ()), years) for n in range(len(groups))]


def _cases(episodes: ir.Table, names: ir.Table) -> ir.Table:
    """Cases of episodes with at least two services of their bundle, with `bundle, started` (of the episode)."""
    import ibis

    _ = ibis._
    mine = episodes.join(names, "service").select(
        "case_id", "episode_id", "episode_number", "service", "bundle", "first_at", "last_at", "cut"
    )
    enough = (
        mine.group_by("episode_number")
        .aggregate(kinds=_.service.nunique(), started=_.first_at.min())
        .filter(_.kinds > 1)
        .drop("kinds")
    )
    return mine.join(enough, "episode_number")


def _sizes(log: EventLog, cases: ir.Table) -> pd.DataFrame:
    """`bundle, service, episodes, counted, begins_h`; the row without service is the bundle's own."""
    import ibis
    import pandas as pd

    _ = ibis._
    begun = cases.mutate(begins_h=(_.first_at.epoch_seconds() - _.started.epoch_seconds()) / 3600)
    each = begun.group_by("bundle", "service").aggregate(
        episodes=_.episode_number.nunique(), counted=_.episode_number.nunique(where=~_.cut), begins_h=_.begins_h.mean()
    )
    whole = cases.group_by("bundle").aggregate(
        episodes=_.episode_number.nunique(), counted=_.episode_number.nunique(where=~_.cut)
    )
    return pd.concat([log.run(each), log.run(whole)], ignore_index=True)


def _means(log: EventLog, cases: ir.Table, trips: ir.Table, papers: ir.Table | None) -> pd.DataFrame:
    """A row an episode that the log does not cut off: `bundle` and the measures."""
    import ibis

    _ = ibis._
    whole = log.keep("whole_cases", cases.filter(~cases.cut))
    spans = whole.group_by("bundle", "episode_number", "episode_id").aggregate(
        first=_.first_at.min(), last=_.last_at.max()
    )
    frame = log.run(
        spans.select(
            "bundle", "episode_number", "episode_id",
            lead_time_mean_h=(_["last"].epoch_seconds() - _["first"].epoch_seconds()) / 3600,
        )
    )  # fmt: skip
    keys = whole.select("episode_id", "episode_number").distinct()
    sure = trips.filter(trips.certainty != "possible").join(keys, "episode_id")
    made = log.run(sure.group_by("episode_number").aggregate(trips_mean=_.count()))
    offices = sure.select("episode_number", office=sure.departments.split(";").unnest()).filter(_.office != "")
    visited = log.run(offices.group_by("episode_number").aggregate(departments_visited_mean=_.office.nunique()))
    of_cases = whole.select("case_id", "episode_number")
    involved = log.run(
        log.events.filter(_.department.notnull())
        .select("case_id", "department")
        .join(of_cases, "case_id")
        .group_by("episode_number")
        .aggregate(departments_involved_mean=_.department.nunique())
    )
    parts: list[pd.DataFrame] = [made, visited, involved]
    if papers is not None:
        avoidable = (papers.repeat_kind.notnull() & papers.because.isnull()) | papers.shareable_from.notnull()
        handed = papers.mutate(avoidable=avoidable.cast("int64")).join(of_cases, "case_id")
        parts.append(
            log.run(
                handed.group_by("episode_number").aggregate(submissions_mean=_.count(), avoidable=_.avoidable.sum())
            )
        )
    for part in parts:
        frame = frame.merge(part, on="episode_number", how="left")
    found = [name for name in frame.columns if name not in ("bundle", "episode_number", "episode_id")]
    frame[found] = frame[found].fillna(0)
    if log.has("started_at"):
        every = -(-len(frame) // HOURS_EPISODES) or 1
        hours = processing_hours(log, of_cases.filter(of_cases.episode_number % every == 0)).rename(
            columns={"hours": "processing_hours_mean"}
        )
        frame = frame.merge(hours, on="episode_number", how="left")
    missing = {
        "trips_mean": not log.has("channel"),
        "departments_visited_mean": not log.has("channel", "department"),
        "departments_involved_mean": not log.has("department"),
    }
    return frame.drop(columns=[name for name, lacks in missing.items() if lacks])


def _common(log: EventLog, cases: ir.Table, papers: ir.Table) -> dict[int, tuple[str, ...]]:
    """Classes that at least two services of a bundle ask for as a rule."""
    import ibis

    _ = ibis._
    handed = (
        papers.select("case_id", "material_class")
        .distinct()
        .join(cases.select("case_id", "service", "bundle"), "case_id")
    )
    asked = handed.group_by("bundle", "service", "material_class").aggregate(n=_.count())
    totals = cases.group_by("bundle", "service").aggregate(cases=_.case_id.nunique())
    usual = asked.join(totals, ["bundle", "service"]).filter(_.n >= COMMON_SHARE * _.cases)
    shared = (
        usual.group_by("bundle", "material_class").aggregate(services=_.count(), n=_.n.sum()).filter(_.services > 1)
    )
    found: dict[int, list[str]] = {}
    rows = log.run(shared.order_by("bundle", ibis.desc("n"), "material_class").select("bundle", "material_class"))
    for bundle, name in rows.itertuples(index=False, name=None):
        found.setdefault(int(bundle), []).append(str(name))
    return {bundle: tuple(names) for bundle, names in found.items()}


def _years(log: EventLog) -> float:
    """How many years the log spans, at least a month."""
    import ibis

    span = log.run(log.events.aggregate(first=ibis._.completed_at.min(), last=ibis._.completed_at.max())).iloc[0]
    days = float((span["last"] - span["first"]).total_seconds()) / 86400
    return max(days, 30.0) / YEAR_DAYS


def _figures(
    n: int,
    services: Sequence[str],
    sizes: pd.DataFrame,
    means: pd.DataFrame,
    common: tuple[str, ...],
    years: float,
) -> Figures:
    own = sizes[sizes["bundle"] == n]
    whole = own[own["service"].isna()]
    if whole.empty:
        return Figures(today=dict.fromkeys(TODAY))
    episodes = int(whole["episodes"].iloc[0])
    counted = int(whole["counted"].iloc[0])
    each = own[own["service"].notna()].set_index("service")
    rows = means[means["bundle"] == n]
    today: dict[str, float | None] = {
        name: float(rows[name].mean()) if name in rows and rows[name].notna().any() else None for name in TODAY
    }
    a_year = episodes / years
    trips = today["trips_mean"]
    avoidable = float(rows["avoidable"].mean()) if "avoidable" in rows and len(rows) else None
    return Figures(
        episodes=episodes,
        counted=counted,
        today=today,
        share={s: float(each["episodes"].get(s, 0)) / episodes for s in services},
        whole_share={s: float(each["counted"].get(s, 0)) / max(counted, 1) for s in services},
        begins_h={s: float(each["begins_h"].get(s, float("inf"))) for s in services},
        common_materials=common,
        saved_trips_a_year=max(trips - 1, 0) * a_year if trips is not None else None,
        saved_submissions_a_year=avoidable * a_year if avoidable is not None else None,
    )
