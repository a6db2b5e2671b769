"""Verification: before anything is shown, the to-be is held against the as-is, the ties and the materials.

A model edited by hand goes through the same door.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import wording
from mining.conformance import woflan_sound
from mining.process_model import APPLICANT, Kind, Node, ProcessModel, Step
from redesign.dependencies import ServiceTie
from redesign.inclusive import spelled_out
from redesign.soundness import unsound

# What a decision rests on: contract section 6, "a move takes away no step …".
KEPT = (
    Step.CHECK,
    Step.REVIEW,
    Step.DECIDE,
    Step.ISSUE,
    Step.SURVEY,
    Step.INTERVIEW,
    Step.NOTICE,
    Step.PAY,
    Step.OTHER,
)
WORKED = (Step.CHECK, Step.REVIEW, Step.DECIDE, Step.ISSUE)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not hold: a code, the nodes or names that it is about, and what fills its sentence."""

    code: str
    about: tuple[str, ...]
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence, in the language in force."""
        return wording.say(f"redesign.problem.{self.code}", **self.values)


@dataclass(frozen=True, slots=True)
class Demands:
    """What a to-be must keep besides the as-is' steps: ties of services; who asks for what; who can provide it.

    `asked`: (service, material) pairs. `provided`: what need not be handed in; by whom. `forms`: materials that
    may become one form. `in_person`: services that the applicant must attend.
    """

    ties: tuple[ServiceTie, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()
    provided: Mapping[tuple[str, str], str] = field(default_factory=dict)
    forms: frozenset[str] = frozenset()
    in_person: tuple[str, ...] = ()
    shared: bool = False  # whether sharing is part of this redesign
    once: bool = False  # whether each material is to be asked once


def verify_model(model: ProcessModel, as_is: ProcessModel, demands: Demands = Demands()) -> tuple[Problem, ...]:
    """What does not hold of a model; empty where it may be shown.

    Structure comes first: where that fails, nothing else is asked. Then soundness, by a search of our own, which says
    why not, and by Woflan; then what must be kept.
    """
    structure = tuple(structural_problems(model))
    if structure:
        return structure
    plain, untold = spelled_out(model)
    if untold:
        return tuple(Problem("inclusive", (id,), {"name": model.node(id).label or id}) for id in untold)
    why = unsound(plain) or {True: "", False: "woflan", None: "too_large"}[woflan_sound(plain)]
    if why:
        return (Problem("unsound", (), {"why": wording.say(f"redesign.problem.why.{why}")}),)
    return (
        *lost_steps(model, as_is),
        *broken_ties(model, demands.ties),
        *material_problems(model, demands),
        *lost_duties(model, demands),
    )


def structural_problems(model: ProcessModel) -> Iterator[Problem]:
    """Faults that make a model none: references to nothing, doubles, missing ends, hidden choices, nodes in no lane."""
    ids = Counter(node.id for node in model.nodes)
    for id, n in ids.items():
        if n > 1:
            yield Problem("double-id", (id,), {"id": id, "n": n})
    for flow in model.flows:
        for end in (flow.source, flow.target):
            if end not in ids:
                yield Problem("dangling", (end,), {"source": flow.source, "target": flow.target, "id": end})
    for data in model.data:
        for end in (data.source, *data.targets):
            if end not in ids:
                yield Problem("dangling-data", (data.id,), {"name": data.name, "id": end})
    for kind in (Kind.START, Kind.END):
        n = sum(node.kind is kind for node in model.nodes)
        if n != 1:
            yield Problem(f"not-one-{kind}", (), {"n": n})
    into, out = Counter(flow.target for flow in model.flows), Counter(flow.source for flow in model.flows)
    for node in model.nodes:
        yield from _faults_of(node, into[node.id], out[node.id])
    if all(end in ids for flow in model.flows for end in (flow.source, flow.target)):
        yield from _unconnected(model)


def _faults_of(node: Node, ways_in: int, ways_out: int) -> Iterator[Problem]:
    name = node.label or node.id
    if not node.lane:
        yield Problem("no-lane", (node.id,), {"name": name})
    if node.kind is Kind.TASK and not node.label.strip():
        yield Problem("no-label", (node.id,), {"id": node.id})
    if node.kind is Kind.TASK and ways_out > 1:
        yield Problem("implicit-split", (node.id,), {"name": name, "n": ways_out})
    if node.kind is Kind.TASK and ways_in > 1:
        yield Problem("implicit-join", (node.id,), {"name": name, "n": ways_in})
    if (ways_in == 0) != (node.kind is Kind.START):
        yield Problem("no-way-in" if ways_in == 0 else "into-start", (node.id,), {"name": name})
    if (ways_out == 0) != (node.kind is Kind.END):
        yield Problem("no-way-out" if ways_out == 0 else "out-of-end", (node.id,), {"name": name})


def _unconnected(model: ProcessModel) -> Iterator[Problem]:
    start = {node.id for node in model.nodes if node.kind is Kind.START}
    end = {node.id for node in model.nodes if node.kind is Kind.END}
    ahead, back = _neighbours(model)
    reached, reaching = _closure(start, ahead), _closure(end, back)
    for node in model.nodes:
        if node.id not in reached | start or node.id not in reaching | end:
            yield Problem("unconnected", (node.id,), {"name": node.label or node.id})


def _neighbours(model: ProcessModel) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    ahead: dict[str, list[str]] = defaultdict(list)
    back: dict[str, list[str]] = defaultdict(list)
    for flow in model.flows:
        ahead[flow.source].append(flow.target)
        back[flow.target].append(flow.source)
    return ahead, back


def _closure(first: Iterable[str], ahead: Mapping[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(first)
    while todo:
        for node in ahead.get(todo.pop(), []):
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return seen


# What must be kept

Told = tuple[str, str]  # service and activity: what a task is, whatever it is called by now


def told(node: Node) -> tuple[Told, ...]:
    """The activities of the log that a task stands for."""
    return tuple(dict.fromkeys((origin.service, origin.activity) for origin in node.origins)) or (
        (node.service, node.label),
    )


def lost_steps(model: ProcessModel, as_is: ProcessModel) -> Iterator[Problem]:
    """Checks, reviews, decisions and the like that are no longer there, done elsewhere, or can now be left out."""
    standing: dict[Told, list[Node]] = defaultdict(list)
    for node in _tasks(model):
        for each in told(node):
            standing[each].append(node)
    always, now = inevitable(as_is), inevitable(spelled_out(model)[0])
    for node in _tasks(as_is):
        if node.step not in KEPT:
            continue
        for each in told(node):
            values = {"activity": each[1], "service": each[0] or "–", "department": node.lane}
            found = [other for other in standing[each] if other.step in KEPT or other.step is node.step]
            if not found:
                yield Problem("lost-step", (node.id,), values)
            elif node.lane != APPLICANT and all(other.lane != node.lane for other in found):
                yield Problem("moved-step", (node.id,), values | {"lane": found[0].lane})
    yield from _avoidable(_must(as_is, always), _must(model, now), model)


def _tasks(model: ProcessModel) -> list[Node]:
    return [node for node in model.nodes if node.kind is Kind.TASK]


def _must(model: ProcessModel, known: Mapping[str, frozenset[str]]) -> set[Told]:
    """Activities that every run of their service has: each of its steps has them before or after it, always."""
    own: dict[str, list[Node]] = defaultdict(list)
    for node in _tasks(model):
        if node.service and node.step in WORKED:
            own[node.service].append(node)
    must: set[Told] = set()
    for nodes in own.values():
        for node in nodes:
            if all(node.id == other.id or node.id in known[other.id] for other in nodes):
                must |= set(told(node))
    return must


def _avoidable(before: set[Told], after: set[Told], model: ProcessModel) -> Iterator[Problem]:
    standing = {each for node in _tasks(model) for each in told(node)}
    for service, activity in sorted(before - after):
        if (service, activity) in standing:
            yield Problem("avoidable-step", (activity,), {"activity": activity, "service": service or "–"})


def inevitable(model: ProcessModel) -> dict[str, frozenset[str]]:
    """Of each node, the nodes that every run through it passes: before it, after it or beside it.

    A greatest fixed point: a parallel split passes all that any branch passes, an exclusive one what all branches pass.
    What lies beside a node is passed by what is passed before it or after it.
    """
    ahead, back = _neighbours(model)
    after, before = _passed(model, ahead), _passed(model, back)
    known = {node.id: after[node.id] | before[node.id] for node in model.nodes}
    while True:
        more = {id: passed.union(*(known[other] for other in passed)) for id, passed in known.items()}
        if more == known:
            return known
        known = more


def _passed(model: ProcessModel, ahead: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    kinds = {node.id: node.kind for node in model.nodes}
    everything = frozenset(kinds)
    passed = dict.fromkeys(kinds, everything)
    changed = True
    while changed:
        changed = False
        for id, kind in kinds.items():
            nexts = [passed[n] for n in ahead.get(id, [])]
            union = kind is Kind.PARALLEL
            found = frozenset().union(*nexts) if union else frozenset.intersection(*nexts) if nexts else frozenset()
            found |= {id}
            if found != passed[id]:
                passed[id], changed = found, True
    return passed


def broken_ties(model: ProcessModel, ties: Sequence[ServiceTie]) -> Iterator[Problem]:
    """Ties that are not kept: a step of `after` that rests on `before` can come before its issue, or beside it."""
    reach = reachable(model)
    for tie in ties:
        if not tie.kind.binds:
            continue
        issued, worked = _issues(model, tie.before), _works(model, tie.after)
        for step in worked:
            good = any(step.id in reach[i.id] and i.id not in reach[step.id] for i in issued)
            if issued and not good:
                values = {"before": tie.before, "after": tie.after, "step": step.label, "kind": tie.kind}
                yield Problem("broken-tie", (step.id,), values)
                break


def reachable(model: ProcessModel) -> dict[str, set[str]]:
    """Of each task, by id, every node to which a way leads from it."""
    ahead, _back = _neighbours(model)
    return {node.id: _closure([node.id], ahead) for node in _tasks(model)}


def _issues(model: ProcessModel, service: str) -> list[Node]:
    """The steps with which a service is issued or decided; else its department's last."""
    own = [node for node in _tasks(model) if node.service == service and node.lane != APPLICANT]
    return [n for n in own if n.outputs] or [n for n in own if n.step in (Step.ISSUE, Step.DECIDE)] or own[-1:]


