"""Which column plays which role: thirty ways to name them, and what is asked about rather than guessed."""

# ruff: noqa: E501  (tables of Chinese text: a character counts two)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from event_logs import read_log
from event_logs.mapping import read_mapping, write_mapping
from event_logs.profile import profile_columns
from event_logs.roles import assign_roles
from wording.errors import InputError

Write = Callable[[str, str | bytes], Path]

VALUES = {
    "case_id": ["B1", "B1", "B1", "B2", "B2", "B2"],
    "activity": ["提交申请", "审核", "办结", "提交申请", "审核", "办结"],
    "completed_at": [f"2024-03-0{day} 09:00:00" for day in (4, 5, 6, 4, 5, 6)],
    "started_at": [f"2024-03-0{day} 08:30:00" for day in (4, 5, 6, 4, 5, 6)],
    "department": ["税务局", "税务局", "税务局", "公安局", "公安局", "公安局"],
    "resource": ["窗口01", "王五", "王五", "窗口02", "赵六", "赵六"],
    "service": ["缴税", "缴税", "缴税", "落户", "落户", "落户"],
    "applicant": ["李雷", "李雷", "李雷", "韩梅梅", "韩梅梅", "韩梅梅"],
    "channel": ["窗口", "窗口", "窗口", "网办", "网办", "网办"],
    "place": ["政务中心", "", "政务中心", "", "", ""],
    "materials": ["身份证;户口簿", "", "", "身份证", "", ""],
    "outputs": ["", "", "完税证明", "", "", "户口簿"],
    "agent": ["张三", "张三", "张三", "", "", ""],
    "outcome": ["", "通过", "通过", "", "退回", "通过"],
    "promised_at": ["2024-03-10"] * 6,
}

# Header -> role, thirty exports as departments make them.
VARIANTS: list[dict[str, str]] = [
    {"办件编号": "case_id", "环节名称": "activity", "环节结束时间": "completed_at", "环节开始时间": "started_at", "处理单位": "department"},
    {"流水号": "case_id", "办理环节": "activity", "结束时间": "completed_at", "开始时间": "started_at", "承办单位": "department"},
    {"受理编号": "case_id", "环节": "activity", "完成时间": "completed_at", "部门名称": "department", "办理人": "resource"},
    {"业务流水号": "case_id", "业务环节": "activity", "处理时间": "completed_at", "受理部门": "department", "申请人": "applicant"},
    {"申办流水号": "case_id", "节点名称": "activity", "办理时间": "completed_at", "实施主体": "department", "事项名称": "service"},
    {"案件编号": "case_id", "活动": "activity", "时间戳": "completed_at", "单位": "department", "办理渠道": "channel"},
    {"业务编号": "case_id", "步骤": "activity", "时间": "completed_at", "受理单位": "department", "申报来源": "channel"},
    {"办件号": "case_id", "操作名称": "activity", "操作时间": "completed_at", "办理部门": "department", "操作员": "resource"},
    {"project_no": "case_id", "process_name": "activity", "event_end_time": "completed_at", "event_start_time": "started_at", "org_name": "department"},
    {"PROJECT_NO": "case_id", "PROCESS_NAME": "activity", "EVENT_END_TIME": "completed_at", "HANDLE_USER_NAME": "resource", "TASK_NAME": "service"},
    {"SBLSH": "case_id", "环节名称": "activity", "完成时间": "completed_at", "material_name": "materials", "apply_type": "channel"},
    {"case:concept:name": "case_id", "concept:name": "activity", "time:timestamp": "completed_at", "org:group": "department", "org:resource": "resource"},
    {"Case ID": "case_id", "Activity": "activity", "Complete Timestamp": "completed_at", "Start Timestamp": "started_at", "Resource": "resource"},
    {"caseid": "case_id", "task": "activity", "end_timestamp": "completed_at", "start_timestamp": "started_at", "user": "resource"},
    {"case_id": "case_id", "activity_name": "activity", "end_time": "completed_at", "start_time": "started_at", "department": "department"},
    {" 办件编号 ": "case_id", "\u3000环节名称": "activity", "完成时间(年月日时分秒)": "completed_at", "办理部门（全称）": "department"},
    {"1、办件编号": "case_id", "2、环节名称": "activity", "3、完成时间": "completed_at", "4、申请人": "applicant"},
    {"*办件编号": "case_id", "*环节名称": "activity", "*完成时间": "completed_at", "窗口地址": "place"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "办理部门": "department", "经办人": "resource", "代办人": "agent"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "处理人": "resource", "经办人": "agent"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "办理结果": "outcome"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "办理结果": "outputs"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "业务动作": "outcome", "结果证照名称": "outputs"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "承诺办结时间": "promised_at", "办事大厅": "place"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "申请材料": "materials", "办理形式": "channel"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "申请单位": "applicant", "联系人": "agent"},
    {"办件编号": "case_id", "环节名称": "activity", "完成时间": "completed_at", "申请方式": "channel", "网点": "place"},
    {"申请号": "case_id", "审批环节": "activity", "处理完成时间": "completed_at", "审批部门": "department", "审批人": "resource"},
    {"收件编号": "case_id", "当前环节": "activity", "办理完成时间": "completed_at", "委办局": "department", "办理人员": "resource"},
    {"Application No.": "case_id", "Step": "activity", "Finish_Time": "completed_at", "Agency": "department", "Officer": "resource"},
]  # fmt: skip


