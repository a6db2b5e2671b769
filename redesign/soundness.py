"""Soundness of a process model: every run can end, ends properly, and no step is dead.

A model is read as a workflow net with a token on a flow (van der Aalst, "The Application of Petri Nets to Workflow
Management", 1998). Reductions that keep soundness (Murata's: tasks in line, choices, parallel blocks, loops) make most
models a single flow; what is left, a partial order of parts, is searched state by state.
`redesign.verification` asks Woflan beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from mining.process_model import Kind, ProcessModel

MOST_STATES = 200_000


class TooManyStatesError(Exception):
    """The search was given up: the model is neither shown sound nor unsound."""


def unsound(model: ProcessModel) -> str:
    """Why a model is not sound: `deadlock`, `improper`, `unsafe`, `dead` or `too_large`; else empty.

    The model is structurally valid and without inclusive gateways.
    `deadlock`: a run can get stuck. `improper`: it can end with work left over. `unsafe`: one flow can hold two tokens.
    `dead`: a step can never be reached.
    """
    kinds = {node.id: node.kind for node in model.nodes}
    edges = _reduced([(flow.source, flow.target) for flow in model.flows], kinds)
    try:
        return _searched(edges, kinds)
    except TooManyStatesError:
        return "too_large"


Edge = tuple[str, str]


def _reduced(edges: list[Edge], kinds: dict[str, Kind]) -> list[Edge]:
    """Fewer flows, as sound as before."""
    while True:
        smaller = _without_doubles(_contracted(edges, kinds), kinds)
        smaller = _without_loops(smaller, kinds)
        if len(smaller) == len(edges):
            return edges
        edges = smaller


def _ends(edges: list[Edge]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    into: dict[str, list[int]] = defaultdict(list)
    out: dict[str, list[int]] = defaultdict(list)
    for at, (source, target) in enumerate(edges):
        out[source].append(at)
        into[target].append(at)
    return into, out


def _contracted(edges: list[Edge], kinds: dict[str, Kind]) -> list[Edge]:
    """Nodes with one way in and one way out taken away: they pass on what they get."""
    edges = list(edges)
    while True:
        into, out = _ends(edges)
        node = next(
            (n for n in into if n in kinds and len(into[n]) == len(out[n]) == 1 and edges[into[n][0]][0] != n), None
        )
        if node is None:
            return edges
        first, second = into[node][0], out[node][0]
        joined = (edges[first][0], edges[second][1])
        edges = [edge for at, edge in enumerate(edges) if at not in (first, second)] + [joined]


def _without_doubles(edges: list[Edge], kinds: dict[str, Kind]) -> list[Edge]:
    """Several flows from a split to a join of the same kind are one."""
    kept: list[Edge] = []
    counts = Counter(edges)
    for edge, n in counts.items():
        source, target = edge
        alike = kinds.get(source) == kinds.get(target) and kinds.get(source) in (Kind.EXCLUSIVE, Kind.PARALLEL)
        kept += [edge] if alike else [edge] * n
    return kept


def _without_loops(edges: list[Edge], kinds: dict[str, Kind]) -> list[Edge]:
    """A flow back from an exclusive split to the exclusive join just before it changes nothing."""
    into, out = _ends(edges)
    for at, (source, target) in enumerate(edges):
        exclusive = kinds.get(source) is kinds.get(target) is Kind.EXCLUSIVE
        if source == target and exclusive and len(into[source]) > 1 and len(out[source]) > 1:
            return edges[:at] + edges[at + 1 :]
        forward = out[target] and len(out[target]) == 1 and edges[out[target][0]][1] == source
        if exclusive and forward and len(into[source]) == 1 and len(out[source]) > 1 and len(into[target]) > 1:
            return edges[:at] + edges[at + 1 :]
    return edges


def _searched(edges: list[Edge], kinds: dict[str, Kind]) -> str:
    into, out = _ends(edges)
    starts = [n for n in out if kinds[n] is Kind.START]
    ends = [n for n in into if kinds[n] is Kind.END]
    first = frozenset(at for n in starts for at in out[n])
    finals = {at for n in ends for at in into[n]}
    seen: dict[frozenset[int], list[frozenset[int]]] = {}
    todo, moved = [first], set(first)
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        if len(seen) > MOST_STATES:
            raise TooManyStatesError
        nexts, clash = _next(state, into, out, kinds)
        if clash:
            return "unsafe"
        seen[state] = nexts
        moved.update(at for each in nexts for at in each)
        todo += nexts
    return _verdict(seen, finals, moved, len(edges))


def _next(state: frozenset[int], into: dict[str, list[int]], out: dict[str, list[int]],
          kinds: dict[str, Kind]) -> tuple[list[frozenset[int]], bool]:  # fmt: skip
    """The states one step on, and whether a flow would hold two tokens."""
    nexts: list[frozenset[int]] = []
    for node, entries in into.items():
        held = [at for at in entries if at in state]
        if not held or kinds[node] is Kind.END:
            continue
        waits = kinds[node] is Kind.PARALLEL
        if waits and len(held) < len(entries):
            continue
        for taken in [set(entries)] if waits else [{at} for at in held]:
            rest = state - taken
            for given in [out[node]] if kinds[node] is not Kind.EXCLUSIVE else [[at] for at in out[node]]:
                if rest & set(given):
                    return [], True
                nexts.append(rest | set(given))
    return nexts, False


def _verdict(seen: dict[frozenset[int], list[frozenset[int]]], finals: set[int], moved: set[int], flows: int) -> str:
    proper = {state for state in seen if len(state) == 1 and state <= finals}
    if any(state & finals and state not in proper for state in seen):
        return "improper"
    back: dict[frozenset[int], list[frozenset[int]]] = defaultdict(list)
    for state, nexts in seen.items():
        for each in nexts:
            back[each].append(state)
    ending, todo = set(proper), list(proper)
    while todo:
        for state in back[todo.pop()]:
            if state not in ending:
                ending.add(state)
                todo.append(state)
    if len(ending) < len(seen):
        return "deadlock"
    return "dead" if len(moved) < flows else ""
