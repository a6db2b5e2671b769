"""What a document's name says: the document itself, whose it is, and what is only how it was handed in.

Names are cleaned (width, case, spaces, brackets, copy words), their owner is split off, and the shipped list of
synonyms (`data/materials.toml`) and a catalogue's own entries say which names are one document.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from catalogue.services import Catalogue

_CJK = re.compile(r"[㐀-鿿豈-﫿]")
_BRACKETS = str.maketrans("【】[]〔〕{}〖〗「」『』", "()()()()()()()")
_QUOTES = re.compile("[《》〈〉<>\"“”`＂]|(?<![a-z])['‘’＇]|['‘’＇](?![a-z])")
_NUMBER = r"(?:\d+|[一二两三四五六七八九十]+)"
_COUNT = rf"(?:(?:各|共|一式|提供|需)?(?:[x×*✕╳] ?)?{_NUMBER}(?:份|张|套|件|页)|[x×*✕╳] ?{_NUMBER}(?:份|张|套|件|页)?)"
_ENUMERATION = re.compile(r"^(?:\(?\d{1,2}[.、)）:：]\s*|\d{1,2}(?=[㐀-鿿])(?!\d*[寸份张套件页代])|[①-⑳]|[-·•●※*★]+)")
# `(全体股东签署)`: who signed says nothing of the paper; that somebody has not, does.
_SIGNED = re.compile(r"[^()未不无]{0,12}(?:签字|签名|签署|签章|签字确认|签名确认|签字盖章|盖章|盖公章)")
_GLUE = "-_—–.。,，:：;+/\\、·及和与或等 "


@dataclass(frozen=True, slots=True)
class DocumentName:
    """A name taken apart.

    Parameters
    ----------
    stem
        The cleaned name.
    owner
        Whose document it is, as `data/materials.toml` calls it; empty: the applicant's own.
    base
        The document without its owner, by its canonical name where a catalogue knows it.
    known
        Whether a catalogue knows it.
    generic
        It names nothing (其他材料): never the same as anything.
    form
        A form without a name (申请表): another service's is another document.
    """

    stem: str
    owner: str
    base: str
    known: bool = False
    generic: bool = False
    form: bool = False


@cache
def shipped() -> Mapping[str, Any]:
    """The shipped list, as its TOML has it."""
    return tomllib.loads((Path(__file__).parent / "data" / "materials.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Copy words at the end, at the beginning, and as all that a bracket (or a name) holds."""

    end: re.Pattern[str]
    begin: re.Pattern[str]
    all: re.Pattern[str]


@cache
def _patterns(chinese: bool) -> _Patterns:
    """The patterns for a name with Chinese characters, or without: there digits may be what tells two codes apart."""
    glue = f"[{re.escape(_GLUE)}]"
    words = sorted((_plain(word) for word in shipped()["words"]["copy"]), key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in words if not _CJK.search(word))
    if not chinese:
        return _Patterns(
            re.compile(rf"(?:{glue}+(?:\d+ )?(?:{latin})|(?<=[a-z]{{3}}) [x×*] ?\d{{1,2}})$"),
            re.compile(rf"^(?:{latin})(?: of(?: the)?)?{glue}+(?=.)"),
            re.compile(rf"^(?:(?:\d )?(?:{latin})|{glue})*$"),
        )
    han = "|".join(re.escape(word) for word in words if _CJK.search(word))
    one = rf"(?:{han}|{_COUNT}|(?<![a-z0-9])(?:{latin})(?![a-z0-9]))"
    return _Patterns(
        re.compile(rf"(?<=.)(?:{glue}*{one})+{glue}*$"),
        re.compile(rf"^(?:{one}(?:的|{glue})*)+(?=.)"),
        re.compile(rf"^(?:{glue}|的|提供|收|需|验|交|{one})*$"),
    )


def _plain(text: str) -> str:
    """Width, case and blanks made one; blanks stay only between Latin words."""
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    text = re.sub(r"[​-‏﻿­\x00-\x1f]", " ", text)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)


def clean(name: str) -> str:
    """The name without what only says how the paper came.

    >>> clean("《户口薄》 复印件（1份）"), clean("身份证ｘ２份"), clean("Passport (certified copy)")
    ('户口簿', '身份证', 'passport')
    """
    before, text = name, _cleaned(name)
    while text != before:
        before, text = text, _cleaned(text)
    return text


def _cleaned(name: str) -> str:
    text = _bracketed(name)
    found = re.fullmatch(r"(.+)\(([^()]+)\)", text)
    if found:  # 身份证(法定代表人) is 法定代表人身份证
        owner, rest = _owner_of(found[2])
        text = found[2] + found[1] if owner and not rest else text
    return re.sub(r"[()]", "", text).strip() if _CJK.search(text) else text


