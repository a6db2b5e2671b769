"""What a file's rows become, which are set aside and at which line."""

# ruff: noqa: E501  (tables of Chinese text: a character counts two)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from event_logs import read_log
from event_logs.profile import SAMPLE
from event_logs.rejected import write_rejected
from wording.errors import InputError, UsageError

H = "办件编号,环节名称,完成时间,开始时间,办理部门\n"
Write = Callable[[str, str | bytes], Path]
Cells = Callable[..., list[list[Any]]]

DIRTY = (
    H
    + '1,"提交\n申请",2024-03-04 09:00,,a\n2,受理,x,,a\n,受理,2024-03-04 09:00,,a\n办件编号,环节名称,完成时间,开始时间,办理部门\n'
    "3,,2024-03-04 09:00,,a\n3,受理,,,a\n3,受理,2024-03-04 09:00,坏,a\n"
    '4,受理,2024-03-04 09:00,2024-03-04 10:00,a\n4,"受理,2024-03-04 09:00,2024-03-04 10:00,a\n'
)


def test_each_unreadable_row_is_set_aside_at_its_first_line_with_its_reason(write: Write) -> None:
    rejected = read_log(write("log.csv", DIRTY)).reading.rejected
    assert [(row.line, row.reason) for row in rejected] == [
        (4, "bad_completed_at"), (5, "no_case_id"), (6, "second_header"), (7, "no_activity"), (8, "no_completed_at"),
        (9, "bad_started_at"), (11, "unclosed_quote"),
    ]  # fmt: skip


def test_a_quote_left_open_in_the_middle_costs_its_own_row_only(write: Write) -> None:
    log = read_log(
        write("log.csv", H + '1,"受理,2024-03-04 09:00,,a\n2,受理,2024-03-04 09:00,,a\n3,受理,2024-03-04 09:00,,a\n')
    )
    assert [(row.line, row.reason) for row in log.reading.rejected] == [(2, "unclosed_quote")]


