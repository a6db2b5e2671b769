"""XES: lifecycle pairs, zones, lists, nesting, references, whichever way the file is read."""

# ruff: noqa: E501  (tables of Chinese text: a character counts two)
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from event_logs import read_log

Write = Callable[[str, str | bytes], Path]
Cells = Callable[..., list[list[Any]]]


def log_text(events: str, extra: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">{extra}\n<trace><string key="concept:name" value="1"/>\n{events}</trace></log>'


def event(activity: str, time: str, *more: str) -> str:
    return f'<event><string key="concept:name" value="{activity}"/><date key="time:timestamp" value="2024-03-04T{time}:00+08:00"/>{"".join(more)}</event>\n'


def phase(name: str) -> str:
    return f'<string key="lifecycle:transition" value="{name}"/>'


def test_starts_pair_with_their_completions_and_other_transitions_are_counted(write: Write, cells: Cells) -> None:
    steps = [("a", "09:00", "schedule"), ("a", "09:05", "start"), ("b", "09:06", "start"), ("a", "09:10", "complete"),
             ("c", "09:11", "complete"), ("b", "09:20", "COMPLETE"), ("d", "09:30", "start")]  # fmt: skip
    log = read_log(write("log.xes", log_text("".join(event(a, t, phase(p)) for a, t, p in steps))))
    assert cells(log, "activity", "started_at", "completed_at") == [
        ["a", "2024-03-04 09:05:00", "2024-03-04 09:10:00"],
        ["c", None, "2024-03-04 09:11:00"],
        ["b", "2024-03-04 09:06:00", "2024-03-04 09:20:00"],
    ]
    assert {("log.note-transitions", 1), ("log.note-starts-alone", 1)} <= {
        (k, v.get("n")) for k, v in log.reading.notes
    }


def test_overlapping_instances_of_one_activity_pair_in_their_order(write: Write, cells: Cells) -> None:
    steps = [("a", "09:00", "start"), ("a", "09:05", "start"), ("a", "09:10", "complete"), ("a", "09:20", "complete")]
    log = read_log(write("log.xes", log_text("".join(event(a, t, phase(p)) for a, t, p in steps))))
    assert cells(log, "started_at", "completed_at") == [
        ["2024-03-04 09:00:00", "2024-03-04 09:10:00"],
        ["2024-03-04 09:05:00", "2024-03-04 09:20:00"],
    ]


MATERIALS = '<list key="materials"><values><string key="m" value="身份证、正反面"/><string key="m" value="A&amp;B"/></values></list>'


@pytest.mark.parametrize(
    "extra", ["", "<!-- a comment -->", '<string key="n" value="x"><string key="inner" value="y"/></string>']
)
@pytest.mark.parametrize(
    "inner", ["", '<string key="note" value="x"><string key="channel" value="网办"/></string>', "<!-- b -->"]
)
def test_lists_references_and_nesting_come_out_the_same_on_every_way(
    write: Write, cells: Cells, extra: str, inner: str
) -> None:
    one = event("&#x53d7;&#29702;&lt;1&gt;", "09:00", MATERIALS, inner, '<string key="channel" value="窗口"/>')
    log = read_log(write("log.xes", log_text(one + event("b", "10:00"), extra)))
    assert cells(log, "activity", "materials", "channel") == [
        ["受理<1>", ["身份证、正反面", "A&B"], "onsite"],
        ["b", None, None],
    ]


def test_times_with_an_offset_become_wall_clock_times_of_the_zone(write: Write, cells: Cells) -> None:
    path = write("log.xes", log_text(event("a", "23:30")))
    assert cells(read_log(path, timezone="Europe/Berlin"), "completed_at") == [["2024-03-04 16:30:00"]]


def test_receipt_has_its_known_counts(shared: Path) -> None:
    log = read_log(shared / "data/receipt.xes.gz")
    counts = log.run(
        log.events.aggregate(
            n=log.events.count(), cases=log.events.case_id.nunique(), no=log.events.department.isnull().sum()
        )
    )
    assert counts.iloc[0].tolist() == [8577, 1434, 1936]
    assert "channel" in log.present


def test_bpic12_pairs_every_start_that_completes(shared: Path) -> None:
    log = read_log(shared / "data/BPIC12.xes.gz")
    counts = log.run(log.events.aggregate(n=log.events.count(), started=log.events.started_at.count()))
    assert counts.iloc[0].tolist() == [164506, 71373]
