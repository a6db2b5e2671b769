"""A process as a workflow net, and the net made small by rules that keep soundness.

A workflow net is sound exactly when the net with a way back from end to start is live and bounded (van der Aalst,
"Verification of Workflow Nets", Petri Nets 1997), and every rule here keeps both, in both directions:

- fusion of series places, of parallel places and of parallel transitions, and elimination of self-loop transitions
  (Murata, "Petri Nets: Properties, Analysis and Applications", Proc. IEEE 77(4), 1989, section VI);
- fusion of series transitions over a place, after the place (the transitions behind it need nothing else) or before it
  (those ahead of it make nothing else and compete with nobody): post- and pre-agglomeration (Berthelot,
  "Transformations and Decompositions of Nets", Advances in Petri Nets 1986).

A block-structured process, partial orders among its blocks included, becomes one transition; of another one, what it
is sound or unsound by is left. pm4py's own reductions look at every triple of nodes and at every subset of silent
transitions, which is what there is to be avoided.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from mining.process_model import Kind, ProcessModel

FIRST, LAST = "i", "o"
Places = frozenset[str]
Arcs = tuple[Places, Places]  # the places that a transition takes from, and gives to
MOST_GROWTH = 8  # transitions that fusing over one place may add


@dataclass(frozen=True, slots=True)
class WorkflowNet:
    """Transitions by name, each with the places it takes a token from and gives one to; from FIRST to LAST."""

    transitions: dict[str, Arcs]

    @property
    def places(self) -> tuple[str, ...]:
        """All places, sorted."""
        return tuple(sorted({FIRST, LAST}.union(*(a | b for a, b in self.transitions.values()))))


def net_of(model: ProcessModel) -> WorkflowNet:
    """The net of a model of tasks, exclusive and parallel gateways, with one start and one end.

    A flow is a place; a task or parallel gateway one transition, an exclusive gateway one for each way through it.
    Start and end are the transitions that take from FIRST and give to LAST.

    Raises
    ------
    ValueError
        The model has an inclusive gateway: `redesign.inclusive` says in other words what it means.
    """
    into: dict[str, list[str]] = defaultdict(list)
    out: dict[str, list[str]] = defaultdict(list)
    for at, flow in enumerate(model.flows):
        out[flow.source].append(f"f{at}")
        into[flow.target].append(f"f{at}")
    transitions: dict[str, Arcs] = {}
    for node in model.nodes:
        taken, given = into[node.id], out[node.id]
        if node.kind is Kind.INCLUSIVE:
            raise ValueError(f"inclusive gateway {node.id}")
        if node.kind is Kind.START:
            taken = [FIRST]
        if node.kind is Kind.END:
            given = [LAST]
        if node.kind is Kind.PARALLEL:
            transitions[node.id] = (frozenset(taken), frozenset(given))
            continue
        # Of several ways into a task each is a run of its own, and it goes on by all of its ways out.
        exits = [[way] for way in given] if node.kind is Kind.EXCLUSIVE else [given]
        for number, (way, ways) in enumerate((way, ways) for way in taken for ways in exits):
            transitions[f"{node.id}#{number}"] = (frozenset([way]), frozenset(ways))
    return WorkflowNet(transitions)


def reduced(net: WorkflowNet) -> WorkflowNet:
    """A net no larger than the given one, and sound exactly when that one is.

    Examples
    --------
    >>> a, b = frozenset("a"), frozenset("b")
    >>> net = WorkflowNet({"t": (frozenset("i"), a), "u": (a, b), "v": (a, b), "w": (b, frozenset("o"))})
    >>> len(reduced(net).transitions)
    1
    """
    work = _Work(dict(net.transitions))
    while work.series_places() or work.doubles() or work.loops() or work.series_transitions():
        pass
    return WorkflowNet(work.transitions)


class _Work:
    """A net being made smaller: each rule says whether it changed anything."""

    def __init__(self, transitions: dict[str, Arcs]) -> None:
        self.transitions = transitions

    def _sides(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """By place: the transitions that give to it, and those that take from it."""
        givers: dict[str, list[str]] = defaultdict(list)
        takers: dict[str, list[str]] = defaultdict(list)
        for name, (taken, given) in self.transitions.items():
            for place in sorted(taken):
                takers[place].append(name)
            for place in sorted(given):
                givers[place].append(name)
        return givers, takers

    def series_places(self) -> bool:
        """p → t → q, where p leads nowhere else: one place."""
        givers, takers = self._sides()
        for name, (taken, given) in self.transitions.items():
            if len(taken) != 1 or len(given) != 1 or taken == given:
                continue
            (p,), (q,) = taken, given
            whole = p == FIRST and (q == LAST or len(givers[q]) > 1)
            doubled = any({p, q} <= self.transitions[giver][1] for giver in givers[p])
            if len(takers[p]) > 1 or whole or doubled:
                continue
            del self.transitions[name]
            kept, gone = (p, q) if p == FIRST else (q, p)
            self._rename(gone, kept)
            return True
        return False

    def _rename(self, gone: str, kept: str) -> None:
        def renamed(places: Places) -> Places:
            return places - {gone} | {kept} if gone in places else places

        self.transitions = {name: (renamed(a), renamed(b)) for name, (a, b) in self.transitions.items()}

    def doubles(self) -> bool:
        """Transitions with the same places are one; so are places with the same transitions."""
        once = {arcs: name for name, arcs in reversed(self.transitions.items())}
        kept = {name: arcs for name, arcs in self.transitions.items() if once[arcs] == name}
        changed = len(kept) < len(self.transitions)
        self.transitions = kept
        givers, takers = self._sides()
        seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
        for place in sorted({*givers, *takers} - {FIRST, LAST}):
            key = (tuple(givers[place]), tuple(takers[place]))
            if key in seen:
                self.transitions = {n: (a - {place}, b - {place}) for n, (a, b) in self.transitions.items()}
                changed = True
            seen.add(key)
        return changed

    def loops(self) -> bool:
        """A transition that gives back the one token that it takes, where others take it too."""
        _givers, takers = self._sides()
        for name, (taken, given) in self.transitions.items():
            if taken == given and len(taken) == 1 and len(takers[next(iter(taken))]) > 1:
                del self.transitions[name]
                return True
        return False

    def series_transitions(self) -> bool:
        """Transitions before and after a place, one for each pair of them."""
        givers, takers = self._sides()
        for place in sorted({*givers, *takers} - {FIRST, LAST}):
            before, after = givers[place], takers[place]
            grown = len(before) * len(after) - len(before) - len(after)
            if not before or not after or set(before) & set(after) or grown > MOST_GROWTH:
                continue
            if self._follows(place, after) or self._leads(place, before, takers):
                pairs = {f"{b}+{a}": self._fused(b, a, place) for b in before for a in after}
                if None not in pairs.values():
                    rest = {n: arcs for n, arcs in self.transitions.items() if n not in {*before, *after}}
                    self.transitions = rest | {n: arcs for n, arcs in pairs.items() if arcs is not None}
                    return True
        return False

    def _follows(self, place: str, after: list[str]) -> bool:
        return all(self.transitions[name][0] == {place} for name in after)

    def _leads(self, place: str, before: list[str], takers: dict[str, list[str]]) -> bool:
        """Whether those ahead of a place can wait for those behind it: they make nothing else, and nobody else takes
        what they take."""
        return len(before) == 1 and all(
            self.transitions[name][1] == {place} and all(takers[p] == [name] for p in self.transitions[name][0])
            for name in before
        )

    def _fused(self, before: str, after: str, place: str) -> Arcs | None:
        """Both in one; None where a place would take or give two tokens at once."""
        (taken, given), (taken2, given2) = self.transitions[before], self.transitions[after]
        given, taken2 = given - {place}, taken2 - {place}
        return None if taken & taken2 or given & given2 else (taken | taken2, given | given2)
