"""Geometry of the charts: numbers to places. The templates draw them; nothing here knows a tag.

Horizontal places are per cent of the chart's width, so one drawing fits a screen, a phone and a sheet of paper and its
text keeps its size; vertical ones are pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reports.blocks import Bars, Dots, Gantt, Intervals, Step, Strip
from reports.text import count


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of a bar: start and width in per cent, its colour's role, the text that fits in it."""

    x: float
    width: float
    role: str
    text: str = ""


def strip(chart: Strip) -> list[Box]:
    """The parts of a whole side by side."""
    total = sum(part.value for part in chart.parts) or 1.0
    boxes, x = [], 0.0
    for part in chart.parts:
        width = 100 * part.value / total
        boxes.append(Box(_r(x), _r(width), part.role))
        x += width
    return boxes


def bars(chart: Bars) -> list[tuple[str, list[Box], str]]:
    """Rows of stacked bars on one scale, and each row's total; what is withheld is one dashed rest of it.

    Of a withheld total the parts that are told are drawn, and are what it is at least.
    """
    greatest = max((max(total or 0, sum(p or 0 for p in parts)) for _, parts, total in chart.rows), default=0) or 1
    rows = []
    for label, parts, total in chart.rows:
        boxes, x = [], 0.0
        known = sum(part or 0 for part in parts)
        for (role, _), part in zip(chart.series, parts, strict=True):
            width = 84 * (part or 0) / greatest
            if width:
                boxes.append(Box(_r(x), _r(width), role, str(part) if width >= 5 and len(chart.series) > 1 else ""))
            x += width
        rest = 84 * max(0, (total or 0) - known) / greatest
        if rest:
            boxes.append(Box(_r(x), _r(rest), "withheld", str((total or 0) - known) if rest >= 5 else ""))
        told = count(total) if total is not None else f"≥{count(known)}" if known else "*"
        rows.append((label, boxes, told))
    return rows


@dataclass(frozen=True, slots=True)
class GanttRow:
    """A case of the episode: its two names and its bars."""

    service: str
    department: str
    boxes: list[Box]


def gantt(chart: Gantt) -> tuple[list[GanttRow], list[tuple[float, str, str]], list[Box], list[tuple[float, str]]]:
    """Rows, trips, shaded days off and ticks, all on one scale of hours."""

    def at(hours: float) -> float:
        return _r(min(100.0, max(0.0, 100 * hours / chart.ends_h)))

    rows = []
    for service, department, stretches in chart.rows:
        boxes = [
            Box(at(a), max(0.4, _r(at(b) - at(a))), role, text if at(b) - at(a) >= 11 else "")
            for a, b, role, text in stretches
        ]
        rows.append(GanttRow(service, department, boxes))
    off = [Box(at(24.0 * d), _r(at(24.0 * (d + 1)) - at(24.0 * d)), "off") for d in chart.days_off]
    trips = _spread([(at(h), role, number) for h, role, number in chart.trips], 3.2)
    ticks = [(at(h), text) for h, text in chart.ticks]
    if len(ticks) > 1 and ticks[-1][0] > 93 and ticks[-1][0] - ticks[-2][0] < 16:  # two dates would run together
        ticks.pop(-2 if len(ticks) > 2 else -1)
    return rows, trips, off, ticks


def _spread(items: list[tuple[float, str, str]], gap: float) -> list[tuple[float, str, str]]:
    """Dots pushed to the right until none covers the one before it, then back from the right end."""
    placed: list[tuple[float, str, str]] = []
    for x, role, text in items:
        placed.append((max(x, placed[-1][0] + gap if placed else 1.5), role, text))
    limit = 98.5
    for i in range(len(placed) - 1, -1, -1):
        x, role, text = placed[i]
        placed[i] = (_r(min(x, limit)), role, text)
        limit = placed[i][0] - gap
    return placed


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Dots stacked in bins above a line, and the proposal's marks below it."""

    dots: list[tuple[float, float, bool]]  # x per cent, y pixels, slower than the proposal's nine-tenths mark
    height: float
    median: float
    p90: float
    ticks: list[tuple[float, str]]


