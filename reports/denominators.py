"""What the figures of the focus are counted over: mostly whole episodes, all of them in a few places."""

from __future__ import annotations

from reports.disclosure import small
from reports.inputs import ReportInputs
from reports.text import count, name
from wording import say


def whole(inputs: ReportInputs) -> int:
    """Episodes (or cases) of the focus that the log does not cut off; 0 where that is unknown."""
    if inputs.trips is not None and inputs.trips.episodes:
        return inputs.trips.episodes
    return int(inputs.savings[0].get("episodes", 0) or 0) if inputs.savings else 0


def found(inputs: ReportInputs) -> int:
    """Episodes of the focus in the log, cut off or not; 0 where the focus is no bundle."""
    return next((int(b.get("episodes", 0)) for b in inputs.bundles if b.get("name") == inputs.focus), 0)


def cut_off(inputs: ReportInputs) -> str:
    """How many episodes the log cuts off, and that the page tells of the others; empty where it cuts off none."""
    every, kept = found(inputs), whole(inputs)
    if not kept or every <= kept:
        return ""
    values = {"focus": name(inputs.focus, 40), "whole": count(kept), "all": count(every), "cut": count(every - kept)}
    if small(every - kept, inputs.min_count):
        return say("report.basis.cut-few", **values)
    return say("report.basis.cut", **values)


def over_all_cases(inputs: ReportInputs) -> str:
    """What the numbers on a drawing count, beside what the rest of the page counts."""
    kept = whole(inputs)
    if not kept:
        return say("report.processes.counted")
    key = "counted-beside" if inputs.focus_is_bundle else "counted-beside-one"
    return say(f"report.processes.{key}", n=count(kept))
