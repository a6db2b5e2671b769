"""容缺受理 · conditional acceptance: review runs on while a correction of what may come later is awaited."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

if TYPE_CHECKING:
    from redesign.situation import MaterialUse, Situation


def _uses(situation: Situation) -> list[MaterialUse]:
    return [use for use in situation.materials if situation.deferrable(use.material)]


def deferrable_share(situation: Situation, service: str) -> float:
    """Of what is handed in at corrections of a service, the share that may come later; 0 where nothing is known."""
    uses = [use for use in situation.materials if use.service == service]
    total = sum(use.corrections for use in uses)
    return sum(use.corrections for use in uses if situation.deferrable(use.material)) / total if total else 0.0


def _evidence(situation: Situation) -> Evidence | None:
    uses = _uses(situation)
    count = sum(use.corrections for use in uses)
    if not uses:
        return None
    said = Said("redesign.conditional_acceptance.evidence", {"n": count, "kinds": len({u.material for u in uses})})
    return Evidence(said, count, tuple(f"{use.service}: {use.material}" for use in uses[:5]))


def _plan(plan: Plan, situation: Situation) -> Plan:
    return replace(plan, deferred=True)


def _changes(situation: Situation) -> tuple[Said, ...]:
    kinds = list(dict.fromkeys(use.material for use in _uses(situation)))
    return (Said("redesign.conditional_acceptance.changes", {"kinds": kinds or "–"}),)


def _needs(situation: Situation) -> tuple[Need, ...]:
    return tuple(
        Need(
            "rule",
            use.material,
            use.department or use.service,
            use.department or use.service,
            Said("redesign.conditional_acceptance.need", {"material": use.material, "service": use.service}),
            use.corrections,
        )
        for use in _uses(situation)
    )


def _risks(situation: Situation) -> tuple[Said, ...]:
    return (Said("redesign.conditional_acceptance.risk", {}),)


def _guard(situation: Situation) -> tuple[Limit, ...]:
    if not _uses(situation):
        return (Limit(Said("redesign.conditional_acceptance.limit-none", {}), blocking=True),)
    return (Limit(Said("redesign.conditional_acceptance.limit-decision", {})),)


MOVE = Move(
    "conditional_acceptance",
    _evidence,
    _plan,
    _changes,
    _needs,
    _risks,
    _guard,
    default=lambda situation: False,
)
