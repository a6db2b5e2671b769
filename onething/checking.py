"""`onething check` and `explain`: roles found, data quality, what the log can and cannot answer."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onething.output import folder, json_text, text_table, whole_file, write_json
from wording import say
from wording.errors import UsageError

if TYPE_CHECKING:
    from event_logs.log import EventLog
    from onething.calls import Call

# What each question needs; each inner tuple is one way to answer it.
QUESTIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "flows": (("department",),),
    "trips": (("applicant", "channel"), ("object", "channel"), ("episode", "channel")),
    "materials": (("materials",),),
    "repeats": (("materials", "applicant"),),
    "shareable": (("materials", "outputs", "department"),),
    "bundles": (("service", "applicant"), ("service", "object"), ("service", "episode")),
    "waits": (("started_at",),),
    "officers": (("resource", "started_at"),),
    "promises": (("promised_at",),),
    "regions": (("region",),),
}


def record(call: Call) -> dict[str, Any]:
    """Everything that `check` tells, as plain data; samples are line numbers, never values."""
    from event_logs.checks import check

    log = call.log
    reading = log.reading
    return {
        "files": [path.name for path in reading.files],
        "form": reading.form,
        "encoding": reading.encoding,
        "timezone": reading.timezone,
        "rows": reading.rows,
        "rejected": len(reading.rejected),
        "duplicates": reading.duplicates,
        "roles": [
            {"role": f.role, "column": f.column, "confidence": round(f.confidence, 3), "reason": f.reason}
            for f in reading.roles
        ],
        "unused_columns": list(reading.unused_columns),
        "notes": [say(key, **values) for key, values in reading.notes],
        "checks": [
            {
                "code": found.code,
                "severity": found.severity,
                "count": found.count,
                "of": found.of,
                "weakens": list(found.weakens),
                "lines": list(found.lines),
                "says": say(f"checks.{found.code}"),
            }
            for found in check(log)
        ],
        "questions": [question(log, name) for name in QUESTIONS],
    }


def question(log: EventLog, name: str) -> dict[str, Any]:
    """Whether the log can answer a question, and which roles it would need."""
    ways = QUESTIONS[name]
    possible = any(log.has(*way) for way in ways)
    lacking = min(([role for role in way if not log.has(role)] for way in ways), key=len)
    return {"question": name, "possible": possible, "missing_roles": [] if possible else lacking}


def tell(call: Call, save_mapping: Path | None) -> None:
    """Print or write what was found; save the roles where asked."""
    told = record(call)
    call.progress.end()
    if save_mapping is not None:
        from event_logs.mapping import write_mapping

        with whole_file(save_mapping) as work:
            write_mapping(call.log.reading, work)
        print(say("cli.written", path=save_mapping), file=sys.stderr)  # noqa: T201
    if call.ask.format in ("csv", "parquet"):
        write_rows(call, told)
    elif call.ask.out is not None:
        name = "check.json" if call.ask.format == "json" else "check.txt"
        with folder(call.ask.out, force=call.ask.force) as work:
            if call.ask.format == "json":
                write_json(told, work / name)
            else:
                (work / name).write_text(as_text(told), "utf-8")
        print(say("cli.written", path=call.ask.out / name), file=sys.stderr)  # noqa: T201
    else:
        sys.stdout.write(json_text(told) + "\n" if call.ask.format == "json" else as_text(told))


def write_rows(call: Call, told: dict[str, Any]) -> None:
    """What was found as one table: a row a role, a check or a question, told apart by `section`."""
    from onething.calls import rows

    roles = [("role", r["role"], r["column"], r["confidence"], None, None, r["reason"]) for r in told["roles"]]
    checks = [
        ("check", c["code"], ";".join(c["weakens"]), None, c["count"], c["of"], c["says"]) for c in told["checks"]
    ]
    questions = [
        ("question", q["question"], ";".join(q["missing_roles"]), float(q["possible"]), None, None, "")
        for q in told["questions"]
    ]
    types = {"section": "string", "name": "string", "about": "string", "confidence": "float64", "count": "int64",
             "of": "int64", "says": "string"}  # fmt: skip
    columns = dict(zip(types, map(list, zip(*roles, *checks, *questions, strict=True)), strict=True))
    rows(call, call.log.engine.hold("check", columns, types), "check")


def as_text(told: dict[str, Any]) -> str:
    """What was found, for eyes: roles, notes, quality, questions."""
    roles = [[r["role"], r["column"], f"{r['confidence']:.0%}", say(f"log.found.{r['reason']}")] for r in told["roles"]]
    checks = [[c["code"], c["count"], c["says"], ", ".join(weakened(c["weakens"]))] for c in told["checks"]]
    questions = [
        [
            say(f"cli.question.{q['question']}"),
            say("cli.checks.yes" if q["possible"] else "cli.checks.no"),
            "" if q["possible"] else say("cli.checks.needs", roles=", ".join(q["missing_roles"])),
        ]
        for q in told["questions"]
    ]
    parts = [
        _titled("cli.checks.roles", ("role", "column", "confidence", "why"), roles),
        "".join(f"- {note}\n" for note in told["notes"]),
        _titled("cli.checks.quality", ("code", "count", "finding", "weakens"), checks),
        _titled("cli.checks.can", ("question", "possible", "because"), questions),
    ]
    return "\n".join(part for part in parts if part)


def weakened(results: list[str]) -> list[str]:
    """Names of results, in the language in force."""
    return [say(f"cli.result.{name}") for name in results]


def _titled(title: str, headers: tuple[str, ...], rows: list[list[Any]]) -> str:
    return f"{say(title)}\n{text_table([say(f'cli.checks.{h}') for h in headers], rows)}"


def explain(code: str) -> None:
    """Print what a check looks for.

    Raises
    ------
    UsageError
        No such check: names the nearest.
    """
    from event_logs.checks import codes

    if code not in codes():
        known = ", ".join(get_close_matches(code, codes(), 5) or codes())
        raise UsageError("cli.unknown-check", name=code, known=known)
    sys.stdout.write(say(f"checks.{code}") + "\n")
