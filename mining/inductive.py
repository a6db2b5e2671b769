"""Block structure from variant counts: the inductive miner, with the share of every choice and loop.

Leemans, Fahland, van der Aalst, "Discovering Block-Structured Process Models from Event Logs" (Petri Nets 2013); and,
for logs with rare behaviour, "... Containing Infrequent Behaviour" (BPM Workshops 2013). Written here rather than taken
from a library for two reasons: each cut splits the counts, so the shares of branches come with the blocks; and it needs
no import that takes seconds. `tests/mining/test_discovery.py` holds it against pm4py's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise

from mining.process_blocks import Block, Loop, Skip, choice, perhaps, sequence, together

Variants = Mapping[tuple[int, ...], int]
Leaf = Callable[[int], Block]


def mine_block(variants: Variants, leaf: Leaf, *, noise: float = 0.0) -> Block:
    """The block structure of a log given as variants.

    Parameters
    ----------
    variants
        Traces of activity numbers, and how many cases follow each.
    leaf
        What stands for an activity.
    noise
        Where no cut fits all that was seen: leave out directly-follows pairs rarer than this share of the most frequent
        one out of the same activity, 0 to 1.

    Returns
    -------
    Block
        `Skip` for an empty log. Sound whatever the log.
    """
    total = sum(variants.values())
    empty = variants.get((), 0)
    if not total or empty == total:
        return Skip()
    if empty:
        block = mine_block({trace: n for trace, n in variants.items() if trace}, leaf, noise=noise)
        return block if empty / total < noise else choice([block, Skip()], [1 - empty / total, empty / total])
    activities = sorted({activity for trace in variants for activity in trace})
    if len(activities) == 1:
        return _one(activities[0], variants, leaf)
    for threshold in (0.0, noise) if noise else (0.0,):
        graph = _Graph(variants, threshold)
        for cut in (_exclusive, _sequential, _parallel, _looped):
            found = cut(graph, activities, variants, leaf, noise)
            if found is not None:
                return found
    return _fallback(activities, variants, leaf, noise)


def _one(activity: int, variants: Variants, leaf: Leaf) -> Block:
    cases = sum(variants.values())
    events = sum(len(trace) * n for trace, n in variants.items())
    return leaf(activity) if events == cases else Loop(leaf(activity), Skip(), (events - cases) / events)


class _Graph:
    """Directly-follows pairs, starts and ends of a log, rare ones left out."""

    def __init__(self, variants: Variants, threshold: float) -> None:
        follows: Counter[tuple[int, int]] = Counter()
        starts: Counter[int] = Counter()
        ends: Counter[int] = Counter()
        for trace, n in variants.items():
            starts[trace[0]] += n
            ends[trace[-1]] += n
            for pair in pairwise(trace):
                follows[pair] += n
        strongest: dict[int, int] = defaultdict(int)
        for (source, _), n in follows.items():
            strongest[source] = max(strongest[source], n)
        for source, n in ends.items():
            strongest[source] = max(strongest[source], n)
        self.follows = {pair for pair, n in follows.items() if n >= threshold * strongest[pair[0]]}
        self.starts = {a for a, n in starts.items() if n >= threshold * max(starts.values())}
        self.ends = {a for a, n in ends.items() if n >= threshold * max(ends.values())}


def _components(items: list[int], linked: Callable[[int, int], bool]) -> list[list[int]]:
    left, groups = list(items), []
    while left:
        group, todo = [], [left.pop(0)]
        while todo:
            item = todo.pop()
            group.append(item)
            near = [other for other in left if linked(item, other) or linked(other, item)]
            left = [other for other in left if other not in near]
            todo += near
        groups.append(sorted(group))
    return groups


def _parts(groups: list[list[int]], variants: Variants) -> list[Counter[tuple[int, ...]]]:
    """Each group's part of every trace."""
    parts: list[Counter[tuple[int, ...]]] = []
    for group in groups:
        inside, part = set(group), Counter[tuple[int, ...]]()
        for trace, n in variants.items():
            part[tuple(a for a in trace if a in inside)] += n
        parts.append(part)
    return parts


def _exclusive(graph: _Graph, activities: list[int], variants: Variants, leaf: Leaf, noise: float) -> Block | None:
    groups = _components(activities, lambda a, b: (a, b) in graph.follows)
    if len(groups) < 2:
        return None
    home = {activity: at for at, group in enumerate(groups) for activity in group}
    parts: list[Counter[tuple[int, ...]]] = [Counter() for _ in groups]
    for trace, n in variants.items():
        at = Counter(home[a] for a in trace).most_common(1)[0][0]
        parts[at][tuple(a for a in trace if home[a] == at)] += n
    live = [part for part in parts if part]
    shares = [sum(part.values()) / sum(variants.values()) for part in live]
    return choice([mine_block(part, leaf, noise=noise) for part in live], shares)


def _reach(graph: _Graph, activities: list[int]) -> dict[int, set[int]]:
    after: dict[int, set[int]] = {a: set() for a in activities}
    for source, target in graph.follows:
        after[source].add(target)
    reach = {}
    for a in activities:
        seen: set[int] = set()
        todo = list(after[a])
        while todo:
            b = todo.pop()
            if b not in seen:
                seen.add(b)
                todo += after[b] - seen
        reach[a] = seen
    return reach


