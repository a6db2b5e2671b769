"""What happened: event logs of departments, read into one form."""

from __future__ import annotations

from event_logs.log import EventLog, Found, Reading, Rejected
from event_logs.reading import read_log

__all__ = ["EventLog", "Found", "Reading", "Rejected", "read_log"]
