"""Speed of the simulation beside Prosimos and SimPy, on one identical model that all three read from files.

``python benchmarks/simulation.py [peers' python]`` writes a model (BPMN 2.0 and Prosimos's JSON) to a scratch folder:
two tasks, an exclusive split that sends a share back, always-open calendars, exponential times. Each simulator runs in
its own process; mean cycle times are shown first, to agree, then activity instances a CPU-second. The peers are looked
for in the given interpreter (default: this one); one that is missing is said to be missing.
"""

from __future__ import annotations

import json
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
        np.array([0, -1, 1]),
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


def main(python: str) -> None:
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


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable)
