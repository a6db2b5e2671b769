"""The names that a BPMN file is made of: namespaces, and the BPMN word for each kind of step."""

from __future__ import annotations

from mining.process_model import Kind, Step

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ONETHING = "urn:onething:bpmn:1"
NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "onething": ONETHING, "xsi": XSI}

TASKS = {
    Step.APPLY: "userTask",
    Step.RECEIVE: "userTask",
    Step.CHECK: "userTask",
    Step.NOTICE: "sendTask",
    Step.CORRECT: "userTask",
    Step.REVIEW: "userTask",
    Step.DECIDE: "userTask",
    Step.ISSUE: "serviceTask",
    Step.PAY: "userTask",
    Step.INTERVIEW: "manualTask",
    Step.COLLECT: "manualTask",
    Step.POST: "sendTask",
    Step.SURVEY: "manualTask",
    Step.OTHER: "task",
}
NODES = {
    "startEvent": Kind.START,
    "endEvent": Kind.END,
    "exclusiveGateway": Kind.EXCLUSIVE,
    "parallelGateway": Kind.PARALLEL,
    "inclusiveGateway": Kind.INCLUSIVE,
    **dict.fromkeys(("task", "userTask", "serviceTask", "sendTask", "receiveTask"), Kind.TASK),
    **dict.fromkeys(("manualTask", "scriptTask", "businessRuleTask"), Kind.TASK),
}


def tag(namespace: str, name: str) -> str:
    """A qualified name as lxml writes it."""
    return f"{{{namespace}}}{name}"
