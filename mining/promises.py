"""What a service promises beside what the log shows: visits, materials, time limits, and corrections told at once.

Promises are a catalogue's (`catalogue.services.Service`); a service without an entry has none, which is not a promise
kept. Every figure stands with the number of cases behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.services import Catalogue, Service
from mining.material_classes import MaterialClasses
from mining.special_procedures import special_procedures
from mining.steps import is_step, steps_of

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from event_logs.log import EventLog

USUAL_SHARE = 0.05  # of a service's cases: a material that fewer hand in is one applicant's own, not asked for


@dataclass(frozen=True, slots=True)
class Promise:
    """One service's promises and what its cases show. None: not declared, or the log cannot tell.

    Parameters
    ----------
    cases
        Cases of the service that the log does not cut off: the denominator.
    visits_mean, over_visits_share
        Trips of a case, and the share of cases with more than declared.
    undeclared_materials
        Class → share of cases that were asked for it although the catalogue does not list it.
    unused_materials
        Listed, and handed in by nobody.
    days_mean, over_days_share
        Working days from the application to the result, and the share beyond the committed (else legal) limit. While a
        special procedure (特别程序) runs, the clock stands still.
    late_share
        Share of the cases with a promised time (承诺办结时间) that ended after it, put off by as long as special
        procedures took; `promised_cases` have one.
    told_twice_share
        Share of cases told twice or more what is missing (一次告知).
    """

    service: str
    cases: int
    declared_visits: int | None
    visits_mean: float | None
    over_visits_share: float | None
    declared_materials: int | None
    materials_mean: float | None
    undeclared_materials: tuple[tuple[str, float], ...]
    unused_materials: tuple[str, ...]
    declared_days: float | None
    days_mean: float | None
    over_days_share: float | None
    promised_cases: int
    late_share: float | None
    told_twice_share: float | None


def promises(
    log: EventLog,
    episodes: ir.Table,
    *,
    catalogue: Catalogue,
    trips: ir.Table | None = None,
    materials: ir.Table | None = None,
    classes: MaterialClasses | None = None,
) -> tuple[Promise, ...]:
    """The promise gap of every service of the log, in the order of their cases.

    Parameters
    ----------
    episodes
        Case by case, `mining.episodes.episodes`; cases of episodes that are cut off are left out.
    trips, materials
        `mining.trips.trips` and `mining.materials.materials`; None where the log cannot tell them.
    """
    import pandas as pd

    whole = log.keep("whole_services", episodes.filter(~episodes.cut, episodes.service.notnull()))
    cases = log.run(whole.select("case_id", "service", "first_at", "last_at").order_by("case_id"))
    if cases.empty:
        return ()
    extra = [_notices(log, whole), _deadlines(log, whole)]
    if trips is not None:
        extra.append(_visits(log, trips))
    if materials is not None:
        extra.append(_papers(log, whole, materials))
    for frame in extra:
        cases = cases.merge(frame, on="case_id", how="left")
    for name in ("notices", "visits", "papers"):
        if name in cases:
            cases[name] = cases[name].fillna(0)
    pauses = _pauses(log, whole, cases)
    cases["days"] = _working_days(log, cases, pauses)
    seconds = (pauses["to"] - pauses["since"]).dt.total_seconds().groupby(pauses["case_id"]).sum()
    cases["paused"] = pd.to_timedelta(cases["case_id"].map(seconds).astype(float).fillna(0), unit="s")
    asked = _asked(log, whole, materials) if materials is not None else pd.DataFrame(columns=["service"])
    sizes = cases.groupby("service", sort=True).size().sort_values(ascending=False, kind="stable")
    return tuple(
        _promise(str(name), cases[cases["service"] == name], asked, catalogue.service(str(name)), classes)
        for name in sizes.index
    )


def _notices(log: EventLog, whole: ir.Table) -> pd.DataFrame:
    """`case_id, notices`: how often told what is missing."""
    import ibis

    steps = steps_of(log)
    told = log.events.filter(is_step(log.events, steps, "notice")).semi_join(whole, "case_id")
    frame = log.run(told.group_by("case_id").aggregate(notices=ibis._.count()))
    return frame if "notice" in steps.values() else frame.drop(columns="notices")


def _deadlines(log: EventLog, whole: ir.Table) -> pd.DataFrame:
    """`case_id, promised_at`."""
    import ibis

    events = log.events.filter(log.events.promised_at.notnull()).semi_join(whole, "case_id")
    return log.run(events.group_by("case_id").aggregate(promised_at=ibis._.promised_at.max()))


def _visits(log: EventLog, trips: ir.Table) -> pd.DataFrame:
    """`case_id, visits`: trips that served the case, possible ones left out."""
    import ibis

    sure = trips.filter(trips.certainty != "possible")
    each = sure.select("trip_id", case_id=sure.cases.split(";").unnest()).distinct()
    return log.run(each.group_by("case_id").aggregate(visits=ibis._.count()))


def _papers(log: EventLog, whole: ir.Table, materials: ir.Table) -> pd.DataFrame:
    """`case_id, papers`: classes handed in."""
    import ibis

    mine = materials.semi_join(whole, "case_id")
    return log.run(mine.group_by("case_id").aggregate(papers=ibis._.material_class.nunique()))


def _asked(log: EventLog, whole: ir.Table, materials: ir.Table) -> pd.DataFrame:
    """`service, material_class, cases`."""
    import ibis

    mine = materials.drop("service").join(whole.select("case_id", "service"), "case_id")
    counted = mine.group_by("service", "material_class").aggregate(cases=ibis._.case_id.nunique())
    return log.run(counted.order_by("service", ibis.desc("cases"), "material_class"))


def _pauses(log: EventLog, whole: ir.Table, cases: pd.DataFrame) -> pd.DataFrame:
    """`case_id, since, to`: when a case's clock stood still, within the case; none overlaps another.

    A special procedure whose end is not told stops no clock: how long it took is unknown.
    """
    import pandas as pd

    if not log.has("suspended_from", "suspended_to"):
        none = pd.Series([], dtype="datetime64[ns]")
        return pd.DataFrame({"case_id": pd.Series([], dtype=object), "since": none, "to": none})
    told = log.run(special_procedures(log).semi_join(whole, "case_id"))
    rows = told.merge(cases[["case_id", "first_at", "last_at"]], on="case_id").sort_values(["case_id", "since", "to"])
    rows["since"], rows["to"] = rows[["since", "first_at"]].max(axis=1), rows[["to", "last_at"]].min(axis=1)
    before = rows.groupby("case_id")["to"].transform(lambda ends: ends.cummax().shift())
    rows["since"] = rows["since"].where(~(before > rows["since"]), before)
    return rows.loc[rows["to"] > rows["since"], ["case_id", "since", "to"]]


def _working_days(log: EventLog, cases: pd.DataFrame, pauses: pd.DataFrame) -> pd.Series:
    """Days on which the log's offices worked, from the application's day (not counted) to the last event's.

    Those of pauses are not counted: the day on which one begins is, that on which it ends is not.
    """
    import ibis
    import numpy as np
    import pandas as pd

    dates = log.run(log.events.select(day=ibis._.completed_at.date()).group_by("day").aggregate(n=ibis._.count()))
    busy = dates[dates["n"] > 0.3 * dates["n"].median()]["day"]
    days = np.sort(pd.to_datetime(busy).to_numpy())

    def between(start: pd.Series, end: pd.Series) -> np.ndarray:
        first, last = (np.searchsorted(days, at.dt.normalize().to_numpy(), side="right") for at in (start, end))
        return np.asarray(last - first, dtype=float)

    worked = pd.Series(between(cases["first_at"], cases["last_at"]), index=cases.index)
    stood = pd.Series(between(pauses["since"], pauses["to"]), index=pauses.index).groupby(pauses["case_id"]).sum()
    return worked - cases["case_id"].map(stood).fillna(0).astype(float)


def _mean(frame: pd.DataFrame, name: str) -> float | None:
    return float(frame[name].mean()) if name in frame and len(frame) else None


def _over(frame: pd.DataFrame, name: str, limit: float | None) -> float | None:
    return float((frame[name] > limit).mean()) if limit is not None and name in frame and len(frame) else None


def _promise(
    name: str, cases: pd.DataFrame, asked: pd.DataFrame, entry: Service | None, classes: MaterialClasses | None
) -> Promise:
    listed = {classes.of(m) if classes else m for m in entry.materials} if entry else set()
    mine = asked[asked["service"] == name]
    usual = mine[mine["cases"] >= USUAL_SHARE * len(cases)] if len(mine) else mine
    shares = [(str(row[1]), float(row[2]) / len(cases)) for row in usual.itertuples(index=False, name=None)]
    limit = (entry.promised_days if entry.promised_days is not None else entry.legal_days) if entry else None
    promised = cases[cases["promised_at"].notna()]
    visits = entry.declared_visits if entry else None
    return Promise(
        service=name,
        cases=len(cases),
        declared_visits=visits,
        visits_mean=_mean(cases, "visits"),
        over_visits_share=_over(cases, "visits", visits),
        declared_materials=len(listed) if listed else None,
        materials_mean=_mean(cases, "papers"),
        undeclared_materials=tuple(pair for pair in shares if pair[0] not in listed) if listed else (),
        unused_materials=tuple(sorted(listed - set(mine["material_class"]))) if listed and len(mine) else (),
        declared_days=limit,
        days_mean=_mean(cases, "days"),
        over_days_share=_over(cases, "days", limit),
        promised_cases=len(promised),
        late_share=float((promised["last_at"] - promised["paused"] > promised["promised_at"]).mean())
        if len(promised)
        else None,
        told_twice_share=_over(cases, "notices", 1),
    )
