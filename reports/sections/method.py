"""How it was counted, what the words mean, which files lie beside the page."""

from __future__ import annotations

from reports.blocks import Block, Column, Glossary, Notes, Section, Table
from reports.inputs import ReportInputs
from reports.text import name
from wording import find, language, say

WORDS = (
    "service",
    "case",
    "episode",
    "bundle",
    "trip",
    "multi",
    "return",
    "material",
    "shareable",
    "lead",
    "processing",
    "relay",
    "interval",
    "shapley",
)
OF_SAVINGS = ("simulation", "attribution")
METHODS = ("trips", "materials", "waits", "simulation", "attribution", "disclosure")


def section(inputs: ReportInputs) -> Section:
    """The last section."""
    idle = () if inputs.savings else OF_SAVINGS
    methods = [say(f"report.method.{m}", k=inputs.min_count) for m in METHODS if m not in idle]
    entries = tuple((say(f"report.word.{w}.word"), say(f"report.word.{w}.means")) for w in WORDS)
    blocks: list[Block] = [
        Notes("methods", say("report.method.how"), tuple(methods)),
        Glossary(say("report.method.glossary"), entries),
    ]
    rows = [(say("report.method.version"), name(inputs.version)), (say("report.method.seed"), str(inputs.seed))]
    rows += [(_said(f"report.parameter.{key}", key), _value(key, value)) for key, value in inputs.parameters]
    rows += [(say("report.method.file"), name(file)) for file in inputs.files]
    columns = (Column("name", say("report.column.name")), Column("value", say("report.column.value")))
    blocks.append(Table("run", say("report.method.run"), columns, tuple(rows), folded=True))
    worlds = max((int(saving.get("replications", 0) or 0) for saving in inputs.savings), default=0)
    heading = say("report.method.heading" if worlds else "report.method.heading-log", n=worlds)
    return Section("method", say("report.method.topic"), heading, "", tuple(blocks))


def _said(key: str, plainly: str) -> str:
    """What the wording has for a key; a name of a newer version stays as it is."""
    return say(key) if isinstance(find(language(), key), str) else name(plainly, 60)


def _value(key: str, value: str) -> str:
    return _said(f"report.parameter-value.{value}", value) if key == "delivery" else name(value, 120)
