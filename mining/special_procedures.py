"""When the clock of a case stood still: its special procedures (特别程序: an expert review, a hearing, a test)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


def special_procedures(log: EventLog) -> ir.Table:
    """``case_id, since, to`` of each special procedure of which the log tells both ends, once; lazy."""
    told = log.events.filter(log.events.suspended_to > log.events.suspended_from)
    return told.select("case_id", since="suspended_from", to="suspended_to").distinct()
