"""`python benchmarks/questions.py [EVENTS.parquet]`: trips and materials beside the hand-written queries of the same.

Without a file, one of a million events is made of the sample, repeated with other cases and people.

Each runs in a process of its own, in turn, and is given in processor seconds as well as wall seconds: on a machine that
does other things only the former compare. The file has the contract's columns; peak memory is that of the process.
(A file named `mining.py` here would hide the package.)
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def trips_by_hand(path: str) -> None:
    """Runs of visit events at one place on one day: trips without kinds, causes, agents or episodes."""
    _by_hand(
        path,
        "with v as (select applicant, place, completed_at, n from {t} where channel in ('onsite', 'self_service')), "
        "x as (select applicant, place is distinct from lag(place) over w "
        "or completed_at::date <> lag(completed_at::date) over w "
        "or completed_at - lag(completed_at) over w > interval 4 hours turn from v "
        "window w as (partition by applicant order by completed_at, n)) "
        "select applicant, count(*) filter (turn is not false) from x group by applicant",
    )


def materials_by_hand(path: str) -> None:
    """Each written name beside its applicant's last submission of it: repeats without classes or departments' order."""
    _by_hand(
        path,
        "with m as (select applicant, department, completed_at, n, unnest(materials) material from {t} "
        "where len(materials) > 0), x as (select department, lag(department) over w d, "
        "completed_at - lag(completed_at) over w age from m "
        "window w as (partition by applicant, material order by completed_at, n)) "
        "select d, department, count(*) from x where age <= interval 365 days group by all",
    )


def _by_hand(path: str, query: str) -> None:
    import duckdb

    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    table = f"(select *, file_row_number as n from read_parquet('{path}', file_row_number = true))"
    connection.execute(query.format(t=table)).fetchall()


def onething_trips(path: str) -> None:
    """What `onething trips --format parquet` does, reading included."""
    from functools import partial

    from event_logs import backend, reading
    from mining.cases import combinations
    from mining.episodes import episodes
    from mining.trips import trips

    log = reading.read_log(path, engine=backend.DuckDBEngine(), gather=partial(combinations, ends=False))
    with tempfile.TemporaryDirectory() as folder:
        log.engine.write(trips(log, episodes(log, ends=False)), Path(folder) / "trips.parquet", "parquet")


def onething_materials(path: str) -> None:
    """What `onething materials --format parquet` does, reading included."""
    from event_logs import backend, reading
    from mining.material_classes import material_classes
    from mining.materials import materials

    log = reading.read_log(path, engine=backend.DuckDBEngine())
    rows = materials(log, material_classes(log), in_order=True)
    with tempfile.TemporaryDirectory() as folder:
        log.engine.write(
            rows.drop("event_number", "position", "applicant_key", "known"),
            Path(folder) / "materials.parquet",
            "parquet",
        )


def measure(task: Callable[[str], None], path: str) -> dict[str, float]:
    """Processor and wall seconds and peak gigabytes of a task in a fresh process."""
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    process = context.Process(target=_measured, args=(task, path, answers))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{task.__name__}: exit code {process.exitcode}")
    return dict(answers.get())


def _measured(task: Callable[[str], None], path: str, answers: multiprocessing.SimpleQueue[dict[str, float]]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    task(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    answers.put(
        {
            "cpu_s": round(time.process_time() - cpu, 2),
            "wall_s": round(time.perf_counter() - wall, 2),
            "peak_gb": round(peak, 2),
        }
    )


SAMPLE = Path(__file__).parent.parent / "event_logs" / "synthetic" / "sample" / "sample.csv.gz"


def grown(path: Path, events: int) -> Path:
    """The sample, repeated with other cases and people, as a Parquet file of about so many events."""
    from event_logs import read_log
    from event_logs.columns import ROLES

    log = read_log(SAMPLE)
    rows = int(log.run(log.events.aggregate(n=log.events.count()))["n"].iloc[0])
    copies = log.engine.hold("copies", {"copy": list(range(max(1, events // rows)))}, {"copy": "int64"})
    many = log.events.select([column.name for column in ROLES]).cross_join(copies)
    own = {name: many[name] + "-" + many["copy"].cast("string") for name in ("case_id", "applicant", "agent", "object")}
    log.engine.write(many.mutate(**own).drop("copy"), path, "parquet")
    return path


def main(path: str) -> None:
    """Print, for each question, ours, theirs, and ours over theirs."""
    for name, ours, theirs in (
        ("trips", onething_trips, trips_by_hand),
        ("materials", onething_materials, materials_by_hand),
    ):
        by_hand, found = measure(theirs, path), measure(ours, path)
        ratio = {key: round(found[key] / by_hand[key], 2) for key in ("cpu_s", "wall_s")}
        print(json.dumps({"question": name, "onething": found, "by_hand": by_hand, "ratio": ratio}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as made:
            main(str(grown(Path(made) / "events.parquet", 1_000_000)))
