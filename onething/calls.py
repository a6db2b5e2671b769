"""One call of a command: its log opened, its options laid over the study file's, its rows written."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onething.output import folder, json_text, refuse_taken, rows_out, text_table, write_csv, write_json
from onething.progress import Progress
from onething.study_file import StudyFile, read_study_file
from wording import say
from wording.errors import InputError, UsageError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from catalogue.services import Catalogue
    from event_logs.ahead import Gather
    from event_logs.log import EventLog
    from mining.material_classes import Corrections, MaterialClasses
    from onething.cli.asking import Ask


@dataclass(frozen=True)
class Call:
    """What a command works on."""

    ask: Ask
    study: StudyFile
    log: EventLog
    progress: Progress

    @property
    def trip_gap_h(self) -> float:
        """The contract's `trip_gap`, hours."""
        return float(self.study.get("trips", "trip_gap_h", 4))

    @property
    def episode_gap_days(self) -> float:
        """The contract's `episode_gap`, days."""
        return float(self.study.get("episodes", "gap_days", 60))

    @property
    def applicant_activities(self) -> tuple[str, ...]:
        """Activities that need the applicant, where the log does not say; none: the catalogue's vocabulary."""
        return tuple(self.study.get("trips", "applicant_activities", ()))

    @property
    def places_file(self) -> Path | None:
        """The table of places that the user gave."""
        return self.ask.places or self.study.file("places")

    @property
    def places_given(self) -> bool:
        """Whether the user says of places of this log which departments and windows are one hall."""
        return bool((self.places_file is not None and not self.places_unknown) or self.catalogue.halls)

    @cached_property
    def places_unknown(self) -> tuple[tuple[str, dict[str, object]], ...]:
        """A note where the table of places names nothing that the log has."""
        if self.places_file is None:
            return ()
        from event_logs.backend import DuckDBEngine
        from event_logs.halls import read_halls

        halls = read_halls(DuckDBEngine(), self.places_file)
        places = self.log.events.place
        if not self.log.run(
            self.log.events.filter(places.isin(sorted(set(halls.values())))).select("place").limit(1)
        ).empty:
            return ()
        return (("trips.note.unknown_places", {"file": self.places_file.name, "names": list(halls)[:3]}),)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue that ships, with the user's own laid over it."""
        from catalogue.files import read_catalogue

        return read_catalogue(self.ask.catalogue or self.study.file("catalogue"))

    def corrections(self) -> Corrections | None:
        """What the user says of names of materials: which are one, which are two."""
        from mining.material_classes import read_corrections

        path = self.study.file("materials")
        return None if path is None else read_corrections(path)

    def given_bundles(self) -> tuple[tuple[str, ...], ...]:
        """The services of each bundle that the user gave; none where no file was."""
        path = self.ask.bundles or self.study.file("bundles")
        return () if path is None else read_bundles(path)

    def notes_on_given(self) -> tuple[tuple[str, dict[str, object]], ...]:
        """What does not fit of the bundles that the user gave."""
        given = self.given_bundles()
        if not given:
            return ()
        from mining.bundles import notes_on_given  # of all that studies bundles: not for nothing

        return notes_on_given(self.log, given)


def opened(ask: Ask, *, gather: Gather | None = None) -> Call:
    """Read the study file, then the log.

    Parameters
    ----------
    gather
        As `event_logs.read_log` takes it.

    Raises
    ------
    InputError
        A file cannot be used.
    """
    study = read_study_file(ask.config)
    progress = Progress(quiet=ask.quiet, verbose=ask.verbose)
    if study.path is not None:
        progress.detail("cli.detail.study", path=study.path)
    if ask.dry_run:
        dry_run(ask, study)
    if ask.out is not None:
        refuse_taken(ask.out.absolute(), force=ask.force)
        refuse_inputs_within(ask, study)
    from event_logs import read_log

    log = read_log(
        list(ask.logs),
        roles=roles_of(ask, study),
        timezone=timezone_of(ask, study),
        engine=_engine(study),
        places=ask.places or study.file("places"),
        progress=progress.step,
        gather=gather,
    )
    progress.detail("cli.detail.rows", rows=log.reading.rows, rejected=len(log.reading.rejected))
    for found in log.reading.roles:
        progress.detail("cli.detail.role", role=found.role, column=found.column, share=f"{found.confidence:.0%}")
    return Call(ask, study, log, progress)


