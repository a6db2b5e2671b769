"""Varied logs: a model that a reader can take in, and the share of cases that it tells exactly.

First what the inductive miner makes of all traces, of the more frequent ones, and of the more frequent activities.
Where that only says "in any order", the usual course: which step comes before which in most cases that have both, as a
partial order of steps, each done by some or all, once or several times.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from mining.conformance import fitting_share
from mining.inductive import mine_block
from mining.process_blocks import (
    Block,
    Choice,
    Loop,
    Ordered,
    Sequence,
    Skip,
    Task,
    Together,
    ordered,
    perhaps,
    tasks,
)
from mining.process_model import Node

READABLE_TASKS = (24, 16, 12, 8)  # most steps of a service that a reader takes in; fewer where they have no order
COVERAGES = (1.0, 0.95, 0.9, 0.8, 0.65, 0.5)
NOISES = (0.05, 0.0, 0.2)
GOOD_COVERAGE = 0.9
MOST_TRIES = 4
FREE_STEPS = 5  # so many steps in any order say nothing
ORDERLY = (0.7, 0.8, 0.9, 0.95, 0.99)  # in what share of cases with both one step comes before another
FAIR_COVERAGE = 0.6  # of a usual course: more order is worth telling fewer cases exactly
RARE_ROUNDS = 0.01

Traces = Mapping[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class Readable:
    """A block, and the share of cases that are runs of it as far as their steps are drawn."""

    block: Block
    coverage: float


def readable(traces: Traces, nodes: list[Node]) -> Readable:
    """The block of the most frequent behaviour that a reader can take in.

    The first that explains enough, else the best of some; one that allows any order of many steps says nothing.

    Parameters
    ----------
    traces
        Positions in `nodes`, in order, and how many cases go so.
    """
    named = {tuple(nodes[at].id for at in trace): n for trace, n in traces.items()}
    orderly: list[Readable] = []
    loose: list[Readable] = []
    for most in READABLE_TASKS:
        seen = 0
        for chosen, noise in _tries(_frequent(traces, most)):
            block = mine_block(chosen, lambda at: Task(nodes[at]), noise=noise)
            if free(block) and loose:
                continue
            found = Readable(block, fitting_share(block, named))
            (loose if free(block) else orderly).append(found)
            seen += not free(block)
            if orderly and orderly[-1].coverage >= GOOD_COVERAGE:
                return orderly[-1]
            if seen >= MOST_TRIES:
                break
    orderly += _usual_courses(traces, nodes, named)
    return max(orderly or loose, key=lambda each: each.coverage)


def _tries(traces: Traces) -> Iterator[tuple[dict[tuple[int, ...], int], float]]:
    """What to make a block of: all traces first, then the more frequent ones alone; each with less and more noise."""
    total = sum(traces.values())
    ranked = sorted(traces.items(), key=lambda item: (-item[1], item[0]))
    seen = list(accumulate(n for _trace, n in ranked))
    for coverage in COVERAGES:
        upto = next((at for at, n in enumerate(seen, 1) if n >= coverage * total), len(ranked))
        for noise in NOISES:
            yield dict(ranked[:upto]), noise


def _frequent(traces: Traces, most: int) -> Traces:
    """Traces of the most frequent activities alone, where there are more than `most`."""
    counts: Counter[int] = Counter()
    for trace, n in traces.items():
        for activity in set(trace):
            counts[activity] += n
    if len(counts) <= most:
        return traces
    shown = {a for a, _n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]}
    cut: Counter[tuple[int, ...]] = Counter()
    for trace, n in traces.items():
        cut[tuple(a for a in trace if a in shown)] += n
    return dict(cut)


def free(block: Block) -> bool:
    """Whether some part allows any order of many steps: true of everything, and so it says nothing."""
    if _loose(block) >= FREE_STEPS:
        return True
    match block:
        case Loop(body, redo, _again):
            return free(body) or free(redo)
        case Choice(parts, _) | Together(parts) | Sequence(parts) | Ordered(parts, _):
            return any(free(part) for part in parts)
    return False


def _loose(block: Block) -> int:
    """How many steps are in no order at all: each of them alone, beside the others or one of them again and again."""
    match block:
        case Together(parts):
            return sum(_loose(part) or _single(part) for part in parts)
        case Choice((part, Skip()), _shares) | Choice((Skip(), part), _shares):
            return _loose(part)
        case Loop(Choice(branches, _shares), Skip(), _again):
            return sum(_single(branch) for branch in branches)
        case Loop(body, Skip(), _again):
            return _loose(body)
    return 0


def _single(block: Block) -> bool:
    return len(list(tasks(block))) == 1


def _usual_courses(traces: Traces, nodes: list[Node], named: Mapping[tuple[str, ...], int]) -> Iterator[Readable]:
    """The usual course of fewer and fewer steps: the strictest order that tells a fair share of the cases exactly."""
    for most in READABLE_TASKS:
        shown = _frequent(traces, most)
        for share in ORDERLY:
            block = usual_course(shown, nodes, share)
            found = Readable(block, fitting_share(block, named))
            if found.coverage >= FAIR_COVERAGE and not free(block):
                yield found
                return


def usual_course(traces: Traces, nodes: list[Node], share: float) -> Block:
    """The partial order of steps: one before another where all its times lie before, in `share` of cases with both."""
    cases: Counter[int] = Counter()
    events: Counter[int] = Counter()
    both: Counter[tuple[int, int]] = Counter()
    ahead: Counter[tuple[int, int]] = Counter()
    for trace, n in traces.items():
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for at, activity in enumerate(trace):
            first.setdefault(activity, at)
            last[activity] = at
            events[activity] += n
        for a in first:
            cases[a] += n
            for b in first:
                if a != b:
                    both[a, b] += n
                    ahead[a, b] += n * (last[a] < first[b])
    total = sum(traces.values()) or 1
    order = sorted(cases)
    parts = [_step(Task(nodes[a]), cases[a] / total, (events[a] - cases[a]) / events[a]) for a in order]
    pairs = [
        pair for pair in sorted(ahead, key=lambda p: (-ahead[p] / both[p], p)) if ahead[pair] >= share * both[pair]
    ]
    place = {a: at for at, a in enumerate(order)}
    return ordered(parts, {(place[a], place[b]) for a, b in _acyclic(pairs)})


def _step(task: Block, share: float, again: float) -> Block:
    return perhaps(Loop(task, Skip(), again) if again > RARE_ROUNDS else task, share)


def _acyclic(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs taken in their order, without those that would close a circle."""
    after: dict[int, set[int]] = defaultdict(set)
    taken: list[tuple[int, int]] = []
    for a, b in pairs:
        seen, todo = {b}, [b]
        while todo:
            more = after[todo.pop()] - seen
            seen |= more
            todo += more
        if a not in seen:
            after[a].add(b)
            taken.append((a, b))
    return taken
