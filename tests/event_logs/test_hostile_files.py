"""Files made to do harm, or harmed: refused in bounded time and memory, with a message of ours."""

# ruff: noqa: E501  (tables of Chinese text: a character counts two)
from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from event_logs import read_log
from event_logs.writers import write_log
from wording.errors import InputError, OnethingError

Write = Callable[[str, str | bytes], Path]
Cells = Callable[..., list[list[Any]]]

H = "办件编号,环节名称,完成时间,开始时间,办理部门\n"
EVENT = '<event><string key="concept:name" value="a"/><date key="time:timestamp" value="2024-03-04T09:00:00Z"/></event>'
XES = f'<?xml version="1.0"?><log><trace><string key="concept:name" value="1"/>{EVENT * 50}</trace></log>'
ROWS = (H + "".join(f"{n},受理,2024-03-04 09:00:00,,a\n" for n in range(2000))).encode()


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("entities.xes", '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><log><trace>&c;</trace></log>', "log.xml-doctype"),
        ("external.xes", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><log/>', "log.xml-doctype"),
        ("external.xmlocel", '<!DOCTYPE a SYSTEM "http://x/y"><log/>', "log.xml-doctype"),
        ("deep.xes", "<log>" + "<a>" * 200_000, "log.too-deep"),
        ("deep.json", "[" * 100_000, "log.too-deep"),
        ("lists.json", "[1]\n[2]\n", "log.bad-json"),
        ("long.csv", H.encode() + b"1," + b"x" * (40 << 20), "log.line-too-long"),
        ("trick.zip", zipped("../../evil.csv", ROWS), "log.path-trick"),
        ("absolute.zip", zipped("/etc/evil.csv", ROWS), "log.path-trick"),
        ("bomb.zip", zipped("bomb.csv", b"0" * (300 << 20)), "log.bomb"),
        ("broken.parquet", b"PAR1 and nothing more", "log.not-parquet"),
        ("broken.xlsx", b"PK\x03\x04 and nothing more", "log.not-xlsx"),
        ("broken.sqlite", b"SQLite format 3\0 and nothing more", "log.not-sqlite"),
        ("page.xes", "<page><body/></page>", "log.not-xes"),
        ("table.xls", "<html><table><tr><td>办件编号</td></tr></table></html>".encode("gbk"), "log.other-kind"),
        ("old.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "log.not-xlsx"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)  # fmt: skip
def test_a_harmful_file_is_refused(write: Write, name: str, content: str | bytes, key: str) -> None:
    with pytest.raises(InputError) as refused:
        read_log(write(name, content))
    assert refused.value.key == key
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_cut_gzip_or_xes_is_always_an_error(write: Write, share: float) -> None:
    packed = gzip.compress(ROWS)
    whole = XES.encode()
    for name, content in (("cut.csv.gz", packed), ("cut.xes", whole), ("cut.xes.gz", gzip.compress(whole))):
        with pytest.raises(InputError):
            read_log(write(name, content[: int(len(content) * share)]))


def test_a_gzip_without_its_trailer_is_an_error(write: Write) -> None:
    with pytest.raises(InputError, match="incomplete"):
        read_log(write("cut.csv.gz", gzip.compress(ROWS)[:-4]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=300).map(lambda text: (H + text).encode("utf-8", "surrogatepass")),
        st.lists(
            st.lists(st.text(alphabet='a1,"\n；(2024-03 :/', max_size=12), min_size=5, max_size=5), max_size=6
        ).map(lambda rows: (H + "\n".join(",".join(row) for row in rows)).encode()),
    ),
    name=st.sampled_from(
        [
            "a.csv",
            "a.tsv",
            "a.xes",
            "a.xes.gz",
            "a.jsonl",
            "a.jsonocel",
            "a.xmlocel",
            "a.xlsx",
            "a.parquet",
            "a.zip",
            "a.db",
        ]
    ),
)
def test_any_bytes_give_a_log_or_an_error_of_ours(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with contextlib.suppress(OnethingError):
        read_log(path).engine.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(XES) - 1), byte=st.integers(0, 255))
