"""What the report is told: a study's findings, proposal and savings as `reports.inputs` has them; no identity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import onething
import reports.inputs as told
from mining.focus import Focus, log_facts, records

if TYPE_CHECKING:
    import pandas as pd

    from onething.study import Study, Target
    from redesign.proposal import Proposal

TABLES = ("trips.csv", "materials.csv", "bundles.json", "savings.json", "rejected.csv", "tables.xlsx", "evidence.json")


def inputs_of(study: Study) -> told.ReportInputs:
    """Everything that the report tells of a study."""
    findings, lead = study.findings, study.lead
    focus = findings.focus(lead.services)
    every = findings.focus(())
    proposal = lead.proposal
    savings = lead.savings.as_json() if lead.savings else {}
    return told.ReportInputs(
        facts=facts_of(study),
        focus=lead.name,
        focus_is_bundle=lead.is_bundle,
        focus_services=lead.services,
        notes=notes_of(study),
        checks=checks_of(study),
        flows=flows_of(focus),
        cards=cards_of(focus),
        flow_map_svg=map_of(focus),
        trips=trips_of(focus, savings),
        trips_all=trips_of(every, {}),
        materials=cells_of(focus),
        issuers=issuers_of(focus),
        merges=merges_of(study),
        waits=waits_of(study, lead),
        timeline=timeline_of(study, lead),
        promises=promises_of(study, lead),
        lead_time_mean_h=sum(focus.lead_times_h) / len(focus.lead_times_h) if focus.lead_times_h else None,
        lead_times_h=focus.lead_times_h,
        bundles=tuple(bundle.as_json() for bundle in findings.bundles),
        as_is=process_of(proposal, "as_is"),
        to_be=process_of(proposal, "to_be"),
        ties=ties_of(proposal),
        savings=tuple(savings_of(target) for target in study.targets if target.savings is not None),
        replay=replay_of(lead),
        form=form_of(proposal, focus),
        handovers=handovers_of(proposal),
        in_person=in_person_of(study, lead),
        parameters=parameters_of(study),
        seed=study.call.ask.seed,
        version=onething.__version__,
        files=TABLES,
    )


def facts_of(study: Study) -> told.LogFacts:
    """What the log is."""
    reading = study.call.log.reading
    facts = log_facts(study.call.log, study.findings.episodes)
    return told.LogFacts(
        files=tuple(path.name for path in reading.files),
        rows=reading.rows,
        rejected=len(reading.rejected),
        duplicates=reading.duplicates,
        roles=study.call.log.present,
        **facts,
    )


def notes_of(study: Study) -> tuple[told.Note, ...]:
    """What was assumed or could not be analysed, in the order in which it arose, each once."""
    from mining.bundles import notes as of_bundles
    from mining.materials import notes as of_materials
    from mining.trips import notes as of_trips

    log = study.call.log
    found = [
        *log.reading.notes,
        *study.call.places_unknown,
        *of_trips(log, places_given=study.call.places_given, applicant_activities=study.call.applicant_activities),
        *of_materials(log),
        *study.call.notes_on_given(),
        *of_bundles(log, study.findings.bundles),
    ]
    if study.lead.proposal is not None:
        found += list(study.lead.proposal.as_is.notes)
    if study.lead.savings is not None:
        found += list(study.lead.savings.notes)
    once = {(key, repr(sorted(values.items()))): (key, values) for key, values in found}
    return tuple(once.values())


def checks_of(study: Study) -> tuple[told.Check, ...]:
    """Data quality: the checks that found something."""
    return tuple(told.Check(f"checks.{check.code}", check.count, check.of) for check in study.checks)


def flows_of(focus: Focus) -> tuple[told.FlowRow, ...]:
    """Departments one after another."""
    return tuple(
        told.FlowRow(r["source"], r["target"], int(r["cases"]), int(r["events"]), r["median_wait_h"], r["p90_wait_h"])
        for r in records(focus.flows)
    )


def cards_of(focus: Focus) -> tuple[told.DepartmentCard, ...]:
    """Departments of the map."""
    return tuple(
        told.DepartmentCard(r["department"], tuple(sorted(map(str, _listed(r["services"])))), int(r["cases"]))
        for r in records(focus.cards)
    )


def map_of(focus: Focus) -> str:
    """The departmental flow map; empty where fewer than two departments follow one another."""
    if len(focus.cards) < 2:
        return ""
    from reports.flow_maps import department_map

    return department_map(flows_of(focus), cards_of(focus), trips_of(focus, {}), alone=False)


def trips_of(focus: Focus, savings: Mapping[str, Any]) -> told.TripFacts | None:
    """Trips of the focus; None where the log shows none."""
    rows = focus.trip_totals
    if not len(rows):
        return None
    certain = rows[rows["certainty"] != "possible"]
    by = rows.groupby("certainty")["trips"].sum().to_dict()
    counts = counts_of(certain)
    possible = int(by.get("possible", 0))
    mean = counts.total / focus.episodes if focus.episodes else None
    with_possible = (counts.total + possible) / focus.episodes if focus.episodes and possible else None
    return told.TripFacts(
        episodes=focus.episodes,
        counts=counts,
        by_department=tuple(counts_by(focus, "department").items()),
        by_place=tuple(counts_by(focus, "place").items()),
        observed=int(by.get("observed", 0)),
        inferred=int(by.get("inferred", 0)),
        possible=possible,
        mean=mean,
        mean_with_possible=with_possible,
        avoidable=_avoidable(savings, focus),
    )


def _avoidable(savings: Mapping[str, Any], focus: Focus) -> int | None:
    saving = ((savings.get("measures") or {}).get("trips_mean") or {}).get("saving") or {}
    value = saving.get("value")
    return None if value is None else max(0, round(float(value) * focus.episodes))


def counts_of(rows: pd.DataFrame) -> told.TripCounts:
    """Rows of kind, cause and trips, added up."""
    found: dict[str, int] = defaultdict(int)
    for row in records(rows):
        found[(row["cause"] or "other") if row["kind"] == "return" else row["kind"]] += int(row["trips"])
    return told.TripCounts(
        **{name: found.get(name, 0) for name in ("first", "multi", "collection", "correction", "other")}
    )


def counts_by(focus: Focus, column: str) -> dict[str, told.TripCounts]:
    """Trips by department or place, most first. A trip to two departments counts in both; it has one place."""
    rows = focus.trip_totals if column == "place" else focus.trips
    certain = rows[rows["certainty"] != "possible"]
    groups = {str(name): counts_of(rows) for name, rows in certain.groupby(column, dropna=True) if str(name)}
    return dict(sorted(groups.items(), key=lambda item: (-item[1].total, item[0])))


def cells_of(focus: Focus) -> tuple[told.MaterialCell, ...]:
    """Material class by department."""
    return tuple(
        told.MaterialCell(
            row["material_class"],
            row["department"] or "",
            int(row["submissions"]),
            int(row["repeats_same"] or 0),
            int(row["repeats_other"] or 0),
            int(row["rework"] or 0),
            int(row["shareable"] or 0),
            row["issuer"] or "",
        )
        for row in records(focus.materials)
    )


def issuers_of(focus: Focus) -> dict[str, str]:
    """Material class -> the department that issues most of its shareable submissions."""
    most: dict[str, tuple[int, str]] = {}
    for cell in cells_of(focus):
        if cell.issuer and (cell.shareable, cell.issuer) > most.get(cell.material_class, (0, "")):
            most[cell.material_class] = (cell.shareable, cell.issuer)
    return {name: issuer for name, (_, issuer) in sorted(most.items())}


def merges_of(study: Study) -> tuple[told.Merge, ...]:
    """Names taken for one class, and how many submissions were written so."""
    merges = study.findings.classes.merges
    if not merges:
        return ()
    handed_in = study.findings.materials
    counted = study.call.log.run(handed_in.group_by("material").aggregate(n=handed_in.count()))
    times = dict(zip(counted["material"], counted["n"], strict=True))
    return tuple(
        told.Merge(m.spelling, m.material_class, f"materials.rule.{m.rule}", int(times.get(m.spelling, 0)))
        for m in merges
    )


def waits_of(study: Study, lead: Target) -> tuple[told.WaitPart, ...]:
    """Parts of the mean lead time of the focus' episodes."""
    from mining.waits import wait_parts

    parts = wait_parts(study.call.log, study.findings.episodes, lead.services)
    return tuple(told.WaitPart(p.cause, p.mean_h, p.department, p.department_mean_h) for p in parts)