def test_rejected_rows_are_written_with_line_reason_and_text(write: Write, tmp_path: Path) -> None:
    write_rejected(read_log(write("log.csv", DIRTY)).reading, tmp_path / "rejected.csv")
    lines = (tmp_path / "rejected.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "line,reason,meaning,row,file"
    assert lines[1].startswith("4,bad_completed_at,")
    assert lines[1].endswith('"2,受理,x,,a",log.csv')


def test_a_rejected_row_is_no_formula_and_readable_in_a_spreadsheet(write: Write, tmp_path: Path) -> None:
    write_rejected(
        read_log(write("log.csv", H + "=1+1,受理,x,,a\n1,受理,2024-03-04 09:00,,a\n")).reading, tmp_path / "r.csv"
    )
    told = (tmp_path / "r.csv").read_bytes()
    assert told.startswith(b"\xef\xbb\xbf")
    assert "\"'=1+1,受理".encode() in told


def test_a_row_that_ends_before_it_starts_is_kept_without_start(write: Write, cells: Cells) -> None:
    log = read_log(write("log.csv", H + "4,受理,2024-03-04 09:00:00,2024-03-04 10:00:00,a\n"))
    assert cells(log, "started_at", "completed_at") == [[None, "2024-03-04 09:00:00"]]
    assert ("log.note-reversed", {"n": 1}) in log.reading.notes


def test_rows_equal_in_every_column_are_one_event_and_are_not_rejected(write: Write, cells: Cells) -> None:
    row = "1,受理,2024-03-04 09:00:00,,a\n"
    log = read_log(write("log.csv", H + row + row + row.replace(",a", ",b") + row))
    assert cells(log, "department", "line") == [["a", 2], ["b", 4]]
    assert (log.reading.duplicates, log.reading.rejected) == (2, ())


def test_an_event_without_department_takes_its_services_only_one(write: Write, cells: Cells) -> None:
    text = "case_id,activity,completed_at,department,service\n"
    rows = [("1", "税务局", "缴税"), ("2", "", "缴税"), ("3", "甲", "落户"), ("4", "乙", "落户"), ("5", "", "落户")]
    log = read_log(write("log.csv", text + "".join(f"{c},a,2024-03-04 09:00:00,{d},{s}\n" for c, d, s in rows)))
    assert cells(log, "department", "department_inherited") == [
        ["税务局", False], ["税务局", True], ["甲", False], ["乙", False], [None, False],
    ]  # fmt: skip


def test_blank_lines_and_short_rows_do_not_shift_line_numbers(write: Write) -> None:
    log = read_log(write("log.csv", H + "\n1,受理,2024-03-04 09:00\n\n2,受理,bad,,a\n"))
    assert [row.line for row in log.reading.rejected] == [5]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("bom.csv", lambda t: ("\ufeff" + t).encode()),
        ("gb18030.csv", lambda t: t.encode("gb18030")),
        ("gb2312.csv", lambda t: t.encode("gb2312")),
        ("utf16.csv", lambda t: t.encode("utf-16")),
        ("tabs.tsv", lambda t: t.replace(",", "\t").encode()),
        ("semicolons.csv", lambda t: t.replace(",", ";").encode()),
        ("bars.txt", lambda t: t.replace(",", "|").encode()),
        ("windows.csv", lambda t: t.replace("\n", "\r\n").encode()),
        ("old-mac.csv", lambda t: t.replace("\n", "\r").encode()),
        ("titled.csv", lambda t: ("某市办件导出表,,,,\n" + t).encode()),
    ],
)
def test_the_same_rows_come_from_every_way_to_write_them(
    write: Write, cells: Cells, name: str, change: Callable[[str], bytes]
) -> None:
    text = H + "1,受理,2024-03-04 09:00:00,,甲局\n2,审核,2024-03-05 09:00:00,2024-03-05 08:00:00,乙局\n"
    log = read_log(write(name, change(text)))
    assert cells(log, "case_id", "activity", "completed_at", "started_at", "department") == [
        ["1", "受理", "2024-03-04 09:00:00", None, "甲局"],
        ["2", "审核", "2024-03-05 09:00:00", "2024-03-05 08:00:00", "乙局"],
    ]


def test_several_files_and_a_folder_are_one_log(write: Write, cells: Cells, tmp_path: Path) -> None:
    one = write("1.csv", "办件编号,环节名称,完成时间,办理部门\n1,受理,2024-03-04 09:00:00,甲\n")
    two = write("2.csv", "环节名称,办件编号,完成时间\n审核,2,2024-03-05 09:00:00\n,3,2024-03-05 09:00:00\n")
    expected = [["1", "受理", "甲"], ["2", "审核", None]]
    log = read_log([one, two])
    assert cells(log, "case_id", "activity", "department") == expected
    assert [(row.line, row.file) for row in log.reading.rejected] == [(3, str(two))]
    assert cells(read_log(tmp_path), "case_id", "activity", "department") == expected
    assert cells(read_log(str(tmp_path / "*.csv")), "case_id", "activity", "department") == expected


def test_a_table_of_places_makes_one_place_of_one_hall(write: Write, cells: Cells) -> None:
    text = "case_id,activity,completed_at,place,department\n1,a,2024-03-04 09:00:00,3号窗,甲\n2,a,2024-03-04 09:00:00,,税务局\n"
    halls = write("halls.csv", "地点,大厅\n3号窗,政务中心\n税务局,政务中心\n")
    assert cells(read_log(write("log.csv", text), places=halls), "place") == [["政务中心"], ["政务中心"]]


