"""onething.toml (or `[tool.onething]` of a pyproject.toml): what a bureau sets once, each table for the code it steers.

    [log]      map = { case_id = "办件编号" }, timezone = "Asia/Shanghai"
    [trips]    trip_gap_h = 4, applicant_activities = ["提交申请"]
    [episodes] gap_days = 60
    [files]    places = "halls.csv", catalogue = "mine.toml", bundles = "bundles.json", materials = "same.toml"

Paths are taken from the file's own folder.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from wording.errors import InputError

TABLES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "log": {"map": dict, "timezone": str, "memory_limit": str},
    "trips": {"trip_gap_h": (int, float), "applicant_activities": list},
    "episodes": {"gap_days": (int, float)},
    "files": {"places": str, "catalogue": str, "bundles": str, "materials": str},
}


@dataclass(frozen=True, slots=True)
class StudyFile:
    """What a study file says; empty where there is none."""

    path: Path | None = None
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get(self, table: str, key: str, default: Any = None) -> Any:
        """A value, or the default where the file is silent."""
        return self.tables.get(table, {}).get(key, default)

    def file(self, key: str) -> Path | None:
        """A path of the table `files`, from the study file's folder."""
        name = self.get("files", key)
        return None if name is None or self.path is None else self.path.parent / name


def read_study_file(path: Path | None) -> StudyFile:
    """The study file named, else `onething.toml` or `[tool.onething]` of the working folder, else an empty one.

    Raises
    ------
    InputError
        It is missing, is not TOML, or has a table or key that nothing reads (with the nearest name that is read).
    """
    if path is None:
        found = next((p for p in (Path("onething.toml"), Path("pyproject.toml")) if p.is_file()), None)
        if found is None:
            return StudyFile()
        return StudyFile(found, _tables(found, required=False))
    if not path.is_file():
        raise InputError("cli.config-missing", path=path)
    return StudyFile(path, _tables(path, required=True))


def _tables(path: Path, *, required: bool) -> dict[str, dict[str, Any]]:
    try:
        whole = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if not required and path.name == "pyproject.toml":
            return {}
        raise InputError("cli.config-not-toml", path=path, problem=error) from error
    tables = whole.get("tool", {}).get("onething", {}) if path.name == "pyproject.toml" else whole
    for table, entries in tables.items():
        if table not in TABLES or not isinstance(entries, dict):
            raise InputError("cli.config-unknown", path=path, name=table, near=_near(table, TABLES))
        for key, value in entries.items():
            if key not in TABLES[table]:
                raise InputError("cli.config-unknown", path=path, name=f"{table}.{key}", near=_near(key, TABLES[table]))
            if isinstance(value, bool) or not isinstance(value, TABLES[table][key]):
                raise InputError("cli.config-wrong-type", path=path, name=f"{table}.{key}", value=value)
            if isinstance(value, (int, float)) and value < 0:
                raise InputError("cli.config-negative", path=path, name=f"{table}.{key}", value=value)
    return tables


def _near(name: str, known: dict[str, Any]) -> str:
    return ", ".join(get_close_matches(name, known, 3) or known)