def dots(chart: Dots) -> DotPlot:
    """A dot plot (Wilkinson, *Dot plots*, 1999): 60 bins, dots of a bin one above the other."""
    step, top = nice(max([*chart.dots, chart.p90]))

    def at(value: float) -> float:
        return _r(2 + 94 * value / top)

    columns: dict[int, list[float]] = {}
    for value in chart.dots:
        columns.setdefault(int(60 * value / top), []).append(value)
    tallest = max((len(column) for column in columns.values()), default=1)
    spacing = min(11.0, 120.0 / tallest)
    base = 24 + spacing * tallest
    placed = [
        (at((index + 0.5) * top / 60), _r(base - spacing * (i + 0.5)), value > chart.p90)
        for index, column in sorted(columns.items())
        for i, value in enumerate(sorted(column))
    ]
    ticks = [(at(step * i), f"{step * i:g}") for i in range(round(top / step) + 1)]
    return DotPlot(placed, base, at(chart.median), at(chart.p90), ticks)


def nice(greatest: float) -> tuple[float, float]:
    """A round step and a round end of an axis from nought.

    >>> nice(48.7)
    (10.0, 50.0)
    """
    if greatest <= 0 or not math.isfinite(greatest):
        return 1.0, 1.0
    power = 10.0 ** math.floor(math.log10(greatest))
    step = next(power * m / 10 for m in (1, 2, 5, 10, 20, 50, 100) if greatest / (power * m / 10) <= 6)
    return step, step * math.ceil(greatest / step - 1e-9)


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the way from today to the proposal, in per cent, with its interval's whisker."""

    label: str
    x: float
    width: float
    role: str
    text: str
    low: float | None
    high: float | None


def steps(rows: Sequence[Step]) -> list[StepRow]:
    """Bars that each start where the one before ended."""
    ends = [v for row in rows for v in (row.from_, row.to, row.low, row.high) if v is not None]
    least, greatest = min(0.0, *ends), max(ends)
    span = (greatest - least) or 1.0

    def at(value: float) -> float:
        return _r(100 * (value - least) / span)

    found = []
    for row in rows:
        left, right = sorted((at(row.from_), at(row.to)))
        low = None if row.low is None or row.high is None or row.high - row.low < 0.01 * span else at(row.low)
        high = None if low is None or row.high is None else at(row.high)
        found.append(StepRow(row.label, left, max(0.6, _r(right - left)), row.role, row.text, low, high))
    return found


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot with its interval on a measure's scale, in per cent; `sure`: the interval leaves out nought."""

    x: float
    low: float
    high: float
    zero: float
    sure: bool


def intervals(chart: Intervals) -> list[list[Mark | None]]:
    """Marks by row and measure; each measure has one scale for all rows, which holds nought."""
    scales = []
    for i in range(len(chart.measures)):
        values = [
            v
            for _, line in chart.rows
            for v in (line[i].value, line[i].low, line[i].high)
            if v is not None and math.isfinite(v)
        ]
        scales.append((min([0.0, *values]), max([0.0, *values])))
    marks: list[list[Mark | None]] = []
    for _, line in chart.rows:
        row: list[Mark | None] = []
        for (least, greatest), one in zip(scales, line, strict=True):
            span = (greatest - least) or 1.0
            if one.value is None:
                row.append(None)
                continue
            low = one.value if one.low is None else one.low
            high = one.value if one.high is None else one.high
            at = [_r(6 + 88 * (v - least) / span) for v in (one.value, low, high, 0.0)]
            row.append(Mark(at[0], at[1], at[2], at[3], low > 0 or high < 0))
        marks.append(row)
    return marks


def _r(value: float) -> float:
    """Two decimals: small files, equal bytes."""
    return round(value, 2) + 0.0