def savings_of(target: Target) -> Mapping[str, Any]:
    """A target's `savings.json` object, its notes as keys, so that the page says them in its own language."""
    assert target.savings is not None
    return target.savings.as_json() | {"notes": target.savings.notes}


def timeline_of(study: Study, lead: Target) -> told.Timeline | None:
    """One episode that stands for the others; None where the log shows none, or too few for it to stay unknown."""
    from mining.timeline import typical_episode

    findings = study.findings
    if findings.focus(lead.services).episodes < told.ReportInputs().min_count:
        return None
    line = typical_episode(study.call.log, findings.episodes, lead.services, trips=findings.trips)
    if line is None:
        return None
    return told.Timeline(
        tuple(told.TimelineBar(s.service, s.department, s.from_h, s.to_h, s.cause) for s in line.stretches),
        tuple((at, (cause or "other") if kind == "return" else kind) for at, kind, cause in line.trips),
        line.days_off,
    )


def promises_of(study: Study, lead: Target) -> tuple[told.PromiseRow, ...]:
    """What the focus' services promise beside what came."""
    from mining.promises import promises

    findings = study.findings
    found = promises(study.call.log, findings.episodes, catalogue=findings.catalogue)
    return tuple(
        told.PromiseRow(
            p.service, p.cases, p.declared_days, p.days_mean, p.promised_cases, p.late_share, p.told_twice_share
        )
        for p in found
        if p.service in lead.services or not lead.services
    )


