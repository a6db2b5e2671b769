"""Contrast of the palette, light and dark (WCAG 2.2: text 4.5, shapes 3)."""

from __future__ import annotations

import pytest

from reports.palette import DARK, LIGHT, SHAPES, contrast, on

GROUNDS = ("ground", "raised", "tint", "tint-share", "tint-repeat", "tint-own", "tint-burden", "tint-proposed")
MODES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


@MODES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ["ink", "ink-2", "teal"])
def test_text_reads_on_every_ground(palette: dict[str, str], text: str, ground: str) -> None:
    assert contrast(palette[text], palette[ground]) >= 4.5


@MODES
@pytest.mark.parametrize("text", ["collection", "first"])
def test_coloured_numbers_read_on_the_page(palette: dict[str, str], text: str) -> None:
    assert contrast(palette[text], palette["ground"]) >= 4.5


@MODES
@pytest.mark.parametrize("shape", [*SHAPES, "edge"])
def test_shapes_stand_out_from_the_page(palette: dict[str, str], shape: str) -> None:
    assert contrast(palette[shape], palette["ground"]) >= 3


@MODES
@pytest.mark.parametrize("shape", ["teal", "edge", "collection", "multi", "corrected"])
@pytest.mark.parametrize("ground", ["raised", "tint", "tint-burden", "tint-proposed"])
def test_lines_of_drawings_stand_out_from_their_lanes(palette: dict[str, str], shape: str, ground: str) -> None:
    assert contrast(palette[shape], palette[ground]) >= 3


@MODES
@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_read_on_their_bars(palette: dict[str, str], shape: str) -> None:
    assert contrast(on(palette[shape]), palette[shape]) >= 4.5


def test_both_modes_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
