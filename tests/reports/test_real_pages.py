"""Pages of real logs through the benchmark of pages: the sample's always, a public log's where it is at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
SCRIPT = HOUSE / "benchmarks" / "pages.py"
AXE = HOUSE / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"


def eight_looks(name: str) -> None:
    command = [sys.executable, str(SCRIPT), "--only", name, "--replications", "2", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert sum(line.startswith(f"{name} | ") for line in done.stdout.splitlines()) == 8


@pytest.mark.npm
@pytest.mark.browser
def test_the_samples_page_in_eight_looks() -> None:
    eight_looks("sample")


def test_the_page_of_a_public_log_in_eight_looks(shared: Path) -> None:
    if not (shared / "data" / "receipt.csv.gz").is_file() or not AXE.is_file():
        pytest.skip("needs the public log receipt, and axe-core")
    eight_looks("receipt")
