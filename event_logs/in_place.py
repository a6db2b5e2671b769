"""A table made canonical where it stands: columns that are so already stay, those of few different texts are rewritten.

A log of plain columns needs no second copy of itself. Whether a log is one is known before anything is rewritten; where
it is not (rows to set aside, duplicates, cells of many odd ways of writing) the table is left as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from event_logs.canonical import LISTS, canonical_table
from event_logs.columns import NEEDED, SCHEMA
from event_logs.few_lists import is_split_at_once, split_list
from event_logs.vocabularies import CODED

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine
    from event_logs.plain import Looks
    from event_logs.readers import Raw

_MANY_TEXTS = 5_000
_AS_THEY_STAND = (*NEEDED, "started_at")  # what tells whether a row is an event: judged before anything is rewritten

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class InPlace:
    """Events in canonical columns, with `event_number` and `line`; all are readable, none is another's duplicate.

    `lacking`: of roles whose columns were left as they stood, how many cells are null.
    """

    table: ir.Table
    rows: int
    reversed: int
    lacking: Mapping[str, int]


def in_place(
    engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], looks: Looks, *, zone: str,
    written: Mapping[str, Mapping[str, int]], spellings: Mapping[str, Mapping[str, str]],
    alike: Mapping[str, Mapping[str, str]], day_first: bool,
) -> InPlace | None:  # fmt: skip
    """The raw table's own columns as events, or None where it cannot be done without a copy; it is then unchanged.

    Parameters
    ----------
    columns
        Role -> number of its column.
    written
        Of some roles, their values as written (`event_logs.spellings`).
    spellings, alike, day_first
        As `event_logs.canonical.canonical_table` takes them.
    """
    if not raw.stored or len(set(columns.values())) < len(columns):
        return None
    if any(role in columns and role not in looks.identical for role in _AS_THEY_STAND):
        return None
    rewritten: dict[str, Values] = {}
    for role, place in columns.items():
        if role in looks.identical and role not in alike:
            continue
        if role in CODED:
            rewritten[role] = spellings[role]
            continue
        values = _canonical_values(
            engine, raw, role, place, zone=zone, plain=looks.plain, alike=alike, day_first=day_first,
            texts=list(written[role]) if role in written else None,
        )  # fmt: skip
        if values is None:
            return None
        rewritten[role] = values
    counts = _counted(engine, raw, columns, left=[role for role in columns if role not in rewritten])
    if not counts:
        return None
    for role, values in rewritten.items():
        engine.recode(raw.stored, f"c{columns[role]}", values, SCHEMA.get(role, "string"))
    unused = set(range(len(raw.headers))) - set(columns.values())
    engine.forget(raw.stored, [f"c{place}" for place in sorted(unused)])
    cells = {f"c{place}": SCHEMA.get(role, "string") for role, place in columns.items()}
    whole = engine.view_of(raw.stored, cells, row=raw.row, line=raw.line)
    named = {role: whole[f"c{place}"] for role, place in columns.items()}
    events = whole.select(**named, event_number=whole["row"], line=whole["line"])
    return InPlace(events, counts.pop("rows"), counts.pop("reversed"), counts)


def _canonical_values(
    engine: DuckDBEngine, raw: Raw, role: str, place: int, *, zone: str, plain: frozenset[str],
    alike: Mapping[str, Mapping[str, str]], day_first: bool, texts: Sequence[str] | None,
) -> Values | None:  # fmt: skip
    """Each different text of a column and what it is in canonical form; None where they are too many.

    `texts`: those, where they are known.
    """
    if raw.types[place] != "string":
        return None
    if texts is None:
        found = engine.tally(raw.table, f"c{place}", limit=_MANY_TEXTS + 1)
        texts = [text for text, _ in found if text is not None]
    if len(texts) > _MANY_TEXTS:
        return None
    if role in LISTS and all(map(is_split_at_once, texts)):
        return {text: split_list(text) for text in texts}
    held = engine.hold("texts", {"written": texts, "c0": texts}, {"written": "string", "c0": "string"})
    steps = canonical_table(
        engine, held, {role: 0}, zone=zone, spellings={}, plain=plain, carry=["written"],
        alike={role: alike[role]} if role in alike else {}, day_first=day_first, lazy=True,
    )  # fmt: skip
    values = {str(written): value for written, value in engine.rows(steps.select("written", role))}
    engine.drop(held)
    return values


def _counted(engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], *, left: Sequence[str]) -> dict[str, int]:
    """Rows, those that end before they start (`reversed`), and of each role in `left` the null cells.

    Nothing where a row is no event.
    """
    table = raw.expression()
    cells = {role: table[f"c{place}"] for role, place in columns.items()}
    case, activity, ended = (cells[role] for role in NEEDED)
    beside = table.mutate(
        unreadable=case.isnull() | activity.isnull() | ended.isnull(),
        second_header=(case == raw.headers[columns["case_id"]]) & (activity == raw.headers[columns["activity"]]),
        reversed=cells["started_at"] > ended if "started_at" in cells else ibis.literal(False),
    )
    counts = beside.aggregate(
        rows=beside.count(),
        bad=(beside.unreadable | beside.second_header.fill_null(False)).sum(),
        reversed=beside.reversed.sum(),
        **{role: beside[f"c{columns[role]}"].isnull().sum() for role in left},
    )
    found = dict(zip(counts.columns, (int(n or 0) for n in engine.rows(counts)[0]), strict=True))
    if found.pop("bad") or not found["rows"]:
        return {}
    return found
