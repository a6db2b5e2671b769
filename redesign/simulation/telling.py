"""What is told beside the figures: the log's own means, what was assumed, who is overloaded, one episode replayed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from redesign.simulation.calibration import Calibration, all_steps
from redesign.simulation.discipline import out_of_turn
from redesign.simulation.engine import ERRAND, PASS
from redesign.simulation.forecast import Bounds, World
from redesign.simulation.replications import Design, Outcome

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

OVERLOADED = 0.85
LOSERS_TOLD = 0.01
HANDED = ("one_form", "share_data", "parallel_review")


def assumptions(log: EventLog, world: World, moves: Sequence[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """What the simulation assumed where the log is silent, or where a move is an idealisation."""
    facts = world.calibration.facts
    yield from facts.notes
    if not facts.started_known:
        yield "simulation.note-no-starts", {}
    elif not facts.resources_known:
        yield "simulation.note-no-officers", {}
    if not any(s.visit for g in world.focus.cases for c in g for s in c.chain):
        yield "simulation.note-no-visits", {}
    elif not log.has("place"):
        yield "simulation.note-no-places", {}
    if "share_data" in moves and not log.has("materials"):
        yield "simulation.note-no-papers", {}
    if not world.told.all():
        yield "simulation.note-cut", {"told": int(world.told.sum()), "all": len(world.told)}
    if "parallel_review" in moves and "one_form" not in moves:
        yield "simulation.note-idealised", {}
    if world.calibration.waits.keys:
        yield (
            "simulation.note-unexplained",
            {"activities": sorted({k[0] for k in world.calibration.waits.keys})},
        )
    unordered = out_of_turn(world.calibration)
    if unordered:
        yield "simulation.note-order", {"departments": list(unordered)}
    busy = overloaded(world.calibration)
    if busy:
        yield "simulation.note-overloaded", {"departments": [str(b["department"]) for b in busy]}


def unknown(log: EventLog, world: World) -> frozenset[str]:
    """Measures that this log cannot tell: no visits, no papers, no processing times."""
    out = set()
    if not any(s.visit for g in world.focus.cases for c in g for s in c.chain):
        out |= {"trips_mean", "departments_visited_mean"}
    if not log.has("materials"):
        out.add("submissions_mean")
    if not world.calibration.facts.started_known:
        out.add("processing_hours_mean")
    return frozenset(out)


def overloaded(calibration: Calibration) -> tuple[dict[str, object], ...]:
    """Departments whose officers are busy nearly all of their time."""
    pools = calibration.pools
    found = [
        {"department": pools.department[i], "utilisation": round(float(u), 4), "officers": int(pools.servers[i])}
        for i, u in enumerate(pools.utilisation)
        if u >= OVERLOADED and pools.side[i] == "work"
    ]
    return tuple(sorted(found, key=lambda b: (-float(str(b["utilisation"])), str(b["department"]))))


def observed(log: EventLog, world: World, trips: ir.Table | None) -> dict[str, float | None]:
    """The log's own means of the same episodes."""
    focus, calibration = world.focus, world.calibration
    m = len(focus.cases)
    lead, processing, departments = np.zeros(m), np.zeros(m), np.zeros(m)
    rows, start, end, owner, visit = [], [], [], [], []
    for e, group in enumerate(focus.cases):
        steps = [s for c in group for s in all_steps(c)]
        lead[e] = (max(s.end_s for s in steps) - min(s.start_s for s in steps)) / 3600
        departments[e] = len({s.department for s in steps if s.visit})
        for s in steps:
            rows.append(calibration.calendars.row.get(s.office, 0))
            start.append(s.start_s)
            end.append(s.end_s)
            owner.append(e)
            visit.append(s.visit)
    spans = calibration.calendars.worked(np.array(rows), np.array(end)) - calibration.calendars.worked(
        np.array(rows), np.array(start)
    )
    clock = np.array(end) - np.array(start)
    used = np.where(np.array(visit), clock, spans)
    processing = np.bincount(np.array(owner), weights=used, minlength=m) / 3600
    handed = np.array([sum(c.first_handed + c.corrections_handed for c in g) for g in focus.cases], float)
    out: dict[str, float | None] = {
        "lead_time_mean_h": float(lead.mean()),
        "lead_time_median_h": float(np.median(lead)),
        "lead_time_p90_h": float(np.quantile(lead, 0.9)),
        "trips_mean": _trips(log, world, trips),
        "submissions_mean": float(handed.mean()) if log.has("materials") else None,
        "departments_visited_mean": float(departments.mean()),
        "processing_hours_mean": float(processing.mean()) if calibration.facts.started_known else None,
    }
    return {name: None if name in unknown(log, world) else value for name, value in out.items()}


