"""Submissions and what they repeat, by hand, as properties and against labelled logs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.files import read_catalogue
from catalogue.services import Catalogue, Material
from event_logs import read_log
from event_logs.log import EventLog
from mining.materials import COLUMNS, count_materials, materials, notes
from tests.mining.conftest import build_log

LogOf = Callable[..., EventLog]
ROLES = "case_id activity completed_at service department applicant materials"


def rows_of(log: EventLog, **options: object) -> pd.DataFrame:
    """The table in the order of the log."""
    table = log.run(materials(log, **options))  # type: ignore[arg-type]
    return table.sort_values(["event_number", "submission_id"], ignore_index=True)


def apply(
    case: str, day: str, office: str, papers: list[str], who: str | None = "甲", step: str = "提交申请"
) -> tuple[object, ...]:
    return (case, step, day, f"{office}事项", office, who, papers)


def test_the_same_paper_to_another_department_is_a_repeat(log_of: LogOf) -> None:
    log = log_of(
        ROLES, [apply("a", "2024-01-01", "公安", ["身份证"]), apply("b", "2024-02-01", "税务", ["居民身份证"])]
    )
    rows = rows_of(log)
    assert rows["repeat_of"].fillna("").tolist() == ["", rows["submission_id"][0]]
    assert rows["repeat_kind"].fillna("").tolist() == ["", "other_department"]


def test_the_same_department_goes_before_a_later_one(log_of: LogOf) -> None:
    days = [("a", "2024-01-01", "公安"), ("b", "2024-02-01", "税务"), ("c", "2024-03-01", "公安")]
    rows = rows_of(log_of(ROLES, [apply(*day, ["身份证"]) for day in days]))
    assert (rows["repeat_of"][2], rows["repeat_kind"][2]) == (rows["submission_id"][0], "same_department")


def test_what_a_department_hands_in_at_itself_is_no_other_departments_repeat(log_of: LogOf) -> None:
    asked = [("甲公司", "甲公司"), ("甲公司", "公安局"), ("乙公司", "乙公司"), ("甲公司", "甲公司")]
    rows = rows_of(log_of(ROLES, [apply(f"c{n}", f"2024-01-0{n + 1}", office, ["营业执照"], who)
                                  for n, (who, office) in enumerate(asked)]))  # fmt: skip
    first = rows["submission_id"][0]
    assert rows["repeat_of"].fillna("").tolist() == ["", first, "", first]


def test_a_firms_bare_paper_and_its_representatives_are_one_submission_in_one_event(log_of: LogOf) -> None:
    papers = ["身份证", "营业执照", "法定代表人身份证", "营业执照复印件"]
    both = "营业执照;营业执照复印件"
    for who, told in (
        ("广州天和信息技术有限公司", ["身份证;法定代表人身份证", both]),
        ("张伟", ["身份证", both, "法定代表人身份证"]),
    ):
        rows = rows_of(log_of(ROLES, [apply("a", "2024-01-01", "公安", papers, who)]))
        assert rows["material"].tolist() == told
        assert rows["repeat_of"].isna().all()


def test_a_same_department_that_is_no_longer_valid_gives_way(log_of: LogOf) -> None:
    days = [("a", "2023-01-01", "公安"), ("b", "2024-02-01", "税务"), ("c", "2024-03-01", "公安")]
    rows = rows_of(log_of(ROLES, [apply(*day, ["身份证"]) for day in days]))
    assert (rows["repeat_of"][2], rows["repeat_kind"][2]) == (rows["submission_id"][1], "other_department")


@pytest.mark.parametrize(("day", "kind"), [("2024-01-01 00:00:00", "same_department"), ("2024-01-01 00:00:01", "")])
def test_a_paper_is_valid_for_365_days(log_of: LogOf, day: str, kind: str) -> None:
    log = log_of(ROLES, [apply("a", "2023-01-01", "公安", ["身份证"]), apply("b", day, "公安", ["身份证"])])
    assert rows_of(log)["repeat_kind"].fillna("")[1] == kind


def test_a_catalogue_may_say_how_long_a_paper_is_valid(log_of: LogOf) -> None:
    log = log_of(
        ROLES, [apply("a", "2024-01-01", "公安", ["体检报告"]), apply("b", "2024-02-15", "公安", ["体检报告"])]
    )
    own = Catalogue(materials=(Material("体检报告", validity_days=30),))
    assert rows_of(log, catalogue=own)["repeat_kind"].isna().all()


def test_copies_in_one_event_are_one_submission_and_repeat_nothing(log_of: LogOf) -> None:
    papers = ["身份证（复印件）", "户口簿", "居民身份证", "身份证（复印件）"]
    rows = rows_of(log_of(ROLES, [apply("a", "2024-01-01", "公安", papers)]))
    assert rows["material"].tolist() == ["身份证（复印件）;居民身份证", "户口簿"]
    assert rows["repeat_of"].isna().all()


def test_a_correction_s_repeat_of_its_own_case_is_rework_and_no_duplicate(log_of: LogOf) -> None:
    log = log_of(
        ROLES,
        [apply("a", "2024-01-01", "公安", ["身份证"]), apply("a", "2024-01-05", "公安", ["身份证"], step="补正材料")],
    )
    rows = rows_of(log)
    assert (rows["because"][1], rows["rule"][1]) == ("correction", "latest_same_department+correction")
    assert count_materials(log, materials(log)).duplicates == 0


def test_what_a_correction_repeats_from_another_case_is_marked_and_the_narrow_reading_can_be_had(log_of: LogOf) -> None:
    rows = [apply("a", "2024-01-01", "公安", ["身份证"]), apply("b", "2024-01-05", "税务", ["身份证"], step="补正材料")]
    log = log_of(ROLES, rows)
    assert rows_of(log)["rule"][1] == "latest_other_department+correction_other_case"
    assert rows_of(log, same_case_only=True)["because"].isna().all()


def test_where_no_activity_is_a_correction_what_follows_a_notice_is(log_of: LogOf) -> None:
    notice = ("a", "补正告知", "2024-01-02", "公安事项", "公安", "甲", None)
    rows = [apply("a", "2024-01-01", "公安", ["身份证"]), notice, apply("a", "2024-01-05", "公安", ["身份证"])]
    assert rows_of(log_of(ROLES, rows))["because"].fillna("").tolist() == ["", "correction"]


def test_a_masked_applicant_repeats_nothing(log_of: LogOf) -> None:
    rows = [apply("a", "2024-01-01", "公安", ["身份证"], "张*"), apply("b", "2024-02-01", "公安", ["身份证"], "张*")]
    found = rows_of(log_of(ROLES, rows))
    assert found["repeat_of"].isna().all()
    assert set(found["rule"]) == {"no_identity"}


def test_generic_names_repeat_nothing(log_of: LogOf) -> None:
    rows = [apply("a", "2024-01-01", "公安", ["其他材料"]), apply("b", "2024-02-01", "公安", ["其他材料"])]
    assert rows_of(log_of(ROLES, rows))["repeat_of"].isna().all()


def test_a_nameless_form_is_another_one_for_another_service(log_of: LogOf) -> None:
    days = [("a", "2024-01-01", "公安"), ("b", "2024-02-01", "税务"), ("c", "2024-03-01", "公安")]
    rows = rows_of(log_of(ROLES, [apply(*day, ["申请表"]) for day in days]))
    assert rows["repeat_of"].fillna("").tolist() == ["", "", rows["submission_id"][0]]


def test_a_firm_s_card_without_an_owner_is_its_representative_s(log_of: LogOf) -> None:
    rows = [
        apply("a", "2024-01-01", "公安", ["身份证"], "广州某某有限公司"),
        apply("b", "2024-02-01", "税务", ["法定代表人身份证"], "广州某某有限公司"),
        apply("c", "2024-01-01", "公安", ["身份证"], "张三"),
        apply("d", "2024-02-01", "税务", ["法定代表人身份证"], "张三"),
    ]
    assert rows_of(log_of(ROLES, rows))["repeat_kind"].fillna("").tolist() == ["", "other_department", "", ""]


def test_a_catalogue_that_has_the_representative_s_card_changes_nothing_of_that(log_of: LogOf) -> None:
    rows = [
        apply("a", "2024-01-01", "公安", ["身份证"], "广州某某有限公司"),
        apply("b", "2024-02-01", "税务", ["法人身份证"], "广州某某有限公司"),
    ]
    own = Catalogue(materials=(Material("法定代表人身份证", synonyms=("法人身份证",)),))
    assert rows_of(log_of(ROLES, rows), catalogue=own)["repeat_kind"][1] == "other_department"


def test_what_came_by_data_sharing_is_no_submission(log_of: LogOf) -> None:
    rows = [
        (*apply("a", "2024-01-01", "公安", ["身份证", "户口簿"]), "shared"),
        (*apply("b", "2024-01-02", "公安", ["身份证", "户口簿"]), "paper;shared"),
        (*apply("c", "2024-01-03", "公安", ["身份证"]), None),
    ]
    found = rows_of(log_of(ROLES + " method", rows))
    assert found[["case_id", "material"]].to_numpy().tolist() == [["b", "身份证"], ["c", "身份证"]]


def test_without_departments_a_service_stands_for_its_own_and_the_notes_say_so(log_of: LogOf) -> None:
    rows = [
        ("a", "提交申请", "2024-01-01", "甲事项", "张三", ["身份证"]),
        ("b", "提交申请", "2024-02-01", "甲事项", "张三", ["身份证"]),
        ("c", "提交申请", "2024-03-01", "乙事项", "张三", ["身份证"]),
    ]
    log = log_of("case_id activity completed_at service applicant materials", rows)
    assert rows_of(log)["repeat_kind"].fillna("").tolist() == ["", "same_department", "other_department"]
    assert "materials.no-department" in [key for key, _ in notes(log)]


def test_the_table_begins_with_the_contract_s_columns(log_of: LogOf) -> None:
    log = log_of(ROLES, [apply("a", "2024-01-01", "公安", ["身份证"])])
    assert tuple(materials(log).columns)[: len(COLUMNS)] == COLUMNS


def test_an_empty_log_gives_no_rows(log_of: LogOf) -> None:
    log = log_of(ROLES, [])
    assert count_materials(log, materials(log)).submissions == 0


PAPERS = st.lists(st.sampled_from(["身份证", "居民身份证", "户口簿", "户口本", "结婚证", "其他材料"]), max_size=4)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.sampled_from(["提交申请", "补正材料", "审核"]), st.integers(0, 900),
        st.sampled_from(["公安", "税务", None]), st.sampled_from(["甲", "乙", "丙*", None]), PAPERS,
    ),
    max_size=14, unique_by=lambda event: event[2],
)  # fmt: skip


def built(events: list[tuple[str, str, int, str | None, str | None, list[str]]], case: str = "{}") -> EventLog:
    start = pd.Timestamp("2022-01-01")
    rows = [
        (case.format(name), step, str(start + pd.Timedelta(days=day)), "事项", office, who, papers or None)
        for name, step, day, office, who, papers in events
    ]
    return build_log(ROLES, rows)


@settings(max_examples=10, deadline=None)
@given(EVENTS)
def test_every_repeat_is_of_an_earlier_submission_of_the_same_class_and_applicant(events: list) -> None:  # type: ignore[type-arg]
    rows = rows_of(built(events))
    both = rows.merge(rows, left_on="repeat_of", right_on="submission_id", suffixes=("", "_of"))
    assert len(both) == rows["repeat_of"].notna().sum()
    assert (both["submitted_at_of"] < both["submitted_at"]).all()
    assert (both["material_class_of"] == both["material_class"]).all()
    assert (both["applicant_of"] == both["applicant"]).all()
    assert rows["submission_id"].is_unique


@settings(max_examples=6, deadline=None)
@given(EVENTS)
def test_row_order_and_case_names_change_nothing(events: list) -> None:  # type: ignore[type-arg]
    facts = ["submitted_at", "material", "material_class", "repeat_kind", "because", "department"]
    order = ["submitted_at", "material"]
    one = rows_of(built(events)).sort_values(order, ignore_index=True)[facts]
    other = rows_of(built(events[::-1], case="case {}!")).sort_values(order, ignore_index=True)[facts]
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("world", ["clean", "real"])
def test_labelled_logs_are_scored_as_the_issue_asks(shared: Path, tmp_path: Path, world: str) -> None:
    folder = shared / "data" / "labelled" / world
    log = read_log([folder / "log.csv"])
    log.run(materials(log, catalogue=read_catalogue())).to_csv(tmp_path / "materials.csv", index=False)
    script = shared / "checks" / "score.py"
    ran = subprocess.run([sys.executable, script, folder, tmp_path], capture_output=True, text=True, check=True)
    score = json.loads(ran.stdout)["materials"]
    score = score.get("unmasked", score) | {"classes": score["classes"]}
    assert score["duplicates"]["f1"] >= 0.995
    assert score["shareable"]["f1"] >= 0.99
    assert score["classes"]["pairwise"]["f1"] >= 0.98


def test_an_event_that_names_nobody_has_its_case_s_applicant(log_of: LogOf) -> None:
    rows = [
        apply("a", "2024-01-01", "公安", ["身份证"]),
        ("b", "受理", "2024-01-31", "税务事项", "税务", "甲", None),
        apply("b", "2024-02-01", "税务", ["身份证"], None),
    ]
    found = rows_of(log_of(ROLES, rows))
    assert found["applicant"].tolist() == ["甲", "甲"]
    assert found["repeat_kind"].fillna("").tolist() == ["", "other_department"]
