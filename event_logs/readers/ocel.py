"""OCEL 2.0 (JSON, XML, SQLite) and OCEL 1.0 JSON, laid flat: an event is a row of each case object that it touches.

Which object type is the case is told by `--map case_id=TYPE`, by its name, or by being the only one; else it is asked.
Objects of the other types become columns named after their type. What a case object has as an attribute stands in each
of its events' rows, as it was when the event happened, unless the event says otherwise itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from event_logs.readers import Raw
from event_logs.readers.packed import stream
from event_logs.readers.rows import raw_of_rows
from event_logs.values import LIST_MARK
from event_logs.vocabularies import fold_header, headers
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine

LARGEST_DOCUMENT = 256 << 20
CASE_TYPES = ("办件", "case", "cases", "application", "applications", "申请", "业务", "案件", "matter")


@dataclass(slots=True)
class Happening:
    """One event: type, time as written, attributes, the objects it touches."""

    kind: str
    time: str
    attributes: dict[str, str] = field(default_factory=dict)
    objects: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ObjectLog:
    """Events in the file's order, the type of each object, and the objects' attributes."""

    events: list[Happening] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, dict[str, list[tuple[str, str]]]] = field(default_factory=dict)

    def put(self, thing: str, name: str, time: str, value: str) -> None:
        """An object's attribute has a value from a time on; a time that is not written is the beginning."""
        self.attributes.setdefault(thing, {}).setdefault(name, []).append((time, value))

    def value(self, thing: str, name: str, time: str) -> str | None:
        """The value of an object's attribute at a time; the first one before all."""
        values = self.attributes.get(thing, {}).get(name, [])
        if len(values) < 2:
            return values[0][1] if values else None
        at = _moment(time)
        known = sorted(((_moment(since), place) for place, (since, _) in enumerate(values)), key=lambda pair: pair)
        reached = [place for since, place in known if since <= at]
        return values[reached[-1] if reached else known[0][1]][1]


def _moment(text: str) -> datetime:
    """A time as OCEL writes it; one without zone is taken as UTC, and what is no time as the beginning."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def read_ocel_json(
    engine: DuckDBEngine, path: Path, *, named: Path | None = None, roles: Mapping[str, str] | None = None
) -> Raw:
    """OCEL 2.0 or 1.0 in JSON."""
    shown = named or path
    whole = _whole(path, shown)
    try:
        document = json.loads(whole.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = whole.count(b"\n", 0, error.start) + 1
        raise InputError("log.not-encoded", path=shown, encoding="utf-8", line=line) from None
    except json.JSONDecodeError as error:
        raise InputError("log.bad-json", path=shown, line=error.lineno, reason=error.msg) from None
    except RecursionError:
        raise InputError("log.too-deep", path=shown, line=1) from None
    try:
        log = _of_version_1(document) if "ocel:events" in document else _of_version_2(document)
    except KeyError as error:
        raise InputError("log.ocel-lacks", path=shown, name=error.args[0]) from None
    except (TypeError, AttributeError, ValueError) as error:
        raise InputError("log.not-ocel", path=shown, reason=f"{type(error).__name__}: {error}") from None
    return flat(engine, log, shown, roles or {})


def _whole(path: Path, shown: Path) -> bytes:
    """A document's bytes: it can only be read as a whole, and so only up to a size."""
    parts, size = [], 0
    for chunk in stream(path, shown):
        size += len(chunk)
        if size > LARGEST_DOCUMENT:
            raise InputError("log.document-too-large", path=shown, megabytes=LARGEST_DOCUMENT >> 20)
        parts.append(chunk)
    return b"".join(parts)


def _of_version_1(document: Mapping[str, Any]) -> ObjectLog:
    log = ObjectLog(
        types={str(name): str(value.get("ocel:type", "")) for name, value in document["ocel:objects"].items()}
    )
    for name, value in document["ocel:objects"].items():
        for attribute, told in (value.get("ocel:ovmap") or {}).items():
            log.put(str(name), str(attribute), "", _text(told))
    for event in document["ocel:events"].values():
        attributes = {str(k): _text(v) for k, v in event.get("ocel:vmap", {}).items()}
        log.events.append(
            Happening(
                str(event["ocel:activity"]),
                str(event["ocel:timestamp"]),
                attributes,
                [str(o) for o in event.get("ocel:omap", [])],
            )
        )
    return log


