"""`python benchmarks/diagrams.py [--generated 200]`: every catalogue bundle and random processes through all checks.

Each bundle of the catalogue is redesigned from the log of a made-up city, or from one made of its entries alone. As-is
and to-be go, beside random processes, through: our own search and Woflan (sound), the schemas of OMG (xmlschema),
bpmnlint, bpmn-js in headless Chromium, and the geometric checks (every node in one lane and inside it, nothing
overlapping, crossed, slanted or written over). All of it is made twice, in processes that order their sets differently,
and compared byte by byte. Needs the Node packages of `tests/node` and Chromium. Exits 1 where anything is found.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
NODE = HOUSE / "tests" / "node"
GEOMETRY = (
    "no-lane",
    "two-lanes",
    "outside",
    "overlap",
    "through",
    "diagonal",
    "loose",
    "border",
    "overprint",
    "label",
)
OTHERS = ("unsound", "Woflan", "xmlschema", "bpmnlint", "bpmn-js", "second run")


@dataclass
class Row:
    """One kind of models: how many, how large, and what was found, by check."""

    models: int = 0
    nodes: int = 0
    lanes: int = 0
    found: Counter[str] = field(default_factory=Counter)


def random_processes(count: int) -> Iterator[tuple[str, Any]]:
    """Sound processes of 10 to 79 nodes in 2 to 12 lanes, with 0 to 4 documents."""
    maker = loaded(HOUSE / "tests" / "reports" / "bpmn" / "conftest.py")
    for seed in range(count):
        sizes = {"size": 10 + seed * 7 % 70, "lanes": 2 + seed % 11, "documents": seed % 5}
        yield f"random/{seed:03}", maker.random_model(seed, **sizes)


def loaded(path: Path) -> ModuleType:
    """A module by its file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalogue_bundles(folder: Path) -> Iterator[tuple[str, Any]]:
    """As-is and to-be of every bundle of the catalogue: from the city's log, or from one made of the entries alone."""
    from catalogue.files import read_catalogue
    from event_logs import read_log

    known = read_catalogue()
    city = read_log([folder / "log.csv"])
    written = set(city.run(city.events.select("service").distinct())["service"])
    inside = {b.name: tuple(s for s in b.services if s in written) for b in known.bundles}
    yield from redesigned(city, {name: services for name, services in inside.items() if services}, known)
    others = {b.name: b.services for b in known.bundles if not inside[b.name]}
    if others:
        path = folder / "others.csv"
        path.write_text(plain_log(known, others), "utf-8")
        yield from redesigned(read_log([path]), others, known)


def redesigned(log: Any, bundles: dict[str, tuple[str, ...]], known: Any) -> Iterator[tuple[str, Any]]:
    """As-is and to-be of the bundles of a log."""
    from mining.findings import mine
    from redesign.proposal import propose

    findings = mine(log, catalogue=known, places=known.halls, bundles=tuple(bundles.values()))
    for name, services in bundles.items():
        found = propose(
            log, services, name=name, catalogue=known, episodes=findings.episodes,
            materials=findings.materials, classes=findings.classes,
        )  # fmt: skip
        yield f"as-is/{name}", found.as_is
        yield f"to-be/{name}", found.to_be


def plain_log(known: Any, bundles: dict[str, tuple[str, ...]], episodes: int = 60) -> str:
    """A log of bundles that says no more than the catalogue does: each service after the other, a step a day."""
    lines = ["case_id,activity,completed_at,department,service,applicant,channel,place,materials,outputs"]
    for bundle, services in bundles.items():
        for episode in range(episodes):
            day = datetime(2025, 1, 6, 9) + timedelta(days=episode)
            for number, name in enumerate(services):
                service = next(s for s in known.services if s.name == name)
                for activity, handed, issued in (
                    ("提交申请", service.materials, ()), ("受理", (), ()), ("材料审查", (), ()), ("审核", (), ()),
                    ("办结制证", (), service.outputs), ("领取证照", (), ()),
                ):  # fmt: skip
                    day += timedelta(days=1)
                    case, place = f"{bundle}{episode}-{number}", f"{service.department}窗口"
                    texts = (case, activity, day.isoformat(" "), service.department, name, f"{bundle}{episode}")
                    lines.append(",".join((*texts, "onsite", place, ";".join(handed), ";".join(issued))))
    return "\n".join(lines) + "\n"


def make(folder: Path, city: Path, generated: int) -> None:
    """Write every model's BPMN file and drawing."""
    from reports.bpmn.drawing import svg
    from reports.bpmn.layout import lay_out
    from reports.bpmn.xml import write

    for name, model in (*catalogue_bundles(city), *random_processes(generated)):
        layout = lay_out(model)
        path = folder / f"{name}.bpmn"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write(model, layout), "utf-8")
        path.with_suffix(".svg").write_text(svg(model, layout), "utf-8")


