"""一网通办 · online: application and corrections need no trip, for the share of applicants that the user states."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mining.process_model import APPLICANT, Step
from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

if TYPE_CHECKING:
    from redesign.situation import Situation


def _applied(situation: Situation) -> int:
    nodes = [node for node in situation.steps(Step.APPLY, Step.CORRECT) if node.lane == APPLICANT]
    return sum(origin.events for node in nodes for origin in node.origins)


def _evidence(situation: Situation) -> Evidence | None:
    count = _applied(situation)
    return Evidence(Said("redesign.online.evidence", {"n": count}), count) if count else None


def _plan(plan: Plan, situation: Situation) -> Plan:
    return replace(plan, online_share=situation.options.online_share)


def _changes(situation: Situation) -> tuple[Said, ...]:
    return (Said("redesign.online.changes", {"share": f"{situation.options.online_share:.0%}"}),)


def _needs(situation: Situation) -> tuple[Need, ...]:
    departments = dict.fromkeys(p.department or p.service or situation.name for p in situation.process.services)
    return tuple(
        Need(
            "interface",
            situation.name,
            situation.name,
            department,
            Said("redesign.online.need", {"department": department}),
        )
        for department in departments
    )


def _risks(situation: Situation) -> tuple[Said, ...]:
    return (Said("redesign.online.risk", {}),)


def _guard(situation: Situation) -> tuple[Limit, ...]:
    bound = [p.service for p in situation.process.services if situation.in_person(p)]
    limits = [Limit(Said("redesign.online.limit-in-person", {"service": service})) for service in bound]
    if bound and len(bound) == len(situation.services):
        limits.append(Limit(Said("redesign.online.limit-all-in-person", {}), blocking=True))
    if not _applied(situation):
        limits.append(Limit(Said("redesign.online.limit-none", {}), blocking=True))
    return tuple(limits)


MOVE = Move(
    "online", _evidence, _plan, _changes, _needs, _risks, _guard,
    default=lambda situation: situation.options.online_share > 0,
)  # fmt: skip
