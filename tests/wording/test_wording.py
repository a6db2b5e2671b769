"""Both languages say the same things, and code names only what they have."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import wording

HOUSE = Path(wording.__file__).parent.parent
PACKAGES = ("catalogue", "event_logs", "mining", "redesign", "reports", "onething")
PARTS = sorted({p.stem for lang in wording.LANGUAGES for p in (HOUSE / "wording" / lang).glob("*.toml")} - {"typer"})


def entries(lang: str, part: str) -> dict[str, object]:
    return dict(flat(tomllib.loads((HOUSE / "wording" / lang / f"{part}.toml").read_text("utf-8")), part))


def flat(table: dict[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict) and not (set(value) <= {"one", "other"}):
            yield from flat(value, f"{prefix}.{key}")
        else:
            yield f"{prefix}.{key}", value


def places(entry: object) -> set[str]:
    text = entry["other"] if isinstance(entry, dict) else str(entry)
    return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("part", PARTS)
def test_both_languages_have_the_same_sentences(part: str) -> None:
    assert set(entries("zh", part)) == set(entries("en", part))


@pytest.mark.parametrize("part", PARTS)
def test_both_languages_fill_the_same_places(part: str) -> None:
    zh, en = entries("zh", part), entries("en", part)
    assert {k for k in zh if places(zh[k]) != places(en[k]) and "n" not in places(zh[k]) ^ places(en[k])} == set()


@pytest.mark.parametrize("part", PARTS)
def test_no_sentence_is_empty(part: str) -> None:
    assert [k for lang in wording.LANGUAGES for k, v in entries(lang, part).items() if not v] == []


def keys_in_code() -> set[str]:
    """String constants that stand where `say`, an error or a pair takes a key, and look like one."""
    found = set()
    for package in PACKAGES:
        for path in (HOUSE / package).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
                    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                    if name in ("say", "InputError", "UsageError", "NotHolding", "step", "Said"):
                        found.add(str(call.args[0].value))
    return {key for key in found if "." in key}


def test_every_key_in_the_code_has_a_sentence() -> None:
    assert sorted(k for k in keys_in_code() if any(wording.find(lang, k) is None for lang in wording.LANGUAGES)) == []


def test_one_and_other_follow_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "find", lambda lang, key: {"one": "{n} trip", "other": "{n} trips"})
    assert (wording.say("x.y", n=1), wording.say("x.y", n=2)) == ("1 trip", "2 trips")
