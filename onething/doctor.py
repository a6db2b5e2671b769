"""What this machine has and lacks, and for what each is needed. It looks; it installs and fetches nothing."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from wording import say
from wording.errors import UsageError

PACKAGES = (
    "ibis-framework",
    "duckdb",
    "pandas",
    "pm4py",
    "numba",
    "lxml",
    "rapidfuzz",
    "jinja2",
    "xlsxwriter",
    "python-docx",
)
OUR_NAMES = ("wording", "catalogue", "event_logs", "mining", "redesign", "reports", "onething")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked for: what, whether it is here, its version or place, and whether analysing needs it."""

    what: str
    present: bool
    detail: str
    needed: bool


def findings() -> list[Finding]:
    """Everything looked for, what is needed first."""
    found = [Finding(say("cli.doctor.python"), sys.version_info >= (3, 11), platform.python_version(), True)]
    found += [Finding(f"{say('cli.doctor.package')} {name}", *_package(name), True) for name in PACKAGES]
    found.append(Finding(say("cli.doctor.engine"), *_engine(), True))
    beside = Path(sys.executable).parent / "graphviz-pure"
    graphviz = shutil.which("dot") or shutil.which("graphviz-pure") or (str(beside) if beside.exists() else "")
    found.append(Finding(say("cli.doctor.graphviz"), bool(graphviz), graphviz, True))
    found.append(Finding(say("cli.doctor.fonts"), *_fonts(), False))
    for key, program in (("chromium", "chromium"), ("java", "java"), ("node", "node")):
        path = shutil.which(program) or ""
        found.append(Finding(say(f"cli.doctor.{key}"), bool(path), path, False))
    others = _clashes()
    found.append(Finding(say("cli.doctor.clash"), bool(others), ", ".join(others) or say("cli.doctor.none"), False))
    return found


def _package(name: str) -> tuple[bool, str]:
    try:
        return True, metadata.version(name)
    except metadata.PackageNotFoundError:
        return False, ""


def _engine() -> tuple[bool, str]:
    """DuckDB starts and answers, here and offline."""
    try:
        from event_logs.backend import DuckDBEngine
    except ImportError as error:
        return False, str(error)
    engine = DuckDBEngine()
    answer = engine.connection.execute("select version()").fetchone()
    engine.close()
    return answer is not None, str(answer[0]) if answer else ""


def _fonts() -> tuple[bool, str]:
    """Chinese fonts as fontconfig lists them; where it is missing, nothing is known and pictures may show boxes."""
    lister = shutil.which("fc-list")
    if not lister:
        return False, ""
    listed = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
    families = sorted({line.split(",")[0].strip() for line in listed.splitlines() if line.strip()})
    return bool(families), ", ".join(families[:3])


def _clashes() -> list[str]:
    """Other distributions that claim one of the names under which onething's packages are imported."""
    owners = metadata.packages_distributions()
    return sorted({owner for name in OUR_NAMES for owner in owners.get(name, []) if owner != "onething"})


def examine(form: str, out: Path | None, *, force: bool = False) -> None:
    """Print what was found as a table, JSON or CSV; `parquet` and whatever has `out` goes to a folder."""
    from event_logs.backend import DuckDBEngine
    from onething.cli.asking import FORMATS
    from onething.output import rows_out, text_table

    if form not in FORMATS:
        raise UsageError("cli.unknown-format", name=form, known=", ".join(FORMATS))
    found = findings()
    if form == "table" and out is None:
        headers = [say(f"cli.doctor.{key}") for key in ("item", "state", "detail", "use")]
        states = {True: say("cli.doctor.present"), False: say("cli.doctor.missing")}
        uses = {True: say("cli.doctor.needed"), False: say("cli.doctor.optional")}
        sys.stdout.write(text_table(headers, [[f.what, states[f.present], f.detail, uses[f.needed]] for f in found]))
        return
    engine = DuckDBEngine()
    columns = {name: [getattr(one, name) for one in found] for name in ("what", "present", "detail", "needed")}
    types = {"what": "string", "present": "boolean", "detail": "string", "needed": "boolean"}
    rows_out(engine, engine.hold("doctor", columns, types), "doctor", form, out, force=force)