def _sequential(graph: _Graph, activities: list[int], variants: Variants, leaf: Leaf, noise: float) -> Block | None:
    reach = _reach(graph, activities)
    groups = _components(activities, lambda a, b: (b in reach[a]) == (a in reach[b]))
    if len(groups) < 2:
        return None
    heads = [group[0] for group in groups]
    ahead = {head: sum(other in reach[head] for other in heads if other != head) for head in heads}
    groups = _joined(sorted(groups, key=lambda group: -ahead[group[0]]), graph)
    if len(groups) < 2:
        return None
    return sequence(*(mine_block(part, leaf, noise=noise) for part in _parts(groups, variants)))


def _joined(groups: list[list[int]], graph: _Graph) -> list[list[int]]:
    """Neighbouring groups that are skipped together made one, so that their skipping is one choice.

    A group of which a trace can leave out the one but never both of two neighbours must not become two free choices:
    that is the strict sequence cut. Groups are joined where a flow jumps over a run of them as a whole.
    """
    home = {a: at for at, group in enumerate(groups) for a in group}
    last = len(groups)
    jumps = {(home[a], home[b]) for a, b in graph.follows if home[b] > home[a] + 1}
    jumps |= {(-1, home[a]) for a in graph.starts if home[a] > 0}
    jumps |= {(home[a], last) for a in graph.ends if home[a] < last - 1}
    skipped = {at for source, target in jumps for at in range(source + 1, target)}
    runs = [set(range(source + 1, target)) for source, target in jumps if target - source > 2]
    alone = {source + 1 for source, target in jumps if target - source == 2}
    merged: list[list[int]] = []
    for at, group in enumerate(groups):
        tied = merged and at in skipped and any({at - 1, at} <= run for run in runs) and not {at - 1, at} & alone
        if tied:
            merged[-1] = sorted(merged[-1] + group)
        else:
            merged.append(group)
    return merged if len(merged) > 1 else groups


def _parallel(graph: _Graph, activities: list[int], variants: Variants, leaf: Leaf, noise: float) -> Block | None:
    both = graph.follows
    groups = _components(activities, lambda a, b: not ((a, b) in both and (b, a) in both))
    if len(groups) < 2:
        return None
    whole = [group for group in groups if graph.starts & set(group) and graph.ends & set(group)]
    for group in groups:
        if group not in whole:
            if not whole:
                return None
            whole[-1] = sorted(whole[-1] + group)
    if len(whole) < 2:
        return None
    return together(*(mine_block(part, leaf, noise=noise) for part in _parts(whole, variants)))


def _looped(graph: _Graph, activities: list[int], variants: Variants, leaf: Leaf, noise: float) -> Block | None:
    """The body has all starts and ends; what only leads from an end back to a start is redone."""
    body = graph.starts | graph.ends
    rest = [a for a in activities if a not in body]
    groups = _components(rest, lambda a, b: (a, b) in graph.follows)
    redo: set[int] = set()
    for group in groups:
        inside = set(group)
        enters = {a for a, b in graph.follows if b in inside and a not in inside}
        leaves = {b for a, b in graph.follows if a in inside and b not in inside}
        heads = {b for a, b in graph.follows if b in inside and a not in inside}
        tails = {a for a, b in graph.follows if a in inside and b not in inside}
        whole = all((end, head) in graph.follows for end in graph.ends for head in heads) and all(
            (tail, start) in graph.follows for start in graph.starts for tail in tails
        )
        if enters <= graph.ends and leaves <= graph.starts and whole:
            redo |= inside
    if not redo:
        return None
    bodies: Counter[tuple[int, ...]] = Counter()
    redos: Counter[tuple[int, ...]] = Counter()
    for trace, n in variants.items():
        pieces: list[tuple[int, ...]] = []
        current: list[int] = []
        in_redo = False
        for activity in trace:
            if (activity in redo) != in_redo:
                pieces.append(tuple(current))
                current, in_redo = [], not in_redo
            current.append(activity)
        pieces.append(tuple(current))
        pieces += [()] if in_redo else []
        for at, piece in enumerate(pieces):
            (redos if at % 2 else bodies)[piece] += n
    again = sum(redos.values()) / sum(bodies.values())
    return Loop(mine_block(bodies, leaf, noise=noise), mine_block(redos, leaf, noise=noise), again)


def _fallback(activities: list[int], variants: Variants, leaf: Leaf, noise: float) -> Block:
    """No cut: set aside one activity that occurs at most once a trace, else allow any order of all."""
    total = sum(variants.values())
    counts: Counter[int] = Counter()
    most: dict[int, int] = defaultdict(int)
    for trace, n in variants.items():
        for activity, times in Counter(trace).items():
            counts[activity] += n
            most[activity] = max(most[activity], times)
    single = sorted((-counts[a], a) for a in activities if most[a] == 1)
    if single and len(activities) < 12:
        activity = single[-1][1]
        rest: Counter[tuple[int, ...]] = Counter()
        for trace, n in variants.items():
            rest[tuple(a for a in trace if a != activity)] += n
        return together(perhaps(leaf(activity), counts[activity] / total), mine_block(rest, leaf, noise=noise))
    events = sum(len(trace) * n for trace, n in variants.items())
    shares = [sum(trace.count(a) * n for trace, n in variants.items()) / events for a in activities]
    return Loop(choice([leaf(a) for a in activities], shares), Skip(), (events - total) / events)
