"""数据共享·免证办 · share data: what a department issues, the applicant need not bring."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

if TYPE_CHECKING:
    from redesign.situation import MaterialUse, Situation


def shared_uses(situation: Situation) -> list[tuple[MaterialUse, str]]:
    """What need not be handed in any more, and who provides it."""
    return [(use, provider) for use in situation.materials if (provider := situation.sharable_by(use))]


def _evidence(situation: Situation) -> Evidence | None:
    uses = shared_uses(situation)
    if not uses:
        return None
    count = sum(use.submissions for use, _provider in uses)
    kinds = len({use.material for use, _provider in uses})
    examples = tuple(f"{use.material} ({provider} → {use.department})" for use, provider in uses[:5])
    return Evidence(Said("redesign.share_data.evidence", {"n": count, "kinds": kinds}), count, examples)


def _plan(plan: Plan, situation: Situation) -> Plan:
    return replace(plan, shared=True)


def _changes(situation: Situation) -> tuple[Said, ...]:
    uses = shared_uses(situation)
    kinds = list(dict.fromkeys(use.material for use, _provider in uses))
    return (Said("redesign.share_data.changes", {"n": sum(use.submissions for use, _p in uses), "kinds": kinds}),)


def _needs(situation: Situation) -> tuple[Need, ...]:
    return tuple(
        Need(
            "interface",
            use.material,
            provider,
            use.department or use.service,
            Said(
                "redesign.share_data.need",
                {"material": use.material, "provider": provider, "user": use.department or use.service},
            ),
            use.whole,
        )
        for use, provider in shared_uses(situation)
    )


def _risks(situation: Situation) -> tuple[Said, ...]:
    return (Said("redesign.share_data.risk", {}),)


def _guard(situation: Situation) -> tuple[Limit, ...]:
    kept = dict.fromkeys(
        use.material
        for use in situation.materials
        if (entry := situation.catalogue.material(use.material)) is not None and entry.retain_required
    )
    limits = [Limit(Said("redesign.share_data.limit-original", {"material": material})) for material in kept]
    if not shared_uses(situation):
        limits.append(Limit(Said("redesign.share_data.limit-none", {}), blocking=True))
    return tuple(limits)


MOVE = Move("share_data", _evidence, _plan, _changes, _needs, _risks, _guard)
