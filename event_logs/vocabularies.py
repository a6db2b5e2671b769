"""Header names and code lists, data in `catalogue/data`: which spelling means which role, which value which code."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import catalogue

DATA = Path(catalogue.__file__).parent / "data"
CODED = ("channel", "actor", "method", "delivery", "outcome")

# Characters of headers as they are written in Hong Kong, Macao and Taiwan, and in simplified Chinese.
_SIMPLER = str.maketrans(
    "編號環節時間開處單門員業務稱辦經請專項證碼結張區點廳標題舉內動構關責實體過審類狀態電話錄記續終種來遞領取給渠道戶產權車輛號數據質",
    "编号环节时间开处单门员业务称办经请专项证码结张区点厅标题举内动构关责实体过审类状态电话录记续终种来递领取给渠道户产权车辆号数据质",
)
_BRACKETS = re.compile(r"[(\[{【〔「<《][^)\]}】〕」>》]*[)\]}】〕」>》]")
_SEPARATORS = re.compile(r"[\s_\-./\\:*#\"'`,;?!|·•\ufeff\u200b]+")


def fold(text: str) -> str:
    """A value as code lists compare it: width, case, spaces and brackets do not matter.

    >>> fold(" 窗口（综窗） "), fold("Self-Service")
    ('窗口', 'selfservice')
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return _SEPARATORS.sub("", _BRACKETS.sub("", plain)) or _SEPARATORS.sub("", plain.strip("()[]{}【】〔〕「」<>《》"))


def fold_header(text: str) -> str:
    """A header as names compare it: as `fold` does; a leading number goes, ``(case)`` before a name becomes ``case``.

    >>> fold_header("\\ufeff 3、办理时限(工作日)"), fold_header("case:concept:name")
    ('办理时限', 'caseconceptname')
    """
    plain = unicodedata.normalize("NFKC", text).strip("\ufeff \t'\"").lower().replace("(case)", "case")
    plain = plain.translate(_SIMPLER)
    return fold(re.sub(r"^\s*\d+\s*[、.)]\s*", "", plain) or plain)


@cache
def _headers() -> dict[str, dict[str, list[str]]]:
    return dict(tomllib.loads((DATA / "headers.toml").read_text("utf-8")))


@cache
def header_patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    """Role -> patterns of folded headers that may say it, where no name is known; best first."""
    parts = tomllib.loads((DATA / "header_patterns.toml").read_text("utf-8"))
    words = {f"<{name}>": f"(?:{'|'.join(alike)})" for name, alike in parts["words"].items()}

    def written(pattern: str) -> re.Pattern[str]:
        for name, alike in words.items():
            pattern = pattern.replace(name, alike)
        return re.compile(pattern)

    return {role: tuple(map(written, parts["patterns"].get(role, ()))) for role in _headers()}


@cache
def headers() -> dict[str, dict[str, tuple[str, ...]]]:
    """Role -> ``names`` and ``depends``, folded, best first."""
    return {
        role: {
            kind: tuple(dict.fromkeys(fold_header(name) for name in entry.get(kind, ())))
            for kind in ("names", "depends")
        }
        for role, entry in _headers().items()
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


def roles_named(cells: Iterable[object]) -> int:
    """How many cells of a row are headers that a role is known by: tells a header from a title or a row of groups."""
    known = {name for entry in headers().values() for kind in entry.values() for name in kind}
    patterns = [pattern for alike in header_patterns().values() for pattern in alike]
    folded = [fold_header(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    return sum(name in known or any(pattern.fullmatch(name) for pattern in patterns) for name in folded)
