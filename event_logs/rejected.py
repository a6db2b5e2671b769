"""Rows set aside, as a file: where each stands, why it is no event, and what it says.

Duplicates are not among them: a row equal to another is no fault to mend, and is counted in `Reading.duplicates`.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import wording
from event_logs.log import Reading, Rejected
from wording.errors import InputError

MOST = 1_000_000  # rows set aside one by one: a file with more of them is not what it was taken for
COLUMNS = ("line", "reason", "meaning", "row", "file")
_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")  # what a spreadsheet would run


def write_rejected(reading: Reading, path: Path) -> None:
    """``rejected.csv``: line (header = 1), reason's code and in words, the row, its file; the header alone if none."""
    # With its mark, as a spreadsheet else reads Chinese in the machine's own code page.
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in reading.rejected:
            meaning = wording.say(f"log.reason.{row.reason}")
            writer.writerow((row.line, row.reason, meaning, _guarded(row.row), _guarded(Path(row.file).name)))


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def check_number(path: Path, n: int, first: Rejected) -> None:
    """Refuse a file of which more rows are set aside than anybody could look through.

    Raises
    ------
    InputError
        More than a million: names the first and its reason.
    """
    if n > MOST:
        why = wording.say(f"log.reason.{first.reason}")
        raise InputError("log.many-rejected", path=path, n=MOST, line=first.line, why=why)
