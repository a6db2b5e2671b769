"""Graphviz as a calculator: boxes and edges go in with their sizes, coordinates come out; we draw ourselves.

Sizes are ours, not a font's, so that the program which ships with onething (`graphviz-pure`) and an installed `dot`
give the same picture. No text is passed, so none needs quoting.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wording.errors import OnethingError

PX_PER_INCH = 72
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes in one frame; `title_w`, `title_h`: room for its title."""

    nodes: tuple[int, ...]
    title_w: float
    title_h: float


@dataclass(frozen=True, slots=True)
class Link:
    """An edge between nodes, by their index; `weight` straightens it, a label of `label_w` px keeps its room."""

    source: int
    target: int
    weight: int = 1
    label_w: float = 0
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Coordinates in px, y downwards: middles of nodes, Bezier control points of edges (3n + 1, the last the tip),
    middles of labels (None: no label), frames of clusters as (left, top, width, height)."""

    width: float
    height: float
    nodes: tuple[Point, ...]
    curves: tuple[tuple[Point, ...], ...]
    labels: tuple[Point | None, ...]
    frames: tuple[tuple[float, float, float, float], ...]


def program() -> str:
    """The Graphviz program: the one installed with onething, else any on the path.

    Raises
    ------
    OnethingError
        There is none.
    """
    own = Path(sys.executable).parent / ("graphviz-pure.exe" if sys.platform == "win32" else "graphviz-pure")
    if own.exists():
        return str(own)
    found = shutil.which("graphviz-pure") or shutil.which("dot")
    if found is None:
        raise OnethingError("diagrams.no-graphviz")
    return found


def place(
    sizes: Sequence[tuple[float, float]],
    links: Sequence[Link],
    *,
    clusters: Sequence[Cluster] = (),
    down: bool = False,
    node_gap: float = 32,
    rank_gap: float = 48,
    engine: str | None = None,
) -> Placed:
    """Lay out boxes of given sizes (px).

    Parameters
    ----------
    down
        Flow downwards instead of to the right.
    node_gap, rank_gap
        Px between boxes of a rank, and between ranks.
    engine
        The Graphviz program; None: `program`.
    """
    source = _source(sizes, links, clusters, down, node_gap, rank_gap)
    command = [engine or program(), "-Tjson"]
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        reason = getattr(error, "stderr", b"") or str(error).encode()
        text = reason.decode("utf-8", "replace").strip()[:300]
        raise OnethingError("diagrams.graphviz-failed", program=command[0], reason=text) from error
    return _read(json.loads(done.stdout), len(sizes), len(links), len(clusters))


def _room(width: float, height: float) -> str:
    return (
        f'<<TABLE BORDER="0" CELLPADDING="0" FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{height:.0f}">'
        "<TR><TD></TD></TR></TABLE>>"
    )


def _source(
    sizes: Sequence[tuple[float, float]],
    links: Sequence[Link],
    clusters: Sequence[Cluster],
    down: bool,
    node_gap: float,
    rank_gap: float,
) -> str:
    lines = [
        "digraph {",
        f"rankdir={'TB' if down else 'LR'};",
        f"nodesep={node_gap / PX_PER_INCH:.3f}; ranksep={rank_gap / PX_PER_INCH:.3f};",
        'node [shape=box fixedsize=true label=""]; edge [arrowsize=0.6];',
    ]
    lines += [f"n{i} [width={w / PX_PER_INCH:.4f} height={h / PX_PER_INCH:.4f}];" for i, (w, h) in enumerate(sizes)]
    for index, cluster in enumerate(clusters):
        title = _room(cluster.title_w, cluster.title_h)
        inside = "".join(f"n{i};" for i in cluster.nodes)
        lines.append(f"subgraph cluster_{index} {{ margin=12; labeljust=l; label={title}; {inside} }}")
    for index, link in enumerate(links):
        label = f" label={_room(link.label_w, 16)}" if link.label_w else ""
        lines.append(
            f'n{link.source} -> n{link.target} [id="e{index}" weight={link.weight} penwidth={link.width:.1f}{label}];'
        )
    return "\n".join([*lines, "}"])


def _pair(text: str, height: float) -> Point:
    x, y = text.split(",")
    return round(float(x), 1), round(height - float(y), 1)


def _read(graph: dict[str, Any], nodes: int, links: int, clusters: int) -> Placed:
    _, _, width, height = (float(v) for v in graph["bb"].split(","))
    places: dict[str, Point] = {}
    frames: dict[str, tuple[float, float, float, float]] = {}
    for item in graph.get("objects", []):
        if "pos" in item:
            places[item["name"]] = _pair(item["pos"], height)
        elif "bb" in item:
            x0, y0, x1, y1 = (float(v) for v in item["bb"].split(","))
            frames[item["name"]] = (round(x0, 1), round(height - y1, 1), round(x1 - x0, 1), round(y1 - y0, 1))
    curves: list[tuple[Point, ...]] = [()] * links
    labels: list[Point | None] = [None] * links
    for edge in graph.get("edges", []):
        index = int(edge["id"][1:])
        parts = edge["pos"].split()
        points = [_pair(p, height) for p in parts if p[0] not in "es"]
        tips = [_pair(p[2:], height) for p in parts if p.startswith("e,")]
        curves[index] = (*points, *tips)
        if "lp" in edge:
            labels[index] = _pair(edge["lp"], height)
    return Placed(
        width,
        height,
        tuple(places[f"n{i}"] for i in range(nodes)),
        tuple(curves),
        tuple(labels),
        tuple(frames[f"cluster_{i}"] for i in range(clusters)),
    )
