"""Discovery: the as-is process of a service, or of a bundle of services, from aggregates of the log.

Only counts leave the engine: variants, what each activity does, how services follow each other. So the cost of the
model does not grow with the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

import wording
from catalogue.vocabulary import APPLICANT_STEPS, step_of
from event_logs.functions import lists_any
from mining.episodes import episodes as find_episodes
from mining.precedence import Precedence, precedences
from mining.process_blocks import (
    Block,
    draw,
    ordered,
    perhaps,
    tasks,
)
from mining.process_model import APPLICANT, Kind, Node, Origin, ProcessModel, Step
from mining.varied import readable

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from event_logs.log import EventLog

APART = "\x1f"  # between the activities of a variant: no name has it
FINAL_STEPS = (Step.DECIDE, Step.ISSUE, Step.COLLECT, Step.POST)


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """One service as the log shows it.

    `share` is that of the episodes of the bundle that have it; `coverage` that of its cases that are runs of it,
    as far as their steps are drawn; `cases` all of them; `complete` those that the log does not cut off.
    """

    service: str
    block: Block
    department: str
    cases: int
    complete: int
    coverage: float
    share: float = 1.0
    dropped: tuple[str, ...] = ()  # activities that are not drawn
    shown: float = 1.0  # share of its events that are of activities that are drawn


@dataclass(frozen=True, slots=True)
class BundleProcess:
    """The services of a bundle, their order today, and its evidence. `order`: pairs of positions in `services`."""

    services: tuple[ServiceProcess, ...]
    order: tuple[tuple[int, int], ...]
    evidence: tuple[Precedence, ...]
    episodes: int


def discover(
    log: EventLog,
    services: Sequence[str] = (),
    *,
    episodes: ir.Table | None = None,
    materials: ir.Table | None = None,
    classes: ir.Table | None = None,
    name: str = "",
) -> ProcessModel:
    """The as-is process of a service or a bundle.

    Parameters
    ----------
    services
        Names as the log has them; none for the whole log as one process (a log without services).
    episodes
        As `mining.episodes` gives them, which is asked where they are not given.
    materials
        As `mining.materials` gives them: what is handed in at a step, by class; else as it is written.
    classes
        `spelling` and `material_class`: names outputs by class too; else as they are written.
    name
        The model's name; by default the services'.

    Returns
    -------
    ProcessModel
        Sound and block-structured. Where the log is too varied to be read, a model of its most frequent behaviour, with
        a note that says how much that is.
    """
    found = discover_processes(log, services, episodes=episodes, materials=materials, classes=classes)
    return as_is_model(found, name=name)


def as_is_model(found: BundleProcess, *, name: str = "") -> ProcessModel:
    """The drawing of a discovered bundle: its services in today's order, each by those episodes that need it."""
    names = tuple(process.service for process in found.services)
    parts = [perhaps(process.block, process.share) for process in found.services]
    block = ordered(parts, set(found.order))
    labels = (wording.say("redesign.node.start"), wording.say("redesign.node.end"))
    return draw(
        block, name=name or "、".join(n for n in names if n), services=names, notes=_notes(found), labels=labels
    )


def _notes(found: BundleProcess) -> tuple[tuple[str, dict[str, object]], ...]:
    varied = [process for process in found.services if process.coverage < 0.995 or process.dropped]
    return tuple(
        (
            "redesign.note.coverage",
            {
                "service": p.service or "–",
                "coverage": f"{p.coverage:.0%}",
                "cases": p.cases,
                "drawn": len(list(tasks(p.block))),
                "all": len(list(tasks(p.block))) + len(p.dropped),
                "events": f"{p.shown:.0%}",
            },
        )
        for p in varied
    )


def discover_processes(
    log: EventLog,
    services: Sequence[str] = (),
    *,
    episodes: ir.Table | None = None,
    materials: ir.Table | None = None,
    classes: ir.Table | None = None,
) -> BundleProcess:
    """What `discover` draws, in parts: for the redesign, which rearranges them. Parameters as there."""
    events = log.events
    own = events.filter(_.service.isin(list(services))) if services else events
    own = own.mutate(service=_.service.fill_null("") if services else ibis.literal(""))
    variants = records(log.run(_variants(own)))
    steps = records(log.run(_steps(own)))
    documents = _documents(log, own, materials, classes)
    names = list(services) or [""]
    processes = [
        _service_process(service, number, _of(variants, service), _of(steps, service), documents)
        for number, service in enumerate(names)
    ]
    if len(names) == 1:
        return BundleProcess(tuple(processes), (), (), int(processes[0].cases))
    cases = episodes if episodes is not None else find_episodes(log, bundles=[names])
    if "cut" not in cases.columns:
        cases = cases.mutate(cut=ibis.literal(False))
    cases = log.keep(
        "bundle_cases", cases.filter(_.service.isin(names)).select("case_id", "service", "episode_id", "cut")
    )
    evidence = precedences(log, names, episodes=cases, classes=classes)
    shares, total = _shares(log, cases, names, evidence)
    processes = [replace(p, share=shares.get(p.service, 0.0)) for p in processes]
    return BundleProcess(tuple(processes), todays_order(names, evidence), evidence, total)


