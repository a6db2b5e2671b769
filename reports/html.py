"""The report as one HTML file: no request, a strict content policy, nothing of a log's names but text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

import wording
from reports import charts, drawings, flow_maps
from reports.blocks import Column, Drawing, Figure, Report, Table
from reports.bpmn import drawing
from reports.disclosure import shown
from reports.inputs import ReportInputs
from reports.palette import DARK, LIGHT, variables
from reports.report import report as make_report
from reports.text import CLOSE, NEW, OLD, OPEN, columns, count, number, percent, plain, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES = Path(__file__).parent / "templates"
MOST_ELEMENTS = 2400  # tags, opening and closing, of a whole drawing behind an overview
LONGEST_NAME = 120  # columns of text that a cell shows whole
SCRIPTS = ("page.js", "tables.js", "map.js", "replay.js")
# Between a number and its Chinese neighbours no line breaks: a heading breaks at its punctuation.
_TIGHT = re.compile(
    r"(?<=[\u4e00-\u9fff]) (?=" + NEW + r"?\d)|(?<=[\d%]) (?=[\u4e00-\u9fff])|(?<=" + OLD + r") (?=[\u4e00-\u9fff])"
)


def write(report: Report | ReportInputs, path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    report
        A report, or what one is made of (in the language in force).
    path
        The file.
    """
    path.write_text(page(report), encoding="utf-8", newline="\n")


def page(report: Report | ReportInputs) -> str:
    """The page as text; equal inputs give equal bytes."""
    if isinstance(report, ReportInputs):
        report = make_report(report)
    with wording.using(report.language):
        style = _style() + feet(report.title, report.subject)
        start, script = _read("start.js"), "".join(_read(name) for name in SCRIPTS)
        return (
            environment()
            .get_template("page.html")
            .render(
                report=report,
                t=report.texts,
                style=Markup(style),
                start=Markup(start),
                script=Markup(script),
                policy=_policy((style,), (start, script)),
                drawn=_drawings(report),
            )
        )


def fragment(block: Any, texts: dict[str, str]) -> str:
    """One table or figure as HTML with its own style, for a notebook."""
    template = environment().get_template("fragment.html")
    drawn: dict[str, Markup] = {}
    if isinstance(block, Figure) and isinstance(block.chart, Drawing) and block.chart.svg:
        drawn[block.chart.kind] = Markup(drawings.embed(block.chart.svg, "one-", plain(block.title)))
    return template.render(block=block, style=Markup(_style()), t=texts, drawn=drawn)


def _drawings(report: Report) -> dict[str, Markup]:
    """Each drawing by its kind, and the whole ones behind overviews."""
    found: dict[str, Markup] = {}
    for figure in _figures(report):
        chart = figure.chart
        if not isinstance(chart, Drawing):
            continue
        for key, svg in ((chart.kind, chart.svg), (f"{chart.kind}_whole", chart.detail)):
            # A drawing of hundreds of steps is for its own file, which is linked; the page stays quick.
            if svg and (svg is chart.svg or svg.count("<") < MOST_ELEMENTS):
                text = drawings.embed(svg, f"{key}-", plain(figure.title), sized=key.endswith("whole"))
                found[key] = Markup(text)
    return found


def _figures(report: Report) -> Iterator[Figure]:
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Figure):
                yield block


@cache
def environment() -> Environment:
    """The templates, autoescaped, every undefined name an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["rich"] = rich
    env.filters["plain"] = plain
    env.filters["kind"] = lambda value: type(value).__name__
    env.filters["data"] = _data
    env.globals.update(
        charts=charts,
        cell=cell,
        raw=raw,
        worded=worded,
        widths=widths,
        view_box=drawings.view_box,
        strips=drawings.strips,
        lane_names=drawings.names,
        sheet=drawings.SHEET,
        readable=drawings.READABLE,
        count=count,
    )
    return env


def rich(text: str) -> Markup:
    """Text with the marks of `reports.text` as elements; everything else escaped."""
    safe = str(escape(_TIGHT.sub("\u00a0", text)))
    for mark, tag in ((OPEN, "<b><bdi>"), (CLOSE, "</bdi></b>"), (NEW, '<span class="new">'), (OLD, "</span>")):
        safe = safe.replace(mark, tag)
    return Markup(safe)


def cell(value: object, column: Column) -> str:
    """A cell's text: by unit and locale; an unknown value is a dash, a withheld one says so."""
    if value is None or value == "":
        if value is None and column.parts:
            return "*"
        return shown(None, 5) if column.people and value is None else "–" if column.unit != "text" else ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if column.unit == "share":
        return percent(float(value))
    return number(float(value), {"count": 0, "fine": 2}.get(column.unit, 1))


def raw(value: object, column: Column) -> str:
    """What a CSV has for a cell that is printed rounded; empty where both are the same."""
    if isinstance(value, float):
        return repr(round(value, 6))
    return str(value) if isinstance(value, int) and abs(value) >= 1000 else ""


def worded(value: object, column: Column) -> object:
    """A text cell; of a name beyond reason the page shows the first lines, while search and CSV have it whole."""
    text = str(value)
    if column.several or columns(text) <= LONGEST_NAME:
        return value
    return Markup('<span class="long">{}</span>').format(text)


def widths(table: Table) -> dict[str, float]:
    """The greatest value of each column that is drawn with bars."""
    greatest = {}
    for i, column in enumerate(table.columns):
        if column.key in table.bars:
            greatest[column.key] = (
                max((abs(float(str(r[i]))) for r in table.rows if r[i] not in (None, "")), default=0.0) or 1.0
            )
    return greatest


def _data(value: object) -> Markup:
    """Data for a script block of type application/json: no tag can close it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@cache
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8").replace("\r\n", "\n")


@cache
def _style() -> str:
    """The style sheet: light for all, dark on screens that want it or where it was asked for."""
    dark = variables(DARK)
    colours = (
        f":root{{{variables(LIGHT)}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}\n"
    )
    return colours + _read("style.css") + drawing.RULES + flow_maps.RULES + "\n"


def feet(title: str, subject: str) -> str:
    """The foot of every printed sheet: what it is of on the left, its number and how many there are on the right.

    The browser's own feet tell a file's path, and many print without them.
    """
    text = " · ".join(part for part in (shorten(title, 80), subject) if part)
    number_of = "counter(page) ' / ' counter(pages)"
    return f"@media print{{@page{{@bottom-left{{content:{css_text(text)}}}@bottom-right{{content:{number_of}}}}}}}\n"


def css_text(text: str) -> str:
    """Text as a style sheet quotes it: a name of the log ends neither the string nor the element."""
    return "'" + "".join(c if c.isalnum() or c in " ·,.:%-" else f"\\{ord(c):x} " for c in text) + "'"


def _policy(styles: tuple[str, ...], scripts: tuple[str, ...]) -> str:
    """A content policy that allows what is in the file and nothing else."""

    def allowed(texts: tuple[str, ...]) -> str:
        digests = (base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() for text in texts)
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    return (
        f"default-src 'none'; style-src {allowed(styles)}; script-src {allowed(scripts)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
