"""`python benchmarks/pages.py [--only sample,receipt] [PAGE.html …]`: pages of real logs, as eight readers see them.

Analyses the sample, and the public and labelled logs where `../shared/data` has them, and opens each page in Chinese
and English, light and dark, on a desktop and a phone, offline: axe-core (WCAG 2.2 AA and best practice), contrast of
text in drawings (4.5) and of shapes (3), text in drawings below 11 px, requests, largest paint, layout shift, nodes,
size, width, a frame of the replay, and whether it stands still under reduced motion. Needs Chromium and the Node
packages of `tests/node`. Exits 1 where a bar is missed. `--quick`, for machines that do other things beside, leaves out
the two bars that are times and tells one analysis in both languages; the second theme is audited for colours alone.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHARED = HOUSE.parent / "shared" / "data"
LOGS = {
    "sample": HOUSE / "event_logs" / "synthetic" / "sample" / "sample.csv.gz",
    "receipt": SHARED / "receipt.csv.gz",
    "BPIC15_1": SHARED / "BPIC15_1.xes.gz",
    "real": SHARED / "labelled" / "real" / "log.csv",
    "clean": SHARED / "labelled" / "clean" / "log.csv",
}
AXE = HOUSE / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
BARS = {"axe": 0, "text": 0, "shapes": 0, "tiny": 0, "requests": 0, "shift": 0, "wider": 0, "moved": 0, "errors": 0}
MOST = {"nodes": 4999, "KB": 1000, "paint ms": 299, "frame ms": 4}
TIMES = ("paint ms", "frame ms")
KINDS = ("text", "shapes", "tiny")  # what the look at drawings complains of
MOST_KB = {"receipt": 500}

TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
AUDIT = """what => axe.run(document, {runOnly: what, resultTypes: ['violations']}).then(
    found => found.violations.map(rule => ({id: rule.id, html: rule.nodes[0].html})))"""

# Largest paint and layout shift, as the browser tells them.
PAINT = """() => new Promise(done => {
    const seen = {paint: 0, shift: 0};
    new PerformanceObserver(l => l.getEntries().forEach(e => { seen.paint = e.startTime; }))
        .observe({type: 'largest-contentful-paint', buffered: true});
    new PerformanceObserver(l => l.getEntries().forEach(e => { seen.shift += e.value; }))
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(seen), 300);
})"""

# Text and shapes of every drawing against what lies under them. A part that is withheld has a pale fill and a border
# that carries it; bands, lanes and cards are grounds, and what stands on them is measured.
CONTRAST = """() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgb = text => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
        return Array.from(canvas.getImageData(0, 0, 1, 1).data);
    };
    const over = (a, b) => { const s = a[3] / 255; return [0, 1, 2].map(i => a[i] * s + b[i] * (1 - s)).concat(255); };
    const light = c => {
        const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (a, b) => {
        const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
        return (x + 0.05) / (y + 0.05);
    };
    const page = rgb(getComputedStyle(document.body).backgroundColor);
    const seen = element => element.checkVisibility({visibilityProperty: true});
    const paint = (element, what) => {
        const style = getComputedStyle(element);
        if (style[what] === 'none') return null;
        const colour = rgb(style[what]);
        colour[3] *= Number(style[what + 'Opacity']) * Number(style.opacity);
        return colour[3] ? colour : null;
    };
    const under = (element, x, y, alone) => {  // alone: beside its fellows, not upon them
        let ground = page;
        const stack = document.elementsFromPoint(x, y).reverse();
        for (const each of stack) {
            if (each === element) break;
            if (each.namespaceURI.endsWith('svg')) {
                if (!/^(rect|circle|polygon)$/.test(each.localName)) continue;
                if (alone && element.parentNode === each.parentNode && /^f-/.test(each.getAttribute('class'))) continue;
                const fill = paint(each, 'fill');
                if (fill) ground = over(fill, ground);
            } else {
                const back = rgb(getComputedStyle(each).backgroundColor);
                if (back[3]) ground = over(back, ground);
            }
        }
        return ground;
    };
    const bad = {text: [], shapes: [], tiny: []};
    document.querySelectorAll('main svg text').forEach(text => {
        if (!seen(text) || !text.textContent.trim()) return;
        const box = text.getBoundingClientRect();
        const colour = paint(text, 'fill');
        if (!colour || !box.width) return;
        const ground = under(text, box.x + Math.min(3, box.width / 2), box.y + box.height / 2, false);
        const found = ratio(over(colour, ground), ground);
        const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
        if (size < 10.9) bad.tiny.push(text.textContent + ' ' + size.toFixed(1) + ' px');
        if (found < 4.5) bad.text.push(text.textContent + ' ' + found.toFixed(1));
    });
    const marks = '[class^="f-"],.line,.flow path,.task rect,.reach,.whisker,.sure,.unsure,.p90,.slow,.fast';
    document.querySelectorAll('main svg :is(' + marks + ')').forEach(shape => {
        if (!seen(shape)) return;
        const box = shape.getBoundingClientRect();
        const ground = under(shape, box.x + box.width / 2, box.y + box.height / 2, true);
        const best = ['fill', 'stroke'].map(what => paint(shape, what)).filter(Boolean)
            .map(colour => ratio(over(colour, ground), ground));
        if (best.length && Math.max(...best) < 3)
            bad.shapes.push(shape.getAttribute('class') + ' ' + Math.max(...best).toFixed(1));
    });
    return bad;
}"""


@dataclass(frozen=True)
class Look:
    """A page as one reader sees it."""

    page: str
    lang: str
    theme: str
    size: str
    figures: dict[str, float]
    found: tuple[str, ...]  # what axe and the contrast check complain of


def pages(names: list[str], folder: Path, replications: int, *, quick: bool) -> Iterator[tuple[str, str, Path]]:
    """Analyse logs; gives each page's name, language and path. `quick`: one analysis told in both languages."""
    import wording
    from onething.calls import opened
    from onething.cli.asking import Ask
    from onething.study import Options, analyze
    from onething.telling import inputs_of
    from reports import html

    for name in names:
        study = None
        for lang in wording.LANGUAGES:
            with wording.using(lang):
                if study is None or not quick:
                    ask = Ask(logs=(str(LOGS[name]),), quiet=True)
                    study = analyze(opened(ask), Options(replications=replications))
                path = folder / f"{name}-{lang}.html"
                html.write(inputs_of(study), path)
            yield name, lang, path


