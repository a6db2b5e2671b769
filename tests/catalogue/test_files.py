"""The catalogue's files: what ships, what a bureau may edit, what an error says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import wording
from catalogue.files import SEED, check_catalogue, read_catalogue, write_catalogue
from wording.errors import InputError

CASES = (
    "企业开办", "新生儿出生", "二手房转移登记及水电气联动过户", "外国人来华工作", "无犯罪记录证明与公证联办",
    "驾驶证换证与体检", "机动车年审与换证", "涉企不动产登记", "拿地即开工",
    "带押过户", "社保费争议处置", "异地就医备案",
)  # fmt: skip


def file_of(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", CASES)
def test_the_seeds_case_ships(name: str) -> None:
    bundle = read_catalogue().bundle(name)
    assert bundle is not None and len(bundle.services) >= 2


def test_the_shipped_catalogue_has_no_fault_and_no_doubt() -> None:
    assert check_catalogue() == ()


def test_nothing_shipped_is_connected() -> None:
    assert not any(material.connected for material in read_catalogue().materials)


def test_no_shipped_validity_goes_against_the_contracts_365_days() -> None:
    assert {material.validity_days for material in read_catalogue().materials} == {None}


def test_every_shipped_entry_says_where_it_is_from_and_how_sure_it_is() -> None:
    known = read_catalogue()
    entries = [*known.services, *known.materials, *known.ties, *known.bundles]
    assert all(entry.source.text and entry.source.confidence in ("published", "assumed") for entry in entries)


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    assert read_catalogue(file_of(tmp_path, write_catalogue(read_catalogue()))) == read_catalogue()


def test_a_file_over_the_seed_changes_only_what_it_names(tmp_path: Path) -> None:
    own = read_catalogue(file_of(tmp_path, '[[material]]\nname = "营业执照"\nconnected = true\n'))
    licence = own.material("营业执照")
    assert licence is not None and licence.connected and licence.issuer == "市场监督管理局"
    assert len(own.services) == len(read_catalogue().services)


def test_a_file_that_stands_alone_has_nothing_of_the_seed(tmp_path: Path) -> None:
    own = read_catalogue(
        file_of(tmp_path, 'alone = true\n[[service]]\nname = "a"\n[[hall]]\nname = "hall"\nmembers = ["x", "y"]\n')
    )
    assert [service.name for service in own.services] == ["a"]
    assert own.halls == {"x": "hall", "y": "hall"}


FAULTS = {
    '[[service]]\nname = "a"\ndeparment = "x"\n': "a: there is no field deparment. Did you mean: department?",
    '[[service]]\nname = "a"\nin_person = "yes"\n': "field in_person is 'yes'; expected true or false",
    '[[service]]\ndepartment = "x"\n': "[[service]] ?: field name is missing; expected text in quotes.",
    '[[servise]]\nname = "a"\n': "There is no table [[servise]]. Known: service.",
    '[service]\nname = "a"\n': 'Write "service" as [[service]]',
    '[[material]]\nname = "m"\nvalidity_days = -1\n': "field validity_days is -1; expected a whole number, at least 0",
    '[[tie]]\nbefore = "a"\nafter = "b"\nkind = "law"\n': "field kind is 'law'; expected \"legal\"",
    '[[service]]\nname = "a"\n[[service]]\nname = "a"\n': "[[service]] a stands already at own.toml:1",
    '[[bundle]]\nname = "x"\nservices = ["a"]\n': 'no service entry is named "a"',
    '[[service]]\nname = "a"\n[[service]]\nname = "b"\n'
    '[[tie]]\nbefore = "a"\nafter = "b"\nkind = "data"\n'
    '[[tie]]\nbefore = "b"\nafter = "a"\nkind = "legal"\n': "circle: a → b",
    'name = "a\n': "not valid TOML",
}


@pytest.mark.parametrize(("text", "said"), FAULTS.items(), ids=range(len(FAULTS)))
def test_an_error_says_what_was_found_and_what_was_expected(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_catalogue(file_of(tmp_path, text))
    assert said in str(caught.value)


def test_a_fault_names_its_file_and_line(tmp_path: Path) -> None:
    text = '[[service]]\nname = "a"\n\n[[service]]\nname = "b"\nlegal_days = "ten"\n'
    fault = check_catalogue(file_of(tmp_path, text))[0]
    assert (fault.file, fault.line) == ("own.toml", 4)


def test_all_faults_are_told_at_once_and_the_nearest_name_is_offered(tmp_path: Path) -> None:
    text = '[[service]]\nname = "a"\ndeparment = 3\n[[material]]\nname = "m"\nform = 1\n'
    text += '[[bundle]]\nname = "x"\nservices = ["a", "企业设立登计"]\n'
    faults = check_catalogue(file_of(tmp_path, text))
    assert [(f.line, f.key) for f in faults] == [
        (1, "catalogue.unknown-field"), (4, "catalogue.wrong-value"), (7, "catalogue.no-service")
    ]  # fmt: skip
    assert "企业设立登记." in faults[2].text


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no catalogue .*none\.toml"):
        read_catalogue(tmp_path / "none.toml")


def test_the_sentences_are_there_in_chinese(tmp_path: Path) -> None:
    with wording.using("zh"), pytest.raises(InputError) as caught:
        read_catalogue(file_of(tmp_path, '[[service]]\nname = "a"\ndeparment = "x"\n'))
    with wording.using("zh"):
        assert "没有字段 deparment。是不是想写：department？" in str(caught.value)


def test_a_copy_of_the_seed_in_a_folder_of_ones_own_changes_nothing(tmp_path: Path) -> None:
    shutil.copytree(SEED, tmp_path / "own")
    assert read_catalogue(tmp_path / "own") == read_catalogue()


def test_the_guides_example_is_understood(tmp_path: Path) -> None:
    guide = Path(__file__).resolve().parents[2] / "docs" / "catalogue.md"
    (text,) = re.findall(r"```toml\n(.*?)```", guide.read_text("utf-8"), re.S)
    assert check_catalogue(file_of(tmp_path, text)) == ()
