"""Which services should become one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.blocks import Column, Section, Table
from reports.disclosure import publish
from reports.inputs import ReportInputs
from reports.text import count, name, percent
from wording import say


def section(inputs: ReportInputs) -> Section:
    """The section of bundles."""
    topic = say("report.bundles.topic")
    found = inputs.bundles
    if not found:
        key = "no-applicant" if not {"applicant", "object", "episode"} & inputs.facts.roles else "none"
        return Section("bundles", topic, say("report.bundles.off-heading"), off=say(f"report.bundles.off.{key}"))
    trips = [_today(b, "trips_mean") for b in found]
    burden = [(t or 0.0) * int(b.get("episodes", 0)) for t, b in zip(trips, found, strict=True)]
    whole = sum(burden)
    most = max(range(len(found)), key=lambda i: (burden[i], str(found[i].get("name"))))
    values: dict[str, object] = {"n": len(found), "name": name(found[most].get("name"), 40)}
    if whole > 0:
        key = "report.bundles.heading" if len(found) > 1 else "report.bundles.heading-one"
        heading = say(key, **values)
        ranked = sorted(burden, reverse=True)[:3]
        deck = say("report.bundles.deck", share=percent(sum(ranked) / whole)) if len(found) > 3 else ""
    else:
        heading, deck = say("report.bundles.heading-plain", **values), ""
    deck = say("report.bundles.what") + deck
    return Section("bundles", topic, heading, deck, (_table(inputs), _services(inputs)))


def _today(bundle: Mapping[str, Any], measure: str) -> float | None:
    value = bundle.get("today", {}).get(measure)
    return None if value is None else float(value)


def _table(inputs: ReportInputs) -> Table:
    rows = []
    strong_rows = set()
    # Only where the log cuts off some: else the two columns would be the same.
    counted = any(b.get("episodes_counted") not in (None, b.get("episodes")) for b in inputs.bundles)
    for i, bundle in enumerate(inputs.bundles):
        lead = _today(bundle, "lead_time_mean_h")
        if bundle.get("name") == inputs.focus:
            strong_rows.add(i)
        lift = bundle.get("lift")
        kept = bundle.get("episodes_counted")
        rows.append(
            (
                name(bundle.get("name")),
                len(bundle.get("services", ())),
                publish(int(bundle.get("episodes", 0)), inputs.min_count),
                *((publish(int(kept or 0), inputs.min_count),) if counted else ()),
                None if lift is None else float(lift),
                _today(bundle, "trips_mean"),
                _today(bundle, "submissions_mean"),
                None if lead is None else lead / 24,
            )
        )
    columns = (
        Column("bundle", say("report.column.bundle")),
        Column("services", say("report.column.services"), "count"),
        Column("episodes", say("report.column.episodes"), "count", people=True),
        *((Column("episodes_counted", say("report.column.whole_episodes"), "count", people=True),) if counted else ()),
        Column("lift", say("report.column.lift"), "number"),
        Column("trips_mean", say("report.column.trips_mean"), "number"),
        Column("submissions_mean", say("report.column.submissions_mean"), "number"),
        Column("lead_time_mean_days", say("report.column.lead_days"), "number"),
    )
    return Table(
        "bundles",
        say("report.bundles.table.title"),
        columns,
        tuple(rows),
        say("report.bundles.table.caption"),
        frozenset(strong_rows),
        frozenset({"trips_mean", "submissions_mean", "lead_time_mean_days"}),
        most=20,
    )


def _services(inputs: ReportInputs) -> Table:
    arrow = say("report.bundles.arrow")
    rows = []
    for bundle in inputs.bundles:
        order = bundle.get("order", ())
        rows.append(
            (
                name(bundle.get("name")),
                say("report.list.comma").join(name(s, 60) for s in bundle.get("services", ())),
                say("report.list.semicolon").join(f"{name(a, 40)}{arrow}{name(b, 40)}" for a, b in order),
            )
        )
    return Table(
        "bundle-services",
        say("report.bundles.services.title", n=len(rows), count=count(len(rows))),
        (
            Column("bundle", say("report.column.bundle")),
            Column("services", say("report.column.service"), several=True),
            Column("order", say("report.column.order"), several=True),
        ),
        tuple(rows),
        say("report.bundles.services.caption"),
        most=20,
    )
