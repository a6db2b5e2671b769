"""Bundles: found without a list, named or not, and what stays out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from catalogue.services import Bundle as Listed
from catalogue.services import Catalogue
from event_logs import read_log
from event_logs.log import EventLog
from mining.bundles import Bundle, notes, notes_on_given, study_bundles
from mining.cooccurrence import cooccurrence, groups, named_groups
from mining.episodes import episodes
from tests.mining.conftest import build_log

LogOf = Callable[..., EventLog]
ROLES = "case_id activity started_at completed_at service department applicant channel place materials outputs"


def visit(case: str, who: str, service: str, day: int, papers: list[str], given: list[str]) -> list[tuple[object, ...]]:
    """A case of two events: applied for at a window at nine for a quarter of an hour, issued at five."""
    at = pd.Timestamp("2024-01-01") + pd.Timedelta(days=day)
    office = f"{service}局"
    nine, later, four, five = (str(at + pd.Timedelta(minutes=m)) for m in (540, 555, 960, 1020))
    return [
        (case, "提交申请", nine, later, service, office, who, "onsite", f"{office}大厅", papers, None),
        (case, "办结制证", four, five, service, office, who, "onsite", None, None, given),
    ]


def thing(who: str, services: str, day: int) -> list[tuple[object, ...]]:
    """One applicant's services, one every second day; each but the first takes the one before's output and the card."""
    rows: list[tuple[object, ...]] = []
    for n, service in enumerate(services):
        papers = ["身份证", *([f"{services[n - 1]}证"] if n else [])]
        rows += visit(f"{who}-{service}", who, service, day + 2 * n, papers, [f"{service}证"])
    return rows


def things(*plans: tuple[str, int], first: int = 0, every: int = 3) -> list[tuple[object, ...]]:
    """For each plan (services, how many applicants), one applicant after another."""
    rows: list[tuple[object, ...]] = []
    day = first
    for services, people in plans:
        for n in range(people):
            rows += thing(f"{services}{n}{first}", services, day)
            day += every
    return rows


def found_in(log: EventLog) -> set[frozenset[str]]:
    """The services of each bundle, without what they cost today."""
    return {frozenset(group) for group in named_groups(cooccurrence(log, episodes(log)))}


@pytest.fixture(scope="module")
def pair() -> Bundle:
    """Ten applicants need A and B, thirty others X."""
    (found,) = study_bundles(build_log(ROLES, things(("AB", 10), ("X", 30)))).bundles
    return found


def test_services_that_the_same_people_need_are_one_bundle_and_others_are_none(log_of: LogOf) -> None:
    log = log_of(ROLES, things(("ABC", 12), ("DE", 8), ("X", 20), ("Y", 20)))
    assert found_in(log) == {frozenset("ABC"), frozenset("DE")}


def test_an_optional_service_is_found_with_its_share(log_of: LogOf) -> None:
    found = study_bundles(log_of(ROLES, things(("ABC", 12), ("AB", 8), ("X", 30)))).bundles
    assert [(b.services, b.optional, b.episodes) for b in found] == [(("A", "B", "C"), {"C": 0.6}, 20)]


def test_a_popular_service_that_falls_into_the_same_weeks_stays_out(log_of: LogOf) -> None:
    log = log_of(ROLES, things(("ABC", 18), ("ABCX", 2), ("DE", 18), ("DEX", 2), ("X", 40)))
    assert found_in(log) == {frozenset("ABC"), frozenset("DE")}


def test_five_episodes_are_enough(log_of: LogOf) -> None:
    log = log_of(ROLES, things(("AB", 5), ("CDE", 40), ("X", 60), ("Y", 60)))
    assert frozenset("AB") in found_in(log)


def test_a_log_of_one_thing_alone_is_one_bundle(log_of: LogOf) -> None:
    assert found_in(log_of(ROLES, things(("ABC", 12)))) == {frozenset("ABC")}


def test_the_order_is_that_of_outputs_handed_on(log_of: LogOf) -> None:
    (found,) = study_bundles(log_of(ROLES, things(("ABC", 12), ("X", 20)))).bundles
    assert found.order == (("A", "B"), ("B", "C"))


def test_today_is_counted_by_hand(pair: Bundle) -> None:
    # Two visits two days apart, from nine on the first day to five on the third; the card twice, A's output once.
    assert pair.today["trips_mean"] == 2
    assert pair.today["submissions_mean"] == 3
    assert pair.today["departments_visited_mean"] == 2
    assert pair.today["departments_involved_mean"] == 2
    assert pair.today["lead_time_mean_h"] == 56
    assert pair.today["processing_hours_mean"] == pytest.approx(2.5)
    assert pair.common_materials == ("身份证",)


def test_the_lift_is_counted_by_hand(pair: Bundle) -> None:
    assert pair.lift == pytest.approx(10 * 40 / (10 * 10))


def test_a_bundle_of_the_catalogue_lends_its_name(log_of: LogOf) -> None:
    log = log_of(ROLES, things(("ABC", 12), ("DE", 8), ("X", 20)))
    own = Catalogue(bundles=(Listed("开店", ("A", "B", "C", "F"), optional=("F",)),))
    assert {b.name for b in study_bundles(log, catalogue=own).bundles} == {"开店", "D+E"}


def test_given_bundles_are_measured_and_none_is_looked_for(log_of: LogOf) -> None:
    log = log_of(ROLES, things(("ABC", 12), ("DE", 8)))
    (found,) = study_bundles(log, bundles=[["A", "B"]]).bundles
    assert (set(found.services), found.episodes) == ({"A", "B"}, 12)


def test_nothing_ties_cases_without_an_applicant_and_the_notes_say_so(log_of: LogOf) -> None:
    log = log_of("case_id activity completed_at service", [("a", "提交申请", "2024-01-01", "A")])
    assert study_bundles(log).bundles == ()
    assert [key for key, _ in notes(log, ())] == ["bundles.nothing-ties"]


def test_masked_applicants_show_no_bundle(log_of: LogOf) -> None:
    rows = [(*row[:6], "张*", *row[7:]) for row in things(("ABC", 12), ("X", 10))]
    assert found_in(log_of(ROLES, rows)) == set()


def test_what_the_json_holds_is_what_the_contract_names(pair: Bundle) -> None:
    record = json.loads(json.dumps(pair.as_json(), ensure_ascii=False))
    assert list(record)[:6] == ["name", "services", "episodes", "lift", "order", "today"]
    assert record["order"] == [["A", "B"]]


def test_a_season_in_which_everybody_comes_makes_no_bundle(log_of: LogOf) -> None:
    # All of X and Y fall into one month, by different people, save two who needed both: what that month explains.
    rows = things(("X", 28), first=0, every=1) + things(("Y", 28), first=0, every=1) + things(("XY", 2), every=9)
    assert found_in(log_of(ROLES, rows + things(("Z", 40), first=60, every=4))) == set()


def test_random_needs_make_no_bundle(log_of: LogOf) -> None:
    rng = np.random.default_rng(7)
    rows = [
        row
        for n in range(150)
        for row in thing(f"p{n}", "".join(sorted(rng.choice(list("ABCDEFGHIJKL"), size=1 + n % 2, replace=False))), n)
    ]
    assert found_in(log_of(ROLES, rows)) == set()


def test_renaming_everything_changes_no_bundle(shared: Path) -> None:
    log = read_log([shared / "data" / "labelled" / "real" / "log.csv"])
    names = sorted(log.run(log.events.select("service").distinct())["service"].dropna())
    rng = np.random.default_rng(3)
    codes = {name: f"s{code}" for name, code in zip(names, rng.permutation(len(names)) + 100, strict=True)}
    other = log.events.mutate(
        service=log.events.service.substitute(codes), department=log.events.department.hash().cast("string")
    )
    renamed = log.with_events(log.keep("renamed", other))
    before = named_groups(cooccurrence(log, episodes(log)))
    after = named_groups(cooccurrence(renamed, episodes(renamed)))
    assert [tuple(codes[s] for s in group) for group in before] == list(after)
    assert len(before) == 9


@pytest.mark.parametrize("world", ["clean", "real"])
def test_labelled_bundles_are_found_exactly_with_their_order(shared: Path, world: str) -> None:
    folder = shared / "data" / "labelled" / world
    truth = json.loads((folder / "truth_bundles.json").read_text("utf-8"))
    found = {frozenset(b.services): b for b in study_bundles(read_log([folder / "log.csv"])).bundles}
    assert set(found) == {frozenset(b["services"]) for b in truth}
    orders = {frozenset(b["services"]): {tuple(pair) for pair in b["order"]} for b in truth}
    assert {services: set(b.order) for services, b in found.items()} == orders


def test_groups_of_no_services_are_none(log_of: LogOf) -> None:
    log = log_of(ROLES, thing("甲", "A", 0))
    assert groups(cooccurrence(log, episodes(log))) == ()


def test_what_does_not_fit_of_bundles_that_were_given_is_said(log_of: LogOf) -> None:
    log = log_of(ROLES, thing("甲", "AB", 0))
    assert notes_on_given(log, [("A", "B")]) == ()
    assert notes_on_given(log, [("A", "X"), ("B", " A")]) == (
        ("bundles.given-unknown", {"services": ["X"]}),
        ("bundles.given-twice", {"services": ["A", " A"]}),
    )
