"""What a cell means: times, lists, codes, identities, each as departments write it."""

# ruff: noqa: E501  (tables of Chinese text: a character counts two)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from event_logs import read_log

Column = Callable[[str, list[str], str], list[Any]]


def test_times_of_many_forms_in_one_column_are_told_apart(write: Callable[[str, str], Path], cells: Any) -> None:
    forms = {
        "2024-03-04 11:01:50": "2024-03-04 11:01:50", "2024/3/4 9:05": "2024-03-04 09:05:00", "20240304110150": "2024-03-04 11:01:50",
        "20240304T110150": "2024-03-04 11:01:50", "2024年3月4日 11时01分50秒": "2024-03-04 11:01:50", "45355.45": "2024-03-04 10:48:00",
        "2024-03-04T03:01:50Z": "2024-03-04 11:01:50", "2024-03-04T04:01:50+01:00": "2024-03-04 11:01:50",
        "2024-03-04 11:01:50 +0800": "2024-03-04 11:01:50", "1709521310": "2024-03-04 11:01:50", "1709521310000": "2024-03-04 11:01:50",
        "2024/3/4 下午3:05:06": "2024-03-04 15:05:06", "2012/01/30 06:24:00.000": "2012-01-30 06:24:00",
        "２０２４－０３－０４　１１：０１": "2024-03-04 11:01:00", "'2024-03-04 11:01:50": "2024-03-04 11:01:50", "13/04/2024 10:00": "2024-04-13 10:00:00",
        "2024年3月5日 上午9时": "2024-03-05 09:00:00", "2024年3月5日下午3时20分": "2024-03-05 15:20:00", "2024-03-05 12:00:00 AM": "2024-03-05 00:00:00",
        "2024-03-05 01:30:00 PM": "2024-03-05 13:30:00", "2024年3月5日星期二 9:05": "2024-03-05 09:05:00", "2024-03-05 09:00（周二）": "2024-03-05 09:00:00",
        "2024-03-05 下午 15:05": "2024-03-05 15:05:00", "2024-03-05 9点5分": "2024-03-05 09:05:00", "2024/3/5 PM 3:05": "2024-03-05 15:05:00",
    }  # fmt: skip
    path = write("log.csv", "case_id,activity,completed_at\n" + "".join(f"1,a,{written}\n" for written in forms))
    assert (
        dict(
            zip(forms, [row[0] for row in cells(read_log(path, timezone="Asia/Shanghai"), "completed_at")], strict=True)
        )
        == forms
    )


def test_text_that_a_spreadsheet_wrote_as_a_formula_is_its_text(write: Callable[[str, str], Path], cells: Any) -> None:
    rows = 'case_id,activity,completed_at,fee\n="001",受理,="2024-03-05 09:00:00","=""1,000.50"""\n'
    assert cells(read_log(write("log.csv", rows)), "case_id", "completed_at", "fee") == [
        ["001", "2024-03-05 09:00:00", 1000.5]
    ]


def test_what_is_no_moment_is_none(write: Callable[[str, str], Path]) -> None:
    path = write(
        "log.csv",
        "case_id,activity,completed_at\n1,a,2024-03-04 09:00:00\n"
        + "".join(f"1,a,{bad}\n" for bad in ("2024-02-30 10:00:00", "待定", "2024-13-45 99:99:99", "epoch", "2024")),
    )
    assert [row.line for row in read_log(path).reading.rejected] == [3, 4, 5, 6, 7]


def test_lists_are_split_outside_brackets_trimmed_and_rid_of_empties(column: Column) -> None:
    written = [
        "户口簿（首页；本人页）、身份证; 护照|x(未闭;合",
        "身份证",
        "a;;b；",
        " ； ",
        "无",
        "营业执照;印章备案证明; 身份证",
    ]
    assert column("提交材料", written, "materials") == [
        ["户口簿（首页；本人页）", "身份证", "护照", "x(未闭", "合"], ["身份证"], ["a", "b"], None, None, ["营业执照", "印章备案证明", "身份证"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "role", "pairs"),
    [
        ("办理渠道", "channel", {"1": "onsite", "窗口": "onsite", "2": "online", "3": "online", "自助终端": "self_service", "EMS": "post", "电话": "phone", "9": None, "飞鸽": None}),
        ("操作方", "actor", {"申请人": "applicant", "工作人员": "officer", "?": None}),
        ("收取方式", "method", {"1": "paper", "附件上传": "upload", "证照库": "shared", "容缺后补": "deferred", "纸质;证照库": "paper;shared"}),
        ("领取方式", "delivery", {"自取": "collect", "快递": "post", "电子证照": "electronic"}),
        ("审核结果", "outcome", {"通过": "pass", "退回": "return", "不予许可": "refuse", "撤回": "withdraw", "转办": "other"}),
    ],
)  # fmt: skip
def test_local_codes_become_the_contracts(column: Column, header: str, role: str, pairs: dict[str, str | None]) -> None:
    assert dict(zip(pairs, column(header, list(pairs), role), strict=True)) == pairs


