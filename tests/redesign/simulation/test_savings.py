"""Forecast savings against known truth, their determinism, and what must follow from more demand."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from catalogue.services import Catalogue
from mining.bundle_figures import figures
from redesign.savings import Savings, _world, simulate
from redesign.simulation.replications import design
from redesign.simulation.validation import validate
from redesign.situation import Options
from tests.redesign.simulation.conftest import Labelled

FIVE = ("one_form", "one_window", "share_data", "parallel_review", "one_delivery")
FIRMS, BIRTHS = "企业开办", "新生儿出生"


def forecast(world: Labelled, bundle: str, moves: tuple[str, ...], **more: Any) -> Savings:
    services = next(t["services"] for t in world.truth if t["bundle"] == bundle)
    return simulate(
        world.log,
        services,
        moves,
        bundle=bundle,
        episodes=world.episodes,
        trips=world.trips,
        materials=world.materials,
        **{"attribute": False, "replications": 20, **more},
    )


def error(told: Savings, truth: dict[str, Any], measure: str) -> float:
    want = truth["measures"][measure]
    got = told.as_json()["measures"][measure]
    return abs(got["saving"]["value"] - want["saving"]["value"]) / abs(want["as_is"]["value"])


@pytest.mark.parametrize("bundle", [FIRMS, BIRTHS])
def test_five_moves_save_what_they_truly_save(labelled: Labelled, bundle: str) -> None:
    told, truth = forecast(labelled, bundle, FIVE), labelled.of(bundle, set(FIVE))
    assert error(told, truth, "lead_time_mean_h") < 0.03
    assert error(told, truth, "trips_mean") < 0.02
    assert error(told, truth, "submissions_mean") < 0.02
    lead = told.measures["lead_time_mean_h"]["saving"]
    assert lead.low <= truth["measures"]["lead_time_mean_h"]["saving"]["value"] <= lead.high


@pytest.mark.parametrize("move", ["one_form", "one_window", "share_data", "parallel_review", "one_delivery"])
def test_each_move_alone_saves_what_it_truly_saves(labelled: Labelled, move: str) -> None:
    told, truth = forecast(labelled, FIRMS, (move,)), labelled.of(FIRMS, {move})
    assert error(told, truth, "lead_time_mean_h") < 0.035
    assert error(told, truth, "trips_mean") < 0.02
    assert error(told, truth, "departments_visited_mean") < 0.01


def test_the_as_is_is_the_logs_own(labelled: Labelled) -> None:
    told = forecast(labelled, FIRMS, FIVE)
    lead = told.as_json()["measures"]["lead_time_mean_h"]
    assert lead["observed"] == pytest.approx(492.03, abs=0.01)
    assert lead["as_is"]["value"] == pytest.approx(lead["observed"], rel=0.06)
    trips = told.as_json()["measures"]["trips_mean"]
    assert trips["observed"] == pytest.approx(6.703, abs=0.001)


def test_attributions_add_up_to_the_saving(labelled: Labelled) -> None:
    told = forecast(labelled, BIRTHS, ("one_form", "share_data", "one_delivery"), attribute=True).as_json()
    shares = [a["saving"] for a in told["attribution"] if a["measure"] == "lead_time_mean_h"]
    assert sum(shares) == pytest.approx(told["measures"]["lead_time_mean_h"]["saving"]["value"])


def test_the_same_seed_gives_the_same_bytes(labelled: Labelled) -> None:
    one = json.dumps(forecast(labelled, BIRTHS, FIVE, replications=5).as_json(), ensure_ascii=False)
    other = json.dumps(forecast(labelled, BIRTHS, FIVE, replications=5).as_json(), ensure_ascii=False)
    assert one == other


def test_replications_are_the_same_on_one_thread_or_many(labelled: Labelled) -> None:
    services = next(t["services"] for t in labelled.truth if t["bundle"] == BIRTHS)
    world, _ = _world(
        labelled.log, services, FIVE, Catalogue(), Options(), 1, labelled.episodes, labelled.materials, {}
    )
    redesigned = design(world.calibration, world.focus, frozenset(FIVE), Options(), world.background)
    drawn = world.calibration.draw()
    alone = [world.run(redesigned, drawn, r).end.tobytes() for r in range(6)]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(lambda r: world.run(redesigned, drawn, r).end.tobytes(), range(6))) == alone
    assert len(set(alone)) == 6


def test_doubling_a_departments_arrivals_lengthens_its_waits_to_be(labelled: Labelled) -> None:
    busy = "公安局"
    today = forecast(labelled, FIRMS, FIVE, replications=5).waits[busy]["to_be"]
    doubled = forecast(labelled, FIRMS, FIVE, replications=5, demand={busy: 2.0}).waits[busy]["to_be"]
    assert doubled > 1.3 * today


def test_corrections_avoided_save_time_and_trips(labelled: Labelled) -> None:
    told = forecast(labelled, FIRMS, (*FIVE, "notify_once"), options=Options(corrections_avoided=0.5))
    truth = next(t for t in labelled.truth if t["bundle"] == FIRMS and "notify_once" in t["moves"])
    assert error(told, truth, "lead_time_mean_h") < 0.03
    assert error(told, truth, "trips_mean") < 0.02


def test_validation_and_replay_come_with_it(labelled: Labelled) -> None:
    told = forecast(labelled, FIRMS, FIVE, replications=5)
    record = told.as_json()
    assert record["validation"]["passed"] is True
    assert (
        record["validation"]["metrics"]["cycle_time_distance_h"]
        < record["validation"]["metrics"]["cycle_time_zero_time_h"]
    )
    assert {step["kind"] for step in told.replay["to_be"]} <= {"work", "queue", "visit", "applicant", "post"}
    assert told.replay["as_is"][0]["start_h"] == 0.0


def test_steps_drawn_side_by_side_shorten_the_to_be_alone(labelled: Labelled) -> None:
    beside = Options(beside=(("企业设立登记", "初审", "复审"),))
    held, drawn = (forecast(labelled, FIRMS, FIVE, replications=4, options=o).measures for o in (Options(), beside))
    assert drawn["lead_time_mean_h"]["as_is"].value == held["lead_time_mean_h"]["as_is"].value
    assert drawn["lead_time_mean_h"]["to_be"].value < held["lead_time_mean_h"]["to_be"].value


def test_an_order_taken_out_by_hand_shortens_the_to_be_alone(labelled: Labelled) -> None:
    freed = Options(
        freed=(("社会保险登记", "发票申领"), ("发票申领", "银行开户预约"), ("社会保险登记", "银行开户预约"))
    )
    held, drawn = (
        forecast(labelled, FIRMS, ("one_form", "share_data"), replications=4, options=o).measures
        for o in (Options(), freed)
    )
    assert drawn["lead_time_mean_h"]["as_is"].value == held["lead_time_mean_h"]["as_is"].value
    assert drawn["lead_time_mean_h"]["to_be"].value < held["lead_time_mean_h"]["to_be"].value


def test_an_as_is_that_is_far_off_does_not_pass(labelled: Labelled) -> None:
    services = next(t["services"] for t in labelled.truth if t["bundle"] == FIRMS)
    world, _ = _world(labelled.log, services, (), Catalogue(), Options(), 1, labelled.episodes, labelled.materials, {})
    as_is = design(world.calibration, world.focus, frozenset(), Options(), world.background)
    origin = world.calibration.facts.origin
    assert validate(world, as_is, origin).passed
    # Nobody ever lets a day pass: much too quick, and the held-out quarter shows it.
    hasty = replace(world, calibration=replace(world.calibration, wishes=[None] * len(world.calibration.wishes)))
    checked = validate(hasty, as_is, origin)
    assert not checked.passed
    assert checked.metrics["cycle_time_mean_simulated_h"] < 0.85 * checked.metrics["cycle_time_mean_observed_h"]


def test_an_order_drawn_in_by_hand_lengthens_the_to_be_alone(labelled: Labelled) -> None:
    held = Options(orders=(("社会保险登记", "发票申领"),))
    free, drawn = (forecast(labelled, FIRMS, FIVE, replications=4, options=o).measures for o in (Options(), held))
    assert drawn["lead_time_mean_h"]["as_is"].value == free["lead_time_mean_h"]["as_is"].value
    assert drawn["lead_time_mean_h"]["to_be"].value > free["lead_time_mean_h"]["to_be"].value


@pytest.mark.parametrize("bundle", [FIRMS, BIRTHS])
def test_the_log_s_own_hours_of_work_are_those_that_a_bundle_tells(labelled: Labelled, bundle: str) -> None:
    services = next(t["services"] for t in labelled.truth if t["bundle"] == bundle)
    groups = [tuple(services)]
    (told,) = figures(labelled.log, groups, labelled.episodes, labelled.trips, classes=None)
    observed = forecast(labelled, bundle, (), replications=2).observed["processing_hours_mean"]
    assert told.today["processing_hours_mean"] == pytest.approx(observed)
    assert observed == pytest.approx(
        labelled.of(bundle, set(FIVE))["measures"]["processing_hours_mean"]["as_is"]["log_value"], rel=1e-3
    )