def test_one_wrong_byte_in_xes_gives_a_log_or_an_error_of_ours(tmp_path: Path, at: int, byte: int) -> None:
    whole = bytearray(XES.encode())
    whole[at] = byte
    (tmp_path / "a.xes").write_bytes(bytes(whole))
    with contextlib.suppress(OnethingError):
        read_log(tmp_path / "a.xes").engine.close()


def test_every_public_file_is_read_or_refused_by_name(shared: Path) -> None:
    small = sorted(
        p for p in (shared / "data").rglob("*") if p.is_file() and p.stat().st_size < 400_000 and "truth" not in p.name
    )
    for path in small:
        try:
            read_log(path).engine.close()
        except InputError as refused:
            assert path.name in str(refused)


def test_a_row_that_breaks_off_with_the_file_is_set_aside(write: Write) -> None:
    whole = H + "1,受理,2024-03-04 09:00:00,2024-03-04 08:00:00,税务局\n"
    log = read_log(write("cut.csv", whole + "2,受理,2024-03-1"))
    assert [(row.line, row.reason) for row in log.reading.rejected] == [(3, "cut_off")]
    assert log.reading.notes[0] == ("log.note-no-last-break", {"n": 3})


def test_a_last_row_no_narrower_than_the_others_is_read_and_the_missing_break_is_said(write: Write) -> None:
    log = read_log(write("short.csv", H + "1,受理,2024-03-04 09:00:00\n2,受理,2024-03-04 09:00:00"))
    assert log.reading.rejected == ()
    assert [key for key, _ in log.reading.notes] == ["log.note-no-last-break"]


MANY = [f"{n},受理,2024-03-04 09:00:00,2024-03-04 08:00:00,税务局" for n in range(30)]


def with_line(number: int, line: bytes, encoding: str) -> bytes:
    """A file of thirty rows, one of whose lines (header = 1) is replaced."""
    lines = (H + "\n".join(MANY) + "\n").encode(encoding).split(b"\n")
    lines[number - 1] = line
    return b"\n".join(lines)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("hurt", ["half a character", "a zero byte"])
