"""A log whose names are attacks, through the whole line: text everywhere, no live formula, no script, no link."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from docx import Document
from lxml import etree
from python_calamine import CalamineWorkbook

from event_logs.synthetic import generate
from onething.cli import run

HOSTILE = {
    "department": (
        "<script>document.title='owned'</script>",
        '=HYPERLINK("http://x.invalid","a")',
        "\u202egnp.exe\u202c局",
        "🏛️ 局 👩‍💼",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}} {name} %s",
    ),
    "service": ("@SUM(1+1)*cmd|' /C calc'!A0", "办" * 500, "</script><svg onload=alert(1)>", "-2+3", "a\tb", "🧾 许可"),
    "activity": ("核" * 500, "<b>核</b>", "+1", "]]>", "&amp;&#60;", "\u2067核\u2069"),
}
FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@＝＋－＠−]")
SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `analyze` on a made-up log whose commonest names were exchanged for hostile ones."""
    folder = tmp_path_factory.mktemp("hostile")
    generate("sample", seed=3, episodes=60, out=folder / "made")
    with (folder / "made" / "log.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for column, names in HOSTILE.items():
        found = list(dict.fromkeys(row[column] for row in rows if row[column] not in ("", "提交申请", "领取证照")))
        # An activity keeps its own words in front, or nobody could tell what it does.
        swap = {old: (old if column == "activity" else "") + new for old, new in zip(found, names, strict=False)}
        for row in rows:
            row[column] = swap.get(row[column], row[column])
    with (folder / "log.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    call = ["analyze", str(folder / "log.csv"), "--out", str(folder / "out"), "--replications", "2", "-q"]
    assert run([*call, "--lang", "zh"]) == 0
    return folder / "out"


def test_the_csv_files_have_no_live_formula(results: Path) -> None:
    for name in ("trips.csv", "materials.csv"):
        with (results / name).open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [cell for cell in cells if FORMULA.match(cell)] == []
    assert any("script" in cell for cell in cells)


def test_the_workbook_has_text_and_no_formula_and_no_link(results: Path) -> None:
    with zipfile.ZipFile(results / "tables.xlsx") as package:
        parts = [package.read(name).decode() for name in package.namelist() if "worksheets" in name]
    assert [part for part in parts if re.search(r"<f[ >]|<hyperlink", part)] == []
    book = CalamineWorkbook.from_path(str(results / "tables.xlsx"))
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert any("<img src=x onerror" in str(cell) for cell in cells)


def test_drawings_have_no_script_no_handler_and_no_link(results: Path) -> None:
    drawings = list(results.rglob("*.svg"))
    assert len(drawings) >= 2
    for path in drawings:
        root = etree.parse(str(path)).getroot()
        names = {etree.QName(e).localname for e in root.iter() if isinstance(e.tag, str)}
        attributes = {key for e in root.iter() if isinstance(e.tag, str) for key in e.attrib}
        assert names.isdisjoint({"script", "foreignObject", "image", "a", "iframe"})
        assert [key for key in attributes if key.lower().startswith("on") or key == XLINK + "href"] == []


def test_process_files_are_well_formed_and_hold_the_names_as_text(results: Path) -> None:
    texts = []
    for path in results.rglob("*.bpmn"):
        root = etree.parse(str(path)).getroot()
        assert {etree.QName(e).localname for e in root.iter() if isinstance(e.tag, str)}.isdisjoint({"script"})
        texts += [e.get("name", "") for e in root.iter() if isinstance(e.tag, str)]
    assert any("<script>" in text for text in texts)


@pytest.mark.browser
def test_the_page_runs_nothing_of_the_names(results: Path) -> None:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    troubles: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_context(offline=True, viewport={"width": 390, "height": 844}).new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text))
        page.on("dialog", lambda dialog: troubles.append(dialog.message))
        page.on("request", lambda asked: None if asked.url.startswith("file:") else troubles.append(asked.url))
        page.goto((results / "report.html").as_uri())
        page.locator("#search").fill("script")
        page.locator("#found a").first.wait_for()
        with page.expect_download() as waiting:
            page.locator("button.csv[data-table='t-department-flows']").click()
        waiting.value.save_as(results.parent / "flows.csv")
        wider = page.evaluate("document.documentElement.scrollWidth")
        tags = page.evaluate("document.querySelectorAll('main script:not([type]), main img, main [onload]').length")
        title = page.title()
        browser.close()
    with (results.parent / "flows.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert troubles == []
    assert [cell for cell in cells if FORMULA.match(cell)] == []
    assert (wider, tags) == (390, 0)
    assert title != "owned"
    assert "\u202e" not in (results / "report.html").read_text("utf-8")


def test_the_brief_holds_them_as_text(results: Path, tmp_path: Path) -> None:
    log = results.parent / "log.csv"
    assert run(["brief", str(log), "--to", str(tmp_path / "brief.docx"), "-q", "--lang", "zh"]) == 0
    document = Document(str(tmp_path / "brief.docx"))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "\u202e" not in text
    with zipfile.ZipFile(tmp_path / "brief.docx") as package:
        body = package.read("word/document.xml").decode()
    assert "w:hyperlink" not in body
    assert "w:instrText" not in body
