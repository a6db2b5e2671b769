"""What the figures of trips rest on is said."""

from __future__ import annotations

from pathlib import Path

from event_logs import read_log
from mining.trip_counts import notes

HEAD = "case_id,activity,completed_at,applicant,channel\n"


def keys(tmp_path: Path, rows: str) -> list[str]:
    path = tmp_path / "log.csv"
    path.write_text(HEAD + rows, "utf-8")
    return [key for key, _ in notes(read_log(path))]


def test_visits_assumed_of_unknown_words_are_said_to_be_assumed(tmp_path: Path) -> None:
    assert "trips.note.assumed_visits" in keys(
        tmp_path, "1,qwx,2024-03-04 09:00,A1,onsite\n1,zzt,2024-03-05 09:00,A1,onsite\n"
    )


def test_known_words_need_no_such_assumption(tmp_path: Path) -> None:
    assert "trips.note.assumed_visits" not in keys(tmp_path, "1,提交申请,2024-03-04 09:00,A1,onsite\n")


def test_activities_that_the_user_lists_are_no_assumption(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEAD + "1,qwx,2024-03-04 09:00,A1,onsite\n", "utf-8")
    told = [key for key, _ in notes(read_log(path), applicant_activities=["qwx"])]
    assert "trips.note.assumed_visits" not in told


def test_with_a_table_of_places_a_log_without_places_lacks_none(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEAD + "1,提交申请,2024-03-04 09:00,A1,onsite\n", "utf-8")
    assert not [key for key, _ in notes(read_log(path), places_given=True) if "place" in key]


def test_without_places_and_departments_trips_are_said_to_be_understated(tmp_path: Path) -> None:
    rows = "1,提交申请,2024-03-04 09:00,A1,onsite\n2,提交申请,2024-03-04 10:00,A1,onsite\n"
    told = keys(tmp_path, rows)
    assert "trips.note.no_place_nor_department" in told
    assert "trips.note.no_place" not in told


def test_cases_whose_applicant_is_masked_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        HEAD + "1,提交申请,2024-03-04 09:00,张**,onsite\n1,办结,2024-03-05 09:00,张**,onsite\n"
        "2,提交申请,2024-03-04 09:00,李四,onsite\n2,办结,2024-03-05 09:00,李*,onsite\n",
        "utf-8",
    )
    assert ("trips.note.nobody", {"n": 1, "of": 2}) in notes(read_log(path))


def test_where_every_case_tells_its_applicant_nothing_is_said_of_it(tmp_path: Path) -> None:
    assert "trips.note.nobody" not in keys(tmp_path, "1,提交申请,2024-03-04 09:00,A1,onsite\n")