def refuse_inputs_within(ask: Ask, study: StudyFile) -> None:
    """Refuse a call that would replace the folder in which what it reads stands: a log would be lost with it.

    Raises
    ------
    UsageError
        Names the first such file.
    """
    if ask.out is None:
        return
    given = [*map(Path, ask.logs), ask.mapping, ask.config]
    given += [getattr(ask, name) or study.file(name) for name in ("places", "catalogue", "bundles")]
    for path in filter(None, given):
        if ask.out.resolve() in path.resolve().parents:
            raise UsageError("cli.out-holds-input", path=ask.out, file=path)


def roles_of(ask: Ask, study: StudyFile) -> dict[str, str] | None:
    """Roles given: the study file's, then the mapping file's, then `--map`; the last word holds."""
    roles: dict[str, str] = dict(study.get("log", "map", {}))
    if ask.mapping is not None:
        from event_logs.mapping import read_mapping

        roles |= read_mapping(ask.mapping)
    roles |= dict(ask.roles)
    return roles or None


def timezone_of(ask: Ask, study: StudyFile) -> str:
    """The zone of the log's times."""
    return ask.timezone or str(study.get("log", "timezone", "Asia/Shanghai"))


def _engine(study: StudyFile) -> Any:
    from event_logs.backend import DuckDBEngine

    limit = study.get("log", "memory_limit")
    return DuckDBEngine(limit) if limit else None


def dry_run(ask: Ask, study: StudyFile) -> None:
    """Say what would be read and written, and stop.

    Raises
    ------
    InputError
        A file that would be read is not there.
    """
    import typer

    from event_logs.readers.forms import files_of

    logs = [file for given in ask.logs for file in files_of(Path(given))]
    lines = [say("cli.would-read-sized", path=file, size=_size(file.stat().st_size)) for file in logs]
    extra = [study.path, ask.mapping, *(getattr(ask, n) or study.file(n) for n in ("places", "catalogue", "bundles"))]
    for path in filter(None, extra):
        lines += [say("cli.would-read-sized", path=file, size=_size(file.stat().st_size)) for file in files_of(path)]
    lines += [f"  {role} ← {column}" for role, column in (roles_of(ask, study) or {}).items()]
    lines += [say("cli.would-write", path=ask.out)] if ask.out else []
    print("\n".join(lines), file=sys.stderr)  # noqa: T201
    raise typer.Exit()


