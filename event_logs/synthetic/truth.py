"""What is true of a generated log, by the contract's words, from what was planted and not from the log's text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from event_logs.synthetic.demand import Case, Demand, Episode
from event_logs.synthetic.state import Event

TRIP_GAP = timedelta(hours=4)
EPISODE_GAP = timedelta(days=60)
VALIDITY = timedelta(days=365)
PRESENT = ("apply", "correct", "collect", "in_person")


@dataclass(slots=True)
class Step:
    """One event of the log, with what is known of it. `written` is the row as the log has it; `hidden` what it lost."""

    number: int
    event: Event
    case: Case
    episode: Episode
    started: datetime
    ended: datetime
    agent: str
    materials: tuple[tuple[str, str], ...]  # (class, as written), one entry a class
    hidden: bool = False
    masked: bool = False
    applicant: str = ""  # as the case has it written
    seen: dict[str, str] = field(default_factory=dict)  # what noise left of the columns that it hides, by role

    @property
    def visitor(self) -> str:
        """Who came."""
        return self.agent or self.episode.applicant

    @property
    def written(self) -> str:
        """The applicant, as the log has him: masked where it masks him."""
        return self.applicant or self.episode.applicant

    @property
    def is_visit(self) -> bool:
        """Whether somebody had to be on the spot."""
        return self.event.kind in PRESENT and bool(self.event.place)


def steps_of(demand: Demand, events: Iterable[Event]) -> list[Step]:
    """The events with their dates, cases and episodes, in the log's order: by completion, then as they happened."""
    midnight = datetime.combine(demand.first_day, datetime.min.time())
    cases = {c.index: (c, e) for e in demand.episodes for c in e.cases}
    made = []
    for event in events:
        case, episode = cases[event.case]
        agent = "" if event.alone else episode.agent
        made.append(
            Step(
                0,
                event,
                case,
                episode,
                midnight + timedelta(seconds=int(event.started)),
                midnight + timedelta(seconds=int(event.ended)),
                agent,
                tuple((m, m) for m in event.materials),
            )
        )
    made.sort(key=lambda s: (s.ended, s.started))
    for number, step in enumerate(made):
        step.number = number
    return made


def as_seen(steps: Sequence[Step], columns: Collection[str]) -> list[Step]:
    """The steps as a log with these columns can tell them: where it has no places, a department is its own place."""
    made = []
    for step in steps:
        event = step.event
        if event.place and "place" not in columns:
            event = event._replace(place=step.case.department.name)
        if "outputs" not in columns:
            event = event._replace(outputs=())
        started = step.started if "started_at" in columns else step.ended
        made.append(
            replace(
                step,
                event=event,
                started=started,
                agent=step.agent if "agent" in columns else "",
                materials=step.materials if "materials" in columns else (),
            )
        )
    return made


def episode_ids(
    steps: Sequence[Step], *, bundles: bool, has_object: bool, has_episode: bool, literal: bool = False
) -> dict[str, str]:
    """The episode of each case (contract, section 3): with the planted bundles given, or with none.

    `literal`: a masked identity ties nothing; else the truth knows who is behind it.
    """
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    of: dict[str, Step] = {}
    for step in steps:
        key = step.case.case_id
        first[key] = min(first.get(key, step.started), step.started)
        last[key] = max(last.get(key, step.ended), step.ended)
        of.setdefault(key, step)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, step in of.items():
        e = step.episode
        tie = f"#{e.index}" if has_episode else e.object if has_object and e.object else e.applicant
        if literal and tie == e.applicant and step.masked:
            tie = f"masked:{key}"
        groups[(tie, (e.bundle or f"case:{key}") if bundles else "*")].append(key)
    ids = {}
    for (tie, label), keys in groups.items():
        keys.sort(key=lambda k: (first[k], of[k].number))
        n, until = 1, first[keys[0]]
        for key in keys:
            n += first[key] - until > EPISODE_GAP
            until = max(until, last[key])
            name = tie if tie.startswith("masked:") else of[key].episode.applicant
            ids[key] = f"{name}#{label}#{n}"
    if has_object and not bundles:
        # Two things of one applicant are two episodes: their names must differ too.
        for key in ids:
            if of[key].episode.object:
                ids[key] = ids[key].replace("#*#", f"#{of[key].episode.object}#")
    return ids


