"""Papers as rows: each of an event's list once, whatever copies of it the list names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mining.handing import handed_lists
from mining.joins import bare

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

_SEPARATOR = "[;；|、]"
# A firm: by its name, or a 统一社会信用代码 of an enterprise.
FIRM = (
    r"公司|企业|集团|合作社|事务所|商行|经营部|工作室|工厂|[厂店]$|(?i:\b(ltd|inc|llc|gmbh|corp|limited|company)\b)"
    r"|^9[1-3][0-9]{6}[0-9A-Z]{10}$"
)


def is_firm(rows: ir.Table) -> ir.BooleanValue:
    """Whether a submission is a firm's."""
    import ibis

    return ibis.coalesce(rows.applicant.re_search(FIRM) | rows.applicant_key.re_search(FIRM), False)


def papers_of(log: EventLog, known: ir.Table) -> ir.Table:
    """The papers of each different list of materials, what came as `shared` left out, copies of one once; kept.

    ``listed, position``, what is `known` of each by its ``spelling`` (`document` and `of_firm` among it); where a list
    names one several times ``several``, its spellings in the list's order; and where it does so for a firm alone
    ``firm_first``, the position of the first of them, and ``firm_several``.
    """
    lists = handed_lists(log).select("listed", "materials", "method").distinct()
    whole = log.keep("papers", handed_in(log, lists).join(known, "spelling"))
    log.let_go("handed_lists")
    copies = log.keep("copies", _copies(whole, "document"))
    firms = log.keep("copies", _copies(whole, "of_firm"))
    papers = whole
    if log.rows(copies.limit(1)):
        met = papers.left_join(copies, ["listed", "document"])
        papers = bare(met.filter(met["first"].isnull() | (met["first"] == met.position))).drop("first")
    if log.rows(firms.limit(1)):
        named = firms.rename(firm_first="first", firm_several="several")
        papers = bare(papers.left_join(named, ["listed", "of_firm"]))
    if papers is not whole:
        papers = log.keep("papers", papers)
        log.engine.drop(whole)
    for told in (copies, firms):
        log.engine.drop(told)
    return papers


def _copies(papers: ir.Table, by: str) -> ir.Table:
    """Documents that a list has more than once: `listed, document, first, several`, the spellings in the list's order.

    Copies in one event are one submission. By `of_firm`, those alone that are one document where a firm applies, and
    two where anybody else does.
    """
    import ibis

    keys = ["listed", by]
    twice = papers.group_by(*keys).aggregate(
        first=papers.position.min(), n=papers.count(), documents=papers.document.nunique()
    )
    twice = twice.filter(twice.n > 1, (twice.documents > 1) | (by == "document")).drop("n", "documents")
    return (
        papers.join(twice, keys)
        .group_by(*keys, "first", "spelling")
        .aggregate(place=ibis._.position.min())
        .group_by(*keys, "first")
        .aggregate(several=ibis._.spelling.group_concat(";", order_by=ibis._.place))
    )


def once_for_firms(rows: ir.Table) -> ir.Table:
    """Submissions without those that are a copy of an earlier one because a firm hands them in."""
    import ibis

    if "firm_first" not in rows.columns:
        return rows
    told = ibis.cases((rows.firm_first.notnull(), is_firm(rows)), else_=False)
    several = rows.several if "several" in rows.columns else ibis.null("string")
    rows = rows.mutate(several=ibis.cases((told, rows.firm_several), else_=several), copy=told)
    return rows.filter(~(rows.copy & (rows.firm_first != rows.position))).drop("copy", "firm_first", "firm_several")


def handed_in(log: EventLog, events: ir.Table) -> ir.Table:
    """Every material of rows that hand in, with its place in the list; what came as `shared` is left out."""
    import ibis

    if not log.has("method"):
        return _unnested(log, events.drop("method"))
    events = events.filter(ibis.coalesce(events.method, "") != "shared")
    ways = [way for (way,) in log.rows(log.events.select("method").distinct()) if way is not None]
    if not any(re.search(_SEPARATOR, way) or way != way.strip() for way in ways):
        return _unnested(log, events.drop("method"))
    rows = _unnested(log, events.mutate(number=events.materials.length()))
    # A list as long as the materials says how each came.
    ways = rows.method.re_replace(_SEPARATOR, ";").split(";")
    own = ibis.cases((ways.length() == rows.number, ways[rows.position].strip()), else_=rows.method)
    return rows.filter(ibis.coalesce(own, "") != "shared").drop("method", "number")


def _unnested(log: EventLog, rows: ir.Table) -> ir.Table:
    """`materials` as one row each, `spelling`, with `position` from 0; `Table.unnest` would join, many times slower."""
    import ibis

    places = ibis.range(0, rows.materials.length())
    if log.engine.dialect == "duckdb":
        return rows.mutate(spelling=rows.materials.unnest(), position=places.unnest()).drop("materials")
    one = rows.mutate(one=rows.materials.zip(places).unnest()).drop("materials")  # one generator a query elsewhere
    return one.mutate(spelling=one.one.f1, position=one.one.f2).drop("one")
