"""Routes of cases through a process: exclusive, parallel and inclusive gateways and loops, unrolled for the engine.

A process is nodes and flows; a case walks it, choosing at every exclusive split by the flows' shares, taking every flow
of a parallel split, and each flow of an inclusive split by its own share (at least the likeliest one). What it does
becomes a chain of work in `engine.run`'s terms, joined where its branches join.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

TASK, EXCLUSIVE, PARALLEL, INCLUSIVE, END = 0, 1, 2, 3, 4


@dataclass(frozen=True, eq=False)
class Process:
    """A process in arrays: node kinds, the pool of each task, flows in compressed rows with their shares.

    Node 0 is where cases begin. A split has several flows out, a join several in.
    """

    kind: np.ndarray
    pool: np.ndarray
    flow_start: np.ndarray
    flow_target: np.ndarray
    share: np.ndarray


@dataclass(frozen=True, eq=False)
class Routes:
    """Work of all cases: the process node, case and predecessors' number of each, edges in compressed rows."""

    node: np.ndarray
    case: np.ndarray
    predecessors: np.ndarray
    edge_start: np.ndarray
    edge_target: np.ndarray


def draw_routes(process: Process, cases: int, rng: np.random.Generator) -> Routes:
    """Walk `cases` cases through a process."""
    incoming = np.bincount(process.flow_target, minlength=len(process.kind)).astype(np.int32)
    seed = int(rng.integers(0, 2**31 - 1))
    node, case, source, target, n, m = _walk(
        process.kind, process.flow_start, process.flow_target, process.share, incoming, cases, seed
    )
    node, case, source, target = node[:n], case[:n], source[:m], target[:m]
    return Routes(node, case, *_rows(source, target, n))


@njit(cache=True, nogil=True)
def _rows(source, target, n):  # type: ignore[no-untyped-def]
    """Predecessors of each node, and edges in compressed rows, each row in the order in which it was walked."""
    predecessors, start = np.zeros(n, np.int32), np.zeros(n + 1, np.int32)
    for i in range(source.shape[0]):
        predecessors[target[i]] += 1
        start[source[i] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    free, out = start.copy(), np.empty(source.shape[0], np.int32)
    for i in range(source.shape[0]):
        out[free[source[i]]] = target[i]
        free[source[i]] += 1
    return predecessors, start, out


@njit(cache=True, nogil=True)
def _walk(kind, flow_start, flow_target, share, incoming, cases, seed):  # type: ignore[no-untyped-def]
    np.random.seed(seed)  # noqa: NPY002 - inside compiled code there is no Generator to share
    n_nodes = kind.shape[0]
    room = 16 * cases + 1024
    node, case = np.empty(room, np.int32), np.empty(room, np.int32)
    source, target = np.empty(2 * room, np.int32), np.empty(2 * room, np.int32)
    n = 0
    m = 0
    stack_node, stack_from = np.empty(4096, np.int32), np.empty(4096, np.int32)
    arrived, joint = np.zeros(n_nodes, np.int32), np.full(n_nodes, -1, np.int32)
    joins = False
    for i in range(n_nodes):
        joins = joins or (kind[i] in (PARALLEL, INCLUSIVE) and incoming[i] > 1)
    for c in range(cases):
        top = 1
        stack_node[0], stack_from[0] = 0, -1
        open_tokens = 0
        if joins:
            arrived[:] = 0
            joint[:] = -1
        while top > 0:
            top -= 1
            at, came = stack_node[top], stack_from[top]
            if n + 2 >= node.shape[0]:
                node, case = _grown(node), _grown(case)
            if m + 2 >= source.shape[0]:
                source, target = _grown(source), _grown(target)
            k = kind[at]
            outs = flow_start[at + 1] - flow_start[at]
            if (k in (PARALLEL, INCLUSIVE)) and incoming[at] > 1:
                if joint[at] < 0:  # the join itself, which takes no time
                    joint[at] = n
                    node[n], case[n] = at, c
                    n += 1
                    arrived[at] = 0
                if came >= 0:
                    source[m], target[m] = came, joint[at]
                    m += 1
                arrived[at] += 1
                if k == PARALLEL:
                    if arrived[at] < incoming[at]:
                        continue
                elif arrived[at] < open_tokens:  # as many as the inclusive split sent out
                    continue
                came = joint[at]
                joint[at] = -1
                arrived[at] = 0
                if k == INCLUSIVE:
                    open_tokens = 0
            elif k == TASK:
                node[n], case[n] = at, c
                if came >= 0:
                    source[m], target[m] = came, n
                    m += 1
                came = n
                n += 1
            if outs == 0:
                continue
            if k == EXCLUSIVE or (k != PARALLEL and k != INCLUSIVE):
                pick = flow_start[at]
                if outs > 1:
                    u = np.random.random()  # noqa: NPY002
                    while pick < flow_start[at + 1] - 1 and u >= share[pick]:
                        u -= share[pick]
                        pick += 1
                stack_node[top], stack_from[top] = flow_target[pick], came
                top += 1
            else:
                best = flow_start[at]
                taken = 0
                for f in range(flow_start[at], flow_start[at + 1]):
                    if share[f] > share[best]:
                        best = f
                    if k == PARALLEL or np.random.random() < share[f]:  # noqa: NPY002
                        stack_node[top], stack_from[top] = flow_target[f], came
                        top += 1
                        taken += 1
                if taken == 0:
                    stack_node[top], stack_from[top] = flow_target[best], came
                    top += 1
                    taken = 1
                if k == INCLUSIVE and outs > 1:
                    open_tokens = taken
    return node, case, source, target, n, m


@njit(cache=True, nogil=True)
def _grown(values):  # type: ignore[no-untyped-def]
    more = np.empty(2 * values.shape[0], values.dtype)
    more[: values.shape[0]] = values
    return more
