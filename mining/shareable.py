"""Which papers an office need not have asked for: another department issues them.

Who issues a class is what the log's outputs show, or a catalogue entry whose interface a user has marked as connected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

# How sure it is that the paper could be fetched, best first.
ISSUED_TO_APPLICANT = "issued_to_applicant"  # in this log, to this applicant, before this submission
ISSUED = "issued"  # in this log, by this department
CATALOGUE = "catalogue"  # no output of the log, but a connected entry


def issued(log: EventLog, classes: ir.Table) -> ir.Table:
    """What was issued, one row a class an event: `event_number, case_id, applicant_key, region, service, department,
    issued_at, material_class`. Generic names and outputs without a department are left out."""
    events = log.events
    given = events.filter(events.outputs.length() > 0, events.department.notnull()).select(
        "event_number", "case_id", "applicant_key", "region", "service", "department",
        issued_at=events.completed_at, spelling=events.outputs.unnest(),
    )  # fmt: skip
    return (
        given.join(classes.filter(classes.kind == ""), "spelling")
        .drop("spelling", "kind", "valid_days", "connected_issuer")
        .distinct()
    )


def issuers(log: EventLog, issues: ir.Table) -> ir.Table:
    """For each class and region, the department that issues it most often and how many do.

    Columns `material_class, region, issuer, departments` (departments over the whole log); the row with an empty region
    is the whole log's. Ties go to the department that issued first.
    """
    import ibis

    by_place = log.keep(
        "issued_by_place",
        issues.group_by("material_class", "region", "department").aggregate(
            n=ibis._.count(), first=ibis._.event_number.min()
        ),
    )
    overall = (
        by_place.group_by("material_class", "department")
        .aggregate(n=ibis._.n.sum(), first=ibis._["first"].min())
        .mutate(region=ibis.literal(""))
    )
    places = by_place.filter(by_place.region.notnull())
    columns = ("material_class", "region", "department", "n", "first")
    both = log.keep("issuing", overall.select(*columns).union(places.select(*columns)))
    order = ibis.window(group_by=["material_class", "region"], order_by=[both.n.desc(), both["first"]])
    ranked = both.mutate(rank=ibis.row_number().over(order))
    most = ranked.filter(ranked["rank"] == 0).select("material_class", "region", issuer="department")
    many = both.filter(both.region == "").group_by("material_class").aggregate(departments=ibis._.count())
    return most.join(many, "material_class").select("material_class", "region", "issuer", "departments")


def with_issuer(log: EventLog, submitted: ir.Table, classes: ir.Table) -> ir.Table:
    """Submissions with `shareable_from` and `evidence` added.

    `submitted` needs `event_number, applicant_key, region, department, submitted_at, document, material_class`.
    """
    import ibis

    issues = log.keep("issued", issued(log, classes))
    table = log.keep("issuers", issuers(log, issues))
    whole = table.filter(table.region == "")
    several = bool(len(log.run(whole.filter(whole.departments > 1).limit(1))))
    local = table.filter(table.region != "").select("material_class", "region", local="issuer")
    connected = (
        classes.filter(classes.connected_issuer.notnull()).select("material_class", "connected_issuer").distinct()
    )
    rows = submitted.left_join(whole.select("material_class", anywhere="issuer"), "material_class").drop(
        "material_class_right"
    )
    rows = rows.left_join(connected, "material_class").drop("material_class_right")
    last = _last_issued(submitted, issues).select("event_number", "document", "last_issuer")
    rows = rows.left_join(last, ["event_number", "document"]).drop("event_number_right", "document_right")
    if several:
        rows = rows.left_join(local, ["material_class", "region"]).drop("material_class_right", "region_right")
        issuer = ibis.coalesce(rows.last_issuer, rows.local, rows.anywhere, rows.connected_issuer)
        rows = rows.mutate(issuer=issuer).drop("local")
    else:
        rows = rows.mutate(issuer=ibis.coalesce(rows.anywhere, rows.connected_issuer))
    elsewhere = (
        rows.issuer.notnull() & (rows.department.isnull() | (rows.issuer != rows.department)) & (rows.kind == "")
    )
    evidence = ibis.cases(
        (rows.last_issuer == rows.issuer, ISSUED_TO_APPLICANT), (rows.anywhere.notnull(), ISSUED), else_=CATALOGUE
    )
    return rows.mutate(
        shareable_from=ibis.cases((elsewhere, rows.issuer), else_=ibis.null("string")),
        evidence=ibis.cases((elsewhere, evidence), else_=ibis.null("string")),
    ).drop("anywhere", "connected_issuer", "last_issuer", "issuer")


def _last_issued(submitted: ir.Table, issues: ir.Table) -> ir.Table:
    """For each submission the department that last issued its class to the same applicant before it."""
    import ibis

    mine = issues.filter(issues.applicant_key.notnull()).select(
        "applicant_key", "material_class", "issued_at", issued_number="event_number", last_issuer="department"
    )
    asked = submitted.filter(submitted.applicant_key.notnull(), submitted.kind == "").select(
        "applicant_key", "material_class", "submitted_at", "event_number", "document"
    )
    met = asked.join(mine, ["applicant_key", "material_class"])
    before = met.filter(
        (met.issued_at < met.submitted_at)
        | ((met.issued_at == met.submitted_at) & (met.issued_number <= met.event_number))
    )
    order = ibis.window(
        group_by=[before.event_number, before.document], order_by=[before.issued_at.desc(), before.issued_number.desc()]
    )
    ranked = before.mutate(rank=ibis.row_number().over(order))
    return ranked.filter(ranked["rank"] == 0)