def _trips(log: EventLog, world: World, trips: ir.Table | None) -> float | None:
    """Trips of the focus: the log's own count where trips were found, else the visits' own."""
    m = len(world.focus.cases)
    if trips is not None and "certainty" in trips.columns:
        sure = trips.filter(trips.certainty != "possible")
        counted = sure.group_by("episode_id").aggregate(n=sure.count())
        rows = log.run(counted)
        per = dict(zip(rows["episode_id"].astype(str), rows["n"], strict=True))
        return float(sum(per.get(n, 0) for n in world.focus.names) / m)
    total = 0
    for group in world.focus.cases:
        visits = sorted((s.start_s, s.end_s, s.place) for c in group for s in all_steps(c) if s.visit)
        before: tuple[float, float, str] | None = None
        for v in visits:
            same = before is not None and before[2] == v[2] and v[0] // 86400 == before[0] // 86400
            if not (same and before is not None and v[0] - before[1] <= 4 * 3600):
                total += 1
            before = v
    return total / m


def plain_subtraction(world: World, moves: Sequence[str]) -> dict[str, float]:
    """What simple arithmetic would say: the hours in which nothing but the applicant's next application was waited for.

    It knows no queues, no habits and no shared trips; told for comparison.
    """
    if not set(HANDED) & set(moves):
        return {"lead_time_mean_h": 0.0}
    saved = []
    for group in world.focus.cases:
        spans = sorted((min(s.start_s for s in all_steps(c)), max(s.end_s for s in all_steps(c))) for c in group)
        gap, reached = 0.0, spans[0][1]
        for begin, stop in spans[1:]:
            gap += max(begin - reached, 0.0)
            reached = max(reached, stop)
        saved.append(gap / 3600)
    return {"lead_time_mean_h": float(np.mean(saved))}


def compared(plain_h: float, saving: Bounds, losers: float) -> Iterator[tuple[str, dict[str, object]]]:
    """What the simulation says beyond plain subtraction of the lead time, and how many episodes lose."""
    if plain_h > 0:
        key = "enough" if saving.low <= plain_h <= saving.high else "differs"
        plain, simulated = (f"{hours / 24:.1f}" for hours in (plain_h, saving.value))
        yield f"simulation.note-plain-{key}", {"plain": plain, "simulated": simulated}
    if losers >= LOSERS_TOLD:
        yield "simulation.note-losers", {"percent": round(100 * losers)}


OTHERS = 12  # episodes replayed beside the typical one


def replay(world: World, as_is: Design, today: Outcome, to_be: Design, then: Outcome) -> dict[str, Any]:
    """One episode, near the median today and tomorrow, as what happens when: steps with lanes and kinds of time.

    `others` are episodes at equal distances in the order of today's lead time, so that they stand for all.
    """
    if not len(today.lead_h):
        return {}
    rank = np.abs(today.lead_h - np.median(today.lead_h)) / max(np.median(today.lead_h), 1e-9)
    rank += np.abs(then.lead_h - np.median(then.lead_h)) / max(np.median(then.lead_h), 1e-9)
    chosen = int(np.argmin(rank))

    def tracks(episode: int) -> dict[str, Any]:
        return {"as_is": _track(as_is, today, episode), "to_be": _track(to_be, then, episode)}

    order = np.argsort(today.lead_h, kind="stable")
    places = np.unique(((np.arange(OTHERS) + 0.5) / OTHERS * len(order)).astype(int))
    others = [int(order[place]) for place in places if order[place] != chosen]
    return {**tracks(chosen), "others": [tracks(episode) for episode in others]}


def _track(design: Design, outcome: Outcome, episode: int) -> list[dict[str, Any]]:
    net = design.network
    nodes = np.flatnonzero((net.episode == episode) & (outcome.kind != PASS))
    zero = float(np.nanmin(outcome.start[nodes]))
    out = []
    for i in nodes[np.lexsort((nodes, outcome.start[nodes]))]:
        service, activity, lane, kind = net.label[i]
        ready, start, end = (float(x[i] - zero) / 3600 for x in (outcome.ready, outcome.start, outcome.end))
        if start > ready + 0.01 and ready >= 0:
            waits = "applicant" if outcome.kind[i] == ERRAND else "queue"
            out.append(
                {
                    "service": service,
                    "activity": activity,
                    "lane": lane,
                    "kind": waits,
                    "start_h": round(ready, 3),
                    "end_h": round(start, 3),
                }
            )
        done = "visit" if outcome.kind[i] == ERRAND and kind != "post" else kind
        out.append(
            {
                "service": service,
                "activity": activity,
                "lane": lane,
                "kind": done,
                "start_h": round(start, 3),
                "end_h": round(end, 3),
            }
        )
    return out


def waits_h(world: World, as_is: Design, today: Outcome, to_be: Design, then: Outcome) -> dict[str, dict[str, float]]:
    """Mean hours that officers' work of the focus waits before it begins, by department, today and then."""
    out: dict[str, dict[str, float]] = {}
    for part, design, outcome in (("as_is", as_is, today), ("to_be", to_be, then)):
        net = design.network
        mine = (net.episode < len(world.focus.cases)) & (outcome.kind == 1)
        waited = (outcome.start - outcome.ready) / 3600
        lanes = np.array([label[2] for label in net.label])
        for lane in np.unique(lanes[mine]):
            out.setdefault(str(lane), {})[part] = round(float(waited[mine & (lanes == lane)].mean()), 4)
    return dict(sorted(out.items()))
