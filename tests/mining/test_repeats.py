"""What each submission repeats, against the contract's section 4 in plain loops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.backend import DuckDBEngine
from event_logs.log import EventLog
from mining.repeats import repeats

BEGIN = datetime(2024, 3, 4, 9)
# Offices 0 and 62, 1 and 63 share a mark: which of them asked before is then told by looking again.
ROW = st.tuples(
    st.sampled_from([0, 1]), st.sampled_from([0, 1, 2, 62, 63]), st.integers(0, 12), st.sampled_from([2, 30, None]),
    st.sampled_from([0, 1]),
)  # fmt: skip


class Submission(NamedTuple):
    code: int
    scope: int
    office: int
    submitted_at: datetime
    valid_days: int | None
    case_code: int


def by_hand(rows: list[Submission]) -> set[tuple[int, int, bool, bool]]:
    """Code, what it repeats, whether that is of the same office, and of the same case."""
    line = sorted(rows, key=lambda row: (row.submitted_at, row.code))
    found = set()
    for number, row in enumerate(line):
        if row.valid_days is None:
            continue
        earlier = [other for other in reversed(line[:number]) if other.scope == row.scope]
        own = [other for other in earlier if other.office == row.office]
        for nearest in (own[:1], earlier[:1]):
            if nearest and row.submitted_at - nearest[0].submitted_at <= timedelta(row.valid_days):
                (other,) = nearest
                found.add((row.code, other.code, nearest == own[:1], other.case_code == row.case_code))
                break
    return found


@settings(max_examples=100, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=14))
def test_repeats_are_those_of_plain_loops(drawn: list[tuple[int, int, int, int | None, int]]) -> None:
    rows = [
        Submission(code, scope, office, BEGIN + timedelta(day), valid, case)
        for code, (scope, office, day, valid, case) in enumerate(drawn)
    ]
    kinds = dict.fromkeys(Submission._fields, "int64") | {"submitted_at": "timestamp"}
    engine = DuckDBEngine()
    columns = dict(zip(Submission._fields, zip(*rows, strict=True), strict=True))
    log = EventLog(engine, engine.hold("none", {"event_number": []}, {"event_number": "int64"}), frozenset())
    found = repeats(log, engine.hold("submitted", columns, kinds))
    told = found.select("code", "repeat_code", same=found.same_office.fill_null(False), case=found.own_case)
    assert set(log.rows(told)) == by_hand(rows)
    engine.close()
