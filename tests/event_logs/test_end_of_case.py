"""A log whose only end is named as the case's (办结时间): read where its values leave no doubt, else asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from event_logs import read_log
from wording.errors import InputError

STEPS = ("申请", "审核", "发证")


def written(folder: Path, hours: list[list[int]]) -> Path:
    """A file of one case a list, and one row an hour of it."""
    lines = ["办件编号,环节名称,办结时间"]
    for case, row in enumerate(hours):
        lines += [f"{case},{step},2024-03-0{case + 1} {hour:02}:00" for step, hour in zip(STEPS, row, strict=False)]
    path = folder / "log.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("hours", "reason"), [([[9, 10, 12], [9, 11]], "end-changes"), ([[9], [10], [9]], "end-alone")]
)
def test_an_end_that_differs_between_steps_or_stands_alone_is_the_completion(
    tmp_path: Path, hours: list[list[int]], reason: str
) -> None:
    log = read_log(written(tmp_path, hours))
    assert [(r.column, r.reason) for r in log.reading.roles if r.role == "completed_at"] == [("办结时间", reason)]
    assert log.reading.rejected == ()


def test_an_end_that_all_steps_of_a_case_share_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--map completed_at"):
        read_log(written(tmp_path, [[9, 9, 9], [10, 10]]))


def test_a_promised_end_is_no_completion(tmp_path: Path) -> None:
    path = written(tmp_path, [[9, 10, 12], [9, 11]])
    path.write_text(path.read_text("utf-8").replace("办结时间", "应办结日期"), "utf-8")
    with pytest.raises(InputError):
        read_log(path)
