"""What the events of each case show of it: a row a case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from catalogue.vocabulary import FINAL_STEPS
from event_logs.functions import hashed, one_of
from event_logs.identities import MASKED, ROUNDED
from mining.facing import ELSEWHERE, ON_THE_SPOT, Facing, facing, needs_applicant
from mining.steps import is_step

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

# What stands in a field of identities where there is none, or is masked, or was rounded by a spreadsheet.
PLACEHOLDER = (
    MASKED + r"|^[-—_/\\.·?？无空0xX×]+$|^(?i:null|none|nan|n/a|na|unknown|不详|未知|暂无|待定|没有)$"
    r"|^(?i:test|测试)[\d_-]*$|" + ROUNDED
)


# What an event shows of its case, a bit each: a case shows what any of its events does.
DECLARED = 1  # its result is to be collected
COLLECTED = 2  # it was
AT_WINDOW = 4  # something of it happened at a window
SEEN = 8  # an event is its applicant's, or one of those that he need not come for
ENDS = 16  # a decision or a hand-over
FETCHED = 32  # it was, and not by an officer's word alone
NOTICED = 64  # its applicant was told what is missing


def cases(log: EventLog, *, ends: bool = True) -> ir.Table:
    """One row a case: what its events tell of it as a whole, lazy; what it reads is kept until `let_go`.

    Parameters
    ----------
    ends
        Whether to tell ``begins``, ``ends`` and, in ``shown``, `ENDS`.

    Returns
    -------
    ir.Table
        ``case_id, service, applicant, applicant_key, object, episode, first_at`` (start, or completion where unknown),
        ``last_at, first_event_number, begins`` (the first event is an application), ``ends`` (a decision or a
        hand-over is there) and ``shown`` (the bits of this module, by the activities that the vocabulary knows).
    """
    found = combinations(log, ends=ends)
    told = {role: _named(log, found, role) for role in ("object", "episode")}
    if "applicant_key" not in found.columns:
        told["applicant_key"] = found.applicant
    found = found.mutate(**told)
    by_case = found.group_by(case=hashed(found.case_id)).aggregate(n=found.count())
    if log.rows(by_case.filter(by_case.n > 1).select("n").limit(1)):
        found = log.once("cases", lambda: log.keep("cases", _together(log, found)))
    if not ends:
        return found.select(*_CASE)
    begins = (found.applied_at <= found.first_at).fill_null(False)
    return found.select(*_CASE, begins=begins, ends=(found.shown & ENDS) != 0)


_CASE = [
    "case_id", "service", "applicant", "applicant_key", "object", "episode", "first_at", "last_at",
    "first_event_number", "shown",
]  # fmt: skip


def let_go(log: EventLog) -> None:
    """Let go of what `cases` reads."""
    for name in ("combinations", "cases"):
        log.let_go(name)


def combinations(log: EventLog, beside: Mapping[str, ir.IntegerValue] | None = None, *, ends: bool = True) -> ir.Table:
    """What the events of each case tell of it, for each service, applicant, object and episode that they name.

    Kept: a reader may ask for it (`event_logs.ahead.Gather`) before anybody else does.

    Nearly every case has one row. To group rows by texts costs no more than to gather the greatest of a case's.

    Parameters
    ----------
    beside
        Further bits of events, of which each row has the union.
    ends
        Whether to tell ``applied_at`` and, in ``shown``, `ENDS`.

    Returns
    -------
    ir.Table
        The columns of `cases` but for ``begins`` and ``ends``, names as written; ``applied_at``, the first application;
        ``n``, how many events; and `beside`. Without ``applicant_key`` where the applicants are their own.
    """
    kept = log.once("combinations", lambda: log.keep("combinations", _combined(log, beside or {}, ends=ends)))
    if ends and "applied_at" not in kept.columns:  # asked for by somebody who needed less
        let_go(log)
        return combinations(log, beside)
    return kept


def _combined(log: EventLog, beside: Mapping[str, ir.IntegerValue], *, ends: bool) -> ir.Table:
    import ibis

    known = facing(log)
    events = log.events.mutate(begun_at=log.events.started_at.fill_null(log.events.completed_at), **beside)
    by = {role: events[role] for role in ("applicant", "object", "episode") if log.has(role)}
    if log.has("service"):  # held short: millions of texts cost several times as much
        by["service"] = log.short("service").hold(events.service)
    if log.has("applicant") and "applicant" not in log.own_keys:
        by["applicant_key"] = events.applicant_key
    grouped = events.group_by(case_id=events.case_id, **by).aggregate(
        first_at=events.begun_at.min(),
        last_at=events.completed_at.max(),
        first_event_number=events.event_number.min(),
        shown=shown(log, known, ends=ends).bit_or(),
        n=events.count(),
        **({"applied_at": events.begun_at.min(where=is_step(events, known.steps, "apply"))} if ends else {}),
        **{name: events[name].bit_or() for name in beside},
    )
    lacking = {role: ibis.null("string") for role in ("service", "applicant", "object", "episode") if role not in by}
    return grouped.mutate(**lacking)


def _together(log: EventLog, found: ir.Table) -> ir.Table:
    """One row a case. An event that masks the applicant does not hide the name that the case's others tell."""
    import ibis

    known = found.applicant.max(where=found.applicant_key.notnull())
    earliest = [name for name in ("first_at", "first_event_number", "applied_at") if name in found.columns]
    return found.group_by("case_id").aggregate(
        **{name: found[name].max() for name in ("service", "object", "episode", "applicant_key", "last_at")},
        **{name: found[name].min() for name in earliest},
        applicant=ibis.coalesce(known, found.applicant.max()),
        shown=found.shown.bit_or(),
    )


