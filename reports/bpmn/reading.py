"""read: a BPMN file back into a process model, also one that a person has edited.

The file is foreign: no entity is resolved, nothing is fetched, its size is bounded, and what it refers to must be
there. Every refusal names the line, what was found and how to mend it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from lxml import etree

import wording
from catalogue import vocabulary
from mining.process_model import APPLICANT, WINDOW, Data, Flow, Kind, Node, Origin, ProcessModel, Step
from reports.bpmn.names import BPMN, BPMNDI, DC, NODES, ONETHING, tag
from reports.bpmn.text import clean
from wording.errors import InputError

LARGEST_BYTES = 20_000_000
IGNORED = {"documentation", "extensionElements", "laneSet", "sequenceFlow", "dataObject", "dataObjectReference"}
IGNORED |= {"textAnnotation", "association", "group", "property", "ioSpecification", "dataStoreReference"}


def read(text: str | bytes, *, path: str = "BPMN") -> ProcessModel:
    """A BPMN 2.0 document as a process model.

    Parameters
    ----------
    text
        The document.
    path
        What the file is called in messages.

    Raises
    ------
    InputError
        The document is too large, no XML, no BPMN, holds something that a process model has no word for, refers to
        what is not there, or leaves a node without lane or place in the diagram.
    """
    return _Reader(_parse(text, path), path).model()


def _parse(text: str | bytes, path: str) -> etree._Element:
    raw = text.encode("utf-8") if isinstance(text, str) else text
    if len(raw) > LARGEST_BYTES:
        raise InputError("diagrams.too-large", path=path, size=len(raw) // 1_000_000, most=LARGEST_BYTES // 1_000_000)
    at = raw.find(b"<!DOCTYPE")
    if at >= 0:
        raise InputError("diagrams.doctype", path=path, line=raw.count(b"\n", 0, at) + 1)
    if isinstance(text, str):  # the declaration may name another encoding than the text now has
        raw = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", raw, count=1)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise InputError("diagrams.no-xml", path=path, line=error.lineno or 1, reason=error.msg or "") from error
    if root.getroottree().docinfo.doctype:  # written in another encoding
        raise InputError("diagrams.doctype", path=path, line=1)
    if root.tag != tag(BPMN, "definitions"):
        raise InputError("diagrams.no-bpmn", path=path, line=root.sourceline or 1, found=str(root.tag))
    return root


class _Reader:
    """One file being read."""

    def __init__(self, root: etree._Element, path: str) -> None:
        self.root = root
        self.path = path
        processes = [p for p in root.findall(tag(BPMN, "process")) if self._flow_nodes(p)]
        if len(processes) != 1:
            at = processes[1] if processes else root
            raise self._error("one-process", at, found=len(processes))
        self.process = processes[0]

    def _error(self, key: str, element: etree._Element, **values: object) -> InputError:
        return InputError(f"diagrams.{key}", path=self.path, line=element.sourceline or 1, **values)

    @staticmethod
    def _flow_nodes(process: etree._Element) -> list[etree._Element]:
        return [child for child in process if _local(child) in NODES]

    def model(self) -> ProcessModel:
        """The process model, its references checked."""
        self._check_ids()
        self._check_elements()
        lanes = self._lanes()
        nodes = tuple(self._node(element, lanes) for element in self._flow_nodes(self.process))
        known = {node.id for node in nodes}
        flows = tuple(self._flow(element, known) for element in self.process.findall(tag(BPMN, "sequenceFlow")))
        self._check_diagram(known)
        facts = _facts(self.process, "process")
        data = tuple(self._data(known))
        services: tuple[str, ...] = ()
        notes: tuple[tuple[str, dict[str, object]], ...] = ()
        if facts is not None:
            services = tuple(s.get("name", "") for s in facts.findall(tag(ONETHING, "service")))
            notes = tuple(self._note(n) for n in facts.findall(tag(ONETHING, "note")))
        return ProcessModel(self._name(facts), nodes, flows, data, services, notes)

    def _note(self, element: etree._Element) -> tuple[str, dict[str, object]]:
        try:
            values = json.loads(element.get("values", "{}"))
        except ValueError as error:
            raise self._error("no-note", element) from error
        if not isinstance(values, dict):
            raise self._error("no-note", element)
        return element.get("key", ""), values

    def _name(self, facts: etree._Element | None) -> str:
        id = self.process.get("id")
        pools = self.root.iter(tag(BPMN, "participant"))
        shown = next((p.get("name", "") for p in pools if p.get("processRef", "").endswith(id)), "")
        shown = shown or self.process.get("name", "")
        general = {wording.find(language, "diagrams.process") for language in wording.LANGUAGES}
        if facts is not None and not facts.get("name") and shown in general:
            return ""  # a process without a name is shown under a general one
        return _unless_renamed(shown, facts, "name")

    def _check_ids(self) -> None:
        seen: Counter[str] = Counter()
        for element in self.root.iter(etree.Element):
            if not isinstance(element.tag, str) or element.tag.startswith(f"{{{ONETHING}}}"):
                continue
            id = element.get("id")
            if id is not None:
                seen[id] += 1
                if seen[id] > 1:
                    raise self._error("twice", element, id=id)

    def _check_elements(self) -> None:
        started = False
        for child in self.process:
            name = _local(child)
            if name == "laneSet" and started:
                raise self._error("lanes-late", child)
            started = started or name in NODES or name == "sequenceFlow"
            if name in NODES and not child.get("id"):
                raise self._error("no-id", child, found=name)
            if name not in NODES and name not in IGNORED:
                raise self._error("unsupported", child, found=name)
            if name in ("startEvent", "endEvent"):
                for inner in child:
                    if _local(inner).endswith("EventDefinition") and _local(inner) != "terminateEventDefinition":
                        raise self._error("unsupported", inner, found=_local(inner))

    def _lanes(self) -> dict[str, str]:
        """Node id -> lane, each node in one."""
        found: dict[str, str] = {}
        ids = {element.get("id", "") for element in self._flow_nodes(self.process)}
        for lane in self.process.iter(tag(BPMN, "lane")):
            if lane.find(tag(BPMN, "childLaneSet")) is not None:
                continue
            name = self._lane_name(lane)
            for reference in lane.findall(tag(BPMN, "flowNodeRef")):
                id = (reference.text or "").strip()
                if id in found and found[id] != name:
                    raise self._error("two-lanes", reference, id=id)
                if id not in ids and not self._is_element(id):
                    raise self._error("dangling", reference, id=id)
                found[id] = name
        return found

    def _is_element(self, id: str) -> bool:
        return any(child.get("id") == id for child in self.process)

    def _lane_name(self, lane: etree._Element) -> str:
        shown = lane.get("name", "")
        for key in (APPLICANT, WINDOW):
            if shown in {wording.find(language, f"diagrams.lane-{key}") for language in wording.LANGUAGES}:
                return key
        return _unless_renamed(shown, _facts(lane, "lane"), "name")

    def _node(self, element: etree._Element, lanes: dict[str, str]) -> Node:
        id = element.get("id", "")
        if id not in lanes:
            raise self._error("no-lane", element, id=id, name=element.get("name", ""))
        kind = NODES[_local(element)]
        facts = _facts(element, "node")
        label = _unless_renamed(element.get("name", ""), facts, "label")
        if facts is not None and facts.get("shown") == label:
            label = ""  # a choice without a question was shown under a general one
        if facts is None:
            step = _step(label) if kind is Kind.TASK else Step.OTHER
            return Node(id, kind, label, lanes[id], step)
        try:
            step = Step(facts.get("step", "other"))
            origins = tuple(
                Origin(
                    o.get("service", ""),
                    o.get("department", ""),
                    o.get("activity", ""),
                    int(o.get("cases", "0")),
                    int(o.get("events", "0")),
                )
                for o in facts.findall(tag(ONETHING, "origin"))
            )
        except ValueError as error:
            raise self._error("wrong-fact", facts, reason=str(error)) from error
        return Node(
            id,
            kind,
            label,
            lanes[id],
            step,
            facts.get("service", ""),
            tuple(m.get("name", "") for m in facts.findall(tag(ONETHING, "material"))),
            tuple(m.get("name", "") for m in facts.findall(tag(ONETHING, "output"))),
            facts.get("inPerson") == "true",
            origins,
            facts.get("byMove", ""),
            tuple((m.get("name", ""), m.get("department", "")) for m in facts.findall(tag(ONETHING, "shared"))),
        )

    def _flow(self, element: etree._Element, known: set[str]) -> Flow:
        ends = []
        for key in ("sourceRef", "targetRef"):
            id = element.get(key, "")
            if id not in known:
                raise self._error("dangling", element, id=id)
            ends.append(id)
        facts = _facts(element, "flow")
        label = _unless_renamed(element.get("name", ""), facts, "label")
        share = facts.get("share") if facts is not None else None
        try:
            return Flow(ends[0], ends[1], label, float(share) if share is not None else None)
        except ValueError as error:
            raise self._error("wrong-fact", element, reason=str(error)) from error

    def _data(self, known: set[str]) -> Iterator[Data]:
        sources: dict[str, str] = {}
        targets: dict[str, list[str]] = {}
        for element in self._flow_nodes(self.process):
            id = element.get("id", "")
            for way in element.findall(tag(BPMN, "dataOutputAssociation")):
                sources.setdefault((way.findtext(tag(BPMN, "targetRef")) or "").strip(), id)
            for way in element.findall(tag(BPMN, "dataInputAssociation")):
                for reference in way.findall(tag(BPMN, "sourceRef")):
                    targets.setdefault((reference.text or "").strip(), []).append(id)
        for way in self.process.findall(tag(BPMN, "association")):
            source, target = way.get("sourceRef", ""), way.get("targetRef", "")
            if source in known:
                sources.setdefault(target, source)
            if target in known:
                targets.setdefault(source, []).append(target)
        references = self.process.findall(tag(BPMN, "dataObjectReference"))
        shown = {reference.get("id", "") for reference in references}
        objects = {o.get("id") for o in self.process.findall(tag(BPMN, "dataObject"))}
        for reference in references:
            if reference.get("dataObjectRef") not in objects:
                raise self._error("dangling", reference, id=reference.get("dataObjectRef", ""))
            id = reference.get("id", "")
            if id not in sources:
                continue  # a document from outside: nobody in this process issues it
            facts = _facts(reference, "data")
            order = [t.get("ref", "") for t in facts.findall(tag(ONETHING, "target"))] if facts is not None else []
            takes = targets.get(id, [])
            ordered = [t for t in order if t in takes] + [t for t in takes if t not in order]
            name = _unless_renamed(reference.get("name", ""), facts, "name")
            by_move = facts.get("byMove", "") if facts is not None else ""
            yield Data(id, name, sources[id], tuple(dict.fromkeys(ordered)), by_move)
        for id in (*sources, *targets):
            if id not in shown and not self._is_element(id):
                raise self._error("dangling", self.process, id=id)

    def _check_diagram(self, known: set[str]) -> None:
        """Every node has its place, and no two overlap."""
        places: dict[str, tuple[etree._Element, float, float, float, float]] = {}
        for shape in self.root.iter(tag(BPMNDI, "BPMNShape")):
            bounds = shape.find(tag(DC, "Bounds"))
            id = shape.get("bpmnElement", "")
            if bounds is None or id not in known:
                continue
            try:
                x, y, w, h = (float(bounds.get(key, "")) for key in ("x", "y", "width", "height"))
            except ValueError as error:
                raise self._error("no-bounds", bounds, id=id) from error
            places[id] = (shape, x, y, x + w, y + h)
        for element in self._flow_nodes(self.process):
            if element.get("id") not in places:
                raise self._error("no-shape", element, id=element.get("id"), name=element.get("name", ""))
        for (one, (_, x, y, right, bottom)), (two, (shape, x2, y2, right2, bottom2)) in combinations(places.items(), 2):
            if x < right2 and x2 < right and y < bottom2 and y2 < bottom:
                raise self._error("overlap", shape, one=one, two=two)


def _local(element: etree._Element) -> str:
    """Local name of a BPMN element; empty for comments and foreign elements."""
    if not isinstance(element.tag, str):
        return "documentation"
    name = etree.QName(element)
    return str(name.localname) if name.namespace == BPMN else "documentation"


def _facts(element: etree._Element, name: str) -> etree._Element | None:
    return element.find(f"{tag(BPMN, 'extensionElements')}/{tag(ONETHING, name)}")


def _unless_renamed(shown: str, facts: etree._Element | None, key: str) -> str:
    """The exact text that was written, unless somebody has renamed the element since."""
    kept = facts.get(key) if facts is not None else None
    return kept if kept is not None and clean(kept) == clean(shown) else shown


def _step(label: str) -> Step:
    """What a step does, told from its name alone."""
    return Step(vocabulary.step_of(label))
