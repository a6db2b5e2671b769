"""Trips and their kinds on random logs, against the contract's section 3 done again with plain loops."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from event_logs.log import EventLog
from mining.episodes import episodes
from mining.trips import trips

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
# Where each department's visits may be: at two places, at one or unknown, unknown; and a department that is unknown.
SITES: dict[str | None, list[str | None]] = {
    "税务局": ["大厅", "分厅", None], "公安局": ["大厅", None], "民政局": [None], None: ["大厅", None],
}  # fmt: skip
# How long after the event before: a tie, within the trip's gap, at it, a second beyond; the same of the episode's.
LATER = [0 * HOUR, HOUR, 4 * HOUR, 4 * HOUR + SECOND, 9 * HOUR, 60 * DAY, 60 * DAY + SECOND]
WORLDS = 12  # to a log, each with people and cases of its own: a log of many is read sooner than many logs


class Event(NamedTuple):  # a row of the log; every one is a visit
    case_id: str
    started_at: datetime
    completed_at: datetime
    department: str | None
    place: str | None
    applicant: str
    agent: str | None
    activity: str = "领取证照"
    channel: str = "onsite"


@st.composite
def logs(draw: Any) -> list[Event]:
    """Worlds of four cases at the most and two applicants, of whom one may act for the other."""
    out = []
    for world in range(draw(st.integers(1, WORLDS))):
        begun = datetime(2024, 2, 28, 8)
        for _ in range(draw(st.integers(1, 12))):
            begun += draw(st.sampled_from(LATER))
            case, department = draw(st.integers(0, 3)), draw(st.sampled_from(list(SITES)))
            ended, place = begun + draw(st.sampled_from([0, 1, 5])) * HOUR, draw(st.sampled_from(SITES[department]))
            agent = draw(st.sampled_from([None, None, f"{world}甲", f"{world}*"]))  # a masked one is nobody
            out.append(Event(f"{world}.{case}", begun, ended, department, place, f"{world}{'甲乙'[case % 2]}", agent))
    return list(draw(st.permutations(out)))


def episode_of(events: list[Event]) -> dict[str, str]:
    """Each case's episode: of one applicant, each case at most 60 days after the latest end so far."""
    cases = {case: [event for event in events if event.case_id == case] for case in dict.fromkeys(e[0] for e in events)}
    current, found = dict[str, tuple[str, datetime]](), dict[str, str]()
    for case, own in sorted(cases.items(), key=lambda item: min(event.started_at for event in item[1])):
        who, begun = own[0].applicant, min(event.started_at for event in own)
        name, end = current.get(who, (case, begun))
        found[case] = name if begun <= end + 60 * DAY else case
        current[who] = found[case], max(end, *(event.completed_at for event in own))
    return found


def place_of(event: Event, line: list[Event], sites: dict[str | None, set[str]]) -> str | None:
    """Where a visit was; `line`: its visitor's visits in order."""
    if event.place or not event.department:
        return event.place
    at = next(number for number, other in enumerate(line) if other is event)
    near = [
        other.place
        for other in (*reversed(line[:at]), *line[at:])
        if other.place and (other.started_at.date(), other.department) == (event.started_at.date(), event.department)
    ]
    only = list(sites[event.department])
    return (near or (only if len(only) == 1 else [event.department]))[0]


def by_hand(events: list[Event]) -> Counter[Any]:
    """The trips: episode, place, begin, end, departments, cases and kind of each."""
    sites: dict[str | None, set[str]] = defaultdict(set)
    lines: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        sites[event.department] |= {event.place} if event.place else set()
        lines[event.applicant if event.agent is None or "*" in event.agent else event.agent].append(event)
    journeys: list[tuple[str | None, list[Event]]] = []
    for line in lines.values():
        line.sort(key=lambda event: (event.started_at, event.completed_at))  # stable: ties keep the order of the rows
        for number, event in enumerate(line):
            place, before = place_of(event, line, sites), line[number - 1]
            soon = event.started_at <= before.completed_at + 4 * HOUR
            same = journeys and (journeys[-1][0], before.started_at.date()) == (place, event.started_at.date())
            if not (number and soon and same):
                journeys.append((place, []))
            journeys[-1][1].append(event)
    of, row = episode_of(events), {id(event): number for number, event in enumerate(events)}
    seen: dict[str, set[str]] = defaultdict(set)
    found: Counter[Any] = Counter()
    for place, run in sorted(journeys, key=lambda journey: (journey[1][0].started_at, row[id(journey[1][0])])):
        for episode in {of[event.case_id] for event in run}:
            own = [event for event in run if of[event.case_id] == episode]
            offices = {event.department for event in own if event.department}
            new = (offices or {f"at {place}"} - {"at None"}) - seen.get(episode, set())
            kind = "first" if episode not in seen else "multi" if new else "return"
            seen[episode] |= offices | {f"at {place}"}
            named = frozenset(offices or {""}), frozenset(event.case_id for event in own)
            found[episode, place, own[0].started_at, max(event.completed_at for event in own), *named, kind] += 1
    return found


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(logs())
def test_trips_are_those_that_plain_loops_find(log_of: Callable[..., EventLog], events: list[Event]) -> None:
    log = log_of(Event._fields, events)
    columns = ("episode_id", "place", "started_at", "ended_at", "departments", "cases", "kind")
    rows = log.rows(trips(log, episodes(log)).select(*columns))
    lists = [[frozenset((text or "").split(";")) for text in row[4:6]] for row in rows]
    assert Counter((*row[:4], *parts, row[6]) for row, parts in zip(rows, lists, strict=True)) == by_hand(events)
