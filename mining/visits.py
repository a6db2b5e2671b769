"""Which events need the applicant on the spot: recorded, inferred from a field, or only possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from event_logs.functions import hashed, lists_any, one_of
from event_logs.halls import hall_of
from mining.cases import AT_WINDOW, COLLECTED, DECLARED, FETCHED, SEEN, shown
from mining.facing import ON_THE_SPOT, Facing, facing, needs_applicant
from mining.joins import bare
from mining.places import only_places, with_places
from mining.steps import is_step

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import ShortTexts
    from event_logs.log import EventLog

CERTAINTY = ("observed", "inferred", "possible")

# Why an event counts as a visit, by the index that the tables carry; the keys stand in wording `trips.rule`.
# The first three give an observed visit, the next two an inferred one, the last a possible one: the larger, the weaker.
RULES = ("recorded", "vocabulary", "assumed", "delivery", "window", "channel")
_BY_DELIVERY, _BY_WINDOW, _POSSIBLE = 3, 4, 5


def visits(
    log: EventLog,
    episodes: ir.Table,
    *,
    sites: ShortTexts,
    offices: ShortTexts,
    places: Mapping[str, str] | None = None,
    applicant_activities: Sequence[str] = (),
) -> ir.Table:
    """The visit events of a log, computed once and kept.

    Parameters
    ----------
    episodes
        What `mining.episodes.episodes` gives: the applicant of each case.
    sites, offices
        How places (`mining.places.sites_of`) and departments are held.
    places
        Department or window → hall.
    applicant_activities
        The activities that need the applicant, where the log has no actor; empty: the catalogue's vocabulary.

    Returns
    -------
    ir.Table
        A row a visit event: ``visit_number`` (grows with the event's), ``department, place`` (resolved), ``begun_at``
        (start, completion where unknown), ``completed_at, day, visitor_number`` (stands for who came; two visitors of a
        million share one once in some ten million logs, as two cases share the number that they are looked up by),
        ``agent`` (his name, where one came), ``corrects`` and ``collects`` (which errand), ``rule`` (index in `RULES`;
        the larger, the weaker), and ``case_number, episode_number``, which are the ``first_event_number`` and
        ``episode_number`` of `episodes`.
    """
    import ibis

    known = facing(log, applicant_activities)
    found = _recorded(log, known, places)
    for inferred in _inferred(log, known, places, episodes):
        found = found.union(inferred)
    # An unknown visitor is the unknown applicant of that one case: he ties nothing beyond it.
    person = hashed(ibis.coalesce(episodes.applicant_key, "case " + episodes.case_id))
    of_case = episodes.select(
        "episode_number", "shown", case=hashed(episodes.case_id), case_number="first_event_number", person=person
    )
    joined = found.inner_join(of_case, "case")
    if log.has("delivery"):  # what is only possible elsewhere is inferred where the case says so
        said = joined.collects & (joined.rule == _POSSIBLE) & ((joined.shown & DECLARED) != 0)
        joined = joined.mutate(rule=said.ifelse(_BY_DELIVERY, joined.rule))
    complete = joined.mutate(
        visitor_number=joined.agent_key.notnull().ifelse(hashed(joined.agent_key), joined.person),
        place=sites.hold(joined.place),
        department=offices.hold(joined.department),
    ).drop("agent_key", "person", "case", "shown")
    kept = log.keep("visits", complete, as_written=True)  # whose visits they are is looked up, not the visits
    if not log.rows(kept.filter(kept.place.isnull()).select("visit_number").limit(1)):
        return kept
    filled = with_places(kept, log.keep("only_places", only_places(log, places)))
    return log.keep("visits", filled.mutate(place=sites.hold(filled.place)))


def _as_visits(log: EventLog, events: ir.Table, known: Facing, places: Mapping[str, str] | None) -> ir.Table:
    """Events in the visit table's columns; `events` has ``rule``."""
    import ibis

    begun = events.started_at.fill_null(events.completed_at)
    none = ibis.null("string")
    return events.select(
        "department",
        case=hashed(events.case_id),
        visit_number=events.event_number * 2,
        place=hall_of(events, places),
        begun_at=begun,
        completed_at=events.completed_at,
        day=begun.date(),
        agent_key=events.agent_key if log.has("agent") else none,
        agent=events.agent_key.notnull().ifelse(events.agent, none) if log.has("agent") else none,
        corrects=is_step(events, known.steps, "correct"),
        collects=is_step(events, known.steps, "collect"),
        rule=events.rule.cast("int8"),
    )


def _recorded(log: EventLog, known: Facing, places: Mapping[str, str] | None) -> ir.Table:
    """The applicant's events on the spot, and those of unknown channel, which are only possible."""
    import ibis

    needs, rule = needs_applicant(log, known)
    events = log.events
    if log.has("actor"):
        # Of one column and never null: a file's other columns are then read for these rows alone.
        events = events.filter((events.actor == "applicant").fill_null(True))
    if not log.has("channel"):
        # Nothing says where any event happened. What is merely assumed to be the applicant's is then no visit at all.
        wanted = needs if not known.assumed else ibis.literal(False)
        if log.has("actor"):
            wanted = events.actor == "applicant" if known.assumed else needs
        return _as_visits(log, events.mutate(rule=_POSSIBLE).filter(wanted), known, places)
    unknown = events.channel.isnull()
    here = one_of(events.channel, ON_THE_SPOT)
    possible = unknown & (needs if not known.assumed else ibis.literal(False))
    if known.assumed and log.has("actor"):
        possible = unknown & (events.actor == "applicant")
    marked = events.mutate(rule=unknown.ifelse(_POSSIBLE, rule))
    return _as_visits(log, marked.filter((here & needs) | possible), known, places)


def _inferred(log: EventLog, known: Facing, places: Mapping[str, str] | None, episodes: ir.Table) -> list[ir.Table]:
    """Visits that no event records but a field implies."""
    by_field = {"uncollected": log.has("delivery"), "unseen": log.has("channel") and not known.assumed}
    if not any(by_field.values()):
        return []
    lacking = log.keep("lacking", _lacking(log, known, episodes))
    ((uncollected, handed_out, unseen),) = log.rows(
        lacking.aggregate(a=lacking.uncollected.any(), b=lacking.handed_out.any(), c=lacking.unseen.any())
    )
    out: list[ir.Table] = []
    if by_field["uncollected"] and uncollected:
        cases = lacking.filter(lacking.uncollected)
        collections = _as_visits(log, _collections_not_recorded(log, known, cases), known, places)
        # What tells of the collection may be a visit itself.
        out.append(collections.mutate(collects=True, visit_number=collections.visit_number + 1))
    if by_field["uncollected"] and handed_out:
        out.append(_as_visits(log, _handed_out(log, known, lacking.filter(lacking.handed_out)), known, places))
    if by_field["unseen"] and unseen:
        out.append(_as_visits(log, _window_cases(log, known, lacking.filter(lacking.unseen)), known, places))
    return out


def _lacking(log: EventLog, known: Facing, episodes: ir.Table) -> ir.Table:
    """The cases that show less than they tell: ``case_id``, and what.

    ``uncollected``: its result is to be collected, and no event collects it; ``handed_out``: an officer's events alone
    do; ``unseen``: it was at a window, and no event is its applicant's.
    """
    cases = episodes
    if known.listed:  # what is the applicant's is then not what `mining.cases` took for his
        events = log.events.mutate(shown=shown(log, known))
        cases = events.group_by("case_id").aggregate(shown=events.shown.bit_or())
    declared, collected, fetched, at_window, seen = (
        (cases.shown & bit) != 0 for bit in (DECLARED, COLLECTED, FETCHED, AT_WINDOW, SEEN)
    )
    found = cases.select(
        "case_id",
        uncollected=declared & ~collected,
        handed_out=declared & collected & ~fetched,
        unseen=at_window & ~seen,
    )
    return found.filter(found.uncollected | found.handed_out | found.unseen)


def _handed_out(log: EventLog, known: Facing, cases: ir.Table) -> ir.Table:
    """The collections that an officer recorded at the window, or nowhere, of cases that show no other."""
    events = log.events
    collects = is_step(events, known.steps, "collect")
    here = events.channel.isnull() | one_of(events.channel, ON_THE_SPOT)
    return events.filter(collects & here).semi_join(cases, "case_id").mutate(rule=_BY_DELIVERY)


def _collections_not_recorded(log: EventLog, known: Facing, lacking: ir.Table) -> ir.Table:
    """The last issue of each case that is to be collected and shows no collection: he came after it."""
    import ibis

    events = log.events
    issues = is_step(events, known.steps, "issue")
    if log.has("outputs"):
        issues = issues | lists_any(events.outputs)
    if log.has("outcome"):
        issues = issues & ~one_of(events.outcome, ["refuse", "withdraw", "return"])
    issued = events.filter(issues).semi_join(lacking, "case_id")
    last = ibis.window(group_by="case_id", order_by=[issued.completed_at.desc(), issued.event_number.desc()])
    numbered = issued.mutate(turn=ibis.row_number().over(last))
    chosen = numbered.filter(numbered.turn == 0)
    return chosen.mutate(started_at=chosen.completed_at, rule=_BY_DELIVERY)


def _window_cases(log: EventLog, known: Facing, lacking: ir.Table) -> ir.Table:
    """The first event of each window case that shows no event of its applicant.

    Not where the log merely starts in the midst of the case: its service shows the applicant elsewhere, and the first
    event is one that only follows a reception.
    """
    import ibis

    events = log.events
    needs, _ = needs_applicant(log, known)
    here = events.filter(one_of(events.channel, ON_THE_SPOT)).semi_join(lacking, "case_id")
    first = ibis.window(
        group_by="case_id",
        order_by=[here.started_at.fill_null(here.completed_at), here.completed_at, here.event_number],
    )
    numbered = here.mutate(turn=ibis.row_number().over(first))
    chosen = numbered.filter(numbered.turn == 0)
    shown = events.filter(needs & events.service.notnull()).select("service").distinct()
    joined = chosen.left_join(shown.mutate(shows=True), "service")
    late = is_step(joined, known.steps, "notice", "review", "decide", "issue", "post", "survey")
    midway = joined.shows.fill_null(False) & late
    return (
        bare(joined.filter(~midway))
        .drop("shows")
        .mutate(completed_at=joined.started_at.fill_null(joined.completed_at), rule=_BY_WINDOW)
    )
