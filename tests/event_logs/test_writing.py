"""What is written is read back equal; people become digests; exchange and object logs become events."""

# ruff: noqa: E501  (tables of Chinese text: a character counts two)
from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from event_logs import read_log
from event_logs.pseudonyms import pseudonymise
from event_logs.writers import write_log
from wording.errors import InputError, UsageError

Write = Callable[[str, str | bytes], Path]
Cells = Callable[..., list[list[Any]]]

COLUMNS = (
    "case_id",
    "activity",
    "completed_at",
    "started_at",
    "department",
    "applicant",
    "channel",
    "materials",
    "rating",
)
NAMES = st.text(alphabet="李雷甲乙丙ab&<>\"'；;、|,( )（）é𠮷", min_size=1, max_size=8).map(lambda t: f"x{t}y")
TIMES = st.datetimes(datetime.datetime(2000, 1, 1), datetime.datetime(2030, 1, 1)).map(
    lambda t: t.replace(microsecond=0)
)
EVENTS = st.lists(
    st.fixed_dictionaries({
        "case_id": st.sampled_from(["B1", "B2", "B3"]), "activity": NAMES, "completed_at": TIMES, "department": st.none() | NAMES,
        "applicant": st.none() | NAMES, "channel": st.sampled_from([None, "onsite", "online"]), "rating": st.sampled_from([None, 1.0, 4.5]),
        "materials": st.none() | st.lists(NAMES.map(lambda t: t.replace("\"", "").replace("'", "")), min_size=1, max_size=3),
    }),
    min_size=1, max_size=6, unique_by=lambda event: (event["case_id"], event["activity"], event["completed_at"]),
)  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xes", "xes.gz", "jsonocel", "xmlocel", "sqlite"])
@settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=EVENTS)
def test_what_is_written_is_read_back_equal(
    tmp_path: Path, cells: Cells, suffix: str, events: list[dict[str, Any]]
) -> None:
    frame = pd.DataFrame(events).astype({"completed_at": "datetime64[us]"})
    log = read_log(frame.sort_values("case_id", kind="stable"))
    path = tmp_path / f"log.{suffix}"
    write_log(log, path)
    present = [name for name in COLUMNS if name in log.present]
    given_rows, read_rows = cells(log, *present), cells(read_log(path), *present)
    assert sorted(map(repr, read_rows)) == sorted(map(repr, given_rows))


def test_an_unknown_extension_is_wrong_usage(write: Write, tmp_path: Path) -> None:
    log = read_log(write("log.csv", "case_id,activity,completed_at\n1,a,2024-03-04 09:00:00\n"))
    with pytest.raises(UsageError, match=r"\.docx"):
        write_log(log, tmp_path / "log.docx")


def test_the_same_log_is_written_as_the_same_bytes(write: Write, tmp_path: Path) -> None:
    log = read_log(
        write("log.csv", "case_id,activity,completed_at\n1,a,2024-03-04 09:00:00\n2,b,2024-03-04 09:00:00\n")
    )
    for name in ("1.xes.gz", "2.xes.gz"):
        write_log(log, tmp_path / name)
    assert (tmp_path / "1.xes.gz").read_bytes() == (tmp_path / "2.xes.gz").read_bytes()


PEOPLE = (
    "case_id,activity,completed_at,applicant,resource,place\n1,受理,2024-03-04 09:00:00,440106900101123,王五,电话13800138000处\n"
    "2,受理,2024-03-04 10:00:00,440106199001011235,王五,44010619900101123X的家\n3,受理,2024-03-04 10:00:00,李*,赵六,大厅\n"
)


def test_pseudonyms_join_one_person_and_hide_everybody(write: Write, cells: Cells) -> None:
    log = pseudonymise(read_log(write("log.csv", PEOPLE)), b"0123456789abcdef")
    rows = cells(log, "applicant", "applicant_key", "resource", "place")
    assert rows[0][0] == rows[1][0] == rows[0][1] != rows[2][0]
    assert [row[3] for row in rows] == ["电话[PHONE]处", "[ID]的家", "大厅"]
    assert "王五" not in repr(rows)
    assert rows[2][0] is None


def test_pseudonyms_differ_by_key_only(write: Write, cells: Cells) -> None:
    path = write("log.csv", PEOPLE)
    one, same, other = (
        cells(pseudonymise(read_log(path), key), "applicant") for key in (b"a" * 16, b"a" * 16, b"b" * 16)
    )
    assert one == same != other


