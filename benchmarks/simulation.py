"""Speed of the simulation beside Prosimos and SimPy, on one identical model that all three read from files.

``python benchmarks/simulation.py [--peers PYTHON] [--simod PYTHON --log CSV]``

writes a model (BPMN 2.0 and Prosimos's JSON) to a scratch folder: two tasks, an exclusive split that sends a share
back, always-open calendars, exponential times. Each simulator runs in its own process; mean cycle times are shown
first, to agree, then activity instances a CPU-second. The peers are looked for in the given interpreter (default: this
one); one that is missing is said to be missing. Then the memory of a million cases, the time of a thousand
replications, and, with ``--log``, how long a log takes to calibrate beside SIMOD (one trial, the least that it does),
whose pins want an interpreter of its own (``--simod``, or ``ONETHING_SIMOD``; Java 17).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from redesign.simulation.queues import play
from redesign.simulation.routes import EXCLUSIVE, TASK, Process, draw_routes

MODEL: dict[str, Any] = {
    "interarrival_s": 600.0,
    "tasks": [{"id": "review", "mean_s": 900.0, "officers": 3}, {"id": "decide", "mean_s": 400.0, "officers": 1}],
    "back_share": 0.3,
    "cases": 20_000,
}

BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://onething/benchmark">
<process id="p" isExecutable="false">
<startEvent id="start"/><task id="review" name="review"/><task id="decide" name="decide"/>
<exclusiveGateway id="join" gatewayDirection="Converging"/><exclusiveGateway id="split" gatewayDirection="Diverging"/>
<endEvent id="end"/>
<sequenceFlow id="f0" sourceRef="start" targetRef="join"/><sequenceFlow id="f1" sourceRef="join" targetRef="review"/>
<sequenceFlow id="f2" sourceRef="review" targetRef="split"/><sequenceFlow id="back" sourceRef="split" targetRef="join"/>
<sequenceFlow id="on" sourceRef="split" targetRef="decide"/><sequenceFlow id="f3" sourceRef="decide" targetRef="end"/>
</process></definitions>
"""

SIMPY = """
import json, random, sys, time
import simpy
model = json.load(open(sys.argv[1]))
rng = random.Random(1)
env = simpy.Environment()
pools = {t["id"]: simpy.Resource(env, t["officers"]) for t in model["tasks"]}
mean = {t["id"]: t["mean_s"] for t in model["tasks"]}
cycles, work = [], [0]
def do(task):
    with pools[task].request() as turn:
        yield turn
        yield env.timeout(rng.expovariate(1 / mean[task]))
    work[0] += 1
def case():
    begun = env.now
    while True:
        yield from do("review")
        if rng.random() >= model["back_share"]:
            break
    yield from do("decide")
    cycles.append(env.now - begun)
def arrivals():
    for _ in range(model["cases"]):
        env.process(case())
        yield env.timeout(rng.expovariate(1 / model["interarrival_s"]))
env.process(arrivals())
begun = time.process_time()
env.run()
print(json.dumps({"cycle_s": sum(cycles) / len(cycles), "work": work[0], "cpu_s": time.process_time() - begun}))
"""

PROSIMOS = """
import csv, json, sys, time
from datetime import datetime
from prosimos.simulation_engine import run_simulation
bpmn, parameters, cases, out = sys.argv[1:5]
begun = time.process_time()
run_simulation(bpmn, parameters, int(cases), log_out_path=out, starting_at="2024-01-01T00:00:00+00:00")
spent = time.process_time() - begun
first, last, work = {}, {}, 0
for row in csv.DictReader(open(out)):
    a, b = (datetime.fromisoformat(row[k]) for k in ("enable_time", "end_time"))
    c = row["case_id"]
    first[c] = min(first.get(c, a), a)
    last[c] = max(last.get(c, b), b)
    work += 1
cycle = sum((last[c] - first[c]).total_seconds() for c in first) / len(first)
print(json.dumps({"cycle_s": cycle, "work": work, "cpu_s": spent}))
"""


