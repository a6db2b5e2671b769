"""Trips as rows: what was worked out as numbers, in the contract's columns and in order."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from mining.joins import bare
from mining.visits import CERTAINTY, RULES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import ShortTexts
    from event_logs.log import EventLog
    from mining.errands import Errands

COLUMNS = (
    "trip_id", "applicant", "visitor", "episode_id", "place", "started_at", "ended_at", "departments", "cases",
    "services", "kind", "cause", "certainty", "rule",
)  # fmt: skip
ROW = ["trip_number", "episode_number"]

# What a trip may be, and the rules that say so; a verdict is the number of a visit's rule, one of these and one cause.
KINDS = (
    ("first", "first"), ("multi", "new_place"), ("return", "known_place"), ("multi", "new_department"),
    ("return", "known_departments"),
)  # fmt: skip
CAUSES = (
    (None, ""), ("correction", ";holds_correction"), ("correction", ";follows_notice"),
    ("collection", ";all_collections"), ("other", ";none_of_these"),
)  # fmt: skip
_SURE = (0, 0, 0, 1, 1, 2)  # of each rule of a visit, how sure it is: place in `CERTAINTY`
_VERDICTS = tuple(
    {"kind": kind, "cause": cause, "certainty": CERTAINTY[_SURE[number]], "rule": f"{rule};{kind_rule}{cause_rule}"}
    for (number, rule), (kind, kind_rule), (cause, cause_rule) in product(enumerate(RULES), KINDS, CAUSES)
)


def verdict(visit_rule: ir.IntegerValue, kind: ir.IntegerValue, cause: ir.IntegerValue) -> ir.IntegerValue:
    """One number for the place of a visit's rule in `RULES`, of a kind in `KINDS` and of a cause in `CAUSES`."""
    return ((visit_rule * len(KINDS) + kind) * len(CAUSES) + cause).cast("int16")


def written(
    log: EventLog, judged: ir.Table, served: Errands, episodes: ir.Table, agents: ir.Table, sites: ShortTexts
) -> ir.Table:
    """The rows in the contract's columns and in order: numbers give way to names, most of them after the sorting."""
    import ibis

    # An episode is named after a case, most often this one.
    own = (episodes.episode_id == episodes.case_id).ifelse(ibis.null("string"), episodes.episode_id)
    of_case = episodes.select("case_id", "applicant", "service", case_number="first_event_number", episode_id=own)
    joined = bare(judged.left_join(served.lists, ROW))
    # The applicant as the case that the trip first serves writes him, wherever in the log that case begins.
    joined = joined.mutate(case_number=joined.first_case.fill_null(joined.case_number))
    joined = bare(bare(joined.inner_join(of_case, "case_number")).left_join(agents, "visitor_number"))
    rows = joined.select(
        *ROW, "turn", "shared_id", "case_id", "applicant", "visitor", "place", "started_at", "ended_at", "cases",
        "verdict", "episode_id",
        services=joined.services.fill_null(log.short("service").number(joined.service)),
        departments=joined.departments.fill_null(joined.last_department - 1),
    )  # fmt: skip
    # A step of its own: what is told in the same one would be told before the rows are sorted.
    rows = log.engine.view("trips_in_order", rows.order_by("started_at", *ROW))
    rows = rows.mutate(episode_id=rows.episode_id.fill_null(rows.case_id))
    told = {name: log.engine.short([verdict[name] for verdict in _VERDICTS]) for name in _VERDICTS[0]}
    return rows.select(
        trip_id=rows.shared_id.fill_null(rows.episode_id + "#" + rows.turn.cast("string")),
        applicant=rows.applicant,
        visitor=rows.visitor.fill_null(rows.applicant),
        episode_id=rows.episode_id,
        place=sites.text(rows.place - 1),
        started_at=rows.started_at,
        ended_at=rows.ended_at,
        departments=served.departments.text(rows.departments),
        cases=rows.cases.fill_null(rows.case_id),
        services=served.services.text(rows.services),
        **{name: texts.text(rows.verdict) for name, texts in told.items()},
    ).select(*COLUMNS)


def agents_of(found: ir.Table) -> ir.Table:
    """``visitor_number, visitor`` of who acts for others; any other visitor is the applicant."""
    acting = found.filter(found.agent.notnull())
    return acting.group_by("visitor_number").aggregate(visitor=acting.agent.min())
