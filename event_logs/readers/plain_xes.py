"""XES whose markup is plain, read in bulk: the file is cut at its quote characters, and Python touches no value.

Between two quoted texts stands markup, and a file has few different pieces of it. Each different piece is read once by
a strict grammar; whether they follow one another as XML wants is then told for all at once, by a table of states.
Whatever the grammar does not know (comments, CDATA, declarations, attributes within attributes, quotes of the other
kind), whatever is no XML and whatever is cut off raises `IntricateError`: the file is then read by a full parser, which
says what is wrong with it, if anything is. So nothing is accepted here that a full parser refuses.
"""

from __future__ import annotations

import os
import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from xml.parsers import expat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from event_logs.readers.xes_markup import (
    COMPOSED,
    END,
    IN_EVENT,
    IN_TRACE,
    LIST_NAME,
    NAME,
    PLACES,
    IntricateError,
    Markup,
    learned,
    unescaped,
)
from event_logs.values import LIST_MARK

if TYPE_CHECKING:
    import numpy.typing as npt

_LARGEST_PREAMBLE = 4 << 20
_LARGEST_TRACE = 64 << 20
_MOST_WORKERS = 4
_MOST_PIECES = 20_000  # different pieces of markup: a file that has more is not plain
_CLOSING = re.compile(rb"[ \t\r\n]*</log[ \t\r\n]*>[ \t\r\n]*")
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
_ANY_REFERENCE = re.compile("&[^;]{0,10};?")


class Columns(Protocol):
    """What takes a portion's events: a column of text for each header, and the line that each event starts in."""

    def take(self, columns: dict[str, pa.Array], lines: pa.Array) -> None:
        """Events, in the order of the file."""


class PlainXes:
    """Takes a file's bytes as they come and hands over its events in portions, in their order.

    Portions are worked on side by side: what takes the time is done outside Python's lock.
    """

    def __init__(self, sink: Columns) -> None:
        self._sink = sink
        self._rest = b""
        self._begun = False
        self._line = 1
        self._known: dict[str, Markup] = {}
        self._at_once = min(os.cpu_count() or 1, _MOST_WORKERS)
        self._workers = ThreadPoolExecutor(self._at_once)
        self._under_way: deque[Future[_Found]] = deque()

    def __enter__(self) -> PlainXes:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.shutdown(cancel_futures=True)

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the file."""
        self._rest += chunk
        if not self._begun:
            at = self._rest.find(b"<trace")
            if at < 0:
                if len(self._rest) > _LARGEST_PREAMBLE:
                    raise IntricateError
                return
            _check_preamble(self._rest[:at])
            _check_breaks(self._rest[:at])
            self._line += self._rest.count(b"\n", 0, at)
            self._rest = self._rest[at:]
            self._begun = True
        self._divide()
        if len(self._rest) > _LARGEST_TRACE:
            raise IntricateError

    def finish(self) -> None:
        """Hand over what is left; the log must end here."""
        if not self._begun:
            raise IntricateError
        self._divide()
        if not _CLOSING.fullmatch(self._rest):
            raise IntricateError
        while self._under_way:
            self._hand_over()

    def _divide(self) -> None:
        """Put the whole traces that are there to work."""
        end = self._rest.rfind(b"</trace>") + len(b"</trace>")
        if end < len(b"</trace>"):
            return
        portion, self._rest = self._rest[:end], self._rest[end:]
        self._under_way.append(self._workers.submit(_found, portion, self._known))
        if len(self._under_way) > self._at_once:
            self._hand_over()

    def _hand_over(self) -> None:
        found = self._under_way.popleft().result()
        if len(found.lines):
            self._sink.take(found.columns, pc.add(found.lines, self._line))
        self._line += found.breaks


@dataclass(frozen=True, slots=True)
class _Found:
    """A portion's events, the line break that each begins behind, and how many line breaks the portion has."""

    columns: dict[str, pa.Array]
    lines: pa.Array
    breaks: int


def _found(portion: bytes, known: dict[str, Markup]) -> _Found:
    whole = _Portion(portion, known)
    columns, lines = whole.columns()
    return _Found(columns, lines, whole.breaks)


