"""What a cell means: text, times, lists and codes, as expressions over a column of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from event_logs.functions import (
    find_all,
    from_microseconds,
    instant,
    parse_time,
    replace_all,
    seconds,
    text_of,
    texts_of,
    translate,
    trim,
    wall_clock,
)
from event_logs.vocabularies import missing

if TYPE_CHECKING:
    from event_logs.backend import Engine

BLANK = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u200c\u200d\u2060"
LIST_MARK = "\x1f"  # what our own readers put between the elements of a list that came as a list

_SAYS_NOTHING = (
    r"(?:^|{mark})(?i:"
    + "|".join(re.escape(word) for kind in ("any", "optional") for word in missing(kind))
    + r")(?:{mark}|$)"
)

# Brackets first: a separator inside a pair does not part a list. An opening bracket without its fellow is plain text.
_ELEMENT = r"(?:（[^（）]*）|\([^()]*\)|【[^【】]*】|\[[^\[\]]*\]|《[^《》]*》|[^;；|｜、\n])+"
_HAS_SEPARATOR = r"[;；|｜、\n\x1f]"

# A list that is more than plain names between semicolons: brackets, blanks, other separators, empty elements.
_MESSY_LIST = (
    r"[\s'\"(（【《\[；｜|、\x1f\x{a0}\x{3000}\x{feff}\x{200b}-\x{200d}\x{2060}]|;;|^;|;$|"
    + _SAYS_NOTHING.format(mark=";")
)

_BLANK_CLASS = r"[ \t\r\n\v\f\x{a0}\x{3000}\x{feff}\x{200b}-\x{200d}\x{2060}'\"]"
ODD_CELL = (
    rf"{_BLANK_CLASS}$|^{_BLANK_CLASS}|^(?i:"
    + "|".join(re.escape(w) for kind in ("any", "optional") for w in missing(kind))
    + ")$"
)

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


Part = Callable[[str], ir.Value]
Step = Callable[[Part], dict[str, ir.Value]]


def in_steps(
    engine: Engine, table: ir.Table, recipes: Mapping[str, Sequence[Step]], *, carry: Sequence[str]
) -> ir.Table:
    """A table with one column for each recipe, made step by step.

    Ibis puts an expression wherever it is used; a step that uses the one before it several times would grow without
    bounds. Each step is therefore a view of its own, of all recipes at once.

    Parameters
    ----------
    recipes
        Column of the table -> steps. A step gets the parts that the one before it gave, by name; the first gets
        ``value``, the column itself, and the last gives ``value``.
    """
    parts: dict[str, list[str]] = {name: ["value"] for name in recipes}
    table = table.select(*carry, **{f"{name}__value": table[name] for name in recipes})
    for number in range(max(map(len, recipes.values()), default=0)):
        columns: dict[str, ir.Value] = {}
        for name, steps in recipes.items():
            if number < len(steps):
                given = steps[number](partial(_part, table, name))
                parts[name] = list(given)
                columns |= {f"{name}__{part}": value for part, value in given.items()}
            else:
                columns[f"{name}__value"] = table[f"{name}__value"]
        table = engine.view("step", table.select(*carry, **columns))
    return table.select(*carry, **{name: table[f"{name}__value"] for name in recipes})


def _part(table: ir.Table, name: str, part: str) -> ir.Value:
    return table[f"{name}__{part}"]


def _null(kind: str = "string") -> ir.Value:
    return ibis.null(kind)


def is_odd(cell: ir.StringValue) -> ir.BooleanValue:
    """Whether a cell has blanks or quotes at an end, or says "nothing here": else it needs no tidying."""
    return cell.re_search(ODD_CELL)


def text_steps(*, also_missing: tuple[str, ...] = (), numeric: bool = False) -> tuple[Step, ...]:
    """Text without blanks at its ends, without the quote or tab that spreadsheets add; what says "nothing" is null.

    With `numeric`, an identifier that a spreadsheet turned into a number loses its ``.0``.
    """
    nothing = tuple(dict.fromkeys((*missing("any"), *also_missing)))

    def looked_at(part: Part) -> dict[str, ir.Value]:
        return {"value": part("value").nullif(""), "odd": is_odd(part("value"))}

    def trimmed(part: Part) -> dict[str, ir.Value]:
        text = part("value")
        return {"value": ibis.ifelse(part("odd"), trim(text, text_of(BLANK)), text), "odd": part("odd")}

    def unquoted(part: Part) -> dict[str, ir.Value]:
        text = part("value")
        quoted, formula = part("odd") & text.startswith("'"), part("odd") & text.startswith('="')
        bare = ibis.cases(
            (quoted, trim(text, text_of("'" + BLANK))), (formula, trim(text, text_of('="' + BLANK))), else_=text
        )
        return {"value": bare.nullif(""), "odd": part("odd")}

    def told(part: Part) -> dict[str, ir.Value]:
        text = part("value")
        return {"value": ibis.ifelse(part("odd") & text.lower().isin(nothing), _null(), text)}

    def whole(part: Part) -> dict[str, ir.Value]:
        text = part("value")
        return {"value": ibis.ifelse(text.endswith(".0"), text.re_replace(r"^(\d+)\.0$", r"\1"), text)}

    return (looked_at, trimmed, unquoted, told, *((whole,) if numeric else ()))


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


def is_messy(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a list in one cell is more than plain names between semicolons."""
    return text.re_search(_MESSY_LIST)


