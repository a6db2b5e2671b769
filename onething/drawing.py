"""`onething draw`: the flow map of departments or activities as SVG, PDF or PNG."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from onething.output import named_once, one_file, refuse_unwritable
from wording import say
from wording.errors import UsageError

if TYPE_CHECKING:
    from onething.calls import Call
    from onething.cli.asking import Ask


def draw(ask: Ask, named: Path | None, between: str) -> None:
    """Draw the map of a log to the file named, else to ``draw.svg`` in the call's folder.

    Raises
    ------
    UsageError
        The flows asked for do not exist or do not depend on an option that is given, no file or folder is named or both
        are, the name's ending is no picture's, or the file is there already.
    """
    named_once(named, ask.out)
    if named is None and ask.out is None:
        raise UsageError("cli.missing", name="--to")
    to = named or Path("draw.svg")
    if to.suffix.lower() not in (".svg", ".pdf", ".png"):
        raise UsageError("cli.unknown-picture", path=to)
    if between not in ("activities", "departments"):
        raise UsageError("cli.unknown-between", name=between)
    if between == "activities":
        for name in ("bundles", "catalogue"):
            if getattr(ask, name) is not None:
                raise UsageError(f"cli.unused.{name}", command="draw --between activities")
    if ask.out is None:
        refuse_unwritable(to, force=ask.force)
    from onething.calls import opened
    from reports.pictures import save

    call = opened(ask)
    picture = departments(call) if between == "departments" else activities(call)
    call.progress.end()
    with one_file(to, ask.out, force=ask.force) as work:
        save(picture, work)
    print(say("cli.written", path=ask.out / to if ask.out else to), file=sys.stderr)  # noqa: T201


def departments(call: Call) -> str:
    """Departments one after another in the log's episodes, with the trips to each."""
    from mining.episodes import episodes
    from mining.focus import focus_on
    from mining.trips import trips
    from onething.telling import cards_of, flows_of, trips_of
    from reports.flow_maps import department_map

    under = episodes(call.log, bundles=call.given_bundles(), episode_gap_days=call.episode_gap_days)
    journeys = trips(
        call.log,
        under,
        places=call.catalogue.halls,
        trip_gap_h=call.trip_gap_h,
        applicant_activities=call.applicant_activities,
    )
    focus = focus_on(call.log, under, (), trips=journeys, materials=None)
    return department_map(flows_of(focus), cards_of(focus), trips_of(focus, {}))


def activities(call: Call) -> str:
    """Activities one after another, framed by their departments."""
    from mining.flows import flows
    from mining.focus import records
    from reports.flow_maps import MapEdge, MapNode, flow_map

    log = call.log
    events = log.events
    counted = events.group_by("activity").aggregate(
        cases=events.case_id.nunique(), department=events.department.mode(), departments=events.department.nunique()
    )
    nodes = [
        MapNode(
            row["activity"],
            row["activity"],
            cases=int(row["cases"]),
            group=row["department"] if row["departments"] == 1 else "",
        )
        for row in records(log.run(counted.order_by(counted.cases.desc(), "activity")))
    ]
    edges = [
        MapEdge(row["source"], row["target"], int(row["cases"]), None if wait is None else wait / 3600)
        for row in records(log.run(flows(log, between="activities")))
        for wait in [row["median_wait_s"]]
    ]
    return flow_map(nodes, edges)
