"""In which order an office takes what waits: the first come first, the last, or neither.

The simulation serves first come, first served. Where an office does not, mean waits hold all the same as long as it
does not choose by how long a piece of work will take (the mean of a queue is the same for every such order; Kleinrock,
*Queueing Systems* II, conservation law); how far they spread does not, and the report says so.
"""

from __future__ import annotations

import numpy as np

from redesign.simulation.calibration import Calibration, all_steps
from redesign.simulation.cases import WORK

MOST = 400  # starts looked at in one office, spread over the log
LEAST = 60  # starts with somebody else waiting, before an office is judged
AWAY = 0.3  # of those waiting that had come earlier: first come, first served has none, chance a half


def passed_over(ready: np.ndarray, start: np.ndarray) -> tuple[float, int]:
    """Of the others waiting when work begins, the mean share that had come before it, and of how many starts.

    Parameters
    ----------
    ready, start
        Of one office's pieces of work, seconds.

    Examples
    --------
    The first to begin had come last; then only one is left.

    >>> passed_over(np.array([0.0, 1.0, 2.0]), np.array([9.0, 8.0, 5.0]))
    (1.0, 2)
    """
    waited = np.flatnonzero(start > ready)
    chosen = waited[np.unique(np.linspace(0, max(len(waited) - 1, 0), MOST).astype(int))] if len(waited) else waited
    waiting = (ready[None, :] < start[chosen, None]) & (start[None, :] > start[chosen, None])
    others = waiting.sum(axis=1)
    earlier = (waiting & (ready[None, :] < ready[chosen, None])).sum(axis=1)
    some = others > 0
    return (float((earlier[some] / others[some]).mean()) if some.any() else 0.0), int(some.sum())


def out_of_turn(calibration: Calibration) -> tuple[str, ...]:
    """Departments that do not take first what came first, judged by office.

    Steps that wait for what no queue explains are left out: nobody knows when they joined it.
    """
    ready: dict[str, list[float]] = {}
    start: dict[str, list[float]] = {}
    name: dict[str, str] = {}
    known = calibration.facts.events["known"].to_numpy()
    for case in (c for group in calibration.episodes.values() for c in group):
        for step in all_steps(case):
            if step.kind == WORK and known[step.row] and calibration.waits.find(step.activity, step.office) < 0:
                ready.setdefault(step.office, []).append(step.ready_s)
                start.setdefault(step.office, []).append(step.start_s)
                name[step.office] = step.department
    found = set()
    for office in ready:
        share, starts = passed_over(np.array(ready[office]), np.array(start[office]))
        if starts >= LEAST and share > AWAY:
            found.add(name[office])
    return tuple(sorted(found))
