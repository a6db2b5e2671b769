"""What `generate` writes: the same bytes again, a truth that adds up, and noise that says what it did."""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from event_logs.synthetic import Generated, generate, read_scenario, scenarios
from wording.errors import InputError, UsageError


def rows(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def truth(world: Generated, name: str) -> list[dict[str, str]]:
    return rows(world.log.parent / f"truth_{name}.csv")


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    made = [generate("sample", seed=9, episodes=40, noise="dirty", out=tmp_path / str(i)) for i in range(2)]
    assert [f.read_bytes() for f in made[0].files] == [f.read_bytes() for f in made[1].files]


def test_another_seed_gives_another_log(tmp_path: Path) -> None:
    made = [generate("sample", seed=s, episodes=40, out=tmp_path / str(s), truth=False) for s in (1, 2)]
    assert made[0].log.read_bytes() != made[1].log.read_bytes()


def test_the_shipped_sample_is_what_its_readme_says(tmp_path: Path) -> None:
    shipped = Path(generate.__code__.co_filename).parent / "sample" / "sample.csv.gz"
    made = generate("sample", seed=2025, out=tmp_path, compressed=True, truth=False)
    assert made.log.read_bytes() == shipped.read_bytes()
    assert len(shipped.read_bytes()) < 400_000


def test_a_clean_log_has_one_row_an_event(world: Generated) -> None:
    assert len(rows(world.log)) == world.events


def test_every_episode_has_one_first_trip_and_the_rest_are_multi_or_return(world: Generated) -> None:
    kinds = Counter((t["episode_id"], t["kind"]) for t in truth(world, "trips"))
    episodes = {t["episode_id"] for t in truth(world, "trips")}
    assert {kinds[e, "first"] for e in episodes} == {1}
    assert {k for _, k in kinds} == {"first", "multi", "return"}


def test_only_returns_have_a_cause(world: Generated) -> None:
    assert {(t["kind"] == "return", bool(t["cause"])) for t in truth(world, "trips")} == {(True, True), (False, False)}


def test_a_repeat_is_of_an_earlier_submission_of_the_same_class_by_the_same_applicant(world: Generated) -> None:
    by_id = {s["submission_id"]: s for s in truth(world, "materials")}
    repeats = [(s, by_id[s["repeat_of"]]) for s in by_id.values() if s["repeat_of"]]
    assert repeats
    assert all(a["material_class"] == b["material_class"] and a["applicant"] == b["applicant"] for a, b in repeats)
    assert all(b["submitted_at"] <= a["submitted_at"] and a is not b for a, b in repeats)
    assert all((a["department"] == b["department"]) == (a["repeat_kind"] == "same_department") for a, b in repeats)


def test_no_department_could_have_shared_a_document_with_itself(world: Generated) -> None:
    assert not [s for s in truth(world, "materials") if s["shareable_from"] == s["department"]]


def test_a_world_that_runs_out_cuts_nothing_off(world: Generated) -> None:
    assert {e["cut"] for e in truth(world, "episodes")} == {"false"}


def test_a_log_cut_at_both_ends_has_cut_episodes(dirty: Generated) -> None:
    assert {e["cut"] for e in truth(dirty, "episodes")} == {"true", "false"}


def test_the_rejected_lines_are_those_that_cannot_be_read(dirty: Generated) -> None:
    lines = dirty.log.read_bytes().decode("gb18030").split("\n")
    said = {int(r["line"]): r["reason"] for r in truth(dirty, "rejected")}
    assert {said[n] for n in said} >= {"header", "no time", "unclosed"}
    assert all(lines[n - 1] == lines[0] for n, why in said.items() if why == "header")
    assert all("2025-13-45" in lines[n - 1] for n, why in said.items() if why == "no time")
    assert said[len(lines)] == "unclosed"


def test_masked_applicants_are_said_in_the_truth(dirty: Generated) -> None:
    log = rows(dirty.log, "gb18030")
    hidden = {r["办件编号"] for r in log if "**" in (r["申请人"] or "")}
    assert hidden
    assert {s["masked"] for s in truth(dirty, "materials") if s["case_id"] in hidden} == {"true"}


def test_random_names_leave_no_name_of_the_scenario(tmp_path: Path) -> None:
    made = generate("city", seed=4, episodes=40, names="random", out=tmp_path)
    text = made.log.read_text("utf-8")
    assert not [s.name for s in read_scenario("city").services if s.name in text]


def test_few_columns_are_eight(tmp_path: Path) -> None:
    made = generate("city", seed=4, episodes=20, noise="few", out=tmp_path)
    assert len(rows(made.log)[0]) == 8
    assert {t["place"] == t["departments"] for t in truth(made, "trips")} == {True}


@pytest.mark.parametrize("name", scenarios())
def test_every_scenario_plays(name: str, tmp_path: Path) -> None:
    made = generate(name, episodes=30, weeks=8, out=tmp_path)
    assert made.events > 50


def test_an_unknown_scenario_names_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="city"):
        generate("citty", out=tmp_path)


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "city"\n[demand]\nseasons = 1\n', "utf-8")
    with pytest.raises(InputError, match="seasons"):
        read_scenario(path)


def test_an_unknown_noise_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="loud"):
        generate("city", noise="loud", out=tmp_path)


def test_a_scenario_of_ones_own_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "city"\n[[department]]\nname = "税务局"\nwait_h = 12\n', "utf-8")
    told = {d.name: d.wait_h for d in read_scenario(path).departments}
    assert (told["税务局"], told["公安局"]) == (12, 0)


def test_the_truth_scores_full_marks_against_itself(shared: Path, world: Generated, folder: Path) -> None:
    spec = importlib.util.spec_from_file_location("score", shared / "checks" / "score.py")
    assert spec is not None and spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    for name in ("trips.csv", "materials.csv", "bundles.json", "rejected.csv"):
        shutil.copy(world.log.parent / f"truth_{name}", folder / name)
    told = score.score(world.log.parent, folder)
    assert told["trips"]["kind_all"]["f1"] == told["materials"]["duplicates"]["f1"] == 1
    assert told["bundles"]["exact"]["f1"] == 1


def test_savings_are_as_is_less_to_be(tmp_path: Path) -> None:
    made = generate(
        "english", seed=2, episodes=60, weeks=12, out=tmp_path, savings=["A child is born"], replications=3,
        moves=[("one_form", "one_window", "share_data", "parallel_review", "one_delivery")],
    )  # fmt: skip
    told = json.loads((tmp_path / "truth_savings.json").read_text("utf-8"))
    assert [t["options"]["delivery"] for t in told] == ["onsite", "post"]
    for measure in told[0]["measures"].values():
        assert measure["saving"]["value"] == pytest.approx(measure["as_is"]["value"] - measure["to_be"]["value"])
    assert told[0]["measures"]["trips_mean"]["to_be"]["value"] < told[0]["measures"]["trips_mean"]["as_is"]["value"]
    assert made.episodes >= 60
