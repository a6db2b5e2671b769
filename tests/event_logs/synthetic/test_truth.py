"""Trips and submissions of a handful of events, worked out by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from event_logs.synthetic import read_scenario
from event_logs.synthetic.demand import Case, Demand, Episode
from event_logs.synthetic.scenario import Scenario
from event_logs.synthetic.state import Event
from event_logs.synthetic.truth import Step, cut_cases, materials_table, trips_table

WORLD = read_scenario("city")


def case(number: int, service: str) -> Case:
    made = WORLD.service(service)
    department = next(d for d in WORLD.departments if d.name == made.department)
    return Case(number, f"c{number}", made, department, department.place, "onsite", "collect", (), (), -1, 1)


BIRTH, HOME = case(0, "出生医学证明签发"), case(1, "出生户口登记")
EPISODE = Episode(0, "新生儿出生", "甲", "", 0.0, (BIRTH, HOME), 0.5, False, "")
IDS = {"c0": "e", "c1": "e"}


def step(
    of: Case, kind: str, at: str, until: str, place: str = "", *materials: str, outputs: tuple[str, ...] = ()
) -> Step:
    event = Event(of.index, 0, kind, kind, 0, 0, "", "onsite", place, materials, outputs, False, 0)
    begun, ended = (datetime.fromisoformat(f"2025-03-{t}") for t in (at, until))
    return Step(0, event, of, EPISODE, begun, ended, "", tuple((m, m) for m in materials))


def demand() -> Any:
    class Stub:
        scenario: Scenario = WORLD

    return Stub()


def kinds(*steps: Step) -> list[tuple[str, str]]:
    return [(t["kind"], t["cause"]) for t in trips_table(steps, IDS)]


def test_a_second_department_is_multi_and_a_collection_a_return() -> None:
    assert kinds(
        step(BIRTH, "apply", "03 09:00", "03 09:10", "医院"),
        step(HOME, "apply", "05 09:00", "05 09:10", "所"),
        step(HOME, "collect", "07 09:00", "07 09:10", "所"),
    ) == [("first", ""), ("multi", ""), ("return", "collection")]


def test_within_four_hours_at_one_place_it_is_one_trip() -> None:
    assert (
        len(
            kinds(
                step(BIRTH, "apply", "03 09:00", "03 09:10", "医院"),
                step(BIRTH, "collect", "03 13:10", "03 13:20", "医院"),
            )
        )
        == 1
    )
    assert (
        len(
            kinds(
                step(BIRTH, "apply", "03 09:00", "03 09:10", "医院"),
                step(BIRTH, "collect", "03 13:11", "03 13:20", "医院"),
            )
        )
        == 2
    )


def test_a_return_after_an_unanswered_notice_is_a_correction() -> None:
    assert kinds(
        step(BIRTH, "apply", "03 09:00", "03 09:10", "医院"),
        step(BIRTH, "notice", "03 10:00", "03 10:00"),
        step(BIRTH, "correct", "04 09:00", "04 09:10", "医院"),
    )[-1] == ("return", "correction")


def test_what_is_handed_in_online_needs_no_trip() -> None:
    assert kinds(step(BIRTH, "apply", "03 09:00", "03 09:10")) == []


def test_the_latest_of_the_same_department_goes_before_a_later_one_of_another() -> None:
    steps = [
        step(BIRTH, "apply", "03 09:00", "03 09:10", "医院", "身份证"),
        step(HOME, "apply", "04 09:00", "04 09:10", "所", "身份证"),
        step(BIRTH, "correct", "05 09:00", "05 09:10", "医院", "身份证"),
    ]
    told: Demand = demand()
    assert [(r["repeat_of"], r["repeat_kind"], r["because"]) for r in materials_table(steps, told)] == [
        ("", "", ""), ("S1", "other_department", ""), ("S1", "same_department", "correction"),
    ]  # fmt: skip


def test_an_output_seen_in_the_log_is_shareable_by_its_issuer() -> None:
    steps = [
        step(BIRTH, "issue", "03 09:00", "03 09:10", outputs=("出生医学证明",)),
        step(HOME, "apply", "04 09:00", "04 09:10", "所", "出生医学证明"),
    ]
    told: Demand = demand()
    assert [r["shareable_from"] for r in materials_table(steps, told)] == ["妇幼保健院"]


@pytest.mark.parametrize(
    ("seen", "cut"), [(("apply", "issue"), set()), (("issue",), {"c0"}), (("apply", "review"), {"c0"})]
)
def test_a_case_is_cut_off_without_its_application_or_its_end(seen: tuple[str, ...], cut: set[str]) -> None:
    assert cut_cases([step(BIRTH, kind, f"0{i + 1} 09:00", f"0{i + 1} 09:10") for i, kind in enumerate(seen)]) == cut
