"""统一出件 · one delivery: what is handed over today is handed over once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mining.process_model import Step
from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

if TYPE_CHECKING:
    from redesign.situation import Situation


def _handed_over(situation: Situation) -> dict[str, int]:
    """Hand-overs of each service today: collected or posted."""
    counts: dict[str, int] = {}
    for node in situation.steps(Step.COLLECT, Step.POST):
        counts[node.service] = counts.get(node.service, 0) + sum(origin.events for origin in node.origins)
    return counts


def _evidence(situation: Situation) -> Evidence | None:
    counts = _handed_over(situation)
    if len(counts) < 2:
        return None
    total = sum(counts.values())
    said = Said("redesign.one_delivery.evidence", {"n": len(counts), "handovers": total})
    return Evidence(said, total, tuple(f"{service}: {n}" for service, n in list(counts.items())[:5]))


def _plan(plan: Plan, situation: Situation) -> Plan:
    return replace(plan, one_delivery=True)


def _changes(situation: Situation) -> tuple[Said, ...]:
    return (Said(f"redesign.one_delivery.changes-{situation.options.delivery}", {"n": len(_handed_over(situation))}),)


def _needs(situation: Situation) -> tuple[Need, ...]:
    departments = list(
        dict.fromkeys(p.department for p in situation.process.services if p.service in _handed_over(situation))
    )
    said = Said("redesign.one_delivery.need", {"departments": departments})
    return (
        Need(
            "delivery",
            situation.name,
            "、".join(departments),
            situation.window_place or situation.name,
            said,
            sum(_handed_over(situation).values()),
        ),
    )


def _risks(situation: Situation) -> tuple[Said, ...]:
    first = {tie.before for tie in situation.binding}
    early = [service for service in _handed_over(situation) if service in first]
    return (Said("redesign.one_delivery.risk", {"services": early or "–"}),)


def _guard(situation: Situation) -> tuple[Limit, ...]:
    if len(_handed_over(situation)) < 2:
        return (Limit(Said("redesign.one_delivery.limit-single", {}), blocking=True),)
    return ()


MOVE = Move("one_delivery", _evidence, _plan, _changes, _needs, _risks, _guard)
