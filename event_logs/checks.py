"""What is wrong with a log, counted: named checks, each with sample rows and the results that it weakens.

`explain CODE` tells each from ``checks.toml``. Samples are row numbers and lines, never values: they may be people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from event_logs.identities import ROUNDED

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

SAMPLES = 5
_BATCH_CASES = 20  # at one very moment: bulk import
RESULTS = ("trips", "materials", "bundles", "durations", "waits", "flows", "simulation", "promises")


@dataclass(frozen=True, slots=True)
class Check:
    """One check's finding.

    `count` rows (or cases) of `of`; `lines` are samples of source lines (row numbers where the form has none);
    `weakens` are results that are the weaker for it; `severity` is ``note``, ``warning`` or ``fault``.
    """

    code: str
    count: int
    of: int
    severity: str
    weakens: tuple[str, ...]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of single events: what one that fails it looks like. `needs`: roles without which it is not asked."""

    code: str
    needs: tuple[str, ...]
    test: Callable[[ir.Table], ir.BooleanValue]
    severity: str
    weakens: tuple[str, ...]


def _midnight(t: ir.Table) -> ir.BooleanValue:
    return t.completed_at == t.completed_at.truncate("D")


def _far(t: ir.Table) -> ir.BooleanValue:
    return (t.completed_at.year() < 1990) | (t.completed_at.year() > 2100)


def _long(t: ir.Table) -> ir.BooleanValue:
    return (t.completed_at.epoch_seconds() - t.started_at.epoch_seconds()) > 60 * 86_400


def _at_night(t: ir.Table) -> ir.BooleanValue:
    return t.channel.isin(("onsite", "self_service")) & (t.completed_at.hour() < 5) & ~_midnight(t)


def _no_place(t: ir.Table) -> ir.BooleanValue:
    return (
        t.place.isnull()
        & t.channel.isin(("onsite", "self_service"))
        & t.actor.fill_null("applicant").isin(("applicant",))
    )


def _nobody(role: str) -> Callable[[ir.Table], ir.BooleanValue]:
    return lambda t: t[role].notnull() & t[f"{role}_key"].isnull()


def _garbled(t: ir.Table) -> ir.BooleanValue:
    return t.activity.re_search("\ufffd|锟斤拷|烫烫|Ã[\u0080-\u00bf]|\\?\\?\\?")


def _tie_rounded(t: ir.Table) -> ir.BooleanValue:
    return t.object.re_search(ROUNDED).fill_null(False) | t.episode.re_search(ROUNDED).fill_null(False)


