"""A process drawn or edited elsewhere: its steps told by id, or by department and name, where the file says no more.

Editors may drop what BPMN has no word for, and who draws by hand has none of it: then nothing says which service a step
belongs to, what it hands in or issues, and which activity of the log it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mining.process_model import Kind, Node, ProcessModel


def adopted(model: ProcessModel, known: Iterable[ProcessModel]) -> ProcessModel:
    """The model, its bare tasks told from processes that are known.

    Parameters
    ----------
    known
        Processes in the order in which they are asked: ours under the same moves, then today's. A task is the known one
        of its id, lane and name; else the only one of its lane and name.
    """
    asked = [task for process in known for task in process.nodes if task.kind is Kind.TASK]
    return replace(model, nodes=tuple(_told(node, asked) for node in model.nodes))


def _told(node: Node, asked: list[Node]) -> Node:
    if node.kind is not Kind.TASK or node.origins or node.service or node.by_move:
        return node
    alike = [task for task in asked if task.lane == node.lane and _name(task.label) == _name(node.label)]
    found = next((task for task in alike if task.id == node.id), None)
    if found is None:
        kinds: dict[object, Node] = {}
        for task in alike:
            kinds.setdefault((task.service, task.origins), task)
        found = next(iter(kinds.values())) if len(kinds) == 1 else None
    return node if found is None else replace(found, id=node.id, label=node.label)


def _name(label: str) -> str:
    return "".join(label.split())