def plain_list() -> tuple[Step, ...]:
    """A column of nothing but plain names between semicolons."""
    return (lambda part: {"value": part("value").nullif("").split(";")},)


def list_steps() -> tuple[Step, ...]:
    """A list written in one cell: split at ``; ； | 、`` and line breaks outside brackets, trimmed, empties dropped."""
    nothing = (*missing("any"), *missing("optional"), "")

    def sorted_out(part: Part) -> dict[str, ir.Value]:
        text = part("value").nullif("")
        plain = ~is_messy(text)
        return {
            "plain": ibis.ifelse(plain, text, _null()),
            "messy": ibis.ifelse(plain, _null(), trim(text, text_of(BLANK)).nullif("")),
        }

    def told_apart(part: Part) -> dict[str, ir.Value]:
        messy = part("messy")
        several = messy.re_search(_HAS_SEPARATOR)
        return {
            "plain": part("plain"),
            "one": ibis.ifelse(~several, messy, _null()),
            "several": ibis.ifelse(several, messy, _null()),
            "list": ibis.ifelse(messy.re_search(r"^\[.*\]$"), messy, _null()).try_cast("array<string>"),
        }

    def split(part: Part) -> dict[str, ir.Value]:
        one, several = part("one"), part("several")
        parts = ibis.cases(
            (part("list").notnull(), part("list")),
            (one.notnull(), ibis.array([one])),
            (several.contains(LIST_MARK), several.split(LIST_MARK)),
            else_=find_all(several, text_of(_ELEMENT)),
        )
        bare = parts.map(lambda element: trim(element, text_of("'\"" + BLANK)))
        kept = bare.filter(lambda element: element.notnull() & element.lower().notin(nothing))
        return {"plain": part("plain").split(";"), "messy": kept}

    def some(part: Part) -> dict[str, ir.Value]:
        return {"value": ibis.coalesce(part("plain"), ibis.cases((part("messy").length() > 0, part("messy"))))}

    return (sorted_out, told_apart, split, some)


def number_steps() -> tuple[Step, ...]:
    """A number written with thousands commas and a unit."""
    return (
        lambda part: {
            "value": replace_all(part("value"), text_of(r"[,，元¥￥\s=\"]|分$"), text_of(""), text_of("g"))
            .nullif("")
            .try_cast("float64")
        },
    )


def coded(column: ir.StringValue, spellings: dict[str, str]) -> ir.StringValue:
    """A column's values put as their codes; null where `spellings` (values as written) knows none."""
    if not spellings:
        return ibis.null("string")
    return ibis.cases(*((column == written, code) for written, code in spellings.items()), else_=ibis.null("string"))


# A glance at a value in Python, for samples: the same forms as `moment`, without their meaning.
TIME_LIKE = re.compile(
    r"^\s*=?['\"]?(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    r"|(?:19|20)\d{6}(?:[T ]?\d{4,6})?(?:\D|$)|\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{4})"
)
