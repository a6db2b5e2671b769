"""Papers as rows: each of an event's list once, whatever copies of it the list names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from event_logs.functions import hashed, lists_any

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


def listed(events: ir.Table) -> ir.Table:
    """`listed`: a number for the list of materials (and how they came)."""
    import ibis

    return events.mutate(listed=hashed(events.materials) ^ hashed(ibis.coalesce(events.method, "")))


def handed_lists(log: EventLog) -> ir.Table:
    """The different lists that were handed in, by service and how they came, and at how many events; kept.

    ``materials, method, service`` (empty where unknown) and ``n``. The same few come again and again.
    """
    handed = log.events.filter(lists_any(log.events.materials))
    lists = handed.group_by("materials", "method", service=handed.service.fill_null(""))
    return log.once("handed_lists", lambda: log.keep("handed_lists", lists.aggregate(n=handed.count())))


def lists_of(log: EventLog, known: ir.Table) -> ir.Table:
    """The different lists of materials that are longer than one: ``listed, document, of_firm, spelling, position``."""
    lists = handed_lists(log)
    lists = lists.filter(lists.materials.length() > 1).select("materials", "method").distinct()
    rows = handed_in(log, listed(lists)).join(known.select("spelling", "document", "of_firm"), "spelling")
    return log.keep("lists", rows.select("listed", "document", "of_firm", "spelling", "position"))


def copies_in(log: EventLog, lists: ir.Table, by: str) -> ir.Table:
    """Documents that a list has more than once: `listed, document, first, several`, the spellings in the list's order.

    Copies in one event are one submission. The same few lists come again and again: each is looked at once. By
    `of_firm`, those alone that are one document where a firm applies, and two where anybody else does.
    """
    import ibis

    keys = ["listed", by]
    twice = lists.group_by(*keys).aggregate(
        first=lists.position.min(), n=lists.count(), documents=lists.document.nunique()
    )
    twice = twice.filter(twice.n > 1, (twice.documents > 1) | (by == "document")).drop("n", "documents")
    return (
        lists.join(log.keep("twice", twice), keys)
        .group_by(*keys, "first", "spelling")
        .aggregate(place=ibis._.position.min())
        .group_by(*keys, "first")
        .aggregate(several=ibis._.spelling.group_concat(";", order_by=ibis._.place))
    )


def once(rows: ir.Table, copies: Mapping[str, ir.Table]) -> ir.Table:
    """One row of each document of an event; `several` its spellings in the order of the list, where it has several."""
    import ibis

    rows = rows.mutate(first=ibis.null("int64"), several=ibis.null("string"))
    for by, table in copies.items():
        met = rows.left_join(table.rename(first_here="first", several_here="several"), ["listed", by])
        rows = met.drop("listed_right", f"{by}_right")
        told = rows.first_here.notnull()
        if by == "of_firm":
            told = ibis.cases((told, is_firm(rows)), else_=False)
        rows = rows.mutate(
            first=ibis.cases((told, rows.first_here), else_=rows["first"]),
            several=ibis.cases((told, rows.several_here), else_=rows.several),
        ).drop("first_here", "several_here")
    return rows.filter(rows["first"].isnull() | (rows["first"] == rows.position)).drop("first", "listed")


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
