"""An event log written to a file of the form that its name says: what is written is read back equal."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from wording.errors import UsageError

if TYPE_CHECKING:
    from event_logs.log import EventLog

FORMS = (".csv", ".parquet", ".xes", ".xes.gz", ".jsonocel", ".json", ".xmlocel", ".sqlite")


def write_log(log: EventLog, path: Path) -> None:
    """Write a log as CSV, Parquet, XES (.gz) or OCEL 2.0 (.jsonocel, .xmlocel, .sqlite), whole or not at all.

    Times are written as the log has them, the wall clock of its zone: in XES and OCEL with its offset.

    Raises
    ------
    UsageError
        The extension names no form that can be written.
    """
    from event_logs.writers import ocel, tables, xes

    name = path.name.lower()
    if name.endswith((".csv", ".parquet")):
        write = tables.write_table
    elif name.endswith((".xes", ".xes.gz")):
        write = xes.write_xes
    elif name.endswith((".jsonocel", ".json", ".xmlocel", ".sqlite")):
        write = ocel.write_ocel
    else:
        raise UsageError("log.writes-forms", path=path, forms=", ".join(FORMS))
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".onething-", suffix=path.name)
    os.close(handle)
    try:
        write(log, Path(beside))
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


__all__ = ["FORMS", "write_log"]
