"""Rows equal to an earlier one are found whatever the forms, the order and the length of their cases."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs import read_log

HEADERS = ["case_id", "activity", "completed_at", "region"]
ROW = st.tuples(st.sampled_from("AB"), st.sampled_from(["apply", "review"]), st.integers(0, 3), st.sampled_from("xy"))


def numbers_read(frame: pd.DataFrame) -> tuple[list[int], int]:
    log = read_log(frame)
    kept = log.rows(log.events.select("event_number").order_by("event_number"))
    return [number for (number,) in kept], log.reading.duplicates


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_only_rows_equal_in_every_column_to_an_earlier_one_go(rows: list[tuple[str, str, int, str]]) -> None:
    frame = pd.DataFrame([(c, a, f"2024-03-04 09:0{m}", r) for c, a, m, r in rows], columns=HEADERS)
    first = [number for number, row in enumerate(rows) if row not in rows[:number]]
    assert numbers_read(frame) == (first, len(rows) - len(first))


def test_a_case_of_more_rows_than_there_are_marks_loses_its_repeated_row_alone() -> None:
    times = [f"2024-03-04 {n // 60:02}:{n % 60:02}" for n in range(500)]
    frame = pd.DataFrame({"case_id": "A", "activity": "review", "completed_at": [*times, times[77]], "region": "x"})
    assert numbers_read(frame) == (list(range(500)), 1)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_case_numbers_that_are_numbers_repeat_as_texts_do(tmp_path: Path, form: str) -> None:
    times = pd.to_datetime(["2024-03-04 09:00", "2024-03-04 10:00", "2024-03-04 09:00"])
    frame = pd.DataFrame({"case_id": [7, 7, 7], "activity": ["apply", "review", "apply"], "completed_at": times})
    path = tmp_path / f"log.{form}"
    frame.to_csv(path, index=False) if form == "csv" else frame.to_parquet(path)
    log = read_log(path)
    assert log.reading.duplicates == 1
    assert log.rows(log.events.select("event_number").order_by("event_number")) == [(0,), (1,)]
