"""The page as a person uses it, in headless Chromium, without a network."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import wording
from reports import html
from reports.inputs import ReportInputs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = (1280, 900), (390, 844)
PAGES: dict[str, str] = {}  # a language's page, made once: all tests open the same
# Each pair of language, theme and size once: axe is slow, and these are all that can differ.
LOOKS = [("zh", "light", DESKTOP), ("en", "dark", DESKTOP), ("zh", "dark", PHONE), ("en", "light", PHONE)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser, full: ReportInputs, tmp_path: Path) -> Iterator[Any]:
    """A function that opens the page in a language, a theme and a size."""
    contexts = []
    base: dict[str, Any] = {"offline": True, "accept_downloads": True}

    def open_page(lang: str = "en", theme: str = "light", size: tuple[int, int] = DESKTOP, **more: Any) -> Page:
        if lang not in PAGES:
            with wording.using(lang):
                PAGES[lang] = html.page(full)
        (tmp_path / "report.html").write_text(PAGES[lang], "utf-8")
        screen = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=screen, color_scheme=theme, **base, **more)
        contexts.append(context)
        page = context.new_page()
        page.errors = []  # type: ignore[attr-defined]
        page.asked = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
        page.on("console", lambda line: page.errors.append(line.text))  # type: ignore[attr-defined]
        page.on("request", lambda request: page.asked.append(request.url))  # type: ignore[attr-defined]
        page.goto((tmp_path / "report.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.npm
@pytest.mark.parametrize(("lang", "theme", "size"), LOOKS)
def test_axe_finds_nothing(opened: Any, lang: str, theme: str, size: tuple[int, int]) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm install in tests/node)")
    page = opened(lang, theme, size)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(AXE.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found["violations"]] == []
    assert page.errors == []


@pytest.mark.parametrize(("lang", "size"), list(itertools.product(("zh", "en"), (DESKTOP, PHONE))))
def test_nothing_is_wider_than_the_screen(opened: Any, lang: str, size: tuple[int, int]) -> None:
    page = opened(lang, "light", size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize(("lang", "size"), list(itertools.product(("zh", "en"), (DESKTOP, PHONE))))
def test_text_in_drawings_can_be_read(opened: Any, lang: str, size: tuple[int, int]) -> None:
    """None is drawn smaller than 11 px: what does not fit scrolls."""
    small = """() => Array.from(document.querySelectorAll('main svg text'))
        .filter(text => text.checkVisibility({visibilityProperty: true}) && text.getBoundingClientRect().width)
        .map(text => [text.textContent, parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a])
        .filter(([text, size]) => size < 10.9)"""
    assert opened(lang, "light", size).evaluate(small) == []


def test_no_request_but_the_file_itself(opened: Any) -> None:
    page = opened()
    page.wait_for_timeout(100)
    assert len(page.asked) == 1
    assert page.errors == []


def test_it_paints_at_once_and_stands_still(opened: Any) -> None:
    page = opened()
    shift = page.evaluate(
        """() => new Promise(done => {
            const seen = {paint: 0, shift: 0};
            new PerformanceObserver(list => list.getEntries().forEach(e => { seen.paint = e.startTime; }))
                .observe({type: 'largest-contentful-paint', buffered: true});
            new PerformanceObserver(list => list.getEntries().forEach(e => { seen.shift += e.value; }))
                .observe({type: 'layout-shift', buffered: true});
            setTimeout(() => done(seen), 400);
        })"""
    )
    assert shift["shift"] == 0
    assert 0 < shift["paint"] < 1000  # 300 ms on an idle machine; tests share theirs


def test_the_page_is_light_in_nodes(opened: Any) -> None:
    assert opened().evaluate("document.querySelectorAll('*').length") < 5000


def test_the_slider_hides_rare_flows(opened: Any) -> None:
    page = opened()
    edges = "document.querySelectorAll('#map-canvas .edge:not(.away)').length"
    before = page.evaluate(edges)
    page.locator("#map-slider").fill("30")
    assert 0 < page.evaluate(edges) < before
    assert page.locator("#map-least").text_content() == "30"


def test_the_map_shows_waits_on_demand(opened: Any) -> None:
    page = opened()
    page.locator("[data-shows=wait]").click()
    assert page.locator("#map-canvas text.wait").first.is_visible()
    assert not page.locator("#map-canvas text.count").first.is_visible()


def test_the_map_zooms_by_keyboard(opened: Any) -> None:
    page = opened()
    box = "document.querySelector('#map-canvas svg').getAttribute('viewBox')"
    before = page.evaluate(box)
    page.locator("#map-canvas").focus()
    page.keyboard.press("+")
    zoomed = page.evaluate(box)
    page.keyboard.press("0")
    assert zoomed != before
    assert [float(x) for x in page.evaluate(box).split()] == [float(x) for x in before.split()]


def test_search_finds_a_department_and_goes_there(opened: Any) -> None:
    page = opened()
    page.keyboard.press("/")
    page.keyboard.type("公安局")
    page.locator("#found a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.url.rsplit("#", 1)[1]
    assert page.locator(".hit").count() == 1


def test_search_says_when_there_is_nothing(opened: Any) -> None:
    page = opened()
    page.locator("#search").fill("zzzz")
    assert page.locator("#found").text_content() == "Nothing found"


def test_a_deep_link_opens_what_it_points_into(opened: Any) -> None:
    page = opened()
    page.evaluate("location.hash = '#t-waits'")
    page.wait_for_timeout(100)
    assert page.locator("#t-waits").is_visible()


def until(page: Any, holds: str) -> None:
    """Wait for what the page comes to; asked from here, for its own policy forbids to ask it in the page."""
    for _ in range(200):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(25)
    raise AssertionError(holds)


def test_a_link_of_the_contents_leads_to_its_part_and_marks_it(opened: Any) -> None:
    page = opened()
    link = page.locator("nav.parts a[href='#savings']")
    link.click()
    until(page, "document.querySelector('nav.parts a[aria-current]').hash === '#savings'")
    top = page.evaluate("document.getElementById('savings').getBoundingClientRect().top")
    assert page.url.endswith("#savings")
    assert 0 <= top < DESKTOP[1] / 3
    assert page.locator("nav.parts a[aria-current]").count() == 1


def test_the_sign_beside_a_heading_is_a_link_to_it(opened: Any) -> None:
    page = opened()
    page.locator("#waits-h .anchor").click()
    assert page.url.endswith("#waits")


def test_a_figures_table_is_opened_and_closed_by_a_click(opened: Any) -> None:
    page = opened()
    table, handle = page.locator("#t-waits"), page.locator("#fig-waits summary")
    before = table.is_visible()
    handle.click()
    opened_now = table.is_visible(), table.locator("tbody tr").count()
    handle.click()
    assert (before, opened_now, table.is_visible()) == (False, (True, 5), False)


def test_it_can_be_used_with_the_keyboard_alone(opened: Any) -> None:
    """The skip link, the map's slider, a figure's table and the replay, reached by Tab and worked by keys."""
    page = opened()
    reached: list[str] = []

    def tab_to(place: str) -> None:
        while not page.evaluate("where => document.activeElement.matches(where)", place):
            page.keyboard.press("Tab")
            reached.append(place)
            assert len(reached) < 200, f"{place} cannot be reached"

    tab_to(".skip")
    page.keyboard.press("Enter")
    main = page.evaluate("document.activeElement.id")
    tab_to("#map-slider")
    page.keyboard.press("ArrowRight")
    tab_to("#fig-waits summary")
    page.keyboard.press("Enter")
    tab_to("#replay-play")
    page.keyboard.press("Space")
    until(page, "Number(document.getElementById('replay-clock').value) > 0")
    page.keyboard.press("Space")
    assert main == "main"
    assert page.locator("#map-least").text_content() == "6"
    assert page.locator("#t-waits").is_visible()
    assert page.locator("#replay-play").text_content() == "Play"


def test_a_table_comes_as_csv(opened: Any, tmp_path: Path) -> None:
    page = opened("zh")
    with page.expect_download() as waiting:
        page.locator("button.csv[data-table='t-savings']").click()
    waiting.value.save_as(tmp_path / "savings.csv")
    lines = (tmp_path / "savings.csv").read_text("utf-8-sig").splitlines()
    assert waiting.value.suggested_filename == "savings.csv"
    assert lines[4].startswith("跑动（趟）,6.7,6.7,3.3,")


def test_a_table_is_filtered(opened: Any) -> None:
    page = opened()
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    table = page.locator("#t-run")
    page.locator("input[data-filters='t-run']").fill("seed")
    assert table.locator("tbody tr:visible").count() == 1


def test_the_replay_plays_and_is_quick(opened: Any) -> None:
    page = opened()
    page.locator("#replay-play").click()
    page.wait_for_timeout(1500)
    assert float(page.locator("#replay-clock").input_value()) > 0
    assert page.evaluate("window.onethingFrameMs") < 4
    assert page.locator("#replay-as_is .tokens circle").count() == 60


def test_nothing_moves_by_itself_under_reduced_motion(opened: Any) -> None:
    page = opened(reduced_motion="reduce")
    page.locator("#replay-controls").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert page.locator("#replay-clock").input_value() == "0"
    assert page.locator("#replay-still").is_visible()
    page.locator("#replay-clock").fill("1000")
    assert page.locator("#replay-done-to_be").text_content() == "60 of 60 episodes done, 12.8 days on average"


def test_the_theme_is_chosen_and_kept(opened: Any) -> None:
    page = opened()
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.locator("#theme").click()
    assert page.evaluate(ground) != before
    assert page.locator("#theme").text_content() == "Light"
