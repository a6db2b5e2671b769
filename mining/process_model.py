"""ProcessModel: one process as steps, gateways and departments; as-is and to-be alike.

The shared word between discovery, merging, verification, simulation, BPMN and drawing. Its graph is what BPMN calls a
process: nodes and sequence flows, plus data that pass from a step to others. A model is a value: moves make new ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a node is, in BPMN's terms."""

    START = "start"
    END = "end"
    TASK = "task"
    EXCLUSIVE = "exclusive"  # split or join
    PARALLEL = "parallel"
    INCLUSIVE = "inclusive"


class Step(StrEnum):
    """What a task does in the field's terms; `catalogue.vocabulary` tells it from an activity's name."""

    APPLY = "apply"
    RECEIVE = "receive"
    CHECK = "check"
    NOTICE = "notice"  # a correction notice 补正告知
    CORRECT = "correct"
    REVIEW = "review"
    DECIDE = "decide"
    ISSUE = "issue"
    PAY = "pay"
    INTERVIEW = "interview"  # must be there in person: sign, interview, examination
    COLLECT = "collect"
    POST = "post"
    SURVEY = "survey"  # the officer comes 现场勘验
    OTHER = "other"


APPLICANT = "applicant"  # the lane of the applicant
WINDOW = "window"  # the lane of the single window


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an element comes from: the service and department, the log's activity, in how many cases and events."""

    service: str
    department: str = ""
    activity: str = ""
    cases: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A node. `id` is an XML name, stable from run to run. `lane` is APPLICANT, WINDOW or a department's name."""

    id: str
    kind: Kind
    label: str = ""
    lane: str = APPLICANT
    step: Step = Step.OTHER
    service: str = ""
    materials: tuple[str, ...] = ()  # material classes handed in at it
    outputs: tuple[str, ...] = ()  # issued by it
    in_person: bool = False
    origins: tuple[Origin, ...] = ()
    by_move: str = ""  # the move that made or changed it; empty in the as-is
    shared: tuple[tuple[str, str], ...] = ()  # (material class, its provider): taken without the applicant


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `share` is how often it is taken of its exclusive split's departures (None: not a choice)."""

    source: str
    target: str
    label: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """A document that passes from the node that issues it to those that take it, without the applicant."""

    id: str
    name: str
    source: str
    targets: tuple[str, ...]
    by_move: str = ""


@dataclass(frozen=True, slots=True)
class ProcessModel:
    """A process. Nodes and flows are in a stable order: the same input gives the same bytes."""

    name: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    data: tuple[Data, ...] = ()
    services: tuple[str, ...] = ()
    notes: tuple[tuple[str, dict[str, object]], ...] = field(default=())  # wording keys and values

    def node(self, id: str) -> Node:
        """The node of an id; `KeyError` where there is none."""
        for node in self.nodes:
            if node.id == id:
                return node
        raise KeyError(id)

    def lanes(self) -> tuple[str, ...]:
        """Lanes in drawing order: applicant, window, then departments as they first act."""
        seen = dict.fromkeys(node.lane for node in self.nodes)
        first = [lane for lane in (APPLICANT, WINDOW) if lane in seen]
        return tuple(first + [lane for lane in seen if lane not in (APPLICANT, WINDOW)])
