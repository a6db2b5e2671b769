"""Which earlier submission each one repeats: found among numbers alone, which is quick.

Definitions: the contract's section 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from event_logs.functions import BITS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

POSITIONS = (
    4096  # more documents than any event hands in: a submission's code is its event's number times this, and its place
)


def repeats(log: EventLog, submitted: ir.Table) -> ir.Table:
    """The submissions that repeat one; computed once and kept.

    Parameters
    ----------
    submitted
        `code` (grows with the order of the log), `scope` (a number for the applicant and what he hands in), `office`,
        `case_code`, `submitted_at`, `valid_days` (null: it repeats nothing, whatever came before), of known applicants
        alone.

    Returns
    -------
    ir.Table
        ``code, repeat_code, same_office, own_case`` (it is of the same case as what it repeats).
    """
    import ibis

    line = {"group_by": "scope", "order_by": ["submitted_at", "code"]}
    anywhere, earlier = ibis.window(**line), ibis.window(**line, rows=(None, -1))
    # Nothing is sorted but what is compared.
    rows = submitted.select("code", "scope", "office", "case_code", "submitted_at", "valid_days")
    met = rows.mutate(
        last_code=rows.code.lag().over(anywhere),
        last_at=rows.submitted_at.lag().over(anywhere),
        last_case=rows.case_code.lag().over(anywhere),
        last_office=rows.office.lag().over(anywhere),
        offices=_mark(rows).bit_or().over(earlier),
    )
    met = met.filter(met.last_code.notnull() & met.valid_days.notnull())
    same = met.last_office == met.office
    nearest = met.select(
        "code", "scope", "submitted_at", "valid_days", "last_code", "last_at", same=same,
        in_last_case=met.last_case == met.case_code,
        # The last one is another office's, and one before it may be this one's.
        between=~same & ((met.offices & _mark(met)) != 0),
    )  # fmt: skip
    met = log.keep("met", nearest)
    own = _own(log, submitted, met)
    rows = met.left_join(own, "code").drop("code_right")
    # The last one may be of the same office: then it is also the office's own last.
    own_code = ibis.ifelse(rows.same, rows.last_code, rows.own_code)
    own_at = ibis.ifelse(rows.same, rows.last_at, rows.own_at)
    in_own_case = ibis.ifelse(rows.same, rows.in_last_case, rows.in_own_case)
    here, there = _valid(rows, own_at), _valid(rows, rows.last_at)
    found = rows.select(
        "code",
        repeat_code=ibis.cases((here, own_code), (there, rows.last_code), else_=ibis.null("int64")),
        same_office=here,
        own_case=ibis.ifelse(here, in_own_case, rows.in_last_case),
    )
    kept = log.keep("repeats", found.filter(found.repeat_code.notnull()))
    for wide in (met, own):
        log.engine.drop(wide)
    return kept


def _own(log: EventLog, submitted: ir.Table, met: ir.Table) -> ir.Table:
    """``code, own_code, own_at, in_own_case``: the office's own last, where another office had a later one between."""
    import ibis

    few = log.keep("asked_again", met.filter(met.between).select("scope").distinct())
    again = submitted.semi_join(few, "scope")
    window = ibis.window(group_by=["scope", "office"], order_by=["submitted_at", "code"])
    found = again.select(
        "code",
        own_code=again.code.lag().over(window),
        own_at=again.submitted_at.lag().over(window),
        in_own_case=again.case_code.lag().over(window) == again.case_code,
    )
    return log.keep("own_last", found.filter(found.own_code.notnull()))


def _mark(rows: ir.Table) -> ir.IntegerValue:
    """The office as a number of one bit, so that a running union knows which have asked; two may share a bit."""
    import ibis

    mark: ir.IntegerValue = ibis.literal(1, "int64") << (rows.office % BITS)
    return mark


def _valid(rows: ir.Table, earlier: ir.Value) -> ir.Value:
    age = rows.submitted_at.epoch_seconds() - earlier.epoch_seconds()
    return (age <= rows.valid_days * 86400).fill_null(False)
