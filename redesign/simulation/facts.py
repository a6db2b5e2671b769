"""What the simulation takes from a log: its events once more, as small arrays, with what each step is."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from catalogue.vocabulary import APPLICANT_STEPS, step_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

MOST_EVENTS = 600_000  # of a longer log, its last part: queues need all of a department's work, not all of its history
DAY_S = 86400.0


@dataclass(frozen=True, eq=False)
class Facts:
    """The events in the order of their cases, and what stands beside them.

    ``events`` has, in this order of rows (case, start, completion, row): ``case, service, activity, step, department,
    office`` (department and region: who shares officers), ``resource, place, visit, applicant_side, online, start_s,
    end_s, known`` (a start of its own), ``outputs, materials`` (lists), ``delivery, agent``; times in seconds since
    ``origin``, a midnight.
    """

    events: pd.DataFrame
    origin: pd.Timestamp
    horizon_days: int
    started_known: bool
    resources_known: bool
    notes: tuple[tuple[str, dict[str, object]], ...] = ()


_kept: dict[int, tuple[weakref.ref[Any], Facts]] = {}


def facts_of(log: EventLog) -> Facts:
    """The facts of a log, computed once for each log."""
    found = _kept.get(id(log))
    if found is not None and found[0]() is log:
        return found[1]
    facts = _read(log)
    key = id(log)
    _kept[key] = (weakref.ref(log, lambda _: _kept.pop(key, None)), facts)
    return facts


def _chosen(log: EventLog) -> tuple[ir.Table, tuple[tuple[str, dict[str, object]], ...]]:
    events = log.events
    count = int(log.run(events.aggregate(n=events.count()))["n"].iloc[0])
    if count <= MOST_EVENTS:
        return events, ()
    import ibis

    cut = log.run(events.aggregate(at=events.completed_at.cast("int64").quantile(1 - MOST_EVENTS / count)))["at"].iloc[
        0
    ]
    firsts = events.group_by("case_id").aggregate(first_at=ibis.coalesce(events.started_at, events.completed_at).min())
    late = firsts.filter(firsts.first_at.cast("int64") >= int(cut)).select("case_id")
    return events.semi_join(late, "case_id"), (("simulation.note-last-part", {"n": MOST_EVENTS}),)


def _read(log: EventLog) -> Facts:
    import ibis

    chosen, notes = _chosen(log)
    columns = [
        "case_id",
        "activity",
        "started_at",
        "completed_at",
        "department",
        "resource",
        "service",
        "region",
        "agent",
        "actor",
        "channel",
        "place",
        "materials",
        "method",
        "outputs",
        "delivery",
        "event_number",
    ]
    begun = ibis.coalesce(chosen.started_at, chosen.completed_at)
    table = chosen.select(*columns, begun=begun).order_by(["case_id", "begun", "completed_at", "event_number"])
    frame = log.run(table)
    return shape(frame, log, notes)


def shape(frame: pd.DataFrame, log: EventLog, notes: tuple[tuple[str, dict[str, object]], ...] = ()) -> Facts:
    """Canonical rows, ordered by case and time, as facts."""
    text = {
        name: frame[name].astype("string").fillna("")
        for name in (
            "service",
            "department",
            "region",
            "resource",
            "place",
            "channel",
            "actor",
            "agent",
            "delivery",
            "method",
        )
    }
    one = "-" if len(frame) else ""
    service = text["service"].where(text["service"] != "", one)
    department = text["department"].where(text["department"] != "", service)
    steps = {activity: step_of(activity) for activity in frame["activity"].unique()}
    step = frame["activity"].map(steps)
    named = text["actor"] != ""
    facing = (text["actor"] == "applicant") | (~named & step.isin(APPLICANT_STEPS))
    onsite = text["channel"].isin(["onsite", "self_service"])
    origin = pd.Timestamp(frame["begun"].min()).normalize() if len(frame) else pd.Timestamp("2024-01-01")
    second = pd.Timedelta(seconds=1)
    start = ((frame["begun"] - origin) / second).to_numpy(float)
    end = ((frame["completed_at"] - origin) / second).to_numpy(float)
    known = frame["started_at"].notna().to_numpy()
    events = pd.DataFrame(
        {
            "case": frame["case_id"].astype(str).to_numpy(),
            "service": service.to_numpy(str),
            "activity": frame["activity"].astype(str).to_numpy(),
            "step": step.to_numpy(str),
            "department": department.to_numpy(str),
            "office": (department + "\t" + text["region"]).to_numpy(str),
            "resource": text["resource"].to_numpy(str),
            "applicant_side": facing.to_numpy(bool),
            "visit": (facing & onsite).to_numpy(bool),
            "online": (text["channel"] == "online").to_numpy(bool),
            "place": text["place"].to_numpy(str),
            "method": text["method"].to_numpy(str),
            "delivery": text["delivery"].to_numpy(str),
            "agent": text["agent"].to_numpy(str),
            "start_s": start,
            "end_s": end,
            "known": known,
            "materials": [_names(v) for v in frame["materials"]],
            "outputs": [_names(v) for v in frame["outputs"]],
        }
    )
    horizon = int(np.nanmax(end) // DAY_S) + 1 if len(end) else 1
    return Facts(_placed(events), origin, horizon, log.has("started_at"), log.has("resource"), notes)


def _names(value: Any) -> tuple[str, ...]:
    if value is None or value is pd.NA or isinstance(value, float):
        return ()
    return tuple(str(v) for v in value if v is not None and str(v) != "")


def _placed(events: pd.DataFrame) -> pd.DataFrame:
    """A visit of unknown place is at its office's most usual one, else at the department itself."""
    visits = events[events["visit"] & (events["place"] != "")]
    usual = (
        visits.groupby("office")["place"].agg(lambda s: s.value_counts().index[0])
        if len(visits)
        else pd.Series(dtype=str)
    )
    missing = events["visit"] & (events["place"] == "")
    filled = events.loc[missing, "office"].map(usual)
    events.loc[missing, "place"] = filled.fillna(events.loc[missing, "department"]).astype(str)
    return events
