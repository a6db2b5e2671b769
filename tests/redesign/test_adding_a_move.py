"""The guide to adding a move, followed to the letter: one file, one registration."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pytest

from mining.discovery import BundleProcess, ServiceProcess
from mining.process_blocks import Loop, Sequence, Task
from mining.process_model import APPLICANT, Kind, Node, Origin, Step
from redesign.moves import MOVES
from redesign.moves.move import Move
from redesign.proposal import propose_for
from redesign.situation import Situation

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "howto-add-a-move.md"


def task(id: str, step: Step, lane: str = "office") -> Task:
    return Task(Node(id, Kind.TASK, id, lane, step, "A", origins=(Origin("A", lane, id, 5, 7),)))


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Move:
    """The guide's file as a module, and its move in the registry."""
    (text,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.S)
    module = types.ModuleType("notice_by_message")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(text, "notice_by_message.py", "exec"), module.__dict__)
    monkeypatch.setitem(MOVES, "notice_by_message", module.MOVE)
    return module.MOVE  # type: ignore[no-any-return]


def test_the_guides_move_is_proposed_and_verified(added: Move) -> None:
    loop = Loop(
        task("check", Step.CHECK),
        Sequence((task("notice", Step.NOTICE), task("correct", Step.CORRECT, APPLICANT))),
        0.2,
    )
    block = Sequence((task("apply", Step.APPLY, APPLICANT), loop, task("issue", Step.ISSUE)))
    process = BundleProcess((ServiceProcess("A", block, "office", 5, 5, 1.0),), (), (), 5)
    found = propose_for(Situation("thing", process, (), ()), moves=["notice_by_message"])
    assert found.to_be.node("notice").by_move == "notice_by_message"
    assert [need.said.text for need in found.handover] == ["Join the text message service."]
    assert (added.label, found.moves[0].evidence.said.text) == ("notice by message", "7 correction notices.")  # type: ignore[union-attr]
