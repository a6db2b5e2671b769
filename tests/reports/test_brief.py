"""The brief in Word: editable, on two pages, with the table of savings."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from reports.brief import write_brief
from reports.inputs import ReportInputs

MAP = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100" width="300" height="100">'
    "<style>.flow-map rect{fill:#0b6b63}</style>"
    '<rect width="80" height="40" fill="#0b6b63"/><text x="5" y="20">税务局</text></svg>'
)


def words(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def test_it_has_the_table_of_savings(world: ReportInputs, tmp_path: Path, lang: str) -> None:
    write_brief(world, tmp_path / "brief.docx")
    table = Document(str(tmp_path / "brief.docx")).tables[0]
    assert len(table.rows) == 8
    assert [cell.text for cell in table.rows[4].cells][1:5] == ["6.7", "6.7", "3.3", "3.4"]


def test_it_has_the_map_as_a_picture(world: ReportInputs, tmp_path: Path) -> None:
    write_brief(replace(world, flow_map_svg=MAP), tmp_path / "brief.docx")
    assert len(Document(str(tmp_path / "brief.docx")).inline_shapes) == 1


def test_a_bare_log_gives_a_brief_of_today(bare_world: ReportInputs, tmp_path: Path, lang: str) -> None:
    write_brief(bare_world, tmp_path / "brief.docx")
    assert "receipt" in words(tmp_path / "brief.docx")


def test_hostile_names_are_text(hostile_world: ReportInputs, tmp_path: Path, lang: str) -> None:
    write_brief(hostile_world, tmp_path / "brief.docx")
    assert "<script>" in words(tmp_path / "brief.docx")


def test_equal_inputs_give_equal_bytes(world: ReportInputs, tmp_path: Path) -> None:
    write_brief(world, tmp_path / "a.docx")
    write_brief(world, tmp_path / "b.docx")
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_the_brief_tells_leaders_no_options_of_the_program(world: ReportInputs, lang: str, tmp_path: Path) -> None:
    write_brief(world, tmp_path / "brief.docx")
    text = "\n".join(p.text for p in Document(str(tmp_path / "brief.docx")).paragraphs)
    assert "--" not in text


@pytest.mark.office
def test_the_brief_has_two_pages(full: ReportInputs, lang: str, tmp_path: Path) -> None:
    """Counted by a word processor where there is one: with the map and the proposed process in it."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("no LibreOffice on this machine")
    from pypdf import PdfReader

    write_brief(full, tmp_path / "brief.docx")
    command = [program, f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(tmp_path / "brief.docx")], capture_output=True, check=True)
    assert len(PdfReader(tmp_path / "brief.pdf").pages) == 2
