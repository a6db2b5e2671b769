"""Rows set aside, as a file: where each stands, why it is no event, and what it says.

Duplicates are not among them: a row equal to another is no fault to mend, and is counted in `Reading.duplicates`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import wording
from event_logs.log import Reading

COLUMNS = ("line", "reason", "meaning", "row", "file")


def write_rejected(reading: Reading, path: Path) -> None:
    """``rejected.csv``: line (header = 1), reason's code and in words, the row, its file; the header alone if none."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in reading.rejected:
            meaning = wording.say(f"log.reason.{row.reason}")
            writer.writerow((row.line, row.reason, meaning, row.row, Path(row.file).name))
