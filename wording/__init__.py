"""What a person reads, in Chinese and English: one catalogue a language, found by key.

Sentences live in ``wording/zh/*.toml`` and ``wording/en/*.toml``; code names them by key. The first part of a key is
the file: ``say("log.no-column", ...)`` reads ``log.toml``. A sentence is a `str.format` template. Where a number
decides one word, the word stands with it: ``{trips:trip|trips}``. Where it decides the sentence, the entry is a table
``{one = "...", other = "..."}``, and the value named ``n`` picks. A list is joined as the language joins.

Kept free of imports that cost time at start: the command line's help is made of these sentences.
"""

from __future__ import annotations

import locale
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
BETWEEN = {"zh": "、", "en": ", "}
_language: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """The language in force: the one set by `use`, else the machine's, else English.

    >>> with using("zh"):
    ...     language()
    'zh'
    """
    return _language.get() or machine_language()


@cache
def machine_language() -> str:
    """The machine's language, ``zh`` or ``en``, from the environment or the console's locale."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG")]
    name = next((n for n in names if n), "") or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def use(name: str | None) -> None:
    """Set the language (`None`: the machine's). `zh-CN`, `zh_Hans` and the like are `zh`; else `ValueError`."""
    if name is None:
        _language.set(None)
        return
    short = name.lower().replace("-", "_").split("_")[0]
    if short not in LANGUAGES:
        raise ValueError(name)
    _language.set(short)


@contextmanager
def using(name: str) -> Iterator[None]:
    """Another language for a while."""
    before = _language.get()
    use(name)
    try:
        yield
    finally:
        _language.set(before)


@cache
def catalogue(lang: str, part: str) -> dict[str, Any]:
    """One file of sentences, as its TOML has it; empty where there is none."""
    path = Path(__file__).parent / lang / f"{part}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def say(key: str, /, **values: object) -> str:
    """The sentence of a key in the language in force, its places filled with `values`.

    Raises `KeyError` where no catalogue has the key: the tests look for that.
    """
    entry = find(language(), key)
    if entry is None:
        raise KeyError(key)
    if isinstance(entry, dict):
        n = values.get("n")
        entry = entry.get("one" if n == 1 and language() == "en" else "other", entry["other"])
    return filled(str(entry), values)


def filled(template: str, values: Mapping[str, object]) -> str:
    """A template with its places filled: lists joined as the language in force joins, words that follow a number.

    >>> with using("en"):
    ...     filled("{n:trip|trips} to {places}", {"n": 1, "places": ["tax", "bank"]})
    '1 trip to tax, bank'
    """
    return template.format(**{name: _told(value) for name, value in values.items()}) if values else template


def _told(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return BETWEEN[language()].join(str(one) for one in value)
    return _Number(value) if type(value) is int else value


class _Number(int):
    """A whole number that may be followed by a word: ``{n:trip|trips}``."""

    def __format__(self, spec: str) -> str:
        one, bar, other = spec.partition("|")
        return f"{int(self)} {one if self == 1 else other}" if bar else format(int(self), spec)


def find(lang: str, key: str) -> Any:
    """The raw entry of a key in one language, or None. A key may have dots: ``report.trips.title``."""
    part, _, rest = key.partition(".")
    entry: Any = catalogue(lang, part)
    for name in rest.split("."):
        if not isinstance(entry, dict) or name not in entry:
            return None
        entry = entry[name]
    return entry
