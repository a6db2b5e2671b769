"""BPMN: what is written is read back equal, other tools accept it, and what is broken is refused with its line."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import wording
from mining.process_model import APPLICANT, WINDOW, Data, Flow, Kind, Node, Origin, ProcessModel, Step
from reports.bpmn.layout import lay_out
from reports.bpmn.xml import read, write
from wording.errors import InputError

Make = Callable[..., ProcessModel]

FULL = ProcessModel(
    "开办<企业>",
    (
        Node("s", Kind.START, "提出申请", APPLICANT),
        Node(
            "t",
            Kind.TASK,
            "审查 & 发照\n两行",
            "市场监督管理局",
            Step.CHECK,
            "企业设立登记",
            ("身份证", "住所证明"),
            ("营业执照",),
            True,
            (Origin("企业设立登记", "市场监督管理局", "材料审查", 91, 120), Origin("b", "", "", 0, 0)),
            "share_data",
            (("印章备案证明", "公安局"),),
        ),
        Node("u", Kind.TASK, "统一出件", WINDOW, Step.POST),
        Node("e", Kind.END, "办完", APPLICANT),
    ),
    (Flow("s", "t"), Flow("t", "u", "是 71%", 0.70542635), Flow("u", "e")),
    (Data("d", "营业执照", "t", ("u", "e"), "share_data"),),
    ("企业设立登记", "公章刻制备案"),
    (("redesign.note", {"n": 3, "name": "值"}),),
)


def text_of(model: ProcessModel) -> str:
    """A model's file."""
    return write(model, lay_out(model))


def test_a_model_is_read_back_equal() -> None:
    assert read(text_of(FULL)) == FULL


@pytest.mark.parametrize("seed", range(0, 200, 8))
def test_random_models_are_read_back_equal(make_model: Make, seed: int) -> None:
    model = make_model(seed, size=15 + seed % 60, lanes=2 + seed % 11)
    assert read(text_of(model)) == model


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_language_of_the_file_changes_nothing_in_the_model(language: str) -> None:
    with wording.using(language):
        text = text_of(FULL)
    assert read(text) == FULL


def test_the_same_model_gives_the_same_bytes(make_model: Make) -> None:
    assert text_of(make_model(4)) == text_of(make_model(4))


def test_a_renamed_step_is_read_by_its_new_name() -> None:
    text = text_of(FULL).replace('name="统一出件"', 'name="快递送达"')
    assert read(text).node("u").label == "快递送达"


def test_a_choice_without_a_question_is_asked_one_in_the_file_alone() -> None:
    nodes = (Node("g", Kind.EXCLUSIVE, "", "局"), Node("a", Kind.TASK, "甲", "局"), Node("b", Kind.TASK, "乙", "局"))
    model = ProcessModel("x", nodes, (Flow("g", "a", "1"), Flow("g", "b", "2")))
    text = text_of(model)
    assert 'id="g" name="Which way?"' in text
    assert read(text) == model


def test_a_file_drawn_by_hand_is_read_without_our_extensions() -> None:
    text = re.sub(r"<bpmn:extensionElements>.*?</bpmn:extensionElements>", "", text_of(FULL), flags=re.S)
    model = read(text)
    assert [(n.kind, n.label, n.lane) for n in model.nodes][2:] == [
        (Kind.TASK, "统一出件", WINDOW),
        (Kind.END, "办完", APPLICANT),
    ]
    assert model.data[0].targets == ("u", "e")


