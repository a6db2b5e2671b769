"""A report's figures and tables as a notebook shows them."""

from __future__ import annotations

from dataclasses import dataclass

from reports.blocks import Block, Report
from reports.html import fragment


@dataclass(frozen=True, slots=True)
class Shown:
    """One table or figure; a notebook draws it, anything else prints its title."""

    block: Block
    texts: dict[str, str]

    def _repr_html_(self) -> str:
        return fragment(self.block, self.texts)

    def __repr__(self) -> str:
        return str(getattr(self.block, "title", type(self.block).__name__))


def shown(report: Report, section: str) -> tuple[Shown, ...]:
    """The figures and tables of a section (``trips``, ``materials`` …), each of which a notebook draws.

    Raises
    ------
    KeyError
        The report has no such section.
    """
    return tuple(Shown(block, dict(report.texts)) for block in report.section(section).blocks)
