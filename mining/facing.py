"""Which activities have the applicant before them, and which events are the applicant's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.vocabulary import APPLICANT_STEPS
from event_logs.functions import one_of
from mining.steps import activities_of, steps_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

ON_THE_SPOT = ("onsite", "self_service")
ELSEWHERE = ("online", "phone", "post")


@dataclass(frozen=True, slots=True)
class Facing:
    """Which activities of a log have the applicant before them, and how that is known.

    `steps` is what each activity is; `assumed` says that the vocabulary knows none of them, so that every event counts;
    `listed` that the user named them, not the vocabulary.
    """

    steps: dict[str, str]
    activities: tuple[str, ...]
    assumed: bool
    listed: bool = False


def facing(log: EventLog, applicant_activities: Sequence[str] = ()) -> Facing:
    """The applicant-facing activities of a log: those that the user lists, else those of the vocabulary."""
    steps = steps_of(log)
    listed = [name for name in steps if name in set(applicant_activities)]
    known = listed if applicant_activities else activities_of(steps, APPLICANT_STEPS)
    assumed = not applicant_activities and all(step == "other" for step in steps.values())
    return Facing(steps, tuple(known), assumed, bool(applicant_activities))


def needs_applicant(log: EventLog, known: Facing) -> tuple[ir.BooleanColumn, ir.IntegerColumn]:
    """Whether an event is the applicant's (never null), and by which rule (index in `RULES`)."""
    import ibis

    events = log.events
    by_word = ibis.literal(True) if known.assumed else one_of(events.activity, known.activities)
    word_rule = 2 if known.assumed else 1
    if not log.has("actor"):
        return by_word, ibis.literal(word_rule)
    unknown = events.actor.isnull()
    return one_of(events.actor, ["applicant"]) | (unknown & by_word), unknown.ifelse(word_rule, 0)