def cut_cases(steps: Sequence[Step]) -> set[str]:
    """Cases of which the log lacks the application or the end."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for step in sorted(steps, key=lambda s: (s.started, s.ended, s.number)):
        kinds[step.case.case_id].append(step.event.kind)
    return {c for c, k in kinds.items() if k[0] != "apply" or not {"issue", "collect", "post"} & set(k)}


def episodes_table(steps: Sequence[Step], ids: dict[str, str]) -> list[dict[str, Any]]:
    """`truth_episodes.csv`: a row a case."""
    cut = cut_cases(steps)
    cut_episodes = {ids[c] for c in cut}
    order = dict.fromkeys(s.case.case_id for s in steps)
    return [{"case_id": c, "episode_id": ids[c], "cut": str(ids[c] in cut_episodes).lower()} for c in order]


def trips_table(steps: Sequence[Step], ids: dict[str, str]) -> list[dict[str, Any]]:
    """`truth_trips.csv`: a row a trip and episode that it serves, by start."""
    by_visitor: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        if step.is_visit:
            by_visitor[step.visitor].append(step)
    runs: list[list[Step]] = []
    for visits in by_visitor.values():
        visits.sort(key=lambda s: (s.started, s.ended, s.number))
        run: list[Step] = []
        for step in visits:
            same = run and step.event.place == run[-1].event.place and step.started.date() == run[-1].started.date()
            if same and step.started - run[-1].ended <= TRIP_GAP:
                run.append(step)
            else:
                run = [step]
                runs.append(run)
    runs.sort(key=lambda r: (r[0].started, r[0].number))
    notices, answers = notices_of(steps)
    seen: dict[str, set[str]] = defaultdict(set)
    rows = []
    for number, run in enumerate(runs):
        parts: dict[str, list[Step]] = defaultdict(list)
        for step in run:
            parts[ids[step.case.case_id]].append(step)
        for episode_id, part in parts.items():
            departments = list(dict.fromkeys(s.case.department.name for s in part))
            known = seen[episode_id]
            kind = "first" if not known else "multi" if set(departments) - known else "return"
            known.update(departments)
            cause = causes_of(part, notices, answers) if kind == "return" else ""
            rows.append(
                {
                    "trip_id": f"T{number + 1}",
                    "applicant": part[0].written,
                    "visitor": part[0].visitor,
                    "episode_id": episode_id,
                    "place": run[0].event.place,
                    "started_at": part[0].started,
                    "ended_at": max(s.ended for s in part),
                    "departments": ";".join(departments),
                    "cases": ";".join(dict.fromkeys(s.case.case_id for s in part)),
                    "services": ";".join(dict.fromkeys(s.case.service.name for s in part)),
                    "kind": kind,
                    "cause": cause,
                    "certainty": "observed",
                    "cause_alt": cause,
                    "masked": str(any(s.hidden or s.masked for s in part)).lower(),
                }
            )
    return rows


def notices_of(steps: Sequence[Step]) -> tuple[dict[str, list[datetime]], dict[str, list[datetime]]]:
    """When each case was told what is missing, and when it answered."""
    notices: dict[str, list[datetime]] = defaultdict(list)
    answers: dict[str, list[datetime]] = defaultdict(list)
    for step in steps:
        if step.event.kind == "notice":
            notices[step.case.case_id].append(step.ended)
        elif step.event.kind == "correct":
            answers[step.case.case_id].append(step.started)
    return notices, answers


def causes_of(part: list[Step], notices: dict[str, list[datetime]], answers: dict[str, list[datetime]]) -> str:
    """The cause of a return, from its events."""
    if any(s.event.kind == "correct" for s in part):
        return "correction"
    start = part[0].started
    for case in {s.case.case_id for s in part}:
        told = sum(t <= start for t in notices[case])
        if told > sum(t < start for t in answers[case]):
            return "correction"
    return "collection" if all(s.event.kind == "collect" for s in part) else "other"


def materials_table(steps: Sequence[Step], demand: Demand) -> list[dict[str, Any]]:
    """`truth_materials.csv`: a row a submission, by time and row."""
    issuers: dict[str, Counter[str]] = defaultdict(Counter)
    for step in steps:
        for output in step.event.outputs:
            issuers[output][step.case.department.name] += 1
    external = {m.name: m.issuer for m in demand.scenario.materials}
    earlier: dict[tuple[str, str], list[tuple[datetime, str, str, str]]] = defaultdict(list)
    given: dict[tuple[str, str], str] = {}
    rows: list[dict[str, Any]] = []
    for step in steps:
        who, department, case = step.episode.applicant, step.case.department.name, step.case.case_id
        fresh = []
        for name, written in step.materials:
            past = [p for p in earlier[(who, name)] if step.ended - p[0] <= VALIDITY]
            same = [p for p in past if p[2] == department]
            before = (same or past)[-1] if past else None
            number = f"S{len(rows) + 1}"
            # Whatever is handed in again at a correction is rework; that it must repeat the same case is the stricter
            # reading of the contract's sentence, kept beside it.
            rework = before is not None and step.event.kind == "correct"
            strictly = before is not None and rework and before[3] == case
            source = _shareable(name, who, department, issuers, given)
            outside = external.get(name, "")
            rows.append(
                {
                    "submission_id": number,
                    "applicant": step.written,
                    "case_id": case,
                    "department": department,
                    "submitted_at": step.ended,
                    "material": written,
                    "material_class": name,
                    "repeat_of": before[1] if before else "",
                    "repeat_kind": "" if before is None else "same_department" if same else "other_department",
                    "because": "correction" if rework else "",
                    "because_alt": "correction" if strictly else "",
                    "shareable_from": source,
                    "shareable_maybe": "" if source or outside == department else outside,
                    "masked": str(step.hidden or step.masked).lower(),
                }
            )
            fresh.append(((who, name), (step.ended, number, department, case)))
        for key, entry in fresh:
            earlier[key].append(entry)
        for output in step.event.outputs:
            given[(who, output)] = department
    return rows


def _shareable(
    name: str, who: str, department: str, issuers: dict[str, Counter[str]], given: dict[tuple[str, str], str]
) -> str:
    known = issuers.get(name)
    if not known:
        return ""
    source = given.get((who, name)) or sorted(known.items(), key=lambda kv: (-kv[1], kv[0]))[0][0]
    return source if source != department else ""


def shareable_pairs(steps: Sequence[Step]) -> frozenset[tuple[str, str]]:
    """Pairs of class and asking department for which the log shows another department's output."""
    issuers: dict[str, set[str]] = defaultdict(set)
    asked: set[tuple[str, str]] = set()
    for step in steps:
        for output in step.event.outputs:
            issuers[output].add(step.case.department.name)
        asked.update((m, step.case.department.name) for m in step.event.materials)
    return frozenset((m, d) for m, d in asked if issuers.get(m, set()) - {d})


def bundles_table(steps: Sequence[Step], ids: dict[str, str], demand: Demand) -> list[dict[str, Any]]:
    """`truth_bundles.json`: the planted bundles, with the order that their outputs impose."""
    services: dict[str, set[str]] = defaultdict(set)
    for step in steps:
        if step.episode.bundle:
            services[ids[step.case.case_id]].add(step.case.service.name)
    label = {ids[s.case.case_id]: s.episode.bundle for s in steps}
    rows = []
    for bundle in demand.scenario.bundles:
        members = [demand.scenario.service(s) for s in bundle.services]
        asks = Counter(m for s in members for m in s.materials)
        rows.append(
            {
                "name": bundle.name,
                "services": list(bundle.services),
                "optional": dict(bundle.optional),
                "episodes": sum(len(v) >= 2 and label[k] == bundle.name for k, v in services.items()),
                "order": [
                    [a.name, b.name] for i, a in enumerate(members) for b in members[i + 1 :] if a.output in b.materials
                ],
                "common_materials": sorted(m for m, n in asks.items() if n > 1),
                "in_person": [s.name for s in members if s.in_person],
            }
        )
    return rows
