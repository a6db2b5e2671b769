"""Which papers an office need not have asked for: another department issues them.

Who issues a class is what the log's outputs show, or a catalogue entry whose interface a user has marked as connected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from event_logs.functions import hashed, lists_any
from mining.repeats import POSITIONS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

# How sure it is that the paper could be fetched, best first.
ISSUED_TO_APPLICANT = "issued_to_applicant"  # in this log, to this applicant, before this submission
ISSUED = "issued"  # in this log, by this department
CATALOGUE = "catalogue"  # no output of the log, but a connected entry
EVIDENCE = (ISSUED_TO_APPLICANT, ISSUED, CATALOGUE)


def issued(log: EventLog, documents: ir.Table) -> ir.Table:
    """What was issued, one row a class an event, lazy.

    Columns `event_number, region, department, person` (the applicant's number)`, known` (he is)`, issued_at,
    material_class, document`. Generic names and outputs without a department are left out.
    """
    events = log.events
    given = events.filter(lists_any(events.outputs), events.department.notnull()).select(
        "event_number", person=hashed(events.applicant_key), known=events.applicant_key.notnull(),
        issued_at=events.completed_at, spelling=events.outputs.unnest(),
        **{role: log.short(role).hold(events[role]) for role in ("region", "department")},
    )  # fmt: skip
    named = documents.filter(documents.kind == "").select("spelling", "material_class", "document")
    return given.join(named, "spelling").drop("spelling")


def issuers(log: EventLog, issues: ir.Table) -> ir.Table:
    """For each class and region, the department that issues it most often and how many do; small and kept.

    Columns `document, material_class, region, issuer, departments` (over the whole log); the row with an empty region
    is the whole log's. Ties go to the department that issued first.
    """
    import ibis

    by_place = log.keep(
        "issued_by_place",
        issues.group_by("document", "material_class", "region", "department").aggregate(
            n=ibis._.count(), first=ibis._.event_number.min()
        ),
    )
    overall = (
        by_place.group_by("document", "material_class", "department")
        .aggregate(n=ibis._.n.sum(), first=ibis._["first"].min())
        .mutate(region=ibis.literal(""))
    )
    columns = ("document", "material_class", "region", "department", "n", "first")
    places = by_place.filter(by_place.region.notnull())
    both = log.keep("issuing", overall.select(*columns).union(places.select(*columns)))
    order = ibis.window(group_by=["document", "region"], order_by=[both.n.desc(), both["first"]])
    ranked = both.mutate(rank=ibis.row_number().over(order))
    most = ranked.filter(ranked["rank"] == 0).select("document", "material_class", "region", issuer="department")
    many = both.filter(both.region == "").group_by("document").aggregate(departments=ibis._.count())
    return log.keep("issuers", most.join(many, "document"))


def with_issuer(log: EventLog, submitted: ir.Table, numbers: ir.Table, documents: ir.Table) -> ir.Table:
    """Submissions with `shareable_from` and `evidence` (its place in `EVIDENCE`) added.

    `submitted` needs `code, region, department, document, kind`; `numbers`, of those whose applicant is known, `code,
    person, document, submitted_at`.
    """
    import ibis

    issues = log.keep("issues", issued(log, documents))
    table = issuers(log, issues)
    whole = table.filter(table.region == "")
    several = [
        number for (number,) in log.rows(whole.filter(whole.departments > 1).select("document").order_by("document"))
    ]
    connected = (
        documents.filter(documents.connected_issuer.notnull())
        .select("document", connected="connected_issuer")
        .distinct()
    )
    rows = submitted.left_join(whole.select("document", anywhere="issuer"), "document").drop("document_right")
    rows = rows.left_join(connected, "document").drop("document_right")
    rows = rows.left_join(_received(log, numbers, issues, several), "code").drop("code_right")
    issuer = ibis.coalesce(rows.anywhere, rows.connected)
    if several:
        local = table.filter(table.region != "", table.departments > 1).select("document", "region", local="issuer")
        rows = rows.left_join(local, ["document", "region"]).drop("document_right", "region_right")
        issuer = ibis.coalesce(rows.last_issuer, rows.local, rows.anywhere, rows.connected)
    rows = rows.mutate(issuer=issuer)
    elsewhere = (rows.kind == "") & (
        (rows.issuer != rows.department) | (rows.issuer.notnull() & rows.department.isnull())
    )
    theirs = rows.theirs.fill_null(False)
    evidence = ibis.cases((theirs, 0), (rows.anywhere.notnull(), 1), else_=2)
    return rows.mutate(
        shareable_from=ibis.cases((elsewhere, rows.issuer), else_=ibis.null("string")),
        evidence=ibis.cases((elsewhere, evidence), else_=ibis.null("int8")),
    ).drop("anywhere", "connected", "issuer", "theirs", "last_issuer", *(["local"] if several else []))


def _received(log: EventLog, numbers: ir.Table, issues: ir.Table, several: list[int]) -> ir.Table:
    """`code, theirs, last_issuer` of submissions whose paper was issued to that applicant before; kept.

    `last_issuer` is told for classes that several departments issue.
    """
    import ibis

    mine = issues.filter(issues.known)
    one = mine.filter(mine.document.notin(several)) if several else mine
    first = one.group_by("person", "document").aggregate(first_issued_at=one.issued_at.min())
    met = numbers.join(first, ["person", "document"])
    there = met.filter(met.first_issued_at <= met.submitted_at).select("code", theirs=True)
    found = there.mutate(last_issuer=ibis.null("string"))
    if several:
        last = _last_issued(numbers, mine, several)
        found = found.union(last.select("code", "last_issuer", theirs=True).select(*found.columns))
    kept = log.keep("received", found)
    log.engine.drop(issues)
    return kept


def _last_issued(numbers: ir.Table, mine: ir.Table, several: list[int]) -> ir.Table:
    """`code, last_issuer`: who last issued it to the same applicant before, for classes that several issue."""
    import ibis

    given = mine.filter(mine.document.isin(several)).select(
        "person", "document", "issued_at", issued_number="event_number", last_issuer="department"
    )
    asked = numbers.filter(numbers.document.isin(several)).select(
        "person", "document", "submitted_at", "code", event_number=numbers.code // POSITIONS
    )
    met = asked.join(given, ["person", "document"])
    before = met.filter(
        (met.issued_at < met.submitted_at)
        | ((met.issued_at == met.submitted_at) & (met.issued_number <= met.event_number))
    )
    order = ibis.window(group_by=before.code, order_by=[before.issued_at.desc(), before.issued_number.desc()])
    ranked = before.mutate(rank=ibis.row_number().over(order))
    return ranked.filter(ranked["rank"] == 0).select("code", "last_issuer")
