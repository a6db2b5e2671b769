"""A drawing made elsewhere, fit for the page: no script, no outside link, no style of its own, ids of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_BANNED = ("script", "foreignObject", "style", "image", "iframe", "animate", "set", "a", "title")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
READABLE = 11 / 12  # the page's smallest text in a drawing, of the 12 px that it is drawn with
TALL = 700  # px: a drawing as tall as a screen keeps its own size instead of filling the line
SHEET = 930  # px of a drawing that a sheet of A4 holds across and that can be read there
SPARE = 160  # px before that in which a cut may be moved to pass between two boxes


def embed(svg: str, prefix: str, label: str, *, sized: bool = False) -> str:
    """The drawing as an element of the page.

    Parameters
    ----------
    svg
        A whole SVG document.
    prefix
        Put before every id, so that two drawings do not share one.
    label
        What the picture shows, for those who do not see it.
    sized
        Whether it keeps its own size instead of filling the line.

    Raises
    ------
    ValueError
        It is no SVG.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(svg.encode("utf-8"), parser)
    if etree.QName(root).localname != "svg":
        raise ValueError(svg[:80])
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        local = etree.QName(element).localname
        if local == "a":  # keep what it wraps
            element.tag = f"{{{SVG}}}g"
        elif local in _BANNED and element.getparent() is not None:
            _drop(element)
            continue
        _clean(element, prefix)
    _frame(root, prefix, label, sized)
    etree.cleanup_namespaces(root)
    text: str = etree.tostring(root, encoding="unicode")
    return text


def _drop(element: Any) -> None:
    """Take an element out, keeping the text that follows it."""
    parent = element.getparent()
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _clean(element: Any, prefix: str) -> None:
    """Drop handlers, styles and outside references; put the prefix before ids and references to them."""
    for name, value in list(element.attrib.items()):
        local = name.rpartition("}")[2].lower()
        if local.startswith("on") or local == "style" or ("://" in value and local != "xmlns"):
            del element.attrib[name]
        elif local == "href":
            del element.attrib[name]
            if value.startswith("#"):
                element.set("href", f"#{prefix}{value[1:]}")
        elif local == "id":
            element.set(name, prefix + value)
        elif "url(" in value:
            element.set(name, _REFERENCE.sub(lambda m: f"url(#{prefix}{m[1]})", value))
            if not _REFERENCE.search(value):
                del element.attrib[name]


def _frame(root: Any, prefix: str, label: str, sized: bool) -> None:
    """A view box, a name, and the least width at which its text can be read: a narrower screen scrolls."""
    if "viewBox" not in root.attrib:
        sizes = [re.match(r"[\d.]+", root.get(key, "")) for key in ("width", "height")]
        width, height = (size[0] if size else "100" for size in sizes)
        root.set("viewBox", f"0 0 {width} {height}")
    _, _, wide, high = (float(value) for value in root.get("viewBox").split())
    kinds = [*root.get("class", "").split(), "drawing", *(["own"] if sized or high > TALL else [])]
    root.attrib.pop("preserveAspectRatio", None)
    if not sized:
        root.attrib.pop("height", None)
        root.set("width", f"{wide * (1 if high > TALL else READABLE):.0f}")
    root.set("id", f"{prefix}drawing")
    root.set("role", "img")
    root.set("aria-label", label)
    root.set("class", " ".join(dict.fromkeys(kinds)))


def view_box(svg: str) -> tuple[float, float, float, float]:
    """A drawing's view box: left, top, width, height."""
    found = re.search(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"', svg)
    return tuple(float(found[i]) for i in range(1, 5)) if found else (0.0, 0.0, 100.0, 100.0)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch of a drawing for one line of a sheet: what it shows, left to right, after the names of the lanes."""

    x: float
    width: float


def strips(svg: str) -> tuple[Strip, ...]:
    """A process wider than a sheet, cut between its steps; none of one that a sheet holds.

    Every strip is to be drawn after the names of the lanes (`names`), so that each can be read by itself.
    """
    left, _, width, _ = view_box(svg)
    start, right = left + names(svg), left + width
    if width <= SHEET * 1.25:
        return ()
    room = SHEET - names(svg)
    boxes = [(float(x), float(x) + float(w)) for x, w in re.findall(r'<rect x="([-\d.]+)"[^>]*? width="([\d.]+)"', svg)]
    boxes = [(a, b) for a, b in boxes if b - a < SPARE + 40]  # steps, not lanes
    boxes += [(float(x) - 26, float(x) + 26) for x in re.findall(r'<path d="M([-\d.]+) [-\d.]+L', svg)]
    found = []
    while start < right:
        end = min(start + room, right)
        if end < right:
            free = (x for x in range(int(end), int(end - SPARE), -4) if not any(a - 6 < x < b + 6 for a, b in boxes))
            end = next(free, end)
        found.append(Strip(start, end - start))
        start = end
    return tuple(found)


def names(svg: str) -> float:
    """Width of the column with the names of a process' lanes: what lies left of its steps."""
    return 60 - view_box(svg)[0]
