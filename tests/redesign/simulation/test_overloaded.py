"""A world with one officer and hardly a free hour, made here: what it tells, and what no forecast may promise."""

from __future__ import annotations

import pytest

from event_logs.reading import read_log
from event_logs.synthetic import generate
from event_logs.synthetic.savings import true_savings
from redesign.savings import Savings, simulate
from redesign.simulation.forecast import Bounds
from redesign.simulation.telling import compared
from tests.redesign.simulation.conftest import Labelled
from wording.errors import UsageError

WORLD = """
[world]
weeks = 16
start = "2025-02-10"
episodes = 140
columns = ["case_id", "activity", "started_at", "completed_at", "department", "resource", "service", "applicant",
    "actor", "channel", "place", "materials", "outputs"]
[demand]
background = 0.3
confounders = 0.0
apply_days = 0.5
[[department]]
name = "规划局"
place = "政务大厅"
officers = 1
load = 0.97
"""
SERVICE = """
[[service]]
name = "{0}证"
department = "规划局"
materials = ["身份证"]
output = "{0}证照"
"""
BUNDLE = """
[[bundle]]
name = "两证"
services = ["甲证", "乙证"]
habit = 0.6
agents = 0.0
[[background]]
service = "丙证"
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Savings, float]:
    folder = tmp_path_factory.mktemp("overloaded")
    scenario = folder / "one_officer.toml"
    scenario.write_text(WORLD + "".join(SERVICE.format(x) for x in "甲乙丙") + BUNDLE, "utf-8")
    made = generate(scenario, seed=1, out=folder)
    (truth,) = true_savings(
        made.demand, made.steps, ["两证"], seed=1, replications=6, moves=[["share_data", "parallel_review"]]
    )
    lead = truth["measures"]["lead_time_mean_h"]
    log = read_log([folder / "log.csv"])
    found = simulate(log, ["甲证", "乙证"], ["share_data", "parallel_review"], attribute=True, replications=6, seed=1)
    return found, lead["saving"]["value"] / lead["as_is"]["value"]


def test_parallel_review_is_not_praised_where_one_officer_does_it_all(told: tuple[Savings, float]) -> None:
    found, truly = told
    lead = found.measures["lead_time_mean_h"]
    assert truly < 0.25
    assert lead["saving"].value / lead["as_is"].value == pytest.approx(truly, abs=0.07)
    assert "simulation.note-overloaded" in [key for key, _ in found.notes]


def test_sharing_saves_nothing_where_no_service_takes_anothers_output(told: tuple[Savings, float]) -> None:
    alone = {x["move"]: x["saving"] for x in told[0].alone if x["measure"] == "lead_time_mean_h"}
    assert alone["share_data"] == pytest.approx(0.0, abs=1e-9)
    assert alone["parallel_review"] > 1.0


def test_some_wait_longer_than_today_and_the_notes_say_so(told: tuple[Savings, float]) -> None:
    losers = told[0].losers or 0.0
    assert 0.05 < losers < 0.6
    assert ("simulation.note-losers", {"percent": round(100 * losers)}) in told[0].notes


def test_plain_subtraction_is_told_where_it_differs_and_where_it_is_enough() -> None:
    saving = Bounds(48.0, 40.0, 56.0)
    assert [key for key, _ in compared(50.0, saving, 0.0)] == ["simulation.note-plain-enough"]
    assert list(compared(60.0, saving, 0.0)) == [
        ("simulation.note-plain-differs", {"plain": "2.5", "simulated": "2.0"})
    ]
    assert list(compared(0.0, saving, 0.004)) == []


def test_a_move_of_no_name_is_refused(labelled: Labelled) -> None:
    with pytest.raises(UsageError, match="parallel_revue"):
        simulate(labelled.log, ["甲证"], ["parallel_revue"])
