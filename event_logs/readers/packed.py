"""Packed files: a gzip's bytes as a stream, a zip's members as files; a bomb, a cut or a damaged one is refused."""

from __future__ import annotations

import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from wording.errors import InputError

CHUNK = 4 << 20
_BOMB_RATIO = 400  # real logs shrink 5 to 60 times
_BOMB_FROM = 256 << 20
MOST_MEMBERS = 10_000
# What a directory of false numbers makes the standard library raise, besides what it has names for.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    struct.error,
)


def is_gzip(path: Path) -> bool:
    """Whether a file begins as gzip does."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def stream(path: Path, shown: Path, *, size: int = CHUNK) -> Iterator[bytes]:
    """A file's bytes, unpacked where it is gzip, in chunks of `size`.

    Raises
    ------
    InputError
        Cut off or damaged (gzip's trailer tells), or unpacking to more than 400 times its size.
    """
    if not is_gzip(path):
        with path.open("rb") as file:
            while chunk := file.read(size):
                yield chunk
        return
    packed = max(path.stat().st_size, 1)
    done = 0
    try:
        with gzip.open(path, "rb") as unpacked:
            while chunk := unpacked.read(size):
                done += len(chunk)
                if done > _BOMB_FROM and done > _BOMB_RATIO * packed:
                    raise InputError("log.bomb", path=shown, packed=packed, times=_BOMB_RATIO)
                yield chunk
    except EOFError:
        raise InputError("log.cut-gzip", path=shown) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError("log.damaged", path=shown, reason=str(error)) from None


def unpack_gzip(path: Path, shown: Path, folder: Path) -> Path:
    """A gzip's content as a file in `folder`, under its name without ``.gz``."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    target = folder / (name or "unpacked")
    with target.open("wb") as out:
        for chunk in stream(path, shown):
            out.write(chunk)
    return target


def unpack_zip(path: Path, shown: Path, folder: Path) -> list[Path]:
    """A zip's files, unpacked flat into `folder` in the order of their names; hidden files are passed over.

    Raises
    ------
    InputError
        Damaged, encrypted, a bomb, or a member whose path leaves the archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            _check_members(members, path, shown)
            targets = []
            for place, member in enumerate(sorted(members, key=lambda m: m.filename)):
                name = PurePosixPath(member.filename.replace("\\", "/")).name
                if name.startswith(".") or member.filename.startswith("__MACOSX"):
                    continue
                target = folder / f"{place:05d}" / name
                target.parent.mkdir()
                _unpack_member(archive, member, target, shown)
                targets.append(target)
            return targets
    except _DAMAGED as error:
        raise InputError("log.damaged", path=shown, reason=str(error)) from None


def check_size(path: Path, shown: Path) -> None:
    """Refuse a zip that would unpack to more than reason allows, without unpacking it."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist(), path, shown)
    except _DAMAGED as error:
        raise InputError("log.damaged", path=shown, reason=str(error)) from None


def _check_members(members: list[zipfile.ZipInfo], path: Path, shown: Path) -> None:
    packed = max(path.stat().st_size, 1)
    if len(members) > MOST_MEMBERS:
        raise InputError("log.many-members", path=shown, n=len(members), most=MOST_MEMBERS)
    size = sum(member.file_size for member in members)
    if size > _BOMB_FROM and size > _BOMB_RATIO * packed:
        raise InputError("log.bomb", path=shown, packed=packed, times=_BOMB_RATIO)
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if (
            parts.is_absolute()
            or ".." in parts.parts
            or ":" in member.filename
            or (member.external_attr >> 16) & 0o170000 == 0o120000
        ):
            raise InputError("log.path-trick", path=shown, member=member.filename)
        if member.flag_bits & 0x1:
            raise InputError("log.encrypted", path=shown, member=member.filename)


def _unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, shown: Path) -> None:
    done = 0
    with archive.open(member) as source, target.open("wb") as out:
        while chunk := source.read(CHUNK):
            done += len(chunk)
            if done > member.file_size + CHUNK:  # the directory lied about the size
                raise InputError("log.bomb", path=shown, packed=member.compress_size, times=_BOMB_RATIO)
            out.write(chunk)