# Headers that no list knows, built as names of their kind are; more exports as departments and vendors make them.
BUILT: list[dict[str, str]] = [
    {"办件流水编号": "case_id", "办理节点": "activity", "节点完成时间": "completed_at", "节点开始时间": "started_at", "承办处室": "department"},
    {"业务受理号": "case_id", "审批环节名称": "activity", "审批完成时间": "completed_at", "审核单位名称": "department", "审批人员": "resource"},
    {"申请流水号": "case_id", "流程步骤": "activity", "步骤开始": "started_at", "步骤结束": "completed_at", "主办部门": "department"},
    {"统一受理编号": "case_id", "环节": "activity", "办毕时间": "completed_at", "办理机构": "department", "经手人": "resource"},
    {"办件编码": "case_id", "任务名称": "activity", "任务开始时间": "started_at", "任务完成时间": "completed_at", "任务处理人": "resource"},
    {"业务单号": "case_id", "工作环节": "activity", "离开时间": "completed_at", "到达时间": "started_at", "处理机构": "department"},
    {"Case Identifier": "case_id", "Activity Name": "activity", "End Time": "completed_at", "Org Unit": "department", "Employee Name": "resource"},
    {"proInstId": "case_id", "actName": "activity", "startTime": "started_at", "endTime": "completed_at", "itemName": "service"},
    {"projid": "case_id", "link_name": "activity", "handle_time": "completed_at", "handle_org": "department", "handle_user": "resource"},
    {"BJBH": "case_id", "HJMC": "activity", "HJJSSJ": "completed_at", "CLDW": "department", "CLR": "resource"},
    {"【办件编号】": "case_id", "【环节名称】": "activity", "【完成时间】": "completed_at", "【办理部门】": "department"},
    {"子办件编号": "case_id", "环节名称": "activity", "环节办结时间": "completed_at", "责任单位": "department"},
    {"申报号": "case_id", "当前环节": "activity", "办理时间": "completed_at", "接件时间": "started_at", "经办科室": "department", "申报主体": "applicant"},
    {"许可申请编号": "case_id", "程序环节": "activity", "程序完成时间": "completed_at", "实施机关": "department", "被许可人": "applicant"},
    {"Matter": "case_id", "Stage": "activity", "Completed On": "completed_at", "Started On": "started_at", "Bureau": "department"},
    {"案件編號": "case_id", "環節名稱": "activity", "完成時間": "completed_at", "辦理部門": "department"},
]  # fmt: skip


@pytest.mark.parametrize("headers", [*VARIANTS, *BUILT], ids=lambda headers: ",".join(headers))
def test_every_role_is_found_from_the_headers_that_departments_write(headers: dict[str, str]) -> None:
    rows = list(zip(*(VALUES[role] for role in headers.values()), strict=True))
    profiles = profile_columns(list(headers), ["string"] * len(headers), rows)
    assignment = assign_roles(profiles, given=None, path=Path("log.csv"))
    assert {list(headers.values())[place]: role for role, place in assignment.columns.items()} == {
        role: role for role in headers.values()
    }


