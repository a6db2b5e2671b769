"""一次告知 · notify once: all that is missing is told at once; how many corrections that saves, the user states."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mining.process_model import Step
from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

if TYPE_CHECKING:
    from redesign.situation import Situation


def _corrections(situation: Situation) -> dict[str, int]:
    counts: dict[str, int] = {}
    for node in situation.steps(Step.CORRECT):
        counts[node.service] = counts.get(node.service, 0) + sum(origin.events for origin in node.origins)
    return counts


def _evidence(situation: Situation) -> Evidence | None:
    counts = _corrections(situation)
    total = sum(counts.values())
    if not total:
        return None
    cases = sum(p.cases for p in situation.process.services)
    said = Said("redesign.notify_once.evidence", {"n": total, "cases": cases})
    return Evidence(said, total, tuple(f"{service or '–'}: {n}" for service, n in list(counts.items())[:5]))


def _plan(plan: Plan, situation: Situation) -> Plan:
    return replace(plan, fewer_corrections=situation.options.corrections_avoided)


def _changes(situation: Situation) -> tuple[Said, ...]:
    return (Said("redesign.notify_once.changes", {"share": f"{situation.options.corrections_avoided:.0%}"}),)


def _needs(situation: Situation) -> tuple[Need, ...]:
    departments = {p.service: p.department or p.service for p in situation.process.services}
    return tuple(
        Need(
            "rule",
            service or situation.name,
            departments.get(service, ""),
            departments.get(service, ""),
            Said("redesign.notify_once.need", {"service": service or situation.name}),
            n,
        )
        for service, n in _corrections(situation).items()
    )


def _risks(situation: Situation) -> tuple[Said, ...]:
    return (Said("redesign.notify_once.risk", {}),)


def _guard(situation: Situation) -> tuple[Limit, ...]:
    if not _corrections(situation):
        return (Limit(Said("redesign.notify_once.limit-none", {}), blocking=True),)
    if not situation.options.corrections_avoided:
        return (Limit(Said("redesign.notify_once.limit-zero", {})),)
    return ()


MOVE = Move(
    "notify_once",
    _evidence,
    _plan,
    _changes,
    _needs,
    _risks,
    _guard,
    default=lambda situation: situation.options.corrections_avoided > 0,
)
