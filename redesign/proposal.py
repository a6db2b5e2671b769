"""Proposal: one redesign of a bundle, verified before anybody sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.services import Catalogue
from mining.process_model import ProcessModel, Step
from redesign.adopting import adopted
from redesign.dependencies import ServiceTie
from redesign.form import OneForm, one_form
from redesign.handover import hand_over
from redesign.merging import as_is, merge
from redesign.moves import MOVES, Evidence, Limit, Need, Plan, Said
from redesign.overlay import Overlay, overlay
from redesign.situation import Options, Situation, situation_of
from redesign.verification import KEPT, Demands, Problem, verify_model
from wording.errors import NotHolding, UsageError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog
    from mining.material_classes import MaterialClasses


@dataclass(frozen=True, slots=True)
class ProposedMove:
    """A move that is taken: where it applies, what it changes, what it needs, what may go wrong, what bounds it."""

    name: str
    evidence: Evidence | None
    changes: tuple[Said, ...]
    needs: tuple[Need, ...]
    risks: tuple[Said, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class RefusedMove:
    """A move that its guard refused, or that has nothing to change."""

    name: str
    reasons: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """As-is, to-be, and all that is needed to judge and to build it."""

    name: str
    services: tuple[str, ...]
    as_is: ProcessModel
    to_be: ProcessModel
    moves: tuple[ProposedMove, ...]
    refused: tuple[RefusedMove, ...]
    ties: tuple[ServiceTie, ...]
    form: OneForm
    handover: tuple[Need, ...]
    checks: tuple[Said, ...]  # what was verified
    overlay: Overlay
    situation: Situation
    edited: bool = False  # the to-be was given back by hand

    @property
    def move_names(self) -> tuple[str, ...]:
        """The moves that are part of it."""
        return tuple(move.name for move in self.moves)


def propose(
    log: EventLog,
    services: Sequence[str] = (),
    *,
    name: str = "",
    moves: Iterable[str] | None = None,
    catalogue: Catalogue | None = None,
    options: Options | None = None,
    episodes: ir.Table | None = None,
    materials: ir.Table | None = None,
    classes: MaterialClasses | None = None,
    model: ProcessModel | None = None,
) -> Proposal:
    """Redesign a bundle, or one service.

    Parameters
    ----------
    services
        Names as the log has them; none for the whole log as one service.
    moves
        Names of `redesign.moves.MOVES`, in any order; by default those that apply to what the log shows.
    catalogue
        Types ties and adds duties; the process comes from the log with or without it.
    episodes, materials, classes
        Of `mining.episodes`, `mining.materials` and `mining.material_classes`, where they are there.
    model
        A to-be process edited by hand; it takes the place of ours and goes through the same checks.

    Raises
    ------
    NotHolding
        The to-be does not pass verification: every problem, in words.
    UsageError
        A move that does not exist.
    """
    situation = situation_of(
        log,
        services,
        name=name,
        catalogue=catalogue,
        options=options,
        episodes=episodes,
        materials=materials,
        classes=classes,
    )
    return propose_for(situation, moves=moves, model=model)


def propose_for(
    situation: Situation, *, moves: Iterable[str] | None = None, model: ProcessModel | None = None
) -> Proposal:
    """The same for a situation that is known already. Parameters and raises as `propose`."""
    chosen, refused = choose_moves(situation, moves)
    today = as_is(situation)
    ours = merge(situation, chosen)
    to_be = ours if model is None else adopted(model, (ours, today))
    problems = verify_model(to_be, today, demands_of(situation, chosen, today, edited=model is not None))
    if problems:
        raise refusal(situation.name, problems, edited=model is not None)
    plan = plan_of(situation, chosen)
    return Proposal(
        situation.name,
        situation.services,
        today,
        to_be,
        tuple(_proposed(situation, move) for move in chosen),
        refused,
        situation.ties,
        one_form(situation, plan),
        hand_over(situation, chosen),
        _checked(today, situation),
        overlay(today, to_be),
        situation,
        edited=model is not None,
    )


def choose_moves(situation: Situation, moves: Iterable[str] | None) -> tuple[tuple[str, ...], tuple[RefusedMove, ...]]:
    """The moves to take, in the registry's order, and those refused with why."""
    asked = list(moves) if moves is not None else None
    unknown = [move for move in asked or [] if move not in MOVES]
    if unknown:
        raise UsageError("redesign.unknown-move", move=unknown[0], known=", ".join(MOVES))
    chosen: list[str] = []
    refused: list[RefusedMove] = []
    for name, move in MOVES.items():
        if asked is not None and name not in asked:
            continue
        blocking = tuple(limit.said for limit in move.guard(situation) if limit.blocking)
        if blocking:
            refused.append(RefusedMove(name, blocking))
        elif asked is not None or (move.default(situation) and move.evidence(situation) is not None):
            chosen.append(name)
    return tuple(chosen), tuple(refused)


def plan_of(situation: Situation, moves: Iterable[str]) -> Plan:
    """The plan that a set of moves makes."""
    chosen, plan = set(moves), Plan()
    for name, move in MOVES.items():
        plan = move.plan(plan, situation) if name in chosen else plan
    return plan


def demands_of(situation: Situation, moves: Iterable[str], today: ProcessModel, *, edited: bool = False) -> Demands:
    """What verification holds a to-be under these moves to; today's process, unchanged, may break what it breaks."""
    moves = tuple(moves)
    plan = plan_of(situation, moves)
    uses = situation.materials
    provided = {(u.service, u.material): by for u in uses if plan.shared and (by := situation.sharable_by(u))}
    return Demands(
        ties=situation.binding if moves or edited else (),
        asked=tuple(
            dict.fromkeys((n.service, m) for n in today.nodes if n.step is not Step.CORRECT for m in n.materials)
        ),
        provided=provided,
        forms=frozenset(m for n in today.nodes for m in n.materials if situation.is_form(m)),
        in_person=tuple(p.service for p in situation.process.services if situation.in_person(p)),
        shared=plan.shared,
        once=plan.one_application,
    )


def refusal(name: str, problems: Sequence[Problem], *, edited: bool = False) -> NotHolding:
    """The error that stops a proposal and says why."""
    key = "redesign.edited-refused" if edited else "redesign.refused"
    return NotHolding(key, name=name, n=len(problems), problems="\n".join(f"- {problem.text}" for problem in problems))


def _proposed(situation: Situation, name: str) -> ProposedMove:
    move = MOVES[name]
    return ProposedMove(
        name,
        move.evidence(situation),
        move.changes(situation),
        move.needs(situation),
        move.risks(situation),
        move.guard(situation),
    )


def _checked(today: ProcessModel, situation: Situation) -> tuple[Said, ...]:
    steps = sum(1 for node in today.nodes if node.origins and node.step in KEPT)
    return (
        Said("redesign.check.sound"),
        Said("redesign.check.steps", {"n": steps}),
        Said("redesign.check.ties", {"n": len(situation.binding)}),
        Said("redesign.check.materials", {"n": len({use.material for use in situation.materials})}),
        Said("redesign.check.in-person", {"n": sum(situation.in_person(p) for p in situation.process.services)}),
    )