class _Portion:
    """Whole traces: their bytes cut at the quote characters, and what each piece is."""

    def __init__(self, portion: bytes, known: dict[str, Markup]) -> None:
        bytes_ = np.frombuffer(portion, np.uint8)
        quotes = np.flatnonzero(bytes_ == ord('"'))
        if len(quotes) % 2:
            raise IntricateError
        # Pieces: the text before a quote character, the quote character, the text behind it …: no byte is copied.
        bounds = np.empty(2 * len(quotes) + 2, np.int32)
        bounds[0], bounds[1:-1:2], bounds[2:-1:2], bounds[-1] = 0, quotes, quotes + 1, len(portion)
        data = pa.py_buffer(portion)
        ends = np.array([0, len(portion)], np.int32)
        try:
            pa.Array.from_buffers(pa.utf8(), 1, [None, pa.py_buffer(ends), data]).validate(full=True)
        except pa.ArrowInvalid:
            raise IntricateError from None
        self._pieces = pa.Array.from_buffers(pa.utf8(), len(bounds) - 1, [None, pa.py_buffer(bounds), data])
        markup = self._pieces.take(pa.array(np.arange(0, len(bounds) - 1, 4))).dictionary_encode()
        if len(markup.dictionary) > _MOST_PIECES:
            raise IntricateError
        self._codes = markup.indices.to_numpy()
        self._markup = [learned(piece, known) for piece in markup.dictionary.to_pylist()]
        _check_breaks(portion)
        self._references = b"&" in portion
        if self._references:
            unescaped("".join(_ANY_REFERENCE.findall(portion.decode("utf-8"))))
        self._check_text(portion, bytes_)
        self._check_order()

    def _told(self, what: str, kind: Any) -> npt.NDArray[Any]:
        """One property of each piece of markup, in the file's order."""
        each: npt.NDArray[Any] = np.array([getattr(markup, what) for markup in self._markup], kind)
        told: npt.NDArray[Any] = each[self._codes]
        return told

    def _check_text(self, portion: bytes, bytes_: npt.NDArray[np.uint8]) -> None:
        """No quoted text has "<", a control character or a line break, which XML would refuse or change."""
        often = np.bincount(self._codes, minlength=len(self._markup))
        self.breaks = int(often @ np.array([markup.breaks for markup in self._markup]))
        blanks = int(often @ np.array([markup.blanks for markup in self._markup]))
        tags = int(often @ np.array([markup.tags for markup in self._markup]))
        if int(np.count_nonzero(bytes_ < ord(" "))) != blanks or int(np.count_nonzero(bytes_ == ord("<"))) != tags:
            raise IntricateError
        if b"\xef\xbf" in portion and (b"\xef\xbf\xbe" in portion or b"\xef\xbf\xbf" in portion):
            raise IntricateError  # U+FFFE and U+FFFF are no characters of XML

    def _check_order(self) -> None:
        """Each piece of markup may stand where it stands: else it is no XES, or none that is plain."""
        self._kind = self._told("kind", np.uint8)
        after = self._told("after", np.uint8)
        if not after[0] >> END & 1 or self._kind[-1] != END or not np.all(after[1:] >> self._kind[:-1] & 1):
            raise IntricateError
        place = np.cumsum(self._told("step", np.int8), dtype=np.int32)
        before = np.concatenate((np.zeros(1, np.int32), place[:-1]))
        if place.min() < 0 or place.max() >= PLACES or place[-1]:
            raise IntricateError
        leads = np.array([markup.to for markup in self._markup], np.int8).ravel()
        if not np.array_equal(leads[self._codes * PLACES + before], place):
            raise IntricateError
        self._place = place

    def columns(self) -> tuple[dict[str, pa.Array], pa.Array]:
        """A column of text for each header, and how many line breaks stand before each event."""
        begins = self._told("events", np.int8)
        event = np.cumsum(begins, dtype=np.int32) - 1
        trace = np.cumsum(self._told("traces", np.int32), dtype=np.int32) - 1
        starts = np.flatnonzero(begins)
        breaks = np.cumsum(self._told("breaks", np.int32))
        own = np.array([markup.breaks - markup.before for markup in self._markup])[self._codes[starts]]
        lists = np.flatnonzero(self._kind == LIST_NAME)
        joined = self._joined(lists)
        columns = self._of(IN_TRACE | IN_EVENT, event, len(starts), lists, joined)
        for name, column in self._of(IN_TRACE, trace, int(trace[-1]) + 1, lists, joined).items():
            if (header := f"case:{name}") not in columns:
                columns[header] = column.take(pa.array(trace[starts]))
        return columns, pa.array(breaks[starts] - own, pa.int64())

    def _of(
        self, level: int, owner: npt.NDArray[np.int32], owners: int, lists: npt.NDArray[np.intp], joined: pa.Array
    ) -> dict[str, pa.Array]:
        """The attributes of one level as columns, one row for each event or trace."""
        plain = np.flatnonzero((self._kind == NAME) & (self._place == level))
        values = _by_name(self._names(plain), owner[plain], 4 * (plain + 1) + 2, owners)
        columns = {name: self._resolved(self._pieces.take(pa.array(at, mask=at < 0))) for name, at in values.items()}
        mine = np.flatnonzero(self._place[lists] & ~COMPOSED == level)
        for name, at in _by_name(self._names(lists[mine]), owner[lists[mine]], mine, owners).items():
            if name in columns:
                raise IntricateError
            columns[name] = joined.take(pa.array(at, mask=at < 0))
        return columns

    def _names(self, places: npt.NDArray[np.intp]) -> pa.DictionaryArray:
        """The quoted texts behind these pieces of markup."""
        return self._pieces.take(pa.array(4 * places + 2)).dictionary_encode()

    def _joined(self, lists: npt.NDArray[np.intp]) -> pa.Array:
        """The values of each list in one text, the list mark behind each; null where a list is empty."""
        elements = np.flatnonzero((self._kind == NAME) & (self._place & COMPOSED > 0))
        values = self._resolved(self._pieces.take(pa.array(4 * (elements + 1) + 2)))
        counts = np.bincount(np.searchsorted(lists, elements) - 1, minlength=len(lists)) if len(lists) else np.zeros(0)
        bounds = np.concatenate((np.zeros(1, np.int32), np.cumsum(counts, dtype=np.int32)))
        joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), values), LIST_MARK)
        marked = pc.binary_join_element_wise(joined, "", LIST_MARK)
        return pc.if_else(pa.array(counts > 0), marked, pa.scalar(None, pa.utf8()))

    def _resolved(self, texts: pa.Array) -> pa.Array:
        """Texts with XML's references put as their characters."""
        if not self._references:
            return texts
        has = pc.fill_null(pc.match_substring(texts, "&"), False)
        if not pc.any(has).as_py():
            return texts
        encoded = texts.filter(has).dictionary_encode()
        told = pa.array([unescaped(text) for text in encoded.dictionary.to_pylist()], pa.utf8())
        return pc.replace_with_mask(texts, has, told.take(encoded.indices))