RULES: tuple[Rule, ...] = (
    Rule(
        "case-rounded",
        (),
        lambda t: t.case_id.re_search(ROUNDED),
        "fault",
        ("trips", "materials", "bundles", "durations", "waits", "flows", "simulation", "promises"),
    ),
    Rule(
        "no-department",
        ("department",),
        lambda t: t.department.isnull(),
        "warning",
        ("trips", "materials", "flows", "simulation"),
    ),
    Rule("department-inherited", ("department",), lambda t: t.department_inherited, "note", ("trips", "materials")),
    Rule("no-resource", ("resource",), lambda t: t.resource.isnull(), "note", ("simulation", "waits")),
    Rule("no-service", ("service",), lambda t: t.service.isnull(), "warning", ("bundles", "trips")),
    Rule("no-applicant", ("applicant",), lambda t: t.applicant.isnull(), "warning", ("trips", "materials", "bundles")),
    Rule("applicant-hidden", ("applicant",), _nobody("applicant"), "warning", ("trips", "materials", "bundles")),
    Rule("agent-hidden", ("agent",), _nobody("agent"), "note", ("trips",)),
    Rule(
        "identity-rounded",
        ("applicant",),
        lambda t: t.applicant.re_search(ROUNDED),
        "fault",
        ("trips", "materials", "bundles"),
    ),
    Rule("tie-rounded", (), _tie_rounded, "fault", ("trips", "bundles")),
    Rule("no-channel", ("channel",), lambda t: t.channel.isnull(), "warning", ("trips",)),
    Rule("no-place", ("place",), _no_place, "note", ("trips",)),
    Rule("no-actor", ("actor",), lambda t: t.actor.isnull(), "note", ("trips",)),
    Rule("no-start", ("started_at",), lambda t: t.started_at.isnull(), "warning", ("durations", "waits", "simulation")),
    Rule(
        "start-is-end",
        ("started_at",),
        lambda t: t.started_at == t.completed_at,
        "warning",
        ("durations", "waits", "simulation"),
    ),
    Rule("date-only", (), _midnight, "warning", ("trips", "waits", "flows", "simulation")),
    Rule("date-implausible", (), _far, "fault", ("durations", "waits", "simulation")),
    Rule("very-long", ("started_at",), _long, "warning", ("durations", "simulation")),
    Rule("onsite-at-night", ("channel",), _at_night, "warning", ("trips", "simulation")),
    Rule("promise-before-event", ("promised_at",), lambda t: t.promised_at < t.completed_at, "note", ("promises",)),
    Rule(
        "suspension-reversed",
        ("suspended_from", "suspended_to"),
        lambda t: t.suspended_from > t.suspended_to,
        "warning",
        ("durations", "promises"),
    ),
    Rule(
        "suspension-open",
        ("suspended_from",),
        lambda t: t.suspended_from.notnull() & t.suspended_to.isnull(),
        "warning",
        ("durations", "promises"),
    ),
    Rule(
        "no-method",
        ("method", "materials"),
        lambda t: t.materials.notnull() & t.method.isnull(),
        "note",
        ("materials",),
    ),
    Rule(
        "materials-of-officer",
        ("materials", "actor"),
        lambda t: t.materials.notnull() & (t.actor == "officer"),
        "note",
        ("materials",),
    ),
    Rule("rating-out-of-range", ("rating",), lambda t: (t.rating < 1) | (t.rating > 5), "note", ()),
    Rule("fee-negative", ("fee",), lambda t: t.fee < 0, "note", ()),
    Rule("text-garbled", (), _garbled, "fault", ("flows", "trips")),
)

# What a reading has counted: its note -> the check's code, severity and what it weakens.
READ: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "log.note-duplicates": ("duplicate-rows", "note", ()),
    "log.note-reversed": ("end-before-start", "warning", ("durations", "waits", "simulation")),
    "log.note-unknown-codes": ("unknown-code", "warning", ("trips", "materials")),
    "log.note-unread-numbers": ("number-unread", "note", ()),
    "log.note-starts-alone": ("start-without-end", "warning", ("waits", "simulation")),
    "log.note-lost-characters": ("characters-lost", "warning", ("flows", "trips", "materials")),
    "log.note-doubtful": ("role-in-doubt", "warning", ("trips", "materials")),
}


def check(log: EventLog) -> tuple[Check, ...]:
    """What is wrong with a log: the checks that found something, in the order in which they are listed.

    Parameters
    ----------
    log
        Any event log; checks of roles that it lacks are not asked.

    Returns
    -------
    tuple of Check
        Empty where nothing is wrong. Two passes over the events, however many checks.
    """
    rules = [rule for rule in RULES if all(log.has(role) for role in rule.needs)]
    found = [*_of_reading(log), *_of_events(log, rules), *_of_cases(log)]
    return tuple(found)


def codes() -> tuple[str, ...]:
    """Every check's code."""
    return tuple(
        dict.fromkeys((*_ROWS, *(code for code, _, _ in READ.values()), *(rule.code for rule in RULES), *_CASES))
    )


_ROWS = ("rejected-rows",)
_CASES = (
    "case-one-event",
    "case-two-applicants",
    "case-two-services",
    "same-moment",
    "batch-times",
    "resource-two-departments",
    "few-cases",
)


