"""Text: wide characters are wide, lines are even, nothing is lost but what does not fit."""

from __future__ import annotations

import pytest

from reports.bpmn.text import clean, safe, text_width, wrap


def test_a_wide_character_is_as_wide_as_the_font_is_high() -> None:
    assert text_width("证照", 14) == 28


def test_lines_are_evenly_filled() -> None:
    assert wrap("一次性告知并补正", 90, 12) == ("一次性告", "知并补正")


def test_words_of_letters_are_not_broken() -> None:
    assert wrap("Check confirmation of receipt", 90, 12) == ("Check", "confirmation", "of receipt")


def test_no_line_begins_with_a_closing_mark() -> None:
    assert wrap("材料齐全，符合法定形式", 61, 12)[1][0] not in "，。"


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    lines = wrap("办" * 500, 60, 12, most=2)
    assert (len(lines), lines[-1][-1]) == (2, "…")


@pytest.mark.parametrize("width", [20, 60, 200])
def test_no_line_is_wider_than_allowed(width: int) -> None:
    text = "人力资源和社会保障局（含 HR 部门）W" * 3
    assert max(text_width(line, 12) for line in wrap(text, width, 12, most=99)) <= width


def test_marks_that_turn_the_line_are_taken_out() -> None:
    assert clean("a\u202eb\nc\x00") == "ab c"


def test_safe_text_keeps_line_ends() -> None:
    assert safe("a\nb\x00\ud800") == "a\nb"
