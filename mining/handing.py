"""The events at which an applicant hands papers in, read once and kept as narrow as they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from event_logs.functions import hashed, lists_any, one_of
from mining.steps import activities_of, steps_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

_RECURRING = ("department", "service", "region")


def handing(log: EventLog) -> ir.Table:
    """The events that hand in; kept until `let_go`.

    ``event_number, case_id, department, service, region, applicant, applicant_key, submitted_at, corrects`` (the event
    is a correction) and ``listed``, a number for the list of materials and how they came: two lists of a million share
    one once in some ten million logs.
    """
    kept = log.once("handing", lambda: log.keep("handing", _narrow(log)))
    # Not twice where the applicants are their own keys.
    return kept if "applicant_key" in kept.columns else kept.mutate(applicant_key=kept.applicant)


def handed_lists(log: EventLog) -> ir.Table:
    """The different lists that were handed in, by service and how they came, and at how many events; kept.

    ``listed, materials, method, service`` (empty where unknown) and ``n``. The same few come again and again: each is
    read at the first of its events.
    """

    def found() -> ir.Table:
        events = handing(log)
        asked = events.group_by("listed", service=events.service.fill_null("")).aggregate(
            n=events.count(), event_number=events.event_number.min()
        )
        asked = log.keep("lists_asked", asked)
        first = asked.group_by("listed").aggregate(event_number=asked.event_number.min())
        written = log.events.select("event_number", "materials", "method").inner_join(first, "event_number")
        lists = written.select("listed", "materials", "method").inner_join(asked.drop("event_number"), "listed")
        kept = log.keep("handed_lists", lists)
        log.engine.drop(asked)
        return kept

    return log.once("handed_lists", found)


def let_go(log: EventLog) -> None:
    """Let go of what `handing` keeps."""
    log.let_go("handing")


def _narrow(log: EventLog) -> ir.Table:
    import ibis

    events = _with_applicants(log, log.events.filter(lists_any(log.events.materials)))
    key = [] if "applicant" in log.own_keys else ["applicant_key"]
    return events.select(
        "event_number", "case_id", "applicant", *key, submitted_at="completed_at", corrects=_corrects(log, events),
        listed=hashed(events.materials) ^ hashed(ibis.coalesce(events.method, "")),
        **{role: log.short(role).hold(events[role]) for role in _RECURRING},
    )  # fmt: skip


def _with_applicants(log: EventLog, handing: ir.Table) -> ir.Table:
    """Events that hand in; one that names nobody has the applicant of its case, where other events name one."""
    import ibis

    _ = ibis._
    nameless = handing.filter(handing.applicant_key.isnull())
    if not log.has("applicant") or not log.rows(nameless.select("event_number").limit(1)):
        return handing
    known = log.events.filter(_.applicant_key.notnull()).semi_join(nameless, "case_id")
    named = log.keep(
        "named_cases",
        known.group_by("case_id").aggregate(
            case_applicant=_.applicant.first(order_by=[_.completed_at, _.event_number]),
            case_key=_.applicant_key.first(order_by=[_.completed_at, _.event_number]),
        ),
    )
    met = handing.left_join(named, "case_id").drop("case_id_right")
    own = met.applicant_key.notnull() | met.case_key.isnull()
    return met.mutate(
        applicant=ibis.cases((own, met.applicant), else_=met.case_applicant),
        applicant_key=ibis.cases((own, met.applicant_key), else_=met.case_key),
    )


def _corrects(log: EventLog, handing: ir.Table) -> ir.BooleanValue:
    """Whether an event that hands in is a correction: its activity is one by the vocabulary.

    Where no activity of the log is one, but notices are, what is handed in in a case after its first notice is.
    """
    import ibis

    events = log.events
    steps = steps_of(log)
    corrections, notices = activities_of(steps, ["correct"]), activities_of(steps, ["notice"])
    if corrections or not notices:
        return one_of(handing.activity, corrections)
    told = events.filter(events.activity.isin(notices)).group_by("case_id").aggregate(told_at=ibis._.completed_at.min())
    late = handing.join(told, "case_id").filter(lambda t: t.completed_at > t.told_at).select("event_number")
    answers: ir.BooleanValue = handing.event_number.isin(log.keep("answers", late.distinct()).event_number)
    return answers
