"""What a report is made of: tables, figures, notes in sections. Plain data, no HTML; every text is in its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["text", "count", "number", "fine", "share", "range"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in files, its heading, its unit. `people`: counts too small to publish are withheld.

    `parts`: its counts add up to others, so one may be withheld that is not small itself.
    `several`: a cell lists names.
    """

    key: str
    label: str
    unit: Unit = "text"
    people: bool = False
    parts: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw values (text, int, float, None), one a column. `id` is its anchor and its file's name."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    caption: str = ""
    strong_rows: frozenset[int] = frozenset()
    bars: frozenset[str] = frozenset()  # keys of columns drawn with a bar beside the number
    most: int = 40  # rows in the page; all are in the files
    published: bool = True  # False: only in the files
    folded: bool = False  # closed until it is asked for


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a stacked bar. `role` names its colour: first, multi, collection, correction, other, work …"""

    role: str
    label: str
    value: float
    text: str  # the value as printed large
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """One bar whose parts add up to the whole."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A stacked bar a row. `series` are (role, label); a None is withheld; `totals` are printed at the end."""

    series: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[int | None, ...], int | None], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the matrix. `role`: share, repeat, own, issuer, none."""

    role: str
    text: str = ""
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Materials by departments: the count in the cell, its tint saying whether it was needless."""

    corner: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...], str, str, str], ...]  # label, cells, total, verdict, detail
    totals: tuple[str, ...]
    total_head: str
    verdict_head: str
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Gantt:
    """One episode: a row a case, bars in hours, trips as numbered dots, days off shaded."""

    rows: tuple[
        tuple[str, str, tuple[tuple[float, float, str, str], ...]], ...
    ]  # service, department, (from, to, role, text)
    trips: tuple[tuple[float, str, str], ...]  # at, role, number
    trips_label: str
    days_off: tuple[int, ...]
    ends_h: float
    ticks: tuple[tuple[float, str], ...]
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dots:
    """A dot an episode (or a percentile), today's, against the proposal's middle and nine-tenths mark, in days."""

    dots: tuple[float, ...]
    median: float
    p90: float
    median_text: str
    p90_text: str
    today_text: str
    each_text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step from today to the proposal: it starts and ends at a level. `role`: today, saves, costs, proposed."""

    label: str
    from_: float
    to: float
    role: str
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """From today to the proposal, one bar a move; one chart a measure, side by side."""

    charts: tuple[tuple[str, str, tuple[Step, ...]], ...]  # title, unit, steps


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its interval; None: nothing to say."""

    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""
    range_text: str = ""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Moves by measures: a dot with its interval on one scale a measure."""

    corner: str
    measures: tuple[tuple[str, str], ...]  # label, unit
    rows: tuple[tuple[str, tuple[Interval, ...]], ...]
    strong_rows: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture made elsewhere: `svg` text, and the ways to use it."""

    svg: str
    kind: Literal["map", "as_is", "to_be"]
    downloads: tuple[tuple[str, str], ...] = ()  # label, relative file
    figures: str = ""  # the numbers at its upper right
    least: int = 0  # for the map: the slider's ends
    greatest: int = 0
    detail: str = ""  # the whole drawing behind an overview


@dataclass(frozen=True, slots=True)
class Replaying:
    """Both processes on one clock. Tokens as plain lists of [node, from_h, to_h]; of each, which episode it is of."""

    as_is: tuple[tuple[tuple[str, float, float], ...], ...]
    to_be: tuple[tuple[tuple[str, float, float], ...], ...]
    ends_h: float
    as_is_of: tuple[int, ...] = ()
    to_be_of: tuple[int, ...] = ()


Chart = Strip | Bars | Matrix | Gantt | Dots | Steps | Intervals | Drawing | Replaying


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, its title, what it counts, and the table behind it."""

    id: str
    title: str
    chart: Chart
    caption: str = ""
    table: Table | None = None
    legend: tuple[tuple[str, str], ...] = ()  # role, label
    narrow: bool = False  # may stand beside its neighbour


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A line of the answer: a measure, today and proposed, and the evidence."""

    id: str
    label: str
    today: str
    proposed: str
    unit: str
    today_value: float | None
    proposed_value: float | None
    change: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer in five lines."""

    today_head: str
    proposed_head: str
    evidence_head: str
    lines: tuple[AnswerLine, ...]
    caption: str


@dataclass(frozen=True, slots=True)
class Strips:
    """Facts beside each other: label, value."""

    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """Sentences one below the other; numbered where a person must go through them."""

    id: str
    title: str
    sentences: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Glossary:
    """Words and what they mean."""

    title: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields the log has: label, whether it has it, what it is for."""

    title: str
    fields: tuple[tuple[str, bool, str], ...]
    has: str
    lacks: str


Block = Figure | Table | Answer | Strips | Notes | Glossary | Fields


@dataclass(frozen=True, slots=True)
class Section:
    """A section: the topic is the small word, the heading is the finding. `off` says what would switch it on."""

    id: str
    topic: str
    heading: str
    deck: str = ""
    blocks: tuple[Block, ...] = ()
    off: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The whole, in one language."""

    language: str
    title: str  # of the document
    subject: str  # region and period, at the top
    sections: tuple[Section, ...]
    version: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)  # words of the page's own controls

    def section(self, id: str) -> Section:
        """The section of an id; `KeyError` where there is none."""
        for section in self.sections:
            if section.id == id:
                return section
        raise KeyError(id)

    def tables(self) -> tuple[Table, ...]:
        """Every table, in reading order, those behind figures too."""
        found: list[Table] = []
        for block in (block for section in self.sections for block in section.blocks):
            if isinstance(block, Table):
                found.append(block)
            elif isinstance(block, Figure) and block.table is not None:
                found.append(block.table)
        return tuple(found)


def rows_of(items: Sequence[Sequence[object]]) -> tuple[tuple[object, ...], ...]:
    """Rows as a table keeps them."""
    return tuple(tuple(item) for item in items)
