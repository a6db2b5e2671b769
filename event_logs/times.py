"""What a cell means as a time: the many forms that exports and people write, as expressions over a column of text."""

from __future__ import annotations

import re

import ibis
import ibis.expr.types as ir

from event_logs.functions import (
    from_microseconds,
    instant,
    parse_time,
    seconds,
    text_of,
    texts_of,
    translate,
    trim,
    wall_clock,
)
from event_logs.values import BLANK, Part, Step

_WIDE_DIGITS = "０１２３４５６７８９：－／．　"
_NARROW_DIGITS = "0123456789:-/. "

# What the engine's own cast does not know. Order matters where a text fits two of them: year first.
FORMATS = (
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%S",
    "%Y%m%d %H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d %H:%M",
    "%Y%m%d%H%M",
    "%Y%m%d",
    "%Y%m%d%H%M%S.%g",
    "%Y%m%dT%H%M%S.%f",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日%H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H:%M",
    "%Y年%m月%d日 %H时%M分",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日 %H时",
    "%Y年%m月%d日%H时",
    "%Y年%m月%d日",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y.%m.%d",
    "%Y-%m-%d-%H.%M.%S.%f",
    "%Y-%m-%d-%H.%M.%S",
    "%Y/%m/%d %I:%M:%S %p",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y/%m/%d %I:%M %p",
    "%Y-%m-%d %I:%M %p",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y-%m-%d %H:%M:%S,%f",
    "%Y-%m-%d %H.%M.%S",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y",
    "%d %b %Y",
    "%a, %d %b %Y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y",
)
DAY_FIRST = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d/%m/%Y %H:%M:%S.%f",
    "%d/%m/%Y %I:%M:%S %p",
)
MONTH_FIRST = (
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%m-%d-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M",
    "%m-%d-%Y",
    "%m/%d/%Y %H:%M:%S.%f",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
)


def _null(kind: str = "string") -> ir.Value:
    return ibis.null(kind)


def _usual_time(text: ir.StringValue, zone: str) -> ir.TimestampValue:
    """A time as most exports write it (``2024-03-04 09:00:00``, or with an offset), else null."""
    length, last = text.length(), text.substr(text.length() - 1, 1)
    dated = (text.substr(4, 1) == "-") & text.substr(10, 1).isin((" ", "T"))
    offset = text.substr(length - 6, 1).isin(("+", "-")) & (text.substr(length - 3, 1) == ":")
    return ibis.cases(
        (dated & (length == 19) & last.between("0", "9"), text.try_cast("timestamp")),
        (
            dated & length.between(20, 35) & ((last == "Z") | offset),
            wall_clock(text_of(zone), text.try_cast("timestamp('UTC')")),
        ),
    )


def is_usual_time(text: ir.StringValue, zone: str) -> ir.BooleanValue:
    """Whether a text is a time as most exports write it, and one that may be meant."""
    return _plausible(_usual_time(text, zone)).fill_null(False)


def plain_time(zone: str) -> tuple[Step, ...]:
    """A column of nothing but times as most exports write them."""
    return (lambda part: {"value": _usual_time(part("value"), zone)},)


def _plausible(time: ir.TimestampValue) -> ir.BooleanValue:
    return time.between(ibis.timestamp("1901-01-02 00:00:00"), ibis.timestamp("2199-12-31 23:59:59"))