def test_a_window_of_a_department_in_the_table_is_in_its_hall_and_another_site_is_not(
    write: Write, cells: Cells
) -> None:
    halls = write("halls.csv", "部门,大厅\n税务局,政务中心\n")
    text = "case_id,activity,completed_at,department,place\n" + "".join(
        f"{n},提交申请,2024-03-04 09:00,税务局,{place}\n" for n, place in enumerate(["3号窗口", "税务局", "", "工地"])
    )
    assert cells(read_log(write("log.csv", text), places=halls), "place") == [["政务中心"]] * 3 + [["工地"]]


def test_a_parquet_file_is_read_in_place_and_cleaned_only_where_it_must_be(tmp_path: Path, cells: Cells) -> None:
    import duckdb

    rows = "select * from (values ('1', ' 受理 ', timestamp '2024-03-04 09:00:00', ['a', 'b']), ('1', ' 受理 ', timestamp '2024-03-04 09:00:00', ['a', 'b']), ('2', '审核', null, null)) t(case_id, activity, completed_at, materials)"
    duckdb.connect().execute(f"copy ({rows}) to '{tmp_path / 'log.parquet'}' (format parquet)")
    log = read_log(tmp_path / "log.parquet")
    assert cells(log, "case_id", "activity", "materials") == [["1", "受理", ["a", "b"]]]
    assert ([row.reason for row in log.reading.rejected], log.reading.duplicates) == (["no_completed_at"], 1)


@pytest.mark.parametrize(
    ("dates", "months", "noted"),
    [
        (("03/04/2024 09:00", "13/04/2024 09:00"), ["04", "04"], False),
        (("03/04/2024 09:00", "04/13/2024 09:00"), ["03", "04"], False),
        (("03-04-2024", "05-06-2024"), ["03", "05"], True),
        (("03/04/2024", "13/04/2024", "04/13/2024"), ["03", "04", "04"], True),
        (("04/04/2024", "2024-05-06"), ["04", "05"], False),
        (("03.04.2024", "05.06.2024"), ["04", "06"], False),
    ],
)
def test_one_date_tells_the_order_of_all_and_a_doubt_is_noted(
    write: Write, cells: Cells, dates: tuple[str, ...], months: list[str], noted: bool
) -> None:
    rows = "".join(f"{i},a,{date}\n" for i, date in enumerate(dates))
    log = read_log(write("log.csv", "case_id,activity,completed_at\n" + rows))
    assert [str(time)[5:7] for (time,) in cells(log, "completed_at")] == months
    assert ("log.note-month-first" in dict(log.reading.notes)) is noted


@pytest.mark.parametrize("odd", [[], ["从未见过"], ["", "WINDOW", " onsite ", "N/A", "窗口", "a;b"]])
def test_a_cell_means_the_same_in_a_parquet_file_as_in_csv(
    write: Write, tmp_path: Path, cells: Cells, odd: list[str]
) -> None:
    import pandas as pd

    usual = {"channel": "online", "outcome": "pass", "delivery": "post", "actor": "officer", "method": "paper"}
    usual |= {"department": "A", "applicant": "B", "place": "C", "service": "D"}
    table = pd.DataFrame({role: [word, *odd, None] for role, word in usual.items()})
    table = table.assign(case_id=[f"c{i}" for i in table.index], activity="a")
    times = [f"2024-03-{4 + i:02} 09:00:00" for i in table.index]
    csv = write("log.csv", table.assign(completed_at=times).to_csv(index=False))
    table.assign(completed_at=pd.to_datetime(times)).to_parquet(tmp_path / "log.parquet")
    assert cells(read_log(tmp_path / "log.parquet"), *usual) == cells(read_log(csv), *usual)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("empty.csv", b"", "log.empty"),
        ("report.csv", b"%PDF-1.7\n1 0 obj", "log.other-kind"),
        ("header.csv", H.encode(), "log.no-rows"),
        ("times.csv", (H + "1,受理,坏,,a\n").encode(), "log.all-unreadable"),
        (
            "case.csv",
            "环节名称,完成时间,名字\n受理,2024-03-04 09:00,a\n审核,2024-03-04 09:00,b\n".encode(),
            "log.doubtful-column",
        ),
        ("zero.csv", b"a,b\n\0\0\0,1\n", "log.not-text"),
    ],
)
def test_what_is_no_log_is_refused_with_its_own_message(write: Write, name: str, content: bytes, key: str) -> None:
    with pytest.raises(InputError) as refused:
        read_log(write(name, content))
    assert refused.value.key == key
    assert name in str(refused.value)


