"""A synthetic log with its truth: the one function that makes and writes a world."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from event_logs.synthetic.demand import Demand, draw_demand
from event_logs.synthetic.literal import literal_trips
from event_logs.synthetic.renaming import rename
from event_logs.synthetic.rows import NOISES, Noise, Rows, columns_of, write_rows
from event_logs.synthetic.scenario import Scenario, read_scenario
from event_logs.synthetic.simulation import play
from event_logs.synthetic.state import Luck
from event_logs.synthetic.truth import (
    Step,
    as_seen,
    bundles_table,
    episode_ids,
    episodes_table,
    materials_table,
    steps_of,
    trips_table,
)
from wording.errors import UsageError

TRIP_COLUMNS = (
    "trip_id",
    "applicant",
    "visitor",
    "episode_id",
    "place",
    "started_at",
    "ended_at",
    "departments",
    "cases",
    "services",
    "kind",
    "cause",
    "certainty",
    "cause_alt",
    "masked",
)
MATERIAL_COLUMNS = (
    "submission_id",
    "applicant",
    "case_id",
    "department",
    "submitted_at",
    "material",
    "material_class",
    "repeat_of",
    "repeat_kind",
    "because",
    "because_alt",
    "shareable_from",
    "shareable_maybe",
    "masked",
)


@dataclass(frozen=True, slots=True)
class Generated:
    """What was written, and how much. `demand` and `steps` are the planted world, for whoever wants to look inside."""

    log: Path
    files: tuple[Path, ...]
    events: int
    cases: int
    episodes: int
    demand: Demand
    steps: tuple[Step, ...]


def generate(
    scenario: str | Path,
    *,
    seed: int = 1,
    episodes: int | None = None,
    out: Path,
    noise: str = "clean",
    truth: bool = True,
    savings: bool | Sequence[str] = False,
    replications: int = 20,
    moves: Sequence[Sequence[str]] | None = None,
    compressed: bool = False,
    names: str = "own",
    **overrides: Any,
) -> Generated:
    """Write a synthetic log and its truth to a folder.

    Parameters
    ----------
    scenario
        One of `scenarios()`, or the path of a scenario file.
    episodes
        How many episodes arrive in the log's time (where the log is cut at both ends, those before it come on top).
    out
        The folder; made where it is missing. `log.csv` (`log.csv.gz` if `compressed`), the `truth_*` files and,
        where noise hides something, `literal_trips*.csv`: the trips that the contract makes of what is left.
    noise
        ``clean``: all roles, exact names. ``real``: GB18030, Chinese headers, spellings, hidden departments and places,
        duplicate rows, cut at both ends. ``dirty``: that, identity numbers in two forms, masked ones, unreadable and
        shuffled rows. ``few``: eight columns. ``hidden``: 30 % of the applicants' channels missing.
    savings
        Write `truth_savings.json`: True for every bundle, or the names of some. Each set of moves and replication
        plays the whole world once, 0.1 s for 900 episodes: see `event_logs.synthetic.savings.true_savings`, which
        takes `replications` and `moves`.
    names
        ``own``, or ``random``: every service, department, place, material and bundle renamed to a random string.
    overrides
        Fields of the scenario or its demand, ``load={"税务局": 0.95}``, ``wait_h={"*": 20}``, ``habit=…``,
        ``agents=…``, ``cut=True``, ``background_share=…``, ``identities="numbers"``.

    Returns
    -------
    Generated
        Same arguments, same bytes.

    Raises
    ------
    InputError
        The scenario cannot be used.
    UsageError
        A noise, a move or a bundle is unknown.

    Examples
    --------
    >>> import tempfile
    >>> made = generate("city", episodes=20, out=Path(tempfile.mkdtemp()))
    >>> made.log.name, made.episodes >= 20
    ('log.csv', True)
    """
    if noise not in NOISES:
        raise UsageError("generate.noise", found=noise, known=", ".join(NOISES))
    style = NOISES[noise]
    identities = str(overrides.pop("identities", style.identities))
    world = read_scenario(scenario, **{**({"cut": True} if style.cut else {}), **overrides})
    if episodes is not None:
        world = replace(world, episodes=episodes)
    if names == "random":
        world = rename(world, seed)
    demand = draw_demand(world, seed, identities=identities)
    played = play(demand, Luck(demand, seed, 0), record=True)
    kept = [e for e in played.events if not world.cut or demand.log_from <= e.ended < demand.log_to]
    steps = steps_of(demand, kept)
    rows = write_rows(demand, steps, style, seed)
    out.mkdir(parents=True, exist_ok=True)
    log = _write_log(out, rows, style, compressed)
    files = [log, *(_write_truth(out, demand, steps, rows, style) if truth else [])]
    if savings:
        from event_logs.synthetic.savings import true_savings

        bundles = [b.name for b in world.bundles] if savings is True else list(savings)
        told = true_savings(demand, steps, bundles, seed=seed, replications=replications, moves=moves)
        files.append(_write(out / "truth_savings.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n"))
    cases = {s.case.case_id for s in steps}
    return Generated(
        log, tuple(files), len(steps), len(cases), len({s.episode.index for s in steps}), demand, tuple(steps)
    )


def _write_truth(out: Path, demand: Demand, steps: list[Step], rows: Rows, style: Noise) -> Iterable[Path]:
    columns = columns_of(demand.scenario, style)
    has_object, has_episode = "object" in columns, "episode" in columns
    steps = as_seen(steps, columns)
    given = episode_ids(steps, bundles=True, has_object=has_object, has_episode=has_episode)
    none = episode_ids(steps, bundles=False, has_object=has_object, has_episode=has_episode)
    yield _table(out / "truth_trips.csv", TRIP_COLUMNS, trips_table(steps, given))
    yield _table(out / "truth_trips_nobundles.csv", TRIP_COLUMNS, trips_table(steps, none))
    if style.hidden or style.masked:
        for name, with_bundles in (("literal_trips", True), ("literal_trips_nobundles", False)):
            ids = episode_ids(steps, bundles=with_bundles, has_object=has_object, has_episode=has_episode, literal=True)
            yield _table(out / f"{name}.csv", TRIP_COLUMNS, literal_trips(steps, ids))
    yield _table(out / "truth_materials.csv", MATERIAL_COLUMNS, materials_table(steps, demand))
    yield _table(out / "truth_episodes.csv", ("case_id", "episode_id", "cut"), episodes_table(steps, given))
    told = bundles_table(steps, given, demand)
    yield _write(out / "truth_bundles.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    lines = [{"line": line, "reason": reason} for line, reason in rows.rejected]
    yield (
        _table(out / "truth_rejected.csv", ("line", "reason"), lines)
        if lines
        else _write(out / "truth_rejected.csv", "")
    )


def _write_log(out: Path, rows: Rows, style: Noise, compressed: bool) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows.headers)
    writer.writerows(rows.rows)
    data = (text.getvalue() + rows.tail).encode(style.encoding)
    if not compressed:
        path = out / "log.csv"
        path.write_bytes(data)
        return path
    path = out / "log.csv.gz"
    path.write_bytes(gzip.compress(data, 9, mtime=0))
    return path


def _table(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Path:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: f"{v:%Y-%m-%d %H:%M:%S}" if isinstance(v, datetime) else v for k, v in row.items()})
    return _write(path, text.getvalue())


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


__all__ = ["Generated", "Scenario", "generate"]
