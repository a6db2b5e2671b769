"""The whole line on a small world: every file of the contract, the same bytes twice, no identity outside the rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import wording
from event_logs.backend import DuckDBEngine
from event_logs.synthetic import generate
from onething.cli import run
from onething.designing import MEASURES, write_rows

FILES = {
    "report.html", "findings.json", "trips.csv", "materials.csv", "bundles.json", "savings.json", "as_is.svg",
    "to_be.svg", "to_be.bpmn", "rejected.csv", "evidence.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    generate("sample", seed=3, episodes=90, out=folder)
    return folder / "log.csv"


@pytest.fixture(scope="module")
def twice(world: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("results")
    duties = folder / "mine.toml"
    duties.write_text('[[service]]\nname = "燃气过户"\nin_person = true\n', "utf-8")
    options = ["--replications", "4", "--catalogue", str(duties), "-q", "--lang", "en", "--format", "csv"]
    for name in ("one", "two"):
        assert run(["analyze", str(world), "--out", str(folder / name), *options]) == 0
    return folder / "one", folder / "two"


def test_every_file_of_the_contract_is_there(twice: tuple[Path, Path]) -> None:
    assert {path.name for path in twice[0].iterdir()} >= FILES


def test_the_same_log_gives_the_same_bytes(twice: tuple[Path, Path]) -> None:
    one, two = ({p.relative_to(d).as_posix(): p.read_bytes() for p in d.rglob("*") if p.is_file()} for d in twice)
    assert sorted(name for name in one if one[name] != two[name]) == []


def test_no_person_of_the_log_is_in_report_findings_or_evidence(world: Path, twice: tuple[Path, Path]) -> None:
    import pandas as pd

    rows = pd.read_csv(world, dtype=str)
    people = {name for column in ("applicant", "agent", "resource") for name in rows[column].dropna().unique()}
    told = "".join((twice[0] / name).read_text("utf-8") for name in ("report.html", "findings.json", "evidence.json"))
    assert sorted(name for name in people if name in told) == []


def test_evidence_names_every_result(twice: tuple[Path, Path]) -> None:
    record = json.loads((twice[0] / "evidence.json").read_text("utf-8"))
    assert {row["name"] for row in record["outputs"]} >= FILES - {"evidence.json"}


def test_a_written_name_is_counted_as_often_as_it_was_handed_in(twice: tuple[Path, Path]) -> None:
    import pandas as pd

    written = pd.read_csv(twice[0] / "materials.csv", dtype=str)["material"].value_counts()
    merges = json.loads((twice[0] / "findings.json").read_text("utf-8"))["merges"]
    assert sum(merge["count"] for merge in merges) > 0
    assert [m["name"] for m in merges if m["count"] != written.get(m["name"], 0)] == []


def test_who_must_come_in_person_is_counted_in_the_episodes_that_the_report_tells_of(twice: tuple[Path, Path]) -> None:
    found = json.loads((twice[0] / "findings.json").read_text("utf-8"))
    (bundle,) = (b for b in found["bundles"] if b["name"] == found["focus"])
    counted = found["trips"]["episodes"]
    told = {service: n / counted for service, _, n in found["in_person"]}
    assert told
    assert all(share == pytest.approx(bundle["optional"].get(service, 1), abs=1e-3) for service, share in told.items())


def test_the_form_asked_for_has_a_row_for_each_bundle_and_measure(twice: tuple[Path, Path]) -> None:
    import pandas as pd

    rows = pd.read_csv(twice[0] / "analyze.csv")
    savings = json.loads((twice[0] / "savings.json").read_text("utf-8"))
    expected = [
        (one["bundle"], name, each["saving"]["value"]) for one in savings for name, each in one["measures"].items()
    ]
    assert list(zip(rows["bundle"], rows["measure"], rows["saving"], strict=True)) == expected
    assert len(expected) > 6


def test_rows_that_are_none_keep_their_columns(tmp_path: Path) -> None:
    import duckdb

    write_rows(DuckDBEngine(), [], tmp_path / "a.csv", MEASURES)
    write_rows(DuckDBEngine(), [], tmp_path / "a.parquet", MEASURES)
    assert (tmp_path / "a.csv").read_text("utf-8-sig") == ",".join(MEASURES) + "\n"
    found = duckdb.connect().execute("select * from read_parquet(?)", [str(tmp_path / "a.parquet")])
    assert [column[0] for column in found.description] == list(MEASURES)


def test_one_department_is_told_as_one() -> None:
    from reports.text import count

    values = {"events": count(2100), "cases": count(1), "departments": count(1), "first": "a", "last": "b"}
    with wording.using("en"):
        assert wording.say("cli.found.log", **values) == "2,100 events, 1 case, 1 department, a to b"
