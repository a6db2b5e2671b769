"""Working time, waits that add up, rework and notices told twice, by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from event_logs.log import EventLog
from mining.calendars import Hours, is_working_day, with_working_s
from mining.durations import service_times
from mining.episodes import episodes
from mining.notices import notices
from mining.rework import rework
from mining.waits import wait_parts

LogOf = Callable[..., EventLog]
COLUMNS = "case_id activity started_at completed_at department service applicant"
ROWS = [
    ("a", "提交申请", "2024-03-04 09:00", "2024-03-04 10:00", "税务局", "缴税", "甲"),
    ("a", "审核", "2024-03-04 12:00", "2024-03-04 13:00", "税务局", "缴税", "甲"),
    ("a", "补正告知", "2024-03-04 13:00", "2024-03-04 13:00", "税务局", "缴税", "甲"),
    ("a", "补正材料", "2024-03-04 15:00", "2024-03-04 16:00", "税务局", "缴税", "甲"),
    ("a", "办结制证", "2024-03-04 16:00", "2024-03-04 17:00", "税务局", "缴税", "甲"),
    ("a", "领取证照", "2024-03-05 09:00", "2024-03-05 09:00", "税务局", "缴税", "甲"),
    ("b", "提交申请", "2024-03-05 12:00", "2024-03-05 13:00", "公安局", "户口", "甲"),
    ("b", "办结制证", "2024-03-05 13:00", "2024-03-05 14:00", "公安局", "户口", "甲"),
]


def test_a_special_procedure_takes_its_hours_from_the_wait_in_which_it_runs(log_of: LogOf) -> None:
    rows = [(*row, None, None) for row in ROWS]
    rows[1] = (*ROWS[1], "2024-03-04 10:30", "2024-03-04 11:30")  # amid the wait for the review
    rows[5] = (*ROWS[5], "2024-03-04 16:30", "2024-03-04 19:00")  # from the work into the wait for collection
    rows[7] = (*ROWS[7], "2024-03-05 12:10", "2024-03-05 12:20")  # while the application is worked on: no wait
    log = log_of(COLUMNS + " suspended_from suspended_to", rows)
    parts = {part.cause: part.mean_h for part in wait_parts(log, episodes(log))}
    assert sum(parts.values()) == pytest.approx(29)
    assert parts["suspended"] == pytest.approx(1 + 2)
    assert parts["queue"] + parts.get("closed", 0) == pytest.approx(1)
    assert parts["collection"] == pytest.approx(14)
    assert parts["processing"] == pytest.approx(6)


def test_every_hour_of_the_lead_time_belongs_to_one_part(log_of: LogOf) -> None:
    log = log_of(COLUMNS, ROWS)
    parts = {part.cause: part.mean_h for part in wait_parts(log, episodes(log))}
    assert sum(parts.values()) == pytest.approx(29)
    assert parts["queue"] + parts.get("closed", 0) == pytest.approx(2)
    assert parts["correction"] == pytest.approx(2)
    assert parts["collection"] == pytest.approx(16)
    assert parts["relay"] == pytest.approx(3)
    assert parts["processing"] == pytest.approx(6)


def test_without_start_times_waits_are_unknown(log_of: LogOf) -> None:
    log = log_of("case_id activity completed_at", [("a", "提交申请", "2024-03-04 09:00")])
    assert wait_parts(log, episodes(log)) == ()


def test_a_moved_working_sunday_is_a_working_day_and_a_holiday_monday_is_none() -> None:
    assert is_working_day(date(2024, 2, 18))
    assert not is_working_day(date(2024, 2, 12))


def test_working_time_leaves_out_nights_and_the_weekend(log_of: LogOf) -> None:
    # Friday 16:00 to Monday 10:00 at 9 to 17: one hour on Friday, one on Monday.
    log = log_of(
        "case_id activity started_at completed_at department",
        [("a", "审核", "2024-03-08 16:00", "2024-03-11 10:00", "局")],
    )
    spans = log.events.select("department", from_at="started_at", to_at="completed_at")
    worked = log.run(with_working_s(log, spans, (Hours("局", 9 * 3600, 17 * 3600, False),)))
    assert list(worked["working_s"]) == [7200.0]


def test_a_department_that_works_every_day_counts_the_weekend(log_of: LogOf) -> None:
    log = log_of(
        "case_id activity started_at completed_at department",
        [("a", "审核", "2024-03-08 16:00", "2024-03-11 10:00", "局")],
    )
    spans = log.events.select("department", from_at="started_at", to_at="completed_at")
    worked = log.run(with_working_s(log, spans, (Hours("局", 9 * 3600, 17 * 3600, True),)))
    assert list(worked["working_s"]) == [18 * 3600.0]


def test_one_time_for_start_and_end_leaves_processing_unknown_not_zero(log_of: LogOf) -> None:
    log = log_of("case_id activity completed_at service", [("a", "审核", "2024-03-04 09:00", "缴税")])
    assert [times.processing_mean_h for times in service_times(log)] == [None]


def test_cases_told_again_have_the_told_ones_as_denominator(log_of: LogOf) -> None:
    told = ("补正告知", "2024-03-04 13:00", "2024-03-04 13:00", "税务局", "缴税", "甲")
    rows = [*ROWS, ("c", *told), ("d", *told), ("d", *told)]
    log = log_of(COLUMNS, rows)
    worst = notices(log)[0]
    assert (worst.service, worst.cases, worst.told, worst.told_again) == ("缴税", 3, 3, 1)
    assert worst.told_again_share == pytest.approx(1 / 3)


def test_rework_counts_corrections_and_officers_steps_done_again(log_of: LogOf) -> None:
    again = ("a", "审核", "2024-03-04 16:00", "2024-03-04 16:10", "税务局", "缴税", "甲")
    log = log_of(COLUMNS, [*ROWS, again])
    of_tax = next(row for row in rework(log) if row.service == "缴税")
    assert (of_tax.cases, of_tax.corrections, of_tax.cases_repeating, of_tax.repeats) == (1, 1, 1, 1)
