"""The public functions: a value that they do not take is told in a sentence, before any engine starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import onething as ot
import wording
from event_logs.log import EventLog
from redesign.situation import Options
from wording.errors import InputError, UsageError

ROWS = "case_id,activity,completed_at,department,service\n1,apply,2024-03-04 09:00,tax,permit\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    path = tmp_path_factory.mktemp("api") / "log.csv"
    path.write_text(ROWS, "utf-8")
    return ot.read_log(path)


@pytest.mark.parametrize("paths", [123, None, [], b"x", {}, "", [Path("log.csv"), 5]])
def test_what_is_no_path_is_refused_as_one(paths: Any) -> None:
    with pytest.raises(UsageError, match="paths"):
        ot.read_log(paths)


def test_a_frame_without_columns_is_no_log() -> None:
    with pytest.raises(InputError, match="paths"):
        ot.read_log(pd.DataFrame())


@pytest.mark.parametrize(
    ("name", "value"), [("timezone", 8), ("roles", 3), ("roles", {"case_id": 5}), ("places", {"tax": "hall"})]
)
def test_options_of_reading_are_named(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=name):
        ot.read_log("log.csv", **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trip_gap_h", -1),
        ("trip_gap_h", float("nan")),
        ("trip_gap_h", True),
        ("episode_gap_days", "60"),
        ("bundles", "permit"),
        ("bundles", [[1, 2]]),
        ("places", 5),
        ("catalogue", "mine.toml"),
        ("corrections", "same.toml"),
        ("applicant_activities", "apply"),
    ],
)
def test_mine_names_what_it_does_not_take(log: EventLog, name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=name):
        ot.mine(log, **{name: value})


def test_a_path_in_the_place_of_a_log_is_told_how_to_read_it() -> None:
    with wording.using("en"), pytest.raises(UsageError, match="read_log"):
        ot.mine("log.csv")  # type: ignore[arg-type]


def either(call: Callable[..., Any], log: EventLog, services: Any, **options: Any) -> None:
    """`propose` or `simulate`, which needs moves."""
    if call is ot.simulate:
        call(log, services, [], **options)
    else:
        call(log, services, **options)


@pytest.mark.parametrize("call", [ot.propose, ot.simulate])
def test_a_service_that_the_log_lacks_is_told_with_the_nearest(log: EventLog, call: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match=r"permits.*permit"):
        either(call, log, ["permits"])


@pytest.mark.parametrize("call", [ot.propose, ot.simulate])
@pytest.mark.parametrize("services", ["permit", 5, None, [5], ["permit", "permit"]])
def test_services_are_a_list_of_different_texts(log: EventLog, call: Callable[..., Any], services: Any) -> None:
    with pytest.raises(UsageError, match="services"):
        either(call, log, services)


@pytest.mark.parametrize("call", [ot.propose, ot.simulate])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("options", {"delivery": "post"}),
        ("delivery", Options(delivery="drone")),
        ("corrections_avoided", Options(corrections_avoided=5)),
        ("online_share", Options(online_share=-1)),
    ],
)
def test_what_is_stated_of_a_redesign_is_within_its_range(
    log: EventLog, call: Callable[..., Any], name: str, options: Any
) -> None:
    with pytest.raises(UsageError, match=name):
        either(call, log, ["permit"], options=options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("replications", 1),
        ("replications", "30"),
        ("seed", -1),
        ("seed", 1.5),
        ("demand", {"tax": -2}),
        ("demand", {"taxes": 2}),
        ("episodes", 5),
    ],
)
def test_simulate_names_what_it_does_not_take(log: EventLog, name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=name):
        ot.simulate(log, ["permit"], [], **{name: value})


@pytest.mark.parametrize("moves", ["one_form", 5, ["fly"]])
def test_moves_are_a_list_of_known_names(log: EventLog, moves: Any) -> None:
    with pytest.raises(UsageError):
        ot.propose(log, ["permit"], moves=moves)


@pytest.mark.parametrize("path", [5, "", "no/such/folder"])
def test_a_catalogue_is_read_from_a_path(path: Any) -> None:
    with pytest.raises((UsageError, InputError)):
        ot.read_catalogue(path)


def test_the_whole_line_runs_from_a_path_and_its_page_is_written(log: EventLog, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(ROWS, "utf-8")
    study = ot.analyze(file, out=tmp_path / "result")
    ot.write_report(study, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text("utf-8") == (tmp_path / "result" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(("name", "value"), [("log", 5), ("seed", -1), ("options", 5), ("config", 5)])
def test_analyze_names_what_it_does_not_take(log: EventLog, name: str, value: Any) -> None:
    with pytest.raises(UsageError):
        ot.analyze(**{"log": log, name: value})


def test_a_report_is_not_written_from_anything_nor_anywhere(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="report"):
        ot.write_report(5, tmp_path / "x.html")  # type: ignore[arg-type]


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(AttributeError, match="analyze"):
        ot.analyse  # noqa: B018
