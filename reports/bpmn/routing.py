"""Routes in the grid: each link as pieces along rows, columns and the channels between them, before there are pixels.

Coarse coordinates: along x, channel `v` is at ``2v`` and column `c` at ``2c + 1``; along y every row and every channel
between rows is one band, counted from the top. A lane begins and ends with a channel of its own, so that no track
lies on a border of lanes. A free cell may be crossed along its middle. What is planned here cannot overprint, pass
through a node or leave the grid; what remains to choose is the cheapest of the routes that fit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from reports.bpmn.grid import Grid, Link
from reports.bpmn.tracks import Channel, Segment

SHARING = ("parallel", "data")  # several exits of these are one trunk: all of them are taken
PORT = 18  # px between two ports of one side


@dataclass(frozen=True, slots=True)
class Piece:
    """A straight piece. `axis`: "row" or "h" (horizontal, `at` a band), "col" or "v" (vertical, `at` a column or
    channel). `a` to `b` in the order of travel, coarse; `offset` in px from the middle of the row."""

    axis: str
    at: int
    a: int
    b: int
    offset: int = 0

    @property
    def lo(self) -> int:
        """The lower end."""
        return min(self.a, self.b)

    @property
    def hi(self) -> int:
        """The upper end."""
        return max(self.a, self.b)


@dataclass(frozen=True, slots=True)
class Route:
    """The pieces of a link from source to target, and the nets that its pieces in channels run in."""

    link: Link
    pieces: tuple[Piece, ...]
    nets: tuple[str, ...] = ()


class Bands:
    """Rows and the channels between them, of all lanes, counted from the top."""

    def __init__(self, rows: tuple[int, ...]) -> None:
        self.starts: list[int] = []
        at = 0
        for count in rows:
            self.starts.append(at)
            at += 2 * count + 1
        self.count = at
        self.rows = rows
        self.row_bands = {s + 2 * r + 1 for s, n in zip(self.starts, rows, strict=True) for r in range(n)}

    def of_row(self, lane: int, row: int) -> int:
        """The band of a lane's row."""
        return self.starts[lane] + 2 * row + 1

    def channels(self, lo: int, hi: int) -> list[int]:
        """The channels among the bands `lo` to `hi`."""
        return [b for b in range(max(lo, 0), min(hi, self.count - 1) + 1) if b not in self.row_bands]


