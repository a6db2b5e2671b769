"""Header names and code lists, data in `catalogue/data`: which spelling means which role, which value which code."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

import catalogue

DATA = Path(catalogue.__file__).parent / "data"
CODED = ("channel", "actor", "method", "delivery", "outcome")

_BRACKETS = re.compile(r"[(\[{【〔「<《][^)\]}】〕」>》]*[)\]}】〕」>》]")
_SEPARATORS = re.compile(r"[\s_\-./\\:*#\"'`,;?!|·•\ufeff\u200b]+")


def fold(text: str) -> str:
    """A value as code lists compare it: width, case, spaces and brackets do not matter.

    >>> fold(" 窗口（综窗） "), fold("Self-Service")
    ('窗口', 'selfservice')
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return _SEPARATORS.sub("", _BRACKETS.sub("", plain) or plain)


def fold_header(text: str) -> str:
    """A header as names compare it: as `fold` does; a leading number goes, ``(case)`` before a name becomes ``case``.

    >>> fold_header("\\ufeff 3、办理时限(工作日)"), fold_header("case:concept:name")
    ('办理时限', 'caseconceptname')
    """
    plain = unicodedata.normalize("NFKC", text).strip("\ufeff \t'\"").lower().replace("(case)", "case")
    return fold(re.sub(r"^\s*\d+\s*[、.)]\s*", "", plain) or plain)


@cache
def headers() -> dict[str, dict[str, tuple[str, ...]]]:
    """Role -> ``names`` and ``depends``, folded, best first."""
    written = tomllib.loads((DATA / "headers.toml").read_text("utf-8"))
    return {
        role: {
            kind: tuple(dict.fromkeys(fold_header(name) for name in entry.get(kind, ())))
            for kind in ("names", "depends")
        }
        for role, entry in written.items()
    }


@cache
def _codes() -> dict[str, dict[str, list[str]]]:
    return dict(tomllib.loads((DATA / "codes.toml").read_text("utf-8")))


@cache
def codes(role: str) -> dict[str, str]:
    """Folded spelling -> canonical value, of one coded role."""
    return {fold(spelling): code for code, spellings in _codes()[role].items() for spelling in (code, *spellings)}


@cache
def missing(kind: str) -> tuple[str, ...]:
    """Spellings of "nothing here", lower case: ``any``, ``optional``, ``identity``, or ``times``."""
    return tuple(_codes()["times"]["missing"] if kind == "times" else _codes()["missing"][kind])
