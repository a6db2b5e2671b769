"""The engine's event list: a binary heap in four arrays, ordered by time, then by number, ties as they came."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def push(times, numbers, kinds, nodes, size, t, number, kind, node):  # type: ignore[no-untyped-def]
    """Put an event in; gives the new size."""
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if times[parent] < t or (times[parent] == t and numbers[parent] < number):
            break
        times[i], numbers[i], kinds[i], nodes[i] = times[parent], numbers[parent], kinds[parent], nodes[parent]
        i = parent
    times[i], numbers[i], kinds[i], nodes[i] = t, number, kind, node
    return size + 1


@njit(cache=True, nogil=True)
def pop(times, numbers, kinds, nodes, size):  # type: ignore[no-untyped-def]
    """Take the first event away; gives the new size."""
    size -= 1
    t, number, kind, node = times[size], numbers[size], kinds[size], nodes[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        other = child + 1
        if other < size and (
            times[other] < times[child] or (times[other] == times[child] and numbers[other] < numbers[child])
        ):
            child = other
        if t < times[child] or (t == times[child] and number < numbers[child]):
            break
        times[i], numbers[i], kinds[i], nodes[i] = times[child], numbers[child], kinds[child], nodes[child]
        i = child
    if size > 0:
        times[i], numbers[i], kinds[i], nodes[i] = t, number, kind, node
    return size