def _works(model: ProcessModel, service: str) -> list[Node]:
    """The steps that rest on what a service takes: reviews, decisions, issue."""
    own = [node for node in _tasks(model) if node.service == service and node.lane != APPLICANT]
    return [n for n in own if n.step in (Step.REVIEW, Step.DECIDE, Step.ISSUE)] or own


def material_problems(model: ProcessModel, demands: Demands) -> Iterator[Problem]:
    """Materials that are asked for twice, that nobody hands in or provides, or that are shared from nowhere."""
    nodes = _tasks(model)
    handed = Counter(m for node in nodes if node.step is not Step.CORRECT for m in node.materials)
    taken = {(node.service, m): by for node in nodes for m, by in node.shared}
    passed = {(model.node(target).service, data.name) for data in model.data for target in data.targets}
    names = {m for _service, m in demands.asked}
    form = bool(demands.forms) and any(m not in names for m in handed)
    for service, material in demands.asked:
        known = bool(handed[material]) or (service, material) in taken or (service, material) in passed
        if not known and not (material in demands.forms and form) and (service, material) not in demands.provided:
            yield Problem("lost-material", (material,), {"material": material, "service": service or "–"})
    for (service, material), by in taken.items():
        if not by:
            yield Problem("no-provider", (material,), {"material": material, "service": service or "–"})
    if demands.once:
        for material, n in handed.items():
            if n > 1:
                yield Problem("asked-twice", (material,), {"material": material, "n": n})
    if demands.shared:
        wanted: dict[str, set[str]] = defaultdict(set)
        for service, material in demands.asked:
            wanted[material].add(service)
        for material, services in wanted.items():
            providers = {demands.provided.get((service, material), "") for service in services}
            if handed[material] and "" not in providers:
                said = {"material": material, "provider": sorted(providers)}
                yield Problem("still-asked", (material,), said)


def lost_duties(model: ProcessModel, demands: Demands) -> Iterator[Problem]:
    """Services whose applicant must be there, without any step of theirs at which he is."""
    for service in demands.in_person:
        own = [
            n for n in _tasks(model) if n.lane == APPLICANT and any(origin.service == service for origin in n.origins)
        ]
        alone = [n for n in own if n.in_person or (n.step is Step.APPLY and n.service == service)]
        if not alone:
            yield Problem("lost-duty", (service,), {"service": service})
