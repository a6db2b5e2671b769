"""SVG to PNG, for what takes no vectors; by resvg, with the machine's own fonts."""

from __future__ import annotations


def png(svg: str, *, width: int = 1600, background: str = "#ffffff") -> bytes:
    """A drawing as PNG.

    Parameters
    ----------
    svg
        A whole SVG document.
    width
        Pixels; the height follows.
    background
        Colour behind it.
    """
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, background=background))
