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
        self._owner: dict[Key, str] = {}  # of a group, where it is not that of its root

    def root(self, key: Key) -> Key:
        """The document that stands for all that are one with this."""
        while (up := self._parent.get(key, key)) != key:
            key = up
        return key

    def part(self, a: Key, b: Key) -> None:
        """Never make these one from now on."""
        self._apart.add(frozenset((a, b)))

    def join(self, a: Key, b: Key, *, forced: bool = False, slip: bool = False) -> bool:
        """Make two one; False where that may not be.

        They have one owner, save where a name that tells none is a `slip` of one that does; what is joined has him from
        then on.
        """
        first, second = sorted((self.root(a), self.root(b)))
        if first == second:
            return False
        owners = {root: self._owner.get(root, root[0]) for root in (first, second)}
        lone = [root for root, owner in owners.items() if not owner and root not in self._parent.values()]
        if len(set(owners.values())) > 1 and not forced and not (slip and lone):
            return False
        known = self._known.get(first, set()) | self._known.get(second, set())
        apart = any({self.root(key) for key in pair} == {first, second} for pair in self._apart)
        if apart or (len(known) > 1 and not forced):
            return False
        self._parent[second] = first
        self._known[first] = known
        self._owner[first] = max(owners.values())
        return True
