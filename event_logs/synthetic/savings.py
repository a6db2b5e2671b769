"""What a redesign of a generated world really gives: the world itself, played again under the moves.

Every replication plays all episodes, today's way and under each set of moves, on the same random numbers. The means
are over the bundle's episodes that arrive within the log's time; what the log shows of them is `log_value`.

How to use it for a validity table::

    generate("bottleneck", seed=7, out=folder, savings=["企业开办"], replications=20, moves=[FIVE, ("one_form",)])

then hold the forecast from `folder/log.csv` against `folder/truth_savings.json`. With `notify_once` half of the
corrections are avoided, with `online` half of the applicants go online; `one_delivery` comes in both deliveries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from event_logs.synthetic.demand import ONLINE, Demand
from event_logs.synthetic.moves import Redesign, redesign
from event_logs.synthetic.simulation import play
from event_logs.synthetic.state import Luck, Tally, Visit
from event_logs.synthetic.truth import Step, cut_cases, shareable_pairs
from wording.errors import UsageError

FIVE = ("one_form", "one_window", "share_data", "parallel_review", "one_delivery")
MOVE_SETS: tuple[tuple[str, ...], ...] = (
    FIVE,
    *((move,) for move in FIVE),
    FIVE[:2],
    FIVE[:3],
    (*FIVE[:3], FIVE[4]),
    FIVE[2:4],
    (*FIVE, "notify_once"),
    (*FIVE, "online"),
)
MEASURES = (
    "lead_time_mean_h",
    "lead_time_median_h",
    "lead_time_p90_h",
    "trips_mean",
    "submissions_mean",
    "departments_visited_mean",
    "processing_hours_mean",
)
TRIP_GAP_S = 4 * 3600.0
DAY_S = 86400.0


def true_savings(
    demand: Demand,
    steps: Sequence[Step],
    bundles: Sequence[str],
    *,
    seed: int,
    replications: int = 20,
    moves: Sequence[Sequence[str]] | None = None,
) -> list[dict[str, Any]]:
    """The entries of `truth_savings.json`.

    Parameters
    ----------
    steps
        The log's own steps: they say what it shows, and which outputs are seen to be issued.
    replications
        At least 2; the standard errors fall with the square root.
    moves
        The sets of moves; without it fourteen, both deliveries told apart.

    Raises
    ------
    UsageError
        A bundle or a move is unknown.
    """
    known = [b.name for b in demand.scenario.bundles]
    for name in bundles:
        if name not in known:
            raise UsageError("generate.no-bundle", found=name, known=", ".join(known))
    shareable = shareable_pairs(steps)
    entries = []
    lucks = [Luck(demand, seed, r + 1) for r in range(replications)]
    today = [play(demand, luck).tallies for luck in lucks]
    seen = _seen(demand, steps)
    for name in bundles:
        members = [
            e.index for e in demand.episodes if e.bundle == name and demand.log_from <= e.arrival < demand.log_to
        ]
        if not members:
            continue
        as_is = np.array([_measures([t[i] for i in members]) for t in today])
        log = _measures([seen[i] for i in members if i in seen])
        place = _main_place(demand, name)
        for change, options in _changes(name, moves or MOVE_SETS, place):
            to_be = np.array(
                [
                    _measures([t[i] for i in members])
                    for t in (play(demand, luck, change, shareable=shareable).tallies for luck in lucks)
                ]
            )
            entries.append(
                {
                    "bundle": name,
                    "services": list(next(b for b in demand.scenario.bundles if b.name == name).services),
                    "episodes": len(members),
                    "moves": options.pop("moves"),
                    "options": options,
                    "seed": seed,
                    "replications": replications,
                    "measures": {m: _entry(as_is[:, k], to_be[:, k], float(log[k])) for k, m in enumerate(MEASURES)},
                }
            )
    return entries


def _changes(bundle: str, sets: Sequence[Sequence[str]], place: str) -> Iterator[tuple[Redesign, dict[str, Any]]]:
    for moves in sets:
        for delivery in ("onsite", "post") if "one_delivery" in moves and set(moves) <= set(FIVE) else ("onsite",):
            avoided = 0.5 if "notify_once" in moves else 0.0
            online = 0.5 if "online" in moves else 0.0
            options: dict[str, Any] = {"moves": list(moves), "delivery": delivery}
            options |= {"corrections_avoided": avoided} if avoided else {}
            options |= {"online_share": online} if online else {}
            options |= {"place": place} if "one_window" in moves else {}
            change = redesign(
                bundle, moves, delivery=delivery, corrections_avoided=avoided, online_share=online, place=place
            )
            yield change, options


def _main_place(demand: Demand, bundle: str) -> str:
    """The place with most of the bundle's applications today."""
    seen = Counter(c.place for e in demand.episodes if e.bundle == bundle for c in e.cases if c.channel != ONLINE)
    return sorted(seen.items(), key=lambda kv: (-kv[1], kv[0]))[0][0] if seen else ""


def _seen(demand: Demand, steps: Sequence[Step]) -> dict[int, Tally]:
    """What the log shows of each episode that it does not cut off."""
    cut = cut_cases(steps)
    tallies: dict[int, Tally] = {}
    broken: set[int] = set()
    for step in steps:
        e, event = step.episode, step.event
        if step.case.case_id in cut:
            broken.add(e.index)
        tally = tallies.setdefault(e.index, Tally(visits=[]))
        tally.first, tally.last = min(tally.first, event.started), max(tally.last, event.ended)
        tally.submissions += len(event.materials)
        tally.work_s += event.work_s
        if step.is_visit and tally.visits is not None:
            tally.visits.append(Visit(event.place, event.started, event.ended, step.case.department.name, event.alone))
    return {i: t for i, t in tallies.items() if i not in broken}


def _measures(tallies: Sequence[Tally]) -> tuple[float, ...]:
    lead = np.array([t.last - t.first for t in tallies]) / 3600.0
    if not len(lead):
        return (float("nan"),) * len(MEASURES)
    visits = [t.visits or [] for t in tallies]
    return (
        float(lead.mean()),
        float(np.median(lead)),
        float(np.quantile(lead, 0.9)),
        float(np.mean([_trips(v) for v in visits])),
        float(np.mean([t.submissions for t in tallies])),
        float(np.mean([len({v.department for v in vs}) for vs in visits])),
        float(np.mean([t.work_s for t in tallies])) / 3600.0,
    )


def _trips(visits: Sequence[Visit]) -> int:
    """Trips of one episode (contract, section 3)."""
    n = 0
    for alone in (False, True):
        before: Visit | None = None
        for visit in sorted((v for v in visits if v.alone == alone), key=lambda v: (v.started, v.ended)):
            same = (
                before is not None and visit.place == before.place and visit.started // DAY_S == before.started // DAY_S
            )
            if before is None or not same or visit.started - before.ended > TRIP_GAP_S:
                n += 1
            before = visit
    return n


def _entry(as_is: np.ndarray, to_be: np.ndarray, log: float) -> dict[str, dict[str, float | None]]:
    saving = as_is - to_be
    n = np.sqrt(max(len(as_is), 1))
    error = [float(x.std(ddof=1) / n) if len(x) > 1 else 0.0 for x in (as_is, to_be, saving)]
    return {
        "as_is": {"value": float(as_is.mean()), "se": error[0], "log_value": None if np.isnan(log) else log},
        "to_be": {"value": float(to_be.mean()), "se": error[1]},
        "saving": {"value": float(saving.mean()), "se": error[2]},
    }


__all__ = ["FIVE", "MOVE_SETS", "true_savings"]
