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


def test_dirty_trips_are_those_that_the_contract_makes_of_what_the_log_still_says(tmp_path: Path) -> None:
    made = generate("city", noise="dirty", seed=1, episodes=100, out=tmp_path)
    ours = Counter(row_of(row) for row in found(made.log).to_dict("records"))
    literal = Counter(row_of(row) for row in told(tmp_path / "literal_trips_nobundles.csv"))
    both = sum((ours & literal).values())
    assert 2 * both / (ours.total() + literal.total()) >= 0.99, (ours - literal, literal - ours)


@pytest.mark.parametrize("scenario", ["city", "agents"])
def test_with_three_in_ten_channels_missing_the_range_holds_the_true_count(tmp_path: Path, scenario: str) -> None:
    made = generate(scenario, noise="hidden", seed=4, episodes=80, out=tmp_path)
    log = read_log(made.log)
    cases = episodes(log)
    rows, of = log.run(trips(log, cases)), log.run(cases).set_index("case_id")["episode_id"]
    true = Counter(of[row["cases"].split(";")[0]] for row in told(tmp_path / "truth_trips_nobundles.csv"))
    sure, all_of = Counter(rows["episode_id"][rows["certainty"] != "possible"]), Counter(rows["episode_id"])
    held = [sure[episode] <= true[episode] <= all_of[episode] for episode in set(of)]
    assert sum(held) >= 0.95 * len(held)
    assert sure.total() < true.total() < all_of.total()