def _by_name(
    names: pa.DictionaryArray, owner: npt.NDArray[np.int32], source: npt.NDArray[np.intp], owners: int
) -> dict[str, npt.NDArray[np.int32]]:
    """Of each name, where each owner's value is, -1 where it has none; of two values of one name, the later."""
    found: dict[str, npt.NDArray[np.int32]] = {}
    codes = names.indices.to_numpy()
    ordered = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[ordered], np.arange(len(names.dictionary) + 1))
    for code, written in enumerate(names.dictionary.to_pylist()):
        mine = ordered[bounds[code] : bounds[code + 1]]
        at = found.setdefault(unescaped(written), np.full(owners, -1, np.int32))
        at[owner[mine]] = source[mine]
    return found


def _check_preamble(head: bytes) -> None:
    """What stands before the first trace must leave a log open and nothing else, in UTF-8, without declarations."""
    declared = _DECLARED.match(head)
    if (declared and declared[1].lower() != b"utf-8") or b"<event" in head:
        raise IntricateError
    parser = expat.ParserCreate()
    depth = 0

    def refuse(*_: object) -> None:
        raise IntricateError

    def start(name: str, _: object) -> None:
        nonlocal depth
        if (depth == 0) != (name == "log"):
            raise IntricateError
        depth += 1

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(head, False)
        if depth != 1:
            raise IntricateError
        parser.Parse(b"</log>", True)
    except expat.ExpatError:
        raise IntricateError from None


def _check_breaks(text: bytes) -> None:
    """Lines are counted by their line feeds: one that ends otherwise would be counted wrongly."""
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        raise IntricateError
