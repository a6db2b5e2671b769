"""The directly-follows graph of activities, and how departments hand cases over to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mining.transitions import transitions

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


def flows(log: EventLog, between: str = "activities") -> ir.Table:
    """How often one follows another, and how long it takes to get there; lazy, the most frequent first.

    Parameters
    ----------
    between
        ``activities``: the directly-follows graph. ``departments``: handovers, so never from one to itself.

    Returns
    -------
    ir.Table
        ``source, target, cases, events, median_wait_s, p90_wait_s``: cases in which the pair occurs, how often it does,
        and the wait between the two in seconds.
    """
    if between not in ("activities", "departments"):
        raise ValueError(between)
    pairs = transitions(log, by="activity" if between == "activities" else "department")
    if between == "departments":
        pairs = pairs.filter(pairs.source != pairs.target)
    counted = pairs.group_by(["source", "target"]).aggregate(
        cases=pairs.case_id.nunique(),
        events=pairs.count(),
        median_wait_s=pairs.wait_s.median(),
        p90_wait_s=pairs.wait_s.quantile(0.9),
    )
    return counted.order_by([counted.events.desc(), counted.source, counted.target])
