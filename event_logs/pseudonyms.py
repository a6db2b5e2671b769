"""A log that may be shared: people, and what stands for them, as keyed digests; nothing that too few people show.

HMAC-SHA256 (RFC 2104) over the identity as its standard compares it, so that two departments that share a key join
their logs without identities; without the key, trying all identity numbers leads nowhere. What a case is about (a flat,
a vehicle) names its owner in a register, and is digested too. Free text loses identity and phone numbers. Times stay
exact: whoever knows when somebody stood at a counter can find the case, so the log is without names, not anonymous.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path
from typing import TYPE_CHECKING

from event_logs.functions import replace_all, text_of
from wording.errors import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

LENGTH = 20  # characters of base32: 100 bits
SHORTEST_KEY = 16
PEOPLE = {"applicant": "applicant_key", "agent": "agent_key", "resource": "resource"}
FREE_TEXT = ("activity", "place", "service", "department", "region")
NUMBERS_OF = (
    "case_id",
    "episode",
)  # digested where a person's number stands in them: cut out, two of them might be one
LEAST = 5  # people

_TEXTS = ("activity", "service", "department", "place", "region")
_LISTS = ("materials", "outputs")
_VALUES = ("actor", "channel", "method", "delivery", "outcome", "rating", "fee")

_NUMBERS = (
    (r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]", "[ID]"),
    (r"\b1[3-9]\d{9}\b", "[PHONE]"),
    (r"\b0\d{2,3}-\d{7,8}\b", "[PHONE]"),
)


def read_key(path: Path) -> bytes:
    """The key in a file, blanks at its ends left off; at least 16 bytes."""
    from event_logs.readers.forms import existing

    key = existing(path).read_bytes().strip()
    if len(key) < SHORTEST_KEY:
        raise InputError("log.bad-key", path=path)
    return key


def pseudonym(identity: str, key: bytes) -> str:
    """The digest of one identity.

    >>> pseudonym("44010619900101123X", b"0123456789abcdef") == pseudonym("44010619900101123X", b"0123456789abcdef")
    True
    """
    digest = hmac.new(key, identity.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return "P" + base64.b32encode(digest).decode()[:LENGTH]


def pseudonymise(log: EventLog, key: bytes) -> EventLog:
    """The same log with its people and objects replaced by digests, its free text without identity and phone numbers.

    An identity that ties nothing (masked, a placeholder) becomes unknown. Materials and outputs are scrubbed too.
    """
    events = log.events
    for role, compared in PEOPLE.items():
        if log.has(role):
            events = _digested(log, events, role, compared, key)
    if log.has("object"):
        events = _digested(log, events, "object", "object", key)
    for role in NUMBERS_OF:
        if log.has(role):
            events = _digested(log, events, role, role, key, only_numbers=True)
    texts = {name: _scrubbed(events[name]) for name in FREE_TEXT if log.has(name)}
    lists = {name: events[name].map(_scrubbed) for name in _LISTS if log.has(name)}
    return log.with_events(log.keep("pseudonymous", events.mutate(**texts, **lists).select(*log.events.columns)))


def _digested(
    log: EventLog, events: ir.Table, role: str, compared: str, key: bytes, *, only_numbers: bool = False
) -> ir.Table:
    import ibis

    values = events.filter(events[compared].notnull()).select(of=compared).distinct()
    if only_numbers:
        values = values.filter(_scrubbed(values.of) != values.of)
    given = [str(value) for value in log.run(values.order_by("of"))["of"]]
    digests = {"of": given, "digest": [pseudonym(value, key) for value in given]}
    known = log.engine.hold("digests", digests, {"of": "string", "digest": "string"})
    joined = events.left_join(known, events[compared] == known.of)
    new = ibis.coalesce(joined.digest, joined[role]) if only_numbers else joined.digest
    return joined.mutate(**dict.fromkeys((role, compared), new)).drop("of", "digest")


def withhold(log: EventLog, least: int = LEAST) -> tuple[EventLog, dict[str, int]]:
    """The same log without what fewer than `least` people show, and how many cells that took of each role.

    People are applicants as identities compare, and cases where a log names no applicant. A name (activity, service,
    department, place, region, material, output) becomes ``[<5]``, which keeps it from being inherited again; a code or
    a number becomes unknown.
    """
    import ibis

    mark = f"[<{least}]"
    events = log.events.mutate(somebody=ibis.coalesce(log.events.applicant_key, text_of("case ") + log.events.case_id))
    counts: dict[str, int] = {}
    for role in (*_TEXTS, *_VALUES, *_LISTS):
        if not log.has(role):
            continue
        shown = events.filter(events[role].notnull()).select("somebody", value=role)
        each = shown.mutate(value=shown.value.unnest()) if role in _LISTS else shown
        people = each.group_by("value").aggregate(n=each.somebody.nunique(), cells=each.count())
        rare = log.keep("rare", people.filter(people.n < least))
        counts[role] = int(log.run(rare.aggregate(n=rare.cells.sum()))["n"].fillna(0).iloc[0])
        if not counts[role]:
            continue
        if role in _LISTS:
            events = _without_elements(log, events, role, rare, mark)
        else:
            few = rare.select(rare="value")
            joined = events.left_join(few, events[role] == few.rare)
            instead = ibis.literal(mark) if role in _TEXTS else ibis.null(events[role].type())
            events = joined.mutate(**{role: ibis.ifelse(joined.rare.notnull(), instead, joined[role])}).drop("rare")
    told = {role: n for role, n in counts.items() if n}
    return (log.with_events(log.keep("shared", events.select(*log.events.columns))) if told else log), told


def _without_elements(log: EventLog, events: ir.Table, role: str, rare: ir.Table, mark: str) -> ir.Table:
    """Events whose lists have the mark for each rare element: worked out once for each different list."""
    import ibis

    lists = log.keep("lists", events.filter(events[role].notnull()).select(written=role).distinct())
    gone = log.run(rare.select("value"))["value"].tolist()
    names = ibis.literal(gone, type="array<string>")
    put = lists.mutate(instead=lists.written.map(lambda each: ibis.ifelse(names.contains(each), text_of(mark), each)))
    table = log.keep("lists", put)
    joined = events.left_join(table, events[role] == table.written)
    return joined.mutate(**{role: joined.instead}).drop("written", "instead")


def _scrubbed(text: ir.StringValue) -> ir.StringValue:
    for pattern, mark in _NUMBERS:
        text = replace_all(text, text_of(pattern), text_of(mark), text_of("g"))
    return text
