"""What a notebook shows."""

from __future__ import annotations

import pytest

from reports.inputs import ReportInputs
from reports.notebook import shown
from reports.report import report


@pytest.mark.parametrize("section", ["trips", "materials", "savings", "form", "quality"])
def test_each_block_of_a_section_is_drawn(world: ReportInputs, section: str) -> None:
    blocks = shown(report(world), section)
    assert blocks
    assert all("<style>" in block._repr_html_() for block in blocks)


def test_a_figure_prints_its_title(world: ReportInputs) -> None:
    assert "trips of one episode" in repr(shown(report(world), "trips")[0])