def _bracketed(name: str) -> str:
    """The cleaned name with the brackets that tell something."""
    plain = _plain(name)
    text = _ENUMERATION.sub("", _QUOTES.sub("", plain).translate(_BRACKETS)).strip(_GLUE)
    for wrong, right in shipped()["written_for"].items():
        text = text.replace(wrong, right)
    patterns = _patterns(bool(_CJK.search(text)))
    if not text or patterns.all.match(text):
        return plain
    before = None
    while text != before:
        before = text
        text = (
            re.sub(r" ?\(([^()]*)\)", lambda found: "" if _tells_nothing(found[1], patterns) else found[0], text)
            or before
        )
        text = patterns.end.sub("", text) or before
        text = (patterns.begin.sub("", text) or before).strip(_GLUE) or before
    return text


def _tells_nothing(bracket: str, patterns: _Patterns) -> bool:
    """Whether a bracket's words only say how a paper comes: copies, or who signed it."""
    return bool(patterns.all.match(bracket) or _SIGNED.fullmatch(bracket))


@cache
def _owner_words() -> tuple[tuple[str, str], ...]:
    pairs = [(_plain(word), owner) for owner, words in shipped()["owners"].items() for word in words]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


def _owner_of(text: str) -> tuple[str, str]:
    """Owner and the rest; no owner: empty and the text itself. A child's mother is the mother."""
    owner, rest = _first_owner(text)
    nearer, remains = _first_owner(rest) if owner in _NEARER else ("", rest)
    if nearer in _NEARER.get(owner, ()):
        return (owner if nearer == "couple" else nearer), remains
    return owner, rest


def _first_owner(text: str) -> tuple[str, str]:
    for word, owner in _owner_words():
        if text.startswith(word):
            rest = text[len(word) :].removeprefix("的").strip(_GLUE)
            if word.isascii() and rest and text[len(word)] not in " '":
                continue
            return owner, rest
    return "", text


# Whose owner's word goes before another's: `新生儿母亲`, `父母双方`.
_NEARER: Mapping[str, tuple[str, ...]] = {
    "child": ("father", "mother", "parents", "guardian"),
    "parents": ("couple",),
}


def _without_lead(text: str) -> str:
    before = None
    leads = sorted((_plain(word) for word in shipped()["words"]["lead"]), key=len, reverse=True)
    while text != before:
        before = text
        for lead in leads:
            rest = text[len(lead) :]
            if text.startswith(lead) and len(rest) >= 2 and (not lead.isascii() or rest.startswith(" ")):
                text = rest.strip(_GLUE)
                break
    return text


