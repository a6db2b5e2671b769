"""What a layout is made of: boxes, lines, labels, lanes. Plain numbers in px, the pool beginning at (0, 0)."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height, in px."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.y + self.h

    @property
    def cx(self) -> int:
        """The middle, across."""
        return self.x + self.w // 2

    @property
    def cy(self) -> int:
        """The middle, down."""
        return self.y + self.h // 2


@dataclass(frozen=True, slots=True)
class Shape:
    """A node or data object. Text of a task stands inside it (no `label_box`), other text in its `label_box`."""

    id: str
    kind: str  # a Kind's value, or "data"
    lane: str
    box: Box
    lines: tuple[str, ...] = ()
    label_box: Box | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A sequence flow or data association as an orthogonal polyline."""

    id: str
    source: str
    target: str
    kind: str  # "flow" or "association"
    points: tuple[Point, ...]
    back: bool = False
    lines: tuple[str, ...] = ()
    label_box: Box | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane's band over the whole width; `name` is the model's word, `label` what is shown."""

    name: str
    label: str
    box: Box
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that is drawn of a model. `pool` begins at (0, 0)."""

    pool: Box
    lanes: tuple[Lane, ...]
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
