"""Events that are the raw table's own columns are the events that a copy of them gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from event_logs.backend import DuckDBEngine
from event_logs.log import EventLog
from event_logs.readers.forms import read_raw
from event_logs.reading import log_of_raw

HEADER = "办件编号,环节名称,开始时间,完成时间,办理部门,事项名称,申请人,办理渠道,提交材料,备注"
ROWS = (
    "1,受理,2024-03-04 09:00:00,2024-03-04 09:10:00,税务局,甲,王五,窗口,身份证；户口簿（原件、复印件）,x",
    "1,办结,2024-03-05 09:00:00,2024-03-05 09:10:00,税 务局,甲,,不明,,y",
    "2,受理,2024-03-04 10:00:00,2024-03-04 09:30:00,税务局,甲,李四,网办,无,",
    "2,办结,,2024-03-06 09:30:00,税务局,甲,李四,网办,身份证;户口簿,z",
)


def read(folder: Path, rows: tuple[str, ...], *, copied: bool) -> tuple[EventLog, bool]:
    """A log read in place or with a copy; whether its events stand in the raw table."""
    file = folder / "log.csv"
    file.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    engine = DuckDBEngine()
    raw = read_raw(engine, file)
    log = log_of_raw(engine, replace(raw, stored="") if copied else raw)
    names = {name for (name,) in engine.connection.execute("select table_name from duckdb_tables()").fetchall()}
    return log, raw.stored in names


def events(log: EventLog) -> pd.DataFrame:
    return log.run(log.events.order_by("event_number"))


def test_events_in_place_are_those_of_a_copy(tmp_path: Path) -> None:
    rows = (ROWS[0], *ROWS[2:])
    here, in_place = read(tmp_path, rows, copied=False)
    there, copied_in_place = read(tmp_path, rows, copied=True)
    assert (in_place, copied_in_place) == (True, False)
    pd.testing.assert_frame_equal(events(here), events(there))
    assert here.reading == there.reading
    assert here.present == there.present


def test_what_the_case_names_and_one_name_s_spellings_are_the_same_either_way(tmp_path: Path) -> None:
    here, _ = read(tmp_path, ROWS, copied=False)
    there, _ = read(tmp_path, ROWS, copied=True)
    pd.testing.assert_frame_equal(events(here), events(there))
    assert here.reading == there.reading
    assert events(here)["department"].unique().tolist() == ["税务局"]


@pytest.mark.parametrize(
    "odd",
    [
        ROWS[0],  # a duplicate
        "3,受理,2024-03-04 09:00:00,,税务局,甲,王五,窗口,,",  # no time
        ",受理,2024-03-04 09:00:00,2024-03-04 09:10:00,税务局,甲,王五,窗口,,",  # no case
        HEADER,  # a second header row
        "1,受理,2024-03-04 09:00:00,2024-03-04 09:10:00,税务局,乙,王五,窗口,,",  # the same step of another service
    ],
)
def test_a_row_that_is_no_event_of_its_own_is_set_aside_either_way(tmp_path: Path, odd: str) -> None:
    here, _ = read(tmp_path, (*ROWS, odd), copied=False)
    there, _ = read(tmp_path, (*ROWS, odd), copied=True)
    pd.testing.assert_frame_equal(events(here), events(there))
    assert here.reading == there.reading


def test_starts_and_completions_that_stand_in_the_raw_table_are_paired(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(
        "case_id,activity,completed_at,lifecycle:transition\n1,a,2024-03-04 09:00:00,start\n"
        "1,a,2024-03-04 10:00:00,complete\n1,b,2024-03-04 11:00:00,complete\n",
        encoding="utf-8",
    )
    engine = DuckDBEngine()
    found = events(log_of_raw(engine, read_raw(engine, file)))
    assert found["activity"].tolist() == ["a", "b"]
    assert found["started_at"].notna().tolist() == [True, False]
