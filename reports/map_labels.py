"""Where the numbers of a flow map stand: beside their own line, off every other line, box and number."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.bpmn.text import text_width
from reports.graphviz_layout import Placed, Point

Area = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a number stands: the middle of its height, and its start, middle or end across."""

    x: float
    y: float
    anchor: str

    def area(self, w: float, h: float) -> Area:
        """What a text of this size covers."""
        left = self.x - {"start": 0.0, "middle": w / 2, "end": w}[self.anchor]
        return left, self.y - h / 2, left + w, self.y + h / 2


def bezier(curve: Sequence[Point], steps: int = 12) -> list[Point]:
    """Points along a chain of cubic Bezier curves, and straight on to its tip."""
    points = [curve[0]]
    for start in range(0, len(curve) - 3, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[start : start + 4]
        for step in range(1, steps + 1):
            t = step / steps
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return [*points, curve[-1]]


def crowding(placed: Placed) -> float:
    """The share of all lines' length at which one runs in the track of another, 0 to 1: there nobody can follow it."""
    tracks: dict[tuple[int, int], set[int]] = defaultdict(set)
    for number, curve in enumerate(placed.curves):
        for (x0, y0), (x1, y1) in pairwise(bezier(curve)):
            pieces = max(1, math.ceil(max(abs(x1 - x0), abs(y1 - y0)) / 4))
            for k in range(pieces):
                tracks[(int((x0 + (x1 - x0) * k / pieces) // 5), int((y0 + (y1 - y0) * k / pieces) // 5))].add(number)
    every = sum(len(lines) for lines in tracks.values())
    return sum(len(lines) - 1 for lines in tracks.values()) / every if every else 0.0


def label_spots(placed: Placed, sizes: Sequence[tuple[float, float]], texts: Sequence[str]) -> list[Spot]:
    """Where each number stands: beside its own line, off every other line, box and number."""
    lines = [bezier(curve) for curve in placed.curves]
    near: dict[tuple[int, int], list[tuple[int, Point]]] = defaultdict(list)
    for number, line in enumerate(lines):
        for (x0, y0), (x1, y1) in pairwise(line):
            pieces = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / 4))
            for k in range(pieces + 1):
                point = (x0 + (x1 - x0) * k / pieces, y0 + (y1 - y0) * k / pieces)
                near[(int(point[0] // 32), int(point[1] // 32))].append((number, point))
    boxes = [
        (x - w / 2 - 1, y - h / 2 - 1, x + w / 2 + 1, y + h / 2 + 1)
        for (x, y), (w, h) in zip(placed.nodes, sizes, strict=True)
    ]
    boxes += [(x, y, x + w, y + 28) for x, y, w, _ in placed.frames]  # titles of frames
    spots: list[Spot] = []
    taken: list[Area] = []
    for number, (line, text) in enumerate(zip(lines, texts, strict=True)):
        w, h = text_width(text, 12) + 2, 15
        best: tuple[float, Spot, Area] | None = None
        for rank, spot in enumerate(_beside(line, w, h)):
            area = spot.area(w, h)
            cost = 40.0 * sum(_meet(area, other) for other in taken) + 40.0 * sum(_meet(area, b) for b in boxes)
            cost += _under(area, near, number) + rank * 0.05
            if best is None or cost < best[0]:
                best = (cost, spot, area)
            if cost < rank * 0.05 + 0.5:
                break
        assert best is not None
        spots.append(best[1])
        taken.append(best[2])
    return spots


def _beside(line: list[Point], w: float, h: float) -> list[Spot]:
    """Places for a number: along its line on both sides, from the middle outwards."""
    found = []
    middle = len(line) // 2
    for i in sorted(range(1, len(line) - 1), key=lambda i: abs(i - middle)):
        (x0, y0), (x1, y1) = line[i - 1], line[i + 1]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        nx, ny = -(y1 - y0) / length, (x1 - x0) / length
        for gap in (6, 12):
            for side in (1, -1):
                sx, sy = side * nx, side * ny
                anchor = "middle" if abs(sx) < 0.4 else "start" if sx > 0 else "end"
                # Beside a slope, a wide text must stand further off at its corner.
                lean = abs(sy) * (h / 2 + (0 if anchor != "middle" else abs(nx) * w / 2))
                x = line[i][0] + sx * gap
                y = line[i][1] + sy * gap + (lean if sy > 0 else -lean)
                found.append(Spot(round(x, 1), round(y, 1), anchor))
    return found


def _meet(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _under(area: Area, near: Mapping[tuple[int, int], list[tuple[int, Point]]], own: int) -> float:
    """How badly lines run under an area, also its own, and how many others run close by, as if it were theirs."""
    left, top, right, bottom = area
    hit, close = set(), set()
    for i in range(int((left - 9) // 32), int((right + 9) // 32) + 1):
        for j in range(int((top - 9) // 32), int((bottom + 9) // 32) + 1):
            for number, (x, y) in near.get((i, j), ()):
                if left - 2 < x < right + 2 and top < y < bottom:
                    hit.add(number)
                elif left - 9 < x < right + 9 and top - 9 < y < bottom + 9:
                    close.add(number)
    return 3.0 * len(hit) + 1.0 * len(close - hit - {own})


def extent(placed: Placed, spots: Sequence[Sequence[Spot]], texts: Sequence[tuple[str, str]]) -> Area:
    xs, ys = [0.0, placed.width], [0.0, placed.height]
    for index, pair in enumerate(texts):
        for kind, text in enumerate(pair):
            area = spots[kind][index].area(text_width(text, 12), 15)
            xs += [area[0], area[2]]
            ys += [area[1], area[3]]
    return min(xs), min(ys), max(xs), max(ys)
