"""`onething catalogue`: show, check, export and import."""

from __future__ import annotations

import sys
from pathlib import Path

from onething.output import refuse_unwritable, text_table, whole_file
from wording import say
from wording.errors import InputError, UsageError

ACTIONS = ("show", "check", "export", "import")


def act(action: str, file: Path | None, to: Path | None, *, force: bool = False) -> None:
    """Run one action.

    Raises
    ------
    UsageError
        There is no such action, or the file to write is there already and `force` is not given.
    InputError
        The file cannot be used: every fault with its place and cure.
    """
    if action not in ACTIONS:
        raise UsageError("cli.unknown-action", name=action, known=", ".join(ACTIONS))
    if to is not None:
        refuse_unwritable(to, force=force)
    said = {"show": _show, "check": _check, "export": _export, "import": _import}[action](file)
    if to is None:
        sys.stdout.write(said)
        return
    with whole_file(to) as work:
        work.write_text(said, "utf-8")
    print(say("cli.written", path=to), file=sys.stderr)  # noqa: T201


def _show(file: Path | None) -> str:
    from catalogue.files import read_catalogue

    read = read_catalogue(file)
    rows = [[s.name, s.department, ";".join(s.materials), ";".join(s.outputs), s.source.text] for s in read.services]
    return text_table(["service", "department", "materials", "outputs", "source"], rows)


def _check(file: Path | None) -> str:
    from catalogue.files import check_catalogue, read_catalogue

    found = check_catalogue(file)
    faults = [fault for fault in found if not fault.warning]
    if faults:
        raise InputError("cli.catalogue.faults", n=len(faults), faults="\n".join(fault.text for fault in faults))
    read = read_catalogue(file)
    counts = {name: len(getattr(read, name)) for name in ("services", "materials", "ties", "bundles")}
    doubts = "".join(f"{fault.text}\n" for fault in found)
    return doubts + say("cli.catalogue.good", path=file or say("cli.catalogue.shipped"), **counts) + "\n"


def _export(file: Path | None) -> str:
    from catalogue.cpsv_ap import write_cpsv_ap
    from catalogue.files import read_catalogue

    return write_cpsv_ap(read_catalogue(file))


def _import(file: Path | None) -> str:
    from catalogue.cpsv_ap import read_cpsv_ap
    from catalogue.files import write_catalogue

    if file is None:
        raise UsageError("cli.catalogue.import-needs-file")
    if file.is_dir():
        raise UsageError("cli.to-is-folder", path=file)
    if not file.is_file():
        raise InputError("log.no-file", path=file)
    return write_catalogue(read_cpsv_ap(file))
