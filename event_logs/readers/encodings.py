"""Which characters a file's bytes are: told by its mark, its shape, or by what decodes; and a copy in UTF-8."""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from wording.errors import InputError

CHUNK = 4 << 20
_SURVEYED = 1 << 20
LONGEST_LINE = 32 << 20
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


def encoding_of(path: Path) -> str:
    """The encoding of a text file: ``utf-8``, ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be`` or ``gb18030``.

    Judged from the mark at its start, else from its first megabyte; `decoded` raises later where the rest disagrees.
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
        raise InputError("log.not-text", path=path)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """A file's text, in chunks. Raises `InputError` naming the byte where it does not decode."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise InputError("log.not-encoded", path=path, encoding=encoding, at=done + error.start) from None
            done += len(chunk)
            if text:
                yield text
            if not chunk:
                return


def as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """A copy of a text file in UTF-8, in `folder`; its line ends stay."""
    handle, name = tempfile.mkstemp(suffix=".csv", dir=folder)
    with os.fdopen(handle, "wb") as out:
        for text in decoded(path, encoding):
            out.write(text.encode("utf-8", "surrogatepass"))
    return Path(name)


def survey(path: Path) -> tuple[int, bool]:
    """Line breaks in a file of UTF-8, and whether it ends with one.

    Raises `InputError` where a line is longer than any record can be: such a file is refused before it is read whole.
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
                raise InputError("log.not-text", path=path)
            last = chunk[n - 1]
    return breaks, last in (ord("\n"), 0)
