"""What the report rests on: the log, its period and coverage, and what could not be analysed."""

from __future__ import annotations

from collections.abc import Mapping

from event_logs.columns import ROLES
from reports import denominators
from reports.blocks import Block, Column, Fields, Notes, Section, Strips, Table
from reports.disclosure import small
from reports.inputs import Check, ReportInputs
from reports.text import count, day, listed, name, percent
from wording import say

# What an analysis needs of the log, beyond case, activity and time.
NEEDS = (
    ("flows", ("department",)),
    ("trips", ("applicant", "channel")),
    ("materials", ("materials",)),
    ("shareable", ("materials", "outputs")),
    ("bundles", ("applicant", "service")),
    ("work", ("started_at",)),
    ("promises", ("promised_at",)),
    ("ratings", ("rating",)),
)
NEEDED = tuple(dict.fromkeys(role for _, roles in NEEDS for role in roles))
MOST_MISSING = 3
# Checks that count people or their cases, not rows.
OF_PEOPLE = frozenset(
    {"case-one-event", "case-two-applicants", "case-two-services", "same-moment", "resource-two-departments"}
)


def period(inputs: ReportInputs) -> str:
    """The log's period, empty where it has none."""
    facts = inputs.facts
    if facts.first_at is None or facts.last_at is None:
        return ""
    return say("report.period", first=day(facts.first_at), last=day(facts.last_at))


def section(inputs: ReportInputs) -> Section:
    """The section of what the report rests on."""
    facts = inputs.facts
    missing = [what for what, roles in NEEDS if not facts.roles.issuperset(roles)]
    values = {"events": count(facts.events), "cases": count(facts.cases)}
    if facts.rejected:
        share = percent((facts.rows - facts.rejected) / facts.rows) if facts.rows else ""
        heading = say(
            "report.basis.heading-rejected", n=facts.rejected, count=count(facts.rejected), share=share, **values
        )
    elif missing:
        heading = say("report.basis.heading-missing", what=lacking(facts.roles, either=True), **values)
    else:
        heading = say("report.basis.heading", **values)
    blocks: list[Block] = [Strips(_facts(inputs)), _fields(inputs)]
    # What mining notes itself is not said twice.
    told = missing if not inputs.notes else [m for m in missing if m in ("flows", "promises", "ratings")]
    sentences = [say(f"report.need.{m}.missing") for m in told]
    sentences += filter(None, [denominators.cut_off(inputs)])
    sentences += [_noted(key, values) for key, values in inputs.notes]
    if sentences:
        blocks.append(Notes("limits", say("report.basis.notes"), tuple(dict.fromkeys(sentences))))
    return Section("basis", say("report.basis.topic"), heading, _deck(inputs), tuple(blocks))


def _facts(inputs: ReportInputs) -> tuple[tuple[str, str], ...]:
    facts = inputs.facts
    rows: list[tuple[str, str]] = []
    if facts.first_at is not None and facts.last_at is not None:
        weeks = max(1, round((facts.last_at - facts.first_at).total_seconds() / (7 * 86400)))
        rows.append((say("report.basis.period"), say("report.basis.weeks", n=weeks, count=count(weeks))))
    counted = (
        ("events", facts.events),
        ("cases", facts.cases),
        ("applicants", facts.applicants),
        ("departments", facts.departments),
        ("services", facts.services),
    )
    rows += [(say(f"report.basis.{key}"), count(value)) for key, value in counted if value]
    if inputs.trips is not None and inputs.trips.episodes and inputs.focus_is_bundle:
        rows.append((name(inputs.focus, 16), say("report.basis.times", n=count(inputs.trips.episodes))))
    return tuple(rows)


def _deck(inputs: ReportInputs) -> str:
    facts = inputs.facts
    parts = []
    if facts.files:
        files = listed(name(f, 40) for f in facts.files[:3])
        parts.append(say("report.basis.deck.files", files=files, period=period(inputs)))
    trips = inputs.trips
    if trips is not None and trips.counts.total and not trips.inferred and not trips.possible:
        parts.append(say("report.basis.deck.observed"))
    elif trips is not None and trips.counts.total:
        kinds = (("recorded", trips.observed), ("inferred", trips.inferred), ("possible", trips.possible))
        told = [say(f"report.basis.deck.{key}", n=count(value)) for key, value in kinds if value]
        parts.append(say("report.basis.deck.trips", parts=say("report.list.clause").join(told)))
    return "".join(parts)


