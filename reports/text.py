"""Numbers, dates and names as text: by the locale of the language in force, names harmless whatever they hold.

Names come from logs and may be hostile: 500 characters, control characters, marks that turn the direction of writing.
`name` makes one line of text of them; `strong` marks a stretch that a page prints bold, a Word file too, and everything
else drops (`plain`). The marks are private-use characters, taken out of every name first, so none can forge them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import wording

OPEN, CLOSE = "\ue000", "\ue001"  # strong
NEW, OLD = "\ue002", "\ue003"  # up to the next one: the proposed number, back to ordinary
MARKS = OPEN + CLOSE + NEW + OLD
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufffe\uffff" + MARKS + "]+")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

MINUS = "\u2212"


def locale() -> str:
    """Babel's name of the language in force."""
    return {"zh": "zh_Hans_CN", "en": "en_GB"}[wording.language()]


def number(value: float, digits: int = 1) -> str:
    """A decimal with so many digits, grouped as the locale groups, with a true minus sign.

    >>> with wording.using("en"):
    ...     number(-1234.56)
    '−1,234.6'
    """
    from babel.numbers import format_decimal

    if not math.isfinite(value):
        return "–"
    rounded = round(value, digits) + 0.0  # no "-0.0"
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(rounded, pattern, locale=locale())).replace("-", MINUS)


class Counted(str):
    """A whole number as text that knows which word follows it in a sentence: ``{n:trip|trips}``."""

    __slots__ = ("one",)
    one: bool

    def __format__(self, spec: str) -> str:
        single, bar, several = spec.partition("|")
        return f"{self!s} {single if self.one else several}" if bar else format(str(self), spec)


def count(value: int) -> Counted:
    """A whole number.

    >>> with wording.using("zh"):
    ...     count(8700)
    '8,700'
    >>> f"{count(1):trip|trips}, {count(1200):trip|trips}"
    '1 trip, 1,200 trips'
    """
    text = Counted(number(value, 0))
    text.one = value == 1
    return text


def days(hours: float, digits: int = 1) -> str:
    """Hours as days of 24 hours."""
    return number(hours / 24, digits)


def span(hours: float) -> str:
    """A span of time with its unit: minutes, hours or days, as the length asks.

    >>> with wording.using("en"):
    ...     span(0.5), span(30), span(72)
    ('30 min', '30.0 h', '3.0 days')
    """
    if hours < 1:
        return wording.say("report.span.minutes", n=number(60 * hours, 0))
    if hours < 48:
        return wording.say("report.span.hours", n=number(hours))
    return wording.say("report.span.days", n=days(hours))


def percent(share: float) -> str:
    """A share of 0 to 1 as a whole per cent.

    >>> with wording.using("zh"):
    ...     percent(0.536)
    '54%'
    """
    return f"{number(100 * share, 0)}%"


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, also where it is positive; nought has none.

    >>> with wording.using("en"):
    ...     signed(2.26), signed(0.0)
    ('+2.3', '0.0')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 and round(value, digits) else text


def day(value: datetime | date) -> str:
    """A date: `2024年3月4日`, `4 Mar 2024`."""
    from babel.dates import format_date

    return str(format_date(value, "long" if wording.language() == "zh" else "medium", locale=locale()))


def name(text: object, width: int = 0) -> str:
    """A name of the log as one line of text; `width` > 0 shortens it to so many columns (a wide character takes two).

    >>> name("a\\x00b\\u202ec")
    'a bc'
    >>> name("市场监督管理局", 8)
    '市场监…'
    """
    clean = " ".join(_DIRECTION.sub("", _UNWANTED.sub(" ", str(text))).split())
    return shorten(clean, width) if width else clean


def columns(text: str) -> int:
    """How many columns a text takes: wide characters two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shorten(text: str, width: int) -> str:
    """The text, or its beginning and an ellipsis where it takes more than `width` columns."""
    if columns(text) <= width:
        return text
    taken, used = [], 1
    for character in text:
        used += columns(character)
        if used > width:
            break
        taken.append(character)
    return "".join(taken).rstrip() + "…"


def strong(text: object, width: int = 0) -> str:
    """A name that the page prints bold."""
    return OPEN + name(text, width) + CLOSE


def new(text: str) -> str:
    """A proposed number, which the page prints in the colour of the proposal."""
    return NEW + text + OLD


def plain(text: str) -> str:
    """A text without the marks of `strong` and `new`."""
    return text.translate({ord(mark): None for mark in MARKS})


def listed(items: Iterable[str], *, either: bool = False) -> str:
    """Names in a row, as a sentence has them: `A、B 和 C`, `A, B and C`; with `either`, `A, B or C`."""
    parts = list(items)
    if len(parts) < 2:
        return "".join(parts)
    last = wording.say("report.list.or" if either else "report.list.and")
    gap = " " if parts[-1][:1].isdigit() and not last.endswith(" ") else ""  # Chinese sets a number off
    return wording.say("report.list.comma").join(parts[:-1]) + last + gap + parts[-1]


def top(items: Sequence[str], most: int = 3) -> str:
    """At most so many names in a row, and how many more there are."""
    if len(items) <= most:
        return listed(items)
    head = wording.say("report.list.comma").join(items[:most])
    return wording.say("report.list.more", names=head, n=len(items) - most)
