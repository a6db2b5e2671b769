"""The benchmark of diagrams, in small: every catalogue bundle and some random processes through all checks at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "benchmarks" / "diagrams.py"


@pytest.mark.npm
@pytest.mark.browser
def test_every_catalogue_bundle_passes_every_check(node_modules: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--generated", "4", "--episodes", "300"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sets = {line.split(" | ")[0]: int(line.split(" | ")[1]) for line in done.stdout.splitlines()[1:4]}
    assert sets == {"as-is": 12, "to-be": 12, "random": 4}