def _of_version_2(document: Mapping[str, Any]) -> ObjectLog:
    log = ObjectLog(types={str(item["id"]): str(item["type"]) for item in document["objects"]})
    for item in document["objects"]:
        for told in item.get("attributes") or []:
            log.put(str(item["id"]), str(told["name"]), str(told.get("time") or ""), _text(told.get("value")))
    for event in document["events"]:
        attributes = {str(a["name"]): _text(a.get("value")) for a in event.get("attributes") or []}
        touched = [str(r["objectId"]) for r in event.get("relationships") or []]
        log.events.append(Happening(str(event["type"]), str(event["time"]), attributes, touched))
    return log


def _text(value: Any) -> str:
    if isinstance(value, list):
        return LIST_MARK.join(str(element) for element in value) + LIST_MARK
    return "" if value is None else str(value)


def read_ocel_xml(
    engine: DuckDBEngine, path: Path, *, named: Path | None = None, roles: Mapping[str, str] | None = None
) -> Raw:
    """OCEL 2.0 in XML; a document type declaration is refused."""
    from event_logs.readers.xes import guarded, xml_fault

    shown = named or path
    parser = expat.ParserCreate()
    parser.buffer_text = True
    gathering = _Gathering()

    def refuse(*_: object) -> None:
        raise InputError("log.xml-doctype", path=shown, line=parser.CurrentLineNumber)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = gathering.start
    parser.EndElementHandler = gathering.end
    parser.CharacterDataHandler = gathering.data
    try:
        for chunk in guarded(stream(path, shown), shown, parser):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise xml_fault(error, shown) from None
    return flat(engine, gathering.log, shown, roles or {})


class _Gathering:
    """Handlers of the XML form."""

    def __init__(self) -> None:
        self.log = ObjectLog()
        self.event: Happening | None = None
        self.thing = ""
        self.attribute = ""
        self.since = ""
        self.text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "event":
            self.event = Happening(attributes.get("type", ""), attributes.get("time", ""))
            self.log.events.append(self.event)
        elif name == "object" and "id" in attributes:
            self.thing = attributes["id"]
            self.log.types[self.thing] = attributes.get("type", "")
        elif name == "relationship" and self.event is not None:
            self.event.objects.append(attributes.get("object-id", ""))
        elif name == "attribute" and (self.event is not None or self.thing):
            self.attribute, self.since, self.text = attributes.get("name", ""), attributes.get("time", ""), []

    def data(self, text: str) -> None:
        """Character data."""
        if self.attribute:
            self.text.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "attribute" and self.attribute:
            value = "".join(self.text).strip()
            if self.event is not None:
                self.event.attributes[self.attribute] = value
            else:
                self.log.put(self.thing, self.attribute, self.since, value)
            self.attribute = ""
        elif name == "event":
            self.event = None
        elif name == "object":
            self.thing = ""


def read_ocel_sqlite(
    engine: DuckDBEngine, path: Path, *, named: Path | None = None, roles: Mapping[str, str] | None = None
) -> Raw:
    """An SQLite database: OCEL 2.0, or the exchange tables of the national platform."""
    from event_logs.readers.exchange import read_exchange_database

    shown = named or path
    _check_whole(path, shown)
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            names = {
                row[0] for row in database.execute("select name from sqlite_master where type in ('table', 'view')")
            }
            if {"event", "event_map_type", "event_object", "object"} <= names:
                return flat(engine, _of_database(database, names), shown, roles or {})
            return read_exchange_database(engine, database, sorted(names), shown)
        finally:
            database.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise InputError("log.not-sqlite", path=shown, reason=str(error)) from None


