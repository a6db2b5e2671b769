"""The public functions: each holds what it was given against what it takes, before any engine starts.

The modules below trust their callers, for the command line checks its options by itself. A person who types
``mine(log, trip_gap_h=-1)`` is told so in a sentence, instead of getting figures of a gap that cannot be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalogue.services import Catalogue
from onething.arguments import (
    asked,
    known,
    must_be,
    must_be_catalogue,
    must_be_log,
    must_be_moves,
    must_be_number,
    must_be_path,
    must_be_table,
    must_be_texts,
    must_be_whole,
    stated,
    written,
    wrong,
)
from wording.errors import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine
    from event_logs.log import EventLog
    from event_logs.reading import Progress as Stages
    from mining.findings import Findings
    from mining.material_classes import Corrections
    from mining.process_model import ProcessModel
    from onething.study import Options as StudyOptions
    from onething.study import Study
    from redesign.proposal import Proposal
    from redesign.savings import Progress, Savings
    from redesign.situation import Options
    from reports.blocks import Report
    from reports.inputs import ReportInputs

DELIVERIES = ("onsite", "post")


def read_log(
    paths: str | Path | Sequence[str | Path] | Any,
    *,
    roles: Mapping[str, str] | None = None,
    timezone: str = "Asia/Shanghai",
    engine: DuckDBEngine | None = None,
    places: str | Path | None = None,
    progress: Stages | None = None,
) -> EventLog:
    """Read one or several files, or a data frame, as one event log: `event_logs.read_log`.

    Raises
    ------
    UsageError
        An argument is none that it takes.
    InputError
        A file cannot be used.
    """
    from event_logs import read_log as read

    if not hasattr(paths, "columns"):
        several = isinstance(paths, Collection) and not isinstance(paths, (str, bytes, Mapping))
        given: Collection[Any] = paths if several else (paths,)  # type: ignore[assignment]
        for path in given:
            must_be_path("paths", path)
        if several and not paths:
            raise wrong("paths", paths, "path")
    elif not len(paths.columns):
        raise InputError("cli.given.no-columns", name="paths")
    if roles is not None:
        must_be("roles", roles, Mapping, "roles")
        for role, column in roles.items():
            if not isinstance(role, str) or not isinstance(column, str):
                raise wrong("roles", roles, "roles")
    must_be("timezone", timezone, str, "timezone")
    if places is not None:
        must_be_path("places", places)
    return read(
        paths,
        roles=roles,
        timezone=timezone,
        engine=engine,
        places=None if places is None else Path(places),
        progress=progress,
    )


def read_catalogue(path: str | Path | None = None) -> Catalogue:
    """The catalogue that ships, with the user's own (a TOML file, or a folder of them) laid over it.

    Raises
    ------
    UsageError
        `path` is no path.
    InputError
        The file cannot be used: every fault with its place and cure.

    Examples
    --------
    >>> any(service.name == "生育登记" for service in read_catalogue().services)
    True
    """
    from catalogue.files import read_catalogue as read

    if path is not None:
        must_be_path("path", path)
    return read(None if path is None else Path(path))


def mine(
    log: EventLog,
    *,
    catalogue: Catalogue | None = None,
    corrections: Corrections | None = None,
    places: Mapping[str, str] | None = None,
    bundles: Sequence[Sequence[str]] = (),
    trip_gap_h: float = 4,
    episode_gap_days: float = 60,
    applicant_activities: Sequence[str] = (),
) -> Findings:
    """Find a log's episodes, trips, submissions and bundles.

    Parameters
    ----------
    log
        As `read_log` gives it.
    catalogue
        As `read_catalogue` gives it.
    corrections
        Of names of materials, as `mining.material_classes.read_corrections` gives them.
    places
        Department or window -> hall.
    bundles
        Services of each bundle, where they are known; without, those that the log shows are used.
    trip_gap_h, episode_gap_days
        The contract's gaps, at least 0.
    applicant_activities
        Activities that need the applicant, where the log does not say.

    Raises
    ------
    UsageError
        An argument is none that it takes. Services of `bundles` that the log does not have are passed over.
    """
    from mining.findings import mine as find
    from mining.material_classes import Corrections as Given

    must_be_log(log)
    must_be_catalogue(catalogue)
    if corrections is not None:
        must_be("corrections", corrections, Given, "corrections")
    if places is not None:
        must_be("places", places, Mapping, "places")
    must_be_number("trip_gap_h", trip_gap_h, 0)
    must_be_number("episode_gap_days", episode_gap_days, 0)
    must_be_texts("applicant_activities", applicant_activities)
    if isinstance(bundles, (str, bytes)) or not isinstance(bundles, Sequence):
        raise wrong("bundles", bundles, "bundles")
    for services in bundles:
        texts = isinstance(services, Collection) and not isinstance(services, (str, bytes))
        if not texts or not all(isinstance(service, str) for service in services):
            raise wrong("bundles", bundles, "bundles")
    return find(
        log,
        catalogue=catalogue,
        corrections=corrections,
        places=places,
        bundles=bundles,
        trip_gap_h=trip_gap_h,
        episode_gap_days=episode_gap_days,
        applicant_activities=applicant_activities,
    )


def propose(
    log: EventLog,
    services: Sequence[str],
    *,
    name: str = "",
    moves: Iterable[str] | None = None,
    catalogue: Catalogue | None = None,
    options: Options | None = None,
    episodes: ir.Table | None = None,
    materials: ir.Table | None = None,
    model: ProcessModel | None = None,
) -> Proposal:
    """Merge services into one process: `redesign.proposal.propose`, which tells each parameter.

    Raises
    ------
    UsageError
        An argument is none that it takes, or names a service or move that does not exist.
    NotHolding
        The to-be does not pass verification: every problem, in words.
    """
    from mining.process_model import ProcessModel as Model
    from redesign.proposal import propose as find

    asked(log, services, catalogue, options)
    if moves is not None:
        must_be_moves(moves)
    if model is not None:
        must_be("model", model, Model, "model")
    must_be_table("episodes", episodes)
    must_be_table("materials", materials)
    return find(
        log,
        services,
        name=name,
        moves=moves,
        catalogue=catalogue,
        options=options,
        episodes=episodes,
        materials=materials,
        model=model,
    )


def simulate(
    log: EventLog,
    services: Sequence[str],
    moves: Sequence[str],
    *,
    bundle: str = "",
    catalogue: Catalogue | None = None,
    options: Options | None = None,
    seed: int = 1,
    replications: int = 30,
    episodes: ir.Table | None = None,
    trips: ir.Table | None = None,
    materials: ir.Table | None = None,
    demand: Mapping[str, float] | None = None,
    attribute: bool = True,
    progress: Progress | None = None,
) -> Savings:
    """What a redesign saves, simulated: `redesign.savings.simulate`, which tells each parameter.

    Raises
    ------
    UsageError
        An argument is none that it takes, or names a service, move or department that does not exist.
    """
    from redesign.savings import simulate as run

    asked(log, services, catalogue, options)
    must_be_moves(moves)
    must_be_whole("seed", seed, 0)
    must_be_whole("replications", replications, 2)
    for name, table in (("episodes", episodes), ("trips", trips), ("materials", materials)):
        must_be_table(name, table)
    if demand is not None:
        must_be("demand", demand, Mapping, "demand")
        for factor in demand.values():
            must_be_number("demand", factor, 0)
        known("demand", demand, written(log, "department"), "department")
    return run(
        log,
        services,
        moves,
        bundle=bundle,
        catalogue=catalogue,
        options=options,
        seed=seed,
        replications=replications,
        episodes=episodes,
        trips=trips,
        materials=materials,
        demand=demand,
        attribute=attribute,
        progress=progress,
    )


def analyze(
    log: EventLog | str | Path | Sequence[str | Path],
    *,
    out: str | Path | None = None,
    catalogue: str | Path | None = None,
    bundles: str | Path | None = None,
    config: str | Path | None = None,
    options: StudyOptions | None = None,
    seed: int = 1,
    force: bool = False,
) -> Study:
    """The whole line, as `onething analyze` runs it: mine, redesign and simulate every bundle of a log.

    Parameters
    ----------
    log
        As `read_log` gives it, or what `read_log` takes.
    out
        A folder that is new or empty, for the report and every table behind it; without, nothing is written.
    catalogue, bundles, config
        The files of `--catalogue`, `--bundles` and `--config`.
    options
        `onething.study.Options`; the contract's defaults without.
    force
        Replace a folder that holds results.

    Raises
    ------
    UsageError
        An argument is none that it takes, or `out` holds results.
    InputError
        A file cannot be used.
    """
    from event_logs.log import EventLog as Log
    from onething.calls import Call, refuse_inputs_within
    from onething.cli.asking import Ask
    from onething.output import folder, refuse_taken
    from onething.progress import Progress
    from onething.study import Options as Given
    from onething.study import analyze as run
    from onething.study import write_all
    from onething.study_file import StudyFile, read_study_file

    files = {"out": out, "catalogue": catalogue, "bundles": bundles, "config": config}
    for name, path in files.items():
        if path is not None:
            must_be_path(name, path)
    paths = {name: None if path is None else Path(path) for name, path in files.items()}
    must_be_whole("seed", seed, 0)
    if options is not None:
        must_be("options", options, Given, "study-options")
        stated(options)
        must_be_whole("options.replications", options.replications, 2)
    target = paths["out"]
    if target is not None:
        refuse_taken(target.absolute(), force=force)
    study_file = StudyFile() if paths["config"] is None else read_study_file(paths["config"])
    read = log if isinstance(log, Log) else read_log(log, places=study_file.file("places"))
    ask = Ask(out=target, seed=seed, force=force, catalogue=paths["catalogue"], bundles=paths["bundles"])
    refuse_inputs_within(replace(ask, logs=tuple(map(str, read.reading.files)), config=paths["config"]), study_file)
    study = run(Call(ask, study_file, read, Progress(quiet=True)), options)
    if target is not None:
        with folder(target, force=force) as work:
            write_all(study, work)
    return study


def write_report(report: Report | ReportInputs | Study, path: str | Path) -> None:
    """Write the report as one HTML file.

    Parameters
    ----------
    report
        What `analyze` gives, or `reports.inputs.ReportInputs`, or a report made of them.
    path
        The file, replaced where it is there; its folder has to be.

    Raises
    ------
    UsageError
        An argument is none that it takes, or the file cannot be written.
    """
    from onething.output import refuse_unwritable, whole_file
    from onething.study import Study as Whole
    from onething.telling import inputs_of
    from reports.blocks import Report as Made
    from reports.html import write
    from reports.inputs import ReportInputs as Told

    must_be("report", report, (Made, Told, Whole), "report")
    must_be_path("path", path)
    refuse_unwritable(Path(path))
    told = inputs_of(report) if isinstance(report, Whole) else report
    with whole_file(Path(path)) as work:
        write(told, work)


__all__ = ["analyze", "mine", "propose", "read_catalogue", "read_log", "simulate", "write_report"]
