"""What is handed in: today, and under moves that share data or make one form of many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catalogue.services import Catalogue
from redesign.simulation.calibration import Calibration
from redesign.simulation.focus import Focus

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


@dataclass(frozen=True, eq=False)
class Papers:
    """Classes of materials, which of each case are shareable, and how corrections add to them."""

    classes: dict[str, str]
    shareable: dict[str, frozenset[str]]
    forms: frozenset[str]
    deferrable: frozenset[str]
    corrections: dict[str, tuple[int, int]]  # service: submissions at corrections, of them shareable

    def handed_in(self, focus: Focus, moves: frozenset[str]) -> np.ndarray:
        """Materials handed in by each episode, corrections left out.

        With one form each class once; an output that another service takes still is, unless data are shared.
        """
        shared, form = "share_data" in moves, "one_form" in moves
        out = np.zeros(len(focus.cases))
        for e, group in enumerate(focus.cases):
            asked = [c.asked - self.shareable.get(c.id, frozenset()) if shared else c.asked for c in group]
            if not form:
                out[e] = sum(len(a) for a in asked)
                continue
            once = frozenset().union(*asked)
            forms = once & self.forms
            out[e] = len(once) - max(len(forms) - 1, 0)
        return out

    def again_rates(self, calibration: Calibration) -> Callable[[frozenset[str]], Mapping[str, float]]:
        """Materials handed in again at a correction, by service, under a set of moves."""

        def rates(moves: frozenset[str]) -> Mapping[str, float]:
            # What one form has handed in once is not missing anywhere: whatever a correction brings comes again.
            base = calibration.handed if "one_form" in moves else calibration.again
            if "share_data" not in moves:
                return base
            out = {}
            for service, rate in base.items():
                number, shareable = self.corrections.get(service, (0, 0))
                out[service] = rate * (1 - (shareable / number if number else 0.0))
            return out

        return rates


def papers_of(log: EventLog, materials: ir.Table | None, catalogue: Catalogue) -> Papers:
    """Read the papers of a log from `mining.materials`' rows, found where they are not given."""
    if not log.has("materials"):
        return Papers({}, {}, frozenset(), frozenset(), {})
    if materials is None:
        from mining.material_classes import material_classes
        from mining.materials import materials as find_materials

        materials = find_materials(log, material_classes(log, catalogue=catalogue))
    rows = materials
    spelled = log.run(rows.select("material", "material_class").distinct().order_by("material", "material_class"))
    classes: dict[str, str] = {}
    for written, name in spelled.itertuples(index=False, name=None):
        for part in str(written).split(";"):
            classes.setdefault(part, str(name))
    given = rows.filter(rows.shareable_from.notnull() & (rows.shareable_from != ""))
    shared: dict[str, set[str]] = {}
    for case, name in log.run(
        given.select("case_id", "material_class").distinct().order_by("case_id", "material_class")
    ).itertuples(index=False, name=None):
        shared.setdefault(str(case), set()).add(str(name))
    names = sorted(set(classes.values()))
    entries = {n: catalogue.material(n) for n in names}
    return Papers(
        classes,
        {k: frozenset(v) for k, v in sorted(shared.items())},
        frozenset(n for n, entry in entries.items() if entry is not None and entry.form),
        frozenset(n for n, entry in entries.items() if entry is not None and entry.deferrable),
        _at_corrections(log, rows),
    )


def _at_corrections(log: EventLog, rows: ir.Table) -> dict[str, tuple[int, int]]:
    if "because" not in rows.columns:
        return {}
    at = rows.filter(rows.because == "correction")
    services = log.events.select("case_id", "service").distinct()
    joined = at.join(services, "case_id")
    counted = joined.group_by("service").aggregate(
        n=joined.count(), shareable=(joined.shareable_from.notnull() & (joined.shareable_from != "")).sum()
    )
    found = log.run(counted.order_by("service"))
    return {str(s): (int(n), int(k or 0)) for s, n, k in found.itertuples(index=False, name=None)}
