"""Identities as their standards compare them: one key for one person or firm, none for what names nobody.

GB 11643 (18-digit citizen numbers, their 15-digit form, check character by ISO 7064 MOD 11-2), GB 32100 (unified social
credit code with its check character) and GB 11714 (the organisation code inside it).
"""

from __future__ import annotations

import re

import ibis
import ibis.expr.types as ir

from event_logs.functions import replace_all, text_of, translate, trim
from event_logs.values import BLANK, Part, Step
from event_logs.vocabularies import missing

_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_NARROW = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F))

CITIZEN = r"^[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$"
CITIZEN_OLD = r"^[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}$"
CREDIT_CODE = r"^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$"
ORGANISATION = r"^[0-9A-Z]{8}-?[0-9X]$"
MASKED = r"[*＊●○×＊※□■]|[xX]{3,}|某"
FLOAT = r"^\d(?:\.\d+)?[eE]\+?\d+$"  # a long number that a spreadsheet rounded: its digits are gone
ROUNDED = r"^\d(?:\.\d+)?[eE]\+\d+$"  # the same, for what is no person's: 3E12 may be a flat

_CREDIT_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def identity_steps() -> tuple[Step, ...]:
    """From an identity as written to what it is compared by; null where it is masked, missing or a placeholder.

    A citizen number's key is its 18-digit form; a credit code's and an organisation code's is the organisation code
    with ``ORG:`` before it, where the check character holds; a name is its own key, without what writing adds (width,
    blanks, a spreadsheet's quote, a trailing ``.0``).
    """

    def told_apart(part: Part) -> dict[str, ir.Value]:
        written = part("value")
        odd = needs_key(written)
        return {"plain": ibis.ifelse(odd, _null(), written), "odd": ibis.ifelse(odd, written, _null())}

    def narrowed(part: Part) -> dict[str, ir.Value]:
        narrow = translate(part("odd"), text_of(_WIDE + "\u3000"), text_of(_NARROW + " "))
        packed = replace_all(narrow, text_of(r"\s+"), text_of(" "), text_of("g"))
        return {
            "plain": part("plain"),
            "odd": trim(packed.re_replace(r"^(\d+)\.0$", r"\1"), text_of("'\"" + BLANK)).nullif(""),
        }

    def somebody(part: Part) -> dict[str, ir.Value]:
        odd = part("odd")
        named = ibis.ifelse(names_nobody(odd), _null(), odd)
        code = ibis.ifelse(odd.re_search(r"^[0-9A-Za-z-]{9,18}$"), odd.upper(), _null())
        return {"plain": ibis.coalesce(part("plain"), named), "code": ibis.ifelse(names_nobody(odd), _null(), code)}

    def checked(part: Part) -> dict[str, ir.Value]:
        code = part("code")
        old = ibis.ifelse(code.re_search(CITIZEN_OLD), code, _null())
        credit = ibis.ifelse(code.re_search(CREDIT_CODE) & ~code.re_search(CITIZEN), code, _null())
        organisation = ibis.ifelse(code.re_search(ORGANISATION), code.replace("-", ""), _null())
        return {"plain": part("plain"), "code": code, "old": old, "credit": credit, "organisation": organisation}

    def keyed(part: Part) -> dict[str, ir.Value]:
        old, credit, organisation = part("old"), part("credit"), part("organisation")
        return {
            "value": ibis.cases(
                (old.notnull(), _modern_citizen_number(old)),
                (credit.notnull() & _credit_code_holds(credit), text_of("ORG:") + credit.substr(8, 9)),
                (organisation.notnull() & _organisation_code_holds(organisation), text_of("ORG:") + organisation),
                else_=ibis.coalesce(part("code"), part("plain")),
            )
        }

    return (told_apart, narrowed, somebody, checked, keyed)


def _null() -> ir.Value:
    return ibis.null("string")


def names_nobody(key: ir.StringValue) -> ir.BooleanValue:
    """Whether a written identity is masked, a placeholder, or a number whose digits were lost."""
    one_character = (key.length() >= 4) & (key.replace(key.substr(0, 1), "") == "")
    placeholder = key.lower().isin(missing("identity")) | key.re_search(
        r"^0+$|^匿名|^(?i:test|测试)[\d_-]*$|^[-_/\\.]+$"
    )
    return key.re_search(MASKED) | placeholder | one_character | key.re_search(FLOAT)


def needs_key(column: ir.StringValue) -> ir.BooleanValue:
    """Whether a value's key may differ from the value: where none of a log's does, the column is its own key."""
    words = missing("identity")
    # Cases are folded for words that have any: for all of a log's names it would take as long as the rest.
    cased = [word for word in words if word != word.upper()]
    odd = column.re_search(
        "^['\"]|['\"]$|[*＊●○×※□■某\t\r\n\u00a0\u3000\ufeff\u200b\uff01-\uff5e]|  |^ | $"
        "|[xX]{3}|^[0-9A-Za-z.+-]*$|匿名|测试|^(?i:" + "|".join(map(re.escape, cased)) + ")$"
    )
    return (
        odd
        | column.isin([word for word in words if word not in cased])
        | ((column.length() >= 4) & (column.replace(column.substr(0, 1), "") == ""))
    )


def _modern_citizen_number(code: ir.StringValue) -> ir.StringValue:
    body = code.substr(0, 6) + text_of("19") + code.substr(6, 9)
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = ibis.literal(0)
    for place, weight in enumerate(weights):
        total = total + body.substr(place, 1).cast("int64") * weight
    return body + text_of("10X98765432").substr(total % 11, 1)


def _weighted(code: ir.StringValue, digits: str, weights: tuple[int, ...]) -> ir.IntegerValue:
    total = ibis.literal(0)
    for place, weight in enumerate(weights):
        total = total + text_of(digits).find(code.substr(place, 1)) * weight
    return total


def _credit_code_holds(code: ir.StringValue) -> ir.BooleanValue:
    total = _weighted(code, _CREDIT_DIGITS, tuple(pow(3, place, 31) for place in range(17)))
    return code.substr(17, 1) == text_of(_CREDIT_DIGITS).substr((31 - total % 31) % 31, 1)


def _organisation_code_holds(code: ir.StringValue) -> ir.BooleanValue:
    total = _weighted(code, _ORGANISATION_DIGITS, (3, 7, 9, 10, 5, 8, 4, 2))
    return code.substr(code.length() - 1, 1) == text_of("0123456789X0").substr((11 - total % 11) % 11, 1)
