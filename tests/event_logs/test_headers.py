"""Whole files of made-up headers: every role is found or asked about, and no column is given one that it has not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from event_logs.profile import profile_columns
from event_logs.roles import Assignment, assign_roles
from event_logs.vocabularies import DATA, fold_header, named_by, naming
from tests.event_logs.header_world import cell, steps
from wording.errors import InputError

STEPS = steps()
Columns = list[tuple[str, str, set[str]]]  # header, kind of its values, roles that it may have


def _files() -> dict[str, Columns]:
    found: dict[str, Columns] = {}
    for path in sorted((Path(__file__).parent / "header_sets").glob("*.txt")):
        for name, body in re.findall(r"^\[(.+?)\]\n(.*?)(?=^\[|\Z)", path.read_text("utf-8"), re.M | re.S):
            items = [item.split(" ~ ") for line in body.splitlines() if line.strip() for item in line.split(" ; ")]
            found[f"{path.stem} {name}"] = [
                (header.replace("\\n", "\n"), kind, set(role[0].split("|")) if role else {"-"})
                for header, kind, *role in items
            ]
    return found


FILES = _files()


def _assigned(columns: Columns) -> Assignment:
    """The roles found, those that are asked for and may be asked about answered."""
    headers = [header for header, _, _ in columns]
    rows = [[cell(kind, step) for _, kind, _ in columns] for step in STEPS]
    profiles = profile_columns(headers, ["string"] * len(headers), rows)
    given: dict[str, str] = {}
    while True:
        try:
            return assign_roles(profiles, given=given, path=Path("log.csv"))
        except InputError as asked:
            role = str(asked.values["role"])
            given[role] = next(header for header, _, roles in columns if {role, "ask"} <= roles)


@pytest.mark.parametrize("name", FILES)
def test_no_column_of_a_strange_file_gets_a_role_that_it_has_not(name: str) -> None:
    found = {place: role for role, place in _assigned(FILES[name]).columns.items()}
    may = {place: roles for place, (_, _, roles) in enumerate(FILES[name])}
    assert {place: role for place, role in found.items() if role not in may[place]} == {}


@pytest.mark.parametrize("name", FILES)
def test_every_role_of_a_strange_file_is_found_or_asked_about(name: str) -> None:
    assignment = _assigned(FILES[name])
    asked = {header for _, values in assignment.doubts for header in str(values["columns"]).split(", ")}
    either = [roles for header, _, roles in FILES[name] if not roles & {"-", "ask"} and header not in asked]
    assert [roles for roles in either if not roles & set(assignment.columns)] == []


def test_every_character_of_the_header_files_has_its_pinyin() -> None:
    texts = [(DATA / file).read_text("utf-8") for file in ("headers.toml", "header_patterns.toml")]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("#")]
    written = {character for line in lines for character in line if "\u4e00" <= character <= "\u9fff"}
    known = "".join(tomllib.loads((DATA / "pinyin.toml").read_text("utf-8")).values())
    assert written <= set(known)
    assert len(known) == len(set(known))


@pytest.mark.parametrize("header", ["banjianbianhao", "BJBH", "办件信息.办件编号", "办件编号 Case ID", "辦件編號"])
def test_a_name_is_known_in_pinyin_by_initials_beside_its_table_and_in_two_languages(header: str) -> None:
    assert naming(header, "case_id") is not None


@pytest.mark.parametrize("header", ["联系电话", "lxdh", "备注", "申请人手机号", "Remarks"])
def test_a_telephone_number_or_a_remark_has_no_role(header: str) -> None:
    assert named_by(header) == {}


def test_what_a_header_says_is_told_in_bounded_time_however_long_it_is() -> None:
    assert named_by("办件业务受理申请" * 4000 + "号") is not None
    assert fold_header("a." * 5000)
