"""BPMN 2.0 with lanes, traceability and diagram interchange: `write` a model, `read` one back.

The file opens in any BPMN tool. What BPMN has no word for (materials, outputs, origins in the log, the move that made
a step) stands in extension elements, so that reading gives an equal model; a file drawn by hand has none of them, and
is read as far as BPMN goes.
"""

from __future__ import annotations

import json
from collections import defaultdict

from lxml import etree

import wording
from mining.process_model import Data, Flow, Kind, Node, ProcessModel
from reports.bpmn.grid import shown_label
from reports.bpmn.layout import Box, Edge, Layout
from reports.bpmn.names import BPMN, BPMNDI, DC, DI, NAMESPACES, ONETHING, TASKS, XSI, tag
from reports.bpmn.reading import read
from reports.bpmn.text import clean, safe

__all__ = ["read", "write"]

POOL, PROCESS, COLLABORATION = "pool", "process", "collaboration"


def write(model: ProcessModel, layout: Layout) -> str:
    """A model and its layout as a BPMN 2.0 document.

    Returns
    -------
    str
        XML text, the same bytes for the same model: ids are the model's own, or made of them. Flows are
        ``flow_<source>_<target>``, lanes ``lane_0``, ``lane_1``, … in drawing order.
    """
    root = etree.Element(tag(BPMN, "definitions"), nsmap=NAMESPACES)
    root.set("id", "definitions")
    root.set("targetNamespace", ONETHING)
    root.set("exporter", "onething")
    collaboration = etree.SubElement(root, tag(BPMN, "collaboration"), id=COLLABORATION)
    pool = etree.SubElement(collaboration, tag(BPMN, "participant"), id=POOL, processRef=PROCESS)
    pool.set("name", clean(model.name) or wording.say("diagrams.process"))
    _process(root, model, layout)
    _diagram(root, model, layout)
    etree.indent(root)
    text: str = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _process(root: etree._Element, model: ProcessModel, layout: Layout) -> None:
    process = etree.SubElement(root, tag(BPMN, "process"), id=PROCESS, isExecutable="false")
    extension = etree.SubElement(process, tag(BPMN, "extensionElements"))
    facts = etree.SubElement(extension, tag(ONETHING, "process"), name=safe(model.name))
    for service in model.services:
        etree.SubElement(facts, tag(ONETHING, "service"), name=safe(service))
    for key, values in model.notes:
        note = json.dumps(values, ensure_ascii=False, sort_keys=True)
        etree.SubElement(facts, tag(ONETHING, "note"), key=key, values=safe(note))
    lanes = etree.SubElement(process, tag(BPMN, "laneSet"), id="lanes")
    for index, lane in enumerate(layout.lanes):
        element = etree.SubElement(lanes, tag(BPMN, "lane"), id=f"lane_{index}", name=clean(lane.label))
        inner = etree.SubElement(element, tag(BPMN, "extensionElements"))
        etree.SubElement(inner, tag(ONETHING, "lane"), name=safe(lane.name))
        for id in lane.nodes:
            etree.SubElement(element, tag(BPMN, "flowNodeRef")).text = id
    edges = [edge for edge in layout.edges if edge.kind == "flow"]
    incoming: dict[str, list[str]] = defaultdict(list)
    outgoing: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        outgoing[edge.source].append(edge.id)
        incoming[edge.target].append(edge.id)
    defaults = _defaults(model, edges)
    for node in model.nodes:
        element = _node(process, node, shown_label(model, node))
        if node.id in defaults:
            element.set("default", defaults[node.id])
        for name, ids in (("incoming", incoming[node.id]), ("outgoing", outgoing[node.id])):
            for id in ids:
                etree.SubElement(element, tag(BPMN, name)).text = id
        if node.kind is Kind.TASK:
            _carries(element, node, model.data)
    for flow, edge in zip(model.flows, edges, strict=True):
        _flow(process, flow, edge, model, defaults)
    for data in model.data:
        etree.SubElement(process, tag(BPMN, "dataObject"), id=f"{data.id}_object")
        reference = etree.SubElement(
            process,
            tag(BPMN, "dataObjectReference"),
            id=data.id,
            name=clean(data.name),
            dataObjectRef=f"{data.id}_object",
        )
        inner = etree.SubElement(reference, tag(BPMN, "extensionElements"))
        facts = etree.SubElement(
            inner, tag(ONETHING, "data"), name=safe(data.name), byMove=data.by_move, source=data.source
        )
        for target in data.targets:
            etree.SubElement(facts, tag(ONETHING, "target"), ref=target)
    _loose_associations(process, model)


