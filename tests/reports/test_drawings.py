"""Drawings in the page: text that can be read on every screen, and on paper in strips."""

from __future__ import annotations

from lxml import etree

from reports.blocks import Bars
from reports.charts import bars
from reports.drawings import READABLE, SHEET, embed, names, strips


def boxes(width: int, *steps: int) -> str:
    """A process of one lane, its steps at these places."""
    rects = "".join(f'<rect x="{x}" y="10" width="80" height="40"/>' for x in steps)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bpmn" viewBox="-40 0 {width} 300">'
        f'<rect class="lane" x="-40" y="0" width="{width}" height="300"/>{rects}</svg>'
    )


def test_a_drawing_asks_for_the_width_at_which_its_text_can_be_read() -> None:
    root = etree.fromstring(embed(boxes(1200, 100), "x-", "x"))
    assert root.get("width") == f"{1200 * READABLE:.0f}"
    assert root.get("height") is None


def test_a_drawing_as_tall_as_a_screen_keeps_its_own_size() -> None:
    root = etree.fromstring(embed(boxes(900, 100).replace(' 300"', ' 900"'), "x-", "x"))
    assert (root.get("width"), "own" in root.get("class").split()) == ("900", True)


def test_what_a_sheet_holds_is_not_cut() -> None:
    assert strips(boxes(SHEET, 100)) == ()


def test_strips_show_all_of_it_and_cut_no_step() -> None:
    places = range(100, 2400, 95)
    found = strips(boxes(2500, *places))
    cuts = [one.x for one in found[1:]]
    assert found[0].x == -40 + names(boxes(2500))
    assert [a.x + a.width for a in found[:-1]] == cuts
    assert found[-1].x + found[-1].width == 2460
    assert max(one.width for one in found) <= SHEET - names(boxes(2500))
    assert [(cut, x) for cut in cuts for x in places if x < cut < x + 80] == []


def test_a_bar_whose_total_is_withheld_fits_its_figure_and_says_at_least() -> None:
    series = (("multi", "Multi"), ("back", "Back"))
    rows = bars(Bars(series, (("hall", (71, 70), None), ("bank", (40, 42), 82), ("post", (None, None), None))))
    assert [total for _, _, total in rows] == ["≥141", "82", "*"]
    assert max(box.x + box.width for _, boxes, _ in rows for box in boxes) <= 84