def _size(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"


def read_bundles(path: Path) -> tuple[tuple[str, ...], ...]:
    """The services of each bundle of a file as `onething bundles --format json` writes it.

    Raises
    ------
    InputError
        The file is not there, is not JSON, or an entry of it is no bundle: tells which.
    """
    if not path.is_file():
        raise InputError("log.no-file", path=path)
    try:
        listed = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError("cli.bundles-unreadable", path=path, problem=error) from error
    if not isinstance(listed, list):
        raise InputError("cli.bundles-unreadable", path=path, problem=say("cli.bundles-no-list"))
    for place, bundle in enumerate(listed, 1):
        services = bundle.get("services") if isinstance(bundle, dict) else None
        if not isinstance(services, list) or not services or not all(isinstance(name, str) for name in services):
            raise InputError("cli.bundles-unreadable", path=path, problem=say("cli.bundles-entry", place=place))
    return tuple(tuple(bundle["services"]) for bundle in listed)


def tell_notes(call: Call, notes: Iterable[tuple[str, dict[str, object]]]) -> None:
    """On stderr, what an answer rests on where the log lacks a role."""
    call.progress.end()
    if not call.ask.quiet:
        for key, values in notes:
            print(say(key, **values), file=sys.stderr)  # noqa: T201


def rows(call: Call, table: ir.Table, name: str) -> None:
    """Write a command's rows as the call asks."""
    call.progress.end()
    rows_out(call.log.engine, table, name, call.ask.format, call.ask.out, force=call.ask.force)


def classes_of(call: Call) -> MaterialClasses:
    """The material classes of the log, under the catalogue and the user's corrections."""
    from mining.material_classes import material_classes

    return material_classes(call.log, catalogue=call.catalogue, corrections=call.corrections())


def trips_of(call: Call) -> ir.Table:
    """The trips of the call's log, under the bundles that the user gave."""
    from mining.episodes import episodes
    from mining.trips import trips

    found = episodes(call.log, bundles=call.given_bundles(), episode_gap_days=call.episode_gap_days, ends=False)
    return trips(
        call.log,
        found,
        places=call.catalogue.halls,
        trip_gap_h=call.trip_gap_h,
        applicant_activities=call.applicant_activities,
    )


def materials_of(call: Call) -> ir.Table:
    """The submissions of the call's log."""
    from mining.materials import materials

    return materials(call.log, classes_of(call), in_order=True).drop(*_ONLY_MINED)


_ONLY_MINED = ("event_number", "position", "applicant_key", "known")


def told_materials(table: ir.Table) -> ir.Table:
    """Submissions as they are written: in the order of the log, without the columns that only mining needs."""
    return table.order_by("event_number", "position").drop(*_ONLY_MINED)


def bundle_rows(call: Call) -> None:
    """Write the bundles found: JSON as the contract has it; in tables, services joined by `;`."""
    from mining.bundle_figures import TODAY
    from mining.bundles import Bundle, notes, study_bundles

    catalogue = call.catalogue
    found = study_bundles(
        call.log,
        catalogue=catalogue,
        classes=classes_of(call),
        bundles=call.given_bundles(),
        places=catalogue.halls,
        trip_gap_h=call.trip_gap_h,
        episode_gap_days=call.episode_gap_days,
        applicant_activities=call.applicant_activities,
    ).bundles
    records = [bundle.as_json() for bundle in found]
    tell_notes(
        call,
        (*call.places_unknown, *call.notes_on_given(), *notes(call.log, found)),
    )
    if call.ask.format == "json" or (call.ask.out is not None and call.ask.format == "table"):
        if call.ask.out is None:
            sys.stdout.write(json_text(records) + "\n")
            return
        with folder(call.ask.out, force=call.ask.force) as work:
            write_json(records, work / "bundles.json")
        print(say("cli.written", path=call.ask.out / "bundles.json"), file=sys.stderr)  # noqa: T201
        return
    flat = [flat_bundle(record) for record in records]
    names = list(flat_bundle(Bundle("", (), 0, 0.0, (), dict.fromkeys(TODAY)).as_json()))
    if call.ask.format == "table":
        sys.stdout.write(text_table(names, [list(row.values()) for row in flat]))
        return
    columns = {name: [row.get(name) for row in flat] for name in names}
    types = {name: _type_of(values) for name, values in columns.items()}
    rows(call, call.log.engine.hold("bundles", columns, types), "bundles")


def _type_of(values: list[Any]) -> str:
    """The Ibis type of a column of numbers or texts."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int) for value in known):
        return "int64"
    return "float64" if known and all(isinstance(value, (int, float)) for value in known) else "string"


def flat_bundle(record: dict[str, Any]) -> dict[str, Any]:
    """A bundle as one row: lists joined, the order as `A>B`, today's means as columns."""
    row = {k: v for k, v in record.items() if not isinstance(v, (list, dict))}
    row["services"] = ";".join(record["services"])
    row["order"] = ";".join(f"{a}>{b}" for a, b in record["order"])
    return row | dict(record.get("today") or {})


__all__ = ["Call", "bundle_rows", "materials_of", "opened", "rows", "trips_of", "write_csv"]
