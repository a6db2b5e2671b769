"""Proposals from the labelled worlds, with the catalogue and without it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from ibis import null

from catalogue.files import read_catalogue
from catalogue.services import Catalogue, Material
from catalogue.vocabulary import step_of
from event_logs import read_log
from mining.episodes import episodes
from mining.material_classes import material_classes
from mining.materials import materials
from mining.process_model import APPLICANT, WINDOW, Kind, Step
from redesign.moves import MOVES
from redesign.proposal import Proposal, propose
from redesign.situation import Options, situation_of
from wording.errors import NotHolding, UsageError

FIVE = ("one_form", "one_window", "share_data", "parallel_review", "one_delivery")
BUNDLES = ("企业开办", "新生儿出生")
WORKED = (Step.CHECK, Step.REVIEW, Step.DECIDE, Step.ISSUE)


@cache
def world(folder: Path):  # type: ignore[no-untyped-def]
    log = read_log(folder / "log.csv")
    classes = material_classes(log)
    truth = {bundle["name"]: bundle for bundle in json.loads((folder / "truth_bundles.json").read_text("utf-8"))}
    return log, classes, log.keep("materials_of_test", materials(log, classes)), truth


def proposal(shared: Path, name: str, *, moves: tuple[str, ...] | None = FIVE, catalogue: Catalogue | None = None,
             options: Options | None = None) -> Proposal:  # fmt: skip
    log, classes, handed_in, truth = world(shared / "data" / "labelled" / "clean")
    return propose(
        log,
        truth[name]["services"],
        name=name,
        moves=moves,
        catalogue=catalogue,
        options=options,
        materials=handed_in,
        classes=classes,
    )


@pytest.mark.parametrize("name", BUNDLES)
def test_the_ties_are_the_true_order_without_a_catalogue(shared: Path, name: str) -> None:
    truth = world(shared / "data" / "labelled" / "clean")[3][name]["order"]
    assert {(t.before, t.after) for t in proposal(shared, name).situation.binding} == {tuple(pair) for pair in truth}


@pytest.mark.parametrize("name", BUNDLES)
def test_the_seed_changes_no_tie_of_the_log(shared: Path, name: str) -> None:
    known = proposal(shared, name, catalogue=read_catalogue()).situation.binding
    assert {(t.before, t.after) for t in known} == {
        (t.before, t.after) for t in proposal(shared, name).situation.binding
    }


@pytest.mark.parametrize("name", BUNDLES)
def test_there_is_one_application_and_one_delivery(shared: Path, name: str) -> None:
    steps = [node.step for node in proposal(shared, name).to_be.nodes]
    assert (steps.count(Step.APPLY), steps.count(Step.COLLECT) + steps.count(Step.POST)) == (1, 1)


@pytest.mark.parametrize("name", BUNDLES)
def test_no_shareable_material_is_handed_in(shared: Path, name: str) -> None:
    found = proposal(shared, name)
    shareable = {use.material for use in found.situation.materials if found.situation.sharable_by(use)}
    asked = {m for n in found.to_be.nodes if n.lane == APPLICANT for m in n.materials}
    assert shareable and not asked & shareable


@pytest.mark.parametrize("name", BUNDLES)
def test_every_decision_of_the_log_is_kept_in_its_department(shared: Path, name: str) -> None:
    found = proposal(shared, name)
    before = {(n.service, n.label, n.lane) for n in found.as_is.nodes if n.step in WORKED}
    assert before <= {(n.service, n.label, n.lane) for n in found.to_be.nodes}


@pytest.mark.parametrize("name", BUNDLES)
def test_every_decision_activity_of_the_log_is_in_the_merged_model(shared: Path, name: str) -> None:
    log, _classes, _handed_in, truth = world(shared / "data" / "labelled" / "clean")
    own = log.events.filter(log.events.service.isin(truth[name]["services"]))
    written = set(log.run(own.select("service", "activity").distinct()).itertuples(index=False, name=None))
    decided = {(service, activity) for service, activity in written if step_of(activity) in set(WORKED)}
    found = {(o.service, o.activity) for n in proposal(shared, name).to_be.nodes for o in n.origins}
    assert len(decided) >= 3 * len(truth[name]["services"]) and decided <= found


def test_what_must_be_done_in_person_stays(shared: Path) -> None:
    found = proposal(shared, "企业开办", catalogue=read_catalogue())
    assert [(n.service, n.label) for n in found.to_be.nodes if n.in_person] == [("银行开户预约", "面签")]


def test_every_task_of_the_to_be_comes_from_the_log_or_from_a_move(shared: Path) -> None:
    tasks = [node for node in proposal(shared, "企业开办").to_be.nodes if node.kind is Kind.TASK]
    assert all(node.origins or node.by_move for node in tasks)


def test_each_input_process_can_be_told_again(shared: Path) -> None:
    found = proposal(shared, "新生儿出生")
    before = {(o.service, o.activity) for node in found.as_is.nodes for o in node.origins}
    assert before == {(o.service, o.activity) for node in found.to_be.nodes for o in node.origins}


def test_all_applications_are_received_at_the_window(shared: Path) -> None:
    assert [n.step for n in proposal(shared, "企业开办").to_be.nodes if n.lane == WINDOW] == [Step.RECEIVE, Step.OTHER]


def test_a_window_at_a_place_that_the_log_does_not_know_is_told_of(shared: Path) -> None:
    places = [place for place, _ in proposal(shared, "企业开办").situation.places]
    for place in (places[0], "政务中新"):
        notes = dict(proposal(shared, "企业开办", options=Options(place=place)).to_be.notes)
        assert notes["redesign.note.place"] == {"place": place}
        told = None if place in places else {"place": place, "most": places[0]}
        assert notes.get("redesign.note.new-place") == told


def test_moves_named_twice_or_in_another_order_give_the_same_bytes(shared: Path) -> None:
    assert repr(proposal(shared, "企业开办").to_be) == repr(proposal(shared, "企业开办", moves=FIVE[::-1]).to_be)


def test_by_default_the_moves_that_the_log_supports_are_taken(shared: Path) -> None:
    assert proposal(shared, "新生儿出生", moves=None).move_names == FIVE


def test_an_unknown_move_is_a_usage_error(shared: Path) -> None:
    with pytest.raises(UsageError, match="There is no move one_stop"):
        proposal(shared, "新生儿出生", moves=("one_stop",))


def test_conditional_acceptance_is_refused_where_nothing_may_come_later(shared: Path) -> None:
    (refused,) = proposal(shared, "新生儿出生", moves=("conditional_acceptance",)).refused
    assert refused.reasons[0].text.startswith("The catalogue marks no material")


def test_a_connected_issuer_of_the_catalogue_is_a_source(shared: Path) -> None:
    known = Catalogue(materials=(Material("分娩记录", issuer="卫生健康委员会", connected=True),))
    form = {item.name: item for item in proposal(shared, "新生儿出生", catalogue=known).form.items}
    assert (form["分娩记录"].source, form["分娩记录"].provider) == ("shared", "卫生健康委员会")


def test_the_form_asks_for_each_thing_once(shared: Path) -> None:
    form = proposal(shared, "企业开办").form
    names = [item.name for item in form.items]
    assert len(names) == len(set(names))
    schema = form.json_schema()
    assert set(schema["properties"]) == set(names)
    assert schema["properties"]["营业执照"]["readOnly"] is True and "营业执照" not in schema["required"]


def test_the_hand_over_list_says_who_with_whom(shared: Path) -> None:
    needs = [(n.kind, n.what, n.provider, n.user) for n in proposal(shared, "新生儿出生").handover]
    assert ("interface", "出生医学证明", "妇幼保健院", "派出所") in needs


def test_what_is_handed_over_is_counted_in_episodes_that_the_log_does_not_cut_off(shared: Path) -> None:
    log, classes, handed_in, truth = world(shared / "data" / "labelled" / "real")
    services = truth["企业开办"]["services"]
    cases = episodes(log, bundles=[services])
    found = propose(log, services, moves=("share_data",), episodes=cases, materials=handed_in, classes=classes)
    cut = set(log.run(cases.filter(cases.cut).select("case_id"))["case_id"])
    rows = log.run(handed_in.filter(handed_in.material_class == "营业执照").select("case_id", "service"))
    whole = sum(row.case_id not in cut for row in rows.itertuples() if row.service == "公章刻制备案")
    need = next(n for n in found.handover if n.what == "营业执照")
    assert 0 < need.count == whole < len(rows[rows.service == "公章刻制备案"])


def test_a_model_edited_by_hand_goes_through_the_same_door(shared: Path) -> None:
    log, classes, handed_in, _truth = world(shared / "data" / "labelled" / "clean")
    good = proposal(shared, "新生儿出生")
    same = propose(
        log, good.services, name="新生儿出生", moves=FIVE, materials=handed_in, classes=classes, model=good.to_be
    )
    assert same.edited and same.to_be == good.to_be
    with pytest.raises(NotHolding, match=r"given back .* does not pass verification"):
        propose(
            log, good.services, name="新生儿出生", moves=FIVE, materials=handed_in, classes=classes, model=good.as_is
        )


@pytest.mark.parametrize("move", MOVES)
def test_every_move_alone_gives_a_verified_model(shared: Path, move: str) -> None:
    options = Options(corrections_avoided=0.5, online_share=0.5)
    found = proposal(shared, "企业开办", moves=(move,), catalogue=read_catalogue(), options=options)
    assert found.move_names == (move,)


def test_what_went_came_and_stayed_covers_every_task(shared: Path) -> None:
    found = proposal(shared, "新生儿出生")
    seen = {a for a, _b in [*found.overlay.stayed, *found.overlay.changed]} | set(found.overlay.went)
    assert seen == {node.id for node in found.as_is.nodes if node.kind is Kind.TASK}
    assert found.overlay.came == ("receive", "deliver")


def test_without_outputs_orders_are_told_from_time_alone_and_said_to_be(shared: Path) -> None:
    log, _classes, _handed_in, truth = world(shared / "data" / "labelled" / "clean")
    silent = replace(log, events=log.events.mutate(outputs=null("array<string>")), present=log.present - {"outputs"})
    found = propose(silent, truth["企业开办"]["services"], name="企业开办", moves=("one_form", "parallel_review"))
    soft = {(t.before, t.after) for t in found.ties if not t.kind.binds}
    assert {t.kind.value for t in found.ties} <= {"soft", "perhaps_legal"} and soft
    told = " ".join(dict(found.to_be.notes)["redesign.note.no-outputs"]["soft"])
    assert all(f"{a} → {b}" in told for a, b in soft)


def test_the_window_stands_where_the_bundles_own_applications_are_made(tmp_path: Path) -> None:
    rows = ["p1,1,A,tax", "p1,2,B,fire", "p2,3,A,fire", "p2,4,B,fire", "p3,5,A,tax", "p4,6,A,tax", "p5,7,A,tax"]
    path = tmp_path / "log.csv"
    path.write_text(
        "applicant,case_id,service,place,activity,completed_at,channel,actor\n"
        + "".join(f"{row},{step}\n" for row in rows for step in (
            "apply,2024-03-04 09:00,onsite,applicant", "decide,2024-03-05 09:00,,officer")),
        "utf-8",
    )  # fmt: skip
    log = read_log(path)
    tied = episodes(log, bundles=[["A", "B"]])
    assert situation_of(log, ["A", "B"], episodes=tied).window_place == "fire"
    assert situation_of(log, ["A"], episodes=tied).window_place == "tax"