def process_of(proposal: Proposal | None, which: str) -> told.Process:
    """A process and its drawing."""
    if proposal is None:
        return told.Process()
    from mining.process_model import APPLICANT, WINDOW, Kind
    from reports.bpmn.drawing import svg
    from reports.bpmn.layout import lay_out

    model = proposal.as_is if which == "as_is" else proposal.to_be
    tasks = [node for node in model.nodes if node.kind is Kind.TASK]
    return told.Process(
        svg=svg(model, lay_out(model), proposed=which == "to_be", alone=False),
        bpmn_file=f"{which}.bpmn",
        svg_file=f"{which}.svg",
        steps=len(tasks),
        departments=len([lane for lane in model.lanes() if lane not in (APPLICANT, WINDOW)]),
        applicant_steps=sum(node.lane == APPLICANT for node in tasks),
        model=model,
    )


def ties_of(proposal: Proposal | None) -> tuple[told.Tie, ...]:
    """What ties the services."""
    kinds = {"perhaps_legal": "legal"}
    return tuple(
        told.Tie(t.before, t.after, kinds.get(t.kind, str(t.kind)), t.output, t.both, t.kept, t.kind == "perhaps_legal")
        for t in (proposal.ties if proposal else ())
    )


def replay_of(lead: Target) -> told.Replay | None:
    """Episodes on one clock, as the simulation played them."""
    if lead.savings is None or lead.proposal is None:
        return None
    from onething.replaying import replay

    return replay(lead.savings.replay, lead.proposal.as_is, lead.proposal.to_be)


def form_of(proposal: Proposal | None, focus: Focus) -> tuple[told.FormRow, ...]:
    """The one form's materials: how often today, how often in the proposal, and why."""
    if proposal is None or not focus.episodes:
        return ()
    rows = []
    for item in proposal.form.items:
        if item.kind != "material":
            continue
        today = item.submissions / focus.episodes
        why = (
            "shared"
            if item.source == "shared"
            else "brought"
            if item.later
            else "once"
            if len(item.departments) > 1
            else "own"
        )
        proposed = 0.0 if why == "shared" else min(today, 1.0)
        rows.append(told.FormRow(item.name, today, proposed, item.departments, why, item.provider))
    return tuple(sorted(rows, key=lambda row: (-row.today_mean, row.material_class)))


def handovers_of(proposal: Proposal | None) -> tuple[told.Handover, ...]:
    """Documents that departments are to hand each other."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for need in proposal.handover if proposal else ():
        if need.kind == "interface":
            receivers = found[(need.what, need.provider)]
            receivers[need.user] = receivers.get(need.user, 0) + need.count
    return tuple(
        told.Handover(what, issuer, tuple(sorted(receivers.items(), key=lambda r: (-r[1], r[0]))))
        for (what, issuer), receivers in found.items()
    )


def in_person_of(study: Study, lead: Target) -> tuple[tuple[str, str, int], ...]:
    """What must be done in person and stays: its cases in the episodes that the report tells of."""
    if lead.proposal is None:
        return ()
    from mining.trip_counts import whole_episodes

    episodes, situation = study.findings.episodes, lead.proposal.situation
    whole = whole_episodes(episodes, lead.services)
    told_of = episodes.semi_join(whole.filter(~whole.cut), "episode_id")
    counted = study.call.log.run(told_of.group_by("service").aggregate(n=told_of.count()))
    cases = dict(zip(counted["service"], counted["n"], strict=True))
    return tuple(
        (p.service, p.department, int(cases.get(p.service, 0)))
        for p in situation.process.services
        if situation.in_person(p)
    )


def parameters_of(study: Study) -> tuple[tuple[str, str], ...]:
    """Options that steered the run."""
    given = {k: v for k, v in asdict(study.options).items() if v not in (None, "")}
    given |= {
        "timezone": study.call.log.reading.timezone,
        "trip_gap_h": study.call.trip_gap_h,
        "episode_gap_days": study.call.episode_gap_days,
    }
    return tuple((name, str(value)) for name, value in given.items())


def findings_record(study: Study, inputs: told.ReportInputs) -> dict[str, Any]:
    """`findings.json`: the figures behind the report, small and without identities."""
    drop = ("flow_map_svg", "as_is", "to_be", "savings", "replay", "lead_times_h", "timeline")
    record = {k: v for k, v in asdict(inputs).items() if k not in drop}
    roles = [asdict(found) for found in study.call.log.reading.roles]
    refused = [{"bundle": t.name, "problems": t.refused} for t in study.targets if t.refused]
    return record | {"roles": roles, "refused": refused}


def _listed(values: Any) -> list[Any]:
    """A list as the engine gives it; where it knows none, nothing."""
    return list(values) if hasattr(values, "__len__") else []
