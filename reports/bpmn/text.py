"""How wide text is and where it breaks: one estimate for the drawing, the BPMN file and the flow maps.

No font is asked: the reader's machine has its own. A wide character (Chinese, full-width) is as wide as the font is
high; of the others an average of the usual sans-serif fonts is taken, on the safe side.
"""

from __future__ import annotations

import math
import unicodedata

FONT = '"PingFang SC","HarmonyOS Sans SC","Source Han Sans SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif'
NARROW = set("iljtfrI.,;:'|!()[]{} ·")
WIDE_LATIN = set("mwMWOQGD@%")
# No line begins with these, as Chinese typesetting has it.
NOT_FIRST = set("，。、；：？！）》」』】〉’”%,.;:?!)]}")


def char_width(char: str, size: float) -> float:
    """Estimated width of one character at a font size, in px."""
    if unicodedata.east_asian_width(char) in "WFA" and not unicodedata.combining(char):
        return size
    if char in NARROW:
        return size * 0.36
    return size * (0.86 if char in WIDE_LATIN else 0.68 if char.isupper() else 0.58)


def text_width(text: str, size: float) -> int:
    """Estimated width of a line, in px, rounded up.

    >>> text_width("营业执照", 12)
    48
    """
    return math.ceil(sum(char_width(char, size) for char in text))


def clean(text: str) -> str:
    """One line of text without characters that XML 1.0 forbids or that would turn the line around."""
    kept = (" " if c.isspace() else c for c in text if ord(c) >= 32 or c.isspace())
    bad = {0xFFFE, 0xFFFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}
    return " ".join("".join(c for c in kept if ord(c) not in bad and not 0xD800 <= ord(c) < 0xE000).split())


def safe(text: str) -> str:
    """The text without characters that XML 1.0 cannot hold."""
    forbidden = {0xFFFE, 0xFFFF}
    return "".join(
        c for c in text if (ord(c) >= 32 or c in "\t\n\r") and ord(c) not in forbidden and not 0xD800 <= ord(c) < 0xE000
    )


def _pieces(text: str) -> list[str]:
    """Unbreakable pieces: words of narrow characters, single wide characters with the punctuation after them."""
    pieces: list[str] = []
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        joins = bool(pieces) and (char in NOT_FIRST or unicodedata.combining(char) > 0)
        inside = bool(pieces) and not wide and not pieces[-1].endswith(" ")
        inside = inside and unicodedata.east_asian_width(pieces[-1][-1]) not in "WF"
        if joins or inside or (char == " " and pieces):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _split_long(piece: str, width: float, size: float) -> list[str]:
    parts, line = [], ""
    for char in piece:
        if line and text_width(line + char, size) > width:
            parts.append(line)
            line = ""
        line += char
    return [*parts, line]


def _fill(pieces: list[str], width: float, size: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for whole in pieces:
        fits = text_width(whole.rstrip(), size) <= width
        for piece in [whole] if fits else _split_long(whole, width, size):
            if line and text_width((line + piece).rstrip(), size) > width:
                lines.append(line.strip())
                line = ""
            line += piece
    return [*lines, line.strip()] if line.strip() else lines


def wrap(text: str, width: float, size: float, *, most: int = 3) -> tuple[str, ...]:
    """Lines of at most `width` px, evenly filled; what does not go into `most` lines ends in an ellipsis.

    >>> wrap("一次性告知并补正", 90, 12)
    ('一次性告', '知并补正')
    """
    text = clean(text)
    pieces = _pieces(text)
    lines = _fill(pieces, width, size)
    if len(lines) > most:
        lines = lines[:most]
        last = lines[-1]
        while last and text_width(last + "…", size) > width:
            last = last[:-1]
        return (*lines[:-1], last + "…")
    narrow = width
    # Even out, but break no word for it.
    least = max([size, *(text_width(piece.strip(), size) for piece in pieces)])
    while len(lines) > 1 and narrow - size / 2 >= least:
        narrower = _fill(pieces, narrow - size / 2, size)
        if len(narrower) > len(lines):
            break
        lines, narrow = narrower, narrow - size / 2
    return tuple(lines)


def widest(lines: tuple[str, ...], size: float) -> int:
    """Width of the widest line, in px; 0 of none."""
    return max((text_width(line, size) for line in lines), default=0)
