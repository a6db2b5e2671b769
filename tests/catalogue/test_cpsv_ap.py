"""CPSV-AP: ours goes out and comes back; another country's comes in."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from catalogue.cpsv_ap import read_cpsv_ap, write_cpsv_ap
from catalogue.files import read_catalogue
from wording.errors import InputError


def test_what_goes_out_comes_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonld"
    path.write_text(write_cpsv_ap(read_catalogue()), "utf-8")
    assert read_cpsv_ap(path) == read_catalogue()


def test_the_classes_are_those_of_the_profile() -> None:
    graph = json.loads(write_cpsv_ap(read_catalogue()))["@graph"]
    types = {node["@type"] for node in graph}
    assert {"cpsv:PublicService", "cv:EvidenceType", "cv:Output", "cv:Event", "cv:PublicOrganisation"} <= types


def test_every_reference_is_described() -> None:
    graph = json.loads(write_cpsv_ap(read_catalogue()))["@graph"]
    known = {node["@id"] for node in graph}
    named = {
        ref["@id"]
        for node in graph
        for value in node.values()
        if isinstance(value, list)
        for ref in value
        if isinstance(ref, dict)
    }
    assert named <= known


def test_trentos_services_come_in_packed_or_not(shared: Path, tmp_path: Path) -> None:
    packed, path = shared / "data" / "cpsvap_trento.jsonld.gz", tmp_path / "trento.jsonld"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    known = read_cpsv_ap(path)
    assert read_cpsv_ap(packed) == known
    assert [len(known.services), len(known.materials), len(known.bundles)] == [2, 3, 2]
    family = known.service("Work family - progetti sui regimi di orario")
    assert family is not None and len(family.materials) == 2 and len(family.outputs) == 1 and family.department


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (b'{"a": 1}', "not CPSV-AP"),
        (b'{"a":\n 1;}', "line 2, column 3 is not JSON"),
        ("事项".encode("gb18030"), "byte 1 is not UTF-8"),
        (b"\x1f\x8b not packed at all", "not CPSV-AP"),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, held: bytes, told: str) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(held)
    with pytest.raises(InputError, match=told):
        read_cpsv_ap(path)
