"""Validity: do forecast savings come true? Generated worlds of known truth, forecast from their logs alone.

``python benchmarks/validity.py [worlds]`` prints, for each world, bundle and set of moves: the as-is against the log's
own mean, the error of the saving over the as-is, the interval's half-width, whether it holds the truth, and the errors
of trips and submissions; then the medians and the worst, beside the bars that part 4 sets.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from event_logs.reading import read_log
from event_logs.synthetic import generate
from mining.episodes import episodes
from mining.material_classes import material_classes
from mining.materials import materials
from mining.trips import trips
from redesign.savings import simulate
from redesign.situation import Options

FIVE = ("one_form", "one_window", "share_data", "parallel_review", "one_delivery")
SETS = (FIVE, (*FIVE, "notify_once"), ("share_data",), ("parallel_review",))
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("city", {}),
    ("bottleneck", {}),
    ("seasonal", {}),
    ("unexplained", {}),
    ("agents", {}),
)
MEASURES = ("lead_time_mean_h", "trips_mean", "submissions_mean")


def world(folder: Path, scenario: str, seed: int, changes: dict[str, Any]) -> list[dict[str, Any]]:
    """One world: generate it, forecast its two most frequent bundles, give a row for each set of moves."""
    size = (800, 1000, 1200)[seed % 3]
    truth = generate(scenario, seed=seed, episodes=size, out=folder, savings=False, **changes)
    planted = json.loads((folder / "truth_bundles.json").read_text("utf-8"))
    chosen = sorted(planted, key=lambda b: -b["episodes"])[:2]
    generate(
        scenario,
        seed=seed,
        episodes=size,
        out=folder,
        savings=[b["name"] for b in chosen],
        replications=12,
        moves=SETS,
        **changes,
    )
    log = read_log([truth.log])
    found = episodes(log, bundles=[b["services"] for b in planted])
    journeys = log.keep("journeys", trips(log, found))
    papers = log.keep("papers", materials(log, material_classes(log)))
    rows = []
    for entry in json.loads((folder / "truth_savings.json").read_text("utf-8")):
        o = entry["options"]
        begun = time.perf_counter()
        told = simulate(
            log,
            entry["services"],
            entry["moves"],
            bundle=entry["bundle"],
            episodes=found,
            trips=journeys,
            materials=papers,
            options=Options(o["delivery"], "", o.get("corrections_avoided", 0.0), o.get("online_share", 0.0)),
            attribute=False,
        ).as_json()
        row: dict[str, Any] = {
            "world": f"{scenario}-{seed}",
            "bundle": entry["bundle"],
            "moves": len(entry["moves"]),
            "first": entry["moves"][0],
            "delivery": o["delivery"],
            "s": time.perf_counter() - begun,
        }
        for m in MEASURES:
            want, got = entry["measures"][m], told["measures"].get(m)
            if not got:
                continue
            base = abs(want["as_is"]["value"])
            row[m] = abs(got["saving"]["value"] - want["saving"]["value"]) / base
            row[m + "/signed"] = (got["saving"]["value"] - want["saving"]["value"]) / base
            row[m + "/inside"] = got["saving"]["low"] <= want["saving"]["value"] <= got["saving"]["high"]
            row[m + "/half"] = (got["saving"]["high"] - got["saving"]["low"]) / 2 / base
            row[m + "/log"] = abs(got["as_is"]["value"] / want["as_is"]["log_value"] - 1)
            row[m + "/as_is"] = got["as_is"]["value"] / base - 1
        rows.append(row)
    return rows


def main(number: int) -> None:
    """Print the table for so many worlds."""
    rows: list[dict[str, Any]] = []
    for i in range(number):
        scenario, changes = KINDS[i % len(KINDS)]
        with tempfile.TemporaryDirectory() as folder:
            new = world(Path(folder), scenario, 100 + i, changes)
        rows += new
        for r in new:
            if "lead_time_mean_h" in r:
                print(
                    f"{r['world']:18} {r['bundle']:14.14} {r['moves']}:{r['first']:16} {r['delivery']:6}"
                    f" as-is/log {r['lead_time_mean_h/log']:6.1%} as-is/truth {r['lead_time_mean_h/as_is']:+6.1%}"
                    f" saving {r['lead_time_mean_h/signed']:+6.1%} ±{r['lead_time_mean_h/half']:5.1%}"
                    f" {'in ' if r['lead_time_mean_h/inside'] else 'OUT'} trips {r['trips_mean/signed']:+5.1%}"
                    f" papers {r.get('submissions_mean/signed', 0):+5.1%} {r['s']:.1f}s",
                    flush=True,
                )
    for m, bars in (
        ("lead_time_mean_h", (0.025, 0.07)),
        ("trips_mean", (0.02, 0.05)),
        ("submissions_mean", (0.02, 0.05)),
    ):
        errors = np.array([r[m] for r in rows if m in r])
        if len(errors):
            print(
                f"{m}: median {np.median(errors):.2%} (bar {bars[0]:.1%}),"
                f" worst {errors.max():.2%} (bar {bars[1]:.1%}),"
                f" held {np.mean([r[m + '/inside'] for r in rows if m in r]):.0%} (bar 80 %),"
                f" half-width {np.median([r[m + '/half'] for r in rows if m in r]):.2%} (bar 5 %),"
                f" as-is against the log {np.median([r[m + '/log'] for r in rows if m in r]):.2%} (bar 5 %)"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
