"""Generated worlds that hide half of what happened: what is found is what the contract makes of what is left."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from event_logs import read_log
from event_logs.synthetic import generate
from mining.episodes import episodes
from mining.trips import trips


def found(log_file: Path) -> pd.DataFrame:
    log = read_log(log_file)
    return log.run(trips(log, episodes(log)))


def told(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_of(row: dict[str, object]) -> tuple[str, ...]:
    """What tells one trip from another, and what was judged of it."""
    names = ("applicant", "place", "started_at", "departments", "cases", "kind", "cause", "certainty")
    return tuple("" if pd.isna(row[name]) else str(row[name]) for name in names)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1, 2])
def test_dirty_trips_are_those_that_the_contract_makes_of_what_the_log_still_says(tmp_path: Path, seed: int) -> None:
    made = generate("city", noise="dirty", seed=seed, episodes=150, out=tmp_path)
    ours = Counter(row_of(row) for row in found(made.log).to_dict("records"))
    literal = Counter(row_of(row) for row in told(tmp_path / "literal_trips_nobundles.csv"))
    both = sum((ours & literal).values())
    assert 2 * both / (ours.total() + literal.total()) >= 0.99, (ours - literal, literal - ours)
