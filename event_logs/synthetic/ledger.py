"""What is noted of a run: each episode's tally, and the events where they are asked for."""

from __future__ import annotations

from event_logs.synthetic.demand import ONSITE, POST, SELF_SERVICE
from event_logs.synthetic.rules import own_place
from event_logs.synthetic.scenario import Activities
from event_logs.synthetic.state import CaseRun, Event, Visit


class Ledger:
    """Takes down every step as it is done; `events` stays empty unless `record`."""

    def __init__(self, names: Activities, record: bool) -> None:
        self.names, self.record = names, record
        self.events: list[Event] = []

    def note(
        self,
        run: CaseRun,
        kind: str,
        activity: str,
        start: float,
        end: float,
        work: float,
        officer: str,
        place: str = "",
        materials: tuple[str, ...] = (),
        outputs: tuple[str, ...] = (),
        alone: bool = False,
    ) -> None:
        """One step of a case: `place` where the applicant had to come, `work` in working seconds."""
        episode = run.episode
        tally = episode.tally
        tally.first, tally.last = min(tally.first, start), max(tally.last, end)
        tally.submissions += len(materials)
        tally.work_s += work
        if place and tally.visits is not None:
            tally.visits.append(Visit(place, start, end, self.department(run, kind, place), alone))
        if self.record:
            self.events.append(
                Event(
                    run.case.index,
                    episode.episode.index,
                    kind,
                    activity,
                    start,
                    end,
                    officer,
                    _channel(run, kind, place),
                    place,
                    materials,
                    outputs,
                    alone,
                    work,
                )
            )

    def department(self, run: CaseRun, kind: str, place: str) -> str:
        """The department that a visit counts for: at one window that which receives there today, whatever it is for."""
        episode = run.episode
        red, cases = episode.redesign, list(episode.cases.values())
        handed_over = kind == "collect" and run in episode.held
        if place == red.place and (handed_over or (red.one_window and kind in ("apply", "correct"))):
            return next((c for c in cases if own_place(c) == place), cases[0]).case.department.name
        if handed_over or (red.one_form and kind == "apply"):
            return cases[0].case.department.name
        return run.case.department.name


def _channel(run: CaseRun, kind: str, place: str) -> str:
    if kind == "post":
        return POST
    if not place:
        return run.case.channel
    return SELF_SERVICE if place == run.case.service.self_service_place else ONSITE