def looks(browser: Browser, name: str, lang: str, path: Path, *, quick: bool) -> Iterator[Look]:
    """Open a page in each size, and measure it in each theme."""
    for size, (width, height) in SIZES.items():
        screen: dict[str, Any] = {"viewport": {"width": width, "height": height}, "offline": True}
        context = browser.new_context(**screen)
        page = context.new_page()
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.on("console", lambda line, errors=errors: errors.append(line.text))
        for number, theme in enumerate(("light", "dark")):
            page.emulate_media(color_scheme=theme)
            paints = []
            for _ in range(1 if quick else 3):  # the second and third find the browser warm, as a reader's is
                page.goto(path.as_uri())
                paints.append(page.evaluate(PAINT))
            figures = {
                "KB": path.stat().st_size / 1000,
                "nodes": page.evaluate("document.querySelectorAll('*').length"),
                "paint ms": min((paint["paint"] for paint in paints if paint["paint"]), default=9999.0),
                "shift": max(paint["shift"] for paint in paints),
                "wider": max(0, page.evaluate("document.documentElement.scrollWidth") - width),
                "requests": len([url for url in asked if not url.startswith("file:")]),
                "frame ms": 0.0 if quick and number else _frame_ms(page),
                "moved": 0 if number else _moved(browser, path, screen),
            }
            tall = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": int(tall)})  # what is not on the screen has no ground
            contrast = page.evaluate(CONTRAST)
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.evaluate(AXE.read_text("utf-8"))
            # A second theme changes nothing but colours.
            axe = page.evaluate(AUDIT, {"type": "rule", "values": ["color-contrast"]} if quick and number else TAGS)
            figures |= {"axe": len(axe), "errors": len(errors)}
            figures |= {kind: len(contrast[kind]) for kind in KINDS}
            found = [f"axe {rule['id']}: {rule['html'][:120]}" for rule in axe]
            found += [f"{kind}: {what}" for kind in KINDS for what in dict.fromkeys(contrast[kind])]
            yield Look(name, lang, theme, size, figures, (*found, *errors))
        context.close()


def _frame_ms(page: Any) -> float:
    """Script time of a frame of the replay, in the middle of eight."""
    if not page.locator("#replay-play").count():
        return 0.0
    page.locator("#replay-controls").scroll_into_view_if_needed()
    page.locator("#replay-play").click()
    taken = []
    for _ in range(8):
        page.wait_for_timeout(60)
        taken.append(float(page.evaluate("window.onethingFrameMs")))
    page.locator("#replay-play").click()
    return sorted(taken)[4]


def _moved(browser: Browser, path: Path, screen: dict[str, Any]) -> int:
    """Whether anything moves by itself where the system asks for reduced motion."""
    context = browser.new_context(**screen, reduced_motion="reduce")
    page = context.new_page()
    page.goto(path.as_uri())
    moved = 0
    if page.locator("#replay-clock").count():
        page.locator("#replay-controls").scroll_into_view_if_needed()
        page.wait_for_timeout(120)
        moved = int(page.locator("#replay-clock").input_value() != "0")
    context.close()
    return moved


def missed(seen: Look, *, quick: bool) -> list[str]:
    """The bars that a look misses."""
    most = MOST | ({"KB": MOST_KB[seen.page]} if seen.page in MOST_KB else {})
    held = {key: value for key, value in (BARS | most).items() if not (quick and key in TIMES)}
    return [f"{key} {seen.figures[key]:g}" for key, value in held.items() if seen.figures[key] > value]


def main() -> int:
    """Print a line a look; 1 where a bar is missed."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, help="pages there are already, named …-zh.html or …-en.html")
    parser.add_argument("--only", default=",".join(LOGS), help="logs, separated by commas")
    parser.add_argument("--replications", type=int, default=4)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    names = [name for name in given.only.split(",") if LOGS[name].exists()]
    columns = ("KB", "nodes", "paint ms", "frame ms", *BARS)
    print(" | ".join(("page", "look", *columns)))
    failed = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        known = [(p.stem.rpartition("-")[0], p.stem.rpartition("-")[2], p.resolve()) for p in given.pages]
        for name, lang, path in known or pages(names, Path(folder), given.replications, quick=given.quick):
            for seen in looks(browser, name, lang, path, quick=given.quick):
                figures = (f"{seen.figures[key]:.4g}" for key in columns)
                print(" | ".join((name, f"{lang} {seen.theme} {seen.size}", *figures)), flush=True)
                short = missed(seen, quick=given.quick)
                failed += bool(short)
                for line in (*([f"missed: {', '.join(short)}"] if short else []), *seen.found[:12]):
                    print("    " + line, flush=True)
        browser.close()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
