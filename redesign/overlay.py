"""Overlay: as-is and to-be laid over each other: what went, what came, what stayed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from mining.process_model import Kind, Node, ProcessModel


@dataclass(frozen=True, slots=True)
class Overlay:
    """Pairs and ids of tasks. `stayed`: the same step. `changed`: (as-is, to-be) of steps merged or altered by a move.

    `went`: as-is steps without any successor; `came`: to-be steps made by a move from nothing of the log.
    """

    stayed: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str], ...]
    went: tuple[str, ...]
    came: tuple[str, ...]


def overlay(as_is: ProcessModel, to_be: ProcessModel) -> Overlay:
    """Compare by origins: a step is the same where it comes from the same activities of the same service."""
    standing: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in _tasks(to_be):
        for key in _keys(node):
            standing[key].append(node)
    stayed: list[tuple[str, str]] = []
    changed: list[tuple[str, str]] = []
    went: list[str] = []
    for node in _tasks(as_is):
        heirs = list(dict.fromkeys(heir.id for key in _keys(node) for heir in standing[key]))
        went += [] if heirs else [node.id]
        for heir in heirs:
            same = _keys(to_be.node(heir)) == _keys(node) and not to_be.node(heir).by_move
            (stayed if same else changed).append((node.id, heir))
    made = {heir for _node, heir in [*stayed, *changed]}
    came = tuple(node.id for node in _tasks(to_be) if node.id not in made)
    return Overlay(tuple(stayed), tuple(changed), tuple(went), came)


def _tasks(model: ProcessModel) -> list[Node]:
    return [node for node in model.nodes if node.kind is Kind.TASK]


def _keys(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((origin.service, origin.activity) for origin in node.origins)) or (
        (node.service, node.label),
    )
