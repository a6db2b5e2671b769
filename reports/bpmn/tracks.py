"""Channels between columns and between rows: which segments run in them, and on which track.

Two segments that share a stretch of a channel get different tracks. Where one is reached from the left and another
from the right on the same line, the first must lie left of the second, or their ends would overprint: such orders
are kept as constraints, and a route that would close a circle of them is refused while it is planned.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bundle:
    """Segments of one net that share a track. `low` and `high` are lines that reach it from the left (above), the
    right (below)."""

    lo: int
    hi: int
    low: set[tuple[int, int]] = field(default_factory=set)
    high: set[tuple[int, int]] = field(default_factory=set)
    track: int = -1


@dataclass(slots=True)
class Segment:
    """A stretch `lo`..`hi` of a channel, and the lines that meet it on either side."""

    lo: int
    hi: int
    low: tuple[tuple[int, int], ...] = ()
    high: tuple[tuple[int, int], ...] = ()
    net: str = ""  # segments of the same net share a track


class Channel:
    """The segments of one channel."""

    def __init__(self) -> None:
        self.bundles: dict[str, Bundle] = {}

    def fits(self, segments: list[Segment]) -> bool:
        """Whether the segments can be added without a circle of orders."""
        trial = {net: (set(b.low), set(b.high)) for net, b in self.bundles.items()}
        for segment in segments:
            low, high = trial.setdefault(segment.net, (set(), set()))
            low.update(segment.low)
            high.update(segment.high)
        return len(_sorted_nets(trial)) == len(trial)

    def add(self, segment: Segment) -> None:
        """Add a segment that fits."""
        bundle = self.bundles.setdefault(segment.net, Bundle(segment.lo, segment.hi))
        bundle.lo = min(bundle.lo, segment.lo)
        bundle.hi = max(bundle.hi, segment.hi)
        bundle.low.update(segment.low)
        bundle.high.update(segment.high)

    def assign(self) -> int:
        """Give every bundle its track; returns how many tracks there are."""
        sides = {net: (b.low, b.high) for net, b in self.bundles.items()}
        preferred = sorted(self.bundles, key=lambda net: (_place(self.bundles[net]), net))
        order = _sorted_nets({net: sides[net] for net in preferred})
        placed: list[Bundle] = []
        for net in order:
            bundle = self.bundles[net]
            least = max((b.track + 1 for b in placed if b.low & bundle.high), default=0)
            taken = {b.track for b in placed if b.lo <= bundle.hi and bundle.lo <= b.hi}
            bundle.track = next(t for t in range(least, least + len(placed) + 1) if t not in taken)
            placed.append(bundle)
        return max((b.track + 1 for b in placed), default=0)


def _place(bundle: Bundle) -> tuple[int, int, int]:
    """Where a bundle would like to lie so that the lines which reach it cross few others: exits first, then passers,
    then entries; of those that leave downwards the lower first."""
    low = min((y for y, _ in bundle.low), default=None)
    high = min((y for y, _ in bundle.high), default=None)
    if low is not None:
        return (0, 0, low) if low >= bundle.hi else (0, 1, -low)
    if high is not None:
        return (2, 0, -high) if high >= bundle.hi else (2, 1, high)
    return (1, 0, bundle.lo)


def _sorted_nets(sides: dict[str, tuple[set[tuple[int, int]], set[tuple[int, int]]]]) -> list[str]:
    """Nets in an order that respects 'reached from the left before reached from the right'; short if there is none."""
    from_low: dict[tuple[int, int], list[str]] = defaultdict(list)
    for net, (low, _) in sides.items():
        for line in sorted(low):
            from_low[line].append(net)
    before = {net: {n for line in high for n in from_low[line] if n != net} for net, (_, high) in sides.items()}
    order: list[str] = []
    done: set[str] = set()
    waiting = list(sides)
    while waiting:
        ready = next((net for net in waiting if before[net] <= done), None)
        if ready is None:
            return order
        order.append(ready)
        done.add(ready)
        waiting.remove(ready)
    return order
