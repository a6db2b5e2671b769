"""Plain queueing networks on the engine: work alone, without applicants; for benchmarks, tests, models in files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redesign.simulation import engine
from redesign.simulation.routes import Routes

ALWAYS = np.arange(0, 5, dtype=float)[None, :] * engine.SLOT_S  # one calendar that never closes


@dataclass(frozen=True, eq=False)
class Played:
    """When each piece of work was ready, began and ended, in seconds."""

    ready: np.ndarray
    start: np.ndarray
    end: np.ndarray


def play(
    routes: Routes,
    arrival_s: np.ndarray,
    pool: np.ndarray,
    duration_s: np.ndarray,
    servers: np.ndarray,
    pool_calendar: np.ndarray | None = None,
    calendars: np.ndarray | None = None,
) -> Played:
    """Run routes through pools of servers.

    Parameters
    ----------
    arrival_s
        Of each case.
    pool, duration_s
        Of each piece of work of the routes; pool -1 takes no time to get.
    servers, pool_calendar, calendars
        Of each pool; by default always open.
    """
    n = len(routes.node)
    tables = ALWAYS if calendars is None else calendars
    rows = np.zeros(len(servers), np.int32) if pool_calendar is None else pool_calendar.astype(np.int32)
    kind = np.where(pool < 0, engine.PASS, engine.WORK).astype(np.int8)
    nothing, none = np.zeros(n), np.zeros(n, np.int32)
    start, end, ready = np.empty(n), np.empty(n), np.empty(n)
    engine.run(
        kind,
        routes.predecessors,
        routes.edge_start,
        routes.edge_target,
        pool.astype(np.int32, copy=False),
        duration_s,
        nothing,
        arrival_s[routes.case],
        servers.astype(np.int32),
        rows,
        tables,
        none,
        none,  # places: nobody walks here, and what nobody touches takes no memory
        none,
        none,
        nothing,
        nothing,
        np.zeros(n, np.int8),
        nothing,
        np.zeros(2, np.int32),
        np.zeros(0, np.int32),
        start,
        end,
        ready,
        np.full(1, -1, np.int32),
        np.zeros(1),
        np.zeros(1, np.int32),
    )
    return Played(ready, start, end)
