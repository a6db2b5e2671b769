"""save: a drawing of ours as SVG, PDF or PNG.

Our drawings are simple: rectangles, circles, paths, text, and style rules of classes. matplotlib, which comes with
pm4py, draws those to PDF (vectors, text that can be searched) and PNG; no browser and no system library is needed, only
a font that has the text's characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from reports.palette import LIGHT, variables
from wording.errors import OnethingError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONTS = (
    "PingFang SC",
    "HarmonyOS Sans SC",
    "Source Han Sans SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "Hiragino Sans GB",
    "Noto Sans CJK JP",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "SimHei",
    "Arial Unicode MS",
)
LATIN = "DejaVu Sans"  # comes with matplotlib
POINTS_PER_PX = 0.75
PNG_DPI = 192
KINDS = (".svg", ".pdf", ".png")


def save(svg: str, path: Path) -> None:
    """Write a drawing of `reports.bpmn.drawing` or `reports.flow_maps` in the kind that the file's name ends with.

    Raises
    ------
    UsageError
        The name ends in neither .svg, .pdf nor .png.
    OnethingError
        The drawing has Chinese text and no font of this machine has its characters.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise UsageError("diagrams.no-kind", path=str(path), kinds=", ".join(KINDS))
    if kind == ".svg":
        path.write_text(svg, "utf-8")
        return
    _print(svg, path, kind[1:])


def _print(svg: str, path: Path, kind: str) -> None:
    import matplotlib
    from matplotlib.figure import Figure

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(svg.encode("utf-8"), parser)
    x, y, width, height = (float(v) for v in root.get("viewBox", "0 0 100 100").split())
    # Type 3, for matplotlib labels an embedded OpenType font wrongly as Type 42; text can be searched in both.
    settings: Any = {"pdf.fonttype": 3, "font.family": _fonts("".join(root.itertext())), "text.parse_math": False}
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(width / 96, height / 96), facecolor=LIGHT["ground"])
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(x, x + width)
        axes.set_ylim(y + height, y)
        axes.set_axis_off()
        _Painter(axes, _rules(root)).paint(root)
        facts = {"CreationDate": None} if kind == "pdf" else {"Software": None}
        figure.savefig(path, format=kind, dpi=PNG_DPI, facecolor=LIGHT["ground"], metadata=facts)


def _fonts(text: str) -> list[str]:
    """Fonts of this machine that have the text's characters."""
    from matplotlib import font_manager

    here = {font.name for font in font_manager.fontManager.ttflist}
    found = [name for name in FONTS if name in here]
    if not found and any("\u4e00" <= char <= "\u9fff" for char in text):
        raise OnethingError("diagrams.no-font", fonts=", ".join(FONTS))
    return [*found[:2], LATIN]


@dataclass(frozen=True, slots=True)
class Compound:
    """One step of a selector: an element's name (or none) with classes that it has and has not."""

    name: str
    classes: frozenset[str]
    without: frozenset[str]

    def fits(self, element: Any) -> bool:
        """Whether an element is meant."""
        own = set(element.get("class", "").split())
        named = not self.name or etree.QName(element).localname == self.name
        return bool(named and self.classes <= own and not self.without & own)


@dataclass(frozen=True, slots=True)
class Rule:
    """A style rule: a selector of descendants, its weight, and what it sets."""

    steps: tuple[Compound, ...]
    weight: int
    sets: tuple[tuple[str, str], ...]

    def fits(self, element: Any) -> bool:
        """Whether the rule is for an element."""
        if not self.steps[-1].fits(element):
            return False
        above = list(element.iterancestors())
        for step in reversed(self.steps[:-1]):
            while above and not step.fits(above[0]):
                above.pop(0)
            if not above:
                return False
            above.pop(0)
        return True


def _rules(root: Any) -> list[Rule]:
    """The rules of a drawing that stands alone, its light colours filled in."""
    text = "".join(root.xpath("//*[local-name()='style']/text()"))
    text = re.sub(r"@media[^{]*\{[^{}]*\{[^{}]*\}\s*\}", "", text)
    colours = dict(part.split(":") for part in variables(LIGHT).split(";"))
    text = re.sub(r"var\((--[\w-]+)\)", lambda m: colours.get(m[1], "#000"), text)
    rules = []
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        sets = tuple((k.strip(), v.strip()) for k, _, v in (part.partition(":") for part in body.split(";")) if v)
        for selector in selectors.split(","):
            steps = tuple(_compound(part) for part in selector.split())
            weight = len(re.findall(r"\.", selector)) * 10 + sum(bool(step.name) for step in steps)
            rules.append(Rule(steps, weight, sets))
    return sorted(rules, key=lambda rule: rule.weight)


def _compound(text: str) -> Compound:
    without = re.findall(r":not\(\.([\w-]+)\)", text)
    plain = re.sub(r":not\([^)]*\)", "", text)
    name = re.match(r"[a-z]*", plain)
    return Compound(name[0] if name else "", frozenset(re.findall(r"\.([\w-]+)", plain)), frozenset(without))


INHERITED = ("fill", "font-size", "font-weight", "text-anchor", "text-decoration")


