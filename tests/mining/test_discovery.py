"""Discovery: the as-is of services and bundles, as a reader would draw it by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from event_logs import read_log
from event_logs.log import EventLog
from mining.conformance import fits, fitting_share, token_fitness, woflan_sound
from mining.discovery import discover, discover_processes
from mining.inductive import mine_block
from mining.process_blocks import Block, Choice, Loop, Ordered, Sequence, Skip, Task, Together, draw
from mining.process_model import APPLICANT, Kind, Node

HEADER = "case_id,activity,completed_at,service,department,applicant,actor,materials,outputs\n"


def log_of(folder: Path, *cases: tuple[str, str, str, int], text: str = "") -> EventLog:
    """A log of cases: (case, service, activities by ``>``, day of January); an hour between two activities."""
    rows = [
        f"{case},{name},2024-01-{day:02} {9 + at:02}:00:00,{service},office of {service},p{case.split('-')[0]},"
        f"{'applicant' if name in ('提交申请', '补正材料', '领取证照') else 'officer'},,"
        for case, service, names, day in cases
        for at, name in enumerate(names.split(">"))
    ]
    path = folder / "log.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n" + text, "utf-8")
    return read_log(path)


def told(block: Block) -> str:
    """A block in one line: → in order, × choice, ∧ side by side, ↺ loop, τ nothing."""
    match block:
        case Task(node):
            return node.id
        case Skip():
            return "τ"
        case Sequence(parts):
            return f"→({','.join(map(told, parts))})"
        case Together(parts) | Ordered(parts, _):
            return f"∧({','.join(sorted(map(told, parts)))})"
        case Choice(branches, shares):
            return f"×({','.join(f'{told(b)}:{s:.2f}' for b, s in zip(branches, shares, strict=True))})"
        case Loop(body, redo, again):
            return f"↺({told(body)},{told(redo)},{again:.2f})"


def leaf(at: int) -> Block:
    return Task(Node("abcdefgh"[at], Kind.TASK, "abcdefgh"[at], "office"))


def variants(*traces: str) -> dict[tuple[int, ...], int]:
    return dict(Counter(tuple("abcdefgh".index(step) for step in trace) for trace in traces))


BLOCKS = {
    "→(a,b,c)": ("abc",),
    "→(a,×(b:0.50,c:0.50),d)": ("abd", "acd"),
    "→(a,∧(b,c),d)": ("abcd", "acbd"),
    "→(a,×(b:0.75,τ:0.25),c)": ("abc", "abc", "abc", "ac"),
    "→(a,×(→(b,c):0.50,τ:0.50),d)": ("abcd", "ad"),
    "→(a,↺(b,→(c,d),0.33),e)": ("abe", "abcdbe"),
    "→(a,b,↺(c,→(d,e),0.33),f)": ("abcf", "abcdecf"),
    "→(a,↺(b,τ,0.50))": ("abb", "abbab"[:3]),
}


@pytest.mark.parametrize(("drawn", "traces"), BLOCKS.items())
def test_the_block_is_the_one_drawn_by_hand(drawn: str, traces: tuple[str, ...]) -> None:
    assert told(mine_block(variants(*traces), leaf)) == drawn


def test_rare_order_is_left_out_with_noise() -> None:
    often = {(0, 1, 2): 97, (2, 0, 1): 3}
    assert told(mine_block(often, leaf, noise=0.05)) == "→(a,b,c)"


def test_without_noise_every_trace_is_a_run() -> None:
    log = variants("abcd", "acbd", "abdc", "dcba", "aabb", "cd")
    block = mine_block(log, leaf)
    named = {tuple("abcdefgh"[at] for at in trace): n for trace, n in log.items()}
    assert fitting_share(block, named) == 1.0


def test_what_is_no_run_does_not_fit() -> None:
    block = mine_block(variants("abcd", "abd"), leaf)
    assert fits(block, ("a", "b", "d")) and not fits(block, ("a", "d", "b"))


def test_pm4py_replays_the_model_as_well_and_finds_it_sound() -> None:
    log = variants("abcde", "acbde", "abcdbcde"[:8])
    model = draw(mine_block(log, leaf), name="x", services=())
    named = {tuple("abcdefgh"[at] for at in trace): n for trace, n in log.items()}
    assert token_fitness(model, named) == pytest.approx(1.0)
    assert woflan_sound(model)


def test_an_empty_log_is_nothing_to_do() -> None:
    assert mine_block({}, leaf) == Skip()


PLAIN = "提交申请>材料审查>审核>办结制证>领取证照"
CORRECTED = "提交申请>材料审查>补正告知>补正材料>材料审查>审核>办结制证>领取证照"


def test_corrections_are_a_loop_with_its_share(tmp_path: Path) -> None:
    log = log_of(tmp_path, *[(f"{n}-1", "A", PLAIN, 3) for n in range(3)], ("9-1", "A", CORRECTED, 4))
    model = discover(log, ["A"])
    notice = next(node.id for node in model.nodes if node.label == "补正告知")
    assert next(flow.share for flow in model.flows if flow.target == notice) == pytest.approx(1 / 5)


def test_lanes_are_the_applicant_and_the_department(tmp_path: Path) -> None:
    model = discover(log_of(tmp_path, ("1-1", "A", PLAIN, 3)), ["A"])
    assert {node.label: node.lane for node in model.nodes if node.kind is Kind.TASK} == {
        "提交申请": APPLICANT, "领取证照": APPLICANT, "材料审查": "office of A",
        "审核": "office of A", "办结制证": "office of A",
    }  # fmt: skip


def test_a_case_that_the_log_cuts_off_does_not_change_the_model(tmp_path: Path) -> None:
    whole = [(f"{n}-1", "A", PLAIN, 3) for n in range(5)]
    folder, other = tmp_path / "whole", tmp_path / "cut"
    folder.mkdir()
    other.mkdir()
    cut = discover(log_of(other, *whole, ("9-1", "A", "审核>办结制证>领取证照", 4)), ["A"])
    assert [f.target for f in cut.flows] == [f.target for f in discover(log_of(folder, *whole), ["A"]).flows]


def test_services_stand_in_todays_order(tmp_path: Path) -> None:
    cases = [(f"{n}-{at}", service, PLAIN, 2 + 3 * at) for n in range(4) for at, service in enumerate("BAC")]
    found = discover_processes(log_of(tmp_path, *cases), ["A", "B", "C"])
    assert found.order == ((0, 2), (1, 0), (1, 2))


def test_what_overlaps_is_side_by_side(tmp_path: Path) -> None:
    cases = [(f"{n}-{service}", service, PLAIN, 3) for n in range(4) for service in "AB"]
    model = discover(log_of(tmp_path, *cases), ["A", "B"])
    assert sum(node.kind is Kind.PARALLEL for node in model.nodes) == 2


def test_a_service_that_half_the_episodes_need_can_be_left_out(tmp_path: Path) -> None:
    cases = [(f"{n}-{service}", service, PLAIN, 3) for n in range(4) for service in ("AB" if n % 2 else "ABC")]
    found = discover_processes(log_of(tmp_path, *cases), ["A", "B", "C"])
    assert [process.share for process in found.services] == [1.0, 1.0, 0.5]


def test_the_same_log_gives_the_same_model(tmp_path: Path) -> None:
    log = log_of(tmp_path, *[(f"{n}-{s}", s, PLAIN if n % 3 else CORRECTED, 3) for n in range(9) for s in "AB"])
    assert discover(log, ["A", "B"]) == discover(log, ["A", "B"])


def test_a_log_in_another_language_without_services_gets_its_model(tmp_path: Path) -> None:
    path = tmp_path / "permits.csv"
    rows = [
        f"{n},{a},2024-01-0{n} {9 + i}:00:00\n" for n in range(1, 6) for i, a in enumerate(["File", "Weigh", "Seal"])
    ]
    path.write_text("case_id,activity,completed_at\n" + "".join(rows), "utf-8")
    model = discover(read_log(path))
    assert [node.label for node in model.nodes if node.kind is Kind.TASK] == ["File", "Weigh", "Seal"]


def test_a_varied_log_is_drawn_in_part_and_says_so(shared: Path) -> None:
    model = discover(read_log(shared / "data" / "receipt.csv.gz"))
    assert len(model.nodes) < 80
    assert [key for key, _values in model.notes] == ["redesign.note.coverage"]
