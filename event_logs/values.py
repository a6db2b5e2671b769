"""What a cell means: text, lists, numbers and codes, as expressions over a column of text; times are in `times.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from event_logs.functions import (
    find_all,
    replace_all,
    text_of,
    trim,
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

_BESIDE_A_NUMBER = r"[,，¥￥\s]|^(?i:人民币|RMB|CNY)|(?i:RMB|CNY|万)?(?:[元圆]整?|块)?$|[分星]$"

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


def number_steps(words: Mapping[str, float] | None = None) -> tuple[Step, ...]:
    """A number written with thousands commas, a currency or a unit, or as one of `words`; null where it is neither."""

    def read(part: Part) -> dict[str, ir.Value]:
        text = trim(part("value"), text_of("='\"" + BLANK))
        bare = replace_all(text, text_of(_BESIDE_A_NUMBER), text_of(""), text_of("g")).nullif("").try_cast("float64")
        amount = ibis.ifelse(text.re_search("万[元圆]?$"), bare * 10_000, bare)
        spoken = [(text.lower() == word, ibis.literal(value, "float64")) for word, value in (words or {}).items()]
        return {"value": ibis.cases(*spoken, else_=amount) if spoken else amount}

    return (read,)


def coded(column: ir.StringValue, spellings: dict[str, str]) -> ir.StringValue:
    """A column's values put as their codes; null where `spellings` (values as written) knows none."""
    if not spellings:
        return ibis.null("string")
    return ibis.cases(*((column == written, code) for written, code in spellings.items()), else_=ibis.null("string"))
