"""The whole line in one call: a log in, a folder with the report and all results out."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onething
from onething.output import folder, json_text, named_once, one_file, refuse_unwritable, write_csv, write_json
from wording import say
from wording.errors import NotHolding, UsageError

if TYPE_CHECKING:
    from event_logs.checks import Check
    from mining.findings import Findings
    from onething.calls import Call
    from onething.cli.asking import Ask
    from redesign.proposal import Proposal
    from redesign.savings import Savings
    from reports.inputs import ReportInputs

VERSIONS = ("duckdb", "ibis-framework", "numba", "numpy", "pandas", "pm4py", "rapidfuzz", "scipy")


@dataclass(frozen=True, slots=True)
class Options:
    """What the user states about the redesign; the contract's defaults."""

    delivery: str = "onsite"
    place: str | None = None
    corrections_avoided: float = 0.0
    online_share: float = 0.0
    replications: int = 30


@dataclass(frozen=True, slots=True)
class Target:
    """One bundle (or the main service), redesigned and simulated. `refused`: why it could not be shown."""

    name: str
    services: tuple[str, ...]
    is_bundle: bool
    proposal: Proposal | None
    savings: Savings | None
    refused: str = ""

    def saved_h(self) -> float:
        """Hours that its episodes save in all: what ranks the bundles."""
        if self.savings is None:
            return 0.0
        record = self.savings.as_json()
        lead = record["measures"].get("lead_time_mean_h") or {}
        return float((lead.get("saving") or {}).get("value") or 0) * float(record["episodes"])


@dataclass(frozen=True)
class Study:
    """Everything that one run found."""

    call: Call
    options: Options
    checks: tuple[Check, ...]
    findings: Findings
    targets: tuple[Target, ...]  # the one that saves most first

    @property
    def lead(self) -> Target:
        """What the report leads with."""
        return self.targets[0]


def analyze(call: Call, options: Options | None = None) -> Study:
    """Mine, redesign and simulate every bundle of a log; the main service alone where it shows none."""
    from event_logs.checks import check
    from mining.findings import mine

    options = options or Options()
    if options.delivery not in ("onsite", "post"):
        raise UsageError("cli.unknown-delivery", name=options.delivery)
    call.progress.step("cli.step.check")
    checks = check(call.log)
    call.progress.step("cli.step.mine")
    catalogue = call.catalogue
    findings = mine(
        call.log,
        catalogue=catalogue,
        corrections=call.corrections(),
        places=catalogue.halls,
        bundles=call.given_bundles(),
        trip_gap_h=call.trip_gap_h,
        episode_gap_days=call.episode_gap_days,
        applicant_activities=call.applicant_activities,
    )
    for bundle in findings.bundles:
        call.progress.detail("cli.detail.bundle", name=bundle.name, episodes=bundle.episodes)
    wanted = [(bundle.name, bundle.services, True) for bundle in findings.bundles]
    if not wanted:
        service = findings.main_service
        name = service or ", ".join(path.name.partition(".")[0] for path in call.log.reading.files)
        wanted = [(name, (service,) if service else (), False)]
    targets = []
    for place, (name, services, is_bundle) in enumerate(wanted):
        call.progress.step("cli.step.simulate", place, len(wanted), bundle=name)
        targets.append(target_of(call, findings, options, name, services, is_bundle=is_bundle))
    ranked = sorted(targets, key=lambda target: (target.savings is None, -target.saved_h()))
    return Study(call, options, checks, findings, tuple(ranked))


def target_of(
    call: Call, findings: Findings, options: Options, name: str, services: Sequence[str], *, is_bundle: bool
) -> Target:
    """Redesign and simulate one bundle; a refused proposal is kept with its reasons, and not simulated."""
    from redesign.proposal import propose
    from redesign.savings import simulate
    from redesign.situation import Options as Stated

    stated = Stated(options.delivery, options.place or "", options.corrections_avoided, options.online_share)
    try:
        proposal = propose(
            call.log,
            services,
            name=name,
            catalogue=findings.catalogue,
            options=stated,
            episodes=findings.episodes,
            materials=findings.materials,
            classes=findings.classes,
        )
    except NotHolding as refusal:
        return Target(name, tuple(services), is_bundle, None, None, str(refusal))
    savings = simulate(
        call.log,
        proposal.services,
        proposal.move_names,
        bundle=name,
        catalogue=findings.catalogue,
        options=stated,
        seed=call.ask.seed,
        replications=options.replications,
        episodes=findings.episodes,
        trips=findings.trips,
        materials=findings.materials,
    )
    return Target(name, tuple(services), is_bundle, proposal, savings)


