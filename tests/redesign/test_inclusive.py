"""Inclusive gateways: verified as what they mean, held against BPMN's own rule played out state by state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mining.process_blocks import Block, Loop, Sequence, Task, Together, choice, draw, replaced
from mining.process_model import Flow, Kind, Node, Origin, ProcessModel, Step
from redesign.inclusive import spelled_out
from redesign.soundness import unsound
from redesign.verification import verify_model

State = frozenset[int]


def leaf(name: str, step: Step = Step.CHECK) -> Task:
    return Task(Node(name, Kind.TASK, name, "office", step, "A", origins=(Origin("A", "office", name, 1, 1),)))


def grown(parts: some.SearchStrategy[Block]) -> some.SearchStrategy[Block]:
    several = some.lists(parts, min_size=2, max_size=3)
    return some.one_of(
        several.map(lambda p: Sequence(tuple(p))),
        several.map(lambda p: Together(tuple(p))),
        several.map(lambda p: choice(p, [1 / len(p)] * len(p))),
        some.tuples(parts, parts).map(lambda p: Loop(p[0], p[1], 0.2)),
    )


shapes = some.recursive(some.sampled_from([leaf("a"), leaf("b")]), grown, max_leaves=7)


@some.composite
def processes(draw_: some.DrawFn) -> ProcessModel:
    """Block-structured processes, some of whose gateways are made inclusive, whether that is right or wrong."""
    numbers = count()
    block = replaced(draw_(shapes), lambda node: leaf(f"{node.id}{next(numbers)}"))
    model = draw(block, name="x", services=("A",))
    gateways = [n.id for n in model.nodes if n.id.startswith("g")]
    chosen = draw_(some.lists(some.sampled_from(gateways), unique=True)) if gateways else []
    return replace(model, nodes=tuple(replace(n, kind=Kind.INCLUSIVE) if n.id in chosen else n for n in model.nodes))


class Played:
    """BPMN 2.0's rules: an inclusive join goes on where a token waits and none can still come to an empty way in."""

    def __init__(self, model: ProcessModel) -> None:
        self.model = model
        self.into: dict[str, list[int]] = defaultdict(list)
        self.out: dict[str, list[int]] = defaultdict(list)
        for at, flow in enumerate(model.flows):
            self.into[flow.target].append(at)
            self.out[flow.source].append(at)

    def reaches(self, at: int, goal: int, join: str) -> bool:
        """Whether a token on a flow can come to another without passing the join."""
        seen, todo = {at}, [at]
        while todo:
            here = todo.pop()
            if here == goal:
                return True
            if self.model.flows[here].target != join:
                more = [f for f in self.out[self.model.flows[here].target] if f not in seen]
                seen.update(more)
                todo += more
        return False

    def nexts(self, state: State) -> Iterator[tuple[set[int], list[int]]]:
        """What is taken and given in every possible step."""
        for node in self.model.nodes:
            held = [at for at in self.into[node.id] if at in state]
            if not held or node.kind is Kind.END:
                continue
            empty = [at for at in self.into[node.id] if at not in state]
            gives = [[way] for way in self.out[node.id]] if node.kind is Kind.EXCLUSIVE else [self.out[node.id]]
            if node.kind is Kind.INCLUSIVE:
                ways = self.out[node.id]
                gives = [list(some_) for some_ in chain(*(combinations(ways, n) for n in range(1, len(ways) + 1)))]
                others = [at for at in state if at not in held]
                if any(self.reaches(at, goal, node.id) for at in others for goal in empty):
                    continue
            if node.kind is Kind.PARALLEL and empty:
                continue
            together = node.kind in (Kind.PARALLEL, Kind.INCLUSIVE)
            for taken in [set(held)] if together else [{at} for at in held]:
                for given_ in gives:
                    yield taken, given_

    def sound(self) -> bool:
        """Every run can end, alone; no flow holds two tokens; none is never taken."""
        first = frozenset(at for at, f in enumerate(self.model.flows) if f.source == "start")
        last = frozenset(at for at, f in enumerate(self.model.flows) if f.target == "end")
        seen: dict[State, list[State]] = {}
        todo = [first]
        while todo:
            here = todo.pop()
            if here in seen:
                continue
            seen[here] = []
            for taken, given_ in self.nexts(here):
                if (here - taken) & set(given_):
                    return False
                seen[here].append(here - taken | set(given_))
            todo += seen[here]
        if any(here & last and here != last for here in seen):
            return False
        ending = {last}
        while more := {h for h, nexts in seen.items() if h not in ending and ending & set(nexts)}:
            ending |= more
        return set(seen) <= ending and set().union(*seen) == set(range(len(self.model.flows)))


