"""Which service comes before which: what is handed on, what order is kept. Evidence, not yet a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
from ibis import _

from event_logs.functions import lists_any

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class Precedence:
    """An ordered pair of services over the episodes that have both.

    `both` counts those; `handed_on` those in which `after` is handed an output of `before` once it is issued, `output`
    the one most often so; `kept` those in which `after` begins only when `before` has issued; `first` those in which
    `before` begins earlier.
    """

    before: str
    after: str
    both: int
    kept: int
    first: int
    handed_on: int = 0
    output: str = ""


def precedences(
    log: EventLog, services: Sequence[str], *, episodes: ir.Table, classes: ir.Table | None = None
) -> tuple[Precedence, ...]:
    """Evidence for every ordered pair of services that share episodes.

    Parameters
    ----------
    services
        At least two; else there is nothing to order.
    episodes
        `case_id`, `service`, `episode_id` a row a case.
    classes
        `spelling` and `material_class`; by default a document is what it is called.

    Returns
    -------
    tuple of Precedence
        In the order of `services`.
    """
    if len(services) < 2:
        return ()
    cases = episodes.filter(_.service.isin(list(services))).select("case_id", "service", "episode_id").distinct()
    spans = log.keep("precedence_spans", _spans(log, cases))
    most = _handed_most(log, cases, classes) if log.has("materials", "outputs") else {}
    rank = {service: at for at, service in enumerate(services)}
    found = [
        Precedence(a, b, int(both), int(kept), int(first), *most.get((a, b), (0, "")))
        for a, b, both, kept, first in log.run(_pairs(spans)).itertuples(index=False, name=None)
    ]
    return tuple(sorted(found, key=lambda p: (rank[p.before], rank[p.after])))


def _handed_most(log: EventLog, cases: ir.Table, classes: ir.Table | None) -> dict[tuple[str, str], tuple[int, str]]:
    """For each pair, the output most often handed on, and in how many episodes."""
    handed = _handed_on(log, cases, classes).order_by(_.episodes.desc(), _.output)
    most: dict[tuple[str, str], tuple[int, str]] = {}
    for before, after, output, episodes in log.run(handed).itertuples(index=False, name=None):
        most.setdefault((before, after), (int(episodes), str(output)))
    return most


def _events_of(log: EventLog, cases: ir.Table) -> ir.Table:
    """The events of some cases, with the service and the episode of the case: not every event need name them."""
    return log.events.drop("service", "episode").join(cases, "case_id")


def _spans(log: EventLog, cases: ir.Table) -> ir.Table:
    """First begin, and issue, of each service in each episode. Issued: with the last output, else at the last step that
    is not the applicant's; of several cases of one service the first counts."""
    events = _events_of(log, cases)
    begun = ibis.coalesce(events.started_at, events.completed_at)
    has_output = events.outputs.length().fill_null(0) > 0
    officer = events.actor.fill_null("officer") != "applicant"
    by_case = (
        events.mutate(begun=begun, issue=has_output, officer=officer)
        .group_by("episode_id", "case_id", "service")
        .aggregate(
            begun_at=_.begun.min(),
            output_at=_.completed_at.max(where=_.issue),
            officer_at=_.completed_at.max(
                where=_.officer & (_.delivery.isnull() | (_.channel.fill_null("") != "post"))
            ),
            last_at=_.completed_at.max(),
        )
    )
    return by_case.group_by("episode_id", "service").aggregate(
        begun_at=_.begun_at.min(), issued_at=ibis.coalesce(_.output_at.min(), _.officer_at.min(), _.last_at.min())
    )


def _pairs(spans: ir.Table) -> ir.Table:
    other = spans.view()
    joined = spans.join(other, [spans.episode_id == other.episode_id, spans.service != other.service])
    return (
        joined.select(
            before=spans.service,
            after=other.service,
            begun=spans.begun_at,
            issued=spans.issued_at,
            next_begun=other.begun_at,
        )
        .group_by("before", "after")
        .aggregate(both=_.count(), kept=(_.next_begun >= _.issued).sum(), first=(_.begun < _.next_begun).sum())
    )


def _handed_on(log: EventLog, cases: ir.Table, classes: ir.Table | None) -> ir.Table:
    """Episodes in which a service is handed what another has issued before, by pair and document."""
    events = _events_of(log, cases)
    issued = events.filter(lists_any(events.outputs)).select(
        "episode_id", "service", at="completed_at", document=_.outputs.unnest()
    )
    taken = events.filter(lists_any(events.materials)).select(
        "episode_id", "service", at="completed_at", document=_.materials.unnest()
    )
    if classes is not None:
        issued, taken = (_classed(table, classes) for table in (issued, taken))
    later = taken.select("episode_id", "document", after="service", taken_at="at").view()
    return (
        issued.view()  # a step of its own: a join on what the step before computed is refused
        .join(later, ["episode_id", "document"])
        .filter(_.service != _.after, _["at"] <= _.taken_at)
        .group_by(before="service", after="after", output="document")
        .aggregate(episodes=_.episode_id.nunique())
    )


def _classed(table: ir.Table, classes: ir.Table) -> ir.Table:
    known = classes.select(document="spelling", known="material_class").distinct(on="document")
    return table.left_join(known, "document").select(
        "episode_id", "service", "at", document=ibis.coalesce(_.known, _.document)
    )
