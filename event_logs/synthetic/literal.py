"""The trips that the contract makes of a log as it was written: what noise hid stays unknown, and its rules fill in.

`truth_trips.csv` says what happened; `literal_trips.csv` what a reader who follows the contract can know of it. What
the two differ by is lost with the log, and no fault of whoever reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from event_logs.synthetic.truth import PRESENT, TRIP_GAP, Step, causes_of, notices_of

HERE = ("onsite", "self_service")


@dataclass(slots=True)
class _Visit:
    step: Step
    visitor: str
    department: str
    place: str
    certainty: int  # 0 observed, 1 inferred, 2 possible

    @property
    def order(self) -> tuple[Any, ...]:
        return self.step.started, self.step.ended, self.step.number

    @property
    def day(self) -> date:
        return self.step.started.date()


def literal_trips(steps: Sequence[Step], ids: dict[str, str]) -> list[dict[str, Any]]:
    """`literal_trips.csv`: a row a trip and episode, by start.

    Parameters
    ----------
    steps
        As `as_seen` gives them, each with what was `seen` of it.
    ids
        The episode of each case.
    """
    by_visitor: dict[str, list[_Visit]] = defaultdict(list)
    for visit in _placed(_visits(steps), steps):
        by_visitor[visit.visitor].append(visit)
    runs: list[list[_Visit]] = []
    for visits in by_visitor.values():
        visits.sort(key=lambda v: v.order)
        for before, visit in zip([None, *visits], visits, strict=False):
            goes_on = (
                before is not None
                and (visit.place, visit.day) == (before.place, before.day)
                and visit.step.started - before.step.ended <= TRIP_GAP
            )
            runs[-1].append(visit) if goes_on else runs.append([visit])
    runs.sort(key=lambda run: run[0].order)
    told = notices_of(steps)
    seen: dict[str, set[str]] = defaultdict(set)
    rows = []
    for number, run in enumerate(runs):
        parts: dict[str, list[_Visit]] = defaultdict(list)
        for visit in run:
            parts[ids[visit.step.case.case_id]].append(visit)
        for episode_id, part in parts.items():
            departments = list(dict.fromkeys(v.department for v in part if v.department))
            # Where a trip visits no known department, its place tells whether it is new.
            marks = {f"d {d}" for d in departments} or {f"p {run[0].place}"}
            kind = "first" if not seen[episode_id] else "multi" if marks - seen[episode_id] else "return"
            seen[episode_id] |= {f"d {d}" for d in departments} | {f"p {run[0].place}"}
            cause = causes_of([v.step for v in part], *told) if kind == "return" else ""
            weakest = ("observed", "inferred", "possible")[max(v.certainty for v in run)]
            rows.append(
                {
                    "trip_id": f"T{number + 1}",
                    "applicant": part[0].step.written,
                    "visitor": part[0].visitor,
                    "episode_id": episode_id,
                    "place": run[0].place,
                    "started_at": part[0].step.started,
                    "ended_at": max(v.step.ended for v in part),
                    "departments": ";".join(departments),
                    "cases": ";".join(dict.fromkeys(v.step.case.case_id for v in part)),
                    "services": ";".join(dict.fromkeys(v.step.case.service.name for v in part)),
                    "kind": kind,
                    "cause": cause,
                    "certainty": weakest,
                    "cause_alt": cause,
                    "masked": "false",
                }
            )
    return rows


def _visits(steps: Sequence[Step]) -> list[_Visit]:
    """The visit events, without what hides in them: the place stays empty where the row has none."""
    only = _only([(s.case.service.name, s.seen.get("department", s.case.department.name)) for s in steps])
    found = []
    facing = {s.case.case_id for s in steps if s.event.kind in PRESENT or s.event.channel in ("online", "phone")}
    first: dict[str, Step] = {}
    for step in sorted(steps, key=lambda s: (s.started, s.ended, s.number)):
        if step.case.case_id not in facing and step.event.channel in HERE:
            first.setdefault(step.case.case_id, step)
    for step in steps:
        channel = step.seen.get("channel", step.event.channel)
        inferred = first.get(step.case.case_id) is step
        if not inferred and (step.event.kind not in PRESENT or channel not in (*HERE, "")):
            continue
        department = step.seen.get("department", step.case.department.name) or only.get(step.case.service.name, "")
        nobody = f"case {step.case.case_id}"
        visitor = step.agent if step.event.kind in PRESENT and step.agent else ""
        visitor = visitor or (nobody if step.masked else step.episode.applicant)
        place = step.seen.get("place", step.event.place)
        found.append(_Visit(step, visitor, department, place, 1 if inferred else 0 if channel else 2))
    return found


def _placed(visits: list[_Visit], steps: Sequence[Step]) -> list[_Visit]:
    """An unknown place: the nearest known one of that visitor, day and department, else the department's only one."""
    only = _only(
        [
            (s.seen.get("department", s.case.department.name), s.seen.get("place", s.event.place))
            for s in steps
            if s.seen.get("department", s.case.department.name)
        ]
    )
    near: dict[tuple[str, date, str], list[_Visit]] = defaultdict(list)
    for visit in sorted(visits, key=lambda v: v.order):
        near[visit.visitor, visit.day, visit.department].append(visit)
    known = [v.place for v in visits]
    for visit, place in zip(visits, known, strict=True):
        if place or not visit.department:
            continue
        there = near[visit.visitor, visit.day, visit.department]
        at = next(n for n, v in enumerate(there) if v is visit)
        around = [v.step.seen.get("place", v.step.event.place) for v in (*there[:at][::-1], *there[at + 1 :])]
        visit.place = next(filter(None, around), "") or only.get(visit.department, "") or visit.department
    return visits


def _only(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The one value of each key that has only one."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, value in pairs:
        if value:
            found[key].add(value)
    return {key: next(iter(values)) for key, values in found.items() if len(values) == 1}
