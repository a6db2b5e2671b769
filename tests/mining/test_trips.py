"""Trips: the contract's section 3, sentence by sentence, on logs written by hand."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import wording
from catalogue.services import Catalogue, Service
from event_logs.log import EventLog
from mining.episodes import episodes
from mining.trips import Trips, count_trips, notes, trips

LogOf = Callable[..., EventLog]
COLUMNS = "case_id activity started_at completed_at department service applicant actor channel place"


def visit(case: str, start: str, end: str, department: str | None = "税务局", place: str | None = "大厅", *,
          activity: str = "提交申请", applicant: str | None = "甲", channel: str | None = "onsite",
          actor: str | None = "applicant", service: str | None = "事项") -> tuple[object, ...]:  # fmt: skip
    """An event on one day of March 2024, with times of that day (or whole stamps)."""
    at = [text if "-" in text else f"2024-03-01 {text}" for text in (start, end)]
    return (case, activity, *at, department, service, applicant, actor, channel, place)


def found(log: EventLog, **options: object) -> pd.DataFrame:
    """The trips of a log in time order."""
    return log.run(trips(log, episodes(log), **options))  # type: ignore[arg-type]


def kinds(log: EventLog, **options: object) -> list[str]:
    return list(found(log, **options)["kind"])


def test_two_windows_of_one_hall_within_four_hours_are_one_trip(log_of: LogOf) -> None:
    log = log_of(COLUMNS, [visit("a", "09:00", "09:10"), visit("b", "13:10", "13:20", "公安局")])
    rows = found(log)
    assert list(rows["kind"]) == ["first"]
    assert rows.loc[0, "departments"] == "税务局;公安局"
    assert rows.loc[0, "cases"] == "a;b"


def test_what_a_trip_served_is_told_in_the_order_of_start_completion_and_row(log_of: LogOf) -> None:
    rows = [visit("c1", "10:00:01", "10:00:01"), visit("c3", "10:00:00", "10:00:00"),
            visit("c1", "10:00:00", "10:00:00"), visit("c4", "10:00:00", "10:00:00"),
            visit("c0", "10:00:00", "10:00:09")]  # fmt: skip
    assert found(log_of(COLUMNS, rows)).loc[0, "cases"] == "c3;c1;c4;c0"


def test_every_trip_tells_its_place_and_department_however_many_there_are(log_of: LogOf) -> None:
    rows = [visit(f"c{n}", "09:00", "09:10", f"局{n:03}", f"厅{n:03}", service=f"事项{n:03}") for n in range(300)]
    rows.append(visit("x", "2024-03-02 09:00", "2024-03-02 09:10", None, None))
    told = found(log_of(COLUMNS, rows)).set_index("cases")
    for n in range(300):
        assert tuple(told.loc[f"c{n}", ["place", "departments", "services"]]) == (
            f"厅{n:03}",
            f"局{n:03}",
            f"事项{n:03}",
        )
    assert told.loc["x", ["place", "departments"]].isna().all()


@pytest.mark.parametrize("day", ["1899-12-31", "1969-12-31", "1970-01-01", "2262-04-11"])
def test_trips_are_told_apart_on_whatever_day(log_of: LogOf, day: str) -> None:
    rows = [visit("a", f"{day} 09:00", f"{day} 09:10", place="北厅"),
            visit("b", f"{day} 09:20", f"{day} 09:30", place="北厅"),
            visit("c", f"{day} 09:40", f"{day} 09:50", "公安局", "南厅")]  # fmt: skip
    told = found(log_of(COLUMNS, rows))
    assert told[["cases", "place", "departments"]].to_numpy().tolist() == [
        ["a;b", "北厅", "税务局"],
        ["c", "南厅", "公安局"],
    ]


@pytest.mark.parametrize("departments", [30, 31, 32, 61, 62, 63])
def test_a_department_is_new_once_however_many_bits_tell_of_those_visited(log_of: LogOf, departments: int) -> None:
    days = [f"{pd.Timestamp('2024-03-01') + pd.Timedelta(days=n // 2):%Y-%m-%d}" for n in range(departments + 1)]
    times = [f"{day} {hour}:00" for day, hour in zip(days, ["09", "15"] * departments, strict=False)]
    rows = [visit("a", at, at, f"局{n % departments:02}", f"厅{n % departments:02}") for n, at in enumerate(times)]
    assert kinds(log_of(COLUMNS, rows)) == ["first", *["multi"] * (departments - 1), "return"]


def test_kinds_are_the_same_where_departments_are_too_many_for_the_bits_of_a_number(
    log_of: LogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [("税务局", "大厅"), ("公安局", "派出所"), ("税务局", "大厅"), ("民政局", "大厅"), ("公安局", "大厅")]
    rows = [visit("a", f"2024-03-0{n} 09:00", f"2024-03-0{n} 09:10", *where) for n, where in enumerate(days, 1)]
    rows.append(visit("a", "2024-03-04 09:20", "2024-03-04 09:30", "公安局"))
    expected = ["first", "multi", "return", "multi", "return"]
    assert kinds(log_of(COLUMNS, rows)) == expected
    monkeypatch.setattr("mining.trips.BITS", 0)
    assert kinds(log_of(COLUMNS, rows)) == expected


def test_a_second_more_than_four_hours_is_another_trip(log_of: LogOf) -> None:
    log = log_of(COLUMNS, [visit("a", "09:00", "09:10"), visit("b", "13:10:01", "13:20", "公安局")])
    assert kinds(log) == ["first", "multi"]


def test_another_place_between_ends_a_trip(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10"),
        visit("b", "09:30", "09:40", "公安局", "派出所"),
        visit("a", "10:00", "10:10", activity="补正材料"),
    ]
    assert kinds(log_of(COLUMNS, rows)) == ["first", "multi", "return"]


def test_the_next_morning_is_another_trip_even_within_the_gap(log_of: LogOf) -> None:
    rows = [visit("a", "23:00", "23:10"), visit("a", "2024-03-02 01:00", "2024-03-02 01:10", activity="补正材料")]
    assert kinds(log_of(COLUMNS, rows)) == ["first", "return"]


def test_online_and_officers_events_are_no_visits(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", channel="online"),
        visit("a", "10:00", "10:10", actor="officer", activity="审核"),
        visit("a", "11:00", "11:10", channel="self_service", activity="缴费"),
    ]
    only = found(log_of(COLUMNS, rows))
    assert [str(at) for at in only["started_at"]] == ["2024-03-01 11:00:00"]


def test_without_an_actor_the_activity_tells_and_a_site_inspection_is_the_officers(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", actor=None),
        visit("a", "15:00", "15:10", actor=None, activity="现场勘验", place="工地"),
        visit("a", "16:00", "16:10", actor=None, activity="审核"),
    ]
    rows = found(log_of(COLUMNS, rows))
    assert list(rows["rule"]) == ["vocabulary;first"]


def test_where_the_vocabulary_knows_no_activity_every_event_at_a_window_counts(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", actor=None, activity="甲一"),
        visit("a", "16:00", "16:10", actor=None, activity="乙二"),
    ]
    assert list(found(log_of(COLUMNS, rows))["rule"]) == ["assumed;first", "assumed;known_departments;none_of_these"]


def test_activities_that_the_user_lists_are_the_applicants(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", actor=None, activity="甲一"),
        visit("a", "16:00", "16:10", actor=None, activity="乙二"),
    ]
    assert len(found(log_of(COLUMNS, rows), applicant_activities=["乙二"])) == 1


def test_a_window_case_shows_its_applicant_or_not_by_the_activities_that_the_user_lists(log_of: LogOf) -> None:
    log = log_of(COLUMNS, [visit("a", "09:00", "09:10", actor=None), visit("b", "09:00", "09:10", actor=None,
                           activity="补正材料", applicant="乙")])  # fmt: skip
    assert list(found(log)["rule"]) == ["vocabulary;first"] * 2
    assert sorted(found(log, applicant_activities=["补正材料"])["rule"]) == ["vocabulary;first", "window;first"]


def test_an_applicants_event_of_unknown_channel_is_only_possible(log_of: LogOf) -> None:
    rows = [visit("a", "09:00", "09:10"), visit("a", "15:00", "15:10", channel=None, activity="补正材料")]
    assert list(found(log_of(COLUMNS, rows))["certainty"]) == ["observed", "possible"]


def test_a_trip_is_as_certain_as_its_weakest_event(log_of: LogOf) -> None:
    rows = [visit("a", "09:00", "09:10"), visit("a", "09:20", "09:30", channel=None, activity="缴费")]
    assert list(found(log_of(COLUMNS, rows))["certainty"]) == ["possible"]


def test_a_window_case_without_the_applicants_events_is_an_inferred_visit(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", actor="officer", activity="受理"),
        visit("a", "15:00", "15:10", actor="officer", activity="审核"),
    ]
    only = found(log_of(COLUMNS, rows))
    assert list(only["certainty"]) == ["inferred"]
    assert [str(at) for at in only["started_at"]] == ["2024-03-01 09:00:00"]


def test_a_case_that_began_before_the_log_infers_no_visit(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", actor="officer", activity="办结制证"),
        visit("b", "10:00", "10:10", applicant="乙"),
    ]
    assert list(found(log_of(COLUMNS, rows))["applicant"]) == ["乙"]


def test_a_result_to_be_collected_without_a_recorded_collection_is_an_inferred_trip(log_of: LogOf) -> None:
    rows = [
        (*visit("a", "09:00", "09:10"), "collect"),
        (*visit("a", "2024-03-05 09:00", "2024-03-05 10:00", actor="officer", activity="办结制证"), "collect"),
    ]
    rows = found(log_of(f"{COLUMNS} delivery", rows))
    assert list(rows["certainty"]) == ["observed", "inferred"]
    assert list(rows["cause"].fillna("")) == ["", "collection"]


def test_one_event_that_tells_of_a_visit_and_of_a_late_collection_is_two_trips(log_of: LogOf) -> None:
    issue = (*visit("a", "09:00", "17:00", activity="办结制证", actor="officer"), "collect")
    other = (*visit("b", "09:00", "09:10", applicant="乙", service="别的"), None)
    rows = found(log_of(f"{COLUMNS} delivery", [issue, other]))
    assert list(rows.loc[rows["applicant"] == "甲", "kind"]) == ["first", "return"]


def test_a_missing_collection_alone_implies_none(log_of: LogOf) -> None:
    rows = [
        (*visit("a", "09:00", "09:10"), None),
        (*visit("a", "2024-03-05 09:00", "2024-03-05 10:00", actor="officer", activity="办结制证"), "post"),
    ]
    assert len(found(log_of(f"{COLUMNS} delivery", rows))) == 1


def test_a_collection_of_unknown_channel_that_is_declared_is_inferred(log_of: LogOf) -> None:
    rows = [
        (*visit("a", "09:00", "09:10"), None),
        (*visit("a", "2024-03-05 09:00", "2024-03-05 10:00", channel=None, activity="领取证照"), "collect"),
    ]
    assert list(found(log_of(f"{COLUMNS} delivery", rows))["certainty"]) == ["observed", "inferred"]


@pytest.mark.parametrize(
    ("columns", "channel", "actor", "told"),
    [
        (COLUMNS, None, "applicant", "inferred"),  # the delivery stands at the application, the channel nowhere
        (COLUMNS.replace("channel", "region"), "onsite", "applicant", "inferred"),  # no channels at all
        (COLUMNS, "onsite", "officer", "inferred"),  # the window's clerk recorded what he handed out
        (COLUMNS, "onsite", "applicant", "observed"),
        (COLUMNS, "online", "officer", None),
    ],
)
def test_a_recorded_collection_is_as_sure_as_its_case_says(
    log_of: LogOf, columns: str, channel: str | None, actor: str, told: str | None
) -> None:
    day = "2024-03-08 10:00"
    rows = [
        (*visit("a", "09:00", "09:10", channel="online"), "collect"),
        (*visit("a", day, day, activity="领取证照", channel=channel, actor=actor), None),
    ]
    trips_found = found(log_of(f"{columns} delivery", rows))
    at_collection = trips_found[trips_found["started_at"] == pd.Timestamp(day)]
    assert list(at_collection["certainty"]) == ([told] if told else [])


def test_an_officers_hand_over_is_no_second_visit_beside_the_applicants_own(log_of: LogOf) -> None:
    day, later = "2024-03-08 10:00", "2024-03-08 16:00"
    rows = [
        (*visit("a", day, day, activity="领取证照"), "collect"),
        (*visit("a", later, later, activity="领取证照", actor="officer"), "collect"),
    ]
    assert list(found(log_of(f"{COLUMNS} delivery", rows))["certainty"]) == ["observed"]


def test_an_unknown_place_is_that_of_the_neighbouring_event_of_the_day_at_the_department(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", place="一号厅"),
        visit("a", "09:20", "09:30", place=None, activity="缴费"),
        visit("b", "2024-03-02 09:00", "2024-03-02 09:10", place="二号厅", applicant="乙"),
    ]
    assert list(found(log_of(COLUMNS, rows))["place"]) == ["一号厅", "二号厅"]


def test_else_it_is_the_departments_only_place_and_else_the_department(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", place=None),
        visit("b", "10:00", "10:10", place="厅", applicant="乙"),
        visit("c", "11:00", "11:10", "公安局", None, applicant="丙"),
    ]
    assert dict(zip(found(log_of(COLUMNS, rows))["applicant"], found(log_of(COLUMNS, rows))["place"], strict=True)) == {
        "甲": "厅", "乙": "厅", "丙": "公安局",
    }  # fmt: skip


def test_a_table_of_places_makes_one_place_of_what_is_one_hall(log_of: LogOf) -> None:
    rows = [visit("a", "09:00", "09:10", place="3号窗口"), visit("b", "10:00", "10:10", "公安局", None)]
    log = log_of(COLUMNS, rows)
    assert kinds(log) == ["first", "multi"]
    assert kinds(log, places={"税务局": "市民中心", "公安局": "市民中心"}) == ["first"]


def test_an_agents_trip_for_two_episodes_is_a_row_each_with_one_trip_id(log_of: LogOf) -> None:
    rows = [
        (*visit("a", "09:00", "09:10", applicant="甲"), "代办"),
        (*visit("b", "09:20", "09:30", "公安局", applicant="乙"), "代办"),
    ]
    rows = found(log_of(f"{COLUMNS} agent", rows))
    assert rows["trip_id"].nunique() == 1
    assert list(rows["departments"]) == ["税务局", "公安局"]
    assert list(rows["applicant"]) == ["甲", "乙"]
    assert list(rows["visitor"]) == ["代办", "代办"]
    assert list(rows["kind"]) == ["first", "first"]


def test_a_parent_who_applies_and_acts_for_the_child_makes_one_journey(log_of: LogOf) -> None:
    rows = [
        (*visit("a", "09:00", "09:10", applicant="父"), None),
        (*visit("b", "09:20", "09:30", applicant="子"), "父"),
    ]
    assert found(log_of(f"{COLUMNS} agent", rows))["trip_id"].nunique() == 1


def test_applicants_without_identity_never_share_a_trip(log_of: LogOf) -> None:
    rows = [visit("a", "09:00", "09:10", applicant="张*"), visit("b", "09:20", "09:30", applicant="张*")]
    assert found(log_of(COLUMNS, rows))["trip_id"].nunique() == 2


def test_without_departments_a_new_place_makes_another_stop_and_an_old_one_a_return(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", None, "一号厅"),
        visit("a", "10:00", "10:10", None, "二号厅"),
        visit("a", "11:00", "11:10", None, "一号厅"),
    ]
    assert kinds(log_of(COLUMNS, rows)) == ["first", "multi", "return"]


def test_with_five_columns_only_a_log_still_has_trips(log_of: LogOf) -> None:
    rows = [
        ("a", "提交申请", "2024-03-01 09:00", "甲", "onsite"),
        ("a", "审核", "2024-03-01 10:00", "甲", "onsite"),
        ("a", "领取证照", "2024-03-05 09:00", "甲", "onsite"),
    ]
    rows = found(log_of("case_id activity completed_at applicant channel", rows))
    assert list(rows["kind"]) == ["first", "return"]
    assert list(rows["cause"].fillna("")) == ["", "collection"]


def test_dates_without_times_of_one_day_and_place_are_one_trip(log_of: LogOf) -> None:
    rows = [visit("a", "2024-03-01", "2024-03-01"), visit("a", "2024-03-01", "2024-03-01", activity="缴费")]
    assert kinds(log_of(COLUMNS, rows)) == ["first"]


def test_a_return_that_hands_in_a_correction_is_one_for_correction(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10"),
        visit("a", "2024-03-02 09:00", "2024-03-02 09:00", actor="officer", activity="补正告知"),
        visit("a", "2024-03-03 09:00", "2024-03-03 09:10", activity="补正材料"),
        visit("a", "2024-03-05 09:00", "2024-03-05 09:10", activity="领取证照"),
    ]
    assert list(found(log_of(COLUMNS, rows))["cause"].fillna("")) == ["", "correction", "collection"]


def test_a_return_after_an_unanswered_notice_is_one_for_correction_whatever_is_done(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10"),
        visit("a", "2024-03-02 09:00", "2024-03-02 09:00", actor="officer", activity="补正告知"),
        visit("a", "2024-03-03 09:00", "2024-03-03 09:10", activity="缴费"),
    ]
    assert found(log_of(COLUMNS, rows)).loc[1, "rule"] == "recorded;known_departments;follows_notice"


def test_a_notice_answered_online_explains_no_later_trip(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10"),
        visit("a", "2024-03-02 09:00", "2024-03-02 09:00", actor="officer", activity="补正告知"),
        visit("a", "2024-03-02 10:00", "2024-03-02 10:10", channel="online", activity="补正材料"),
        visit("a", "2024-03-03 09:00", "2024-03-03 09:10", activity="领取证照"),
    ]
    assert list(found(log_of(COLUMNS, rows))["cause"].fillna("")) == ["", "collection"]


def summary(log: EventLog, **options: object) -> Trips:
    tied = episodes(log)
    return count_trips(log, tied, trips(log, tied), **options)  # type: ignore[arg-type]


def test_figures_count_observed_trips_and_give_the_range_with_possible_ones(log_of: LogOf) -> None:
    rows = [visit("a", "09:00", "09:10"), visit("a", "15:00", "15:10", channel=None, activity="缴费")]
    counted = summary(log_of(COLUMNS, rows))
    assert (counted.trips_mean, counted.trips_mean_possible) == (1.0, 2.0)


def test_necessary_trips_are_those_the_catalogue_asks_for_and_no_entry_is_unknown(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10", service="登记"),
        visit("a", "15:00", "15:10", service="登记", activity="缴费"),
        visit("b", "2024-03-02 09:00", "2024-03-02 09:10", "公安局", service="他事"),
    ]
    known = Catalogue(services=(Service("登记", in_person=True),))
    assert summary(log_of(COLUMNS, rows), catalogue=known).by_duty == (
        ("necessary", 1),
        ("avoidable", 1),
        ("unknown", 1),
    )


def test_the_parts_of_the_count_add_up(log_of: LogOf) -> None:
    rows = [
        visit("a", "09:00", "09:10"),
        visit("b", "15:00", "15:10", "公安局", service="他事"),
        visit("a", "2024-03-03 09:00", "2024-03-03 09:10", activity="领取证照"),
    ]
    counted = summary(log_of(COLUMNS, rows))
    assert (counted.rows, dict(counted.by_kind)) == (3, {"first": 1, "multi": 1, "return": 1})
    assert dict(counted.by_cause) == {"correction": 0, "collection": 1, "other": 0}
    assert counted.distribution == ((3, 1),)


def test_what_a_missing_role_costs_is_said_in_both_languages(log_of: LogOf) -> None:
    log = log_of("case_id activity completed_at", [("a", "提交申请", "2024-03-01 09:00")])
    keys = [key for key, _ in notes(log)]
    assert keys == [
        f"trips.note.no_{role}"
        for role in ("applicant", "agent", "channel", "actor", "department", "place_nor_department", "started_at")
    ]
    assert all(wording.find(language, key) for key in keys for language in wording.LANGUAGES)
