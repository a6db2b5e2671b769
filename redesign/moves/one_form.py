"""一表申请 · one form: the bundle is applied for once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from mining.process_model import APPLICANT, Step
from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

if TYPE_CHECKING:
    from redesign.situation import Situation


def _applications(situation: Situation) -> list[str]:
    """The services that are applied for by the applicant today."""
    return [node.service for node in situation.steps(Step.APPLY) if node.lane == APPLICANT]


def _asked_again(situation: Situation) -> list[tuple[str, int]]:
    """Materials that more than one service asks for, and by how many."""
    asked = Counter(use.material for use in situation.materials)
    return [(material, n) for material, n in sorted(asked.items(), key=lambda item: (-item[1], item[0])) if n > 1]


def _evidence(situation: Situation) -> Evidence | None:
    services = dict.fromkeys(_applications(situation))
    if len(services) < 2:
        return None
    again = _asked_again(situation)
    count = sum(use.repeats for use in situation.materials)
    said = Said("redesign.one_form.evidence", {"n": len(services), "materials": len(again), "repeats": count})
    return Evidence(said, count, tuple(f"{material} ×{n}" for material, n in again[:5]))


def _plan(plan: Plan, situation: Situation) -> Plan:
    return replace(plan, one_application=True)


def _changes(situation: Situation) -> tuple[Said, ...]:
    services = dict.fromkeys(_applications(situation))
    asked = sum(1 for _use in situation.materials)
    kinds = len({use.material for use in situation.materials})
    return (Said("redesign.one_form.changes", {"applications": len(services), "asked": asked, "kinds": kinds}),)


def _needs(situation: Situation) -> tuple[Need, ...]:
    departments = list(dict.fromkeys(p.department for p in situation.process.services if p.department))
    said = Said("redesign.one_form.need", {"name": situation.name, "departments": departments})
    count = sum(use.whole for use in situation.materials)
    return (Need("form", situation.name, situation.name, "、".join(departments), said, count),)


def _risks(situation: Situation) -> tuple[Said, ...]:
    optional = [p.service for p in situation.process.services if p.share < 0.95]
    said = [Said("redesign.one_form.risk", {})]
    if optional:
        said.append(Said("redesign.one_form.risk-optional", {"services": optional}))
    return tuple(said)


def _guard(situation: Situation) -> tuple[Limit, ...]:
    limits = [
        Limit(Said("redesign.one_form.limit-in-person", {"service": process.service}))
        for process in situation.process.services
        if situation.in_person(process)
    ]
    if len(dict.fromkeys(_applications(situation))) < 2:
        limits.append(Limit(Said("redesign.one_form.limit-single", {}), blocking=True))
    return tuple(limits)


MOVE = Move("one_form", _evidence, _plan, _changes, _needs, _risks, _guard)
