"""The page printed to A4: light whatever the screen, nothing cut off, headings with what they head, text to copy."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

import wording
from reports import html
from reports.inputs import ReportInputs
from reports.report import report

pytestmark = pytest.mark.browser
A4 = (595, 842)  # points
FOOT = A4[1] - 51  # the lower margin of 18 mm, where a sheet's foot stands
SHEETS: dict[str, bytes] = {}  # a language's print, made once: all tests read the same
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


@dataclass(frozen=True)
class Word:
    """A word of a sheet, where it stands in points from the upper left."""

    sheet: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


@pytest.fixture(scope="module", params=wording.LANGUAGES)
def lang_of_sheets(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def printed(full: ReportInputs, lang_of_sheets: str, tmp_path: Path) -> Path:
    """The PDF that a reader with a dark screen prints."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None or shutil.which("pdftotext") is None:
        pytest.skip("no Chromium, or no pdftotext (poppler-utils), on this machine")
    from playwright.sync_api import sync_playwright

    path, sheets = tmp_path / "report.html", tmp_path / "report.pdf"
    if lang_of_sheets in SHEETS:
        sheets.write_bytes(SHEETS[lang_of_sheets])
        return sheets
    with wording.using(lang_of_sheets):
        html.write(full, path)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_context(color_scheme="dark", offline=True).new_page()
        page.goto(path.as_uri())
        SHEETS[lang_of_sheets] = page.pdf(path=str(sheets), format="A4", print_background=True)
        browser.close()
    return sheets


def words(path: Path) -> list[Word]:
    """The words of the sheets without their feet."""
    return [word for word in all_words(path) if word.top < FOOT]


def all_words(path: Path) -> list[Word]:
    told = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True).stdout
    return [
        Word(sheet, *(float(place) for place in found[:4]), found[4])
        for sheet, text in enumerate(told.split("<page ")[1:])
        for found in WORD.findall(text)
    ]


def headings(full: ReportInputs, lang: str) -> list[str]:
    """The first letters of what stands above sections, figures and tables, as far as they are printed."""
    with wording.using(lang):
        sections = [s for s in report(full).sections if s.id != "replay"]
        titles = [s.topic for s in sections if not s.off]
        return titles + [
            str(getattr(b, "title", "")) for s in sections for b in s.blocks if not getattr(b, "folded", 0)
        ]


def test_everything_stands_inside_the_sheet(printed: Path) -> None:
    found = words(printed)
    assert len(found) > 400
    assert [w for w in found if w.left < 30 or w.right > A4[0] - 30 or w.bottom > A4[1] - 25 or w.top < 25] == []


def test_every_sheet_has_its_title_and_number_at_its_foot(printed: Path, full: ReportInputs) -> None:
    feet: dict[int, list[str]] = {}
    for word in all_words(printed):
        if word.top >= FOOT:
            feet.setdefault(word.sheet, []).append(word.text)
    of = len({word.sheet for word in words(printed)})
    assert [foot[-3:] for _, foot in sorted(feet.items())] == [[str(n + 1), "/", str(of)] for n in range(of)]
    assert all("".join(foot).startswith(full.focus[:4]) for foot in feet.values())


def test_a_hostile_title_ends_no_style_sheet() -> None:
    told = html.feet("</style><script>x</script>'}*{display:none}\\\n", "")
    assert "<" not in told
    assert told.count("'") == 4  # the two quotes of each string, no other
    assert "}*{" not in told


def test_no_heading_is_left_at_the_foot_of_a_sheet(printed: Path, full: ReportInputs, lang_of_sheets: str) -> None:
    found = words(printed)
    titles = [title.split() for title in headings(full, lang_of_sheets)]
    long_enough = [title for title in titles if len("".join(title)) > {"zh": 3, "en": 12}[lang_of_sheets]]
    last = {sheet: max(w.bottom for w in found if w.sheet == sheet) for sheet in {w.sheet for w in found}}
    stand = [
        (" ".join(title), word.sheet + 1)
        for title in long_enough
        for i, word in enumerate(found)
        if [w.text for w in found[i : i + len(title)]] == title and last[word.sheet] <= word.bottom + 4
    ]
    assert stand == []


def test_it_is_light_though_the_screen_is_dark(printed: Path, tmp_path: Path) -> None:
    """The corner of the first sheet, and most of it, is white."""
    command = ["pdftoppm", "-r", "20", "-gray", "-f", "1", "-l", "1", str(printed), str(tmp_path / "sheet")]
    subprocess.run(command, check=True)
    picture = next(tmp_path.glob("sheet*.pgm")).read_bytes()
    _, size, _, pixels = picture.split(b"\n", 3)
    assert pixels[0] == 255
    assert sum(value > 200 for value in pixels) > 0.8 * len(pixels)
    assert len(size.split()) == 2


def test_chinese_can_be_copied(printed: Path, lang_of_sheets: str) -> None:
    told = subprocess.run(["pdftotext", str(printed), "-"], capture_output=True, text=True, check=True).stdout
    assert "市场监管局" in told
    assert {"zh": "数据与假设", "en": "Data and assumptions"}[lang_of_sheets] in told
