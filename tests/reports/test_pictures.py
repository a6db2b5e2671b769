"""Pictures: a drawing of ours as SVG, PDF with text that can be searched, and PNG."""

from __future__ import annotations

from pathlib import Path

import pytest

from mining.process_model import APPLICANT, Data, Flow, Kind, Node, ProcessModel
from reports import pictures
from reports.bpmn.drawing import svg
from reports.bpmn.layout import lay_out
from reports.pictures import save
from wording.errors import OnethingError, UsageError


def drawing(label: str = "Receive") -> str:
    """A small process with every kind of element."""
    nodes = (
        Node("s", Kind.START, "in", APPLICANT),
        Node("t", Kind.TASK, label, "Office"),
        Node("g", Kind.PARALLEL, "", "Office"),
        Node("i", Kind.INCLUSIVE, "which?", "Office"),
        Node("e", Kind.END, "out", APPLICANT),
    )
    flows = (Flow("s", "t"), Flow("t", "g"), Flow("g", "i"), Flow("i", "e", "90 %"), Flow("i", "t", "10 %"))
    model = ProcessModel("x", nodes, flows, (Data("d", "Licence", "t", ("i",)),))
    return svg(model, lay_out(model))


def test_a_pdf_holds_text_that_can_be_searched(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    save(drawing(), tmp_path / "x.pdf")
    text = pypdf.PdfReader(tmp_path / "x.pdf").pages[0].extract_text()
    assert "Receive" in text and "Licence" in text


def test_a_png_is_twice_the_size_of_the_drawing(tmp_path: Path) -> None:
    from PIL import Image

    text = drawing()
    save(text, tmp_path / "x.png")
    width = int(text.split('width="')[1].split('"')[0])
    with Image.open(tmp_path / "x.png") as image:
        assert abs(image.width - 2 * width) <= 2


def test_an_svg_is_written_as_it_is(tmp_path: Path) -> None:
    save(drawing(), tmp_path / "x.svg")
    assert (tmp_path / "x.svg").read_text("utf-8") == drawing()


def test_the_same_drawing_gives_the_same_bytes(tmp_path: Path) -> None:
    save(drawing(), tmp_path / "a.pdf")
    save(drawing(), tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_another_ending_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        save(drawing(), tmp_path / "x.gif")
    assert ".svg, .pdf, .png" in str(caught.value)


def test_chinese_without_a_font_for_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "FONTS", ("No such font",))
    with pytest.raises(OnethingError) as caught:
        save(drawing("受理"), tmp_path / "x.pdf")
    assert caught.value.key == "diagrams.no-font"
