"""Real proposals: drawn without fault, accepted by other tools, and eleven ways to break one are each caught."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mining.process_model import Kind, ProcessModel
from redesign.proposal import Proposal, propose_for
from redesign.situation import Situation, situation_of
from reports.bpmn.checks import faults
from reports.bpmn.layout import lay_out
from reports.bpmn.overview import lay_over, overview
from reports.bpmn.xml import read, write
from wording.errors import InputError, NotHolding


@dataclass(frozen=True, slots=True)
class Case:
    """A bundle's situation and its proposal."""

    situation: Situation
    proposal: Proposal


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[Case]:
    """Three bundles of the labelled world."""
    from event_logs import read_log

    folder = shared / "data/labelled/clean"
    log = read_log([folder / "log.csv"])
    found = []
    for bundle in json.loads((folder / "truth_bundles.json").read_text("utf-8"))[:3]:
        situation = situation_of(log, bundle["services"], name=bundle["name"])
        found.append(Case(situation, propose_for(situation)))
    return found


@pytest.fixture(scope="module")
def models(cases: list[Case]) -> list[ProcessModel]:
    """As-is and to-be of each."""
    return [model for case in cases for model in (case.proposal.as_is, case.proposal.to_be)]


def test_proposals_are_drawn_without_geometric_fault(models: list[ProcessModel]) -> None:
    assert [faults(lay_out(model)) for model in models] == [()] * len(models)


def test_overviews_are_drawn_without_geometric_fault(models: list[ProcessModel]) -> None:
    drawn = [lay_out(overview(model).model, upright=True) for model in models]
    assert [faults(layout) for layout in drawn] == [()] * len(models)


def test_overlays_are_drawn_without_geometric_fault(cases: list[Case]) -> None:
    pictures = [
        lay_over(c.proposal.as_is, c.proposal.to_be, went=c.proposal.overlay.went, came=c.proposal.overlay.came)
        for c in cases
    ]
    assert [faults(lay_out(picture.model)) for picture in pictures] == [()] * len(cases)


def test_proposals_are_read_back_equal(models: list[ProcessModel]) -> None:
    assert [read(write(model, lay_out(model))) for model in models] == models


@pytest.mark.npm
def test_bpmnlint_finds_no_error_in_proposals(node_modules: Path, models: list[ProcessModel], tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    files = [tmp_path / f"{index}.bpmn" for index in range(len(models))]
    for path, model in zip(files, models, strict=True):
        path.write_text(write(model, lay_out(model)), "utf-8")
    rules = tmp_path / ".bpmnlintrc"
    rules.write_text('{"extends": "bpmnlint:recommended"}', "utf-8")
    command = [node, str(node_modules / "bpmnlint/bin/bpmnlint.js"), "-c", str(rules), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=node_modules.parent, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "")


class Breaker:
    """A proposal's file, and ways to break it."""

    def __init__(self, model: ProcessModel) -> None:
        self.text = write(model, lay_out(model))
        into = {node.id: sum(flow.target == node.id for flow in model.flows) for node in model.nodes}
        out = {node.id: sum(flow.source == node.id for flow in model.flows) for node in model.nodes}
        joins = [node for node in model.nodes if into[node.id] > 1 and out[node.id] == 1]
        self.review = next(node.id for node in model.nodes if node.step.value == "review")
        self.exclusive = [node.id for node in joins if node.kind is Kind.EXCLUSIVE][-1]
        self.parallel = [node.id for node in joins if node.kind is Kind.PARALLEL][-1]
        self.end = next(node.id for node in model.nodes if node.kind is Kind.END)

    def part(self, name: str, id: str = "") -> str:
        """The text of an element."""
        found = re.search(rf'<{name}( id="{id}"| bpmnElement="{id}")?[^>]*>.*?</{name}>', self.text, re.S)
        if id:
            found = re.search(rf'<{name} id="{id}".*?</{name}>', self.text, re.S)
        assert found
        return found[0]

    def without(self, *patterns: str) -> str:
        """The text without what the patterns match."""
        text = self.text
        for pattern in patterns:
            text = re.sub(pattern, "", text, flags=re.S)
        return text

    def another_kind(self, id: str, old: str, new: str) -> str:
        """A gateway of another kind."""
        part = self.part(f"bpmn:{old}", id)
        return self.text.replace(part, part.replace(old, new))


BREAKS: dict[str, tuple[Callable[[Breaker], str], type[Exception]]] = {
    "dangling reference": (lambda b: b.text.replace(f'targetRef="{b.review}"', 'targetRef="none"', 1), InputError),
    "lane set after the nodes": (
        lambda b: b.text.replace(b.part("bpmn:laneSet"), "").replace(
            "</bpmn:process>", b.part("bpmn:laneSet") + "</bpmn:process>"
        ),
        InputError,
    ),
    "duplicate id": (lambda b: b.text.replace(f'id="{b.review}"', f'id="{b.end}"', 1), InputError),
    "missing end": (
        lambda b: b.without(
            rf'<bpmn:endEvent id="{b.end}".*?</bpmn:endEvent>',
            rf"<bpmn:flowNodeRef>{b.end}</bpmn:flowNodeRef>",
            rf'<bpmn:sequenceFlow [^>]*targetRef="{b.end}"[^>]*/>',
            rf'<bpmndi:BPMNShape id="{b.end}_di".*?</bpmndi:BPMNShape>',
        ),
        NotHolding,
    ),
    "task without a place": (
        lambda b: b.without(rf'<bpmndi:BPMNShape id="{b.review}_di".*?</bpmndi:BPMNShape>'),
        InputError,
    ),
    "task without a name": (lambda b: re.sub(rf'(id="{b.review}") name="[^"]*"', r"\1", b.text), NotHolding),
    "overlapping nodes": (
        lambda b: re.sub(
            rf'(id="{b.review}_di"[^>]*>\s*)<dc:Bounds [^>]*/>',
            r'\1<dc:Bounds x="0" y="0" width="9999" height="9999"/>',
            b.text,
        ),
        InputError,
    ),
    "node in no lane": (lambda b: b.without(rf"<bpmn:flowNodeRef>{b.review}</bpmn:flowNodeRef>"), InputError),
    "parallel join of a choice": (
        lambda b: b.another_kind(b.exclusive, "exclusiveGateway", "parallelGateway"),
        NotHolding,
    ),
    "exclusive join of branches": (
        lambda b: b.another_kind(b.parallel, "parallelGateway", "exclusiveGateway"),
        NotHolding,
    ),
    "implicit split": (
        lambda b: b.text.replace(
            "</bpmn:process>",
            f'<bpmn:sequenceFlow id="more" sourceRef="{b.review}" targetRef="{b.parallel}"/></bpmn:process>',
        ),
        NotHolding,
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_model_is_caught(cases: list[Case], name: str) -> None:
    change, error = BREAKS[name]
    case = cases[1]
    breaker = Breaker(case.proposal.to_be)
    text = change(breaker)
    assert text != breaker.text
    with pytest.raises(error):
        propose_for(case.situation, model=read(text))


def test_a_model_given_back_unchanged_is_accepted(cases: list[Case]) -> None:
    to_be = cases[1].proposal.to_be
    assert propose_for(cases[1].situation, model=read(write(to_be, lay_out(to_be)))).to_be == to_be
