"""The summary for leaders: two pages in Word, editable, with the map and the table of savings."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import wording
from reports import drawings, flow_maps, pictures
from reports.blocks import Answer, Drawing, Figure, Notes, Report, Table
from reports.bpmn import drawing
from reports.inputs import ReportInputs
from reports.report import report as make_report
from reports.text import CLOSE, NEW, OLD, OPEN, name, number, plain
from wording import say
from wording.errors import OnethingError

CREATED = datetime(2000, 1, 1)
# Official documents in Chinese: title in 小标宋, headings in 黑体, text in 仿宋. Word takes the next best one it has.
FONTS = {
    "zh": {"title": ("方正小标宋简体", 20), "heading": ("黑体", 14), "text": ("仿宋", 12), "table": ("仿宋", 10.5)},
    "en": {"title": ("Georgia", 19), "heading": ("Arial", 12.5), "text": ("Georgia", 11), "table": ("Arial", 9.5)},
}
_OPTION = re.compile(r" ?[（(]--[a-z-]+[）)]")  # for who runs the program, not for who reads the brief
_MARKED = re.compile(f"{OPEN}(.*?){CLOSE}", re.DOTALL)
TALLEST_CM = {"map": 6.4, "to_be": 8.0}
MOST_SAVINGS, MOST_CONFIRM = 7, 4


def write_brief(inputs: ReportInputs, path: Path) -> None:
    """Write the brief in the language in force.

    Parameters
    ----------
    inputs
        What the report tells; the brief leads with the same focus.
    path
        The ``.docx`` file. Equal inputs give equal bytes.
    """
    from docx import Document

    report = make_report(inputs)
    document = Document()
    _page(document)
    _title(document, inputs, report)
    _situation(document, report)
    _problems(document, report)
    _picture(document, report, "map")
    _proposal(document, inputs)
    _picture(document, report, "to_be")
    _savings(document, report)
    _confirm(document, report)
    properties = document.core_properties
    properties.title, properties.author = plain(report.title)[:255], "onething"
    properties.created = properties.modified = CREATED
    properties.last_modified_by, properties.revision = "onething", 1
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(_fixed(buffer.getvalue()))


def _fixed(data: bytes) -> bytes:
    """The package with one date for all its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            entry = zipfile.ZipInfo(item, CREATED.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(item))
    return out.getvalue()


def _page(document: Any) -> None:
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(1.9)
    section.left_margin = section.right_margin = Cm(2.4)
    style = document.styles["Normal"]
    style.paragraph_format.space_after = Pt(3)
    style.paragraph_format.line_spacing = 1.22


def _run(paragraph: Any, text: str, use: str, *, bold: bool = False) -> None:
    """Text in the font of its use, for Chinese and for Latin letters."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    font, size = FONTS[wording.language()][use]
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = font, Pt(size), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _rich(paragraph: Any, text: str, use: str = "text") -> None:
    """Text whose marked stretches are bold."""
    clean = text.replace(NEW, "").replace(OLD, "")
    for i, part in enumerate(_MARKED.split(clean)):
        if part:
            _run(paragraph, part, use, bold=bool(i % 2))


def _paragraph(document: Any, text: str) -> Any:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    if wording.language() == "zh":
        paragraph.paragraph_format.first_line_indent = Pt(24)
    _rich(paragraph, text)
    return paragraph


def _heading(document: Any, key: str) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(7)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.style = document.styles["Heading 1"]
    _run(paragraph, say(f"brief.{key}"), "heading", bold=wording.language() == "en")
    _black(paragraph)


def _black(paragraph: Any) -> None:
    from docx.shared import RGBColor

    for run in paragraph.runs:
        run.font.color.rgb = RGBColor(0x1B, 0x23, 0x2D)


def _title(document: Any, inputs: ReportInputs, report: Report) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    regions = inputs.facts.regions
    region = say("report.in-region", region=name(regions[0], 24)) if len(regions) == 1 else ""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, say("brief.title", region=region, focus=name(inputs.focus, 40)), "title", bold=True)
    _black(paragraph)
    if report.subject:
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(line, say("brief.subject", subject=report.subject), "table")


def _situation(document: Any, report: Report) -> None:
    _heading(document, "situation")
    first, basis = report.sections[0], report.section("basis")
    _paragraph(document, first.heading + say("brief.stop") + (first.deck or ""))
    if basis.deck:
        _paragraph(document, basis.deck)


def _problems(document: Any, report: Report) -> None:
    sections = [report.section(id) for id in ("trips", "materials", "waits")]
    told = [section for section in sections if not section.off]
    if not told:
        return
    _heading(document, "problems")
    for i, section in enumerate(told, start=1):
        text = OPEN + say("brief.item", n=i, text=plain(section.heading)) + CLOSE
        _paragraph(document, text + say("brief.stop") + _first_sentences(section.deck, 2))


def _first_sentences(text: str, most: int) -> str:
    stop = "。" if wording.language() == "zh" else ". "
    parts = [part for part in text.split(stop) if part.strip()]
    return "".join(part.rstrip(". ") + stop for part in parts[:most])


def _picture(document: Any, report: Report, kind: str) -> None:
    """The map of departments, or the proposed process, as a picture; nothing where there is none."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    figures = [b for s in report.sections for b in s.blocks if isinstance(b, Figure) and isinstance(b.chart, Drawing)]
    chosen = next((f for f in figures if isinstance(f.chart, Drawing) and f.chart.kind == kind and f.chart.svg), None)
    if chosen is None or not isinstance(chosen.chart, Drawing):
        return
    svg = _alone(chosen.chart.svg)
    _, _, width, height = drawings.view_box(svg)
    tallest, widest = TALLEST_CM[kind], 16.2
    across = min(widest, tallest * width / height)
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    picture, trouble = _png(svg)
    if picture is None:
        _run(paragraph, trouble, "table")
        return
    paragraph.add_run().add_picture(io.BytesIO(picture), width=Cm(across))
    shape = paragraph._element.xpath(".//wp:docPr")
    if shape:
        shape[0].set("descr", plain(chosen.title))
    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(caption, say("brief.figure", title=chosen.title), "table")


