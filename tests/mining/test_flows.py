"""Flows, handovers and their waits, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from event_logs.log import EventLog
from mining.flows import flows

LogOf = Callable[..., EventLog]
COLUMNS = "case_id activity department started_at completed_at"
ROWS = [
    ("1", "申请", "甲局", "2024-01-01 09:00", "2024-01-01 09:10"),
    ("1", "审核", "甲局", "2024-01-01 10:10", "2024-01-01 11:00"),
    ("1", "会签", "乙局", "2024-01-01 10:50", "2024-01-01 12:00"),
    ("2", "申请", "甲局", "2024-01-01 09:00", "2024-01-01 09:10"),
    ("2", "审核", "甲局", "2024-01-01 12:10", "2024-01-01 13:00"),
    ("2", "申请", "甲局", "2024-01-01 14:00", "2024-01-01 14:10"),
    ("2", "审核", "甲局", "2024-01-01 14:10", "2024-01-01 15:00"),
]


def test_activities_are_counted_in_cases_and_events_with_the_wait_between_them(log_of: LogOf) -> None:
    log = log_of(COLUMNS, ROWS)
    rows = log.run(flows(log)).set_index(["source", "target"])
    assert rows.loc[("申请", "审核")].to_list() == [2, 3, 3600.0, pytest.approx(3600 + 0.8 * 7200)]


def test_a_step_that_begins_before_the_last_one_ends_waited_not_at_all(log_of: LogOf) -> None:
    log = log_of(COLUMNS, ROWS)
    rows = log.run(flows(log)).set_index(["source", "target"])
    assert rows.loc[("审核", "会签"), "median_wait_s"] == 0


def test_departments_hand_over_to_others_only(log_of: LogOf) -> None:
    log = log_of(COLUMNS, ROWS)
    assert log.run(flows(log, "departments"))[["source", "target", "cases"]].to_numpy().tolist() == [
        ["甲局", "乙局", 1]
    ]


def test_equal_times_keep_the_order_of_rows(log_of: LogOf) -> None:
    log = log_of("case_id activity completed_at", [("1", "乙", "2024-01-01"), ("1", "甲", "2024-01-01")])
    assert log.run(flows(log))[["source", "target"]].to_numpy().tolist() == [["乙", "甲"]]


def test_between_anything_else_is_refused(log_of: LogOf) -> None:
    with pytest.raises(ValueError, match="offices"):
        flows(log_of(COLUMNS, ROWS), "offices")


def test_of_two_that_end_together_the_one_that_began_first_comes_first_whatever_the_row(log_of: LogOf) -> None:
    rows = [
        ("1", "乙", "甲局", "2024-01-01 09:30", "2024-01-01 10:00"),
        ("1", "甲", "甲局", "2024-01-01 09:00", "2024-01-01 10:00"),
    ]
    log = log_of(COLUMNS, rows)
    assert log.run(flows(log))["source"].tolist() == ["甲"]
