"""What holds of trips whatever the log: checked on random small logs, and on the labelled worlds where they lie."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from event_logs.log import EventLog
from mining.episodes import episodes
from mining.trips import trips

LogOf = Callable[..., EventLog]
COLUMNS = "case_id activity started_at completed_at department service applicant agent actor channel place region"
SEEN = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
WHAT = [
    "applicant",
    "visitor",
    "place",
    "started_at",
    "ended_at",
    "departments",
    "services",
    "kind",
    "cause",
    "certainty",
]


@st.composite
def rows(draw: Any) -> list[tuple[Any, ...]]:
    """Events of a few people at a few departments within weeks; no two events start in the same minute."""
    minutes = draw(st.lists(st.integers(0, 40_000), min_size=1, max_size=25, unique=True))
    out = []
    for minute in minutes:
        case = draw(st.integers(0, 5))
        start = pd.Timestamp("2024-01-01") + pd.Timedelta(minutes=minute)
        out.append(
            (
                f"c{case}",
                draw(st.sampled_from(["提交申请", "补正告知", "补正材料", "审核", "办结制证", "领取证照"])),
                start.to_pydatetime(),
                (start + pd.Timedelta(seconds=30)).to_pydatetime(),
                draw(st.sampled_from(["税务局", "公安局", None])),
                f"s{case % 3}",
                f"p{case % 3}",
                draw(st.sampled_from([None, None, "代办"])),
                draw(st.sampled_from(["applicant", "officer", None])),
                draw(st.sampled_from(["onsite", "onsite", "online", None])),
                draw(st.sampled_from(["大厅", "分厅", None])),
                "区",
            )
        )
    return out


def found(log: EventLog) -> pd.DataFrame:
    return log.run(trips(log, episodes(log)))


def seen(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """What a reader sees of trips, sorted; ids are names and left out."""
    return sorted(map(tuple, table[WHAT].astype(str).to_numpy().tolist()))


@SEEN
@given(rows())
def test_every_episode_with_trips_has_one_first_and_the_rest_are_multi_or_return(
    log_of: LogOf, events: list[Any]
) -> None:
    table = found(log_of(COLUMNS, events))
    firsts = table[table["kind"] == "first"].groupby("episode_id").size()
    assert (firsts == 1).all()
    assert len(firsts) == table["episode_id"].nunique()
    assert set(table["kind"]) <= {"first", "multi", "return"}
    assert (table["cause"].notna() == (table["kind"] == "return")).all()


@SEEN
@given(rows())
def test_a_log_split_by_episode_has_the_same_trips(log_of: LogOf, events: list[Any]) -> None:
    # What rests on the whole log is kept out: places are known, no agent ties episodes, every case shows its applicant
    # online, so that none is a window case without him.
    known = [(*row[:4], row[4] or "税务局", *row[5:7], None, *row[8:10], row[10] or "大厅", row[11]) for row in events]
    online = {
        row[0]: (
            row[0],
            "提交申请",
            row[2].replace(year=2023),
            row[2].replace(year=2023),
            *row[4:8],
            "applicant",
            "online",
            *row[10:],
        )
        for row in known
    }
    whole = [*online.values(), *known]
    log = log_of(COLUMNS, whole)
    of_case = log.run(episodes(log)).set_index("case_id")["episode_id"].to_dict()
    parts = [[row for row in whole if of_case[row[0]] == name] for name in sorted(set(of_case.values()))]
    apart = [line for part in parts for line in seen(found(log_of(COLUMNS, part)))]
    assert sorted(apart) == seen(found(log))


@SEEN
@given(rows(), st.randoms(use_true_random=False))
def test_row_order_case_names_and_irrelevant_columns_change_nothing(
    log_of: LogOf, events: list[Any], random: Any
) -> None:
    other = [("z" + row[0], *row[1:11], "别区") for row in events]
    random.shuffle(other)
    assert seen(found(log_of(COLUMNS, other))) == seen(found(log_of(COLUMNS, events)))


def world(shared: Path, name: str, log_of: LogOf, hide: Callable[[int, dict[str, str]], None]) -> EventLog:
    """A labelled world, read without the reader, with something hidden in its rows."""
    with (shared / "data" / "labelled" / name / "log.csv").open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    columns = [name for name in read[0] if name not in ("materials", "outputs")]
    for number, row in enumerate(read):
        hide(number, row)
    frame = pd.DataFrame([[row[name] or None for name in columns] for row in read], columns=columns, dtype=object)
    log = log_of(columns, [])
    frame["event_number"] = np.arange(len(frame))
    frame["applicant_key"], frame["agent_key"] = frame["applicant"], frame["agent"]
    connection = log.engine.connection  # type: ignore[attr-defined]
    connection.register("world", frame)
    connection.execute("insert into events by name select * from world")
    return EventLog(log.engine, log.events, frozenset(columns))


def test_the_labelled_world_is_found_whole(shared: Path, log_of: LogOf, tmp_path: Path) -> None:
    log = world(shared, "clean", log_of, lambda number, row: None)
    found(log).to_csv(tmp_path / "trips.csv", index=False)
    sys.path.insert(0, str(shared / "checks"))
    try:
        import score  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    told = score.score(shared / "data" / "labelled" / "clean", tmp_path)["trips_nobundles"]
    assert min(told[name]["f1"] for name in ("found", "first", "return", "multi")) >= 0.995
    assert told["cause_accuracy_either_reading"] >= 0.995


@pytest.mark.parametrize("seed", [1, 2])
def test_with_three_in_ten_channels_hidden_the_range_holds_the_true_count(
    shared: Path, log_of: LogOf, seed: int
) -> None:
    hidden = np.random.default_rng(seed).random(20_000) < 0.3
    true = found(world(shared, "clean", log_of, lambda number, row: None)).groupby("episode_id").size()
    masked = found(
        world(shared, "clean", log_of, lambda n, row: row.update(channel="" if hidden[n] else row["channel"]))
    )
    most = masked.groupby("episode_id").size().reindex(true.index, fill_value=0)
    least = masked[masked["certainty"] != "possible"].groupby("episode_id").size().reindex(true.index, fill_value=0)
    assert ((least <= true) & (true <= most)).mean() >= 0.95