def todays_order(names: Sequence[str], evidence: Iterable[Precedence]) -> tuple[tuple[int, int], ...]:
    """Pairs (i, j) of which most episodes begin j only when i has issued; without a circle, whatever the counts."""
    by_pair = {(p.before, p.after): p for p in evidence}
    ahead = {n: sum(_share(by_pair.get((n, other))) for other in names if other != n) for n in names}
    rank = {n: at for at, n in enumerate(sorted(names, key=lambda n: (-ahead[n], list(names).index(n))))}
    place = {n: at for at, n in enumerate(names)}
    return tuple(
        (place[a], place[b])
        for a in names
        for b in names
        if rank[a] < rank[b] and (p := by_pair.get((a, b))) is not None and 2 * p.kept > p.both
    )


def _share(pair: Precedence | None) -> float:
    return pair.first / pair.both if pair and pair.both else 0.5


def _variants(own: ir.Table) -> ir.Table:
    """Activities in order, and how many cases have them so, by service."""
    traces = own.group_by("service", "case_id").aggregate(
        variant=_.activity.group_concat(
            APART, order_by=[_.completed_at, _.started_at.fill_null(_.completed_at), _.event_number]
        )
    )
    return traces.group_by("service", "variant").aggregate(cases=_.count()).order_by(_.cases.desc(), _.variant)