def _of_reading(log: EventLog) -> list[Check]:
    reading = log.reading
    found = []
    if reading.rejected:
        lines = tuple(row.line for row in reading.rejected[:SAMPLES])
        found.append(
            Check(
                "rejected-rows", len(reading.rejected), reading.rows, "warning", ("flows", "trips", "materials"), lines
            )
        )
    for key, values in reading.notes:
        if key in READ:
            code, severity, weakens = READ[key]
            n = values.get("n", 1)
            found.append(Check(code, int(n) if isinstance(n, int | float) else 1, reading.rows, severity, weakens))
    return found


def _of_events(log: EventLog, rules: list[Rule]) -> list[Check]:
    import ibis

    events = log.events
    place = ibis.coalesce(events.line, events.event_number + 1)
    parts: dict[str, Any] = {"all": events.count()}
    for number, rule in enumerate(rules):
        parts[f"n{number}"] = rule.test(events).fill_null(False).sum()
    counts = log.run(events.aggregate(**parts)).iloc[0]
    total = int(counts["all"])
    failing = [
        (rule, int(counts[f"n{number}"] or 0)) for number, rule in enumerate(rules) if int(counts[f"n{number}"] or 0)
    ]
    lines: dict[str, tuple[int, ...]] = {}
    if failing:
        firsts = {f"l{number}": place.min(where=rule.test(events)) for number, (rule, _) in enumerate(failing)}
        lasts = {f"m{number}": place.max(where=rule.test(events)) for number, (rule, _) in enumerate(failing)}
        seen = log.run(events.aggregate(**firsts, **lasts)).iloc[0]
        for number, (rule, _) in enumerate(failing):
            lines[rule.code] = tuple(sorted({int(seen[f"l{number}"]), int(seen[f"m{number}"])}))
    return [Check(rule.code, n, total, rule.severity, rule.weakens, lines[rule.code]) for rule, n in failing]


def _of_cases(log: EventLog) -> list[Check]:

    events = log.events
    cases = events.group_by("case_id").aggregate(
        n=events.count(),
        applicants=events.applicant_key.nunique(),
        services=events.service.nunique(),
        moments=events.completed_at.nunique(),
    )
    c = (
        log.run(
            cases.aggregate(
                all=cases.count(),
                one=(cases.n == 1).sum(),
                applicants=(cases.applicants > 1).sum(),
                services=(cases.services > 1).sum(),
                tied=(cases.moments < cases.n).sum(),
            )
        )
        .iloc[0]
        .fillna(0)
    )
    moments = events.group_by("completed_at").aggregate(n=events.count(), cases=events.case_id.nunique())
    many = moments.filter(moments.cases >= _BATCH_CASES)
    batch = int(log.run(many.aggregate(n=many.n.sum().fill_null(0)))["n"].iloc[0])
    total = int(c["all"])
    found = [
        Check("case-one-event", int(c["one"]), total, "note", ("durations", "flows")),
        Check("case-two-applicants", int(c["applicants"]), total, "warning", ("trips", "materials", "bundles")),
        Check("case-two-services", int(c["services"]), total, "warning", ("bundles",)),
        Check("same-moment", int(c["tied"]), total, "note", ("flows",)),
        Check("batch-times", batch, int(log.reading.rows or 0), "warning", ("waits", "simulation")),
    ]
    if log.has("resource", "department"):
        people = events.filter(events.resource.notnull()).group_by("resource").aggregate(n=events.department.nunique())
        shared = log.run(people.aggregate(all=people.count(), n=(people.n > 1).sum().fill_null(0))).iloc[0]
        found.append(Check("resource-two-departments", int(shared["n"]), int(shared["all"]), "note", ("simulation",)))
    if total < 30:
        found.append(Check("few-cases", total, total, "warning", ("bundles", "simulation")))
    return [one for one in found if one.count]


__all__ = ["Check", "check", "codes"]
