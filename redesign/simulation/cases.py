"""Each case as a chain: its application, the steps that follow, its corrections taken out, its result handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from redesign.simulation.facts import Facts

APPLY, WORK, INTERVIEW, COLLECT, POST, NOTICE, CORRECT = range(7)
RIDE_S = 120.0  # a visit event that follows another at the same place within two minutes is part of that visit


@dataclass(slots=True)
class Step:
    """One event of a case: what kind, where it stands in the table of events, and when it could have begun."""

    kind: int
    row: int
    activity: str
    office: str
    department: str
    place: str  # of a visit, else empty
    visit: bool
    start_s: float
    end_s: float
    ready_s: float  # end of what came before it in its case
    redo: bool = False  # the work that follows a correction


@dataclass(slots=True)
class Case:
    """One case. ``chain`` is without corrections; ``loops`` has them: (notice, correction, redone work)."""

    id: str
    service: str
    episode: str
    office: str
    department: str
    chain: list[Step]
    loops: list[tuple[Step | None, Step, Step | None]]
    loop_after: int  # index in the chain of the step that finds fault; -1 unknown
    issued_s: float
    handed_s: float
    hand: int  # COLLECT, POST or -1
    outputs: frozenset[str]
    asked: frozenset[str]  # material classes handed in over the whole case
    first_handed: int  # submissions at the application
    handed_again: int  # submissions at corrections, beyond what was missing
    corrections_handed: int
    corrected: frozenset[str] = frozenset()  # material classes handed in at the first correction
    inputs: dict[str, str] = field(default_factory=dict)  # class -> case id whose output it is
    agent: str = ""
    follows: str = ""  # where papers are unknown: the case whose result was the last in hand when this was applied for

    @property
    def apply(self) -> Step:
        """The application: the first step."""
        return self.chain[0]


def cases_of(
    facts: Facts, episodes: Mapping[str, str], classes: Mapping[str, str], wanted: set[str] | None = None
) -> list[Case]:
    """The cases of a log, in the order of their names.

    Parameters
    ----------
    episodes
        Case to episode; a case that is missing is an episode of its own.
    classes
        Material name to class; a name that is missing is its own class.
    wanted
        Only these cases.
    """
    e = facts.events
    if wanted is not None:
        e = e[e["case"].isin(wanted)]
    names = e["case"].to_numpy()
    if not len(names):
        return []
    bounds = np.flatnonzero(np.concatenate([[True], names[1:] != names[:-1], [True]])).tolist()
    columns = {c: e[c].tolist() for c in e.columns}
    rows = e.index.tolist()
    return [_case(columns, rows, a, b, episodes, classes) for a, b in pairwise(bounds)]


def _case(
    c: dict[str, list[Any]], rows: list[int], a: int, b: int, episodes: Mapping[str, str], classes: Mapping[str, str]
) -> Case:
    steps = []
    done = c["start_s"][a]
    for i in range(a, b):
        kind = _kind(c, i, i == a)
        visit = bool(c["visit"][i])
        steps.append(
            Step(
                kind,
                int(rows[i]),
                c["activity"][i],
                c["office"][i],
                c["department"][i],
                c["place"][i] if visit else "",
                visit,
                float(c["start_s"][i]),
                float(c["end_s"][i]),
                float(done),
            )
        )
        done = max(done, c["end_s"][i])
    chain, loops, loop_after = _unlooped(steps)
    outputs: set[str] = set()
    asked: set[str] = set()
    first = again = corrections = 0
    corrected: frozenset[str] = frozenset()
    issued = np.nan
    for i in range(a, b):
        if c["outputs"][i]:
            outputs.update(classes.get(m, m) for m in c["outputs"][i])
            issued = max(issued, c["end_s"][i]) if issued == issued else c["end_s"][i]
        if c["materials"][i] and c["method"][i] != "shared":
            got = {classes.get(m, m) for m in c["materials"][i]}
            if steps[i - a].kind == CORRECT:
                again += len(got & asked)
                corrections += len(got)
                corrected = corrected or frozenset(got)
            else:
                first += len(got - asked)
            asked |= got
    hands = [s for s in chain if s.kind in (COLLECT, POST)]
    if issued != issued:
        work = [s for s in chain if s.kind not in (COLLECT, POST)]
        issued = work[-1].end_s
    name = str(c["case"][a])
    return Case(
        name,
        str(c["service"][a]),
        episodes.get(name, name),
        str(c["office"][a]),
        str(c["department"][a]),
        chain,
        loops,
        loop_after,
        float(issued),
        max([s.end_s for s in hands], default=float(issued)),
        hands[-1].kind if hands else -1,
        frozenset(outputs),
        frozenset(asked),
        first,
        again,
        corrections,
        corrected,
        agent=str(c["agent"][a]),
    )


def _kind(c: dict[str, list[Any]], i: int, first: bool) -> int:
    step = c["step"][i]
    if first:
        return APPLY
    if step == "notice":
        return NOTICE
    if step == "post" and not c["visit"][i]:
        return POST
    if c["applicant_side"][i]:
        return CORRECT if step == "correct" else COLLECT if step == "collect" else INTERVIEW
    return WORK


def _unlooped(steps: list[Step]) -> tuple[list[Step], list[tuple[Step | None, Step, Step | None]], int]:
    chain: list[Step] = []
    loops: list[tuple[Step | None, Step, Step | None]] = []
    after = -1
    notice: Step | None = None
    i = 0
    while i < len(steps):
        step = steps[i]
        if step.kind == NOTICE:
            notice = step
            if after < 0 or not loops:
                after = len(chain) - 1
        elif step.kind == CORRECT:
            redone = None
            if after < 0:
                after = len(chain) - 1
            following = steps[i + 1] if i + 1 < len(steps) else None
            if (
                following is not None
                and following.kind == WORK
                and chain
                and following.activity == chain[after].activity
            ):
                redone = following
                redone.redo = True
                i += 1
            loops.append((notice, step, redone))
            notice = None
        else:
            chain.append(step)
        i += 1
    return chain, loops, after


def link_inputs(episode: list[Case]) -> None:
    """Find whose output each case of an episode is handed: the latest issued before it applies, or handed in later."""
    issuers: dict[str, list[Case]] = {}
    for case in episode:
        for name in case.outputs:
            issuers.setdefault(name, []).append(case)
    for case in episode:
        for name in sorted(case.asked):
            found = [
                x
                for x in issuers.get(name, [])
                if x is not case and x.service != case.service and x.issued_s <= case.apply.start_s
            ]
            if found:
                case.inputs[name] = max(found, key=lambda x: (x.issued_s, x.id)).id


def as_episodes(cases: list[Case]) -> dict[str, list[Case]]:
    """Cases by episode, each in the order of application."""
    episodes: dict[str, list[Case]] = {}
    for case in cases:
        episodes.setdefault(case.episode, []).append(case)
    for group in episodes.values():
        group.sort(key=lambda x: (x.apply.start_s, x.apply.row))
        link_inputs(group)
    if not any(c.asked for group in episodes.values() for c in group):
        for group in episodes.values():
            _follow(group)
    return dict(sorted(episodes.items()))


def _follow(episode: list[Case]) -> None:
    """Without papers, what comes after what is all that is known of why."""
    for i, case in enumerate(episode):
        before = [x for x in episode[:i] if x.handed_s <= case.apply.start_s + 1]
        if before:
            case.follows = max(before, key=lambda x: (x.handed_s, x.id)).id


def final(case: Case) -> bool:
    """Whether the log shows the end of a case: a hand-over, an issue, or a decision."""
    last = case.chain[-1]
    return last.kind in (COLLECT, POST) or bool(case.outputs) or last.kind == WORK


def frame_of(cases: list[Case]) -> pd.DataFrame:
    """Cases in short, for what is counted."""
    return pd.DataFrame(
        {
            "case": [x.id for x in cases],
            "service": [x.service for x in cases],
            "episode": [x.episode for x in cases],
            "corrections": [len(x.loops) for x in cases],
            "again": [x.handed_again for x in cases],
        }
    )