def time_steps(zone: str, *, day_first: bool = False) -> tuple[Step, ...]:
    """A time in any of the forms that exports write, as wall-clock time of `zone`; null where it is none.

    A text that carries an offset is converted to `zone`; one without is taken as it stands. Numbers are Excel's days
    (5 digits), or seconds, milli- or microseconds since 1970 (10, 13, 16 digits); 8, 12 and 14 digits are dates.
    """
    orders = (*DAY_FIRST, *MONTH_FIRST) if day_first else (*MONTH_FIRST, *DAY_FIRST)

    def usual(part: Part) -> dict[str, ir.Value]:
        text = part("value")
        found = _usual_time(text, zone)
        return {"found": found, "odd": ibis.ifelse(found.isnull(), text, _null()).nullif("")}

    def narrow(part: Part) -> dict[str, ir.Value]:
        odd = trim(part("odd"), text_of("='\"" + BLANK)).nullif("")
        return {"found": part("found"), "odd": translate(odd, text_of(_WIDE_DIGITS), text_of(_NARROW_DIGITS))}

    def shapes(part: Part) -> dict[str, ir.Value]:
        odd = part("odd")
        zoned = odd.re_search(r"(?i)\d:\d\d.*\d ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})$")
        shape = odd.re_search(r"^\d{5}(\.\d+)?$|^\d{10}(\.\d+)?$|^\d{13}$|^\d{16}$")
        spoken = odd.re_search(_SPOKEN)
        return {
            "found": part("found"),
            "zoned": ibis.ifelse(zoned, odd, _null()),
            "number": ibis.ifelse(shape, odd, _null()).try_cast("float64"),
            "plain": ibis.ifelse(~zoned & ~spoken & odd.re_search(r"^\d{4}\D"), odd, _null()),
            "other": ibis.ifelse(
                ~zoned & ~shape & odd.re_search(r"\d"), ibis.ifelse(spoken, _written_out(odd), odd), _null()
            ),
        }

    def meant(part: Part) -> dict[str, ir.Value]:
        number = part("number")
        at = (
            part("zoned")
            .re_replace(r"(?i) ?(?:Z|UTC|GMT)$", "+00")
            .re_replace(r" ([+-]\d)", r"\1")
            .try_cast("timestamp('UTC')")
        )
        microseconds = (
            ibis.cases((number < 1e10, number * 1e6), (number < 1e13, number * 1e3), else_=number).round().cast("int64")
        )
        days = ibis.timestamp("1899-12-30 00:00:00") + seconds((number * 86_400).round().cast("float64"))
        of_number = ibis.cases(
            (number < 100_000, days),
            (number >= 1e8, wall_clock(text_of(zone), instant(text_of("UTC"), from_microseconds(microseconds)))),
        )
        found = ibis.coalesce(
            part("found"),
            wall_clock(text_of(zone), at),
            part("plain").try_cast("timestamp"),
            of_number,
            parse_time(part("other"), texts_of((*FORMATS, *orders))),
        )
        return {"value": found}

    def plausible(part: Part) -> dict[str, ir.Value]:
        found = part("value")
        return {"value": ibis.ifelse(_plausible(found), found, _null("timestamp"))}

    return (
        usual,
        narrow,
        shapes,
        meant,
        plausible,
    )


# Morning or afternoon said, a weekday, or hours in words: the engine's own cast takes some of it for what it is not.
_SPOKEN = r"(?i)[ap]\.?m|上午|下午|凌晨|早上|中午|晚上|[时点時]|星期|周"


def _written_out(text: ir.StringValue) -> ir.StringValue:
    """A time as people say it, as the formats have it: no weekday, digits between marks, AM or PM behind."""
    for pattern, by in (
        (r"\s*[（(]?(?:星期|周)[一二三四五六日天][）)]?", " "),
        (r"^(\d{4})年(\d{1,2})月(\d{1,2})日?\s*", r"\1-\2-\3 "),
        (r"[时点時]整?$", ":00"),
        (r"[时点時]", ":"),
        (r"分(\d)", r":\1"),
        (r"[分秒]$", ""),
        (r"(?:下午|晚上|中午)\s*((?:1[2-9]|2[0-3]):)", r" \1"),  # a clock of 24 hours beside the word
        (r"(?:上午|凌晨|早上)\s*(0?0:)", r" \1"),
        (r"\s*(?:上午|凌晨|早上)\s*(\S+)", r" \1 AM"),
        (r"\s*(?:下午|晚上|中午)\s*(\S+)", r" \1 PM"),
        (r"(?i)\s([ap]m)\s+(\S+)$", r" \2 \1"),
        (r"^\s+|\s+$", ""),
        (r"(\d)\s\s+(\d)", r"\1 \2"),
    ):
        text = text.re_replace(pattern, by)
    return text


# A number that a column whose name says that it holds times may mean one by: Excel's days of 1990 to 2099, or seconds,
# milliseconds or microseconds since 1970.
NUMBER_OF_TIME = re.compile(r"^(?:3[3-9]|[4-6]\d|7[0-2])\d{3}(?:\.\d+)?$|^\d{10}(?:\.\d+)?$|^\d{13}$|^\d{16}$")

# A glance at a value in Python, for samples: the same forms as `moment`, without their meaning.
TIME_LIKE = re.compile(
    r"^\s*=?['\"]?(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    r"|(?:19|20)\d{6}(?:[T ]?\d{4,6})?(?:\D|$)|\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{4})"
)
