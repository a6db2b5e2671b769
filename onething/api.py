"""The public functions: each holds what it was given against what it takes, before any engine starts.

The modules below trust their callers, for the command line checks its options by itself. A person who types
``mine(log, trip_gap_h=-1)`` is told so in a sentence, instead of getting figures of a gap that cannot be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalogue.services import Catalogue
from wording import say
from wording.errors import InputError, UsageError

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
            _is_path("paths", path)
        if several and not paths:
            raise _wrong("paths", paths, "path")
    elif not len(paths.columns):
        raise InputError("cli.given.no-columns", name="paths")
    if roles is not None:
        _is("roles", roles, Mapping, "roles")
        for role, column in roles.items():
            if not isinstance(role, str) or not isinstance(column, str):
                raise _wrong("roles", roles, "roles")
    _is("timezone", timezone, str, "timezone")
    if places is not None:
        _is_path("places", places)
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
        _is_path("path", path)
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

    _is_log(log)
    _is_catalogue(catalogue)
    if corrections is not None:
        _is("corrections", corrections, Given, "corrections")
    if places is not None:
        _is("places", places, Mapping, "places")
    _is_number("trip_gap_h", trip_gap_h, 0)
    _is_number("episode_gap_days", episode_gap_days, 0)
    _are_texts("applicant_activities", applicant_activities)
    if isinstance(bundles, (str, bytes)) or not isinstance(bundles, Sequence):
        raise _wrong("bundles", bundles, "bundles")
    for services in bundles:
        texts = isinstance(services, Collection) and not isinstance(services, (str, bytes))
        if not texts or not all(isinstance(service, str) for service in services):
            raise _wrong("bundles", bundles, "bundles")
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

    _asked(log, services, catalogue, options)
    if moves is not None:
        _are_moves(moves)
    if model is not None:
        _is("model", model, Model, "model")
    _is_table("episodes", episodes)
    _is_table("materials", materials)
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

    _asked(log, services, catalogue, options)
    _are_moves(moves)
    _is_whole("seed", seed, 0)
    _is_whole("replications", replications, 2)
    for name, table in (("episodes", episodes), ("trips", trips), ("materials", materials)):
        _is_table(name, table)
    if demand is not None:
        _is("demand", demand, Mapping, "demand")
        for factor in demand.values():
            _is_number("demand", factor, 0)
        _known("demand", demand, _written(log, "department"), "department")
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
            _is_path(name, path)
    paths = {name: None if path is None else Path(path) for name, path in files.items()}
    _is_whole("seed", seed, 0)
    if options is not None:
        _is("options", options, Given, "study-options")
        _stated(options)
        _is_whole("options.replications", options.replications, 2)
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

    _is("report", report, (Made, Told, Whole), "report")
    _is_path("path", path)
    refuse_unwritable(Path(path))
    told = inputs_of(report) if isinstance(report, Whole) else report
    with whole_file(Path(path)) as work:
        write(told, work)


def known_services(log: EventLog, named: Iterable[str], option: str) -> None:
    """Refuse services that the log does not have; a log that names none is one service, whatever it is called.

    Raises
    ------
    UsageError
        Names the nearest.
    """
    named = list(named)
    for name in named:
        _is(option, name, str, "texts")
    if log.has("service"):
        _known(option, named, _written(log, "service"), "service")


def _written(log: EventLog, role: str) -> list[str]:
    rows = log.run(log.events.select(role).distinct().order_by(role))
    return [str(name) for name in rows[role].dropna()]


def _known(option: str, named: Iterable[str], written: Sequence[str], role: str) -> None:
    for name in named:
        if name not in set(written):
            near = get_close_matches(name, written, 3, 0.3) or list(written)[:5]
            raise UsageError(f"cli.no-such-{role}", option=option, name=name, near=near)


def _asked(log: EventLog, services: Sequence[str], catalogue: Catalogue | None, options: Options | None) -> None:
    """What `propose` and `simulate` have in common."""
    from redesign.situation import Options as Given

    _is_log(log)
    _are_texts("services", services)
    if len(set(services)) < len(services):
        raise _wrong("services", list(services), "services-once")
    known_services(log, services, "services")
    _is_catalogue(catalogue)
    if options is not None:
        _is("options", options, Given, "options")
        _stated(options)


def _stated(options: Options | StudyOptions) -> None:
    if options.delivery not in DELIVERIES:
        raise _wrong("options.delivery", options.delivery, "delivery")
    _is_number("options.corrections_avoided", options.corrections_avoided, 0, 1)
    _is_number("options.online_share", options.online_share, 0, 1)


def _wrong(name: str, given: object, expected: str, **values: object) -> UsageError:
    shown = repr(given)
    return UsageError(
        "cli.given.wrong",
        name=name,
        given=shown if len(shown) <= 80 else f"{shown[:79]}…",
        kind=type(given).__name__,
        expected=say(f"cli.given.{expected}", **values),
    )


def _is(name: str, given: object, kind: type | tuple[type, ...], expected: str) -> None:
    if not isinstance(given, kind):
        raise _wrong(name, given, expected)


def _is_log(log: object) -> None:
    from event_logs.log import EventLog as Log

    _is("log", log, Log, "log")


def _is_catalogue(catalogue: object) -> None:
    if catalogue is not None:
        _is("catalogue", catalogue, Catalogue, "catalogue")


def _is_table(name: str, table: object) -> None:
    if table is not None:
        import ibis.expr.types as ir

        _is(name, table, ir.Table, "table")


def _is_path(name: str, path: object) -> None:
    if not isinstance(path, (str, Path)) or not str(path):
        raise _wrong(name, path, "path")


def _are_texts(name: str, given: object) -> None:
    texts = isinstance(given, Collection) and not isinstance(given, (str, bytes, Mapping))
    if not texts or not all(isinstance(one, str) for one in given):  # type: ignore[attr-defined]
        raise _wrong(name, given, "texts")


def _are_moves(moves: object) -> None:
    from redesign.moves import MOVES

    _are_texts("moves", moves)
    for move in moves:  # type: ignore[attr-defined]
        if move not in MOVES:
            raise UsageError("redesign.unknown-move", move=move, known=", ".join(MOVES))


def _is_number(name: str, given: object, least: float, most: float | None = None) -> None:
    number = isinstance(given, (int, float)) and not isinstance(given, bool) and isfinite(given)
    if not number or not least <= given <= (given if most is None else most):  # type: ignore[operator]
        raise _wrong(name, given, "number" if most is None else "share", least=least)


def _is_whole(name: str, given: object, least: int) -> None:
    if not isinstance(given, int) or isinstance(given, bool) or given < least:
        raise _wrong(name, given, "whole", least=least)


__all__ = ["analyze", "known_services", "mine", "propose", "read_catalogue", "read_log", "simulate", "write_report"]
