"""A proposal's files: all there, as tables too, and nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

from mining.discovery import BundleProcess, ServiceProcess
from mining.process_blocks import Sequence, Task
from mining.process_model import APPLICANT, Kind, Node, Origin, Step
from onething.proposal_files import csv_text, write_proposal
from redesign.proposal import Proposal, propose_for
from redesign.situation import MaterialUse, Situation


def step(service: str, kind: Step, lane: str, **more: object) -> Task:
    origin = Origin(service, lane, kind.value, 9, 9)
    return Task(Node(f"{service}_{kind}", Kind.TASK, kind.value, lane, kind, service, origins=(origin,), **more))  # type: ignore[arg-type]


def proposal() -> Proposal:
    processes = tuple(
        ServiceProcess(
            name,
            Sequence(
                (
                    step(name, Step.APPLY, APPLICANT, materials=("id",)),
                    step(name, Step.REVIEW, f"office {name}"),
                    step(name, Step.ISSUE, f"office {name}"),
                    step(name, Step.COLLECT, APPLICANT),
                )
            ),
            f"office {name}", 9, 9, 1.0,
        )
        for name in "AB"
    )  # fmt: skip
    uses = tuple(MaterialUse(name, f"office {name}", "id", 9, 9, whole=9) for name in "AB")
    situation = Situation("thing", BundleProcess(processes, ((0, 1),), (), 9), (), uses)
    return propose_for(situation, moves=("one_form", "one_window", "one_delivery"))


def test_every_file_is_written(tmp_path: Path) -> None:
    write_proposal(proposal(), tmp_path)
    drawings = {f"{name}.{kind}" for name in ("as_is", "to_be") for kind in ("svg", "bpmn")} | {"overlay.svg"}
    tables = {f"{name}.{kind}" for name in ("form", "handover") for kind in ("csv", "json")} | {"form.schema.json"}
    assert {path.name for path in tmp_path.iterdir()} == drawings | tables


def test_the_tables_say_what_the_json_says(tmp_path: Path) -> None:
    write_proposal(proposal(), tmp_path)
    for name in ("form", "handover"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        told = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))
        assert [list(row) for row in rows] == [list(row) for row in told] and len(rows) == len(told) > 0


def test_what_went_and_what_came_lies_over_what_stayed(tmp_path: Path) -> None:
    found = proposal()
    write_proposal(found, tmp_path)
    groups = ElementTree.parse(tmp_path / "overlay.svg").iter("{http://www.w3.org/2000/svg}g")
    states = {group.get("data-node"): (group.get("class") or "").split() for group in groups}
    assert all("came" in states[id] for id in found.overlay.came)
    assert sum("stayed" in state for state in states.values()) > 0


def test_a_formula_is_quoted() -> None:
    assert csv_text([{"a": "=1+1", "b": True, "c": -1}]) == "a,b,c\n'=1+1,true,-1\n"
