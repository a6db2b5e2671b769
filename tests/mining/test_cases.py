"""What is gathered of cases while a file is read is what its events tell once it is read."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs import read_log
from event_logs.log import EventLog
from mining.cases import cases, combinations

NAMES = ["case_id", "activity", "started_at", "completed_at", "service", "applicant", "object", "channel", "actor"]
TIMES = [f"2024-03-0{day} 09:00" for day in range(4, 8)]
Row = tuple[Any, ...]


def told(log: EventLog, *, ends: bool = True) -> list[tuple[Any, ...]]:
    found = cases(log, ends=ends)
    return log.rows(found.select(sorted(found.columns)).order_by("case_id"))


def as_file(rows: list[Row], path: Path) -> Path:
    frame = pd.DataFrame(rows, columns=NAMES)
    for name in ("started_at", "completed_at"):
        frame[name] = pd.to_datetime(frame[name])
    frame.to_parquet(path)
    return path


def events(*changes: dict[str, Any]) -> list[Row]:
    """Two cases of two events, and a row for each of `changes`, which differs from a third case's by them."""
    plain = ("提交申请", TIMES[0], TIMES[1], "落户", "王丽", "京A123", "onsite", "applicant")
    rows: list[Row] = [(case, *plain) for case in ("1", "2")]
    rows += [
        (case, "办结制证", TIMES[2], TIMES[3], "落户", "王丽", "京A123", "onsite", "officer") for case in ("1", "2")
    ]
    third = dict(zip(NAMES, ("3", *plain), strict=True))
    return rows + [tuple((third | change).values()) for change in changes]


@pytest.mark.parametrize(
    ("changes", "ahead"),
    [
        ([{}], True),
        ([{"channel": "窗口"}], True),
        ([{}, {"applicant": "李强", "activity": "办结制证"}], True),
        ([{"object": "某小区"}], True),
        ([{"applicant": "王*"}], False),
        ([{"applicant": None}, {"activity": "办结制证"}], False),
        ([{"applicant": " 王丽"}], False),
        ([{"object": "  "}], False),
        ([{"case_id": "3 "}], False),
        ([{"case_id": None}], False),
        ([{}, {}], False),
        ([{"started_at": TIMES[3]}], False),
    ],
)
def test_cases_gathered_ahead_are_those_of_the_log(changes: list[dict[str, Any]], ahead: bool, tmp_path: Path) -> None:
    path = as_file(events(*changes), tmp_path / "log.parquet")
    whole = read_log(path)
    early = read_log(path, gather=combinations)
    assert ("combinations" in early._found) is ahead
    assert told(early) == told(whole)
    assert early.reading == whole.reading


def test_what_was_gathered_without_ends_is_gathered_again_for_them(tmp_path: Path) -> None:
    path = as_file(events({}, {"object": "京B5"}), tmp_path / "log.parquet")
    whole, early = read_log(path), read_log(path, gather=partial(combinations, ends=False))
    assert "applied_at" not in early._found["combinations"].columns
    assert told(early, ends=False) == told(whole, ends=False)
    assert told(early) == told(whole)
    assert told(early, ends=False) == told(whole, ends=False)


ROW = st.tuples(
    st.sampled_from("AB"), st.sampled_from(["提交申请", "补正材料", "领取证照"]), st.sampled_from(TIMES),
    st.sampled_from(TIMES), st.sampled_from(["落户", "社保"]), st.sampled_from(["王丽", "李强", "王*", None]),
    st.sampled_from(["京A1", "无", None]), st.sampled_from(["onsite", "online"]),
    st.sampled_from(["applicant", "officer"]),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=8))
def test_any_file_tells_of_its_cases_the_same_ahead(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    path = as_file(rows, tmp_path_factory.mktemp("logs") / "log.parquet")
    assert told(read_log(path, gather=combinations)) == told(read_log(path))