def prosimos_parameters(model: dict[str, Any]) -> dict[str, Any]:
    """The model's times and officers as Prosimos reads them."""

    def exponential(mean_s: float) -> dict[str, Any]:
        bounds = [{"value": v} for v in (mean_s, 0.0, 1e9)]
        return {"distribution_name": "expon", "distribution_params": bounds}

    always = [{"from": "MONDAY", "to": "SUNDAY", "beginTime": "00:00:00", "endTime": "23:59:59.999999"}]
    officers = {t["id"]: [f"{t['id']}-{i}" for i in range(t["officers"])] for t in model["tasks"]}
    return {
        "resource_profiles": [
            {
                "id": f"pool-{task}",
                "name": task,
                "resource_list": [
                    {"id": o, "name": o, "cost_per_hour": 1, "amount": 1, "calendar": "always", "assignedTasks": [task]}
                    for o in names
                ],
            }
            for task, names in officers.items()
        ],
        "arrival_time_distribution": exponential(model["interarrival_s"]),
        "arrival_time_calendar": always,
        "gateway_branching_probabilities": [
            {
                "gateway_id": "split",
                "probabilities": [
                    {"path_id": "back", "value": model["back_share"]},
                    {"path_id": "on", "value": 1 - model["back_share"]},
                ],
            }
        ],
        "task_resource_distribution": [
            {
                "task_id": t["id"],
                "resources": [{"resource_id": o, **exponential(t["mean_s"])} for o in officers[t["id"]]],
            }
            for t in model["tasks"]
        ],
        "resource_calendars": [{"id": "always", "name": "always", "time_periods": always}],
        "event_distribution": [],
        "batch_processing": [],
    }


def ours(model: dict[str, Any], cases: int) -> dict[str, float]:
    """The same model on our engine."""
    process = Process(
        np.array([TASK, EXCLUSIVE, TASK], np.int8),
        np.array([0, -1, 1], np.int32),
        np.array([0, 1, 3, 3], np.int32),
        np.array([1, 0, 2], np.int32),
        np.array([1.0, model["back_share"], 1 - model["back_share"]]),
    )
    means = np.array([t["mean_s"] for t in model["tasks"]])
    officers = np.array([t["officers"] for t in model["tasks"]])
    begun = time.process_time()
    rng = np.random.default_rng(1)
    routes = draw_routes(process, cases, rng)
    pool = process.pool[routes.node]
    arrival = np.cumsum(rng.exponential(model["interarrival_s"], cases))
    played = play(routes, arrival, pool, rng.exponential(1.0, len(pool)) * means[pool], officers)
    spent = time.process_time() - begun
    last = np.zeros(cases)
    np.maximum.at(last, routes.case, played.end)
    return {"cycle_s": float((last - arrival).mean()), "work": float(len(pool)), "cpu_s": spent}


