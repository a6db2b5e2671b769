"""Applicants, agents and officers without their names: keyed digests, the same wherever the key is the same.

HMAC-SHA256 (RFC 2104) over the identity as its standard compares it, so that two departments that share a key join
their logs without identities; without the key, trying all identity numbers leads nowhere. Free text loses identity
and phone numbers.
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
FREE_TEXT = ("activity", "place", "object", "service", "department", "region", "case_id", "episode")

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
    """The same log with its people replaced by digests, and its free text without identity and phone numbers.

    An identity that ties nothing (masked, a placeholder) becomes unknown. Materials and outputs are scrubbed too.
    """
    events = log.events
    for role, compared in PEOPLE.items():
        if not log.has(role):
            continue
        people = log.run(events.filter(events[compared].notnull()).select(of=compared).distinct().order_by("of"))
        digests = [pseudonym(str(name), key) for name in people["of"]]
        known = log.engine.hold(
            "digests", {"of": list(people["of"]), "digest": digests}, {"of": "string", "digest": "string"}
        )
        joined = events.left_join(known, events[compared] == known.of)
        new = {role: joined.digest} | ({compared: joined.digest} if compared != role else {})
        events = joined.mutate(**new).drop("of", "digest")
    texts = {name: _scrubbed(events[name]) for name in FREE_TEXT if log.has(name)}
    lists = {name: events[name].map(_scrubbed) for name in ("materials", "outputs") if log.has(name)}
    return log.with_events(log.keep("pseudonymous", events.mutate(**texts, **lists).select(*log.events.columns)))


def _scrubbed(text: ir.StringValue) -> ir.StringValue:
    for pattern, mark in _NUMBERS:
        text = replace_all(text, text_of(pattern), text_of(mark), text_of("g"))
    return text