EXCHANGE = {
    "up_pro_accept": "project_no,task_name,org_name,applyer_name,apply_type,apply_date,promise_date\n"
    "P1,落户,公安局,李雷,1,20240304090000,20240310000000\nP2,缴税,税务局,韩梅梅,2,20240305090000,\n",
    "up_pro_process": "project_no,process_name,event_start_time,event_end_time,handle_user_name,event_name\n"
    "P1,受理,20240304100000,20240304101000,王五,通过\nP1,审核,20240305100000,20240305100000,赵六,通过\nP2,受理,20240305100000,20240305103000,孙七,退回\n",
    "up_pro_material": "project_no,material_name,get_type\nP1,身份证,1\nP1,户口簿,5\n",
    "up_pro_result": "project_no,result_cetr_name,result_date,is_delivery_results\nP1,户口簿,20240306090000,0\n",
    "up_pro_special": "project_no,special_start_time,special_end_time\nP1,20240304120000,20240305090000\n",
}
JOINED = [
    [
        "P1",
        "提交申请",
        "2024-03-04 09:00:00",
        None,
        "公安局",
        "李雷",
        "onsite",
        ["身份证", "户口簿"],
        "paper;shared",
        None,
        None,
        None,
    ],
    [
        "P1",
        "受理",
        "2024-03-04 10:10:00",
        "2024-03-04 10:00:00",
        "公安局",
        "李雷",
        "onsite",
        None,
        None,
        None,
        None,
        None,
    ],
    ["P2", "提交申请", "2024-03-05 09:00:00", None, "税务局", "韩梅梅", "online", None, None, None, None, None],
    [
        "P1",
        "审核",
        "2024-03-05 10:00:00",
        None,
        "公安局",
        "李雷",
        "onsite",
        None,
        None,
        None,
        None,
        "2024-03-04 12:00:00",
    ],
    [
        "P2",
        "受理",
        "2024-03-05 10:30:00",
        "2024-03-05 10:00:00",
        "税务局",
        "韩梅梅",
        "online",
        None,
        None,
        None,
        None,
        None,
    ],
    ["P1", "办结", "2024-03-06 09:00:00", None, "公安局", "李雷", "onsite", None, None, ["户口簿"], "collect", None],
]
LOOKED_AT = ("case_id", "activity", "completed_at", "started_at", "department", "applicant", "channel", "materials", "method", "outputs",
             "delivery", "suspended_from")  # fmt: skip


def test_the_exchange_tables_in_a_folder_are_one_log(tmp_path: Path, cells: Cells) -> None:
    for name, text in EXCHANGE.items():
        (tmp_path / f"{name}.csv").write_bytes(text.encode("gb18030"))
    log = read_log(tmp_path)
    assert cells(log, *LOOKED_AT) == JOINED
    assert {"log.note-process-department", "log.note-same-times", "log.note-suspended"} <= {
        key for key, _ in log.reading.notes
    }


def test_a_step_that_has_the_department_of_its_case_is_marked(tmp_path: Path, cells: Cells) -> None:
    for name, text in EXCHANGE.items():
        own = text.replace("event_name\n", "event_name,org_name\n").replace("王五,通过", "王五,通过,民政局")
        (tmp_path / f"{name}.csv").write_text(own if name == "up_pro_process" else text, "utf-8")
    steps = cells(read_log(tmp_path), "activity", "department", "department_inherited")
    assert [step for step in steps if step[0] == "受理"] == [["受理", "民政局", False], ["受理", "税务局", True]]
    assert ["审核", "公安局", True] in steps


def test_the_exchange_tables_in_a_database_are_the_same_log(tmp_path: Path, cells: Cells) -> None:
    database = sqlite3.connect(tmp_path / "exchange.db")
    for name, text in EXCHANGE.items():
        head, *rows = [line.split(",") for line in text.splitlines()]
        database.execute(f"create table {name} ({', '.join(f'{column} text' for column in head)})")
        database.executemany(f"insert into {name} values ({', '.join('?' * len(head))})", rows)
    database.commit()
    database.close()
    assert cells(read_log(tmp_path / "exchange.db"), *LOOKED_AT) == JOINED


def test_an_object_log_asks_which_object_is_the_case_and_takes_the_answer(shared: Path) -> None:
    for suffix in ("jsonocel", "xmlocel", "sqlite"):
        path = shared / f"data/fixtures/ocel20_example.{suffix}"
        with pytest.raises(InputError, match="Purchase Order"):
            read_log(path)
        log = read_log(path, roles={"case_id": "Invoice"})
        assert log.run(log.events.aggregate(n=log.events.count()))["n"].iloc[0] == 9


def test_acceptance_and_a_closing_after_the_last_step_are_events_of_the_exchange_tables(
    tmp_path: Path, cells: Cells
) -> None:
    tables = {
        "accept": "project_no,org_name,apply_date,accept_date,handle_user_name\nP1,市监局,20240304T090000,20240304T100000,张一\n",
        "process": "project_no,process_name,event_start_time,event_end_time\nP1,决定,20240305T090000,20240305T110000\n",
        "result": "project_no,result_date,result_cetr_name\nP1,20240305T150000,营业执照\n",
    }
    for name, text in tables.items():
        (tmp_path / f"up_pro_{name}.csv").write_text(text, "utf-8")
    assert cells(read_log(tmp_path), "activity", "completed_at", "resource", "outputs") == [
        ["提交申请", "2024-03-04 09:00:00", None, None],
        ["受理", "2024-03-04 10:00:00", "张一", None],
        ["决定", "2024-03-05 11:00:00", None, None],
        ["办结", "2024-03-05 15:00:00", None, ["营业执照"]],
    ]
