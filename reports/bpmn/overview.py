"""overview: a process in one step a service and department, for those who decide; lay_over: as-is and to-be at once.

An overview keeps what the applicant does and what passes between departments; checks, reviews and corrections inside a
service fold into one step that carries the service's name. It is a picture, not a process to be run: its steps branch
without gateways, and an order that follows from others is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mining.process_model import APPLICANT, Flow, Kind, Node, Origin, ProcessModel, Step
from reports.bpmn.grid import back_edges
from wording import say


@dataclass(frozen=True, slots=True)
class Picture:
    """A model to be drawn, and states of its nodes and flows by id: ``went``, ``came``, ``stayed``; ``data`` of a
    flow along which a document passes."""

    model: ProcessModel
    states: dict[str, str]


def overview(model: ProcessModel, *, fold_collection: bool = False) -> Picture:
    """The process in few steps. Node ids are those of each group's first step, so that a replay finds them.

    Parameters
    ----------
    fold_collection
        Draw what the applicant collects into the step at which he applied: one dive a service, a drawing half as wide.
    """
    folded = _collected(model) if fold_collection else {}
    kept: dict[str, Node] = {}
    group_of: dict[str, str] = {}
    heads: dict[tuple[str, str], str] = {}
    members: dict[str, list[Node]] = defaultdict(list)
    for node in model.nodes:
        if node.kind in (Kind.EXCLUSIVE, Kind.INCLUSIVE, Kind.PARALLEL) or node.step in (Step.NOTICE, Step.CORRECT):
            continue
        if node.id in folded:
            continue
        folds = node.kind is Kind.TASK and node.lane != APPLICANT and node.service
        head = heads.setdefault((node.service, node.lane), node.id) if folds else node.id
        group_of[node.id] = head
        members[head].append(node)
        if head == node.id:
            kept[head] = node
    both = set(folded.values())
    nodes = tuple(
        replace(node, label=say("diagrams.apply-collect")) if node.id in both else node
        for node in (_folded(kept[head], nodes) for head, nodes in members.items())
    )
    pairs = _successions(model, group_of)
    # What the applicant does in the midst of a folded step (signs in person) is drawn into it, not out of it.
    own = {head for head, node in kept.items() if node.lane == APPLICANT}
    pairs = {(a, b) for a, b in pairs if not ((b, a) in pairs and b in own and a not in own)}
    order = _reduced(list(members), pairs)
    flows = tuple(Flow(a, b) for a, b in order)
    carried = {(group_of.get(d.source), group_of.get(t)) for d in model.data for t in d.targets}
    states = {f"flow_{a}_{b}": "data" for a, b in order if (a, b) in carried}
    return Picture(ProcessModel(model.name, nodes, flows, (), model.services), states)


def _collected(model: ProcessModel) -> dict[str, str]:
    """The applicant's collections -> the step at which he applied for the same service, where there is one."""
    mine = [node for node in model.nodes if node.kind is Kind.TASK and node.lane == APPLICANT and node.service]
    applied: dict[str, str] = {}
    for node in mine:
        if node.step is Step.APPLY:
            applied.setdefault(node.service, node.id)
    return {n.id: applied[n.service] for n in mine if n.step is Step.COLLECT and n.service in applied}


def _folded(head: Node, nodes: list[Node]) -> Node:
    """One step for several; it carries the service's name, and the cases of the busiest of them."""
    if len(nodes) == 1:
        return head
    cases = max((origin.cases for node in nodes for origin in node.origins), default=0)
    moved = next((node.by_move for node in nodes if node.by_move), "")
    origins = (Origin(head.service, head.lane, head.service, cases),)
    return replace(head, label=head.service, origins=origins, by_move=moved, materials=(), outputs=())


def _successions(model: ProcessModel, group_of: dict[str, str]) -> set[tuple[str, str]]:
    """Which group follows which, through gateways and folded steps, ways back left out."""
    back = back_edges(model)
    after: dict[str, list[str]] = defaultdict(list)
    for index, flow in enumerate(model.flows):
        if index not in back:
            after[flow.source].append(flow.target)
    found: set[tuple[str, str]] = set()
    for id, group in group_of.items():
        seen: set[str] = set()
        stack = list(after[id])
        while stack:
            here = stack.pop()
            if here in seen:
                continue
            seen.add(here)
            if here not in group_of:
                stack += after[here]
            elif group_of[here] != group:
                found.add((group, group_of[here]))
    return found


def _reduced(groups: list[str], pairs: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that do not follow from others (transitive reduction), in the groups' order; circles broken by it."""
    place = {group: i for i, group in enumerate(groups)}
    after: dict[str, set[str]] = defaultdict(set)
    for a, b in sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]])):
        if a not in _reach(after, b):
            after[a].add(b)
    found = []
    for a in groups:
        for b in sorted(after[a], key=lambda group: place[group]):
            if not any(b in _reach(after, other) for other in after[a] if other != b):
                found.append((a, b))
    return found


def _reach(after: dict[str, set[str]], start: str) -> set[str]:
    """What can be reached from a node, itself included."""
    seen = {start}
    stack = [start]
    while stack:
        for following in after.get(stack.pop(), ()):
            if following not in seen:
                seen.add(following)
                stack.append(following)
    return seen


def lay_over(as_is: ProcessModel, to_be: ProcessModel, *, went: Iterable[str], came: Iterable[str]) -> Picture:
    """As-is and to-be in one picture: the to-be, with the steps that went beside the place they had.

    Parameters
    ----------
    as_is, to_be
        The two processes, or overviews of them.
    went, came
        Ids of as-is steps that are no more, and of to-be steps that are new; one that stands in both under the same
        service, lane and name has stayed, whatever is said.
    """
    nodes = {node.id: node for node in to_be.nodes}
    keys = {_key(node): id for id, node in nodes.items() if node.kind is Kind.TASK}
    gone = {node.id for node in as_is.nodes if node.id in set(went) and _key(node) not in keys}
    known = {_key(node) for node in as_is.nodes}
    names = {id: f"went_{id}" for id in gone}
    ghosts = [replace(node, id=names[node.id], by_move="") for node in as_is.nodes if node.id in gone]
    group_of = {node.id: node.id for node in as_is.nodes if node.kind is Kind.TASK}
    stands = {node.id: keys.get(_key(node), "") for node in as_is.nodes if node.id not in gone}
    first = next((node.id for node in to_be.nodes if node.kind is Kind.START), "")
    flows = []
    before: dict[str, list[str]] = defaultdict(list)
    for a, b in sorted(_successions(as_is, group_of)):
        before[b].append(a)
    for ghost in (node.id for node in as_is.nodes if node.id in gone):
        sources = [names.get(a) or stands.get(a, "") for a in before[ghost]]
        source = next(filter(None, sources), first)
        if source:
            flows.append(Flow(source, names[ghost]))
    states = {names[id]: "went" for id in gone}
    states |= {id: "came" for id in came if id in nodes and _key(nodes[id]) not in known}
    states |= {f"flow_{flow.source}_{flow.target}": "went" for flow in flows}
    states |= {id: "stayed" for id in nodes if id not in states}
    model = ProcessModel(to_be.name, (*to_be.nodes, *ghosts), (*to_be.flows, *flows), to_be.data, to_be.services)
    return Picture(model, states)


def _key(node: Node) -> tuple[str, str, str]:
    return node.service, node.lane, node.label
