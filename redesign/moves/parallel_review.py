"""并联审批 · parallel review: a review waits for what it takes, and for no habit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redesign.dependencies import Kind, closure
from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

if TYPE_CHECKING:
    from redesign.situation import Situation


def freed_pairs(situation: Situation) -> list[tuple[str, str]]:
    """Pairs of services that most do one after the other today although nothing binds them."""
    names = situation.services
    bound = closure({(tie.before, tie.after) for tie in situation.binding})
    return [(names[i], names[j]) for i, j in situation.process.order if (names[i], names[j]) not in bound]


def _evidence(situation: Situation) -> Evidence | None:
    if len(situation.services) < 2:
        return None
    pairs = freed_pairs(situation)
    if not pairs:
        return Evidence(Said("redesign.parallel_review.evidence-bound", {"n": len(situation.binding)}), 0)
    kept = {(p.before, p.after): p.kept for p in situation.process.evidence}
    count = sum(kept.get(pair, 0) for pair in pairs)
    said = Said("redesign.parallel_review.evidence", {"n": len(pairs), "episodes": count})
    return Evidence(said, count, tuple(f"{a} → {b}" for a, b in pairs[:5]))


def _plan(plan: Plan, situation: Situation) -> Plan:
    return replace(plan, freed=True)


def _changes(situation: Situation) -> tuple[Said, ...]:
    pairs = [f"{a} ∥ {b}" for a, b in freed_pairs(situation)]
    kept = [f"{tie.before} → {tie.after}" for tie in situation.binding] or "–"
    key = "redesign.parallel_review.changes" if pairs else "redesign.parallel_review.changes-bound"
    return (Said(key, {"pairs": pairs, "kept": kept}),)


def _needs(situation: Situation) -> tuple[Need, ...]:
    kept = {(p.before, p.after): p.kept for p in situation.process.evidence}
    return tuple(
        Need(
            "rule", f"{a} ∥ {b}", a, b, Said("redesign.parallel_review.need", {"before": a, "after": b}),
            kept.get((a, b), 0),
        )
        for a, b in freed_pairs(situation)
    )  # fmt: skip


def _risks(situation: Situation) -> tuple[Said, ...]:
    confirm = [tie for tie in situation.ties if tie.kind is Kind.PERHAPS_LEGAL]
    said = [Said("redesign.parallel_review.risk", {})]
    said += [
        Said("redesign.parallel_review.confirm", {"before": t.before, "after": t.after, "n": t.both}) for t in confirm
    ]
    return tuple(said)


def _guard(situation: Situation) -> tuple[Limit, ...]:
    limits = [
        Limit(
            Said(
                f"redesign.parallel_review.limit-{tie.kind}",
                {"before": tie.before, "after": tie.after, "output": tie.output or "–"},
            )
        )
        for tie in situation.binding
    ]
    if len(situation.services) < 2:
        limits.append(Limit(Said("redesign.parallel_review.limit-single", {}), blocking=True))
    return tuple(limits)


MOVE = Move("parallel_review", _evidence, _plan, _changes, _needs, _risks, _guard)
