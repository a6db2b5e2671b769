"""Papers handed in: each submission, the earlier one that it repeats, and the department that could have given it.

Definitions: the contract's section 4. Everything is one lazy query over the events; what it decides for a row stands in
the row's `rule` and `evidence`, so that an analyst can contest it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from catalogue.services import Catalogue
from event_logs.functions import hashed
from mining.copies import is_firm, once_for_firms, papers_of
from mining.handing import handing
from mining.material_classes import MaterialClasses, material_classes
from mining.repeats import POSITIONS, repeats
from mining.shareable import EVIDENCE, with_issuer

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import ShortTexts
    from event_logs.log import EventLog

COLUMNS = (
    "submission_id", "applicant", "case_id", "department", "submitted_at", "material", "material_class", "repeat_of",
    "repeat_kind", "because", "shareable_from",
)  # fmt: skip


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


def _documents(log: EventLog, classes: MaterialClasses) -> ir.Table:
    """The spellings with class and its number, kept: `document`; `of_firm`: the one that it is where a firm applies.

    `written` is the spelling held short, as class and kind are. A name that names nothing is valid for no time. What a
    firm hands in without naming an owner is its representative's.
    """
    import ibis

    table = classes.table(log)
    rank = ibis.dense_rank().over(ibis.window(order_by=table.material_class))
    held = {name: log.engine.short(table.select(name)).hold for name in ("spelling", "material_class", "kind")}
    numbered = table.mutate(
        document=rank,
        written=held["spelling"](table.spelling),
        material_class=held["material_class"](table.material_class),
        kind=held["kind"](table.kind),
        valid_days=ibis.cases((table.kind != "generic", table.valid_days), else_=ibis.null("int64")),
    )
    numbered = log.keep("documents", numbered)
    if not classes.representative:
        return numbered.mutate(of_firm=numbered.document)
    bare = numbered.select(own_class="material_class", bare="document").distinct()
    met = numbered.left_join(bare, "own_class").drop("own_class_right")
    return log.keep("documents", met.mutate(of_firm=ibis.coalesce(met.bare, met.document)).drop("bare"))


def _submissions(log: EventLog, documents: ir.Table, classes: MaterialClasses) -> ir.Table:
    """A row a submission: an event that hands in, and a paper of its list."""
    import ibis

    known = documents.select("spelling", "material_class", "kind", "valid_days", "document", "of_firm", "written")
    papers = papers_of(log, known).drop("spelling")
    rows = handing(log).join(papers, "listed").drop("listed").rename(material="written")
    rows = once_for_firms(rows)
    if classes.representative:
        # One inside the other: a name is looked at only where it matters.
        theirs = ibis.cases((is_firm(rows), rows.of_firm), else_=rows.document)
        rows = rows.mutate(of_firm=ibis.cases((rows.of_firm != rows.document, theirs), else_=rows.document))
    return rows


def _form_of(rows: ir.Table) -> ir.StringColumn:
    """The class: a form that names no service is that of the service that asks for it."""
    import ibis

    own = (rows.kind == "form") & rows.service.notnull()
    return ibis.cases((own, rows.material_class + "（" + rows.service + "）"), else_=rows.material_class)


def _spelt(rows: ir.Table, classes: MaterialClasses) -> ir.Table:
    """Submissions with all the spellings in `material`, and forms in `material_class` as those of their service."""
    import ibis

    if "several" in rows.columns:
        rows = rows.mutate(material=ibis.coalesce(rows.several, rows.material)).drop("several")
    return rows.mutate(material_class=_form_of(rows)) if classes.has_forms else rows


def materials(
    log: EventLog,
    classes: MaterialClasses | None = None,
    *,
    catalogue: Catalogue | None = None,
    same_case_only: bool = False,
    in_order: bool = False,
) -> ir.Table:
    """The submissions with what they repeat and who could have given them: the contract's columns, then `rule,
    evidence, service, region, event_number, position, applicant_key, known`.

    `rule` is `first` (nothing to repeat), `no_identity` (nobody knows whose it is), `generic` (a name that names
    nothing), `latest_same_department`, `latest_other_department`, each with `+correction` where it answers one in the
    case of what it repeats, `+correction_other_case` where that was handed in in another case: then it was asked for
    only in the correction, which labelled logs count as rework too. `same_case_only` takes the narrow reading for
    `because`. `evidence` is that of `shareable_from`: `issued_to_applicant`, `issued`, `catalogue`. `in_order` gives
    them in the order of the log: cheaper than to sort what this gives. The table is lazy; what it reads is kept until
    `mining.handing.let_go`.
    """
    classes = classes or material_classes(log, catalogue=catalogue)
    documents = _documents(log, classes)
    rows = _submissions(log, documents, classes)
    rows = rows.mutate(code=rows.event_number * POSITIONS + rows.position, known=rows.applicant_key.notnull())
    numbers = log.keep("submitted", _numbers(rows, classes))
    rows = with_issuer(log, rows, numbers, documents)
    rows = rows.left_join(repeats(log, numbers), "code").drop("code_right")
    log.engine.drop(numbers)
    rows = rows.mutate(shareable_from=_issuers(log, documents).hold(rows.shareable_from), verdict=_verdict(rows))
    rows = rows.select(*[name for name in (*_CARRIED, "several") if name in rows.columns])
    if in_order:
        # A step of its own: texts made in the same one would be made before the rows are sorted.
        rows = log.engine.view("in_order", rows.order_by("code"))
    return _told(log, _spelt(rows, classes), same_case_only=same_case_only)


def _issuers(log: EventLog, documents: ir.Table) -> ShortTexts:
    """What `shareable_from` may be: the log's departments, and issuers that a catalogue has connected."""
    departments = log.events.select(name="department").distinct()
    return log.engine.short(departments.union(documents.select(name="connected_issuer")))


# What is known of a submission when rows are sorted: the fewer columns, the quicker.
_CARRIED = (
    "code", "case_id", "department", "service", "region", "applicant", "applicant_key", "submitted_at",
    "shareable_from", "repeat_code", "verdict", "material", "material_class", "kind",
)  # fmt: skip


# What a submission repeats by, and whether that answers a correction, in its case or another: as `materials` says them.
_RULES = ("generic", "no_identity", "first", "latest_same_department", "latest_other_department")
_REPEATS = (None, None, None, "same_department", "other_department")
_ANSWERS = ("", "+correction", "+correction_other_case")
_EVIDENCE = (None, *EVIDENCE)


def _verdict(rows: ir.Table) -> ir.IntegerValue:
    """One number for the places of a submission's rule in `_RULES`, `_ANSWERS` and `_EVIDENCE`."""
    import ibis

    tied = rows.repeat_code.notnull()
    rule = ibis.cases(
        (rows.kind == "generic", 0), (rows.applicant_key.isnull(), 1), (~tied, 2), (rows.same_office, 3), else_=4
    )
    answers = ibis.cases((~(tied & rows.corrects), 0), (rows.own_case, 1), else_=2)
    evidence = (rows.evidence + 1).fill_null(0)
    return ((rule * len(_ANSWERS) + answers) * len(_EVIDENCE) + evidence).cast("int16")


def _verdicts(*, same_case_only: bool) -> list[dict[str, str | None]]:
    """What each number of `_verdict` says."""
    answered = (False, True, not same_case_only)
    return [
        {
            "repeat_kind": _REPEATS[rule],
            "because": "correction" if answered[answer] else None,
            "rule": _RULES[rule] + _ANSWERS[answer],
            "evidence": evidence,
        }
        for rule, answer, evidence in product(range(len(_RULES)), range(len(_ANSWERS)), _EVIDENCE)
    ]


def _told(log: EventLog, rows: ir.Table, *, same_case_only: bool) -> ir.Table:
    """The columns of `materials`."""
    import ibis

    verdicts = _verdicts(same_case_only=same_case_only)
    told = {name: log.engine.short([says[name] for says in verdicts]).text(rows.verdict) for name in verdicts[0]}
    tied = rows.repeat_code.notnull()
    return rows.select(
        submission_id=_identifier(rows.code),
        applicant="applicant", case_id="case_id", department="department", submitted_at="submitted_at",
        material="material", material_class="material_class",
        repeat_of=ibis.cases((tied, _identifier(rows.repeat_code)), else_=ibis.null("string")),
        repeat_kind=told["repeat_kind"], because=told["because"], shareable_from="shareable_from",
        rule=told["rule"], evidence=told["evidence"], service="service", region="region",
        event_number=rows.code // POSITIONS, position=rows.code % POSITIONS,
        applicant_key="applicant_key", known=rows.applicant_key.notnull(),
    )  # fmt: skip


def _identifier(code: ir.Value) -> ir.Value:
    # By bits, which is quicker than to divide.
    number, position = code >> (POSITIONS - 1).bit_length(), code & (POSITIONS - 1)
    return "S" + number.cast("string") + "-" + (position + 1).cast("string")


def _numbers(rows: ir.Table, classes: MaterialClasses) -> ir.Table:
    """What is compared of the submissions of known applicants, as numbers: sorting texts costs several times as much.

    Two applicants of a million share a number once in some ten million logs.
    """
    import ibis

    rows = rows.filter(rows.known)
    # An office that the log does not name is that of its service, else of its case: two services are then two offices.
    office = ibis.coalesce(rows.department, "service\t" + rows.service, "case\t" + rows.case_id)
    person = hashed(rows.applicant_key)
    scope = person ^ hashed(rows.of_firm)
    if classes.has_forms:
        scope = scope ^ hashed(_form_of(rows))
    return rows.select(
        "code", "submitted_at", document=rows.document.cast("int32"), valid_days=rows.valid_days.cast("int32"),
        # Hashed twice: a department may apply at itself, and its numbers as both would cancel each other.
        person=person, scope=scope, office=hashed(hashed(office)), case_code=hashed(rows.case_id),
    )  # fmt: skip


def count_materials(log: EventLog, rows: ir.Table) -> MaterialCounts:
    """The sums of a table of `materials`."""
    repeat = rows.repeat_kind.notnull()
    answer = (rows.because == "correction").fill_null(False)
    totals = log.run(
        rows.aggregate(
            submissions=rows.count(),
            without_identity=(~rows.known).sum(),
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