def lacking(roles: frozenset[str], *, of: tuple[str, ...] = NEEDED, either: bool = False) -> str:
    """The fields that the log lacks and an analysis would need, in a row; the first few."""
    missing = [say(f"report.lack.{role}") for role in of if role not in roles]
    return listed(missing[:MOST_MISSING], either=either)


def _noted(key: str, values: Mapping[str, object]) -> str:
    """A note of mining or redesign, its numbers written as here."""
    if values.get("service") == "–":  # the log has no service
        values = {**values, "service": say("redesign.node.whole-log")}
    text = say(key, **{k: count(v) if type(v) is int and abs(v) > 1 else v for k, v in values.items()})
    return text[:1].upper() + text[1:]


def _fields(inputs: ReportInputs) -> Fields:
    chosen = [column.name for column in ROLES if column.name not in ("suspended_to",)]
    has = inputs.facts.roles
    rows = tuple((say(f"report.role.{role}"), role in has, "") for role in chosen)
    n = sum(1 for row in rows if row[1])
    title = say("report.basis.fields", n=count(n), of=count(len(rows)))
    return Fields(title, rows, say("report.basis.has"), say("report.basis.lacks"))


def quality(inputs: ReportInputs) -> Section:
    """The section of data quality and assumptions."""
    facts = inputs.facts
    confirm = [say(key, **values) for key, values in inputs.confirm]
    confirm += _default_confirm(inputs)
    if facts.rejected or facts.duplicates:
        aside = facts.rejected + facts.duplicates
        heading = say("report.quality.heading-aside", rows=count(facts.rows), n=aside, count=count(aside))
    else:
        heading = say("report.quality.heading", rows=count(facts.rows or facts.events))
    if confirm:
        heading += say("report.quality.heading-confirm", n=len(confirm))
    rows = tuple(_checked(check, inputs.min_count) for check in inputs.checks)
    blocks: list[Block] = []
    if rows:
        table = Table(
            "data-quality",
            say("report.quality.table"),
            (
                Column("check", say("report.column.check")),
                Column("count", say("report.column.found"), "count", people=True),
                Column("of", say("report.column.of"), "count"),
                Column("share", say("report.column.share"), "share"),
            ),
            rows,
            bars=frozenset({"share"}),
        )
        blocks.append(table)
    if confirm:
        blocks.append(Notes("confirm", say("report.quality.confirm"), tuple(confirm), numbered=True))
    return Section("quality", say("report.quality.topic"), heading, say("report.quality.deck"), tuple(blocks))


def _checked(check: Check, least: int) -> tuple[object, ...]:
    """A check's row; a few people's count is withheld, and the share that would give it away."""
    withheld = check.key.rpartition(".")[2] in OF_PEOPLE and small(check.count, least)
    share = "" if withheld or not check.of else check.count / check.of
    return say(check.key, **check.values), None if withheld else check.count, check.of or "", share


def _default_confirm(inputs: ReportInputs) -> list[str]:
    sentences = []
    for service, department, n in inputs.in_person[:4]:
        values = {"service": name(service, 40), "department": name(department, 40), "n": count(n)}
        kept = denominators.whole(inputs)
        key = "in-person-of" if kept and inputs.focus_is_bundle else "in-person"
        sentences.append(say(f"report.quality.{key}", of=count(kept), **values))
    for tie in inputs.ties:
        if tie.confirm:
            values = {"before": name(tie.before, 40), "after": name(tie.after, 40), "n": count(tie.episodes)}
            sentences.append(say("report.quality.perhaps-legal", **values))
    options = inputs.savings[0].get("options", {}) if inputs.savings else {}
    if inputs.savings and not options.get("corrections_avoided"):
        sentences.append(say("report.quality.corrections"))
    handed = [h for h in inputs.handovers if h.receivers and not h.connected]
    if handed:
        sentences.append(say("report.quality.connect", documents=listed(name(h.document, 30) for h in handed[:4])))
    return sentences
