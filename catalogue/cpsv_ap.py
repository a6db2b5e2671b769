"""CPSV-AP 3.2 in JSON-LD, out and in (SEMIC's Core Public Service Vocabulary Application Profile, CC BY 4.0).

Service → `cpsv:PublicService`, bundle → `cv:Event`, material → `cv:EvidenceType` (`cv:hasInputType`) or `cv:Evidence`
(`cpsv:hasInput`), result → `cv:Output`, department → `cv:PublicOrganisation`. What it has no word for: ties that
are habit, deferrable, connected, declared visits, working days, confidence — is kept under a prefix of our own, so that
what we write reads back the same. Only these shapes of JSON-LD are read: a `@graph` (or one node) with prefixed or full
names; nothing is fetched from the network.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from catalogue.services import Bundle, Catalogue, Material, Service, Source, Tie
from wording.errors import InputError

OURS = "urn:onething:"
GZIP = b"\x1f\x8b"  # how a packed file begins
CONTEXT = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "ot": OURS,
}
Node = dict[str, Any]

# Fields that have a word of CPSV-AP; all others that differ from their default go under our own prefix.
_TOLD = {
    "service": {"name", "synonyms", "department", "materials", "outputs", "source"},
    "material": {"name", "synonyms", "issuer", "source"},
    "bundle": {"name", "synonyms", "services", "source"},
}


def write_cpsv_ap(catalogue: Catalogue) -> str:
    """The catalogue as JSON-LD, the same text for the same catalogue.

    >>> from catalogue.files import read_catalogue
    >>> '"@type": "cpsv:PublicService"' in write_cpsv_ap(read_catalogue())
    True
    """
    departments = dict.fromkeys(
        [s.department for s in catalogue.services if s.department] + [m.issuer for m in catalogue.materials if m.issuer]
    )
    outputs = dict.fromkeys(output for service in catalogue.services for output in service.outputs)
    graph: list[Node] = [_service(service, catalogue) for service in catalogue.services]
    graph += [_material(material) for material in catalogue.materials]
    graph += [_named("output", name, "cv:Output") for name in outputs]
    graph += [_bundle(bundle, catalogue) for bundle in catalogue.bundles]
    graph += [_tie(tie) for tie in catalogue.ties]
    graph += [_named("organisation", name, "cv:PublicOrganisation") for name in departments]
    for member, hall in catalogue.halls.items():
        graph.append({"@id": _id("hall", member), "@type": "ot:Hall", "dct:title": hall, "ot:member": member})
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=2) + "\n"


def _id(kind: str, name: str) -> str:
    return f"{OURS}{kind}:{quote(name, safe='')}"


def _ref(kind: str, names: Iterable[str]) -> list[Node]:
    return [{"@id": _id(kind, name)} for name in names]


def _named(kind: str, name: str, type: str) -> Node:
    return {"@id": _id(kind, name), "@type": type, "dct:identifier": name, "dct:title": name}


def _own(record: Service | Material | Bundle, kind: str) -> Node:
    """What CPSV-AP has no word for, under our prefix; where the entry is from, and how sure it is."""
    told: Node = {}
    for each in fields(record):
        value = getattr(record, each.name)
        if each.name not in _TOLD[kind] and value not in ("", None, (), False):
            told[f"ot:{each.name}"] = list(value) if isinstance(value, tuple) else value
    return told | _source(record.source) | ({"skos:altLabel": list(record.synonyms)} if record.synonyms else {})


def _source(source: Source) -> Node:
    return ({"dct:source": source.text} if source.text else {}) | {"ot:confidence": source.confidence}


def _service(service: Service, catalogue: Catalogue) -> Node:
    node = _named("service", service.name, "cpsv:PublicService") | {
        "cv:hasCompetentAuthority": _ref("organisation", [service.department] if service.department else []),
        "cv:hasInputType": _ref("material", service.materials),
        "cpsv:produces": _ref("output", service.outputs),
        "cv:isGroupedBy": _ref("bundle", [b.name for b in catalogue.bundles if service.name in b.services]),
        "dct:requires": _ref(
            "service", [t.before for t in catalogue.ties if t.after == service.name and t.kind != "soft"]
        ),
    }
    days = service.promised_days or service.legal_days
    if days:  # `P5D` says days, not working days: ours, beside it, do
        node["cv:processingTime"] = {"@type": "xsd:duration", "@value": f"P{days:g}D"}
    return {key: value for key, value in node.items() if value != []} | _own(service, "service")


def _material(material: Material) -> Node:
    node = _named("material", material.name, "cv:EvidenceType")
    if material.issuer:
        node["ot:issuer"] = _ref("organisation", [material.issuer])
    return node | _own(material, "material")


def _bundle(bundle: Bundle, catalogue: Catalogue) -> Node:
    whole = all(catalogue.service(name) is not None for name in bundle.services)
    node = _named("bundle", bundle.name, "cv:Event")
    node |= {"ot:services": list(bundle.services), "ot:complete": whole}
    return node | _own(bundle, "bundle")


def _tie(tie: Tie) -> Node:
    node: Node = {
        "@id": _id("tie", f"{tie.before}>{tie.after}"),
        "@type": "ot:Tie",
        "ot:before": tie.before,
        "ot:after": tie.after,
        "ot:kind": tie.kind,
    }
    return node | ({"ot:output": tie.output} if tie.output else {}) | _source(tie.source)


def read_cpsv_ap(path: Path) -> Catalogue:
    """A catalogue from CPSV-AP JSON-LD, ours or another's, as it is or packed by gzip.

    Raises
    ------
    InputError
        It is no JSON, or has no `cpsv:PublicService`.

    Notes
    -----
    Others' services get their titles, authority, inputs, outputs, events and `dct:requires` (a `legal` tie where
    the required service is described); everything else of theirs is left aside.
    """
    try:
        raw = path.read_bytes()
        text = json.loads((gzip.decompress(raw) if raw.startswith(GZIP) else raw).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError("catalogue.cpsv-no-text", path=str(path), at=error.start + 1) from error
    except json.JSONDecodeError as error:
        raise InputError("catalogue.cpsv-no-json", path=str(path), line=error.lineno, column=error.colno) from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("catalogue.not-cpsv", path=str(path), reason=str(error)) from error
    nodes = _nodes(text)
    if not any("cpsv:PublicService" in _types(node) for node in nodes.values()):
        raise InputError("catalogue.not-cpsv", path=str(path), reason="cpsv:PublicService = 0")
    return _Reader(nodes).catalogue()


def _nodes(text: Any) -> dict[str, Node]:
    graph = text.get("@graph", [text]) if isinstance(text, dict) else text if isinstance(text, list) else []
    prefixes = {iri: f"{name}:" for name, iri in CONTEXT.items()}
    found: dict[str, Node] = {}
    for at, node in enumerate(each for each in graph if isinstance(each, dict)):
        short = {_short(key, prefixes): value for key, value in node.items()}
        found[str(node.get("@id", f"_:{at}"))] = short
    return found


def _short(name: str, prefixes: Mapping[str, str]) -> str:
    """A full name as its prefixed form."""
    return next((prefix + name[len(iri) :] for iri, prefix in prefixes.items() if name.startswith(iri)), name)


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _types(node: Node) -> set[str]:
    prefixes = {iri: f"{name}:" for name, iri in CONTEXT.items()}
    return {_short(str(type), prefixes) for type in _list(node.get("@type"))}


def _text(value: Any) -> str:
    """A literal, however it is written; of several languages the first."""
    first = next(iter(_list(value)), "")
    return str(first.get("@value", "")) if isinstance(first, dict) else str(first)


class _Reader:
    """One reading: nodes by id."""

    def __init__(self, nodes: dict[str, Node]) -> None:
        self.nodes = nodes

    def of(self, *types: str) -> list[tuple[str, Node]]:
        return [(id, node) for id, node in self.nodes.items() if _types(node) & set(types)]

    def name(self, id: str) -> str:
        """What a node is called; of one that is not described, the end of its id."""
        node = self.nodes.get(id, {})
        title = _text(node.get("dct:title")) or _text(node.get("skos:prefLabel")) or _text(node.get("dct:identifier"))
        return title or id.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]

    def names(self, node: Node, *keys: str) -> tuple[str, ...]:
        refs = [ref for key in keys for ref in _list(node.get(key))]
        return tuple(
            dict.fromkeys(self.name(str(r["@id"])) if isinstance(r, dict) and "@id" in r else _text(r) for r in refs)
        )

    def catalogue(self) -> Catalogue:
        services = tuple(self._service(id, node) for id, node in self.of("cpsv:PublicService"))
        materials = tuple(self._material(id, node) for id, node in self.of("cv:EvidenceType", "cv:Evidence"))
        events = self.of("cv:Event", "cv:LifeEvent", "cv:BusinessEvent")
        bundles = _same_named(bundle for id, node in events if (bundle := self._bundle(id, node)).services)
        halls = {_text(n.get("ot:member")): _text(n.get("dct:title")) for _id_, n in self.of("ot:Hall")}
        return Catalogue(services, materials, self._ties(services), bundles, halls)

    def _own(self, node: Node, record: type[Service | Material | Bundle], kind: str) -> dict[str, Any]:
        own: dict[str, Any] = {
            "source": Source(_text(node.get("dct:source")), _text(node.get("ot:confidence")) or "published")
        }
        for each in fields(record):
            value = node.get(f"ot:{each.name}")
            if value is not None and each.name not in _TOLD[kind]:
                own[each.name] = tuple(value) if isinstance(value, list) else value
        return own | {"synonyms": tuple(_text(v) for v in _list(node.get("skos:altLabel")))}

    def _service(self, id: str, node: Node) -> Service:
        return Service(
            name=self.name(id),
            department="、".join(self.names(node, "cv:hasCompetentAuthority")),
            materials=self.names(node, "cv:hasInputType", "cpsv:hasInput"),
            outputs=self.names(node, "cpsv:produces"),
            **self._own(node, Service, "service"),
        )

    def _material(self, id: str, node: Node) -> Material:
        return Material(
            name=self.name(id), issuer="、".join(self.names(node, "ot:issuer")), **self._own(node, Material, "material")
        )

    def _bundle(self, id: str, node: Node) -> Bundle:
        own = tuple(_text(name) for name in _list(node.get("ot:services")))
        grouped = tuple(
            self.name(service)
            for service, each in self.of("cpsv:PublicService")
            if id in {str(ref.get("@id")) for ref in _list(each.get("cv:isGroupedBy")) if isinstance(ref, dict)}
        )
        return Bundle(name=self.name(id), services=own or grouped, **self._own(node, Bundle, "bundle"))

    def _ties(self, services: tuple[Service, ...]) -> tuple[Tie, ...]:
        own = tuple(
            Tie(
                _text(n.get("ot:before")), _text(n.get("ot:after")), _text(n.get("ot:kind")), _text(n.get("ot:output")),
                Source(_text(n.get("dct:source")), _text(n.get("ot:confidence")) or "assumed"),
            )
            for _id_, n in self.of("ot:Tie")
        )  # fmt: skip
        known, said = {service.name for service in services}, {(tie.before, tie.after) for tie in own}
        required = tuple(
            Tie(before, self.name(id), "legal", source=Source("dct:requires", "published"))
            for id, node in self.of("cpsv:PublicService")
            for before in self.names(node, "dct:requires")
            if before in known and (before, self.name(id)) not in said
        )
        return own + required


def _same_named(bundles: Iterable[Bundle]) -> tuple[Bundle, ...]:
    """Events of one name are one bundle: others describe a life event once for each of their schemes."""
    found: dict[str, Bundle] = {}
    for bundle in bundles:
        before = found.get(bundle.name)
        services = tuple(dict.fromkeys((*before.services, *bundle.services))) if before else bundle.services
        found[bundle.name] = replace(before or bundle, services=services)
    return tuple(found.values())
