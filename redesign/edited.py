"""What a person changed in the process that was given back: orders between services, and steps; for the forecast.

Orders of services that were drawn in or taken out, and steps of one service that were drawn side by side, are simulated
in the to-be (`Edit.simulated`). What the simulation has no word for (steps that were drawn in or cut out, steps of one
service put into another order) is told, so that nobody takes the forecast for more than it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations

from mining.process_model import APPLICANT, Kind, Node, ProcessModel
from redesign.dependencies import Kind as Tied
from redesign.dependencies import ServiceTie
from redesign.situation import Options
from redesign.verification import broken_ties, reachable

Pair = tuple[str, str]
AHEAD, BESIDE = (True, False), (False, False)


@dataclass(frozen=True, slots=True)
class Edit:
    """Pairs of services whose order was drawn in or taken out, and what changed among steps.

    `beside` is a service and two activities of which the second waits for the first no longer; `turned` is what else
    changed in the order of two activities of one service; `came` and `went` are names of steps.
    """

    ordered: tuple[Pair, ...] = ()
    freed: tuple[Pair, ...] = ()
    beside: tuple[tuple[str, str, str], ...] = ()
    turned: tuple[Pair, ...] = ()
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()

    def simulated(self, options: Options) -> Options:
        """The options with what the simulation follows of this edit."""
        return replace(options, orders=self.ordered, freed=self.freed, beside=self.beside)


def edit_of(edited: ProcessModel, ours: ProcessModel) -> Edit:
    """What tells the edited process from ours under the same moves."""
    now, before = service_orders(edited), service_orders(ours)
    names, known = _names(edited), _names(ours)
    steps, waited = step_orders(edited), step_orders(ours)
    changed = {pair: steps[pair] for pair, way in waited.items() if pair in steps and steps[pair] != way}
    beside = [pair for pair, way in changed.items() if (waited[pair], way) == (AHEAD, BESIDE)]
    free = {frozenset(pair) for pair in beside}
    return Edit(
        tuple(sorted(now - before)),
        tuple(sorted(before - now)),
        tuple(sorted(beside)),
        tuple(
            sorted(
                (a, b) for (s, a, b), way in changed.items() if way[0] >= way[1] and frozenset((s, a, b)) not in free
            )
        ),
        tuple(label for id, label in names.items() if id not in known),
        tuple(label for id, label in known.items() if id not in names),
    )


def service_orders(model: ProcessModel) -> set[Pair]:
    """Pairs of services of which the second's reviews always wait for the first's result."""
    own = {n.service for n in model.nodes if n.kind is Kind.TASK and n.service and n.lane != APPLICANT}
    return {(a, b) for a in own for b in own if a != b and not any(broken_ties(model, (ServiceTie(a, b, Tied.LEGAL),)))}


def step_orders(model: ProcessModel) -> dict[tuple[str, str, str], tuple[bool, bool]]:
    """Of a service and two activities of its offices: whether a way leads from the first to the second, and back."""
    reach = reachable(model)
    found: dict[tuple[str, str, str], tuple[bool, bool]] = {}
    steps = [n for n in model.nodes if n.kind is Kind.TASK and n.service and n.lane != APPLICANT]
    for one, two in permutations(steps, 2):
        if one.service == two.service:
            pair = (one.service, activity(one), activity(two))
            ahead, back = found.get(pair, BESIDE)
            found[pair] = (ahead or two.id in reach[one.id], back or one.id in reach[two.id])
    return found


def activity(node: Node) -> str:
    """What the log calls a step, whatever its label says by now."""
    return node.origins[0].activity if node.origins else node.label


def _names(model: ProcessModel) -> dict[str, str]:
    return {n.id: n.label for n in model.nodes if n.kind is Kind.TASK}
