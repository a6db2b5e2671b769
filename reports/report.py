"""Report: the sections in reading order, plain data, no HTML."""

from __future__ import annotations

from reports.inputs import ReportInputs

__all__ = ["ReportInputs"]
