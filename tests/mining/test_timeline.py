"""One episode told hour by hour."""

from __future__ import annotations

from collections.abc import Callable

from event_logs.log import EventLog
from mining.episodes import episodes
from mining.timeline import Stretch, typical_episode

COLUMNS = "case_id service department activity applicant started_at completed_at"


def day(text: str) -> str:
    return f"2024-03-{text}:00"


def two_services(log_of: Callable[..., EventLog], applicant: str = "甲") -> EventLog:
    """Friday: applied and reviewed; Monday: collected, and applied for the next."""
    one, two = ("企业设立登记", "市场监管局"), ("公章刻制备案", "公安局")
    return log_of(
        COLUMNS,
        [
            ("a", *one, "提交申请", applicant, day("01 09:00"), day("01 10:00")),
            ("a", *one, "审核", applicant, day("01 12:00"), day("01 15:00")),
            ("a", *one, "领取证照", applicant, day("04 09:00"), day("04 09:00")),
            ("b", *two, "提交申请", applicant, day("04 10:00"), day("04 11:00")),
            ("b", *two, "审核", applicant, day("04 11:00"), day("04 12:00")),
            ("b", *two, "办结", applicant, day("04 12:00"), day("04 12:00")),
        ],
    )


def test_each_case_is_its_work_and_the_waits_between(log_of: Callable[..., EventLog]) -> None:
    log = two_services(log_of)
    services = ["企业设立登记", "公章刻制备案"]
    line = typical_episode(log, episodes(log, bundles=[services]), services)
    assert line is not None
    assert line.stretches == (
        Stretch("企业设立登记", "市场监管局", 9.0, 10.0, "processing"),
        Stretch("企业设立登记", "市场监管局", 10.0, 12.0, "queue"),
        Stretch("企业设立登记", "市场监管局", 12.0, 15.0, "processing"),
        Stretch("企业设立登记", "市场监管局", 15.0, 81.0, "collection"),
        Stretch("公章刻制备案", "公安局", 82.0, 84.0, "processing"),
    )


def test_its_weekend_is_off(log_of: Callable[..., EventLog]) -> None:
    log = two_services(log_of)
    services = ["企业设立登记", "公章刻制备案"]
    line = typical_episode(log, episodes(log, bundles=[services]), services)
    assert line is not None
    assert line.days_off == (1, 2)


def test_without_start_times_there_is_none(log_of: Callable[..., EventLog]) -> None:
    log = log_of("case_id activity completed_at", [("a", "提交申请", day("01 09:00"))])
    assert typical_episode(log, episodes(log), []) is None
