"""Header names and code lists, data in `catalogue/data`: which spelling means which role, which value which code.

A header names a role because a list knows it, or because it is built as such names are built.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import catalogue

DATA = Path(catalogue.__file__).parent / "data"
CODED = ("channel", "actor", "method", "delivery", "outcome")

# Characters of headers as they are written in Hong Kong, Macao and Taiwan, and in simplified Chinese.
_SIMPLER = str.maketrans(
    "與業個爲鄉書買產價衆會傳體關決準劃別辦務動區醫協單廳縣參發變號聽員場塊處備復頭學實審對屬幫幹應開歸當錄徑"
    "態總戶託執報掛數時暫機權來構櫃標畢滿點牽狀環電碼離種積稱稅籤類級納組織終經結統編繳網羣職聯節營見計記許論"
    "設證評識診話請諾負責賬費資車轉輛輸轄達過進遞郵鍾鎮門間階際項順頒預領額驗驟專張題舉內續取給渠道據質",
    "与业个为乡书买产价众会传体关决准划别办务动区医协单厅县参发变号听员场块处备复头学实审对属帮干应开归当录径"
    "态总户托执报挂数时暂机权来构柜标毕满点牵状环电码离种积称税签类级纳组织终经结统编缴网群职联节营见计记许论"
    "设证评识诊话请诺负责账费资车转辆输辖达过进递邮钟镇门间阶际项顺颁预领额验骤专张题举内续取给渠道据质",
)
_BRACKETS = re.compile(r"[(\[{【〔「<《][^)\]}】〕」>》]*[)\]}】〕」>》]")
_SEPARATORS = re.compile(r"[\s_\-./\\:*#\"'`,;?!|·•\ufeff\u200b]+")
_CHINESE = "\u3400-\u9fff"
_CHARACTER = re.compile(rf"[{_CHINESE}](\?)?")
_LANGUAGES_APART = re.compile(rf"(?<=[{_CHINESE}])[\s/|\-_:,]+(?=[A-Za-z])|(?<=[A-Za-z])[\s/|\-_:,]+(?=[{_CHINESE}])")
_OF_ITS_TABLE = re.compile(rf"^(?:[^.]*\w\.(?=\w)|[{_CHINESE}]+[\-_/:：](?=[{_CHINESE}]))+")
_SPELLED_SHORT = ("patterns", "others")
_ALONE = ("name", "name-like")  # ways of saying that hold without what stands around
_INITIALS = re.compile(r"[a-hj-np-tw-z]{4,}")  # no syllable of pinyin begins with i, o, u or v


@dataclass(frozen=True, slots=True)
class Naming:
    """That a header names a role: in which way, and the place of that name or pattern in its list, best first."""

    way: str  # "name", "name-depends" (only if the values agree), "name-like" (built so), "name-loose" (ends so)
    rank: int


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
def kinds(role: str) -> frozenset[str]:
    """Folded words for what sort of applicant or service it is, where a header might name the thing itself."""
    return frozenset(map(fold, _codes()["kinds"][role]))


@cache
def number_words(role: str) -> dict[str, float]:
    """Words that stand for a number in a role, lower case: ``免费`` is a fee of 0, ``非常满意`` five stars."""
    return {word: float(number) for number, words in _codes().get(role, {}).items() for word in words}


@cache
def missing(kind: str) -> tuple[str, ...]:
    """Spellings of "nothing here", lower case: ``any``, ``optional``, ``identity``, or ``times``."""
    return tuple(_codes()["times"]["missing"] if kind == "times" else _codes()["missing"][kind])


def naming(header: str, role: str) -> Naming | None:
    """How a header names a role, if it does.

    A header that carries its table's name (``t_case.case_no``) or two languages (``环节 Activity``) is tried part by
    part.

    >>> naming("环节 Activity", "activity"), naming("备注", "activity")
    (Naming(way='name', rank=5), None)
    """
    return named_by(header).get(role)


@cache
def named_by(header: str) -> dict[str, Naming]:
    """Every role that a header names, and how."""
    whole, *parts = readings(header)
    says = _says(whole)
    if not parts or any(found.way != "name-loose" for found in says.values()):
        return says
    alone = [(role, found) for part in parts for role, found in _says(part).items() if found.way in _ALONE]
    return dict(reversed(alone)) or says


@cache
def readings(header: str) -> tuple[str, ...]:
    """A header folded: the whole; then without its table's name, and each language by itself."""
    plain = unicodedata.normalize("NFKC", header).strip()
    parts = [_OF_ITS_TABLE.sub("", plain)] if _OF_ITS_TABLE.match(plain) else []
    parts += _LANGUAGES_APART.split(plain) if _LANGUAGES_APART.search(plain) else []
    return tuple(dict.fromkeys(fold_header(part) for part in (header, *parts)))


