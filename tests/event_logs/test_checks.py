"""The data-quality checks: what each counts, and that each can be explained."""

# ruff: noqa: E501  (tables of Chinese text: a character counts two)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import wording
from event_logs import read_log
from event_logs.checks import check, codes

Write = Callable[[str, str | bytes], Path]

LOG = (
    "case_id,activity,completed_at,started_at,applicant,channel,place,fee\n"
    "1,a,2024-03-04 00:00:00,2024-03-03 09:00:00,李*,onsite,,5\n"
    "1,b,2024-03-05 03:00:00,2024-03-05 03:00:00,李雷,onsite,大厅,-1\n"
    "2,a,1980-03-05 09:00:00,1980-03-05 10:00:00,4.4E+17,飞鸽,大厅,5\n"
    "2,,2024-03-05 09:00:00,,李雷,onsite,大厅,5\n"
)


def test_each_fault_is_counted_with_its_lines(write: Write) -> None:
    found = {one.code: (one.count, one.lines) for one in check(read_log(write("log.csv", LOG)))}
    expected = {
        "rejected-rows": (1, (5,)), "end-before-start": (1, ()), "unknown-code": (1, ()), "applicant-hidden": (1, (4,)), "identity-rounded": (1, (4,)),
        "no-channel": (1, (4,)), "no-place": (1, (2,)), "start-is-end": (1, (3,)), "date-only": (1, (2,)), "date-implausible": (1, (4,)),
        "onsite-at-night": (1, (3,)), "fee-negative": (1, (3,)), "case-one-event": (1, ()), "few-cases": (2, ()),
    }  # fmt: skip
    assert {code: found.get(code) for code in expected} == expected


def test_rounded_case_numbers_and_lost_characters_are_found(write: Write) -> None:
    rows = [f"{n},受理,2024-03-04 09:00:00,李雷,幢{n}".encode() for n in range(9)]
    rows[2] = rows[2].replace(b"2,", b"2.02403E+17,", 1)
    rows[3] = rows[3].replace("李雷".encode(), "李雷".encode()[:-1])
    rows[4] = rows[4].replace("幢4".encode(), b"3.30106E+17")
    text = b"\n".join([b"case_id,activity,completed_at,applicant,object", *rows])
    counted = {one.code: one.count for one in check(read_log(write("log.csv", text)))}
    assert [counted[code] for code in ("case-rounded", "characters-lost", "tie-rounded")] == [1, 1, 1]


def test_there_are_twenty_checks_or_more_and_each_is_explained_in_both_languages() -> None:
    assert len(codes()) >= 20
    assert [
        code for code in codes() for language in wording.LANGUAGES if wording.find(language, f"checks.{code}") is None
    ] == []


def test_no_check_tells_who(write: Write) -> None:
    assert "李" not in repr(check(read_log(write("log.csv", LOG))))
