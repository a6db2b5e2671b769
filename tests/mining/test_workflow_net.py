"""Reduction: the small net is sound exactly when the large one is, by brute force over all markings."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mining.conformance import MOST_ASKED, woflan_finds_sound, woflan_sound
from mining.process_blocks import Block, Loop, Ordered, Sequence, Skip, Task, Together, choice, draw, replaced
from mining.process_model import Flow, Kind, Node, ProcessModel
from mining.workflow_net import FIRST, LAST, WorkflowNet, net_of, reduced

Marking = frozenset[tuple[str, int]]
OTHER = {Kind.EXCLUSIVE: Kind.PARALLEL, Kind.PARALLEL: Kind.EXCLUSIVE}


class TooManyError(Exception):
    """More markings than a test may look at."""


def markings(net: WorkflowNet, most: int = 1500) -> tuple[dict[Marking, list[Marking]], set[str], bool]:
    """Every marking with those one step on, the transitions that fire, and whether the net is bounded."""
    seen: dict[Marking, list[Marking]] = {}
    fired: set[str] = set()
    todo: list[tuple[Marking, tuple[Marking, ...]]] = [(frozenset({(FIRST, 1)}), ())]
    while todo:
        here, way = todo.pop()
        if here in seen:
            continue
        if len(seen) > most:
            raise TooManyError
        tokens = Counter(dict(here))
        if any(all(tokens[place] >= n for place, n in before) for before in way):
            return seen, fired, False  # it covers a marking on the way to it: tokens without end
        seen[here] = []
        for name, (taken, given_) in net.transitions.items():
            if all(tokens[place] for place in taken):
                fired.add(name)
                after = tokens - Counter(taken) + Counter(given_)
                seen[here].append(frozenset(after.items()))
        todo += [(after, (*way, here)) for after in seen[here]]
    return seen, fired, True


def sound(net: WorkflowNet) -> bool:
    """The definition (van der Aalst, 1998): from every marking the end can be reached, alone; nothing is dead."""
    seen, fired, bounded = markings(net)
    last: Marking = frozenset({(LAST, 1)})
    if not bounded or last not in seen or any(dict(m).get(LAST) and m != last for m in seen):
        return False
    back: dict[Marking, list[Marking]] = defaultdict(list)
    for here, nexts in seen.items():
        for after in nexts:
            back[after].append(here)
    ending, todo = {last}, [last]
    while todo:
        for before in back[todo.pop()]:
            if before not in ending:
                ending.add(before)
                todo.append(before)
    return len(ending) == len(seen) and fired == set(net.transitions)


def leaf(name: str) -> Task:
    return Task(Node(name, Kind.TASK, name, "office"))


def grown(parts: some.SearchStrategy[Block]) -> some.SearchStrategy[Block]:
    """Larger blocks of these parts."""
    several = some.lists(parts, min_size=2, max_size=3)
    zigzag = some.tuples(parts, parts, parts, parts).map(lambda p: Ordered(p, ((0, 2), (0, 3), (1, 3))))
    return some.one_of(
        several.map(lambda p: Sequence(tuple(p))),
        several.map(lambda p: Together(tuple(p))),
        several.map(lambda p: choice(p, [1 / len(p)] * len(p))),
        some.tuples(parts, parts).map(lambda p: Loop(p[0], p[1], 0.2)),
        zigzag,
    )


shapes = some.recursive(some.sampled_from([leaf("a"), leaf("b"), Skip()]), grown, max_leaves=9)


@some.composite
def processes(draw_: some.DrawFn) -> ProcessModel:
    """Sound ones, and ones with gateways of the wrong kind or with jumps between any two flows."""
    numbers = count()
    block = replaced(draw_(shapes), lambda node: leaf(f"{node.id}{next(numbers)}"))
    model = draw(block, name="x", services=())
    gateways = [n.id for n in model.nodes if n.kind in OTHER]
    wrong = draw_(some.lists(some.sampled_from(gateways), unique=True, max_size=2)) if gateways else []
    model = replace(model, nodes=tuple(replace(n, kind=OTHER[n.kind]) if n.id in wrong else n for n in model.nodes))
    for number in range(draw_(some.integers(0, 2)) if len(model.flows) > 1 else 0):
        ends = draw_(some.lists(some.integers(0, len(model.flows) - 1), min_size=2, max_size=2, unique=True))
        model = jumped(model, *ends, draw_(some.sampled_from([*OTHER])), number)
    return model


def jumped(model: ProcessModel, one: int, two: int, kind: Kind, number: int) -> ProcessModel:
    """A flow from the middle of one flow to the middle of another, by gateways of a kind."""
    flows = list(model.flows)
    split, join = f"split{number}", f"join{number}"
    (a, b), (c, d) = ((flows[at].source, flows[at].target) for at in (one, two))
    flows[one], flows[two] = Flow(a, split), Flow(c, join)
    flows += [Flow(split, b), Flow(join, d), Flow(split, join)]
    return replace(model, nodes=(*model.nodes, Node(split, kind), Node(join, kind)), flows=tuple(flows))


@settings(max_examples=150, deadline=None)
@given(processes())
def test_a_net_is_sound_exactly_when_its_reduction_is_and_woflan_says_so(model: ProcessModel) -> None:
    net = net_of(model)
    try:
        truth = sound(net)
    except TooManyError:
        return
    small = reduced(net)
    assert sound(small) == truth
    if len(small.transitions) <= MOST_ASKED:  # what stays larger is unsound, and the tool does not ask Woflan either
        assert woflan_finds_sound(small) == truth
    else:
        assert not truth


def test_a_partial_order_of_parts_becomes_one_transition() -> None:
    order = Ordered(tuple(leaf(name) for name in "abcd"), ((0, 2), (0, 3), (1, 3)))
    assert len(reduced(net_of(draw(order, name="x", services=()))).transitions) == 1


def test_woflan_answers_for_sixty_steps_in_ten_branches() -> None:
    parts = tuple(Sequence(tuple(leaf(f"t{i}_{j}") for j in range(6))) for i in range(10))
    assert woflan_sound(draw(Together(parts), name="x", services=())) is True


def test_an_inclusive_gateway_has_no_net() -> None:
    model = ProcessModel("x", (Node("g", Kind.INCLUSIVE),), ())
    with pytest.raises(ValueError, match="inclusive gateway g"):
        net_of(model)
