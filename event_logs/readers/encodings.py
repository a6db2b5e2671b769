"""Which characters a file's bytes are: told by its mark, its shape, or by what decodes; and a copy in UTF-8.

Systems that cut texts at a number of bytes leave halves of characters in their exports. A few such lines stop no
reading: what is no character is read as `LOST`, and told.
"""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from wording.errors import InputError

CHUNK = 4 << 20
_SURVEYED = 1 << 20
LONGEST_LINE = 32 << 20
LOST = "\ufffd"  # stands for bytes that are no character
_SLIPS = 3  # so many lines may have lost characters, or a share of all, if most have not
_SLIPS_SHARE = 0.05
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# What files of other kinds begin with: their name may say .csv.
MAGIC = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP/XLSX"),
    (b"\xd0\xcf\x11\xe0", "XLS/DOC"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)


def kind_by_magic(head: bytes) -> str:
    """What kind of file these first bytes begin, empty where none of the known."""
    if told := next((name for magic, name in MAGIC if head.startswith(magic)), ""):
        return told
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")):
        return "HTML"
    return "Excel 2003 XML" if b"urn:schemas-microsoft-com:office:spreadsheet" in head else ""


@dataclass(frozen=True, slots=True)
class Losses:
    """Lines of a text with bytes that are no characters: how many, the first, the last; whether the text ends so."""

    lines: int = 0
    first: int = 0
    last: int = 0
    at_end: bool = False
    zeros: bool = False  # zero bytes among them

    def check(self, path: Path, encoding: str, lines: int) -> None:
        """Raise `InputError` where so many of a file's lines are no slips: it is in another encoding, or in several."""
        if self.lines and (self.lines > max(_SLIPS, _SLIPS_SHARE * lines) or 2 * self.lines >= lines):
            if self.zeros:
                raise InputError("log.not-text", path=path, line=self.first)
            raise InputError("log.many-lost", path=path, n=self.lines, lines=lines, line=self.first, encoding=encoding)

    def notes(self, path: Path, encoding: str) -> tuple[tuple[str, dict[str, object]], ...]:
        """What a reader tells of them, save of a last row that was cut: that is set aside."""
        n = self.lines - self.at_end
        told = {"n": n, "file": path.name, "line": self.first, "encoding": encoding}
        return (("log.note-lost-characters", told),) if n else ()


def encoding_of(path: Path) -> str:
    """The encoding of a text file: ``utf-8``, ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be`` or ``gb18030``.

    Judged from the mark at its start, else from its first megabyte; the rest may disagree (`likelier`).
    """
    with path.open("rb") as file:
        head = file.read(1 << 20)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
        if odd > 4 * max(even, 1) and odd > 16:
            return "utf-16-le"
        if even > 4 * max(odd, 1) and even > 16:
            return "utf-16-be"
    return _likelier([head])


def likelier(path: Path) -> str:
    """``utf-8`` or ``gb18030``, judged from the whole file."""
    with path.open("rb") as file:
        return _likelier(iter(lambda: file.read(CHUNK), b""))


def _likelier(chunks: Iterable[bytes]) -> str:
    """UTF-8 where these bytes give more characters than they lose by it, beside those of ASCII; else GB18030.

    Chinese in GB18030 loses some four by it for each that it happens to give. That it decodes as GB18030 says little:
    half of all lines in UTF-8 do, those of an even number of bytes.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    lost = other = 0
    for chunk in chunks:
        text = decoder.decode(chunk)
        lost += text.count(LOST)
        other += len(text) - len(text.encode("ascii", "ignore"))
    return "gb18030" if lost and 2 * lost >= other else "utf-8"


def as_utf8(path: Path, encoding: str, folder: Path) -> tuple[Path, Losses]:
    """A copy of a text file in UTF-8, in `folder`, and what was lost; its line ends stay."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    handle, name = tempfile.mkstemp(suffix=".csv", dir=folder)
    line, losses = 1, Losses()
    with path.open("rb") as file, os.fdopen(handle, "wb") as out:
        while True:
            chunk = file.read(CHUNK)
            text = decoder.decode(chunk, final=not chunk)
            zeros = "\0" in text
            text = text.replace("\0", LOST) if zeros else text
            if LOST in text:
                losses = _counted(losses, text, line, zeros=zeros)
            elif text:
                losses = replace(losses, at_end=False)
            line += text.count("\n")
            out.write(text.encode("utf-8"))
            if not chunk:
                return Path(name), losses


def _counted(losses: Losses, text: str, line: int, *, zeros: bool) -> Losses:
    """The losses so far and those of one more portion of the text, which begins in this line."""
    hurt = {line + at for at, part in enumerate(text.split("\n")) if LOST in part}
    if line == losses.last:
        hurt.discard(line)
    return Losses(
        lines=losses.lines + len(hurt),
        first=losses.first or min(hurt),
        last=max(hurt, default=losses.last),
        at_end=text.endswith(LOST),
        zeros=losses.zeros or zeros,
    )


def survey(path: Path) -> tuple[int, bool]:
    """Line breaks in a file of UTF-8, and whether it ends with one.

    Raises `InputError` where a line is longer than any record can be: such a file is refused before it is read whole;
    `UnicodeError` where a byte is zero, which is no character of a text.
    """
    import numpy as np

    breaks = since = 0
    last = 0
    chunk = bytearray(_SURVEYED)
    bytes_ = np.frombuffer(chunk, np.uint8)
    with path.open("rb", buffering=0) as file:
        while n := file.readinto(chunk):
            breaks += int(np.count_nonzero(bytes_[:n] == ord("\n")))
            at = max(chunk.rfind(b"\n", 0, n), chunk.rfind(b"\r", 0, n))
            since = n - at - 1 if at >= 0 else since + n
            if since > LONGEST_LINE:
                raise InputError("log.line-too-long", path=path, line=breaks + 1, megabytes=LONGEST_LINE >> 20)
            if not bytes_[:n].min():
                raise UnicodeError("a zero byte")
            last = chunk[n - 1]
    return breaks, last in (ord("\n"), 0)
