"""A log made fit to be shared: nobody in it, nothing that few people show, and still one log with its fellows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from event_logs import EventLog, read_log
from event_logs.pseudonyms import pseudonymise, withhold
from onething.cli import run

Write = Callable[[str, str | bytes], Path]
Cells = Callable[..., list[list[Any]]]
KEY = b"0123456789abcdef"
HEADER = "办件编号,环节名称,完成时间,办理部门,事项名称,申请人,办理渠道,提交材料,办理对象\n"


def log_of(write: Write, *rows: str) -> EventLog:
    return read_log(write("log.csv", HEADER + "\n".join(rows) + "\n"))


def common(n: int) -> list[str]:
    """Rows of so many people that show the same."""
    return [f"{n},受理,2024-03-04 09:{n:02d}:00,税务局,缴税,王{n},窗口,身份证;户口簿," for n in range(10, 10 + n)]


def test_what_fewer_than_five_people_show_is_withheld(write: Write, cells: Cells) -> None:
    odd = "1,特批,2024-03-04 09:00:00,档案局,查档,张三,邮寄,身份证;遗嘱,"
    shared, withheld = withhold(log_of(write, odd, *common(5)))
    rows = cells(shared, "activity", "department", "service", "channel", "materials")
    assert rows[0] == ["[<5]", "[<5]", "[<5]", None, ["身份证", "[<5]"]]
    assert rows[1] == ["受理", "税务局", "缴税", "onsite", ["身份证", "户口簿"]]
    assert withheld == {"activity": 1, "service": 1, "department": 1, "channel": 1, "materials": 1}


def test_a_value_is_withheld_below_the_number_and_not_at_it(write: Write, cells: Cells) -> None:
    four, _ = withhold(log_of(write, *common(4)))
    five, none = withhold(log_of(write, *common(5)))
    assert {row[0] for row in cells(four, "activity")} == {"[<5]"}
    assert {row[0] for row in cells(five, "activity")} == {"受理"}
    assert none == {}


def test_people_are_counted_not_their_cases(write: Write, cells: Cells) -> None:
    rows = [f"{n},换证,2024-03-04 08:{n:02d}:00,公安局,换证,张三,窗口,," for n in range(30, 40)]
    shared, _ = withhold(log_of(write, *rows, *common(5)))
    assert cells(shared, "service")[0] == ["[<5]"]
    assert cells(shared, "channel")[0] == ["onsite"]


def test_objects_and_numbers_of_people_in_case_numbers_are_digested_apart(write: Write, cells: Cells) -> None:
    first, second = "44010619900101123X", "440106199001011256"
    rows = [f"S-{n},受理,2024-03-04 09:00:00,税务局,缴税,张三,窗口,,LSVAA4182E2123456" for n in (first, second)]
    shared = cells(pseudonymise(log_of(write, *rows, "7,受理,2024-03-04 09:00:00,,,,,,"), KEY), "case_id", "object")
    assert shared[0][0] != shared[1][0]
    assert shared[0][1] == shared[1][1]
    assert shared[2] == ["7", None]
    assert not any(text in repr(shared) for text in (first, second, "LSVAA"))


def test_two_departments_that_share_a_key_join_by_applicant_and_object(write: Write, cells: Cells) -> None:
    row = "{n},受理,2024-03-04 09:00:00,{who},,440106199001011235,窗口,,不动产单元号7"
    one, other = (
        cells(pseudonymise(log_of(write, row.format(n=n, who=who)), KEY), "applicant", "object")
        for n, who in ((1, "税务局"), (2, "公安局"))
    )
    assert one == other


def test_convert_says_what_it_withheld_and_writes_it_nowhere(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ("1,特批,2024-03-04 09:00:00,档案局,查档,张三,邮寄,遗嘱,", *common(5))
    log = write("log.csv", HEADER + "\n".join(rows) + "\n")
    key = write("key", KEY)
    to = tmp_path / "safe.csv"
    assert run(["convert", str(log), "--to", str(to), "--pseudonymise", str(key), "--lang", "zh", "-q"]) == 0
    assert "service 1" in capsys.readouterr().err
    written = to.read_text("utf-8")
    assert not any(word in written for word in ("特批", "档案局", "查档", "张三", "遗嘱"))
    assert "税务局" in written


def test_convert_withholds_nothing_below_one(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, key = write("log.csv", HEADER + "\n".join(common(1)) + "\n"), write("key", KEY)
    call = ["convert", str(log), "--to", str(tmp_path / "safe.csv"), "--pseudonymise", str(key), "--min-count"]
    assert run([*call, "0", "-q"]) == 2
    assert "--min-count" in capsys.readouterr().err
    assert run([*call, "1", "-q"]) == 0
    assert "税务局" in (tmp_path / "safe.csv").read_text("utf-8")
