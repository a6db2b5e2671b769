"""Which cases belong to one thing: episodes (contract, section 3), and which of them the log cuts off (section 8)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from event_logs.functions import hashed, seconds
from mining.cases import cases, let_go

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


def episodes(
    log: EventLog, *, bundles: Sequence[Sequence[str]] = (), episode_gap_days: float = 60, ends: bool = True
) -> ir.Table:
    """The episode of every case, computed once and kept.

    Parameters
    ----------
    bundles
        Each bundle's services. With any given, only cases of services of one bundle share an episode, and a case of a
        service in no bundle is an episode by itself.
    episode_gap_days
        How long after the latest end so far the next case may start.
    ends
        Whether to tell ``first_at, last_at, cut``, ``reason`` and, in ``shown``, `mining.cases.ENDS`, none of which
        trips ask for; cheaper without. A `mining.cases.combinations` gathered ahead is of use if it has the same.

    Returns
    -------
    ir.Table
        ``case_id, episode_id`` (the id of the episode's first case), ``episode_number`` (the number of its first row:
        a short key), ``applicant`` (as written), ``applicant_key, service, first_at, last_at, first_event_number,
        shown`` (of the case, as `mining.cases` gives them), ``cut`` (of the episode: some case of it lacks its
        application or its decision and hand-over) and ``reason`` (what ties the case: ``episode``, ``object``,
        ``applicant``; ``no_bundle`` or ``no_identity`` where nothing does).

    Notes
    -----
    A case is not judged as cut off by a step that no case of its service shows: the log does not record it.

    What is judged is what the log shows of each case (contract, section 8). A case that lies before the log's begin or
    after its end as a whole leaves no trace: an episode that lacks only such cases is counted as if it were complete.
    """
    found = log.engine.view("cases", cases(log, ends=ends))
    tied = _tied(found, _bundle_of(log, found, bundles))
    numbers = log.keep("episode_numbers", _numbered(tied, episode_gap_days))
    named = _named(tied, numbers)
    asked = _judged(tied, numbers, named) if ends else named.drop(*_OF_TIME_AND_TIE)
    kept = log.keep("episodes", asked, as_written=True)
    log.engine.drop(numbers)
    let_go(log)
    return kept


def _bundle_of(log: EventLog, found: ir.Table, bundles: Sequence[Sequence[str]]) -> dict[str, int] | None:
    """The bundle's number of each service of the log that is in one; None where no bundles are given."""
    if not bundles:
        return None
    numbers = {_plain(service): number for number, bundle in enumerate(bundles) for service in bundle}
    written = log.rows(found.select("service").distinct().order_by("service"))
    known = [service for (service,) in written if service is not None]
    return {service: numbers[_plain(service)] for service in known if _plain(service) in numbers}


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _tied(found: ir.Table, bundle_of: dict[str, int] | None) -> ir.Table:
    """Cases with ``tie`` (what they share), ``bundle`` and ``reason``."""
    import ibis

    own = ibis.cases(
        (found.episode.notnull(), "episode"),
        (found.object.notnull(), "object"),
        (found.applicant_key.notnull(), "applicant"),
        else_="no_identity",
    )
    bundle = ibis.literal(-1, "int64")
    if bundle_of is not None:
        known = [(found.service == service, number) for service, number in bundle_of.items()]
        bundle = ibis.cases(*known, else_=bundle) if known else bundle
        own = (bundle < 0).ifelse("no_bundle", own)
    tied = found.mutate(reason=own, bundle=bundle)
    return tied.mutate(
        tie=ibis.cases(
            (tied.reason == "episode", tied.episode),
            (tied.reason == "object", tied.object),
            (tied.reason == "applicant", tied.applicant_key),
            else_=tied.case_id,
        )
    )


def _numbered(tied: ir.Table, gap_days: float) -> ir.Table:
    """``first_event_number, episode_number`` of every case: what is tied, split by the gap after the latest end so far.

    Rows are sorted by numbers, and nothing else goes with them: texts would cost several times as much. Two ties of a
    million share a number once in some ten million logs.
    """
    import ibis

    lines = tied.select(
        "first_event_number", "first_at", "last_at",
        line=hashed(tied.tie) ^ hashed(tied.reason) ^ hashed(tied.bundle),
    )  # fmt: skip
    window = {"group_by": "line", "order_by": ["first_at", "first_event_number"]}
    earlier, here = ibis.window(**window, rows=(None, -1)), ibis.window(**window)
    gap = seconds(float(round(gap_days * 86400)))
    apart = lines.mutate(
        starts=~(lines.first_at <= lines.last_at.max().over(earlier) + gap).fill_null(False),
        place_in_line=ibis.row_number().over(here),
    )
    number = carried(apart.starts, apart.place_in_line, apart.first_event_number)
    return apart.select("first_event_number", episode_number=number.over(ibis.window(**window, rows=(None, 0))) % CARRY)


_OF_TIME_AND_TIE = ("first_at", "last_at", "reason")


def _named(tied: ir.Table, numbers: ir.Table) -> ir.Table:
    """The cases with the name of their episode."""
    first = numbers.filter(numbers.first_event_number == numbers.episode_number).select("episode_number")
    names = tied.inner_join(first, tied.first_event_number == first.episode_number)
    named = tied.inner_join(numbers, "first_event_number").inner_join(
        names.select("episode_number", episode_id="case_id"), "episode_number"
    )
    return named.select(
        "case_id", "episode_id", "episode_number", "applicant", "applicant_key", "service", "first_event_number",
        "shown", *_OF_TIME_AND_TIE,
    )  # fmt: skip


def _judged(tied: ir.Table, numbers: ir.Table, named: ir.Table) -> ir.Table:
    """And whether it is cut off."""
    # What no case of a service shows is not recorded for it, so that its lack cuts nothing off.
    services = tied.group_by("service").aggregate(knows_begin=tied.begins.any(), knows_end=tied.ends.any())
    judged = tied.left_join(services, tied.service.identical_to(services.service))
    lacking = (judged.knows_begin & ~judged.begins) | (judged.knows_end & ~judged.ends)
    cut = judged.filter(lacking).select("first_event_number").inner_join(numbers, "first_event_number")
    met = named.left_join(cut.select("episode_number").distinct().mutate(cut=True), "episode_number")
    return met.select(*named.columns, met.cut.fill_null(False).name("cut"))


# Room for event numbers in a carried code: 2 to the 33rd, eight thousand million rows.
CARRY = 1 << 33


def carried(starts: ir.BooleanColumn, place_in_line: ir.IntegerColumn, number: ir.IntegerColumn) -> ir.IntegerScalar:
    """The number of the latest row that starts a group, to be taken over a running window; ``% CARRY`` reads it.

    A running maximum carries it, since rows stand in line: cheaper than a window for each group, and the same on every
    engine (which differ in whether ``last`` skips nulls).
    """
    import ibis

    return starts.ifelse(place_in_line * CARRY + number, ibis.null("int64")).max()