def shown(log: EventLog, known: Facing, *, ends: bool = False) -> ir.IntegerColumn:
    """What each event shows of its case: one number to gather, not one for each question. `ends`: with `ENDS`."""
    import ibis

    events = log.events
    needs, _ = needs_applicant(log, known)
    collects = is_step(events, known.steps, "collect")
    told = {
        DECLARED: one_of(events.delivery, ["collect"]),
        COLLECTED: collects,
        AT_WINDOW: one_of(events.channel, ON_THE_SPOT),
        SEEN: needs | one_of(events.channel, ELSEWHERE[:2]),
        FETCHED: collects & ~one_of(events.actor, ["officer"]),
        NOTICED: is_notice(log, events, known.steps),
    }
    if ends:
        told[ENDS] = is_step(events, known.steps, *FINAL_STEPS)
        if log.has("outcome"):
            told[ENDS] |= one_of(events.outcome, ["refuse", "withdraw"])
    nothing = ibis.literal(0, "int8")
    bits: ir.IntegerColumn = reduce(
        or_, (said.ifelse(ibis.literal(bit, "int8"), nothing) for bit, said in told.items())
    )
    return bits


def is_notice(log: EventLog, events: ir.Table, steps: dict[str, str]) -> ir.BooleanColumn:
    """Whether each event of a log tells what is missing, or returns the application for it; never null."""
    tells = is_step(events, steps, "notice")
    return tells | one_of(events.outcome, ["return"]) if log.has("outcome") else tells


def _named(log: EventLog, found: ir.Table, role: str) -> ir.Value:
    """The identity in a column, without what is masked or a placeholder: that ties nothing.

    Each different identity is looked at first, since few logs have any that is none, and many have none at all.
    """
    import ibis

    column = found[role]
    if not log.has(role):
        return column
    written = column.as_table().distinct().filter(lambda t: t[role].notnull())
    ((odd,),) = log.rows(written.aggregate(odd=written[role].re_search(PLACEHOLDER).any().fill_null(False)))
    return column.re_search(PLACEHOLDER).ifelse(ibis.null("string"), column) if odd else column