def made_twice(folder: Path, episodes: int, generated: int) -> list[Path]:
    """The files of a first run and, beside them, of a second one whose sets are ordered otherwise."""
    from event_logs.synthetic import generate

    city = folder / "city"
    city.mkdir()
    generate("city", episodes=episodes, out=city)
    for run in ("1", "2"):
        (folder / run).mkdir()
        command = [sys.executable, __file__, "--make", str(folder / run), str(city), "--generated", str(generated)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": run}, cwd=HOUSE)
    return sorted((folder / "1").rglob("*.bpmn"))


def own_checks(path: Path, row: Row) -> None:
    """Soundness and geometry of a file, as it is read back."""
    from mining.conformance import woflan_sound
    from redesign.soundness import unsound
    from reports.bpmn.checks import faults
    from reports.bpmn.layout import lay_out
    from reports.bpmn.xml import read

    model = read(path.read_bytes())
    row.models += 1
    row.nodes, row.lanes = max(row.nodes, len(model.nodes)), max(row.lanes, len(model.lanes()))
    row.found.update(fault.kind for fault in faults(lay_out(model)))
    row.found["unsound"] += unsound(model) != ""
    row.found["Woflan"] += woflan_sound(model) is not True
    for kind in (".bpmn", ".svg"):
        one = path.with_suffix(kind)
        two = Path(str(one).replace(f"{os.sep}1{os.sep}", f"{os.sep}2{os.sep}"))
        row.found["second run"] += one.read_bytes() != two.read_bytes()


def lint(paths: list[Path], folder: Path) -> dict[Path, int]:
    """Errors and warnings that bpmnlint finds, by file."""
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "bpmnlint").is_dir():
        raise SystemExit("bpmnlint is missing: run npm install in tests/node")
    rules = folder / ".bpmnlintrc"
    rules.write_text('{"extends": "bpmnlint:recommended"}', "utf-8")
    command = [node, "node_modules/bpmnlint/bin/bpmnlint.js", "-c", str(rules), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=NODE, check=False)
    found: dict[Path, int] = {}
    here = None
    for line in done.stdout.splitlines():
        if line.strip().endswith(".bpmn"):
            here = Path(line.strip())
        elif here is not None and (" error " in line or " warning " in line):
            found[here] = found.get(here, 0) + 1
    if done.returncode and not found:
        raise SystemExit(f"bpmnlint: {done.stdout}{done.stderr}")
    return found


def imported(paths: list[Path]) -> dict[Path, int]:
    """Warnings with which bpmn-js imports each file in a browser, and flows that it does not draw."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is missing")
    script = """async xml => { const viewer = new BpmnJS({container: '#c'});
      const {warnings} = await viewer.importXML(xml);
      const drawn = viewer.get('elementRegistry').filter(e => e.type === 'bpmn:SequenceFlow').length;
      viewer.destroy(); return [warnings.length, drawn]; }"""
    found: dict[Path, int] = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        page.set_content('<div id="c" style="width:1800px;height:900px"></div>')
        page.add_script_tag(path=str(NODE / "node_modules/bpmn-js/dist/bpmn-viewer.development.js"))
        for path in paths:
            text = path.read_text("utf-8")
            warnings, drawn = page.evaluate(script, text)
            found[path] = warnings + abs(drawn - text.count("<bpmn:sequenceFlow "))
        browser.close()
    return found


def schema_errors(paths: list[Path]) -> dict[Path, int]:
    """Errors by the schemas of OMG, which ship with bpmn-moddle."""
    import xmlschema

    schema = xmlschema.XMLSchema(str(NODE / "node_modules/bpmn-moddle/resources/bpmn/xsd/BPMN20.xsd"))
    return {path: sum(1 for _ in schema.iter_errors(str(path))) for path in paths}


def slowest_layout() -> tuple[float, int]:
    """Processor seconds of the slowest layout of twenty processes of about 70 nodes in 8 lanes; and its nodes."""
    from reports.bpmn.layout import lay_out

    maker = loaded(HOUSE / "tests" / "reports" / "bpmn" / "conftest.py")
    times = []
    for seed in range(20):
        model = maker.random_model(seed, size=70, lanes=8)
        started = time.process_time()
        lay_out(model)
        times.append((time.process_time() - started, len(model.nodes)))
    return max(times)


def main(folder: Path, episodes: int, generated: int) -> int:
    """Print the table; the number of faults."""
    paths = made_twice(folder, episodes, generated)
    rows: dict[str, Row] = {}
    for path in paths:
        own_checks(path, rows.setdefault(path.parent.name, Row()))
    for name, found in (
        ("xmlschema", schema_errors(paths)),
        ("bpmnlint", lint(paths, folder)),
        ("bpmn-js", imported(paths)),
    ):
        for path, n in found.items():
            rows[path.parent.name].found[name] += n
    columns = ("models", "nodes ≤", "lanes ≤", *OTHERS, *GEOMETRY)
    print(" | ".join(("", *columns)))
    for name, row in rows.items():
        cells = (row.models, row.nodes, row.lanes, *(row.found[kind] for kind in (*OTHERS, *GEOMETRY)))
        print(" | ".join((name, *map(str, cells))))
    seconds, nodes = slowest_layout()
    print(f"slowest of twenty layouts of about 70 nodes in 8 lanes: {seconds:.2f} CPU s ({nodes} nodes)")
    return sum(sum(row.found.values()) for row in rows.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--generated", type=int, default=200, help="how many random processes")
    parser.add_argument("--episodes", type=int, default=900, help="of the city")
    parser.add_argument("--make", nargs=2, metavar=("DIR", "CITY"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sys.path.insert(0, str(HOUSE))
    if asked.make:
        make(Path(asked.make[0]), Path(asked.make[1]), asked.generated)
    else:
        with tempfile.TemporaryDirectory() as made:
            sys.exit(1 if main(Path(made), asked.episodes, asked.generated) else 0)
