"""Report: the sections in reading order, plain data, no HTML."""

from __future__ import annotations

from dataclasses import replace

import wording
from reports.blocks import Report
from reports.inputs import Process, ReportInputs
from reports.sections import answer, basis, bundles, flows, forms, materials, method, processes, savings, trips, waits
from reports.text import name, plain

__all__ = ["Report", "ReportInputs", "report"]

CONTROLS = (
    "answer",
    "brand",
    "brand-sub",
    "search",
    "search-hint",
    "search-none",
    "dark",
    "light",
    "print",
    "skip",
    "contents",
    "data",
    "csv",
    "filter",
    "rows-more",
    "link",
    "at-least",
    "times",
    "count",
    "wait",
    "zoom-in",
    "zoom-out",
    "zoom-reset",
    "map-label",
    "play",
    "pause",
    "restart",
    "clock",
    "done",
    "done-mean",
    "day",
    "scroll",
    "of-today",
    "proposed",
    "whole",
    "off",
    "topics",
    "still",
)


def without_idle_proposals(inputs: ReportInputs) -> ReportInputs:
    """Without forecasts of no move at all, and what was noted of them: a to-be that is the as-is is no proposal."""
    moved = tuple(saving for saving in inputs.savings if saving.get("moves"))
    if len(moved) == len(inputs.savings):
        return inputs
    if moved:
        return replace(inputs, savings=moved)
    notes = tuple(note for note in inputs.notes if not note[0].startswith("simulation."))
    return replace(inputs, savings=(), to_be=Process(), replay=None, notes=notes)


def report(inputs: ReportInputs) -> Report:
    """The report in the language in force (`wording.use`).

    Parameters
    ----------
    inputs
        What it tells; every part may be empty, and its section then says what would switch it on.

    Returns
    -------
    Report
        Sections in reading order: the answer, what it rests on, departments, trips, materials, waits, bundles, the
        processes, the replay, savings, the form, hand-overs, data quality, method.
    """
    inputs = without_idle_proposals(inputs)
    sections = (
        answer.section(inputs),
        basis.section(inputs),
        flows.section(inputs),
        trips.section(inputs),
        materials.section(inputs),
        waits.section(inputs),
        bundles.section(inputs),
        processes.section(inputs),
        processes.replay(inputs),
        savings.section(inputs),
        forms.section(inputs),
        forms.handover(inputs),
        basis.quality(inputs),
        method.section(inputs),
    )
    region = name(inputs.facts.regions[0], 24) if len(inputs.facts.regions) == 1 else ""
    subject = " · ".join(part for part in (region, basis.period(inputs)) if part)
    texts = {key: wording.say(f"report.control.{key}") for key in CONTROLS}
    title = plain(answer.heading(inputs))
    return Report(wording.language(), title, subject, sections, name(inputs.version), texts)
