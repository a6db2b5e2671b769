"""Numbers by locale, names harmless."""

from __future__ import annotations

from datetime import date

import wording
from reports import text


def test_dates_are_written_as_the_language_writes_them() -> None:
    day = date(2024, 3, 4)
    assert [_in(lang, lambda: text.day(day)) for lang in ("zh", "en")] == ["2024年3月4日", "4 Mar 2024"]


def _in(lang: str, call: object) -> str:
    with wording.using(lang):
        return str(call())  # type: ignore[operator]


def test_names_lose_marks_that_turn_the_direction() -> None:
    assert text.name("\u202egnp.exe\u202c\u200f") == "gnp.exe"


def test_names_cannot_forge_emphasis() -> None:
    assert text.plain(text.strong(f"a{text.CLOSE}b{text.NEW}c")) == "a b c"


def test_long_names_are_cut_by_their_width() -> None:
    assert text.columns(text.name("很" * 500, 30)) <= 30


def test_unfinite_numbers_are_a_dash() -> None:
    assert text.number(float("nan")) == "–"


def test_no_negative_nought() -> None:
    assert text.number(-0.001) == "0.0"
