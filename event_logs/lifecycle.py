"""Start and complete rows of one activity made one event: XES' `lifecycle:transition`, in whatever form it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine

Note = tuple[str, dict[str, object]]
_ROUNDS = 12  # depth of starts within starts that is still matched


def paired(engine: DuckDBEngine, events: ir.Table) -> tuple[ir.Table, list[Note], bool]:
    """Events that complete, each with the start that belongs to it; notes; whether any start was found.

    Within a case, an activity (and an instance, where the log names it), a start and the next completion that closes it
    are matched as brackets are; then the k-th matched start goes with the k-th matched completion, which keeps the
    order of work. Other transitions (schedule, suspend …) are no events of their own and are counted. A log without any
    completion keeps all its rows.
    """
    phase = events.lifecycle.lower()
    counts = (
        engine.run(
            events.aggregate(
                complete=(phase == "complete").sum(),
                start=(phase == "start").sum(),
                silent=phase.isnull().sum(),
                rows=events.count(),
            )
        )
        .iloc[0]
        .fillna(0)
    )
    complete, start, silent, rows = (int(counts[name]) for name in ("complete", "start", "silent", "rows"))
    if not complete or complete + silent == rows:
        return events, [], False
    notes: list[Note] = []
    if others := rows - complete - start - silent:
        notes.append(("log.note-transitions", {"n": others}))
    closing = events.filter(phase.isnull() | (phase == "complete"))
    if not start:
        return closing, notes, False
    starts = _starts(engine, events, phase)
    matched = int(engine.run(starts.aggregate(n=starts.count()))["n"].iloc[0])
    if start > matched:
        notes.append(("log.note-starts-alone", {"n": start - matched}))
    own = closing.started_at if "started_at" in closing.columns else ibis.null("timestamp")
    joined = closing.left_join(starts, closing.event_number == starts.closes).drop("closes")
    return (
        joined.mutate(
            started_at=ibis.coalesce(
                joined.opened_at, own if "started_at" not in closing.columns else joined.started_at
            )
        ).drop("opened_at"),
        notes,
        True,
    )


def _starts(engine: DuckDBEngine, events: ir.Table, phase: ir.StringValue) -> ir.Table:
    keys = ["case_id", "activity"] + (["instance"] if "instance" in events.columns else [])
    steps = events.filter(phase.isin(("start", "complete"))).select(
        *keys, "completed_at", "event_number", opens=phase == "start"
    )
    left = engine.keep("steps", steps)
    first = left
    pairs: list[ir.Table] = []
    for _ in range(_ROUNDS):
        window = ibis.window(group_by=keys, order_by=["completed_at", "event_number"])
        beside = left.mutate(closes=left.event_number.lead().over(window), next_opens=left.opens.lead().over(window))
        found = engine.keep("pairs", beside.filter(beside.opens & ~beside.next_opens).select("event_number", "closes"))
        if not int(engine.run(found.aggregate(n=found.count()))["n"].iloc[0]):
            break
        pairs.append(found)
        gone = found.select(number="event_number").union(found.select(number="closes"))
        left = engine.keep("steps", left.anti_join(gone, left.event_number == gone.number))
    if not pairs:
        return engine.hold("starts", {"closes": [], "opened_at": []}, {"closes": "int64", "opened_at": "timestamp"})
    every = pairs[0] if len(pairs) == 1 else ibis.union(*pairs)
    numbered = ibis.window(group_by=keys, order_by=["completed_at", "event_number"])
    opening = first.semi_join(every, "event_number").mutate(turn=ibis.row_number().over(numbered))
    ends = every.select(event_number="closes")
    ending = first.semi_join(ends, "event_number").mutate(turn=ibis.row_number().over(numbered))
    ending = ending.select(*keys, "turn", closes="event_number")
    opening = opening.select(*keys, "turn", opened_at="completed_at")
    same = [opening[name].identical_to(ending[name]) for name in (*keys, "turn")]
    return engine.keep("starts", opening.join(ending, same).select(closes="closes", opened_at="opened_at"))
