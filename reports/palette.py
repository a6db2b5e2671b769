"""Colours of the report, light and dark, each with one meaning; contrasts are computed, not believed.

Teal: proposed, or carried by data. Grey-blue: today, neutral. Rust: burden. Ochre: elsewhere, a result awaited.
Departments have no colours; they have names.
"""

from __future__ import annotations

LIGHT = {
    "ground": "#fbfaf7",
    "raised": "#ffffff",
    "tint": "#f2f0ea",
    "rule": "#dcd9d0",
    "edge": "#74808e",
    "ink": "#1b232d",
    "ink-2": "#566171",
    "teal": "#0b6b63",
    "today": "#7a8694",
    "first": "#5f7186",
    "multi": "#9a6714",
    "collection": "#a03f27",
    "correction": "#c9775c",
    "other": "#8a8178",
    "work": "#33475b",
    "queue": "#65768b",
    "corrected": "#b0543a",
    "awaited": "#9a6714",
    "relay": "#7d6287",
    "still": "#6f6d67",
    "tint-share": "#d3e6e2",
    "tint-repeat": "#efe0c4",
    "tint-own": "#e4e6ea",
    "tint-burden": "#f3e4df",
    "tint-proposed": "#dcecea",
}
DARK = {
    "ground": "#11151a",
    "raised": "#181e25",
    "tint": "#1a2028",
    "rule": "#2e3742",
    "edge": "#8792a0",
    "ink": "#e7eaee",
    "ink-2": "#a2adb9",
    "teal": "#5fc6b6",
    "today": "#8792a0",
    "first": "#8496aa",
    "multi": "#c9994a",
    "collection": "#db7a5f",
    "correction": "#a9573f",
    "other": "#97908a",
    "work": "#b4c1cf",
    "queue": "#75879c",
    "corrected": "#db7a5f",
    "awaited": "#c9994a",
    "relay": "#a488b0",
    "still": "#8f8d88",
    "tint-share": "#1d3b38",
    "tint-repeat": "#43341b",
    "tint-own": "#2a323c",
    "tint-burden": "#3a2620",
    "tint-proposed": "#18322f",
}
# Shapes that carry a number or a meaning by themselves; each gets the text colour that reads best on it.
SHAPES = (
    "teal",
    "today",
    "first",
    "multi",
    "collection",
    "correction",
    "other",
    "work",
    "queue",
    "corrected",
    "awaited",
    "relay",
    "still",
)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of ``#rrggbb``, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2), 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 3)
    21.0
    """
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def on(colour: str) -> str:
    """The text colour for a shape: the darker or the lighter of two inks, whichever reads better."""
    return max(("#ffffff", "#11151a"), key=lambda ink: contrast(ink, colour))


def variables(palette: dict[str, str]) -> str:
    """The palette as CSS custom properties."""
    lines = [f"--{name}:{colour}" for name, colour in palette.items()]
    lines += [f"--on-{name}:{on(palette[name])}" for name in SHAPES]
    return ";".join(lines)
