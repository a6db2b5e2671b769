"""How a log uses its names of materials: the evidence that stands beside their likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from event_logs.functions import lists_any
from mining.handing import handed_lists

if TYPE_CHECKING:
    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class Uses:
    """How a log uses its names: the evidence beside likeness.

    Parameters
    ----------
    asked
        Service and spelling: at how many events handed in.
    events
        Service: at how many events anything was handed in.
    issued
        Spelling: how often issued.
    """

    asked: Mapping[tuple[str, str], int] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    issued: Mapping[str, int] = field(default_factory=dict)


def uses_of(log: EventLog) -> Uses:
    import ibis

    events = log.events
    lists = handed_lists(log)
    asked = (
        lists.select("service", "n", spelling=lists.materials.unnest())
        .group_by("service", "spelling")
        .aggregate(n=ibis._.n.sum())
    )
    totals = lists.group_by("service").aggregate(n=lists.n.sum())
    issued = (
        events.filter(lists_any(events.outputs))
        .select(spelling=events.outputs.unnest())
        .group_by("spelling")
        .aggregate(n=ibis._.count())
    )
    return Uses(
        {(service, spelling): n for service, spelling, n in log.rows(asked) if spelling},
        dict(log.rows(totals)),
        {spelling: n for spelling, n in log.rows(issued) if spelling},
    )


def together_in(log: EventLog, keys: Mapping[str, int]) -> dict[tuple[int, int], int]:
    """At how many events two candidate documents were handed in both; `keys` numbers the documents of the spellings."""
    import ibis

    columns: dict[str, Sequence[object]] = {"spelling": list(keys), "document": list(keys.values())}
    names = log.engine.hold("candidates", columns, {"spelling": "string", "document": "int64"})
    lists = handed_lists(log)
    lists = lists.select("listed", "service", "n", spelling=lists.materials.unnest())
    held = lists.join(names, "spelling").select("listed", "service", "n", "document").distinct()
    other = held.view()
    same_list = [held.listed == other.listed, held.service == other.service, held.document < other.document]
    pairs = held.join(other, same_list).select(a=held.document, b=other.document, n=held.n)
    return {(a, b): int(n) for a, b, n in log.rows(pairs.group_by("a", "b").aggregate(n=ibis._.n.sum()))}


def hardly_ever(both: int, expected: float) -> bool:
    """Whether events hold two documents so seldom that only copies of one, spelt differently, can be meant.

    Fewer than a quarter of what two documents asked for independently would give, and that not by chance (Poisson, one
    in two hundred).
    """
    from scipy import stats

    return expected >= 5 and both <= 0.25 * expected and float(stats.poisson.cdf(both, expected)) <= 0.005
