"""How a log writes its codes and the names of offices, sites and services: each different value once, counted."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from event_logs.canonical import LISTS, as_text
from event_logs.values import BLANK
from event_logs.vocabularies import CODED, codes, fold, missing

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine
    from event_logs.readers import Raw

Note = tuple[str, dict[str, object]]
Counts = Mapping[str, int]
NAMES = ("department", "place", "service")  # each names one of a few things
_OTHERS = ("activity", "resource", "region", *LISTS)  # often of few different values too
_MANY_NAMES = 5_000
_MANY_SEEN = 1_000  # different values in a sample of a column that has too many to be told one by one
_FEW = 64  # values that are quicker to leave out than to count
_SAMPLES = 5  # how many values a note names


def written_values(
    engine: DuckDBEngine, raw: Raw, columns: Mapping[str, int], sample: Sequence[Sequence[object]]
) -> dict[str, dict[str, int]]:
    """Of each coded role, and of each whose values are names or lists of few kinds, its values and how often.

    How often is counted in the sample alone, unless a note or the choice of a spelling depends on it. A role of more
    values than a log has offices is left out.

    Parameters
    ----------
    sample
        The log's first rows, all columns.
    """
    found: dict[str, dict[str, int]] = {}
    for role in (*CODED, *NAMES, *_OTHERS):
        if role not in columns:
            continue
        place = columns[role]
        if raw.types[place] != "string":
            values = _counted(engine, raw, place) if role in CODED else {}
        else:
            seen = Counter(str(row[place]) for row in sample if row[place] is not None)
            if role in _OTHERS and len(seen) > _MANY_SEEN:
                continue
            values = _told(engine, raw, place, role, seen)
        if values:
            found[role] = dict(sorted(values.items()))
    return {role: values for role, values in found.items() if role in CODED or len(values) <= _MANY_NAMES}


def _counted(engine: DuckDBEngine, raw: Raw, place: int) -> dict[str, int]:
    """The values of a column that is no text, as text, and their rows."""
    values = raw.expression().select(value=lambda t: as_text(t[f"c{place}"]))
    rows = engine.rows(values.group_by("value").aggregate(n=lambda t: t.count()))
    return {str(value): int(n) for value, n in rows if value is not None}


def _told(engine: DuckDBEngine, raw: Raw, place: int, role: str, seen: Counts) -> dict[str, int]:
    """The values of a text column: those that the sample shows, and others, which most columns have none of."""
    limit = None if role in CODED else _MANY_NAMES + 1
    known = list(seen) if len(seen) <= _FEW else []
    rows = engine.tally(raw.table, f"c{place}", besides=known, limit=limit)
    values = {str(value): n for value, n in rows if value is not None}
    if not known:
        return values
    values |= seen
    if not _depends_on_counts(role, values):
        return values
    rows = engine.tally(raw.table, f"c{place}", limit=limit)
    return {str(value): n for value, n in rows if value is not None}


def _depends_on_counts(role: str, values: Counts) -> bool:
    """Whether it matters how often a value is written: where it is unknown, or one of a name's several spellings."""
    if role in CODED:
        known = codes(role)
        return any(fold(value) not in known for value in values)
    return role in NAMES and bool(usual_names(values))


def codes_of(
    written: Mapping[str, Counts], columns: Mapping[str, int], headers: Sequence[str]
) -> tuple[dict[str, dict[str, str]], list[Note]]:
    """Of each coded role, the values as written and their codes; a note of those that no list knows."""
    found: dict[str, dict[str, str]] = {}
    notes: list[Note] = []
    nothing = {*missing("any"), *missing("optional"), ""}
    for role in CODED:
        if role not in columns:
            continue
        counts = written.get(role, {})
        known = codes(role)
        found[role] = (
            _methods(list(counts)) if role == "method" else {v: known[fold(v)] for v in counts if fold(v) in known}
        )
        nothing.add(headers[columns[role]].lower())  # a second header row is told of elsewhere
        strange = {v: n for v, n in counts.items() if v not in found[role] and v.strip().lower() not in nothing}
        if role == "outcome":  # what is none of the four is still an outcome: other
            found[role] |= dict.fromkeys(strange, "other")
        elif strange:
            shown = ", ".join(sorted(strange, key=lambda value: (-strange[value], value))[:_SAMPLES])
            notes.append(("log.note-unknown-codes", {"role": role, "values": shown, "n": sum(strange.values())}))
    return found, notes


def _methods(written: Sequence[str]) -> dict[str, str]:
    """Written values of `method` -> codes; a list in a cell stays a list, in which an unknown element is empty."""
    known = codes("method")
    found = {}
    for value in written:
        elements = [known.get(fold(part), "") for part in re.split(r"[;；|｜、\x1f]", value)]
        if any(elements):
            found[value] = ";".join(elements)
    return found


def alike_names(written: Mapping[str, Counts]) -> dict[str, dict[str, str]]:
    """Of offices, sites and services, the spellings of one name that differ only in width, case or blanks."""
    found = {role: usual_names(written[role]) for role in NAMES if role in written}
    return {role: names for role, names in found.items() if names}


def usual_names(counts: Counts) -> dict[str, str]:
    """Spellings that differ only in width, case or blanks from a commoner one -> the commonest.

    >>> usual_names({"税务局": 9, "税 务局": 2, "税务局　": 1, "A厅": 1, "Ａ厅": 3})
    {'A厅': 'Ａ厅', '税 务局': '税务局'}
    """
    groups: dict[str, dict[str, int]] = {}
    for written, n in counts.items():
        name = written.strip(BLANK)
        name = name.strip("'" + BLANK) if name.startswith("'") else name
        group = groups.setdefault("".join(unicodedata.normalize("NFKC", name).casefold().split()), {})
        group[name] = group.get(name, 0) + n
    found: dict[str, str] = {}
    for group in groups.values():
        usual = min(group, key=lambda name: (-group[name], name))
        found |= {name: usual for name in group if name != usual}
    return dict(sorted(found.items()))
