"""A drawing made elsewhere, fit for the page: no script, no outside link, no style of its own, ids of its own."""

from __future__ import annotations

import re
from typing import Any

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_BANNED = ("script", "foreignObject", "style", "image", "iframe", "animate", "set", "a", "title")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


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
    """A view box instead of a size, and a name."""
    if "viewBox" not in root.attrib:
        sizes = [re.match(r"[\d.]+", root.get(key, "")) for key in ("width", "height")]
        width, height = (size[0] if size else "100" for size in sizes)
        root.set("viewBox", f"0 0 {width} {height}")
    for key in ("preserveAspectRatio", *(() if sized else ("width", "height"))):
        root.attrib.pop(key, None)
    root.set("id", f"{prefix}drawing")
    root.set("role", "img")
    root.set("aria-label", label)
    root.set("class", " ".join(dict.fromkeys((*root.get("class", "").split(), "drawing"))))


def view_box(svg: str) -> tuple[float, float, float, float]:
    """A drawing's view box: left, top, width, height."""
    found = re.search(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"', svg)
    return tuple(float(found[i]) for i in range(1, 5)) if found else (0.0, 0.0, 100.0, 100.0)  # type: ignore[return-value]
