"""Object logs: what a case object has as an attribute is told in its events' rows, as it was then."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from event_logs import read_log
from wording.errors import InputError

OBJECTS = [
    ("c1", "case", [("service", "1970-01-01T00:00:00Z", "户口"), ("place", "1970-01-01T00:00:00Z", "一号厅"),
                    ("place", "2024-03-02T00:00:00Z", "二号厅")]),
    ("c2", "case", [("service", "1970-01-01T00:00:00Z", "社保")]),
    ("甲", "applicant", [("phone", "1970-01-01T00:00:00Z", "13800000000")]),
]  # fmt: skip
EVENTS = [
    ("e1", "提交申请", "2024-03-01T09:00:00Z", {}, ["c1", "甲"]),
    ("e2", "领取证照", "2024-03-02T09:00:00Z", {}, ["c1", "甲"]),
    ("e3", "提交申请", "2024-03-01T10:00:00Z", {"service": "医保"}, ["c2", "甲"]),
]
EXPECTED = [
    ("c1", "提交申请", "户口", "一号厅", "甲"),
    ("c1", "领取证照", "户口", "二号厅", "甲"),
    ("c2", "提交申请", "医保", None, "甲"),
]


def as_json(path: Path) -> Path:
    objects = [
        {"id": i, "type": kind, "attributes": [{"name": n, "time": t, "value": v} for n, t, v in told]}
        for i, kind, told in OBJECTS
    ]
    events = [
        {"id": i, "type": kind, "time": at, "attributes": [{"name": n, "value": v} for n, v in told.items()],
         "relationships": [{"objectId": thing, "qualifier": ""} for thing in touched]}
        for i, kind, at, told, touched in EVENTS
    ]  # fmt: skip
    path.write_text(json.dumps({"objects": objects, "events": events}, ensure_ascii=False), "utf-8")
    return path


def as_xml(path: Path) -> Path:
    objects = "".join(
        f'<object id="{i}" type="{kind}"><attributes>'
        + "".join(f'<attribute name="{n}" time="{t}">{v}</attribute>' for n, t, v in told)
        + "</attributes></object>"
        for i, kind, told in OBJECTS
    )
    events = "".join(
        f'<event id="{i}" type="{kind}" time="{at}"><attributes>'
        + "".join(f'<attribute name="{n}">{v}</attribute>' for n, v in told.items())
        + "</attributes><objects>"
        + "".join(f'<relationship object-id="{thing}" qualifier=""/>' for thing in touched)
        + "</objects></event>"
        for i, kind, at, told, touched in EVENTS
    )
    path.write_text(f"<log><objects>{objects}</objects><events>{events}</events></log>", "utf-8")
    return path


def as_database(path: Path) -> Path:
    with sqlite3.connect(path) as database:
        run = database.execute
        run("create table event (ocel_id text, ocel_type text)")
        run("create table object (ocel_id text, ocel_type text)")
        run("create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text)")
        run("create table event_map_type (ocel_type text, ocel_type_map text)")
        run("create table object_map_type (ocel_type text, ocel_type_map text)")
        run("create table object_case (ocel_id text, ocel_time text, ocel_changed_field text, service, place)")
        run("insert into object_map_type values ('case', 'case')")
        run("create table event_a (ocel_id text, ocel_time text, service text)")
        for kind in ("提交申请", "领取证照"):
            run("insert into event_map_type values (?, 'a')", [kind])
        for i, kind, told in OBJECTS:
            run("insert into object values (?, ?)", [i, kind])
            for name, since, value in told if kind == "case" else ():
                cells = [value if name == column else None for column in ("service", "place")]
                run("insert into object_case values (?, ?, null, ?, ?)", [i, since, *cells])
        for i, kind, at, attributes, touched in EVENTS:
            run("insert into event values (?, ?)", [i, kind])
            run("insert into event_a values (?, ?, ?)", [i, at, attributes.get("service")])
            database.executemany("insert into event_object values (?, ?, '')", [(i, thing) for thing in touched])
    database.close()
    return path


@pytest.mark.parametrize(
    ("name", "made"),
    [("a.jsonocel", as_json), ("a.xmlocel", as_xml), ("a.sqlite", as_database)],
    ids=["json", "xml", "sqlite"],
)
def test_what_a_case_has_is_told_by_its_events(tmp_path: Path, name: str, made: object) -> None:
    log = read_log(made(tmp_path / name))  # type: ignore[operator]
    rows = log.events.order_by("event_number").select("case_id", "activity", "service", "place", "applicant")
    assert log.rows(rows) == EXPECTED


def test_the_older_form_tells_what_a_case_has_too(tmp_path: Path) -> None:
    document = {
        "ocel:objects": {"c1": {"ocel:type": "case", "ocel:ovmap": {"service": "户口"}}},
        "ocel:events": {
            "e1": {"ocel:activity": "提交申请", "ocel:timestamp": "2024-03-01T09:00:00Z", "ocel:omap": ["c1"]}
        },
    }
    path = tmp_path / "a.jsonocel"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    log = read_log(path)
    assert log.rows(log.events.select("case_id", "service")) == [("c1", "户口")]


@pytest.mark.parametrize(
    ("text", "key"),
    [('{\n "a": 1,\n "b": [1]\n}\n', "log.ocel-lacks"), ('{"events": [], "b": 1}', "log.ocel-lacks"),
     ("[1, 2]", "log.json-no-object")],
)  # fmt: skip
def test_json_that_is_no_log_is_refused_with_what_it_lacks(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as refused:
        read_log(path)
    assert refused.value.key == key
