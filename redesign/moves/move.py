"""What a move is: one record of plain functions over a `Situation`. Each file beside this one makes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import wording

if TYPE_CHECKING:
    from mining.process_model import ProcessModel
    from redesign.situation import Situation


@dataclass(frozen=True, slots=True)
class Plan:
    """What the to-be process is to be like; every move sets its own fields, so their order does not matter.

    The defaults are today's process.
    """

    one_application: bool = False
    one_window: bool = False
    shared: bool = False  # what another department issues, or the bundle itself, reaches who needs it
    freed: bool = False  # reviews wait for what they take, and for no habit
    one_delivery: bool = False
    fewer_corrections: float = 0.0  # the share of corrections that are avoided
    online_share: float = 0.0
    deferred: bool = False  # review runs on while a deferrable material is awaited


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: its key in the wordings, and its values; or a move's own words, one template a language."""

    key: str
    values: dict[str, object] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """In the language in force."""
        if self.words:
            return wording.filled(_own(self.words), self.values)
        return wording.say(self.key, **self.values)


def _own(words: Mapping[str, str]) -> str:
    """A move's own words in the language in force, else in the first that it has."""
    return words.get(wording.language()) or next(iter(words.values()))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a move applies: a sentence, how often, and a few examples (cases, materials, pairs of services)."""

    said: Said
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """What must be built, between whom. `kind`: interface, form, rule, window or delivery; `count`: what it serves."""

    kind: str
    what: str
    provider: str
    user: str
    said: Said
    count: int = 0
    move: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a guard found. A blocking one refuses the move; another bounds it."""

    said: Said
    blocking: bool = False


Rewrite = Callable[["ProcessModel", "Situation"], "ProcessModel"]


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of change.

    `evidence` gives None where there is nothing to change; `plan` sets the move's own fields of the plan; `rewrite`, if
    any, changes the drawn to-be model, after all plans, in the order of the registry.
    """

    name: str
    evidence: Callable[[Situation], Evidence | None]
    plan: Callable[[Plan, Situation], Plan]
    changes: Callable[[Situation], tuple[Said, ...]]
    needs: Callable[[Situation], tuple[Need, ...]]
    risks: Callable[[Situation], tuple[Said, ...]]
    guard: Callable[[Situation], tuple[Limit, ...]]
    default: Callable[[Situation], bool] = lambda situation: True
    rewrite: Rewrite | None = None
    title: Mapping[str, str] = field(default_factory=dict)  # its name a language; else the wordings have it

    @property
    def label(self) -> str:
        """Its name as people read it."""
        return _own(self.title) if self.title else wording.say(f"redesign.move.{self.name}")
