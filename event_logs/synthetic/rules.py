"""The contract's rules of today and of the moves, asked of a case as it stands: where, what, when and for how long."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection

from event_logs.synthetic.calendars import DAY_S
from event_logs.synthetic.demand import ONLINE
from event_logs.synthetic.state import (
    APPLYING,
    COLLECT_S,
    COLLECTING,
    CORRECT_S,
    HANDING_IN,
    HOUR_CDF,
    IN_PERSON,
    ONLINE_CDF,
    RECEIPT_S,
    SIGMA,
    Z_COLLECT,
    Z_CORRECT,
    Z_HAND_IN,
    Z_PERSON,
    Z_RECEIPT,
    CaseRun,
    Errand,
)


def counter(run: CaseRun, *, again: bool = False) -> str:
    """Where this case's application is received; `again`: where a correction is. Empty: online.

    One form has the channel of the service that the episode starts with, and what is wrong with it is put right there.
    """
    red = run.episode.redesign
    asked = next(iter(run.episode.cases.values())) if red.one_form else run
    if asked.case.channel == ONLINE or run.episode.is_online:
        return ""
    if red.one_window:
        return red.place
    return own_place(run) if again else run.case.place


def counter_time(errand: Errand) -> float:
    """Seconds at the counter; what becomes one takes as long as the longest that it replaces."""
    run, red = errand.case, errand.case.episode.redesign
    if errand.kind == APPLYING:
        cases = list(run.episode.cases.values()) if red.one_form else [run]
        return max(draw_seconds(RECEIPT_S, c.z[Z_RECEIPT]) for c in cases)
    if errand.kind == COLLECTING:
        cases = run.episode.held if run in run.episode.held else [run]
        return max(draw_seconds(COLLECT_S, c.z[Z_COLLECT]) for c in cases)
    if errand.kind == IN_PERSON:
        return draw_seconds(run.case.service.in_person_minutes * 60.0, run.z[Z_PERSON])
    if errand.kind == HANDING_IN:
        return draw_seconds(CORRECT_S, run.z[Z_HAND_IN])
    return draw_seconds(CORRECT_S, run.z[Z_CORRECT + min(run.loops - 1, 2)])


def handed_in(run: CaseRun, shareable: Collection[tuple[str, str]], forms: Collection[str]) -> tuple[str, ...]:
    """The classes that are handed in at an application, under the moves."""
    episode, red = run.episode, run.episode.redesign
    if not red.one_form:
        own = [m for m in run.case.service.materials if m != run.missing]
        return tuple(m for m in own if not (red.share_data and (m, run.case.department.name) in shareable))
    classes: dict[str, None] = {}
    for other in episode.cases.values():
        later = {episode.cases[t].case.service.output for t in other.case.takes}
        for m in other.case.service.materials:
            known = red.share_data and (m, other.case.department.name) in shareable
            if m != other.missing and m not in later and not known:
                classes[m] = None
    extra = [m for m in classes if m in forms][1:]
    return tuple(m for m in classes if m not in extra)


def is_free(run: CaseRun, case: int) -> bool:
    """Whether an earlier case's output has come as far as a later one needs it."""
    earlier, red = run.episode.cases[case], run.episode.redesign
    if red.share_data or (red.parallel_review and not red.one_form):
        return earlier.issued
    return earlier.in_hand


def is_my_turn(run: CaseRun) -> bool:
    """Whether the case that habit puts before this one is done with.

    People who do one thing after the other have the first result in hand before they begin the next, whatever
    reaches the department by itself; once one form has applied for all, it is the offices that keep the order, and they
    wait for a decision, not for its paper.
    """
    if run.case.after < 0:
        return True
    earlier, red = run.episode.cases[run.case.after], run.episode.redesign
    if red.one_form or earlier in run.episode.held:
        return earlier.issued
    return earlier.in_hand


def inputs_there(run: CaseRun) -> bool:
    """Whether a case has what it takes: decisions before it, and outputs as they reach it."""
    episode, red = run.episode, run.episode.redesign
    if not all(episode.cases[t].issued for t in run.case.legal):
        return False
    if red.one_form and not red.share_data:
        return all(episode.cases[t].case.service.output in episode.handed for t in run.case.takes)
    return all(is_free(run, t) for t in run.case.takes)


def own_place(run: CaseRun) -> str:
    """Where the service's own office sits: results are handed over there, and people looked at."""
    return run.case.service.place or run.case.department.place


def wish(at: float, u: float, v: float, mean_days: float, comes: bool) -> float:
    """When an applicant wants to do what is open since `at`: some calendar days later, at an hour of the day.

    Hours are those of counters where he comes himself, else of people at home.
    """
    days = int(-mean_days * math.log(1 - u))
    cdf = HOUR_CDF if comes else ONLINE_CDF
    hour = bisect_right(cdf, v)
    below = cdf[hour - 1] if hour else 0.0
    clock = (hour + (v - below) / (cdf[hour] - below)) * 3600.0
    due = (at // DAY_S + days) * DAY_S + clock
    return due if due >= at + 600.0 else due + DAY_S


def draw_seconds(mean_s: float, z: float) -> float:
    """A lognormal duration of a mean, from a normal draw."""
    return mean_s * math.exp(SIGMA * z - SIGMA * SIGMA / 2)