def test_a_slip_of_bytes_stops_no_reading_and_is_told(write: Write, encoding: str, hurt: str) -> None:
    whole = "x,受理,2024-03-04 09:00:00,2024-03-04 08:00:00,税务局".encode(encoding)
    line = whole[:-1] if hurt == "half a character" else whole + b"\0"
    log = read_log(write("log.csv", with_line(9, line, encoding)))
    assert (len(log.run(log.events)), log.reading.rejected, log.reading.encoding) == (30, (), encoding)
    assert (
        "log.note-lost-characters",
        {"n": 1, "file": "log.csv", "line": 9, "encoding": encoding},
    ) in log.reading.notes
    kept = log.run(log.events.filter(log.events.case_id == "x").select("department"))
    assert kept.department.tolist() == ["税务\ufffd" if hurt == "half a character" else "税务局\ufffd"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_cut_within_a_character_loses_its_last_row_alone(write: Write, encoding: str) -> None:
    log = read_log(write("log.csv", (H + "\n".join(MANY)).encode(encoding)[:-1]))
    assert len(log.run(log.events)) == 29
    assert [(row.line, row.reason) for row in log.reading.rejected] == [(31, "cut_off")]
    assert "log.note-lost-characters" not in [key for key, _ in log.reading.notes]


def test_a_file_that_mixes_encodings_is_refused_with_the_first_line_of_the_other(write: Write) -> None:
    text = H + "\n".join(MANY) + "\n"
    with pytest.raises(InputError) as refused:
        read_log(write("log.csv", text.encode() + "".join(text.splitlines(keepends=True)[20:]).encode("gb18030")))
    assert (refused.value.key, refused.value.values["line"], refused.value.values["n"]) == ("log.many-lost", 32, 11)


def test_slips_of_bytes_in_json_lines_are_told_and_another_encoding_is_refused(write: Write) -> None:
    rows = [f'{{"办件编号": "{n}", "环节": "受理", "完成时间": "2024-03-04 09:00:00"}}\n' for n in range(30)]
    hurt = [row.encode() for row in rows]
    hurt[4] = hurt[4].replace("受理".encode(), "受理".encode()[:-1])
    log = read_log(write("slip.jsonl", b"".join(hurt)))
    assert len(log.run(log.events)) == 30
    assert (
        "log.note-lost-characters",
        {"n": 1, "file": "slip.jsonl", "line": 5, "encoding": "utf-8"},
    ) in log.reading.notes
    listed = read_log(write("slip.json", b"[" + b",".join(row.strip() for row in hurt) + b"]"))
    assert (
        "log.note-lost-characters",
        {"n": 1, "file": "slip.json", "line": 1, "encoding": "utf-8"},
    ) in listed.reading.notes
    with pytest.raises(InputError) as refused:
        read_log(write("other.jsonl", "".join(rows).encode("gb18030")))
    assert refused.value.key == "log.many-lost"


ENDS = ["税务局", "公安局", "税务局", "税务局", "公安局", "税务局"]


@pytest.mark.parametrize(("last", "told"), [("税务局", False), ("税务", True), ("民政局", False), ("市政务中心", True)])
def test_a_missing_last_break_is_said_where_the_last_cell_may_be_cut(write: Write, last: str, told: bool) -> None:
    rows = "\n".join(f"{n},受理,2024-03-04 09:00:00,{end}" for n, end in enumerate([*ENDS, last]))
    notes = read_log(write("log.csv", "办件编号,环节名称,完成时间,部门\n" + rows)).reading.notes
    assert ("log.note-no-last-break" in [key for key, _ in notes]) == told


def test_a_last_time_as_long_as_the_others_is_not_cut(write: Write) -> None:
    rows = [f"{n},受理,2024-03-04 09:00:0{n}" for n in range(7)]
    text = "办件编号,环节名称,完成时间\n" + "\n".join(rows)
    ends = [[key for key, _ in read_log(write(f"{n}.csv", text[: len(text) - n])).reading.notes] for n in (0, 3)]
    assert ["log.note-no-last-break" in keys for keys in ends] == [False, True]


def test_a_database_that_ends_before_its_last_page_is_refused(write: Write, tmp_path: Path) -> None:
    write_log(read_log(write("log.csv", ROWS)), tmp_path / "log.sqlite")
    cut = write("cut.sqlite", (tmp_path / "log.sqlite").read_bytes()[:-1])
    with pytest.raises(InputError) as refused:
        read_log(cut)
    assert refused.value.key == "log.cut-sqlite"


OBJECTS = '[\n {"case_id": "1", "activity": "a}]", "completed_at": "2024-03-04 09:00:00", "materials": ["x", "y"]},\n 7,\n {"case_id": "2", "activity": "b", "completed_at": "2024-03-04 10:00:00"}\n]'


def test_a_list_of_objects_is_read_and_what_is_none_is_set_aside(write: Write, cells: Cells) -> None:
    log = read_log(write("log.json", OBJECTS))
    assert cells(log, "case_id", "activity", "materials", "line") == [["1", "a}]", ["x", "y"], 2], ["2", "b", None, 4]]
    assert [(row.line, row.reason) for row in log.reading.rejected] == [(3, "bad_json")]


@pytest.mark.parametrize("end", [1, 2, 40, 90])
def test_a_list_of_objects_that_breaks_off_is_refused(write: Write, end: int) -> None:
    with pytest.raises(InputError) as refused:
        read_log(write("log.json", OBJECTS[:-end]))
    assert refused.value.key == "log.bad-json"


def test_parquet_that_is_damaged_before_its_end_is_refused(write: Write, tmp_path: Path) -> None:
    write_log(read_log(write("log.csv", ROWS)), tmp_path / "log.parquet")
    whole = bytearray((tmp_path / "log.parquet").read_bytes())
    whole[4:200] = b"9" * 196
    with pytest.raises(InputError) as refused:
        read_log(write("damaged.parquet", bytes(whole)))
    assert refused.value.key == "log.not-parquet"


def test_a_zip_whose_directory_has_false_numbers_is_refused(write: Write) -> None:
    whole = bytearray(zipped("log.csv", ROWS))
    at = whole.index(b"PK\x05\x06")
    whole[at + 16 : at + 20] = (0xFFFFFFF0).to_bytes(4, "little")
    with pytest.raises(InputError) as refused:
        read_log(write("log.zip", bytes(whole)))
    assert refused.value.key == "log.damaged"