def test_an_unknown_code_is_counted_and_told(write: Callable[[str, str], Path]) -> None:
    path = write(
        "log.csv", "case_id,activity,completed_at,channel\n1,a,2024-03-04 09:00:00,窗口\n1,b,2024-03-04 09:00:00,飞鸽\n"
    )
    assert ("log.note-unknown-codes", {"role": "channel", "values": "飞鸽", "n": 1}) in read_log(path).reading.notes


def test_one_person_has_one_key_however_the_number_is_written(column: Column) -> None:
    written = [
        "44010619900101123x",
        " 44010619900101123X",
        "'44010619900101123X",
        "４４０１０６１９９００１０１１２３Ｘ",
    ]
    keys = column("申请人", written, "applicant_key")
    assert set(keys) == {"44010619900101123X"}


def test_the_old_form_of_a_citizen_number_is_the_new_one(column: Column) -> None:
    # GB 11643: 440106 + 19 + 900101123, weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, sum mod 11 = 7 -> 5
    assert column("申请人", ["440106900101123", "440106199001011235"], "applicant_key") == ["440106199001011235"] * 2


def test_a_credit_code_and_the_organisation_code_inside_it_are_one_firm(column: Column) -> None:
    # GB 32100's own example: 91350100M000100Y43 holds the organisation code M000100Y-4
    keys = column(
        "申请单位",
        ["91350100M000100Y43", "91350100m000100y43", "M000100Y-4", "M000100Y4", "91350100M000100Y44"],
        "applicant_key",
    )
    assert (len(set(keys[:4])), keys[4]) == (1, "91350100M000100Y44")


@pytest.mark.parametrize(
    "written",
    ["4401**********1234", "李*", "无", "000000000000000000", "test", "匿名用户3", "张某", "N/A", "4.4E+17", "111111"],
)
def test_masked_and_placeholder_identities_tie_nothing(column: Column, written: str) -> None:
    assert column("申请人", ["李雷", written], "applicant_key") == ["李雷", None]


@pytest.mark.parametrize("written", ["本人", "自己", "申请人本人", "同申请人", "无代办", "无代理人"])
def test_an_agent_who_is_the_applicant_himself_is_none(column: Column, written: str) -> None:
    assert column("代办人", ["李雷", written], "agent_key") == ["李雷", None]


def test_names_are_their_own_keys(column: Column) -> None:
    names = ["李雷", "O'BRIEN, SEAN E6572930", "广州天和360309信息技术有限公司", "赵艳433331"]
    assert column("申请人", names, "applicant_key") == names


def test_amounts_and_ratings_are_read_as_people_write_them(write: Callable[[str, str], Path], cells: Any) -> None:
    fees = {
        "￥80.00": 80.0,
        "¥1;200": None,
        "80元": 80.0,
        "免费": 0.0,
        "人民币80元整": 80.0,
        "1.2万元": 12_000.0,
        "RMB 80": 80.0,
        "按标准收": None,
        "-": None,
    }
    words = ["非常满意", "满意", "基本满意", "不满意", "非常不满意", "4星", "5分", "5", "好吧"]
    rows = "".join(
        f"1,受理,2024-03-04 09:00:0{n},{fee},{word}\n" for n, (fee, word) in enumerate(zip(fees, words, strict=True))
    )
    log = read_log(write("log.csv", "办件编号,环节名称,完成时间,收费金额,满意度\n" + rows))
    assert cells(log, "fee", "rating") == [
        list(pair) for pair in zip(fees.values(), [5.0, 4.0, 3.0, 2.0, 1.0, 4.0, 5.0, 5.0, None], strict=True)
    ]
    unread = {values["role"]: values["values"] for key, values in log.reading.notes if key == "log.note-unread-numbers"}
    assert unread == {"rating": "好吧", "fee": "¥1;200, 按标准收"}


def test_a_time_without_its_day_is_set_aside(write: Callable[[str, str], Path]) -> None:
    text = "办件编号,环节名称,完成时间\n1,受理,2024年3月4日 下午3:05\n1,办结,上午9:00\n"
    assert [(row.line, row.reason) for row in read_log(write("log.csv", text)).reading.rejected] == [
        (3, "bad_completed_at")
    ]
