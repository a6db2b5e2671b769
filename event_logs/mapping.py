"""The mapping file: role -> column, saved once and used again; TOML that a clerk can edit."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from event_logs.columns import ROLES
from event_logs.log import Reading
from wording.errors import InputError


def read_mapping(path: Path) -> dict[str, str]:
    """Role -> header, from the table ``[roles]``.

    Raises
    ------
    InputError
        No such file, no TOML, or no table of text.
    """
    from event_logs.readers.forms import existing

    try:
        written = tomllib.loads(existing(path).read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, IsADirectoryError) as error:
        raise InputError("log.bad-map-file", path=path, reason=str(error)) from None
    roles = written.get("roles")
    if not isinstance(roles, dict) or not all(isinstance(value, str) for value in roles.values()):
        raise InputError("log.bad-map-file", path=path, reason="[roles]")
    return dict(roles)


def write_mapping(reading: Reading, path: Path) -> None:
    """The roles that a reading found, for the next one."""
    path.write_text(mapping_text({found.role: found.column for found in reading.roles}), "utf-8")


def mapping_text(roles: Mapping[str, str]) -> str:
    """Roles as TOML, in the contract's order.

    >>> print(mapping_text({"activity": "环节", "case_id": "办件编号"}), end="")
    [roles]
    case_id = "办件编号"
    activity = "环节"
    """
    order = {column.name: place for place, column in enumerate(ROLES)}
    lines = [
        f"{role} = {json.dumps(roles[role], ensure_ascii=False)}"
        for role in sorted(roles, key=lambda r: order.get(r, 99))
    ]
    return "\n".join(["[roles]", *lines, ""])