def test_a_missing_file_is_told_with_its_likely_neighbours(write: Write, tmp_path: Path) -> None:
    write("permits.csv", H)
    with pytest.raises(InputError, match=r"permits\.csv"):
        read_log(tmp_path / "permit.csv")


def test_an_unknown_timezone_or_role_is_wrong_usage(write: Write) -> None:
    path = write("log.csv", H + "1,受理,2024-03-04 09:00,,a\n")
    with pytest.raises(UsageError):
        read_log(path, timezone="Asia/Nowhere")
    with pytest.raises(UsageError):
        read_log(path, roles={"departement": "办理部门"})


def test_every_labelled_log_is_read_without_help(shared: Path) -> None:
    real = read_log(shared / "data/labelled/real/log.csv")
    assert (real.reading.encoding, real.reading.duplicates, real.reading.rejected) == ("gb18030", 66, ())
    assert {"case_id", "activity", "completed_at", "started_at", "department", "resource", "service", "region", "applicant", "agent",
            "channel", "place", "materials", "outputs"} == real.present  # fmt: skip


def test_one_office_written_with_other_widths_and_blanks_is_one_office_and_the_log_says_so(write: Write) -> None:
    text = "case_id,activity,completed_at,department,place\n" + "".join(
        f"{n},提交申请,2024-03-04 09:0{n},{office},{site}\n"
        for n, (office, site) in enumerate(
            [("税务局", "A1厅"), ("税务局", "A1厅"), ("税 务局", "Ａ１厅"), ("　税务局", "A 1厅"), ("公安局", "B1厅")]
        )
    )
    log = read_log(write("log.csv", text))
    seen = log.run(log.events.order_by("event_number").select("department", "place"))
    assert seen["department"].tolist() == ["税务局"] * 4 + ["公安局"]
    assert seen["place"].tolist() == ["A1厅"] * 4 + ["B1厅"]
    assert {"log.note-alike-names"} <= {key for key, _ in log.reading.notes}


def test_documents_and_agents_are_found_under_english_headers(write: Write) -> None:
    log = read_log(
        write(
            "log.csv",
            "Application No,Step,End Time,Applicant ID,Authorized Agent,Documents Submitted,Documents Issued\n"
            "1,submit application,2024-03-04 09:00,P1,Ann,ID card;lease,\n"
            "1,issue licence,2024-03-05 09:00,P1,,,licence\n",
        )
    )
    assert log.has("agent", "materials", "outputs")


def test_what_only_a_late_row_writes_is_read_and_counted_over_all_rows(write: Write, cells: Cells) -> None:
    late = ["窗口", "飞鸽", "飞鸽"]
    channels = ["网办", "飞鸽"] + ["网办"] * (SAMPLE - 2) + late
    rows = "".join(f"{n},受理,2024-03-04 09:00:00,{channel},甲 局\n" for n, channel in enumerate(channels))
    log = read_log(
        write("log.csv", f"办件编号,环节名称,完成时间,办理渠道,办理部门\n{rows}x,受理,2024-03-04 09:00:00,网办,甲局\n")
    )
    assert ("log.note-unknown-codes", {"role": "channel", "values": "飞鸽", "n": 3}) in log.reading.notes
    assert cells(log, "channel")[SAMPLE:] == [["onsite"], [None], [None], ["online"]]
    assert {department for (department,) in cells(log, "department")} == {"甲 局"}
