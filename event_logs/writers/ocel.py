"""OCEL 2.0: events with their attributes; the case, the applicant and what it is about as objects."""

# ruff: noqa: E501  (SQL reads better unbroken)
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from event_logs.writers.xes import escaped, rows_of

if TYPE_CHECKING:
    from event_logs.log import EventLog

CASE = "case"
OBJECTS = ("applicant", "object")  # roles that are objects besides the case


def write_ocel(log: EventLog, path: Path) -> None:
    """OCEL 2.0 in the form that the name says: JSON, XML or SQLite."""
    name = path.name.lower()
    content = _Content(log)
    if name.endswith(".xmlocel"):
        path.write_text(_xml(content), "utf-8", newline="\n")
    elif name.endswith(".sqlite"):
        _sqlite(content, path)
    else:
        path.write_text(json.dumps(_json(content), ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")


class _Content:
    """Events and objects as OCEL has them, gathered once."""

    def __init__(self, log: EventLog) -> None:
        self.events: list[dict[str, Any]] = []
        self.objects: dict[str, str] = {}
        self.attributes: dict[str, dict[str, None]] = {}
        for number, row in enumerate(rows_of(log)):
            self.events.append(self._event(number, row))
        self.objects = dict(sorted(self.objects.items()))

    def _event(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        kind, time = row.pop("activity"), row.pop("completed_at")
        touched = [(CASE, self._object(CASE, row.pop("case_id")))]
        touched += [(role, self._object(role, row[role])) for role in OBJECTS if row.get(role) is not None]
        attributes = {name: _text(value) for name, value in row.items() if value is not None}
        self.attributes.setdefault(kind, {}).update(dict.fromkeys(attributes))
        return {"id": f"e{number}", "type": kind, "time": str(time), "attributes": attributes, "objects": touched}

    def _object(self, kind: str, value: str) -> str:
        identity = value if kind == CASE else f"{kind}:{value}"
        self.objects[identity] = kind
        return identity


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def _json(content: _Content) -> dict[str, Any]:
    kinds = sorted(set(content.objects.values()))
    return {
        "objectTypes": [{"name": kind, "attributes": []} for kind in kinds],
        "eventTypes": [
            {"name": kind, "attributes": [{"name": name, "type": "string"} for name in names]}
            for kind, names in sorted(content.attributes.items())
        ],
        "objects": [{"id": identity, "type": kind} for identity, kind in content.objects.items()],
        "events": [
            {
                "id": event["id"], "type": event["type"], "time": event["time"],
                "attributes": [{"name": name, "value": value} for name, value in event["attributes"].items()],
                "relationships": [{"objectId": identity, "qualifier": qualifier} for qualifier, identity in event["objects"]],
            }
            for event in content.events
        ],
    }  # fmt: skip


def _xml(content: _Content) -> str:
    return "\n".join(_xml_lines(content)) + "\n"


def _xml_lines(content: _Content) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<log>\n <object-types>'
    yield from (
        f'  <object-type name="{kind}"><attributes/></object-type>' for kind in sorted(set(content.objects.values()))
    )
    yield " </object-types>\n <event-types>"
    for kind, names in sorted(content.attributes.items()):
        inner = "".join(f'<attribute name="{name}" type="string"/>' for name in names)
        yield f'  <event-type name="{escaped(kind)}"><attributes>{inner}</attributes></event-type>'
    yield " </event-types>\n <objects>"
    for identity, kind in content.objects.items():
        yield f'  <object id="{escaped(identity)}" type="{kind}"><attributes/></object>'
    yield " </objects>\n <events>"
    for event in content.events:
        attributes = "".join(
            f'<attribute name="{name}">{escaped(value)}</attribute>' for name, value in event["attributes"].items()
        )
        touched = "".join(
            f'<relationship object-id="{escaped(identity)}" qualifier="{qualifier}"/>'
            for qualifier, identity in event["objects"]
        )
        yield (
            f'  <event id="{event["id"]}" type="{escaped(event["type"])}" time="{event["time"]}"><attributes>{attributes}</attributes>'
            f"<objects>{touched}</objects></event>"
        )
    yield " </events>\n</log>"


def _sqlite(content: _Content, path: Path) -> None:
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    try:
        database.executescript(
            "create table event (ocel_id text primary key, ocel_type text); create table object (ocel_id text primary key, ocel_type text);"
            "create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text, primary key (ocel_event_id, ocel_object_id, ocel_qualifier));"
            "create table object_object (ocel_source_id text, ocel_target_id text, ocel_qualifier text);"
            "create table event_map_type (ocel_type text primary key, ocel_type_map text);"
            "create table object_map_type (ocel_type text primary key, ocel_type_map text);"
        )
        short = {kind: f"t{number}" for number, kind in enumerate(sorted(content.attributes))}
        for kind, names in sorted(content.attributes.items()):
            columns = "".join(f', "{name}" text' for name in names)
            database.execute(f'create table "event_{short[kind]}" (ocel_id text primary key, ocel_time text{columns})')
        kinds = sorted(set(content.objects.values()))
        for kind in kinds:
            database.execute(f'create table "object_{kind}" (ocel_id text, ocel_time text, ocel_changed_field text)')
        database.executemany("insert into event_map_type values (?, ?)", short.items())
        database.executemany("insert into object_map_type values (?, ?)", ((kind, kind) for kind in kinds))
        database.executemany("insert into object values (?, ?)", content.objects.items())
        database.executemany(
            "insert into event values (?, ?)", ((event["id"], event["type"]) for event in content.events)
        )
        for event in content.events:
            names = content.attributes[event["type"]]
            marks = ", ".join("?" * (2 + len(names)))
            row = [event["id"], event["time"], *(event["attributes"].get(name) for name in names)]
            database.execute(f'insert into "event_{short[event["type"]]}" values ({marks})', row)
            database.executemany(
                "insert into event_object values (?, ?, ?)",
                ((event["id"], identity, q) for q, identity in event["objects"]),
            )
        database.commit()
    finally:
        database.close()
