"""What is asked of a file's cases before all of its columns were looked at: one pass over its rows instead of two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from event_logs.canonical import TIMES, canonical_table, with_missing
from event_logs.log import EventLog
from event_logs.repeated import marks

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine
    from event_logs.plain import Looks
    from event_logs.readers import Raw

# What a log's cases are asked: rows by ``case_id`` and by what else they name (each such column named as its role),
# with ``n``, how many events, and the unions of the bits given. Kept.
Gather = Callable[[EventLog, "Mapping[str, ir.IntegerValue]"], "ir.Table"]
# Of no case as a whole: what these tell is left out, since nobody knows yet whether it is as written.
LEFT_OUT = ("agent", "resource", "region", "materials", "outputs")


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was gathered, and the log that it was gathered of."""

    log: EventLog
    cases: ir.Table


def gathered_ahead(
    engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], looks: Looks, *, gather: Gather, zone: str,
    spellings: Mapping[str, Mapping[str, str]], alike: Mapping[str, Mapping[str, str]],
) -> Ahead | None:  # fmt: skip
    """The answer for events without agents, officers, regions and lists, with the marks of `event_logs.repeated`.

    None where the order of days in dates is not known yet.

    Parameters
    ----------
    columns
        Role -> number of its column.
    looks
        What the columns are if no text that was not looked at is odd.
    gather
        The question.
    spellings, alike
        As `event_logs.canonical.canonical_table` takes them.
    """
    times = [role for role in TIMES if role in columns and raw.types[columns[role]] == "string"]
    if not looks.plain.issuperset(times):
        return None
    wanted = {role: place for role, place in columns.items() if role not in LEFT_OUT}
    steps = canonical_table(
        engine, raw.expression(), wanted, zone=zone, spellings=spellings, plain=looks.plain, carry=["row", "line"],
        alike={role: names for role, names in alike.items() if role in wanted}, lazy=True, identical=looks.identical,
    )  # fmt: skip
    keys = {"applicant_key": steps.applicant} if "applicant" in wanted else {}
    events = engine.view("ahead", with_missing(steps.select(*wanted, event_number=steps.row, line=steps.line, **keys)))
    log = EventLog(engine, events, frozenset(wanted), own_keys=looks.own_keys)
    return Ahead(log, gather(log, marks(events.activity, events.completed_at)))
