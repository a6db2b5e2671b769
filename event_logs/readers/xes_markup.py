"""The grammar of plain XES markup: what may stand between two quoted texts, and where that leads.

A strict one, for `event_logs.readers.plain_xes`: what it does not know raises `IntricateError`, and a full parser reads
the file instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

VALUES = ("string", "date", "int", "float", "boolean", "id")
COMPOSITES = ("list", "container")

# What a quoted text is, told by the markup before it; END: the portion ends.
NAME, VALUE, LIST_NAME, END = range(4)
# Where one is: bits that add up.
IN_TRACE, IN_EVENT, _IN_LIST, _IN_CONTAINER, _IN_VALUES = 1, 2, 4, 8, 16
PLACES = 32
COMPOSED = _IN_LIST | _IN_CONTAINER

_BEFORE_VALUE = re.compile(r"[ \t\r\n]+value[ \t\r\n]*=[ \t\r\n]*")
_ENDING = re.compile(r"[ \t\r\n]*(/?)>")
_TAG = re.compile(r"[ \t\r\n]*<(/?)(trace|event|list|container|values)[ \t\r\n]*>")
_LAST = re.compile(r"[ \t\r\n]*(?:<(" + "|".join((*VALUES, *COMPOSITES)) + r")[ \t\r\n]+key[ \t\r\n]*=[ \t\r\n]*)?")
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_BITS = {
    "trace": IN_TRACE,
    "event": IN_EVENT,
    "list": _IN_LIST,
    "container": _IN_CONTAINER,
    "values": _IN_VALUES,
}
_LEVELS = (IN_TRACE, IN_TRACE | IN_EVENT)
_WITHIN = {  # what each may begin in
    IN_TRACE: (0,),
    IN_EVENT: (IN_TRACE,),
    _IN_LIST: _LEVELS,
    _IN_CONTAINER: _LEVELS,
    _IN_VALUES: tuple(level | bit for level in _LEVELS for bit in (_IN_LIST, _IN_CONTAINER)),
}


class IntricateError(Exception):
    """The file needs a full parser."""


@dataclass(frozen=True, slots=True)
class Markup:
    """A piece of markup between two quoted texts.

    `after`: what the text before it may be, as bits. `kind`: what the text behind it is. `to`: the place that each
    place leads to, -1 where the piece cannot stand there. `before`: line breaks before the event that begins in it.
    """

    after: int
    kind: int
    to: tuple[int, ...]
    step: int
    events: int
    traces: int
    breaks: int
    before: int
    blanks: int  # line breaks and tabs
    tags: int  # "<"


def learned(piece: str, known: dict[str, Markup]) -> Markup:
    """What a piece of markup is; `known` remembers each. Raises `IntricateError`."""
    if piece not in known:
        known[piece] = _read(piece)
    return known[piece]


def _read(piece: str) -> Markup:
    """A piece of markup by the grammar: the end of a tag, whole tags, and the beginning of the next."""
    blanks = sum(map(piece.count, "\t\r\n"))
    breaks, tags = piece.count("\n"), piece.count("<")
    if _BEFORE_VALUE.fullmatch(piece):
        return Markup(1 << NAME, VALUE, tuple(range(PLACES)), 0, 0, 0, breaks, 0, blanks, tags)
    ending = _ENDING.match(piece)
    after = 1 << END if not ending else 1 << VALUE if ending[1] else 1 << LIST_NAME
    at = ending.end() if ending else 0
    moves: list[tuple[int, bool]] = []
    events = traces = before = 0
    while tag := _TAG.match(piece, at):
        at = tag.end()
        name, opens = tag[2], not tag[1]
        if name in COMPOSITES and opens:  # one without a name
            raise IntricateError
        moves.append((_BITS[name], opens))
        traces += opens and name == "trace"
        if opens and name == "event":
            events, before = events + 1, piece.count("\n", 0, tag.start(2))
    last = _LAST.fullmatch(piece, at)
    if not last or events > 1:
        raise IntricateError
    kind = END if not last[1] else LIST_NAME if last[1] in COMPOSITES else NAME
    if kind == LIST_NAME:
        moves.append((_BITS[last[1]], True))
    step = sum(bit if opens else -bit for bit, opens in moves)
    to = tuple(_moved(place, moves, kind) for place in range(PLACES))
    return Markup(after, kind, to, step, events, traces, breaks, before, blanks, tags)


def _moved(place: int, moves: list[tuple[int, bool]], kind: int) -> int:
    """Where these tags lead from a place; -1 where they cannot follow it."""
    for bit, opens in moves:
        if opens and place not in _WITHIN[bit]:
            return -1
        if not opens and not (place & bit and place - bit in _WITHIN[bit]):
            return -1
        place += bit if opens else -bit
    return -1 if kind == NAME and not place else place


def unescaped(text: str) -> str:
    """XML's own entities and character references resolved; one that XML does not know is not plain."""
    if "&" not in text:
        return text
    told = _REFERENCE.sub("", text)
    if "&" in told:
        raise IntricateError
    return _REFERENCE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _NAMED[match[1]]
    number = int(match[2]) if match[2] else int(match[3], 16)
    usual = number in (9, 10, 13) or 32 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD
    if not usual and not 0x10000 <= number <= 0x10FFFF:
        raise IntricateError
    return chr(number)
