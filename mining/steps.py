"""Which step of a service each activity of a log is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from catalogue.vocabulary import step_of
from event_logs.functions import one_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


def steps_of(log: EventLog) -> dict[str, str]:
    """Which step each activity of a log is, as `catalogue.vocabulary` names steps; activities in their own order."""
    names = log.once("activities", lambda: log.rows(log.events.select("activity").distinct().order_by("activity")))
    return {name: step_of(name) for (name,) in names if name is not None}


def activities_of(steps: dict[str, str], wanted: Iterable[str]) -> list[str]:
    """The activities that are one of the wanted steps."""
    kinds = set(wanted)
    return [name for name, step in steps.items() if step in kinds]


def is_step(events: ir.Table, steps: dict[str, str], *wanted: str) -> ir.BooleanColumn:
    """Whether each event's activity is one of the wanted steps."""
    return one_of(events.activity, activities_of(steps, wanted))