def is_known(header: str) -> bool:
    """Whether a header is a role's very name."""
    return any(found.way == "name" for found in named_by(header).values())


def tells_a_number(header: str) -> bool:
    """Whether a header of a person is that of a number (an identity card's, a credit code), not of a name."""
    return any(_built_as(part, "identity_number", "others") is not None for part in readings(header))


def roles_named(cells: Iterable[object]) -> int:
    """How many cells of a row are headers that a role is known by: tells a header from a title or a row of groups."""
    return sum(bool(_knows(fold_header(cell))) for cell in cells if isinstance(cell, str) and cell.strip())


def _says(folded: str) -> dict[str, Naming]:
    """The roles that one folded header names: by a known name, else by how it is built, else by how it ends."""
    found = _knows(folded)
    if found or _built_as(folded, "none", "nothing") is not None:
        return found
    loose = {role: _built_as(folded, role, "loose") for role in _header_patterns()["loose"]}
    return {
        role: Naming("name-loose", place)
        for role, place in loose.items()
        if place is not None and _built_as(folded, role, "never") is None
    }


@cache
def _knows(folded: str) -> dict[str, Naming]:
    found: dict[str, Naming] = {}
    for role, known in headers().items():
        if folded in known["names"]:
            found[role] = Naming("name", known["names"].index(folded))
        elif folded in known["depends"]:
            found[role] = Naming("name-depends", known["depends"].index(folded))
    if any(naming.way == "name" for naming in found.values()) or _built_as(folded, "none", "nothing") is not None:
        return found
    for role in headers():
        place = _in_pinyin(role).get(folded) if folded.isascii() else None
        place = _built_as(folded, role) if place is None else place
        if role not in found and place is not None:
            found[role] = Naming("name-like", place)
    return found


def _built_as(folded: str, role: str, section: str = "patterns") -> int | None:
    """The place of the pattern, of a section's for a role, that a header fits as it stands or in pinyin."""
    spellings = [""]
    if folded.isascii():
        spellings += ["pinyin", "initials"] if section in _SPELLED_SHORT and _INITIALS.fullmatch(folded) else ["pinyin"]
    patterns = (enumerate(_patterns(role, section, spelling)) for spelling in spellings)
    return next((n for alike in patterns for n, pattern in alike if pattern.fullmatch(folded)), None)


@cache
def _patterns(role: str, section: str = "patterns", spelling: str = "") -> tuple[re.Pattern[str], ...]:
    """A role's patterns, best first; their Chinese as it stands, in pinyin, or by the initials of its syllables."""
    parts = _header_patterns()
    patterns = [_without_words(pattern) for pattern in parts[section].get(role, ())]
    if section == "never":  # words somewhere in the header
        patterns = [f".*(?:{pattern}).*" for pattern in patterns]
    return tuple(re.compile(_spelled(pattern, spelling)) for pattern in patterns)


def _without_words(pattern: str) -> str:
    for name, alike in _header_patterns()["words"].items():
        pattern = pattern.replace(f"<{name}>", f"(?:{'|'.join(alike)})")
    return pattern


@cache
def _header_patterns() -> dict[str, dict[str, list[str]]]:
    return dict(tomllib.loads((DATA / "header_patterns.toml").read_text("utf-8")))


@cache
def _in_pinyin(role: str) -> dict[str, int]:
    """A role's Chinese names in pinyin, and by initials where these are four or more -> the name's place."""
    spelled: dict[str, int] = {}
    for place, name in enumerate(headers()[role]["names"]):
        if re.fullmatch(f"[{_CHINESE}]+", name):
            spelled.setdefault(_spelled(name, "pinyin"), place)
            if _INITIALS.fullmatch(initials := _spelled(name, "initials")):
                spelled.setdefault(initials, place)
    return spelled


def _spelled(pattern: str, spelling: str) -> str:
    if not spelling:
        return pattern

    def syllable(found: re.Match[str]) -> str:
        pinyin = _pinyin().get(found[0][0], found[0][0])
        pinyin = pinyin if spelling == "pinyin" else pinyin[0]
        return f"(?:{pinyin})?" if found[1] else pinyin

    return _CHARACTER.sub(syllable, pattern)


@cache
def _pinyin() -> dict[str, str]:
    table = tomllib.loads((DATA / "pinyin.toml").read_text("utf-8"))
    return {character: syllable for syllable, characters in table.items() for character in characters}