@settings(max_examples=150, deadline=None)
@given(processes())
def test_what_passes_is_sound_by_bpmns_own_rule(model: ProcessModel) -> None:
    plain, untold = spelled_out(model)
    if untold or unsound(plain):
        return
    assert Played(model).sound()


def either(*parts: Block) -> ProcessModel:
    """Some of the parts, at least one, then all that were begun are awaited."""
    model = draw(Sequence((leaf("z"), Together(parts), leaf("y"))), name="x", services=("A",))
    ends = [n.id for n in model.nodes if n.kind is Kind.PARALLEL]
    pair = {ends[0], ends[-1]}
    return replace(model, nodes=tuple(replace(n, kind=Kind.INCLUSIVE) if n.id in pair else n for n in model.nodes))


PAIRS = {
    "steps": either(leaf("a"), leaf("b"), leaf("c")),
    "a loop inside": either(Loop(leaf("a"), leaf("b"), 0.1), leaf("c")),
    "a choice inside": either(choice([leaf("a"), leaf("b")], [0.5, 0.5]), leaf("c")),
    "branches inside": either(Together((leaf("a"), leaf("b"))), leaf("c")),
}


@pytest.mark.parametrize("model", PAIRS.values(), ids=PAIRS)
def test_a_pair_passes(model: ProcessModel) -> None:
    assert Played(model).sound()
    assert verify_model(model, model) == ()


def gateway(model: ProcessModel, at: int, kind: Kind) -> ProcessModel:
    id = [n.id for n in model.nodes if n.kind is Kind.INCLUSIVE][at]
    return replace(model, nodes=tuple(replace(n, kind=kind) if n.id == id else n for n in model.nodes))


@pytest.mark.parametrize("kind", [Kind.EXCLUSIVE, Kind.PARALLEL])
def test_an_inclusive_split_without_its_join_is_refused(kind: Kind) -> None:
    model = gateway(PAIRS["steps"], 1, kind)
    assert not Played(model).sound()
    assert [problem.code for problem in verify_model(model, model)] == ["inclusive"]


@pytest.mark.parametrize("kind", [Kind.EXCLUSIVE, Kind.PARALLEL])
def test_an_inclusive_join_takes_its_meaning_from_its_split(kind: Kind) -> None:
    model = gateway(PAIRS["steps"], 0, kind)
    assert Played(model).sound()
    assert verify_model(model, model) == ()


def test_ways_that_leave_the_pair_are_refused() -> None:
    model = PAIRS["steps"]
    flows = tuple(replace(f, target="out") if (f.source, f.target) == ("b", "g2") else f for f in model.flows)
    model = replace(model, nodes=(*model.nodes, Node("out", Kind.EXCLUSIVE, "?", "office")),
                    flows=(*flows, Flow("out", "g2"), Flow("out", "y2"), Flow("y", "y2")))  # fmt: skip
    more = Node("y2", Kind.EXCLUSIVE, "", "office")
    flows = tuple(replace(f, source="y2") if f == Flow("y", "end") else f for f in model.flows)
    broken = replace(model, nodes=(*model.nodes, more), flows=flows)
    assert {problem.code for problem in verify_model(broken, broken)} == {"inclusive"}


def test_a_step_in_one_way_of_an_inclusive_split_can_be_passed_by() -> None:
    always = draw(Sequence((leaf("z"), Together((leaf("a"), leaf("b"))), leaf("y"))), name="x", services=("A",))
    assert {p.code for p in verify_model(either(leaf("a"), leaf("b")), always)} == {"avoidable-step"}
