"""What the events of each case show of it: a row a case."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from catalogue.vocabulary import FINAL_STEPS
from event_logs.identities import MASKED
from mining.facing import ELSEWHERE, ON_THE_SPOT, Facing, facing, needs_applicant
from mining.steps import is_step

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

# What stands in a field of identities where there is none, or is masked.
PLACEHOLDER = (
    MASKED + r"|^[-—_/\\.·?？无空0xX×]+$|^(?i:null|none|nan|n/a|na|unknown|不详|未知|暂无|待定|没有)$"
    r"|^(?i:test|测试)[\d_-]*$"
)


# What an event shows of its case, a bit each: a case shows what any of its events does.
DECLARED = 1  # its result is to be collected
COLLECTED = 2  # it was
AT_WINDOW = 4  # something of it happened at a window
SEEN = 8  # an event is its applicant's, or one of those that he need not come for
ENDS = 16  # a decision or a hand-over
FETCHED = 32  # it was, and not by an officer's word alone


def cases(log: EventLog) -> ir.Table:
    """One row a case: what its events tell of it as a whole, lazy.

    Returns
    -------
    ir.Table
        ``case_id, service, applicant, applicant_key, object, episode, first_at`` (start, or completion where unknown),
        ``last_at, first_event_number, begins`` (the first event is an application), ``ends`` (a decision or a
        hand-over is there) and ``shown`` (the bits of this module, by the activities that the vocabulary knows).
    """

    known = facing(log)
    events = log.events.mutate(begun_at=log.events.started_at.fill_null(log.events.completed_at))
    applies = is_step(events, known.steps, "apply")
    grouped = events.group_by("case_id").aggregate(
        service=_services(log),
        object=_named_by(log, "object"),
        episode=_named_by(log, "episode"),
        **_applicants(log),
        first_at=events.begun_at.min(),
        last_at=events.completed_at.max(),
        first_event_number=events.event_number.min(),
        applied_at=events.begun_at.min(where=applies),
        shown=shown(log, known).bit_or(),
    )
    if "applicant_key" not in grouped.columns:
        grouped = grouped.mutate(applicant_key=grouped.applicant)
    begins = (grouped.applied_at <= grouped.first_at).fill_null(False)
    return grouped.mutate(begins=begins, ends=(grouped.shown & ENDS) != 0).drop("applied_at")


def shown(log: EventLog, known: Facing) -> ir.IntegerColumn:
    """What each event shows of its case: one number to gather, not one for each question."""
    import ibis

    events = log.events
    needs, _ = needs_applicant(log, known)
    ends = is_step(events, known.steps, *FINAL_STEPS)
    if log.has("outcome"):
        ends |= events.outcome.isin(["refuse", "withdraw"]).fill_null(False)
    collects = is_step(events, known.steps, "collect")
    told = {
        DECLARED: (events.delivery == "collect").fill_null(False),
        COLLECTED: collects,
        AT_WINDOW: events.channel.isin(ON_THE_SPOT).fill_null(False),
        SEEN: needs.fill_null(False) | events.channel.isin(ELSEWHERE[:2]).fill_null(False),
        ENDS: ends,
        FETCHED: collects & (events.actor != "officer").fill_null(True),
    }
    nothing = ibis.literal(0, "int8")
    bits: ir.IntegerColumn = reduce(
        or_, (said.ifelse(ibis.literal(bit, "int8"), nothing) for bit, said in told.items())
    )
    return bits


def _services(log: EventLog) -> ir.StringValue:
    """A case's service, held short: gathering millions of texts costs several times as much."""
    import ibis

    if not log.has("service"):
        return ibis.null("string")
    service: ir.StringScalar = log.short("service").hold(log.events.service).max()
    return service


def _applicants(log: EventLog) -> dict[str, ir.StringValue]:
    """A case's applicant and his key. An event that masks him does not hide the name that the case's others tell."""
    import ibis

    name, key = log.events.applicant, log.events.applicant_key
    if not log.has("applicant"):
        return {"applicant": ibis.null("string"), "applicant_key": ibis.null("string")}
    if "applicant" in log.own_keys:
        return {"applicant": name.max()}  # the same texts need not be looked through twice
    return {"applicant": ibis.coalesce(name.max(where=key.notnull()), name.max()), "applicant_key": key.max()}


def _named_by(log: EventLog, role: str) -> ir.StringValue:
    """The case's identity in a column, without what is masked or a placeholder: that ties nothing.

    Each different identity is looked at first, since few logs have any that is none, and many have none at all.
    """
    import ibis

    column = log.events[role]
    written = column.as_table().distinct().filter(lambda t: t[role].notnull())
    look = written.aggregate(known=written.count(), odd=written[role].re_search(PLACEHOLDER).any().fill_null(False))
    known, odd = log.rows(look)[0] if log.has(role) else (0, False)
    if not known:
        return ibis.null("string")
    return (column.re_search(PLACEHOLDER).ifelse(None, column) if odd else column).max()
