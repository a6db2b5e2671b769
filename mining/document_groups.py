"""Which documents are one: a union in which those that are known apart never meet."""

from __future__ import annotations

from collections.abc import Iterable

Key = tuple[str, str]  # owner and document


class DocumentGroups:
    """Union of documents, in which two that a catalogue knows apart, or a file tells apart, never meet."""

    def __init__(self, known: Iterable[Key]) -> None:
        self._parent: dict[Key, Key] = {}
        self._known: dict[Key, set[Key]] = {key: {key} for key in known}
        self._apart: set[frozenset[Key]] = set()

    def root(self, key: Key) -> Key:
        """The document that stands for all that are one with this."""
        while (up := self._parent.get(key, key)) != key:
            key = up
        return key

    def part(self, a: Key, b: Key) -> None:
        """Never make these one from now on."""
        self._apart.add(frozenset((a, b)))

    def join(self, a: Key, b: Key, *, forced: bool = False) -> bool:
        """Make two one; False where that may not be."""
        first, second = sorted((self.root(a), self.root(b)))
        if first == second:
            return False
        known = self._known.get(first, set()) | self._known.get(second, set())
        apart = any({self.root(key) for key in pair} == {first, second} for pair in self._apart)
        if apart or (len(known) > 1 and not forced):
            return False
        self._parent[second] = first
        self._known[first] = known
        return True