class Router:
    """Plans one link after the other and keeps what they occupy."""

    def __init__(
        self,
        grid: Grid,
        offsets: dict[str, tuple[int, ...]],
        closed: dict[str, str],
        sharing: tuple[str, ...] = SHARING,
    ) -> None:
        """`offsets`: ports beside the middle that a node has; `closed`: its sides ("T", "B") that
        carry a label; `sharing`: kinds of nodes whose exits share a trunk."""
        self.grid = grid
        self.bands = Bands(grid.rows)
        self.cell = {id: (self.bands.of_row(lane, row), col) for id, (lane, row, col) in grid.cells.items()}
        self.taken = set(self.cell.values())
        self.kind = {item.id: item.kind for item in grid.items}
        self.exits = Counter(link.source for link in grid.links)
        self.offsets = offsets
        self.closed = closed
        self.sharing = sharing
        self.row_use: dict[tuple[int, int], list[tuple[Piece, Link]]] = defaultdict(list)
        self.col_use: dict[int, list[tuple[Piece, Link]]] = defaultdict(list)
        self.lines: dict[tuple[int, int], int] = defaultdict(int)  # cells crossed
        self.corners: set[tuple[int, int]] = set()
        self.v: dict[int, Channel] = defaultdict(Channel)
        self.h: dict[int, Channel] = defaultdict(Channel)
        self.horizontals: list[tuple[int, int, int]] = []
        self.verticals: list[tuple[int, int, int]] = []

    def route_all(self) -> dict[str, Route]:
        """Routes of all links by id; short ones first, so that the straight lines stay straight."""
        routes: dict[str, Route] = {}
        order = sorted(enumerate(self.grid.links), key=lambda pair: (self._length(pair[1]), pair[0]))
        for _, link in order:
            routes[link.id] = self._route(link)
        return routes

    def _length(self, link: Link) -> tuple[int, int]:
        (band, col), (to_band, to_col) = self.cell[link.source], self.cell[link.target]
        straight = (band == to_band and to_col > col) or col == to_col
        rank = 0 if straight and link.kind == "flow" else 2 if link.kind == "association" else 3 if link.back else 1
        return rank, abs(to_band - band) + 2 * abs(to_col - col)

    # -- candidates -------------------------------------------------------------------------------------------------

    def _row_clear(self, band: int, first: int, last: int) -> bool:
        return all((band, c) not in self.taken for c in range(first, last + 1))

    def _col_clear(self, col: int, a: int, b: int) -> bool:
        return all((band, col) not in self.taken for band in range(min(a, b) + 1, max(a, b)))

    def _side_open(self, id: str, a: int, b: int) -> bool:
        return ("T" if b < a else "B") not in self.closed.get(id, "")

    def _candidates(self, link: Link, ports: int) -> Iterator[tuple[Piece, ...]]:
        """Routes of every kind, by the middle of a side and at most `ports` others."""
        (bs, cs), (bt, ct) = self.cell[link.source], self.cell[link.target]
        s, t = link.source, link.target
        xs, xt = 2 * cs + 1, 2 * ct + 1
        exits, entries = (0, *self.offsets[s][:ports]), (0, *self.offsets[t][:ports])
        if bs == bt and cs < ct and self._row_clear(bs, cs + 1, ct - 1):
            yield (Piece("row", bs, xs, xt),)
        vertical = bs != bt and self._side_open(s, bs, bt) and self._side_open(t, bt, bs)
        if cs == ct and vertical and self._col_clear(cs, bs, bt):
            yield (Piece("col", cs, bs, bt),)
        if cs < ct and bs != bt:
            if self._row_clear(bs, cs + 1, ct) and self._col_clear(ct, bs, bt) and self._side_open(t, bt, bs):
                yield (Piece("row", bs, xs, xt), Piece("col", ct, bs, bt))
            if self._row_clear(bt, cs, ct - 1) and self._col_clear(cs, bs, bt) and self._side_open(s, bs, bt):
                yield (Piece("col", cs, bs, bt), Piece("row", bt, xs, xt))
        if cs < ct:
            yield from self._one_vertical(bs, cs, bt, ct, exits, entries)
        yield from self._by_channel(link, exits, entries)

    def _one_vertical(
        self, bs: int, cs: int, bt: int, ct: int, exits: tuple[int, ...], entries: tuple[int, ...]
    ) -> Iterator[tuple[Piece, ...]]:
        for v in range(cs + 1, ct + 1):
            if not (self._row_clear(bs, cs + 1, v - 1) and self._row_clear(bt, v, ct - 1)):
                continue
            for out in exits if v == cs + 1 else exits[:1]:
                for into in entries if v == ct else entries[:1]:
                    if bs == bt and out == into:
                        continue
                    first = Piece("row", bs, 2 * cs + 1, 2 * v, out)
                    yield (first, Piece("v", v, bs, bt), Piece("row", bt, 2 * v, 2 * ct + 1, into))

    def _by_channel(self, link: Link, exits: tuple[int, ...], entries: tuple[int, ...]) -> Iterator[tuple[Piece, ...]]:
        (bs, cs), (bt, ct) = self.cell[link.source], self.cell[link.target]
        xs, xt = 2 * cs + 1, 2 * ct + 1
        for k in self.bands.channels(min(bs, bt) - 3, max(bs, bt) + 3):
            starts: list[tuple[tuple[Piece, ...], int]] = [
                ((Piece("row", bs, xs, xs + 1, out), Piece("v", cs + 1, bs, k)), xs + 1) for out in exits
            ]
            if self._side_open(link.source, bs, k) and self._col_clear(cs, bs, k):
                starts.append(((Piece("col", cs, bs, k),), xs))
            ends: list[tuple[tuple[Piece, ...], int]] = [
                ((Piece("v", ct, k, bt), Piece("row", bt, xt - 1, xt, into)), xt - 1) for into in entries
            ]
            if self._side_open(link.target, bt, k) and self._col_clear(ct, bt, k):
                ends.append(((Piece("col", ct, k, bt),), xt))
            for start, x1 in starts:
                for end, x2 in ends:
                    # From a channel back into the same one is a dog-leg: two tracks of it.
                    yield (*start, Piece("h", k, x1, x2), *end)

    # -- cost and fit -----------------------------------------------------------------------------------------------

    def _cost(self, link: Link, pieces: tuple[Piece, ...]) -> float:
        cost = 4.0 * (len(pieces) - 1)
        for piece in pieces:
            cost += (piece.hi - piece.lo) * (1.0 if piece.axis in ("row", "h") else 0.8)
            cost += 0 if not piece.offset else 2.5 if piece.offset % PORT == 0 else 30
        task = self.kind[link.source] in ("task", "start", "end")
        if pieces[0].axis == "col" and len(pieces) > 1:
            cost += 3 if task else 1
        if self.kind[link.source] in self.sharing and pieces[0].axis == "row" and pieces[0].offset == 0:
            cost -= 1
        if pieces[-1].axis == "col" and len(pieces) > 1 and not link.back:
            cost += 2
        if len(pieces) >= 5 and pieces[1].at == pieces[3].at and pieces[1].axis == pieces[3].axis:
            cost += 4
        return cost

    def _crossings(self, pieces: tuple[Piece, ...]) -> int:
        count = 0
        for piece in pieces:
            if piece.axis in ("row", "h"):
                count += sum(piece.lo < x < piece.hi and lo <= piece.at <= hi for x, lo, hi in self.verticals)
            else:
                x = 2 * piece.at + (piece.axis == "col")
                count += sum(piece.lo < y < piece.hi and lo <= x <= hi for y, lo, hi in self.horizontals)
        return count

    def _route(self, link: Link) -> Route:
        for ports in (0, 2, 6, 99):
            best = self._best(link, ports)
            if best is not None:
                self._occupy(best)
                return best
        # Cannot happen while a node has a free port: the finer ones are more than its links (see `layout`).
        raise AssertionError(f"no route from {link.source} to {link.target}")

    def _best(self, link: Link, ports: int) -> Route | None:
        """The cheapest of the routes that fit, crossings counted for the first few."""
        candidates = sorted(
            ((self._cost(link, pieces), i, pieces) for i, pieces in enumerate(self._candidates(link, ports))),
            key=lambda c: c[:2],
        )
        best: tuple[float, Route] | None = None
        tried = 0
        for cost, _, pieces in candidates:
            if tried >= 8 or (best and cost >= best[0]):
                break
            route = Route(link, pieces, self._nets(link, pieces))
            if not self._fits(route):
                continue
            tried += 1
            total = cost + 2.2 * self._crossings(pieces)
            if best is None or total < best[0]:
                best = (total, route)
        return best[1] if best else None

    def _nets(self, link: Link, pieces: tuple[Piece, ...]) -> tuple[str, ...]:
        """The net of each piece: links into one target share their last stretch, exits of a trunk their first."""
        nets = [f"{link.id}#{i}" for i in range(len(pieces))]
        if len(pieces) >= 3 and pieces[-2].axis == "v" and pieces[-1].offset == 0:
            nets[-2] = f"in {link.target} {pieces[-2].at} {link.kind} {link.back}"
        if (
            len(pieces) >= 2
            and pieces[1].axis == "v"
            and self.kind[link.source] in self.sharing
            and not pieces[0].offset
        ):
            nets[1] = f"out {link.source} {pieces[1].at}"
        return tuple(nets)

    def _share(self, one: Link, other: Link, mine: Piece, theirs: Piece) -> bool:
        # A correction's way back keeps to itself, so that it can be followed.
        alike = one.kind == other.kind and one.back == other.back
        if one.target == other.target and one.source != other.source and alike and mine.b == theirs.b:
            return True
        return one.source == other.source and self.kind[one.source] in self.sharing and mine.a == theirs.a

    def _segments(self, route: Route) -> Iterator[tuple[Channel, Segment]]:
        pieces = route.pieces
        for i, piece in enumerate(pieces):
            if piece.axis not in ("v", "h"):
                continue
            low: list[tuple[int, int]] = []
            high: list[tuple[int, int]] = []
            here = 2 * piece.at if piece.axis == "v" else piece.at
            for other in (pieces[i - 1] if i else None, pieces[i + 1] if i + 1 < len(pieces) else None):
                if other is not None and other.axis in ("row", "col"):
                    (low if other.hi == here else high).append((other.at, other.offset))
            channel = self.v[piece.at] if piece.axis == "v" else self.h[piece.at]
            yield channel, Segment(piece.lo, piece.hi, tuple(low), tuple(high), route.nets[i])

    def _fits(self, route: Route) -> bool:
        pieces, link = route.pieces, route.link
        for before, after in pairwise(pieces):
            if {before.axis, after.axis} == {"row", "col"}:
                row, col = (before, after) if before.axis == "row" else (after, before)
                if self.lines[(row.at, col.at)] or (row.at, col.at) in self.corners:
                    return False
        for piece in pieces:
            if piece.axis == "row":
                others = self.row_use[(piece.at, piece.offset)]
            elif piece.axis == "col":
                others = self.col_use[piece.at]
            else:
                continue
            for theirs, other in others:
                if min(piece.hi, theirs.hi) > max(piece.lo, theirs.lo) and not self._share(link, other, piece, theirs):
                    return False
            if any(cell in self.corners for cell in self._crossed(piece)):
                return False
        trial: dict[Channel, list[Segment]] = defaultdict(list)
        for channel, segment in self._segments(route):
            trial[channel].append(segment)
        return all(channel.fits(segments) for channel, segments in trial.items())

    def _crossed(self, piece: Piece) -> list[tuple[int, int]]:
        """Cells that a piece along a row or column passes or ends in, those of nodes left out."""
        if piece.axis == "row":
            cells = [(piece.at, (x - 1) // 2) for x in range(piece.lo, piece.hi + 1) if x % 2]
        else:
            cells = [(b, piece.at) for b in range(piece.lo, piece.hi + 1) if b in self.bands.row_bands]
        return [cell for cell in cells if cell not in self.taken]

    def _occupy(self, route: Route) -> None:
        pieces, link = route.pieces, route.link
        for channel, segment in list(self._segments(route)):
            channel.add(segment)
        for piece in pieces:
            if piece.axis in ("row", "h"):
                self.horizontals.append((piece.at, piece.lo, piece.hi))
            else:
                self.verticals.append((2 * piece.at + (piece.axis == "col"), piece.lo, piece.hi))
            if piece.axis in ("row", "col"):
                use = self.row_use[(piece.at, piece.offset)] if piece.axis == "row" else self.col_use[piece.at]
                use.append((piece, link))
                for cell in self._crossed(piece):
                    self.lines[cell] += 1
        for before, after in pairwise(pieces):
            if {before.axis, after.axis} == {"row", "col"}:
                row, col = (before, after) if before.axis == "row" else (after, before)
                self.corners.add((row.at, col.at))