def _alone(svg: str) -> str:
    """A drawing with the palette and rules that a page would give it."""
    if "<style" in svg:
        return svg
    start = svg.index(">", svg.index("<svg")) + 1
    rules, root = (flow_maps.RULES, ".flow-map") if "flow-map" in svg[:start] else (drawing.RULES, ".bpmn")
    return svg[:start] + drawing.style(rules, root) + svg[start:]


def _png(svg: str) -> tuple[bytes | None, str]:
    """The drawing as PNG; without a font for its text, the sentence that says so: the brief is still of use."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "map.png")
        try:
            pictures.save(svg, path)
        except OnethingError as trouble:
            return None, str(trouble)
        return path.read_bytes(), ""


def _proposal(document: Any, inputs: ReportInputs) -> None:
    moves = inputs.savings[0].get("moves", ()) if inputs.savings else ()
    if not moves:
        return
    _heading(document, "proposal")
    parts = [say("brief.move", name=say(f"report.move.{m}.name"), what=say(f"report.move.{m}.what")) for m in moves]
    _paragraph(document, say("brief.moves") + say("report.list.semicolon").join(parts) + say("brief.stop"))


def _savings(document: Any, report: Report) -> None:
    from docx.shared import Pt

    section = report.section("savings")
    table = next((b for b in section.blocks if isinstance(b, Table) and b.id == "savings"), None)
    if table is None:
        answer = _answer(report)
        if answer is not None:
            _heading(document, "today")
            lines = [(line.label, f"{line.today} {line.unit}", plain(line.evidence)) for line in answer.lines]
            _grid(document, (say("report.column.measure"), say("report.answer.today"), answer.evidence_head), lines)
        return
    _heading(document, "effect")
    _paragraph(document, section.heading + say("brief.stop") + _first_sentences(section.deck, 1))
    rows = [
        (str(row[0]), *(("–" if v is None else number(float(str(v)))) for v in row[1:5]), str(row[5]))
        for row in table.rows[:MOST_SAVINGS]
    ]
    _grid(document, tuple(column.label for column in table.columns), rows)
    answer = _answer(report)
    if answer is not None:
        caption = document.add_paragraph()
        caption.paragraph_format.space_before = Pt(4)
        _rich(caption, answer.caption, "table")


def _answer(report: Report) -> Answer | None:
    return next((block for block in report.sections[0].blocks if isinstance(block, Answer)), None)


def _grid(document: Any, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    table = document.add_table(rows=1 + len(rows), cols=len(heads))
    table.style = "Table Grid"
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    widths = _widths(len(heads))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for r, line in enumerate([heads, *rows]):
        for c, text in enumerate(line):
            table.cell(r, c).width = widths[c]
            paragraph = table.cell(r, c).paragraphs[0]
            paragraph.paragraph_format.space_after = 0
            paragraph.paragraph_format.line_spacing = 1.1
            if c and len(heads) > 3:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(paragraph, text, "table", bold=r == 0)


def _widths(columns: int) -> list[Any]:
    """Widths of a table's columns that fill the line, the first one wider, or the last of three."""
    from docx.shared import Cm

    if columns == 3:
        return [Cm(2.6), Cm(2.8), Cm(10.8)]
    return [Cm(4.2)] + [Cm(12.0 / (columns - 1))] * (columns - 1)


def _confirm(document: Any, report: Report) -> None:
    notes = [b for b in report.section("quality").blocks if isinstance(b, Notes) and b.numbered]
    if not notes:
        return
    _heading(document, "confirm")
    for i, sentence in enumerate(notes[0].sentences[:MOST_CONFIRM], start=1):
        _paragraph(document, say("brief.item", n=i, text=_OPTION.sub("", sentence)))