def _defaults(model: ProcessModel, edges: list[Edge]) -> dict[str, str]:
    """The way taken where no condition holds, of every exclusive split with an unnamed exit."""
    kinds = {node.id: node.kind for node in model.nodes}
    exits: dict[str, list[tuple[Flow, Edge]]] = defaultdict(list)
    for flow, edge in zip(model.flows, edges, strict=True):
        exits[flow.source].append((flow, edge))
    found = {}
    for source, ways in exits.items():
        if len(ways) > 1 and kinds[source] in (Kind.EXCLUSIVE, Kind.INCLUSIVE):
            unnamed = next((edge.id for flow, edge in ways if not flow.label), None)
            if unnamed:
                found[source] = unnamed
    return found


def _node(process: etree._Element, node: Node, shown: str) -> etree._Element:
    name = {
        Kind.START: "startEvent",
        Kind.END: "endEvent",
        Kind.EXCLUSIVE: "exclusiveGateway",
        Kind.PARALLEL: "parallelGateway",
        Kind.INCLUSIVE: "inclusiveGateway",
    }.get(node.kind) or TASKS[node.step]
    element = etree.SubElement(process, tag(BPMN, name), id=node.id)
    if shown:
        element.set("name", clean(shown))
    about = [
        wording.say("diagrams.origin", service=o.service, department=o.department, activity=o.activity, n=o.cases)
        for o in node.origins
    ]
    if about:
        etree.SubElement(element, tag(BPMN, "documentation")).text = clean("; ".join(about))
    extension = etree.SubElement(element, tag(BPMN, "extensionElements"))
    facts = etree.SubElement(extension, tag(ONETHING, "node"), step=node.step.value)
    unnamed = clean(shown) if shown and not node.label else ""
    values = (("label", node.label), ("shown", unnamed), ("service", node.service), ("byMove", node.by_move))
    for key, value in values:
        if value:
            facts.set(key, safe(value))
    if node.in_person:
        facts.set("inPerson", "true")
    for material in node.materials:
        etree.SubElement(facts, tag(ONETHING, "material"), name=safe(material))
    for output in node.outputs:
        etree.SubElement(facts, tag(ONETHING, "output"), name=safe(output))
    for material, department in node.shared:
        etree.SubElement(facts, tag(ONETHING, "shared"), name=safe(material), department=safe(department))
    for origin in node.origins:
        etree.SubElement(
            facts,
            tag(ONETHING, "origin"),
            service=safe(origin.service),
            department=safe(origin.department),
            activity=safe(origin.activity),
            cases=str(origin.cases),
            events=str(origin.events),
        )
    return element


def _carries(element: etree._Element, node: Node, documents: tuple[Data, ...]) -> None:
    """Documents that a task takes and gives, by associations; BPMN wants a property for what is taken to go to."""
    taken = [data for data in documents if node.id in data.targets]
    for data in taken:
        etree.SubElement(element, tag(BPMN, "property"), id=f"{data.id}_{node.id}_in", name=clean(data.name))
    for data in taken:
        way = etree.SubElement(element, tag(BPMN, "dataInputAssociation"), id=f"data_in_{data.id}_{node.id}")
        etree.SubElement(way, tag(BPMN, "sourceRef")).text = data.id
        etree.SubElement(way, tag(BPMN, "targetRef")).text = f"{data.id}_{node.id}_in"
    for data in documents:
        if data.source == node.id:
            way = etree.SubElement(element, tag(BPMN, "dataOutputAssociation"), id=f"data_out_{data.id}")
            etree.SubElement(way, tag(BPMN, "targetRef")).text = data.id


