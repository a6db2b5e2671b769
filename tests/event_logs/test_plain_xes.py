"""XES read in bulk and by a full parser: the same events, and nothing read in bulk that the parser refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from event_logs.backend import DuckDBEngine
from event_logs.readers import plain_xes, xes
from event_logs.readers.plain_xes import PlainXes
from event_logs.readers.xes_markup import IntricateError
from wording.errors import InputError

PLAIN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n<string key="creator" value="x"/>\n'
    '<trace>\n\t<string key="concept:name" value="一"/>\n'
    '\t<event>\n\t\t<string key="concept:name" value="受理&amp;&#x5ba1;"/>\n\t\t<int key="fee" value="3" />\n'
    '\t\t<list key="materials"><values><string key="m" value="身份证"/><string key="m" value=""/></values></list>\n'
    '\t</event>\n\t<event><date key="time:timestamp" value="2024-03-04T09:00:00+08:00"/></event>\n</trace>\n'
    '<trace><container key="c"><boolean key="b" value="true"/></container><event>\n<id key="concept:name" value="b"/>'
    "</event></trace>\n</log>\n"
)
PIECES = (
    *(
        "<trace>",
        "</trace>",
        "<event>",
        "</event>",
        "<list",
        "</list>",
        "<values>",
        ' key="a"',
        ' value="b"',
        "/>",
        ">",
    ),
    *(
        "<",
        '"',
        "'",
        "&",
        "&lt;",
        "&#0;",
        "\n",
        "\r",
        "\t",
        "\x01",
        "<!-- -->",
        "<![CDATA[x]]>",
        "<?x?>",
        "]]>",
        "\ufffe",
    ),
    *('<string key="a" value="b"/>', '<string value="b" key="a"/>', '<int key="a" value="1"></int>', "</log>", "x", ""),
)


class Taken:
    """Columns and lines as handed over."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def take(self, columns: dict[str, Any], lines: Any) -> None:
        """Keep them as one dictionary an event, without what is null."""
        rows = zip(lines.to_pylist(), *(column.to_pylist() for column in columns.values()), strict=True)
        self.events += [
            {"line": line} | {name: value for name, value in zip(columns, values, strict=True) if value is not None}
            for line, *values in rows
        ]


def in_bulk(content: bytes, size: int = 1 << 20) -> list[dict[str, Any]] | None:
    """The events, None where the file is not plain."""
    taken = Taken()
    try:
        with PlainXes(taken) as plain:
            for at in range(0, len(content), size):
                plain.feed(content[at : at + size])
            plain.finish()
    except IntricateError:
        return None
    return taken.events


def by_parser(folder: Path, content: bytes) -> list[dict[str, Any]] | None:
    """The events, None where the file is refused."""
    (folder / "log.xes").write_bytes(content)
    taken: Any = Taken()
    try:
        xes._parse(folder / "log.xes", folder / "log.xes", xes._Thorough(taken, folder))
    except InputError:
        return None
    return list(taken.events)


def test_a_plain_file_gives_its_events_with_lists_lines_and_references() -> None:
    assert in_bulk(PLAIN.encode()) == [
        {"line": 6, "concept:name": "受理&审", "fee": "3", "materials": "身份证\x1f\x1f", "case:concept:name": "一"},
        {"line": 11, "time:timestamp": "2024-03-04T09:00:00+08:00", "case:concept:name": "一"},
        {"line": 13, "concept:name": "b", "case:c": "true\x1f"},
    ]


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_it_does_not_matter_how_the_bytes_come(tmp_path: Path, size: int) -> None:
    assert in_bulk(PLAIN.encode(), size) == by_parser(tmp_path, PLAIN.encode())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(PLAIN)), gone=st.integers(0, 30), piece=st.sampled_from(PIECES), other=st.sampled_from(PIECES)
)
@example(at=len(PLAIN), gone=0, piece="", other="")
@example(at=len(PLAIN), gone=0, piece="<a/>", other="")
def test_what_is_read_in_bulk_is_what_a_parser_reads(
    tmp_path: Path, at: int, gone: int, piece: str, other: str
) -> None:
    changed = (PLAIN[:at] + piece + other + PLAIN[at + gone :]).encode("utf-8", "surrogatepass")
    found = in_bulk(changed)
    assert found is None or found == by_parser(tmp_path, changed)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(PLAIN.encode()) - 1), byte=st.integers(0, 255))
def test_a_wrong_byte_is_read_as_a_parser_reads_it(tmp_path: Path, at: int, byte: int) -> None:
    changed = bytearray(PLAIN.encode())
    changed[at] = byte
    found = in_bulk(bytes(changed))
    assert found is None or found == by_parser(tmp_path, bytes(changed))


@pytest.mark.parametrize("end", range(1, len(PLAIN) - 1, 9))
def test_a_file_cut_anywhere_is_not_read_in_bulk(end: int) -> None:
    assert in_bulk(PLAIN[:end].encode()) is None


def test_all_public_logs_are_the_same_on_both_ways(shared: Path, tmp_path: Path) -> None:
    import gzip

    for path in (shared / "data/receipt.xes.gz", shared / "data/fixtures/reviewing.xes.gz"):
        content = gzip.decompress(path.read_bytes())
        found = in_bulk(content)
        assert found is not None
        assert found == by_parser(tmp_path, content)


def test_the_engine_holds_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "log.xes").write_text(PLAIN, encoding="utf-8")
    engine = DuckDBEngine()
    raw = xes.read_xes(engine, tmp_path / "log.xes")
    rows = engine.connection.execute(f"select row, line from {raw.table} order by row").fetchall()
    assert rows == [(0, 6), (1, 11), (2, 13)]
    assert raw.headers[0] == "concept:name"


def test_a_trace_beyond_reason_takes_the_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_xes, "_LARGEST_TRACE", 50)
    assert in_bulk(PLAIN.encode(), 100) is None
