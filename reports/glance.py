"""A process at a glance: the overview's drawing, its data edges named, and where a replay's stops lie on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mining.process_model import APPLICANT, Kind, ProcessModel, Step
from reports.bpmn.drawing import svg
from reports.bpmn.layout import lay_out
from reports.bpmn.overview import overview

Stops = tuple[tuple[str, float, float], ...]


MOST_OWN = 8  # steps of the applicant that stand side by side and can still be read on a page


@dataclass(frozen=True, slots=True)
class Glance:
    """`place` is node of the whole model -> step of the overview; `own_steps` counts those of the applicant.

    `folded`: collections are drawn into the applications.
    """

    svg: str
    place: Mapping[str, str]
    own_steps: int
    folded: bool = False


def at_a_glance(model: ProcessModel, *, proposed: bool, min_count: int) -> Glance:
    """Draw a process of several services in few steps."""
    picture = overview(model)
    own = sum(node.lane == APPLICANT and node.kind is Kind.TASK for node in picture.model.nodes)
    folded = own > MOST_OWN
    if folded:
        picture = overview(model, fold_collection=True)
    place = places(model, picture.model)
    names: dict[tuple[str, str], dict[str, None]] = {}
    for data in model.data:
        for target in data.targets:
            pair = (place.get(data.source, ""), place.get(target, ""))
            names.setdefault(pair, {})[data.name] = None
    flows = tuple(replace(f, label="、".join(names.get((f.source, f.target), ()))) for f in picture.model.flows)
    small = replace(picture.model, flows=flows)
    layout = lay_out(small, upright=True)
    drawn = svg(small, layout, proposed=proposed, states=picture.states, alone=False, min_count=min_count)
    return Glance(drawn, place, own, folded)


def places(model: ProcessModel, small: ProcessModel) -> dict[str, str]:
    """Node of the whole model -> the overview's step that holds it; a gateway is where the step before it is."""
    heads: dict[tuple[str, str], str] = {}
    homes: dict[str, str] = {}
    kept = {node.id for node in small.nodes}
    for node in small.nodes:
        heads.setdefault((node.service, node.lane), node.id)
        if node.service and node.lane != APPLICANT:
            homes.setdefault(node.service, node.id)
    found: dict[str, str] = {}
    for node in model.nodes:
        if node.id in kept:
            found[node.id] = node.id
        elif node.kind is Kind.TASK and node.service:
            collects = node.step is Step.COLLECT  # folded into the application
            own = heads.get((node.service, node.lane)) if node.lane != APPLICANT or collects else None
            home = own or homes.get(node.service)
            if home:
                found[node.id] = home
    for _ in model.nodes:
        waiting = [f for f in model.flows if f.target not in found and f.source in found]
        if not waiting:
            break
        found |= {flow.target: found[flow.source] for flow in waiting}
    return found


def joined(tokens: Iterable[Stops], place: Mapping[str, str] | None) -> tuple[Stops, ...]:
    """A replay's stops on the overview (None: on the whole model); neighbouring ones in one step are one."""
    return tuple(_joined(stops, place) for stops in tokens)


def _joined(stops: Stops, place: Mapping[str, str] | None) -> Stops:
    found: list[tuple[str, float, float]] = []
    for node, start, end in stops:
        at = node if place is None else place.get(node, "")
        if at and found and found[-1][0] == at:
            found[-1] = (at, found[-1][1], round(end, 2))
        elif at:
            found.append((at, round(start, 2), round(end, 2)))
    return tuple(found)
