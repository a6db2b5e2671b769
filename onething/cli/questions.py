"""Commands that ask the log one question each and answer in rows: flows, variants, trips, materials, bundles."""

from __future__ import annotations

from typing import Annotated

import typer

from onething.cli.asking import Ask
from wording import say
from wording.errors import UsageError

Between = Annotated[str, typer.Option("--between", metavar="activities|departments", help=say("cli.help.between"))]


def flows(ask: Ask, *, between: Between = "activities") -> None:
    """Directly-follows flows between activities or departments."""
    if between not in ("activities", "departments"):
        raise UsageError("cli.unknown-between", name=between)
    from mining.flows import flows as find
    from onething.calls import opened, rows

    call = opened(ask)
    rows(call, find(call.log, between=between), "flows")


def variants(ask: Ask) -> None:
    """Distinct traces."""
    from mining.variants import variants as find
    from onething.calls import opened, rows

    call = opened(ask)
    rows(call, find(call.log), "variants")


def trips(ask: Ask) -> None:
    """Trips, a row each."""
    from functools import partial

    from mining.cases import combinations
    from mining.trips import notes
    from onething.calls import opened, rows, tell_notes, trips_of

    call = opened(ask, gather=partial(combinations, ends=False))
    rows(call, trips_of(call), "trips")
    rests_on = notes(call.log, places_given=call.places_given, applicant_activities=call.applicant_activities)
    tell_notes(call, (*call.places_unknown, *call.notes_on_given(), *rests_on))


def materials(ask: Ask) -> None:
    """Submissions, a row each."""
    from mining.materials import notes
    from onething.calls import materials_of, opened, rows, tell_notes

    call = opened(ask)
    rows(call, materials_of(call), "materials")
    tell_notes(call, notes(call.log))


def bundles(ask: Ask) -> None:
    """Which services should become one thing."""
    from onething.calls import bundle_rows, opened

    bundle_rows(opened(ask))