class MaterialNames:
    """The shipped synonyms with a catalogue's own laid over them.

    A name that the catalogue has belongs to its entry; other names of the shipped group go with the catalogue's name
    where exactly one entry claims the group.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        own: dict[str, str] = {}
        for entry in catalogue.materials if catalogue else ():
            for name in (entry.name, *entry.synonyms):
                own.setdefault(clean(name), entry.name)
        self._canonical = dict(own)
        for name, synonyms in shipped()["same"].items():
            stems = [clean(spelling) for spelling in (name, *synonyms)]
            claims = sorted({own[stem] for stem in stems if stem in own})
            title = own.get(stems[0]) or (claims[0] if len(claims) == 1 else name)
            for stem in stems:
                self._canonical.setdefault(stem, title)
        self._generic = {clean(word) for word in shipped()["words"]["generic"]}
        self._forms = {clean(word) for word in shipped()["words"]["forms"]} - set(own)

    def parse(self, name: str) -> DocumentName:
        """Take a name apart.

        >>> names = MaterialNames()
        >>> names.parse("配偶居民身份证（复印件）")
        DocumentName(stem='配偶居民身份证', owner='spouse', base='身份证', known=True, generic=False, form=False)
        """
        stem = clean(name)
        for text in dict.fromkeys((stem, _without_lead(stem), *self._alias(name))):
            if text in self._canonical:
                return DocumentName(stem, "", self._canonical[text], known=True)
        bare = _without_lead(stem)
        if bare in self._generic:
            return DocumentName(stem, "", bare, generic=True)
        if bare in self._forms:
            return DocumentName(stem, "", bare, form=True)
        if within := self._within(bare):
            return DocumentName(stem, "", within, known=True)
        owner, rest = _owner_of(bare)
        rest = _without_lead(rest)
        if not owner or len(rest) < 2 or rest in self._generic or rest in self._forms:
            return DocumentName(stem, "", bare)
        canonical = self._canonical.get(rest) or self._within(rest)
        if not canonical:
            return DocumentName(stem, owner, rest)
        inner, document = _owner_of(canonical)
        return DocumentName(stem, owner, document if inner == owner and document else canonical, known=True)

    def _within(self, text: str) -> str:
        """The known document of a name that has only words more which tell of no other one; else empty."""
        rest = _qualifiers().sub("", text, count=1)
        pages = _pages().fullmatch(rest)
        found = self._canonical.get(rest) or (self._canonical.get(pages[1], "") if pages else "")
        if found and rest == text and not pages:
            return ""
        if not found and _photograph().fullmatch(text):
            return self._canonical.get("照片") or self._canonical.get("证件照片", "")
        issued = _issued().fullmatch(text)
        if not found and issued and not any(word in issued[1] for word in shipped()["words"]["foreign"]):
            # What an office says of who somebody is, is no card.
            found = "" if issued[2].endswith("身份证明") else self._canonical.get(issued[2], "")
        return found

    def synonyms(self) -> Mapping[str, str]:
        """Every cleaned name that a catalogue knows, with its document."""
        return self._canonical

    def owned(self, name: str) -> tuple[str, str]:
        """The owner that a document's name begins with, and the document without it, where that is known by itself.

        >>> MaterialNames().owned("法定代表人身份证"), MaterialNames().owned("结婚证")
        (('representative', '身份证'), ('', '结婚证'))
        """
        owner, rest = _owner_of(clean(name))
        return (owner, self._canonical[rest]) if owner and rest in self._canonical else ("", name)

    def before_slip(self, stem: str) -> tuple[str, ...]:
        """The known name that a stem begins with, where what follows is a copy word written wrong; else nothing.

        >>> MaterialNames().before_slip("结婚证复印印件"), MaterialNames().before_slip("营业执照申请书")
        (('结婚证',), ())
        """
        from rapidfuzz import fuzz

        for end in range(len(stem) - 1, max(1, len(stem) - 8), -1):
            name, rest = stem[:end], stem[end:]
            if name in self._canonical:
                alike = max(
                    fuzz.ratio(rest, word) for word in ("原件", "复印件", "扫描件", "原件及复印件", "1份", "x2份")
                )
                return (name,) if alike >= 60 and head_of(rest) == rest[-1:] else ()
        return ()

    def _alias(self, name: str) -> tuple[str, ...]:
        """A bracket that only gives another name, a size or a date of what stands before it: `不动产权证书(房产证)`."""
        found = re.fullmatch(r"([^()]+)\(([^()]+)\)", _bracketed(name))
        if not found or found[1] not in self._canonical:
            return ()
        same = self._canonical.get(found[2]) == self._canonical[found[1]]
        return (found[1],) if same or all(word in _details() for word in re.split("[,，、 ]", found[2])) else ()

    def title(self, owner: str, base: str) -> str:
        """How a class is called: owner and document, by the catalogue's name where it has one."""
        name = shipped()["owner_names"].get(owner, "") + base if owner else base
        return self._canonical.get(clean(name), name)


def _one_of(words: str) -> str:
    """A pattern for one of the words of a list of `data/materials.toml`, the longest first."""
    plain = sorted((_plain(word) for word in shipped()["words"][words]), key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, plain))})"


@cache
def _qualifiers() -> re.Pattern[str]:
    return re.compile(rf"^{_one_of('qualifier')}+(?:的|{_one_of('qualifier')})*(?=..)")


@cache
def _pages() -> re.Pattern[str]:
    """A booklet or a card, then which of its pages: a case history's first page is a paper by itself."""
    return re.compile(rf"(.+[证簿本卡照册])的?(?:{_one_of('page')}[、,和及与或]*)+")


@cache
def _photograph() -> re.Pattern[str]:
    return re.compile(rf"{_one_of('photograph')}+(?:照片|照|彩照)")


@cache
def _issued() -> re.Pattern[str]:
    return re.compile(rf"([^()]{{0,10}}?{_one_of('issuer')}){_one_of('issued')}(.+)")


@cache
def _details() -> frozenset[str]:
    words = shipped()["words"]
    return frozenset(_plain(word) for word in (*words["lead"], *words["detail"]))


@cache
def head_of(stem: str) -> str:
    """The kind that a name's last word tells, by the first word of its line in the list; else its last character.

    >>> head_of("户籍证明"), head_of("劳动合同书"), head_of("出生证明书")
    ('证明', '合同', '证明')
    """
    found = [(len(word), line[0]) for line in shipped()["kinds"]["heads"] for word in line if stem.endswith(word)]
    return max(found)[1] if found else stem[-1:]
