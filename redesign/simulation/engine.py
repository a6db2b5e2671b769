"""The discrete-event core: a network of work, delays and errands, run over flat arrays by one compiled loop.

All luck is drawn before (`luck.py`), so that the same case meets the same fortune under every set of moves (common
random numbers), and the loop holds none of its own: choices and loops of a process are unrolled where the network is
made (`network.py`, `routes.py`), and what is left is time: queues for officers, calendars, joins, and the applicants,
who walk. It knows arrays alone.

Node kinds
----------
PASS    takes no time: a join, or a step that this replication leaves out.
WORK    an officer's task: waits `pre_s` in clock time, then queues first-come-first-served for its pool.
DELAY   takes `duration_s` of clock time (the post).
ERRAND  something the applicant must do, open from the moment that its predecessors are done. Somebody who is at a
        place does there whatever is open for him there; elsewhere he goes when his own delay is over, or on the
        same tour. Online (place -1) it needs no journey.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from redesign.simulation.heap import pop, push

PASS, WORK, DELAY, ERRAND = 0, 1, 2, 3
SLOT_S = 900.0  # calendars are known to the quarter of an hour
DAY_S = 86400.0

_RELEASE, _QUEUE, _DONE, _LAND, _STEP = 0, 1, 2, 3, 4


@njit(cache=True, nogil=True)
def worked_at(cumulative, t):  # type: ignore[no-untyped-def]
    """Working seconds from the horizon's start to `t`, by a cumulative table of quarter-hours."""
    last = cumulative.shape[0] - 1
    slot = int(t // SLOT_S)
    if slot < 0:
        return 0.0
    if slot >= last:
        return cumulative[last] + (t - last * SLOT_S)
    return cumulative[slot] + (cumulative[slot + 1] - cumulative[slot]) / SLOT_S * (t - slot * SLOT_S)


@njit(cache=True, nogil=True)
def is_open(cumulative, t):  # type: ignore[no-untyped-def]
    """Whether `t` lies in an open quarter-hour; after the horizon everything is open."""
    slot = int(t // SLOT_S)
    if slot < 0:
        return False
    if slot >= cumulative.shape[0] - 1:
        return True
    return cumulative[slot + 1] > cumulative[slot]


@njit(cache=True, nogil=True)
def next_open(cumulative, t):  # type: ignore[no-untyped-def]
    """`t` itself where open, else the next opening, found by bisection."""
    if t < 0.0:
        t = 0.0
    if is_open(cumulative, t):
        return t
    slot = int(t // SLOT_S)
    level = cumulative[slot]
    low, high = slot, cumulative.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] > level:
            high = middle
        else:
            low = middle + 1
    if cumulative[low] <= level:
        return low * SLOT_S
    return (low - 1) * SLOT_S


@njit(cache=True, nogil=True)
def after_working(cumulative, t, work_s):  # type: ignore[no-untyped-def]
    """When `work_s` of working time, begun at `t`, are over (inverse of the cumulative table)."""
    if work_s <= 0.0:
        return t
    goal = worked_at(cumulative, t) + work_s
    last = cumulative.shape[0] - 1
    if goal > cumulative[last]:
        return last * SLOT_S + (goal - cumulative[last])
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] >= goal:
            high = middle
        else:
            low = middle + 1
    slot = low - 1
    rate = (cumulative[low] - cumulative[slot]) / SLOT_S
    return slot * SLOT_S + (goal - cumulative[slot]) / rate


@njit(cache=True, nogil=True)
def day_is_open(cumulative, day):  # type: ignore[no-untyped-def]
    """Whether the calendar has any working time on a day of the horizon."""
    per_day = int(DAY_S // SLOT_S)
    first, last = day * per_day, cumulative.shape[0] - 1
    if first >= last:
        return True
    return cumulative[min(first + per_day, last)] > cumulative[first]


@njit(cache=True, nogil=True)
def landing(cumulative, t, days, gap_s, hour_s):  # type: ignore[no-untyped-def]
    """When an applicant comes who could from `t` on: the same day after `gap_s`, else `days` later at `hour_s`.

    Days are calendar days: who means to come on a closed day comes on the next open one.
    """
    day = int(t // DAY_S)
    if days <= 0:
        come = next_open(cumulative, t + gap_s)
        if int(come // DAY_S) == day:
            return come
        days = 1
    day += days
    while not day_is_open(cumulative, day):
        day += 1
    come = max(day * DAY_S + hour_s, t)
    opened = next_open(cumulative, come)
    if int(opened // DAY_S) != day:  # an hour after closing: the first of that day instead
        opened = max(next_open(cumulative, day * DAY_S), t)
    return opened


@njit(cache=True, nogil=True)
def run(  # type: ignore[no-untyped-def]
    kind,
    predecessors,
    edge_start,
    edge_target,
    pool,
    duration_s,
    pre_s,
    release_at,
    servers,
    pool_calendar,
    calendars,
    episode,
    place,
    place_calendar,
    days,
    gap_s,
    hour_s,
    tour,
    travel_s,
    errand_start,
    errand_node,
    start,
    end,
    ready,
    trip_place,
    trip_end,
    trips,
):
    """Run a network to its end; fills `start`, `end`, `ready` (seconds) of every node and `trips` of every episode.

    Parameters
    ----------
    kind, predecessors, edge_start, edge_target
        The network: node kinds, numbers of predecessors, successors in compressed rows (``(n + 1,)``, ``(m,)``;
        -1 where this replication leaves an edge out, which `predecessors` then does not count).
    pool, duration_s, pre_s, release_at
        Of nodes: the pool that works (-1: nobody waits for it), working seconds (clock for DELAY), clock wait before
        queueing, and the time that a node without predecessors is released at.
    servers, pool_calendar, calendars
        Of pools: officers (0: as many as come), row of `calendars`, cumulative working seconds ``(c, slots + 1)``.
    episode, place, place_calendar, days, gap_s, hour_s, tour, travel_s
        Of errands: whose, where (-1: online), the place's calendar, the delay drawn (`landing`), whether he would go
        on from here to another place on the same tour, and how long the way there takes.
    errand_start, errand_node
        The errands of every episode, in compressed rows.

    Returns
    -------
    int
        Nodes left undone: 0 in a sound network.
    """
    n = kind.shape[0]
    slack = 64  # one event puts at most its node's successors into the heap, and a few more
    for i in range(n):
        slack = max(slack, 64 + edge_start[i + 1] - edge_start[i])
    capacity = 4096 + slack
    times = np.empty(capacity, np.float64)
    numbers = np.empty(capacity, np.int64)
    kinds = np.empty(capacity, np.int8)
    nodes = np.empty(capacity, np.int32)
    size = 0
    number = 0
    left = predecessors.copy()
    opened = np.zeros(n, np.int8)  # errands: 1 open, 2 being done, 3 done
    following = np.full(n, -1, np.int32)
    head = np.full(servers.shape[0], -1, np.int32)
    tail = np.full(servers.shape[0], -1, np.int32)
    busy = np.zeros(servers.shape[0], np.int32)
    at_place = np.full(errand_start.shape[0], -1, np.int32)
    undone = n
    at_once = np.empty(slack, np.int32)  # work that this event sends to its queue
    roots = np.flatnonzero(left == 0)
    for i in range(1, roots.shape[0]):
        if release_at[roots[i]] < release_at[roots[i - 1]]:
            roots = roots[np.argsort(release_at[roots], kind="mergesort")]  # stable: ties in the order of their numbers
            break
    waiting = 0  # the next root to come: arrivals stay out of the heap, which holds only what is under way
    for i in range(n):
        start[i] = np.nan
        end[i] = np.nan
        ready[i] = np.nan
    while size > 0 or waiting < roots.shape[0]:
        if waiting < roots.shape[0] and (size == 0 or release_at[roots[waiting]] <= times[0]):
            node = roots[waiting]
            t, what = release_at[node], _RELEASE
            waiting += 1
        else:
            t, what, node = times[0], kinds[0], nodes[0]
            size = pop(times, numbers, kinds, nodes, size)
        if size + slack > capacity:
            more = np.empty(2 * capacity, np.float64)
            more[:capacity] = times
            times = more
            more_numbers = np.empty(2 * capacity, np.int64)
            more_numbers[:capacity] = numbers
            numbers = more_numbers
            more_kinds = np.empty(2 * capacity, np.int8)
            more_kinds[:capacity] = kinds
            kinds = more_kinds
            more_nodes = np.empty(2 * capacity, np.int32)
            more_nodes[:capacity] = nodes
            nodes = more_nodes
            capacity *= 2
        done = -1
        queue = -1
        if what == _RELEASE:
            ready[node] = t
            k = kind[node]
            if k == PASS:
                start[node] = t
                done = node
            elif k == WORK:
                if pre_s[node] > 0.0:
                    size = push(times, numbers, kinds, nodes, size, t + pre_s[node], number, _QUEUE, node)
                    number += 1
                else:
                    queue = node
            elif k == DELAY:
                start[node] = t
                size = push(times, numbers, kinds, nodes, size, t + duration_s[node], number, _DONE, node)
                number += 1
            else:
                opened[node] = 1
                come = landing(calendars[place_calendar[node]], t, days[node], gap_s[node], hour_s[node])
                size = push(times, numbers, kinds, nodes, size, come, number, _LAND, node)
                number += 1
        elif what == _QUEUE:
            queue = node
        elif what == _LAND:
            if opened[node] == 1:
                e = episode[node]
                if place[node] < 0:
                    opened[node] = 2
                    queue = node
                elif at_place[e] < 0:
                    at_place[e] = place[node]
                    opened[node] = 2
                    same = (
                        trip_place[e] == place[node]
                        and int(trip_end[e] // DAY_S) == int(t // DAY_S)
                        and t - trip_end[e] <= 4 * 3600.0
                    )
                    if not same:
                        trips[e] += 1
                    trip_place[e] = place[node]
                    queue = node
                else:  # he is elsewhere, or here and will come to it; should this place close first, he comes again
                    come = next_open(calendars[place_calendar[node]], t + 1800.0)
                    size = push(times, numbers, kinds, nodes, size, come, number, _LAND, node)
                    number += 1
        elif what == _STEP:  # the visit goes on, or ends
            e = episode[node]
            best = -1
            away = -1
            for i in range(errand_start[e], errand_start[e + 1]):
                other = errand_node[i]
                if opened[other] == 1 and place[other] >= 0:
                    if place[other] == place[node]:
                        if best < 0 or ready[other] < ready[best]:
                            best = other
                    elif away < 0 or ready[other] < ready[away]:
                        away = other
            if best >= 0 and is_open(calendars[place_calendar[best]], t):
                opened[best] = 2
                queue = best
            else:
                at_place[e] = -1
                if away >= 0 and tour[node] != 0:
                    come = t + travel_s[node]
                    if is_open(calendars[place_calendar[away]], come):
                        size = push(times, numbers, kinds, nodes, size, come, number, _LAND, away)
                        number += 1
        else:
            done = node
            p = pool[node]
            k = kind[node]
            if (k in (WORK, ERRAND)) and p >= 0 and servers[p] > 0:
                busy[p] -= 1
                if head[p] >= 0:
                    other = head[p]
                    head[p] = following[other]
                    if head[p] < 0:
                        tail[p] = -1
                    busy[p] += 1
                    row = calendars[pool_calendar[p]]
                    begin = next_open(row, t)
                    start[other] = begin
                    size = push(
                        times,
                        numbers,
                        kinds,
                        nodes,
                        size,
                        after_working(row, begin, duration_s[other]),
                        number,
                        _DONE,
                        other,
                    )
                    number += 1
        last = 0
        if queue >= 0:
            at_once[0] = queue
            last = 1
        if done >= 0:
            end[done] = t
            undone -= 1
            for i in range(edge_start[done], edge_start[done + 1]):
                target = edge_target[i]
                if target < 0:  # an edge that this replication leaves out
                    continue
                left[target] -= 1
                if left[target] == 0:
                    if kind[target] == ERRAND:  # open at once, so that whoever is there can do it on this visit
                        opened[target] = 1
                        ready[target] = t
                        come = landing(
                            calendars[place_calendar[target]], t, days[target], gap_s[target], hour_s[target]
                        )
                        size = push(times, numbers, kinds, nodes, size, come, number, _LAND, target)
                        number += 1
                    elif kind[target] == WORK and pre_s[target] <= 0.0:  # to its queue at once, without the event list
                        ready[target] = t
                        at_once[last] = target
                        last += 1
                    else:
                        size = push(times, numbers, kinds, nodes, size, t, number, _RELEASE, target)
                        number += 1
            if kind[done] == ERRAND:
                opened[done] = 3
                if place[done] >= 0:
                    trip_end[episode[done]] = t
                    size = push(times, numbers, kinds, nodes, size, t + 1e-6, number, _STEP, done)
                    number += 1
        for i in range(last):
            queue = at_once[i]
            p = pool[queue]
            if p < 0:
                start[queue] = t
                size = push(times, numbers, kinds, nodes, size, t + duration_s[queue], number, _DONE, queue)
                number += 1
            elif servers[p] == 0 or busy[p] < servers[p]:
                if servers[p] > 0:
                    busy[p] += 1
                row = calendars[pool_calendar[p]]
                begin = next_open(row, t)
                start[queue] = begin
                size = push(
                    times,
                    numbers,
                    kinds,
                    nodes,
                    size,
                    after_working(row, begin, duration_s[queue]),
                    number,
                    _DONE,
                    queue,
                )
                number += 1
            else:
                if tail[p] >= 0:
                    following[tail[p]] = queue
                else:
                    head[p] = queue
                tail[p] = queue
                following[queue] = -1
    return undone
