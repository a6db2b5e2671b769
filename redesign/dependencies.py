"""What ties two services: the law, a document handed on, or habit. Evidence from the log, typed by the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalogue.services import Catalogue, Source
from mining.precedence import Precedence

SURE_EPISODES = 50  # contract section 6: an order that all of so many episodes keep may be the law's


class Kind(StrEnum):
    """Why one service comes before another."""

    LEGAL = "legal"
    DATA = "data"
    PERHAPS_LEGAL = "perhaps_legal"  # kept by all of at least 50 episodes: confirm
    SOFT = "soft"

    @property
    def binds(self) -> bool:
        """Whether a redesign must keep the order."""
        return self is not Kind.SOFT


@dataclass(frozen=True, slots=True)
class ServiceTie:
    """`before` comes before `after`: why, by which document, in how many episodes of those with both, and who says so.

    `conflict`: the catalogue calls soft what the log shows as a document handed on; then the log holds.
    """

    before: str
    after: str
    kind: Kind
    output: str = ""
    both: int = 0
    kept: int = 0
    handed_on: int = 0
    source: Source | None = None
    conflict: bool = False


def find_ties(services: Sequence[str], evidence: Iterable[Precedence], catalogue: Catalogue) -> tuple[ServiceTie, ...]:
    """The ties among services, those that bind first in the order of `services`, none of them in a circle.

    Notes
    -----
    A document is handed on (`data`) where `after` is given what `before` issued, after it was issued, in most episodes
    that have both. Without a catalogue entry, an order that all of at least 50 episodes keep, without overlap and not
    already enforced by other ties, is `perhaps_legal`; one that most keep is `soft`.
    """
    pairs = {(p.before, p.after): p for p in evidence}
    binding: list[ServiceTie] = []
    for a in services:
        for b in services:
            tie = _typed(a, b, pairs.get((a, b)), catalogue) if a != b else None
            if tie is not None:
                binding.append(tie)
    strong = _without_circles(sorted(binding, key=_strength))
    strong += _perhaps_legal(services, pairs, catalogue, strong)
    bound = {(tie.before, tie.after) for tie in strong}
    soft = [
        ServiceTie(a, b, Kind.SOFT, both=p.both, kept=p.kept, source=entry.source if entry else None)
        for a in services
        for b in services
        if (p := pairs.get((a, b))) is not None and 2 * p.kept > p.both and (a, b) not in closure(bound)
        for entry in [catalogue.tie(a, b)]
    ]
    place = {service: at for at, service in enumerate(services)}
    return tuple(sorted(strong, key=lambda t: (place[t.before], place[t.after]))) + tuple(soft)


def _typed(a: str, b: str, pair: Precedence | None, catalogue: Catalogue) -> ServiceTie | None:
    """A tie that the catalogue calls legal or data, or that the log shows as data."""
    entry = catalogue.tie(a, b)
    both, kept, handed = (pair.both, pair.kept, pair.handed_on) if pair else (0, 0, 0)
    output = pair.output if pair else ""
    seen = pair is not None and 2 * handed > both
    if entry is not None and entry.kind != "soft":
        return ServiceTie(a, b, Kind(entry.kind), output if seen else entry.output, both, kept, handed, entry.source)
    if seen:
        source = entry.source if entry else None
        return ServiceTie(a, b, Kind.DATA, output, both, kept, handed, source, conflict=entry is not None)
    return None


def _strength(tie: ServiceTie) -> tuple[int, float]:
    return {Kind.LEGAL: 0, Kind.DATA: 1}[tie.kind], -tie.handed_on / (tie.both or 1)


def _without_circles(ties: Iterable[ServiceTie]) -> list[ServiceTie]:
    """Ties taken strongest first; one that would close a circle is left out."""
    taken: list[ServiceTie] = []
    for tie in ties:
        if (tie.after, tie.before) not in closure({(t.before, t.after) for t in taken}):
            taken.append(tie)
    return taken


def _perhaps_legal(services: Sequence[str], pairs: dict[tuple[str, str], Precedence], catalogue: Catalogue,
                   strong: list[ServiceTie]) -> list[ServiceTie]:  # fmt: skip
    found: list[ServiceTie] = []
    for a in services:
        for b in services:
            p = pairs.get((a, b))
            if p is None or p.both < SURE_EPISODES or p.kept < p.both or catalogue.tie(a, b) is not None:
                continue
            known = closure({(t.before, t.after) for t in [*strong, *found]})
            if (a, b) not in known and (b, a) not in known:
                found.append(ServiceTie(a, b, Kind.PERHAPS_LEGAL, both=p.both, kept=p.kept))
    implied = [t for t in found if _implied(t, [*strong, *(f for f in found if f is not t)])]
    return [tie for tie in found if tie not in implied]


def _implied(tie: ServiceTie, others: Iterable[ServiceTie]) -> bool:
    return (tie.before, tie.after) in closure({(t.before, t.after) for t in others})


def closure(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """All pairs that follow from these by going on: a before b before c gives a before c.

    >>> sorted(closure({("a", "b"), ("b", "c")}))
    [('a', 'b'), ('a', 'c'), ('b', 'c')]
    """
    known = set(pairs)
    while True:
        more = {(a, c) for a, b in known for b2, c in known if b == b2} - known
        if not more:
            return known
        known |= more