def _check_whole(path: Path, shown: Path) -> None:
    """Refuse a database that ends before its last page: what is lost may lie in pages that are read last, or never."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or head[24:28] != head[92:96]:  # an old writer left the number of pages unsaid
        return
    page = int.from_bytes(head[16:18], "big")
    size = (page if page > 1 else 65_536) * int.from_bytes(head[28:32], "big")
    if (there := path.stat().st_size) < size:
        raise InputError("log.cut-sqlite", path=shown, there=there, size=size)


def _of_database(database: sqlite3.Connection, names: set[str]) -> ObjectLog:
    log = ObjectLog(types={str(a): str(b) for a, b in database.execute("select ocel_id, ocel_type from object")})
    touched: dict[str, list[str]] = defaultdict(list)
    for event, thing in database.execute("select ocel_event_id, ocel_object_id from event_object order by rowid"):
        touched[str(event)].append(str(thing))
    details = {identity: (time, cells) for identity, time, cells in _details(database, names, "event")}
    for identity, time, cells in _details(database, names, "object"):
        cells.pop("ocel_changed_field", None)
        for name, value in cells.items():
            log.put(identity, name, time, value)
    for identity, kind in database.execute("select ocel_id, ocel_type from event order by rowid"):
        time, attributes = details.get(str(identity), ("", {}))
        log.events.append(Happening(str(kind), time, attributes, touched[str(identity)]))
    return log


def _details(database: sqlite3.Connection, names: set[str], what: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Identity, time and filled cells of every row of the tables of each type of events or of objects."""
    if f"{what}_map_type" not in names:
        return
    for (short,) in database.execute(f"select distinct ocel_type_map from {what}_map_type").fetchall():
        if f"{what}_{short}" not in names:
            continue
        cursor = database.execute('select * from "{}_{}"'.format(what, str(short).replace('"', '""')))
        columns = [str(column[0]) for column in cursor.description]
        for row in cursor:
            cells = {name: str(value) for name, value in zip(columns, row, strict=True) if value is not None}
            yield cells.pop("ocel_id", ""), cells.pop("ocel_time", ""), cells


def flat(engine: DuckDBEngine, log: ObjectLog, shown: Path, roles: Mapping[str, str]) -> Raw:
    """A row of each case object that an event touches."""
    if not log.events:
        raise InputError("log.no-events", path=shown)
    types = sorted(set(log.types.values()))
    case_type = _case_type(log, types, shown, roles)
    others = [kind for kind in types if kind != case_type]
    names = dict.fromkeys(name for event in log.events for name in event.attributes)
    of_cases = (told for thing, told in log.attributes.items() if log.types.get(thing) == case_type)
    names |= dict.fromkeys(name for told in of_cases for name in told)
    own = roles["case_id"] if roles.get("case_id") == case_type else "case_id"
    taken = {fold_header(name) for name in names} | {own, "activity", "completedat"}
    extra = [kind for kind in others if fold_header(kind) not in taken]
    own_names = [name for name in names if name not in (own, "activity", "completed_at")]
    raw = raw_of_rows(
        engine,
        [own, "activity", "completed_at", *own_names, *extra],
        _rows(log, case_type, own_names, extra),
        form="ocel",
        path=shown,
    )
    notes: tuple[tuple[str, dict[str, object]], ...] = (
        ("log.note-ocel-type", {"type": case_type, "others": ", ".join(others)}),
    )
    return replaced(raw, notes=notes, encoding="utf-8")


def _case_type(log: ObjectLog, types: list[str], shown: Path, roles: Mapping[str, str]) -> str:
    given = roles.get("case_id", "")
    if given in types:
        return given
    if len(types) == 1:
        return types[0]
    known = [
        kind for kind in types if fold_header(kind) in CASE_TYPES or fold_header(kind) in headers()["case_id"]["names"]
    ]
    if len(known) == 1:
        return known[0]
    listed = ", ".join(types)
    raise InputError("log.ocel-no-type", path=shown, types=listed, first=(known or types or ["?"])[0])


def _rows(
    log: ObjectLog, case_type: str, names: list[str], extra: list[str]
) -> Iterator[tuple[None, list[str | None]]]:
    for event in log.events:
        by_type: dict[str, list[str]] = defaultdict(list)
        for thing in dict.fromkeys(event.objects):
            by_type[log.types.get(thing, "")].append(thing)
        touched = [
            by_type[kind][0] if len(by_type[kind]) == 1 else LIST_MARK.join(by_type[kind]) or None for kind in extra
        ]
        for case in by_type[case_type]:
            told = [event.attributes.get(name) or log.value(case, name, event.time) for name in names]
            yield None, [case, event.kind, event.time, *told, *touched]
