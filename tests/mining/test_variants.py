"""Variants, by hand."""

from __future__ import annotations

from collections.abc import Callable

from event_logs.log import EventLog
from mining.variants import variants

LogOf = Callable[..., EventLog]
COLUMNS = "case_id activity completed_at"


def test_cases_with_the_same_trace_are_one_variant_with_its_share_and_cycle(log_of: LogOf) -> None:
    rows = [
        ("1", "申请", "2024-01-01 00:00"),
        ("1", "审核", "2024-01-01 01:00"),
        ("2", "申请", "2024-01-02 00:00"),
        ("2", "审核", "2024-01-02 03:00"),
        ("3", "审核", "2024-01-01 00:00"),
        ("3", "申请", "2024-01-01 01:00"),
        ("4", "申请", "2024-01-01 00:00"),
    ]
    log = log_of(COLUMNS, rows)
    assert log.run(variants(log)).to_numpy().tolist() == [
        ["申请;审核", 2, 0.5, 7200.0],
        ["审核;申请", 1, 0.25, 3600.0],
        ["申请", 1, 0.25, 0.0],
    ]


def test_a_step_done_twice_is_another_variant(log_of: LogOf) -> None:
    rows = [("1", "审核", "2024-01-01"), ("2", "审核", "2024-01-01"), ("2", "审核", "2024-01-02")]
    log = log_of(COLUMNS, rows)
    assert set(log.run(variants(log))["variant"]) == {"审核", "审核;审核"}


def test_an_empty_log_has_no_variants(log_of: LogOf) -> None:
    log = log_of(COLUMNS, [])
    assert log.run(variants(log)).empty


def test_of_two_that_end_together_the_one_that_began_first_comes_first_whatever_the_row(log_of: LogOf) -> None:
    rows = [
        ("1", "审核", "2024-01-01 09:30", "2024-01-01 10:00"),
        ("1", "申请", "2024-01-01 09:00", "2024-01-01 10:00"),
    ]
    log = log_of("case_id activity started_at completed_at", rows)
    assert log.run(variants(log))["variant"].tolist() == ["申请;审核"]