def broken(name: str) -> str:
    """One of the broken files."""
    text = text_of(FULL)
    node = re.search(r'<bpmn:task id="t".*?</bpmn:task>|<bpmn:userTask id="t".*?</bpmn:userTask>', text, re.S)
    assert node
    lanes = re.search(r"<bpmn:laneSet.*?</bpmn:laneSet>", text, re.S)
    assert lanes
    return {
        "dangling": text.replace('targetRef="u"', 'targetRef="nowhere"'),
        "lanes-late": text.replace(lanes[0], "").replace(node[0], node[0] + lanes[0]),
        "twice": text.replace('id="u"', 'id="t"', 1),
        "no-shape": re.sub(r'<bpmndi:BPMNShape id="u_di".*?</bpmndi:BPMNShape>', "", text, flags=re.S),
        "overlap": re.sub(r'(id="u_di"[^>]*>\s*)<dc:Bounds [^>]*/>', _bounds_of(text, "t"), text),
        "no-lane": text.replace("<bpmn:flowNodeRef>u</bpmn:flowNodeRef>", ""),
        "two-lanes": text.replace("<bpmn:flowNodeRef>u<", "<bpmn:flowNodeRef>t</bpmn:flowNodeRef><bpmn:flowNodeRef>u<"),
        "unsupported": text.replace("<bpmn:laneSet", '<bpmn:subProcess id="q"/><bpmn:laneSet', 1),
        "no-id": text.replace('<bpmn:task id="u"', "<bpmn:task").replace('<bpmn:sendTask id="u"', "<bpmn:sendTask"),
        "no-bounds": text.replace('<dc:Bounds x="', '<dc:Bounds x="wide', 12),
        "wrong-fact": text.replace('cases="91"', 'cases="many"'),
        "no-note": re.sub(r'(<onething:note[^>]*values=")[^"]*"', r'\1["', text),
        "one-process": text.replace(
            "</bpmn:process>", '</bpmn:process><bpmn:process id="p2"><bpmn:task id="z"/></bpmn:process>'
        ),
        "no-xml": text[: len(text) // 2],
        "no-bpmn": "<svg/>",
    }[name]


def _bounds_of(text: str, id: str) -> str:
    found = re.search(rf'id="{id}_di"[^>]*>\s*(<dc:Bounds [^>]*/>)', text)
    assert found
    return r"\1" + found[1]


BROKEN = ["dangling", "lanes-late", "twice", "no-shape", "overlap", "no-lane", "two-lanes", "unsupported", "no-id"]
BROKEN += ["no-bounds", "wrong-fact", "no-note", "one-process", "no-xml", "no-bpmn"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_line(name: str) -> None:
    with pytest.raises(InputError) as caught:
        read(broken(name), path="edited.bpmn")
    assert caught.value.key == f"diagrams.{name}"
    assert re.search(r"edited\.bpmn, line \d+", str(caught.value))


def test_entities_and_outside_files_are_refused() -> None:
    attack = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    text = text_of(FULL).replace("<bpmn:definitions", attack + "<bpmn:definitions", 1).replace("办完", "&e;")
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.key == "diagrams.doctype"


def test_a_bomb_of_entities_is_refused() -> None:
    lols = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    with pytest.raises(InputError):
        read(f'<!DOCTYPE d [<!ENTITY l0 "ha">{lols}]><d>&l9;</d>')


def test_a_file_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(InputError) as caught:
        read(b" " * 20_000_001)
    assert caught.value.key == "diagrams.too-large"


def test_text_that_xml_cannot_hold_is_left_out() -> None:
    nodes = (Node("a", Kind.TASK, "受\x00理\ud800", "局", origins=(Origin("x\x0b", "局"),)),)
    assert read(text_of(ProcessModel("n\x01", nodes, ()))).node("a").label == "受理"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, make_model: Make) -> list[Path]:
    """A dozen random models as files."""
    folder = tmp_path_factory.mktemp("bpmn")
    paths = []
    for seed in range(0, 96, 8):
        path = folder / f"{seed}.bpmn"
        path.write_text(text_of(make_model(seed, size=10 + seed * 2 // 3, lanes=2 + seed % 11)), "utf-8")
        paths.append(path)
    return paths


@pytest.mark.npm
def test_the_schemas_of_omg_find_no_error(node_modules: Path, files: list[Path]) -> None:
    xmlschema = pytest.importorskip("xmlschema")
    schema = xmlschema.XMLSchema(str(node_modules / "bpmn-moddle/resources/bpmn/xsd/BPMN20.xsd"))
    assert [error.reason for path in files for error in schema.iter_errors(str(path))] == []


@pytest.mark.npm
def test_bpmnlint_finds_no_error(node_modules: Path, files: list[Path], tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    rules = tmp_path / ".bpmnlintrc"
    rules.write_text('{"extends": "bpmnlint:recommended"}', "utf-8")
    command = [node, str(node_modules / "bpmnlint/bin/bpmnlint.js"), "-c", str(rules), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=node_modules.parent, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "")


@pytest.fixture
def page() -> Iterator[Any]:
    """A page of headless Chromium without network, or skip."""
    api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_context(offline=True).new_page()
        browser.close()


@pytest.mark.npm
@pytest.mark.browser
def test_bpmn_js_imports_without_a_warning(node_modules: Path, files: list[Path], page: Any) -> None:
    page.set_content('<div id="c" style="width:1800px;height:900px"></div>')
    page.add_script_tag(path=str(node_modules / "bpmn-js/dist/bpmn-viewer.development.js"))
    script = """async xml => { const viewer = new BpmnJS({container: '#c'});
      const {warnings} = await viewer.importXML(xml);
      const drawn = viewer.get('elementRegistry').filter(e => e.type === 'bpmn:SequenceFlow').length;
      viewer.destroy(); return [warnings.map(w => w.message), drawn]; }"""
    seen = [page.evaluate(script, path.read_text("utf-8")) for path in files]
    assert [warnings for warnings, _ in seen] == [[]] * len(files)
    assert [drawn for _, drawn in seen] == [len(read(path.read_bytes()).flows) for path in files]
