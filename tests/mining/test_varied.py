"""Varied logs: an order where there is one, and the share of cases that it tells."""

from __future__ import annotations

from itertools import permutations

import pytest

from mining.conformance import fits
from mining.process_blocks import Block, Loop, Skip, Task, Together, choice, perhaps, sequence, tasks
from mining.process_model import Kind, Node
from mining.varied import free, readable, usual_course

NODES = [Node(name, Kind.TASK, name) for name in "abcdefgh"]


def leaf(name: str) -> Task:
    return Task(Node(name, Kind.TASK, name))


def traces(*written: str, n: int = 1) -> dict[tuple[int, ...], int]:
    return {tuple("abcdefgh".index(step) for step in trace): n for trace in written}


def test_what_all_do_in_one_order_is_told_whole() -> None:
    found = readable(traces("abcd", n=5), NODES)
    assert (found.coverage, fits(found.block, tuple("abcd"))) == (1.0, True)


def test_the_usual_course_keeps_what_most_keep_and_frees_the_rest() -> None:
    block = usual_course(traces("abcd", "acbd", n=9) | traces("dabc"), NODES, 0.9)
    assert block == sequence(leaf("a"), Together((leaf("b"), leaf("c"))), leaf("d"))


def test_the_usual_course_tells_what_some_do_and_what_is_done_again() -> None:
    block = usual_course(traces("ab", n=6) | traces("abbb", n=2) | traces("a", n=2), NODES, 0.9)
    assert block == sequence(leaf("a"), perhaps(Loop(leaf("b"), Skip(), 4 / 12), 0.8))


def test_orders_that_would_close_a_circle_are_left_out() -> None:
    found = list(tasks(usual_course(traces("ab", "bc", "ca"), NODES, 0.9)))
    assert sorted(node.id for node in found) == ["a", "b", "c"]


FREE: dict[str, Block] = {
    "six side by side": Together(tuple(leaf(name) for name in "abcdef")),
    "some of six": Together(tuple(perhaps(leaf(name), 0.5) for name in "abcdef")),
    "six again and again": Loop(choice([leaf(name) for name in "abcdef"], [1 / 6] * 6), Skip(), 0.9),
}


@pytest.mark.parametrize("block", FREE.values(), ids=FREE)
def test_any_order_of_many_steps_says_nothing(block: Block) -> None:
    assert free(block) and free(sequence(leaf("g"), block))


def test_branches_with_an_order_of_their_own_say_something() -> None:
    assert not free(Together(tuple(sequence(leaf(name), leaf(f"{name}2")) for name in "abcdef")))


def test_where_there_is_no_order_at_all_that_is_what_is_told() -> None:
    written = ["".join(p) for p in permutations("abcdef")][::7]
    found = readable(traces(*written), NODES)
    assert found.coverage > 0.9 and len(list(tasks(found.block))) == 6