@pytest.mark.parametrize("header", ["流程结束时间", "申请时间", "受理时间"])
def test_a_time_of_the_case_is_no_time_of_its_steps(header: str) -> None:
    names = ["办件编号", "环节名称", header, "另一时间"]
    times = VALUES["completed_at"]
    rows = list(zip(VALUES["case_id"], VALUES["activity"], times, times, strict=True))
    with pytest.raises(InputError, match="completed_at"):
        assign_roles(profile_columns(names, ["string"] * 4, rows), given=None, path=Path("log.csv"))


def test_opening_hours_are_no_completion_time(write: Write) -> None:
    text = "办件编号,环节名称,办理时间,完成时间\n1,受理,周一至周五 9:00-12:00,2024-03-04 09:00:00\n"
    found = {role.role: role.column for role in read_log(write("log.csv", text)).reading.roles}
    assert found["completed_at"] == "完成时间"


def test_an_identity_number_goes_before_a_name_unless_it_is_masked(write: Write) -> None:
    head = "办件编号,环节名称,完成时间,申请人,申请人证件号码\n"
    clear = write("clear.csv", head + "1,受理,2024-03-04 09:00:00,李雷,44010619900101123X\n")
    masked = write("masked.csv", head + "1,受理,2024-03-04 09:00:00,李雷,4401**********123X\n")
    chosen = [{f.role: f.column for f in read_log(path).reading.roles}["applicant"] for path in (clear, masked)]
    assert chosen == ["申请人证件号码", "申请人"]


def test_two_columns_of_times_without_a_telling_name_are_asked_about(write: Write) -> None:
    text = "办件编号,环节名称,甲,乙\n1,受理,2024-03-04 09:00:00,2024-03-04 10:00:00\n"
    with pytest.raises(InputError, match="甲, 乙") as asked:
        read_log(write("log.csv", text))
    assert "--map completed_at=" in str(asked.value)


def test_a_given_role_goes_before_what_was_found_and_a_mapping_file_keeps_it(write: Write, tmp_path: Path) -> None:
    path = write("log.csv", "办件编号,环节名称,完成时间,登记时间\n1,受理,2024-03-04 09:00:00,2024-03-05 10:00:00\n")
    log = read_log(path, roles={"completed_at": "登记时间"})
    write_mapping(log.reading, tmp_path / "roles.toml")
    assert read_mapping(tmp_path / "roles.toml")["completed_at"] == "登记时间"


def test_a_mapped_column_that_is_not_there_is_told_with_those_that_are(write: Write) -> None:
    path = write("log.csv", "办件编号,环节名称,完成时间\n1,受理,2024-03-04 09:00:00\n")
    with pytest.raises(InputError, match="办件编号, 环节名称, 完成时间"):
        read_log(path, roles={"department": "单位名"})


@pytest.mark.parametrize("number", ["45355.375", "1709514000", "1709514000000", "1709514000000000"])
def test_a_column_named_for_times_may_tell_them_in_numbers(write: Write, number: str) -> None:
    rows = "".join(f"B{n},受理,{number},{number},{number}\n" for n in range(9))
    log = read_log(write("log.csv", "办件编号,环节名称,完成时间,开始时间,数值\n" + rows))
    assert log.present == {"case_id", "activity", "completed_at", "started_at"}
    assert {found.confidence > 0.9 for found in log.reading.roles} == {True}


@pytest.mark.parametrize("number", ["12", "20000", "99999.5", "170951400"])
def test_numbers_that_are_no_times_leave_a_column_of_times_in_doubt(write: Write, number: str) -> None:
    rows = "".join(f"B{n},受理,2024-03-04 09:00:00,{number}\n" for n in range(9))
    log = read_log(write("log.csv", "办件编号,环节名称,完成时间,开始时间\n" + rows))
    assert "started_at" not in log.present
    assert [values["role"] for key, values in log.reading.notes if key == "log.note-doubtful"] == ["started_at"]