class _Painter:
    """Draws the elements of a document, one after the other."""

    def __init__(self, axes: Axes, rules: list[Rule]) -> None:
        self.axes = axes
        self.rules = rules
        self.layer = 1.0

    def paint(self, element: Any, inherited: dict[str, str] | None = None) -> None:
        """Draw an element and what is in it."""
        if not isinstance(element.tag, str):
            return
        name = etree.QName(element).localname
        if name in ("defs", "style", "title", "desc", "marker"):
            return
        style = dict(inherited or {})
        for rule in self.rules:
            if rule.fits(element):
                style |= dict(rule.sets)
        style |= {key: value for key, value in element.attrib.items() if key in ("stroke-width", "fill", "stroke")}
        if style.get("display") == "none":
            return
        self.layer += 0.01
        if name in ("rect", "circle", "path"):
            self._shape(name, element, style)
        elif name == "text":
            self._text(element, style)
        else:
            passed = {key: value for key, value in style.items() if key in INHERITED and name != "svg"}
            for child in element:
                self.paint(child, passed)

    def _shape(self, name: str, element: Any, style: dict[str, str]) -> None:
        from matplotlib.patches import Circle, FancyBboxPatch, PathPatch

        look: dict[str, Any] = {
            "facecolor": style.get("fill", "none"),
            "edgecolor": style.get("stroke", "none"),
            "linewidth": float(style.get("stroke-width", "1")) * POINTS_PER_PX,
            "zorder": self.layer,
        }
        dashes = style.get("stroke-dasharray")
        if dashes:
            width = max(look["linewidth"], 0.1)
            look["linestyle"] = (0, tuple(float(d) * POINTS_PER_PX / width for d in dashes.split()))
        if name == "circle":
            centre = (float(element.get("cx")), float(element.get("cy")))
            self.axes.add_patch(Circle(centre, float(element.get("r")), **look))
            return
        if name == "rect":
            x, y, w, h = (float(element.get(key, "0")) for key in ("x", "y", "width", "height"))
            r = min(float(element.get("rx", "0")), w / 2, h / 2)
            box = f"round,pad=0,rounding_size={r}" if r else "square,pad=0"
            self.axes.add_patch(FancyBboxPatch((x, y), w, h, boxstyle=box, **look))
            return
        points, codes = _path(element.get("d", ""))
        from matplotlib.path import Path as Outline

        look["capstyle"] = "butt"
        self.axes.add_patch(PathPatch(Outline(points, codes), **look))
        if element.get("marker-end"):
            self._head(points, look["edgecolor"])

    def _head(self, points: list[tuple[float, float]], colour: str) -> None:
        from matplotlib.patches import Polygon

        (bx, by), (x, y) = next((a, b) for a, b in reversed(list(pairwise(points))) if a != b)
        length = max(((x - bx) ** 2 + (y - by) ** 2) ** 0.5, 1e-9)
        ux, uy = (x - bx) / length, (y - by) / length
        corners = [(x, y), (x - 7 * ux - 3 * uy, y - 7 * uy + 3 * ux), (x - 7 * ux + 3 * uy, y - 7 * uy - 3 * ux)]
        self.axes.add_patch(Polygon(corners, facecolor=colour, edgecolor="none", zorder=self.layer + 0.005))

    def _text(self, element: Any, style: dict[str, str]) -> None:
        from matplotlib import patheffects

        anchor = {"middle": "center", "end": "right"}.get(style.get("text-anchor", "start"), "left")
        spans = [child for child in element if isinstance(child.tag, str)] or [element]
        for span in spans:
            text = span.text or ""
            drawn = self.axes.text(
                float(span.get("x", "0")),
                float(span.get("y", "0")),
                text,
                fontsize=float(style.get("font-size", "12px").removesuffix("px")) * POINTS_PER_PX,
                fontweight=700 if int(style.get("font-weight", "400")) >= 600 else 400,  # what most fonts have
                color=style.get("fill", "#000"),
                ha=anchor,
                va="baseline",
                zorder=self.layer + 5,
            )
            if style.get("paint-order"):
                width = float(style.get("stroke-width", "3px").removesuffix("px")) * POINTS_PER_PX
                drawn.set_path_effects([patheffects.withStroke(linewidth=width, foreground=style["stroke"])])


def _path(data: str) -> tuple[list[tuple[float, float]], list[int]]:
    """Points and matplotlib's codes of path data with the commands that our drawings use: M L H V C Q A Z."""
    numbers = r"-?(?:\d+\.?\d*|\.\d+)"
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    x = y = start_x = start_y = 0.0
    for command, rest in re.findall(r"([MLHVCQAZmlhvcqaz])([^MLHVCQAZmlhvcqaz]*)", data):
        values = [float(v) for v in re.findall(numbers, rest)]
        kind, near = command.upper(), command.islower()
        if kind == "Z":
            points.append((start_x, start_y))
            codes.append(79)
            x, y = start_x, start_y
            continue
        size = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "A": 7}[kind]
        for at in range(0, len(values), size):
            part = values[at : at + size]
            if kind in "HV":
                part = [part[0] + (x if near else 0), y] if kind == "H" else [x, part[0] + (y if near else 0)]
            elif kind == "A":  # half circles of a sign: drawn as a curve over its side
                ex, ey = part[5] + (x if near else 0), part[6] + (y if near else 0)
                bow = (ex - x) * 2 / 3 * (1 if part[4] == 0 else -1)
                part = [x, y + bow, ex, ey + bow, ex, ey]
            elif near:
                part = [value + (x, y)[i % 2] for i, value in enumerate(part)]
            pairs = list(zip(part[0::2], part[1::2], strict=True))
            points += pairs
            codes += {"M": [1], "C": [4] * 3, "A": [4] * 3, "Q": [3] * 2}.get(kind, [2])
            x, y = pairs[-1]
            if kind == "M":
                start_x, start_y = x, y
    return points, codes
