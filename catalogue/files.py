"""Read, check and write the catalogue: TOML that a bureau can edit, with errors that say how to mend them.

A file has tables ``[[service]]``, ``[[material]]``, ``[[tie]]``, ``[[bundle]]`` and ``[[hall]]``, and lies over the
shipped seed: an entry of the same name changes the fields that it names and keeps the others. With ``alone = true`` at
its top it stands by itself.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import wording
from catalogue.services import Bundle, Catalogue, Material, Service, Source, Tie
from wording.errors import InputError

SEED = Path(__file__).parent / "data" / "seed"
TIE_KINDS = ("legal", "data", "soft")
CONFIDENCES = ("official", "published", "assumed")

# Field -> what it must be. The names of the forms are keys of `catalogue.expected`.
_SOURCE = {"source": "text", "confidence": "confidence"}
FIELDS: dict[str, dict[str, str]] = {
    "service": {
        "name": "text",
        "synonyms": "texts",
        "department": "text",
        "materials": "texts",
        "outputs": "texts",
        "in_person": "truth",
        "in_person_reason": "text",
        "declared_visits": "count",
        "legal_days": "number",
        "promised_days": "number",
        **_SOURCE,
    },
    "material": {
        "name": "text",
        "synonyms": "texts",
        "owner": "text",
        "form": "truth",
        "validity_days": "count",
        "deferrable": "truth",
        "issuer": "text",
        "connected": "truth",
        "retain_required": "truth",
        "in_person": "truth",
        **_SOURCE,
    },
    "tie": {"before": "text", "after": "text", "kind": "tie", "output": "text", **_SOURCE},
    "bundle": {
        "name": "text",
        "services": "texts",
        "optional": "texts",
        "authority": "text",
        "synonyms": "texts",
        "eligibility": "text",
        "figures": "texts",
        **_SOURCE,
    },
    "hall": {"name": "text", "members": "texts", **_SOURCE},
}
REQUIRED = {
    "service": ("name",),
    "material": ("name",),
    "tie": ("before", "after", "kind"),
    "bundle": ("name", "services"),
    "hall": ("name", "members"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a catalogue, or doubtful (`warning`): a wording key, its values, and where it stands."""

    key: str
    file: str
    line: int | None
    values: Mapping[str, object] = field(default_factory=dict)
    warning: bool = False

    @property
    def text(self) -> str:
        """The sentence, led by file and line."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {wording.say(self.key, **self.values)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a file as written: kind, fields, where it begins."""

    kind: str
    fields: Mapping[str, Any]
    file: str
    line: int | None
    shipped: bool = False

    @property
    def name(self) -> str:
        """What errors call it."""
        if self.kind == "tie":
            return f"{self.fields.get('before', '?')} → {self.fields.get('after', '?')}"
        return str(self.fields.get("name", "?"))

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same entry in another file."""
        return self.kind, self.name


def read_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue of a file or a folder of files, over the shipped seed; None: the seed itself.

    Raises
    ------
    InputError
        What is wrong, where and how to mend it: the first fault's sentence, and how many more there are.

    Examples
    --------
    >>> read_catalogue().service("银行开户预约").in_person
    True
    """
    entries, faults = _load(path)
    faults += _faults(entries)
    wrong = [fault for fault in faults if not fault.warning]
    if wrong:
        raise InputError("catalogue.cannot-use", n=len(wrong), faults="\n".join(fault.text for fault in wrong[:20]))
    return _build(_laid_over(entries))


def check_catalogue(path: Path | None = None) -> tuple[Fault, ...]:
    """Every fault and doubt of a catalogue, in the order of its files; empty where all is well."""
    entries, faults = _load(path)
    return tuple(sorted(faults + _faults(entries), key=lambda f: (f.file, f.line or 0, f.key)))


