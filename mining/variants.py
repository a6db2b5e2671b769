"""The distinct traces of a log, and how many cases follow each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mining.transitions import in_case

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

# Room for activities in an event's code, beside its place in the trace.
_ACTIVITIES = 1 << 24


def variants(log: EventLog) -> ir.Table:
    """Every distinct sequence of activities (by completion, then start, then row); lazy, the most frequent first.

    Returns
    -------
    ir.Table
        ``variant`` (the activities joined by ``;``, read from a representative case), ``cases, share`` (of all cases),
        ``median_cycle_s`` (from the first start, completion where unknown, to the last completion).

    Notes
    -----
    Cases are told apart by the sum and the exclusive or of hashes of (place in the trace, activity) and their length:
    no trace is ever written out but that of each variant's representative, which keeps memory small.
    """
    import ibis

    by_case = log.keep("traces", _traces(log))
    total = by_case.count().as_scalar()
    counted = by_case.group_by(["mix", "flip", "length"]).aggregate(
        cases=by_case.count(), median_cycle_s=by_case.cycle_s.median(), case_id=by_case.case_id.min()
    )
    counted = counted.mutate(share=counted.cases / total)
    kept = log.keep("variants", counted.drop("mix", "flip", "length"))
    events = log.events.semi_join(kept, "case_id")
    spelled = events.group_by("case_id").aggregate(
        variant=events.activity.group_concat(";", order_by=in_case(log, events))
    )
    told = kept.inner_join(spelled, "case_id").select("variant", "cases", "share", "median_cycle_s")
    return told.order_by([ibis.desc("cases"), "variant"])


def _traces(log: EventLog) -> ir.Table:
    """One row a case: what tells its trace apart, and its cycle time in seconds."""
    import ibis

    events = log.events
    names = events.select("activity").distinct()
    codes = log.keep("activity_codes", names.mutate(code=ibis.row_number().over(order_by="activity")))
    begun = events.started_at.fill_null(events.completed_at)
    placed = events.inner_join(codes, "activity").select(
        "case_id",
        "code",
        begun_at=begun,
        completed_at=events.completed_at,
        event_number=events.event_number,
    )
    begun_first = ["begun_at"] if log.has("started_at") else []  # as `in_case` has it
    case = ibis.window(group_by="case_id", order_by=["completed_at", *begun_first, "event_number"])
    numbered = placed.mutate(mark=(ibis.row_number().over(case) * _ACTIVITIES + placed.code).hash())
    return numbered.group_by("case_id").aggregate(
        mix=numbered.mark.sum(),
        flip=numbered.mark.bit_xor(),
        length=numbered.count(),
        cycle_s=(numbered.completed_at.max().epoch_seconds() - numbered.begun_at.min().epoch_seconds()).cast("float64"),
    )
