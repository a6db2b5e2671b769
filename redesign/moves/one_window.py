"""一窗受理 · one window: application and corrections are received at one place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mining.process_model import APPLICANT, Step
from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

if TYPE_CHECKING:
    from redesign.situation import Situation


def _departments(situation: Situation) -> list[str]:
    """The departments where applications are handed in today."""
    applied = {node.service for node in situation.steps(Step.APPLY, Step.CORRECT) if node.lane == APPLICANT}
    return list(
        dict.fromkeys(p.department for p in situation.process.services if p.service in applied and p.department)
    )


def _evidence(situation: Situation) -> Evidence | None:
    departments = _departments(situation)
    if len(departments) < 2:
        return None
    places = len(situation.places)
    count = sum(n for _place, n in situation.places) or sum(p.cases for p in situation.process.services)
    said = Said("redesign.one_window.evidence", {"n": len(departments), "places": places, "applications": count})
    return Evidence(said, count, tuple(f"{place}: {n}" for place, n in situation.places[:5]))


def _plan(plan: Plan, situation: Situation) -> Plan:
    return replace(plan, one_window=True)


def _changes(situation: Situation) -> tuple[Said, ...]:
    place = situation.window_place or "–"
    return (Said("redesign.one_window.changes", {"n": len(_departments(situation)), "place": place}),)


def _needs(situation: Situation) -> tuple[Need, ...]:
    place = situation.window_place
    return tuple(
        Need(
            "window",
            situation.name,
            place,
            department,
            Said("redesign.one_window.need", {"department": department, "place": place or "–"}),
            sum(p.complete for p in situation.process.services if p.department == department),
        )
        for department in _departments(situation)
    )


def _risks(situation: Situation) -> tuple[Said, ...]:
    return (Said("redesign.one_window.risk", {"place": situation.window_place or "–"}),)


def _guard(situation: Situation) -> tuple[Limit, ...]:
    limits = [
        Limit(Said("redesign.one_window.limit-in-person", {"service": process.service}))
        for process in situation.process.services
        if situation.in_person(process)
    ]
    if len(_departments(situation)) < 2:
        limits.append(Limit(Said("redesign.one_window.limit-single", {}), blocking=True))
    return tuple(limits)


MOVE = Move("one_window", _evidence, _plan, _changes, _needs, _risks, _guard)
