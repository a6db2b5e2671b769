"""Papers handed in: each submission, the earlier one that it repeats, and the department that could have given it.

Definitions: the contract's section 4. Everything is one lazy query over the events; what it decides for a row stands in
the row's `rule` and `evidence`, so that an analyst can contest it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.services import Catalogue
from catalogue.vocabulary import step_of
from mining.material_classes import MaterialClasses, material_classes
from mining.shareable import with_issuer

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

COLUMNS = (
    "submission_id", "applicant", "case_id", "department", "submitted_at", "material", "material_class", "repeat_of",
    "repeat_kind", "because", "shareable_from",
)  # fmt: skip
_SEPARATOR = "[;；|、]"


@dataclass(frozen=True, slots=True)
class MaterialCounts:
    """Sums over submissions. A duplicate is a repeat that answers no correction; rework is one that does.

    `without_identity` submissions can repeat nothing, for nobody knows whose they are: the shares leave them out.
    """

    submissions: int
    without_identity: int
    duplicates: int
    duplicates_same_department: int
    duplicates_other_department: int
    rework: int
    shareable: int
    shareable_to_applicant: int
    shareable_catalogue: int

    @property
    def duplicate_share(self) -> float | None:
        """Duplicates among submissions whose applicant is known; None where there are none."""
        known = self.submissions - self.without_identity
        return self.duplicates / known if known else None

    @property
    def shareable_share(self) -> float | None:
        """Submissions that another department could have given, among all."""
        return self.shareable / self.submissions if self.submissions else None


def submissions(
    log: EventLog, classes: MaterialClasses | None = None, *, catalogue: Catalogue | None = None
) -> ir.Table:
    """One row a submission, kept by the engine.

    Columns `event_number, case_id, service, region, department, applicant, applicant_key, submitted_at, activity,
    place, material` (the spellings, joined by `;` where several of one class stand in one event), `material_class, kind,
    valid_days, document` (a number for the class), `position` (the first of its copies in the event's list).
    """
    classes = classes or material_classes(log, catalogue=catalogue)
    return _submissions(log, classes.table(log), classes)


def _submissions(log: EventLog, table: ir.Table, classes: MaterialClasses) -> ir.Table:
    import ibis

    rank = ibis.dense_rank().over(ibis.window(order_by=table.material_class))
    numbered = log.keep("documents", table.mutate(document=rank))
    rows = _handed_in(log).join(numbered.select("spelling", "document"), "spelling")
    one = rows.group_by("event_number", "document").aggregate(
        position=rows.position.min(), spelling=rows.spelling.argmin(rows.position), copies=rows.count()
    )
    copies = one.filter(one.copies > 1).select("event_number", "document")
    written = (
        rows.semi_join(copies, ["event_number", "document"])
        .group_by("event_number", "document", "spelling")
        .aggregate(position=ibis._.position.min())
        .group_by("event_number", "document")
        .aggregate(several=lambda t: t.spelling.group_concat(";", order_by=t.position))
    )
    facts = log.events.select(
        "event_number", "case_id", "service", "region", "department", "applicant", "applicant_key", "activity", "place",
        submitted_at="completed_at",
    )  # fmt: skip
    kinds = numbered.select("spelling", "material_class", "kind", "valid_days")
    whole = one.join(facts, "event_number").join(kinds, "spelling")
    whole = whole.left_join(written, ["event_number", "document"]).drop("event_number_right", "document_right")
    name = whole.material_class
    if any(kind == "form" for kind in classes.kinds.values()):
        form = (whole.kind == "form") & whole.service.notnull()
        name = ibis.cases((form, name + "（" + whole.service + "）"), else_=name)
    whole = whole.mutate(material=ibis.coalesce(whole.several, whole.spelling), material_class=name)
    return log.keep("submissions", whole.drop("several", "spelling", "copies"))


def _handed_in(log: EventLog) -> ir.Table:
    """Every material of every event that hands in, with its place in the list; what came as `shared` is left out."""
    import ibis

    events = log.events.filter(log.events.materials.length() > 0)
    if not log.has("method"):
        rows = events.select("event_number", "service", "materials").unnest("materials", offset="position")
        return rows.rename(spelling="materials")
    events = events.filter(ibis.coalesce(events.method, "") != "shared")
    rows = events.select("event_number", "service", "materials", "method", number=events.materials.length())
    rows = rows.unnest("materials", offset="position").rename(spelling="materials")
    # A list as long as the materials says how each came.
    ways = rows.method.re_replace(_SEPARATOR, ";").split(";")
    own = ibis.cases((ways.length() == rows.number, ways[rows.position].strip()), else_=rows.method)
    return rows.filter(ibis.coalesce(own, "") != "shared").drop("method", "number")


def materials(
    log: EventLog,
    classes: MaterialClasses | None = None,
    *,
    catalogue: Catalogue | None = None,
    same_case_only: bool = False,
) -> ir.Table:
    """The submissions with what they repeat and who could have given them: the contract's columns, then `rule,
    evidence, service, region, event_number, applicant_key`.

    `rule` is `first` (nothing to repeat), `no_identity` (nobody knows whose it is), `generic` (a name that names
    nothing), `latest_same_department`, `latest_other_department`, each with `+correction` where it answers one in the
    case of what it repeats, `+correction_other_case` where that was handed in in another case: then it was asked for
    only in the correction, which labelled logs count as rework too. `same_case_only` takes the narrow reading for
    `because`. `evidence` is that of `shareable_from`: `issued_to_applicant`, `issued`, `catalogue`.
    """
    import ibis

    classes = classes or material_classes(log, catalogue=catalogue)
    table = classes.table(log)
    rows = _with_repeats(log, _submissions(log, table, classes))
    rows = with_issuer(log, rows, table)
    known = rows.applicant_key.notnull()
    tied = rows.repeat_code.notnull()
    same = rows.same_office
    answer = tied & rows.corrects
    if same_case_only:
        answer &= rows.repeat_case == rows.case_id
    rule = ibis.cases(
        (rows.kind == "generic", "generic"), (~known, "no_identity"), (~tied, "first"),
        (same, "latest_same_department"), else_="latest_other_department",
    )  # fmt: skip
    return rows.select(
        submission_id=_identifier(rows.code),
        applicant="applicant", case_id="case_id", department="department", submitted_at="submitted_at",
        material="material", material_class="material_class",
        repeat_of=ibis.cases((tied, _identifier(rows.repeat_code)), else_=ibis.null("string")),
        repeat_kind=ibis.cases((~tied, ibis.null("string")), (same, "same_department"), else_="other_department"),
        because=ibis.cases((answer, "correction"), else_=ibis.null("string")),
        shareable_from="shareable_from",
        rule=ibis.cases(
            (answer & (rows.repeat_case == rows.case_id), rule + "+correction"),
            (tied & rows.corrects, rule + "+correction_other_case"), else_=rule,
        ),
        evidence="evidence", service="service", region="region", event_number="event_number",
        applicant_key="applicant_key",
    )  # fmt: skip


_POSITIONS = 4096  # more documents than any event hands in


def _identifier(code: ir.Value) -> ir.Value:
    return "S" + (code // _POSITIONS).cast("string") + "-" + (code % _POSITIONS + 1).cast("string")


def _with_repeats(log: EventLog, rows: ir.Table) -> ir.Table:
    """`code, office, repeat_code, repeat_case, same_office, corrects` beside each submission."""
    import ibis

    # An office that the log does not name is that of its service, else of its case: two services are then two offices.
    office = ibis.coalesce(rows.department, "service\t" + rows.service, "case\t" + rows.case_id)
    rows = rows.mutate(
        code=rows.event_number * _POSITIONS + rows.position, office=office, corrects=_corrects(log, rows)
    )
    scope = [rows.applicant_key, rows.document] + ([rows.material_class] if _has_forms(log, rows) else [])
    order = [rows.submitted_at, rows.event_number]
    anywhere = ibis.window(group_by=scope, order_by=order)
    here = ibis.window(group_by=[*scope, rows.office], order_by=order)
    rows = rows.mutate(
        last_code=rows.code.lag().over(anywhere), last_at=rows.submitted_at.lag().over(anywhere),
        last_case=rows.case_id.lag().over(anywhere), last_office=rows.office.lag().over(anywhere),
        own_code=rows.code.lag().over(here), own_at=rows.submitted_at.lag().over(here),
        own_case=rows.case_id.lag().over(here),
    )  # fmt: skip
    known = rows.applicant_key.notnull() & (rows.kind != "generic")
    own = known & _valid(rows, rows.own_at)
    last = known & _valid(rows, rows.last_at)
    return rows.mutate(
        same_office=own,
        repeat_code=ibis.cases((own, rows.own_code), (last, rows.last_code), else_=ibis.null("int64")),
        repeat_case=ibis.cases((own, rows.own_case), (last, rows.last_case), else_=ibis.null("string")),
    ).drop("last_code", "last_at", "last_case", "last_office", "own_code", "own_at", "own_case")


def _valid(rows: ir.Table, earlier: ir.Value) -> ir.Value:
    age = rows.submitted_at.epoch_seconds() - earlier.epoch_seconds()
    return (age <= rows.valid_days * 86400).fill_null(False)


def _has_forms(log: EventLog, rows: ir.Table) -> bool:
    return bool(len(log.run(rows.filter(rows.kind == "form").select("event_number").limit(1))))


def _corrects(log: EventLog, rows: ir.Table) -> ir.Value:
    """Whether a submission is made at a correction: its activity is one by the vocabulary.

    Where no activity of the log is one, but notices are, what is handed in in a case after its first notice is.
    """
    import ibis

    events = log.events
    names = sorted(str(name) for name in log.run(events.select("activity").distinct())["activity"].dropna())
    corrections = [name for name in names if step_of(name) == "correct"]
    notices = [name for name in names if step_of(name) == "notice"]
    if corrections or not notices:
        return rows.activity.isin(corrections) if corrections else ibis.literal(False)
    told = events.filter(events.activity.isin(notices)).group_by("case_id").aggregate(told_at=ibis._.completed_at.min())
    late = rows.join(told, "case_id").filter(lambda t: t.submitted_at > t.told_at).select("event_number")
    return rows.event_number.isin(log.keep("answers", late.distinct()).event_number)


def count_materials(log: EventLog, rows: ir.Table) -> MaterialCounts:
    """The sums of a table of `materials`."""
    repeat = rows.repeat_kind.notnull()
    answer = (rows.because == "correction").fill_null(False)
    totals = log.run(
        rows.aggregate(
            submissions=rows.count(),
            without_identity=rows.applicant_key.isnull().sum(),
            duplicates=(repeat & ~answer).sum(),
            duplicates_same_department=((rows.repeat_kind == "same_department") & ~answer).sum(),
            duplicates_other_department=((rows.repeat_kind == "other_department") & ~answer).sum(),
            rework=answer.sum(),
            shareable=rows.shareable_from.notnull().sum(),
            shareable_to_applicant=(rows.evidence == "issued_to_applicant").sum(),
            shareable_catalogue=(rows.evidence == "catalogue").sum(),
        )
    )
    return MaterialCounts(**{name: int(totals[name].fillna(0).iloc[0]) for name in totals.columns})


def notes(log: EventLog) -> tuple[tuple[str, dict[str, object]], ...]:
    """What this log's missing roles cost here: wording keys and their values."""
    missing: list[tuple[str, dict[str, object]]] = []
    if not log.has("materials"):
        return (("materials.no-materials", {}),)
    if not log.has("applicant"):
        missing.append(("materials.no-applicant", {}))
    if not log.has("department"):
        missing.append(("materials.no-department", {}))
    if not log.has("outputs"):
        missing.append(("materials.no-outputs", {}))
    if not log.has("method"):
        missing.append(("materials.no-method", {}))
    return tuple(missing)