def _steps(own: ir.Table) -> ir.Table:
    """What each activity is by service and department: events, cases, those where the applicant acts."""
    counted = own.group_by("service", "activity", "department").aggregate(
        events=_.count(),
        cases=_.case_id.nunique(),
        applicant=(_.actor == "applicant").sum().fill_null(0),
        actors=_.actor.count(),
    )
    return counted.order_by(_.service, _.activity, _.events.desc(), _.department)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A small result as plain records; what is missing is None."""
    return [
        {str(k): None if isinstance(v, float) and v != v else v for k, v in row.items()}
        for row in frame.to_dict("records")
    ]


def _of(found: list[dict[str, Any]], service: str) -> list[dict[str, Any]]:
    return [row for row in found if row["service"] == service]


def _shares(
    log: EventLog, cases: ir.Table, names: Sequence[str], evidence: Iterable[Precedence]
) -> tuple[dict[str, float], int]:
    """In what share of the episodes with at least two of the services each of them is needed; and how many those are.

    A service is needed too where one is that takes its output: then it was done, and the log hides it (an identity is
    masked, say). One that 95 % need is everybody's. Episodes that the log cuts off count where all are.
    """
    takers = {name: {name} for name in names}
    for pair in evidence:
        if 2 * pair.handed_on > pair.both:
            takers[pair.before].add(pair.after)
    wide = cases.group_by("episode_id").mutate(together=_.service.nunique()).filter(_.together > 1)
    wide = wide.mutate(cut=_.cut.fill_null(False))
    needed = wide.group_by("episode_id", "cut").aggregate(
        [_.service.isin(sorted(takers[name])).any().name(f"s{at}") for at, name in enumerate(names)]
    )
    counted = needed.group_by("cut").aggregate(
        [_.count().name("n")] + [_[f"s{at}"].cast("int64").sum().name(f"s{at}") for at in range(len(names))]
    )
    found = records(log.run(counted.order_by("cut")))
    if not found:
        return {}, 0
    first = found[0]  # those that are not cut off, if any
    shares = {name: int(first[f"s{at}"]) / int(first["n"]) for at, name in enumerate(names)}
    return {name: 1.0 if share >= 0.95 else share for name, share in shares.items()}, int(first["n"])


@dataclass(frozen=True, slots=True)
class _Documents:
    """(service, activity) -> documents, most frequent first."""

    materials: Mapping[tuple[str, str], tuple[str, ...]]
    outputs: Mapping[tuple[str, str], tuple[str, ...]]


def _documents(log: EventLog, own: ir.Table, materials: ir.Table | None, classes: ir.Table | None) -> _Documents:
    outputs = own.filter(lists_any(own.outputs)).select("service", "activity", spelling=_.outputs.unnest())
    if classes is not None:
        known = classes.select("spelling", "material_class").distinct(on="spelling")
        outputs = outputs.left_join(known, "spelling").select(
            "service", "activity", document=ibis.coalesce(_.material_class, _.spelling)
        )
    else:
        outputs = outputs.rename(document="spelling")
    if materials is not None:
        at = own.select("event_number", "service", "activity")
        handed = materials.select("event_number", document="material_class").join(at, "event_number")
        handed = handed.select("service", "activity", "document")
    else:
        kept = own.filter(lists_any(own.materials) & (_.method.fill_null("") != "shared"))
        handed = kept.select("service", "activity", document=_.materials.unnest())
    asked = _by_step(log, handed) if log.has("materials") else {}
    return _Documents(asked, _by_step(log, outputs) if log.has("outputs") else {})


def _by_step(log: EventLog, table: ir.Table) -> dict[tuple[str, str], tuple[str, ...]]:
    counted = table.group_by("service", "activity", "document").aggregate(n=_.count())
    found: dict[tuple[str, str], list[str]] = {}
    most: dict[tuple[str, str], int] = {}
    for row in records(log.run(counted.order_by(_.n.desc(), _.document))):
        key = (row["service"], row["activity"])
        most.setdefault(key, row["n"])
        if row["n"] >= 0.02 * most[key]:  # a slip of the pen is no requirement
            found.setdefault(key, []).append(row["document"])
    return {key: tuple(names) for key, names in found.items()}


def _service_process(
    service: str, number: int, variants: list[dict[str, Any]], steps: list[dict[str, Any]], documents: _Documents
) -> ServiceProcess:
    traces = {tuple(row["variant"].split(APART)): int(row["cases"]) for row in variants}
    whole = _uncut(traces)
    nodes = _nodes(service, number, steps, documents)
    code = {activity: at for at, activity in enumerate(nodes)}
    found = readable({tuple(code[a] for a in t): n for t, n in whole.items()}, list(nodes.values()))
    drawn = {node.id for node in tasks(found.block)}
    dropped = tuple(a for a, node in nodes.items() if node.id not in drawn)
    total = sum(traces.values())
    events = {activity: sum(origin.events for origin in node.origins) for activity, node in nodes.items()}
    shown = 1 - sum(events[activity] for activity in dropped) / (sum(events.values()) or 1)
    coverage = max(found.coverage, 0.0)
    return ServiceProcess(
        service, found.block, _department(steps), total, sum(whole.values()), coverage, 1.0, dropped, shown
    )


def _department(steps: Iterable[dict[str, Any]]) -> str:
    """The department of most events; empty where none is known."""
    events: Counter[str] = Counter()
    for row in steps:
        if row["department"]:
            events[row["department"]] += int(row["events"])
    return min(events, key=lambda name: (-events[name], name)) if events else ""


def _uncut(traces: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """Traces that the log does not cut off: they begin with an application (or as many do), and end with a decision or
    hand-over (or as many do). All of them where that would be less than half."""
    total = sum(traces.values())
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for trace, n in traces.items():
        starts[trace[0]] += n
        ends[trace[-1]] += n
    applied = {a for a in starts if step_of(a) == Step.APPLY}
    usual = 2 * sum(starts[a] for a in applied) >= total
    begin = applied if usual else {a for a in starts if starts[a] >= 0.05 * total}
    end = {a for a in ends if step_of(a) in FINAL_STEPS or ends[a] >= 0.05 * total}
    whole = {t: n for t, n in traces.items() if t[0] in begin and t[-1] in end}
    return whole if 2 * sum(whole.values()) >= total else traces


def _nodes(service: str, number: int, steps: list[dict[str, Any]], documents: _Documents) -> dict[str, Node]:
    """A task for each activity, in the order of their names: the same ids whatever is made of them."""
    by_activity: dict[str, list[dict[str, Any]]] = {}
    for row in steps:
        by_activity.setdefault(row["activity"], []).append(row)
    nodes: dict[str, Node] = {}
    for at, (activity, rows) in enumerate(sorted(by_activity.items())):
        step = Step(step_of(activity))
        acts, known = sum(int(row["applicant"]) for row in rows), sum(int(row["actors"]) for row in rows)
        facing = 2 * acts > known if known else step.value in APPLICANT_STEPS
        department = _department(rows) or _department(steps) or wording.say("redesign.lane.unknown")
        origins = tuple(
            Origin(service, row["department"] or "", activity, int(row["cases"]), int(row["events"])) for row in rows
        )
        nodes[activity] = Node(
            id=f"t{number + 1}_{at + 1}", kind=Kind.TASK, label=activity, lane=APPLICANT if facing else department,
            step=step, service=service, materials=documents.materials.get((service, activity), ()),
            outputs=documents.outputs.get((service, activity), ()), in_person=step is Step.INTERVIEW,
            origins=origins[:5],
        )  # fmt: skip
    return nodes