def _loose_associations(process: etree._Element, model: ProcessModel) -> None:
    """Documents of events and gateways, which have no data associations in BPMN: plain associations."""
    kinds = {node.id: node.kind for node in model.nodes}
    for data in model.data:
        ways = [(f"data_out_{data.id}", data.source, data.id, data.source)]
        ways += [(f"data_in_{data.id}_{target}", data.id, target, target) for target in data.targets]
        for id, source, target, node in ways:
            if kinds[node] is not Kind.TASK:
                etree.SubElement(process, tag(BPMN, "association"), id=id, sourceRef=source, targetRef=target)


def _flow(process: etree._Element, flow: Flow, edge: Edge, model: ProcessModel, defaults: dict[str, str]) -> None:
    element = etree.SubElement(
        process, tag(BPMN, "sequenceFlow"), id=edge.id, sourceRef=flow.source, targetRef=flow.target
    )
    if flow.label:
        element.set("name", clean(flow.label))
    if flow.label or flow.share is not None:
        extension = etree.SubElement(element, tag(BPMN, "extensionElements"))
        facts = etree.SubElement(extension, tag(ONETHING, "flow"), label=safe(flow.label))
        if flow.share is not None:
            facts.set("share", repr(flow.share))
    source = model.node(flow.source)
    several = sum(other.source == flow.source for other in model.flows) > 1
    if several and source.kind in (Kind.EXCLUSIVE, Kind.INCLUSIVE) and defaults.get(flow.source) != edge.id:
        condition = etree.SubElement(element, tag(BPMN, "conditionExpression"))
        condition.set(tag(XSI, "type"), "bpmn:tFormalExpression")
        condition.text = clean(flow.label or model.node(flow.target).label or flow.target)


def _diagram(root: etree._Element, model: ProcessModel, layout: Layout) -> None:
    diagram = etree.SubElement(root, tag(BPMNDI, "BPMNDiagram"), id="diagram")
    plane = etree.SubElement(diagram, tag(BPMNDI, "BPMNPlane"), id="plane", bpmnElement=COLLABORATION)
    pool = _shape(plane, POOL, layout.pool)
    pool.set("isHorizontal", "true")
    for index, lane in enumerate(layout.lanes):
        _shape(plane, f"lane_{index}", lane.box).set("isHorizontal", "true")
    for shape in layout.shapes:
        element = _shape(plane, shape.id, shape.box)
        if shape.kind == "exclusive":
            element.set("isMarkerVisible", "true")
        if shape.label_box:
            _label(element, shape.label_box)
    for edge in layout.edges:
        element = etree.SubElement(plane, tag(BPMNDI, "BPMNEdge"), id=f"{edge.id}_di", bpmnElement=edge.id)
        for x, y in edge.points:
            etree.SubElement(element, tag(DI, "waypoint"), x=str(x), y=str(y))
        if edge.label_box:
            _label(element, edge.label_box)


def _shape(plane: etree._Element, id: str, box: Box) -> etree._Element:
    element = etree.SubElement(plane, tag(BPMNDI, "BPMNShape"), id=f"{id}_di", bpmnElement=id)
    _bounds(element, box)
    return element


def _label(element: etree._Element, box: Box) -> None:
    _bounds(etree.SubElement(element, tag(BPMNDI, "BPMNLabel")), box)


def _bounds(element: etree._Element, box: Box) -> None:
    sizes = {"x": box.x, "y": box.y, "width": box.w, "height": box.h}
    etree.SubElement(element, tag(DC, "Bounds"), {key: str(value) for key, value in sizes.items()})
