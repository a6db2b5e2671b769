"""Focus: the episodes that a redesign changes, and what it needs to know of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from redesign.simulation.calibration import Calibration
from redesign.simulation.cases import APPLY, Case


@dataclass(frozen=True, eq=False)
class Focus:
    """The episodes that are redesigned, and what the redesign needs to know of them."""

    names: list[str]
    cases: list[list[Case]]
    numbers: np.ndarray  # in the calibration's numbering
    places: list[str]
    departments: list[str]
    place_office: dict[str, str]  # an office whose hours a place keeps
    window: str  # the single window's place
    window_services: frozenset[str]  # what is usually received there today
    shareable: Mapping[str, frozenset[str]]  # case -> classes that are shared with share_data
    forms: frozenset[str]
    deferrable: frozenset[str]
    ties: frozenset[tuple[str, str]]  # legal, or perhaps: service before service


def focus_of(
    calibration: Calibration,
    names: list[str],
    *,
    place: str | None = None,
    shareable: Mapping[str, frozenset[str]],
    forms: frozenset[str] = frozenset(),
    deferrable: frozenset[str] = frozenset(),
    ties: frozenset[tuple[str, str]] = frozenset(),
) -> Focus:
    """Gather the named episodes and where the single window would stand: with most of their applications."""
    cases = [calibration.episodes[n] for n in names]
    steps = [(s, c) for group in cases for c in group for s in [*c.chain, *(x[1] for x in c.loops)]]
    visits = [s for s, _ in steps if s.visit]
    places = sorted({s.place for s in visits})
    departments = sorted({s.department for s, _ in steps})
    received: dict[str, dict[str, int]] = {}
    offices: dict[str, dict[str, int]] = {}
    applied: dict[str, int] = {}
    for s, c in steps:
        if not s.visit:
            continue
        offices.setdefault(s.place, {})[s.office] = offices.setdefault(s.place, {}).get(s.office, 0) + 1
        if s.kind == APPLY:
            applied[s.place] = applied.get(s.place, 0) + 1
            received.setdefault(c.service, {})[s.place] = received.setdefault(c.service, {}).get(s.place, 0) + 1
    window = place or (max(sorted(applied), key=lambda p: applied[p]) if applied else "")
    if window and window not in places:
        places = [*places, window]
    usual = {service: max(sorted(at), key=lambda p: at[p]) for service, at in received.items()}
    return Focus(
        names,
        cases,
        np.array([calibration.numbers[n] for n in names], np.int64),
        places,
        departments,
        {p: max(sorted(v), key=lambda o: v[o]) for p, v in offices.items()},
        window,
        frozenset(service for service, at in usual.items() if at == window),
        shareable,
        forms,
        deferrable,
        ties,
    )
