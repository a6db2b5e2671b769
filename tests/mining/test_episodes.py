"""Which cases belong to one thing, by hand and as properties."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from event_logs.log import EventLog
from mining.episodes import episodes

LogOf = Callable[..., EventLog]
COLUMNS = "case_id activity started_at completed_at service applicant"


def groups(log: EventLog, **options: object) -> set[frozenset[str]]:
    """The cases of each episode."""
    found = log.run(episodes(log, **options))  # type: ignore[arg-type]
    return {frozenset(rows["case_id"]) for _, rows in found.groupby("episode_id")}


def apply(case: str, start: str, end: str, service: str = "税务", applicant: str | None = "甲") -> tuple[object, ...]:
    return (case, "提交申请", start, end, service, applicant)


def test_a_case_that_starts_sixty_days_after_the_latest_end_is_of_the_episode(log_of: LogOf) -> None:
    log = log_of(COLUMNS, [apply("a", "2024-01-01", "2024-01-02"), apply("b", "2024-03-02", "2024-03-03")])
    assert groups(log) == {frozenset("ab")}


def test_a_case_that_starts_a_second_later_is_of_the_next_episode(log_of: LogOf) -> None:
    log = log_of(COLUMNS, [apply("a", "2024-01-01", "2024-01-02"), apply("b", "2024-03-02 00:00:01", "2024-03-03")])
    assert groups(log) == {frozenset("a"), frozenset("b")}


def test_the_gap_counts_from_the_latest_end_so_far_not_from_the_case_before(log_of: LogOf) -> None:
    rows = [
        apply("long", "2024-01-01", "2024-06-01"),
        apply("short", "2024-01-02", "2024-01-03"),
        apply("late", "2024-07-01", "2024-07-02"),
    ]
    assert groups(log_of(COLUMNS, rows)) == {frozenset({"long", "short", "late"})}


def test_masked_and_missing_identities_tie_nothing(log_of: LogOf) -> None:
    rows = [
        apply("a", "2024-01-01", "2024-01-02", applicant="张*"),
        apply("b", "2024-01-01", "2024-01-02", applicant="张*"),
        apply("c", "2024-01-01", "2024-01-02", applicant=None),
        apply("d", "2024-01-01", "2024-01-02", applicant=None),
    ]
    assert len(groups(log_of(COLUMNS, rows))) == 4


@pytest.mark.parametrize("written", ["某小区某栋", "粤A●●●12", "粤AXXX12", "test", "沪A****1", "暂无", "3.30106E+17"])
def test_a_masked_object_ties_nothing(log_of: LogOf, written: str) -> None:
    strangers = [("a", "甲"), ("b", "乙")]
    rows = [(case, "提交申请", "2024-01-01", "2024-01-02", who, written) for case, who in strangers]
    log = log_of("case_id activity started_at completed_at applicant object", rows)
    assert groups(log) == {frozenset("a"), frozenset("b")}


def test_with_bundles_only_services_of_one_bundle_share_an_episode(log_of: LogOf) -> None:
    rows = [apply(name, "2024-01-01", "2024-01-02", service=name) for name in ("A", "B", "C", "D", "E")]
    found = groups(log_of(COLUMNS, rows), bundles=[["A", "B"], ["C", "D"]])
    assert found == {frozenset("AB"), frozenset("CD"), frozenset("E")}


def test_two_cases_of_a_service_in_no_bundle_are_two_episodes(log_of: LogOf) -> None:
    rows = [apply("a", "2024-01-01", "2024-01-02", service="E"), apply("b", "2024-01-01", "2024-01-02", service="E")]
    assert len(groups(log_of(COLUMNS, rows), bundles=[["A", "B"]])) == 2


def test_an_object_ties_cases_of_several_applicants_and_the_logs_own_episode_goes_before_it(log_of: LogOf) -> None:
    columns = f"{COLUMNS} object episode"
    rows = [
        (*apply("a", "2024-01-01", "2024-01-02", applicant="买方"), "不动产1", None),
        (*apply("b", "2024-01-01", "2024-01-02", applicant="卖方"), "不动产1", None),
        (*apply("c", "2024-01-01", "2024-01-02", applicant="卖方"), "不动产1", "联办7"),
        (*apply("d", "2024-01-01", "2024-01-02", applicant="丙"), None, "联办7"),
        (*apply("e", "2024-01-01", "2024-01-02", applicant="丁"), "无", None),
        (*apply("f", "2024-01-01", "2024-01-02", applicant="丁"), "***", None),
    ]
    assert groups(log_of(columns, rows)) == {frozenset("ab"), frozenset("cd"), frozenset("ef")}


def test_what_ties_a_case_is_said(log_of: LogOf) -> None:
    rows = [apply("a", "2024-01-01", "2024-01-02"), apply("b", "2024-01-01", "2024-01-02", applicant=None)]
    log = log_of(COLUMNS, rows)
    found = log.run(episodes(log)).set_index("case_id")["reason"].to_dict()
    assert found == {"a": "applicant", "b": "no_identity"}


def test_an_episode_is_cut_off_where_a_case_lacks_its_application_or_its_end(log_of: LogOf) -> None:
    rows = [
        apply("whole", "2024-01-01", "2024-01-02", applicant="甲"),
        ("whole", "办结制证", "2024-01-03", "2024-01-04", "税务", "甲"),
        ("headless", "办结制证", "2024-01-03", "2024-01-04", "税务", "乙"),
        apply("open", "2024-01-01", "2024-01-02", applicant="丙"),
    ]
    log = log_of(COLUMNS, rows)
    found = log.run(episodes(log)).set_index("case_id")["cut"].to_dict()
    assert found == {"whole": False, "headless": True, "open": True}


def test_a_service_that_never_shows_an_application_is_not_cut_off_for_it(log_of: LogOf) -> None:
    rows = [
        ("a", "审核", "2024-01-01", "2024-01-02", "税务", "甲"),
        ("b", "审核", "2024-01-01", "2024-01-02", "税务", "乙"),
    ]
    log = log_of(COLUMNS, rows)
    assert not log.run(episodes(log))["cut"].any()


def test_without_ends_the_rest_is_the_same(log_of: LogOf) -> None:
    log = log_of(COLUMNS, [apply("a", "2024-01-01", "2024-01-02"), apply("b", "2024-01-09", "2024-01-10")])
    whole, less = episodes(log), episodes(log, ends=False)
    assert set(whole.columns) - set(less.columns) == {"first_at", "last_at", "cut", "reason"}
    told, again = (log.rows(found.select(*less.columns).order_by("case_id")) for found in (whole, less))
    assert told == again
    assert len(again) == 2


def test_an_empty_log_has_no_episodes(log_of: LogOf) -> None:
    log = log_of(COLUMNS, [])
    assert log.run(episodes(log)).empty


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_rows_changes_nothing(log_of: LogOf, order: tuple[int, ...]) -> None:
    rows = [
        apply("a", "2024-01-01", "2024-01-02"),
        apply("b", "2024-02-01", "2024-02-02"),
        apply("c", "2024-08-01", "2024-08-02"),
    ]
    log = log_of(COLUMNS, [rows[i] for i in order])
    found = log.run(episodes(log)).set_index("case_id")["episode_id"].to_dict()
    assert found == {"a": "a", "b": "a", "c": "c"}


def test_an_event_that_masks_the_applicant_does_not_hide_the_name_that_the_case_tells(log_of: LogOf) -> None:
    rows = [apply("a", "2024-01-01", "2024-01-02", applicant=name) for name in ("O**", "O'BRIEN 5", "O'BRIEN 5")]
    found = log_of(COLUMNS, rows)
    assert found.run(episodes(found))["applicant"].tolist() == ["O'BRIEN 5"]