def peer(python: str, code: str, *arguments: str) -> dict[str, float] | str:
    """A peer's result, or why there is none."""
    try:
        ran = subprocess.run([python, "-c", code, *arguments], capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as missing:
        return str(missing)
    if ran.returncode:
        return ran.stderr.strip().splitlines()[-1]
    found: dict[str, float] = json.loads(ran.stdout.strip().splitlines()[-1])
    return found


SIMOD = """
import json, resource, sys, time
from pathlib import Path
from pix_framework.io.event_log import EventLogIDs
from simod.event_log.event_log import EventLog
from simod.settings.simod_settings import SimodSettings
from simod.simod import Simod
path, out, ids = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
def spent():
    return sum(sum(resource.getrusage(w)[:2]) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
begun, clock = spent(), time.perf_counter()
settings = SimodSettings.one_shot()
settings.common.train_log_path = path
settings.common.log_ids = EventLogIDs(**ids)
settings.common.perform_final_evaluation = False
log = EventLog.from_path(log_ids=settings.common.log_ids, train_log_path=path)
Simod(settings, log, out).run()
print(json.dumps({"cpu_s": spent() - begun, "s": time.perf_counter() - clock}))
"""

OURS = """
import json, sys, time
from event_logs.reading import read_log
from redesign.simulation.calibration import calibrate
from redesign.simulation.facts import facts_of
begun, clock = time.process_time(), time.perf_counter()
calibrated = calibrate(facts_of(read_log([sys.argv[1]], roles=json.loads(sys.argv[2]))), {}, {})
calibrated.draw()
print(json.dumps({"cpu_s": time.process_time() - begun, "s": time.perf_counter() - clock}))
"""

MEMORY = """
import json, sys
sys.path.insert(0, sys.argv[1])
from simulation import MODEL, ours
ours(MODEL, 100)
def peak():  # not ru_maxrss, which a process takes over from the one that started it
    return next(int(x.split()[1]) * 1024 for x in open("/proc/self/status") if x.startswith("VmHWM"))
before = peak()
work = ours(MODEL, int(sys.argv[2]))["work"]
print(json.dumps({"bytes": (peak() - before) / work, "peak": peak(), "work": work}))
"""

# A log's columns under the names that SIMOD asks for, and under our roles.
COLUMNS = {
    "case": "case_id",
    "activity": "activity_name",
    "resource": "resource",
    "start_time": "start_timestamp",
    "end_time": "end_timestamp",
}
ROLES = {
    "case_id": "case_id",
    "activity": "activity_name",
    "resource": "resource",
    "started_at": "start_timestamp",
    "completed_at": "end_timestamp",
}


def calibrations(python: str, log: Path, folder: Path) -> None:
    """Print how long the log takes to calibrate, here and by SIMOD."""
    mine = peer(sys.executable, OURS, str(log), json.dumps(ROLES))
    again = peer(sys.executable, OURS, str(log), json.dumps(ROLES))  # the first one may have compiled
    theirs = peer(python, SIMOD, str(log), str(folder / "simod"), json.dumps(COLUMNS)) if python else "no interpreter"
    for name, found in (("onething", mine), ("once more", again), ("SIMOD", theirs)):
        if isinstance(found, str):
            print(f"calibration by {name}: not run: {found}")
        else:
            print(f"calibration by {name}: {found['cpu_s']:.1f} CPU-seconds, {found['s']:.1f} s")
    if not isinstance(again, str) and not isinstance(theirs, str):
        print(
            f"calibration: {theirs['cpu_s'] / again['cpu_s']:.0f} x less processor time than SIMOD,"
            f" {theirs['s'] / again['s']:.0f} x less time (bar 20)"
        )


def main(python: str, simod: str, log: Path | None) -> None:
    """Print mean cycle times, speeds and ratios."""
    cases = MODEL["cases"]
    ours(MODEL, 100)  # compile, or load from the cache
    best = min((ours(MODEL, 50 * cases) for _ in range(3)), key=lambda r: r["cpu_s"])
    results: dict[str, dict[str, float] | str] = {"onething": best}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "model.json").write_text(json.dumps(MODEL))
        (place / "model.bpmn").write_text(BPMN)
        (place / "prosimos.json").write_text(json.dumps(prosimos_parameters(MODEL)))
        results["SimPy"] = peer(python, SIMPY, str(place / "model.json"))
        results["Prosimos"] = peer(
            python,
            PROSIMOS,
            str(place / "model.bpmn"),
            str(place / "prosimos.json"),
            str(cases // 4),
            str(place / "log.csv"),
        )
    speed = best["work"] / best["cpu_s"]
    for name, found in results.items():
        if isinstance(found, str):
            print(f"{name:10} not run: {found}")
            continue
        rate = found["work"] / found["cpu_s"]
        print(
            f"{name:10} mean cycle {found['cycle_s'] / 3600:6.3f} h  {rate:12,.0f} activities a CPU-second"
            f"  ({speed / rate:,.0f} x slower than onething)"
        )
    begun = time.process_time()
    for _ in range(1000):
        ours(MODEL, 2000)
    print(f"1000 replications of 2000 cases: {time.process_time() - begun:.2f} CPU-seconds (bar 5)")
    held = peer(sys.executable, MEMORY, str(Path(__file__).parent), "1000000")
    if isinstance(held, str):
        print(f"memory: not measured: {held}")
    else:
        print(
            f"a million cases, {held['work']:,.0f} activities: {held['bytes']:.0f} bytes an activity (bar 100),"
            f" peak {held['peak'] / 1e6:,.0f} MB (bar 1,000)"
        )
    if log is not None:
        with tempfile.TemporaryDirectory() as folder:
            calibrations(simod, log, Path(folder))


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--peers", default=sys.executable, help="interpreter that has Prosimos and SimPy")
    asked.add_argument("--simod", default=os.environ.get("ONETHING_SIMOD", ""), help="interpreter that has SIMOD")
    asked.add_argument(
        "--log", type=Path, help="log to calibrate: case_id, activity_name, resource, start_, end_timestamp"
    )
    given = asked.parse_args()
    main(given.peers, given.simod, given.log)