def analyze_to_folder(ask: Ask, options: Options) -> None:
    """`onething analyze`: the study's every file in DIR, and what was found in a few lines on stdout.

    With `--format json` or `csv`, stdout has a row for each bundle and measure instead of the lines; any form but the
    table is written as ``analyze.FORMAT`` beside the report too.
    """
    from onething.calls import opened
    from onething.designing import MEASURES
    from onething.proposal_files import csv_text

    out = ask.out or Path("onething-report")
    with folder(out, force=ask.force) as work:
        call = opened(ask)
        study = analyze(call, options)
        call.progress.step("cli.step.report")
        inputs = write_all(study, work)
        call.progress.end()
    if ask.format in ("json", "csv"):
        rows = measures_of(study)
        sys.stdout.write(json_text(rows) + "\n" if ask.format == "json" else csv_text(rows, MEASURES))
        return
    sys.stdout.write("\n".join(summary(study, inputs, out)) + "\n")


def brief_to_file(ask: Ask, to: Path | None) -> None:
    """`onething brief`: the summary for leaders as a Word file, by default `brief.docx`, in DIR where one is given.

    Raises
    ------
    UsageError
        The file's name is not Word's, or it is there already and `--force` is not given; or a folder is named too.
    """
    from onething.calls import opened
    from onething.telling import inputs_of
    from reports.brief import write_brief

    named_once(to, ask.out)
    if to is not None and to.suffix.lower() != ".docx":
        raise UsageError("cli.unknown-brief", path=to)
    target = to or Path("brief.docx")
    if ask.out is None:
        refuse_unwritable(target, force=ask.force)
    call = opened(ask)
    study = analyze(call)
    with one_file(target, ask.out, force=ask.force) as work:
        write_brief(inputs_of(study), work)
    call.progress.end()
    print(say("cli.written", path=ask.out / target if ask.out else target), file=sys.stderr)  # noqa: T201


def write_all(study: Study, work: Path) -> ReportInputs:
    """Write every file of the contract's section 7 into a folder; gives what the report was told."""
    from event_logs.rejected import write_rejected
    from onething.calls import told_materials
    from onething.telling import findings_record, inputs_of
    from reports.exports import write_workbook
    from reports.html import write as write_page
    from reports.report import report

    engine, findings = study.call.log.engine, study.findings
    write_csv(engine, findings.trips, work / "trips.csv")
    write_csv(engine, told_materials(findings.materials), work / "materials.csv")
    write_rejected(study.call.log.reading, work / "rejected.csv")
    write_json([bundle.as_json() for bundle in findings.bundles], work / "bundles.json")
    write_json([t.savings.as_json() for t in study.targets if t.savings is not None], work / "savings.json")
    write_models(study, work)
    inputs = inputs_of(study)
    told = report(inputs)
    write_measures(study, work)
    write_json(findings_record(study, inputs), work / "findings.json")
    write_workbook(told, work / "tables.xlsx")
    write_page(told, work / "report.html")
    write_json(evidence(study, work), work / "evidence.json")
    return inputs


def measures_of(study: Study) -> list[dict[str, Any]]:
    """A row for each bundle (or the main service) and measure, as `simulate` gives them of one."""
    from onething.designing import measure_rows

    return [row for t in study.targets if t.savings is not None for row in measure_rows(t.savings.as_json())]


def write_measures(study: Study, work: Path) -> None:
    """``analyze.FORMAT``, where the call asks for a form other than the table."""
    from onething.designing import MEASURES, write_rows

    form = study.call.ask.format
    if form == "json":
        write_json(measures_of(study), work / "analyze.json")
    elif form != "table":
        write_rows(study.call.log.engine, measures_of(study), work / f"analyze.{form}", MEASURES)


def write_models(study: Study, work: Path) -> None:
    """The drawings and BPMN of every bundle under `bundles/NAME/`; the lead's at the top too."""
    from onething.designing import write_proposal

    for target in study.targets:
        if target.proposal is None:
            continue
        if target is study.lead:
            write_proposal(target.proposal, work)
        if target.is_bundle:
            place = work / "bundles" / file_name(target.name)
            place.mkdir(parents=True, exist_ok=True)
            write_proposal(target.proposal, place)