def _load(path: Path | None) -> tuple[list[Entry], list[Fault]]:
    """The entries of all files, the seed's first unless they stand alone."""
    own = path or SEED
    if not own.exists():
        raise InputError("catalogue.no-file", path=str(own))
    files = sorted(own.glob("*.toml")) if own.is_dir() else [own]
    if not files:
        raise InputError("catalogue.empty-folder", path=str(own))
    entries: list[Entry] = []
    faults: list[Fault] = []
    alone = path is None
    for file in files:
        tables = _parse(file)
        alone |= tables.pop("alone", False) is True
        found, wrong = _entries(file, tables)
        entries += found
        faults += wrong
    if not alone:
        seed, _ = _load(None)
        entries = [replace(entry, shipped=True) for entry in seed] + entries
    return entries, faults


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError("catalogue.not-utf8", path=str(file), at=error.start) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError("catalogue.not-toml", path=str(file), reason=str(error)) from error


def _entries(file: Path, tables: Mapping[str, Any]) -> tuple[list[Entry], list[Fault]]:
    text = file.read_text("utf-8-sig")
    entries: list[Entry] = []
    faults: list[Fault] = []
    for kind, rows in tables.items():
        if kind not in FIELDS:
            faults.append(_fault("catalogue.unknown-table", file, None, name=kind, near=_near(kind, FIELDS)))
        elif not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            faults.append(_fault("catalogue.not-a-list-of-tables", file, None, name=kind))
        else:
            lines = [n for n, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[\[\s*{kind}\s*\]\]", line)]
            at = iter(lines)
            entries += [Entry(kind, row, file.name, next(at, None)) for row in rows]
    return entries, faults


def _fault(key: str, file: Path | str, line: int | None, *, warning: bool = False, **values: object) -> Fault:
    return Fault(key, file.name if isinstance(file, Path) else file, line, values, warning)


def _near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    return ", ".join(difflib.get_close_matches(name, known, 1, 0.5) or known[:8])


def _faults(entries: list[Entry]) -> list[Fault]:
    faults: list[Fault] = []
    sound: list[Entry] = []
    for entry in entries:
        own = list(_faults_of(entry))
        faults += own
        if all(fault.key == "catalogue.unknown-field" for fault in own):
            sound.append(entry)
    merged = _laid_over(sound)
    return [*faults, *_twice(sound), *_dangling(merged, entries), *_circles(merged)]


def _faults_of(entry: Entry) -> Iterator[Fault]:
    """Fields that are missing, unknown, or not what they must be."""
    known = FIELDS[entry.kind]
    at = {"file": entry.file, "line": entry.line, "kind": entry.kind, "entry": entry.name}
    for name in REQUIRED[entry.kind]:
        if not entry.fields.get(name):
            yield _fault("catalogue.missing-field", **at, field=name, expected=_expected(known[name]))  # type: ignore[arg-type]
    for name, value in entry.fields.items():
        if name not in known:
            yield _fault("catalogue.unknown-field", **at, field=name, near=_near(name, known))  # type: ignore[arg-type]
        elif not _fits(known[name], value):
            yield _fault("catalogue.wrong-value", **at, field=name, found=repr(value), expected=_expected(known[name]))  # type: ignore[arg-type]


def _expected(form: str) -> str:
    return wording.say(f"catalogue.expected.{form}")


def _fits(form: str, value: object) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    tests = {
        "text": isinstance(value, str),
        "texts": isinstance(value, list) and all(isinstance(item, str) for item in value),
        "truth": isinstance(value, bool),
        "count": whole and value >= 0,  # type: ignore[operator]
        "number": (whole or isinstance(value, float)) and value >= 0,  # type: ignore[operator]
        "tie": value in TIE_KINDS,
        "confidence": value in CONFIDENCES,
    }
    return bool(tests[form])


def _twice(entries: list[Entry]) -> Iterator[Fault]:
    """The same entry twice in one file, or in two files of one folder: which of them holds?"""
    first: dict[tuple[str, str, bool], Entry] = {}
    for entry in entries:
        before = first.setdefault((*entry.key, entry.shipped), entry)
        if before is not entry:
            where = f"{before.file}:{before.line}"
            yield _fault("catalogue.twice", entry.file, entry.line, kind=entry.kind, entry=entry.name, first=where)


def _dangling(entries: list[Entry], written: list[Entry]) -> Iterator[Fault]:
    """Names that none of the entries written has: an error for services (a tie to nowhere), a doubt for materials."""
    services = {name for entry in written if entry.kind == "service" for name in _names(entry)}
    materials = {name for entry in written if entry.kind == "material" for name in _names(entry)}
    materials |= {name for entry in written if entry.kind == "service" for name in _texts(entry.fields.get("outputs"))}
    for entry in entries:
        asked = [entry.fields["before"], entry.fields["after"]] if entry.kind == "tie" else []
        asked += [*entry.fields["services"], *entry.fields.get("optional", [])] if entry.kind == "bundle" else []
        for name in asked:
            if name not in services:
                yield _fault(
                    "catalogue.no-service",
                    entry.file,
                    entry.line,
                    kind=entry.kind,
                    entry=entry.name,
                    name=name,
                    near=_near(name, sorted(services)),
                )
        for name in entry.fields.get("materials", []) if entry.kind == "service" else []:
            if name not in materials:
                yield _fault("catalogue.no-material", entry.file, entry.line, warning=True, entry=entry.name, name=name)


def _names(entry: Entry) -> list[str]:
    return [*_texts([entry.fields.get("name")]), *_texts(entry.fields.get("synonyms"))]


def _texts(value: object) -> list[str]:
    """The texts of a list; none of what is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _circles(entries: list[Entry]) -> Iterator[Fault]:
    """Legal and data ties that come back to where they began: no order keeps them all."""
    ties = {
        (e.fields["before"], e.fields["after"]): e for e in entries if e.kind == "tie" and e.fields["kind"] != "soft"
    }
    left = dict(ties)
    while left:
        last = {after for _, after in left} - {before for before, _ in left}
        kept = {pair: entry for pair, entry in left.items() if pair[1] not in last}
        if len(kept) == len(left):
            entry = next(iter(left.values()))
            names = " → ".join(dict.fromkeys(name for pair in left for name in pair))
            yield _fault("catalogue.circle", entry.file, entry.line, names=names)
            return
        left = kept


def _laid_over(entries: list[Entry]) -> list[Entry]:
    """Entries of the same name made one: the later file's fields over the earlier's."""
    merged: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        before = merged.get(entry.key)
        fields = {**before.fields, **entry.fields} if before else entry.fields
        merged[entry.key] = Entry(entry.kind, fields, entry.file, entry.line)
    return list(merged.values())


def _build(entries: list[Entry]) -> Catalogue:
    made: dict[str, list[dict[str, Any]]] = {kind: [] for kind in FIELDS}
    for entry in entries:
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in entry.fields.items()}
        fields["source"] = Source(fields.pop("source", ""), fields.pop("confidence", "assumed"))
        made[entry.kind].append(fields)
    return Catalogue(
        services=tuple(Service(**fields) for fields in made["service"]),
        materials=tuple(Material(**fields) for fields in made["material"]),
        ties=tuple(Tie(**fields) for fields in made["tie"]),
        bundles=tuple(Bundle(**fields) for fields in made["bundle"]),
        halls={member: fields["name"] for fields in made["hall"] for member in fields["members"]},
    )


def write_catalogue(catalogue: Catalogue) -> str:
    """The catalogue as TOML that `read_catalogue` reads back to the same; default values are left out.

    >>> import tempfile; file = Path(tempfile.mkdtemp()) / "all.toml"
    >>> _ = file.write_text(write_catalogue(read_catalogue()), "utf-8")
    >>> read_catalogue(file) == read_catalogue()
    True
    """
    parts: list[str] = []
    for kind, records in (
        ("bundle", catalogue.bundles),
        ("service", catalogue.services),
        ("material", catalogue.materials),
        ("tie", catalogue.ties),
    ):
        for record in records:
            values = {name: getattr(record, name) for name in FIELDS[kind] if name not in _SOURCE}
            values |= {"source": record.source.text, "confidence": record.source.confidence}
            parts.append(_table(kind, values))
    for hall in sorted(set(catalogue.halls.values())):
        members = tuple(member for member, name in catalogue.halls.items() if name == hall)
        parts.append(_table("hall", {"name": hall, "members": members}))
    return "\n".join(["alone = true\n", *parts])


def _table(kind: str, values: Mapping[str, object]) -> str:
    lines = [f"{name} = {_toml(value)}" for name, value in values.items() if value not in ("", None, (), False)]
    return "\n".join([f"[[{kind}]]", *lines]) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{text}"'
