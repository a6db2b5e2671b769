"""In which order waiting work is taken, told from when it was ready and when it began."""

from __future__ import annotations

import numpy as np

from redesign.simulation.discipline import passed_over

READY = np.arange(200.0)


def one_officer(pick: int) -> np.ndarray:
    """When each piece of work begins that is ready at `READY`: each takes 1.5, and `pick` of those waiting is next."""
    waiting: list[int] = []
    start, free, coming = np.zeros(len(READY)), 0.0, 0
    for _ in READY:
        while coming < len(READY) and (READY[coming] <= free or not waiting):
            waiting.append(coming)
            free = max(free, READY[coming]) if len(waiting) == 1 else free
            coming += 1
        chosen = waiting.pop(pick)
        start[chosen] = free
        free += 1.5
    return start


def test_first_come_first_served_passes_nobody_over() -> None:
    assert passed_over(READY, one_officer(0))[0] == 0.0


def test_last_come_first_served_passes_everybody_over() -> None:
    share, starts = passed_over(READY, one_officer(-1))
    assert share > 0.9
    assert starts > 90


def test_where_nobody_waits_there_is_no_order() -> None:
    assert passed_over(READY, READY + 0.5) == (0.0, 0)
