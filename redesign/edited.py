"""What a person changed in the process that was given back: orders between services, and steps; for the forecast.

An order that was drawn in is simulated in the to-be (`Options.orders`). What the simulation has no word for (an order
of habit that was taken out, steps that were drawn in or cut out) is told, so that nobody takes the forecast for more
than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from mining.process_model import APPLICANT, Kind, ProcessModel
from redesign.dependencies import Kind as Tied
from redesign.dependencies import ServiceTie
from redesign.verification import broken_ties

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Edit:
    """Pairs of services whose order was drawn in or taken out, and names of steps that came or went."""

    ordered: tuple[Pair, ...] = ()
    freed: tuple[Pair, ...] = ()
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


def edit_of(edited: ProcessModel, ours: ProcessModel) -> Edit:
    """What tells the edited process from ours under the same moves."""
    now, before = service_orders(edited), service_orders(ours)
    names, known = _names(edited), _names(ours)
    return Edit(
        tuple(sorted(now - before)),
        tuple(sorted(before - now)),
        tuple(label for id, label in names.items() if id not in known),
        tuple(label for id, label in known.items() if id not in names),
    )


def service_orders(model: ProcessModel) -> set[Pair]:
    """Pairs of services of which the second's reviews always wait for the first's result."""
    own = {n.service for n in model.nodes if n.kind is Kind.TASK and n.service and n.lane != APPLICANT}
    return {(a, b) for a in own for b in own if a != b and not any(broken_ties(model, (ServiceTie(a, b, Tied.LEGAL),)))}


def _names(model: ProcessModel) -> dict[str, str]:
    return {n.id: n.label for n in model.nodes if n.kind is Kind.TASK}
