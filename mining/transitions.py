"""Each event beside the one after it in its case: what flows and waits are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


def transitions(log: EventLog, *, by: str = "activity") -> ir.Table:
    """Every pair of events that follow each other in a case, by completion, start and row; lazy.

    Parameters
    ----------
    by
        The column that names an event: ``activity`` or ``department``. An event without it is passed over.

    Returns
    -------
    ir.Table
        ``case_id, source, target, wait_s``: seconds from the first event's completion to the second one's start
        (completion where unknown), 0 where they overlap.
    """
    import ibis

    named = log.events.filter(log.events[by].notnull())
    case = ibis.window(group_by="case_id", order_by=in_case(log, named))
    begun = named.started_at.fill_null(named.completed_at) if log.has("started_at") else named.completed_at
    beside = named.select(
        "case_id",
        source=named[by],
        target=named[by].lead().over(case),
        left_at=named.completed_at,
        reached_at=begun.lead().over(case),
    )
    pairs = beside.filter(beside.target.notnull())
    wait = (pairs.reached_at.epoch_seconds() - pairs.left_at.epoch_seconds()).cast("float64")
    return pairs.select("case_id", "source", "target", wait_s=ibis.greatest(wait, 0.0))


def in_case(log: EventLog, events: ir.Table) -> list[ir.Column]:
    """What puts a case's events in order: completion; of those that end together the one that began first; row.

    A start that is not known is taken for the completion. Rows decide only where nothing else does.
    """
    starts = [events.started_at.fill_null(events.completed_at)] if log.has("started_at") else []
    return [events.completed_at, *starts, events.event_number]
