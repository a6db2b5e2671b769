"""Samples to draw from: groups of observed values end to end in one array, resampled together for the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Samples:
    """Values of all groups end to end: group g is ``values[first[g] : first[g] + count[g]]``, sorted."""

    values: np.ndarray
    owner: np.ndarray  # of each value: the number of the episode that it was seen in
    first: np.ndarray
    count: np.ndarray

    def draw(self, groups: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """One value for each entry of `groups` (-1 gives 0), picked by its uniform number."""
        if not len(groups):
            return np.zeros(0)
        known = np.maximum(groups, 0)
        at = self.first[known] + np.minimum((uniform * self.count[known]).astype(np.int64), self.count[known] - 1)
        return np.where(groups >= 0, self.values[at], 0.0)

    def means(self) -> np.ndarray:
        """The mean of each group."""
        return np.array([self.values[a : a + n].mean() for a, n in zip(self.first, self.count, strict=True)])

    def resampled(self, rng: np.random.Generator, weights: np.ndarray) -> Samples:
        """Each group drawn anew, with replacement, an episode's values as often as `weights` has the episode."""
        values = self.values.copy()
        picks: dict[bytes, np.ndarray] = {}  # groups of the same cases are drawn together, step by step
        for a, n in zip(self.first, self.count, strict=True):
            w = weights[self.owner[a : a + n]]
            total = w.sum()
            if total > 0:
                edges = np.cumsum(w) / total
                same = self.owner[a : a + n].tobytes()
                if same not in picks:
                    picks[same] = np.minimum(np.searchsorted(edges, np.sort(rng.random(n)), side="right"), n - 1)
                values[a : a + n] = self.values[a + picks[same]]
        return Samples(values, self.owner, self.first, self.count)


class Collector:
    """Collects values under keys, then numbers the keys; a thin group borrows from a wider one."""

    def __init__(self, least: int = 12, *, ordered: bool = True) -> None:
        self.least = least
        self.ordered = ordered
        self._values: dict[tuple[str, ...], list[float]] = {}
        self._owners: dict[tuple[str, ...], list[int]] = {}

    def add(self, key: tuple[str, ...], value: float, owner: int) -> None:
        """Note a value under a key, the narrow part last (activity, office, service); every prefix gets it too."""
        for width in range(1, len(key) + 1):
            part = key[:width]
            self._values.setdefault(part, []).append(value)
            self._owners.setdefault(part, []).append(owner)

    def close(self) -> tuple[Samples, dict[tuple[str, ...], int]]:
        """The samples, and the group of every key that has enough values; ask by `group_of`."""
        keys = sorted(k for k, v in self._values.items() if len(v) >= self.least or len(k) == 1)
        counts = np.array([len(self._values[k]) for k in keys], np.int64)
        if not keys:
            return Samples(np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1, np.int64)), {}
        # Sorted: the same uniform number then means the same rank in every bootstrap, and their differences are small.
        orders = [
            np.argsort(self._values[k], kind="stable") if self.ordered else np.arange(len(self._values[k]))
            for k in keys
        ]
        values = np.concatenate([np.array(self._values[k], float)[o] for k, o in zip(keys, orders, strict=True)])
        owner = np.concatenate([np.array(self._owners[k], np.int64)[o] for k, o in zip(keys, orders, strict=True)])
        first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        return Samples(values, owner, first, counts), {k: i for i, k in enumerate(keys)}


def group_of(groups: dict[tuple[str, ...], int], key: tuple[str, ...]) -> int:
    """The narrowest group that has a key, or -1."""
    for width in range(len(key), 0, -1):
        found = groups.get(key[:width])
        if found is not None:
            return found
    return -1
