"""The canonical columns of an event log: name, type, XES key, and what each is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column. `type` is an Ibis type; `xes` the attribute key of IEEE 1849."""

    name: str
    type: str
    xes: str = ""
    needed: bool = False


# The contract's section 2, in its order. Every event table has all of them: a role that the file lacks is a column of
# nulls of the right type, and `EventLog.has` says whether the log knows it.
ROLES: tuple[Column, ...] = (
    Column("case_id", "string", "case:concept:name", needed=True),
    Column("activity", "string", "concept:name", needed=True),
    Column("completed_at", "timestamp", "time:timestamp", needed=True),
    Column("started_at", "timestamp", "start_timestamp"),
    Column("department", "string", "org:group"),
    Column("resource", "string", "org:resource"),
    Column("service", "string"),
    Column("region", "string"),
    Column("applicant", "string"),
    Column("agent", "string"),
    Column("actor", "string"),
    Column("channel", "string"),
    Column("place", "string"),
    Column("materials", "array<string>"),
    Column("method", "string"),
    Column("outputs", "array<string>"),
    Column("object", "string"),
    Column("episode", "string"),
    Column("promised_at", "timestamp"),
    Column("delivery", "string"),
    Column("outcome", "string"),
    Column("suspended_from", "timestamp"),
    Column("suspended_to", "timestamp"),
    Column("rating", "float64"),
    Column("fee", "float64"),
)

# Added at reading, never by a file.
ADDED: tuple[Column, ...] = (
    Column("event_number", "int64"),  # 0, 1, 2 … in the order of the rows: every ordering ends with it
    Column("line", "int64"),  # the record's first physical line (header = 1); null where the form has no lines
    Column("applicant_key", "string"),  # identity as its standard compares it; null where masked, missing, placeholder
    Column("agent_key", "string"),
    Column("department_inherited", "boolean"),  # filled from the service's only department
)

COLUMNS: tuple[Column, ...] = ROLES + ADDED
SCHEMA: dict[str, str] = {column.name: column.type for column in COLUMNS}
NEEDED: tuple[str, ...] = tuple(column.name for column in ROLES if column.needed)

CHANNELS = ("onsite", "self_service", "online", "phone", "post")
ACTORS = ("applicant", "officer")
METHODS = ("paper", "upload", "scan", "deferred", "shared")
DELIVERIES = ("collect", "post", "electronic")
