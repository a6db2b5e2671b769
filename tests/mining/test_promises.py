"""What is promised beside what is observed, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catalogue.services import Catalogue, Service
from event_logs.log import EventLog
from mining.episodes import episodes
from mining.material_classes import material_classes
from mining.materials import materials
from mining.promises import Promise, promises
from mining.trips import trips

LogOf = Callable[..., EventLog]
ROLES = "case_id activity completed_at service department applicant channel place materials promised_at"


def case(
    name: str, day: str, corrections: int, papers: list[str], promised: str | None = None
) -> list[tuple[object, ...]]:
    """Applied for on a Monday of March, told `corrections` times what is missing, decided on the given day."""
    fixed = ("登记", "市场监管", name)
    rows: list[tuple[object, ...]] = [(name, "提交申请", "2024-03-04 09:00", *fixed, "onsite", "厅", papers, promised)]
    for n in range(corrections):
        rows += [
            (name, "补正告知", f"2024-03-0{5 + n} 10:00", *fixed, "online", None, None, promised),
            (name, "补正材料", f"2024-03-0{5 + n} 14:00", *fixed, "onsite", "厅", ["身份证"], promised),
        ]
    return [*rows, (name, "办结", f"{day} 16:00", *fixed, "online", None, None, promised)]


@pytest.fixture
def found(log_of: LogOf) -> Promise:
    """Three cases against a promise of one visit, two papers and three working days."""
    rows = [
        *case("a", "2024-03-06", 0, ["营业执照"], "2024-03-07 00:00"),
        *case("b", "2024-03-08", 2, ["营业执照", "公司章程"], "2024-03-07 00:00"),
        *case("c", "2024-03-07", 1, ["营业执照"]),
    ]
    log = log_of(ROLES, rows)
    entry = Service("登记", materials=("营业执照副本", "身份证", "户口本"), declared_visits=1, promised_days=3)
    own = Catalogue(services=(entry,))
    classes = material_classes(log, catalogue=own)
    under = episodes(log)
    (promise,) = promises(
        log, under, catalogue=own, trips=trips(log, under), materials=materials(log, classes), classes=classes
    )
    return promise


def test_visits_beyond_the_declared_ones_are_counted(found: Promise) -> None:
    assert (found.cases, found.visits_mean, found.over_visits_share) == (3, 2, pytest.approx(2 / 3))


def test_papers_that_nobody_declared_are_named_and_those_that_nobody_hands_in_too(found: Promise) -> None:
    assert found.undeclared_materials == (("公司章程", pytest.approx(1 / 3)),)
    assert found.unused_materials == ("户口簿",)


def test_days_are_working_days_against_the_committed_limit(found: Promise) -> None:
    assert (found.declared_days, found.days_mean, found.over_days_share) == (3, 3, pytest.approx(1 / 3))


def test_a_promised_time_is_held_against_the_end(found: Promise) -> None:
    assert (found.promised_cases, found.late_share) == (2, 0.5)


def test_told_twice_what_is_missing_breaks_the_promise_to_tell_it_at_once(found: Promise) -> None:
    assert found.told_twice_share == pytest.approx(1 / 3)


def test_a_service_without_an_entry_has_no_promise(log_of: LogOf) -> None:
    log = log_of(ROLES, case("a", "2024-03-06", 0, ["营业执照"]))
    (promise,) = promises(log, episodes(log), catalogue=Catalogue())
    assert (promise.declared_visits, promise.over_visits_share, promise.declared_materials) == (None, None, None)
    assert promise.undeclared_materials == ()


def test_the_clock_stands_still_while_a_special_procedure_runs(log_of: LogOf) -> None:
    pauses = {
        "a": [
            ("2024-03-05 10:00", "2024-03-06 10:00"),
            ("2024-03-06 08:00", "2024-03-07 09:00"),
        ],  # one runs into another
        "b": [("2024-03-05 10:00", None)],  # nobody knows how long
        "c": [(None, None)],
    }
    rows: list[tuple[object, ...]] = []
    for name, told in pauses.items():
        fixed = ("登记", "市场监管", name, "2024-03-07 00:00")
        rows.append((name, "提交申请", "2024-03-04 09:00", *fixed, None, None))
        rows += [(name, "审查", f"2024-03-0{5 + n} 15:00", *fixed, *pause) for n, pause in enumerate(told)]
        rows += [
            (name, "审查", "2024-03-07 11:00", *fixed, None, None),
            (name, "办结", "2024-03-08 16:00", *fixed, None, None),
        ]
    rows.append(("d", "提交申请", "2024-03-06 09:00", "别的", "市场监管", "d", None, None, None))
    roles = "case_id activity completed_at service department applicant promised_at suspended_from suspended_to"
    log = log_of(roles, rows)
    own = Catalogue(services=(Service("登记", promised_days=3),))
    told = next(p for p in promises(log, episodes(log), catalogue=own) if p.service == "登记")
    assert told.days_mean == pytest.approx((2 + 4 + 4) / 3)
    assert told.over_days_share == pytest.approx(2 / 3)
    assert told.late_share == pytest.approx(2 / 3)
