"""JSON Lines: one object a line; lists stay lists. A line that is no object is set aside with its number.

A list of objects is read too, an object at a time, whatever its lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from event_logs.log import Rejected
from event_logs.readers import Raw
from event_logs.readers.encodings import LONGEST_LINE, LOST, Losses
from event_logs.readers.rows import raw_of_rows
from event_logs.rejected import check_number
from event_logs.values import LIST_MARK
from wording.errors import InputError

if TYPE_CHECKING:
    from event_logs.backend import DuckDBEngine


_PORTION = 4 << 20
_BETWEEN = re.compile(r"[\s,]*")


def read_json_lines(engine: DuckDBEngine, path: Path, *, named: Path | None = None) -> Raw:
    """A file of one JSON object a line, or of one list of objects.

    Raises
    ------
    InputError
        No line of it is an object, a line (or an object of a list) is longer than 32 MB, a list is no JSON or cut, or
        the file is not in UTF-8.
    """
    shown = named or path
    names: dict[str, None] = {}
    rejected: list[Rejected] = []
    losses, records = Losses(), 0
    for line, record, text in _records(path, shown):
        records += 1
        if LOST in text:
            losses = Losses(losses.lines + 1, losses.first or line)
        if record is None:
            rejected.append(Rejected(line, "bad_json", text.strip()[:2000], str(shown)))
            check_number(shown, len(rejected), rejected[0])
        else:
            names |= dict.fromkeys(record)
    losses.check(shown, "utf-8", records)
    if not names:
        first = rejected[0].line if rejected else 1
        raise (
            InputError("log.json-no-object", path=shown, line=first)
            if rejected
            else InputError("log.empty", path=shown)
        )
    headers = list(names)
    rows = (
        (line, [_text(record.get(name)) for name in headers])
        for line, record, _ in _records(path, shown)
        if record is not None
    )
    raw = raw_of_rows(engine, headers, rows, form="jsonl", path=shown)
    return replace(raw, encoding="utf-8", rejected=tuple(rejected), notes=losses.notes(shown, "utf-8"))


def _records(path: Path, shown: Path) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        listed = file.read(1 << 16).lstrip().startswith("[")
    return _elements(path, shown) if listed else _lines(path, shown)


def _elements(path: Path, shown: Path) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    """The objects of a list, each with the line that it begins on."""
    read = json.JSONDecoder().raw_decode
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        text, line = file.read(_PORTION), 1
        at = _begin(text, 0) + 1
        line += text.count("\n", 0, at)
        while True:
            begin = _begin(text, at)
            line += text.count("\n", at, begin)
            at = begin
            if text.startswith("]", at):
                if text[at + 1 :].strip() or file.read(_PORTION).strip():
                    raise InputError("log.bad-json", path=shown, line=line, reason="Extra data")
                return
            try:
                record, end = read(text, at)
            except RecursionError:
                raise InputError("log.too-deep", path=shown, line=line) from None
            except ValueError as error:
                text, at = text[at:], 0
                if len(text) > LONGEST_LINE:
                    raise InputError("log.line-too-long", path=shown, line=line, megabytes=LONGEST_LINE >> 20) from None
                if not (more := file.read(_PORTION)):
                    raise InputError("log.bad-json", path=shown, line=line, reason=str(error).split(":")[0]) from None
                text += more
                continue
            yield line, record if isinstance(record, dict) else None, text[at:end]
            line += text.count("\n", at, end)
            at = end


def _begin(text: str, at: int) -> int:
    """Where the next element begins, or the list ends."""
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _lines(path: Path, shown: Path) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        number = 0
        while text := file.readline(LONGEST_LINE):
            number += 1
            if len(text) >= LONGEST_LINE:
                raise InputError("log.line-too-long", path=shown, line=number, megabytes=LONGEST_LINE >> 20)
            if not text.strip():
                continue
            try:
                record = json.loads(text)
            except (ValueError, RecursionError):
                record = None
            yield number, record if isinstance(record, dict) else None, text


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return LIST_MARK.join(str(_text(element) or "") for element in value) + LIST_MARK
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value).encode("utf-8", "replace").decode()
