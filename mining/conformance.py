"""Conformance: how much of the log a process explains.

`fitting_share` asks for exact runs and needs no library. `token_fitness` and `woflan_sound` ask pm4py, whose import
takes seconds: the one is for whoever wants the field's own figure, the other for every process that is to be shown.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mining.process_blocks import Block, Choice, Loop, Ordered, Sequence, Skip, Task, Together, tasks
from mining.process_model import Kind, ProcessModel
from mining.workflow_net import FIRST, LAST, WorkflowNet, net_of, reduced

Traces = Mapping[tuple[str, ...], int]
MOST_ASKED = 20  # transitions of a net that Woflan is asked about: with them it answers in seconds


def fitting_share(block: Block, traces: Traces) -> float:
    """The share of cases whose trace is a run of the block, step by step; steps that are not drawn are passed over.

    Parameters
    ----------
    traces
        Node ids in order, and how many cases go so.

    Returns
    -------
    float
        0 to 1; 0 for an empty log.
    """
    drawn = {node.id for node in tasks(block)}
    total = sum(traces.values())
    shown: Counter[tuple[str, ...]] = Counter()
    for trace, n in traces.items():
        shown[tuple(step for step in trace if step in drawn)] += n
    runs = _Runs()
    fit = sum(n for trace, n in shown.items() if runs.fits(block, trace))
    return fit / total if total else 0.0


def fits(block: Block, trace: tuple[str, ...]) -> bool:
    """Whether a trace is a run of a block, each of whose steps is drawn once."""
    return _Runs().fits(block, trace)


class _Runs:
    """Runs of blocks. Each step is drawn once, so a step of a trace says in which part of a block it is."""

    def __init__(self) -> None:
        self.alphabets: dict[int, frozenset[str]] = {}

    def fits(self, block: Block, trace: tuple[str, ...]) -> bool:
        match block:
            case Task(node):
                return trace == (node.id,)
            case Skip():
                return not trace
            case Sequence(parts):
                at = 0
                for part in parts:
                    end = self._while(trace, at, self._alphabet(part))
                    if not self.fits(part, trace[at:end]):
                        return False
                    at = end
                return at == len(trace)
            case Choice(branches, _):
                return any(
                    self.fits(branch, trace) for branch in branches if not trace or trace[0] in self._alphabet(branch)
                )
            case Loop(body, redo, _):
                return self._rounds(body, redo, trace)
            case Together(parts) | Ordered(parts, _):
                return self._side_by_side(block, parts, trace)

    def _rounds(self, body: Block, redo: Block, trace: tuple[str, ...]) -> bool:
        if isinstance(body, Task) and redo == Skip():
            return bool(trace) and set(trace) == {body.node.id}
        done = self._ends(body, trace, 0)
        todo = list(done)
        while todo:
            here = todo.pop()
            more = {end for at in self._ends(redo, trace, here) for end in self._ends(body, trace, at)} - done
            done |= more
            todo += more
        return len(trace) in done

    def _ends(self, block: Block, trace: tuple[str, ...], at: int) -> set[int]:
        """Where a block may stop that starts at a position."""
        last = self._while(trace, at, self._alphabet(block))
        return {end for end in range(at, last + 1) if self.fits(block, trace[at:end])}

    def _while(self, trace: tuple[str, ...], at: int, alphabet: frozenset[str]) -> int:
        """The position of the first step from `at` on that is not of an alphabet."""
        while at < len(trace) and trace[at] in alphabet:
            at += 1
        return at

    def _side_by_side(self, block: Block, parts: tuple[Block, ...], trace: tuple[str, ...]) -> bool:
        own = [tuple(step for step in trace if step in self._alphabet(part)) for part in parts]
        if sum(map(len, own)) < len(trace):
            return False
        if not all(self.fits(part, each) for part, each in zip(parts, own, strict=True)):
            return False
        before = block.before if isinstance(block, Ordered) else ()
        return all(self._after(trace, parts[i], parts[j]) for i, j in before)

    def _after(self, trace: tuple[str, ...], first: Block, then: Block) -> bool:
        ended = [at for at, step in enumerate(trace) if step in self._alphabet(first)]
        begun = [at for at, step in enumerate(trace) if step in self._alphabet(then)]
        return not ended or not begun or max(ended) < min(begun)

    def _alphabet(self, block: Block) -> frozenset[str]:
        if id(block) not in self.alphabets:
            self.alphabets[id(block)] = frozenset(node.id for node in tasks(block))
        return self.alphabets[id(block)]


def petri_net(model: ProcessModel) -> tuple[Any, Any, Any]:
    """The model as pm4py's workflow net, with its first and last marking.

    A task or parallel gateway is a transition, an exclusive gateway a place: choosing is taking its token.
    """
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    net = PetriNet(model.name)
    at: dict[str, Any] = {}
    for node in model.nodes:
        if node.kind in (Kind.EXCLUSIVE, Kind.START, Kind.END):
            at[node.id] = PetriNet.Place(node.id)
            net.places.add(at[node.id])
        else:
            at[node.id] = PetriNet.Transition(node.id, node.id if node.kind is Kind.TASK else None)
            net.transitions.add(at[node.id])
    for number, flow in enumerate(model.flows):
        source, target = at[flow.source], at[flow.target]
        if isinstance(source, PetriNet.Place) != isinstance(target, PetriNet.Place):
            add_arc_from_to(source, target, net)
            continue
        if isinstance(source, PetriNet.Place):
            between: Any = PetriNet.Transition(f"f{number}", None)
            net.transitions.add(between)
        else:
            between = PetriNet.Place(f"f{number}")
            net.places.add(between)
        add_arc_from_to(source, between, net)
        add_arc_from_to(between, target, net)
    first = next(at[node.id] for node in model.nodes if node.kind is Kind.START)
    last = next(at[node.id] for node in model.nodes if node.kind is Kind.END)
    return net, Marking({first: 1}), Marking({last: 1})


def woflan_sound(model: ProcessModel) -> bool | None:
    """Whether Woflan (Verbeek, Basten and van der Aalst, 2001; here pm4py's) finds the model sound.

    It is asked about the net that `mining.workflow_net` reduces the model's to, which is sound exactly when that is:
    Woflan itself does not end within minutes on some models of 60 nodes. None where even the small net is too large
    to ask about, which no sound process was seen to be.

    Raises
    ------
    ValueError
        The model has an inclusive gateway.
    """
    small = reduced(net_of(model))
    return woflan_finds_sound(small) if len(small.transitions) <= MOST_ASKED else None


def woflan_finds_sound(net: WorkflowNet) -> bool:
    """Woflan's verdict on a workflow net, as it stands."""
    from pm4py.algo.analysis.woflan import algorithm
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    asked = PetriNet("asked")
    places = {name: PetriNet.Place(name) for name in net.places}
    asked.places.update(places.values())
    for name, (taken, given) in net.transitions.items():
        transition = PetriNet.Transition(f"t {name}", name)
        asked.transitions.add(transition)
        for place in sorted(taken):
            add_arc_from_to(places[place], transition, asked)
        for place in sorted(given):
            add_arc_from_to(transition, places[place], asked)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would rather use another solver than SciPy's
        found = algorithm.apply(
            asked, Marking({places[FIRST]: 1}), Marking({places[LAST]: 1}),
            parameters={
                algorithm.Parameters.RETURN_ASAP_WHEN_NOT_SOUND: True,
                algorithm.Parameters.PRINT_DIAGNOSTICS: False,
                algorithm.Parameters.RETURN_DIAGNOSTICS: False,
            },
        )  # fmt: skip
    return bool(found)


def token_fitness(model: ProcessModel, traces: Traces) -> float:
    """Token-based replay fitness (Rozinat and van der Aalst, 2008), by pm4py, over variants weighted by their cases."""
    from pm4py.algo.conformance.tokenreplay import algorithm
    from pm4py.objects.log.obj import Event, EventLog, Trace

    net, first, last = petri_net(model)
    variants = list(traces)
    log = EventLog([Trace([Event({"concept:name": step}) for step in trace]) for trace in variants])
    replayed = algorithm.apply(log, net, first, last)
    total = sum(traces.values())
    return (
        sum(float(r["trace_fitness"]) * traces[t] for t, r in zip(variants, replayed, strict=True)) / total
        if total
        else 0.0
    )
