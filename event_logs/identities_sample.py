"""How many of a sample's identities tell somebody apart: which of two columns for a person is the better one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from event_logs.identities import FLOAT, MASKED
from event_logs.vocabularies import missing

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100
_NOBODY = re.compile(f"{MASKED}|{FLOAT}|^0+$")


def is_identity(text: str) -> bool:
    """Whether a text is a resident's identity number or a unified social credit code, by its check character."""
    if re.fullmatch(r"\d{17}[\dXx]", text):
        total = sum(int(digit) * weight for digit, weight in zip(text, _RESIDENT_WEIGHTS, strict=False))
        return "10X98765432"[total % 11] == text[-1].upper() and "18" < text[6:8] < "21"
    if re.fullmatch(r"[0-9A-HJ-NP-RTUWXY]{18}", text) and not text.isdigit():
        total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(text[:17]))
        return _CREDIT_SIGNS[-total % 31] == text[-1]
    return False


def distinct_identities(values: Mapping[str, int], rows: int) -> float:
    """Share of a column's filled cells that are neither masked nor a placeholder nor a rounded number."""
    nobody = {*missing("identity"), *missing("any")}
    telling = sum(n for value, n in values.items() if not _NOBODY.search(value) and value.lower() not in nobody)
    return telling / rows if rows else 0.0