def file_name(name: str) -> str:
    """A name as a folder may be called on Windows, macOS and Linux; never empty, never `..`."""
    plain = re.sub(r'[\x00-\x1f<>:"/\\|?*\u200e\u200f\u202a-\u202e]', "_", name).strip(" .")[:80]
    return plain or "bundle"


def evidence(study: Study, work: Path) -> dict[str, Any]:
    """What the results rest on: digests of inputs and outputs, options, versions, seed. No path, no identity."""
    reading = study.call.log.reading
    return {
        "onething": onething.__version__,
        "inputs": [_digest(path, path.name) for path in reading.files if path.is_file()],
        "options": asdict(study.options) | {"timezone": reading.timezone, "trip_gap_h": study.call.trip_gap_h,
                                            "episode_gap_days": study.call.episode_gap_days},
        "roles": {found.role: found.column for found in reading.roles},
        "seed": study.call.ask.seed,
        "versions": {name: metadata.version(name) for name in VERSIONS},
        "outputs": [
            _digest(path, path.relative_to(work).as_posix()) for path in sorted(work.rglob("*")) if path.is_file()
        ],
    }  # fmt: skip


def _digest(path: Path, name: str) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"name": name, "bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def summary(study: Study, inputs: ReportInputs, out: Path) -> list[str]:
    """What was found, in the few lines that a decision-maker would read."""
    from reports.text import count, day

    facts = inputs.facts
    lines = [
        say("cli.found.head", version=onething.__version__, file=", ".join(facts.files)),
        say(
            "cli.found.log",
            events=count(facts.events),
            cases=count(facts.cases),
            departments=count(facts.departments),
            first=day(facts.first_at) if facts.first_at else "–",
            last=day(facts.last_at) if facts.last_at else "–",
        ),
    ]
    trips = inputs.trips_all
    if trips is not None and trips.counts.total:
        lines.append(say("cli.found.trips", returns=count(trips.counts.returns), trips=count(trips.counts.total)))
    totals = study_totals(study)
    if totals["submissions"]:
        lines.append(say("cli.found.duplicates", **{k: count(v) for k, v in totals.items()}))
    if not study.lead.is_bundle:
        lines.append(say("cli.found.no-bundle", service=study.lead.name or ", ".join(facts.files)))
    for target in study.targets[:3]:
        lines += saved_lines(target)
    return [*lines, say("cli.found.report", path=out / "report.html")]


def study_totals(study: Study) -> dict[str, int]:
    """Submissions of the whole log, and how many of them are repeated or shareable."""
    from mining.materials import count_materials

    counts = count_materials(study.call.log, study.findings.materials)
    return {"submissions": counts.submissions, "duplicates": counts.duplicates, "shareable": counts.shareable}


def saved_lines(target: Target) -> list[str]:
    """What a proposal would save, or why nothing is forecast; a second sentence where that is not to be trusted."""
    from reports import savings_view
    from reports.text import name, number

    bundle = name(target.name, 60)
    if target.savings is None:
        return [say("cli.proposal-refused", bundle=bundle, problems=target.refused)] if target.refused else []
    record = target.savings.as_json()
    if not record["moves"]:
        return [say("cli.found.no-moves", bundle=bundle)]
    less = savings_view.told(record, "lead_time_mean_h")
    if less is None:
        return []

    def value(measure: str, part: str) -> str:
        found = savings_view.estimate(record, measure, part)
        return "–" if found is None else number(found.value)

    lines = [
        say(
            "cli.found.bundle",
            bundle=bundle,
            trips_as_is=value("trips_mean", "as_is"),
            trips_to_be=value("trips_mean", "to_be"),
            papers_as_is=value("submissions_mean", "as_is"),
            papers_to_be=value("submissions_mean", "to_be"),
            days_as_is=value("lead_time_mean_h", "as_is"),
            days_to_be=value("lead_time_mean_h", "to_be"),
            saved=number(less.value),
            low=number(less.low),
            high=number(less.high),
        )
    ]
    checked = record["validation"] or {}
    if not checked.get("passed"):
        key = "bundle-trust" if checked.get("metrics") else "bundle-unchecked"
        lines.append(say(f"cli.found.{key}", bundle=bundle))
    return lines


__all__ = ["Options", "Study", "Target", "analyze", "analyze_to_folder", "brief_to_file", "json_text"]
