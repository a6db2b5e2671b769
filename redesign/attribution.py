"""Which move saves what: Shapley values, which add up to the saving of all moves together (Shapley 1953)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

EXACT = 6  # up to so many moves every subset is simulated; beyond, orders of the moves are sampled
ORDERS = 24

Value = Callable[[frozenset[str]], np.ndarray]


@dataclass(frozen=True, eq=False)
class Shares:
    """Of each move: its share and what it would save alone; ``(moves, replications, measures)``."""

    moves: tuple[str, ...]
    shares: np.ndarray
    alone: np.ndarray


def attribute(moves: Sequence[str], saving: Value, seed: int) -> Shares:
    """Shapley values of moves.

    Parameters
    ----------
    saving
        What a set of moves saves, an array ``(replications, measures)``; nothing for no moves. Luck is shared, so that
        every replication has shares of its own, which add up to its saving exactly.
    seed
        Of the sampled orders, where there are too many moves to try every subset.
    """
    moves = tuple(moves)
    known: dict[frozenset[str], np.ndarray] = {}

    def value(subset: frozenset[str]) -> np.ndarray:
        if subset not in known:
            known[subset] = saving(subset)
        return known[subset]

    empty = np.zeros_like(value(frozenset(moves)))
    known[frozenset()] = empty
    shares = np.zeros((len(moves), *empty.shape))
    if len(moves) <= EXACT:
        n = len(moves)
        for i, move in enumerate(moves):
            others = [m for m in moves if m != move]
            for size in range(n):
                weight = factorial(size) * factorial(n - size - 1) / factorial(n)
                for chosen in combinations(others, size):
                    subset = frozenset(chosen)
                    shares[i] += weight * (value(subset | {move}) - value(subset))
    else:
        rng = np.random.default_rng((seed, 11))
        orders = [rng.permutation(len(moves)) for _ in range(ORDERS // 2)]
        orders += [order[::-1] for order in orders]  # antithetic: each order and its reverse
        for order in orders:
            subset = frozenset()
            for i in order:
                shares[i] += (value(subset | {moves[i]}) - value(subset)) / len(orders)
                subset = subset | {moves[i]}
    alone = np.array([value(frozenset([move])) for move in moves]) if moves else np.zeros((0, *empty.shape))
    return Shares(moves, shares, alone)
