"""A small world of known truth, and the labelled one where it lies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from event_logs.reading import read_log
from mining.episodes import episodes
from mining.material_classes import material_classes
from mining.materials import materials
from mining.trips import trips

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


@dataclass(frozen=True, eq=False)
class Labelled:
    """A labelled log with what mining finds in it, and its truths."""

    log: EventLog
    episodes: ir.Table
    trips: ir.Table
    materials: ir.Table
    truth: list[dict[str, Any]]

    def of(self, bundle: str, moves: set[str], delivery: str = "onsite") -> dict[str, Any]:
        """The truth of one set of moves."""
        return next(
            t
            for t in self.truth
            if t["bundle"] == bundle and set(t["moves"]) == moves and t["options"]["delivery"] == delivery
        )


@pytest.fixture(scope="session")
def labelled(shared: Path) -> Labelled:
    folder = shared / "data" / "labelled" / "clean"
    log = read_log([folder / "log.csv"])
    planted = json.loads((folder / "truth_bundles.json").read_text("utf-8"))
    found = episodes(log, bundles=[b["services"] for b in planted])
    return Labelled(
        log,
        found,
        log.keep("trips", trips(log, found)),
        log.keep("papers", materials(log, material_classes(log))),
        json.loads((folder / "truth_savings.json").read_text("utf-8")),
    )
