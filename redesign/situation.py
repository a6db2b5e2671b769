"""Situation: everything that a move looks at, in one record; small, and gathered once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

from catalogue.services import Catalogue
from mining.discovery import BundleProcess, ServiceProcess, discover_processes
from mining.precedence import episode_cases
from mining.process_blocks import tasks
from mining.process_model import Node, Step
from redesign.dependencies import ServiceTie, find_ties

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class Options:
    """What the user states; the contract's defaults."""

    delivery: str = "onsite"  # onsite or post
    place: str = ""  # of the single window; empty: where most of the bundle's applications are made today
    corrections_avoided: float = 0.0
    online_share: float = 0.0


@dataclass(frozen=True, slots=True)
class MaterialUse:
    """One material class that one service asks for: how often it is handed in, again, at corrections; who could share it.

    `provider` is the department that issues it, where that is another than the one asking; `made_by` the service of this
    bundle that issues it, whoever its department.
    """

    service: str
    department: str
    material: str
    submissions: int
    cases: int
    repeats: int = 0
    corrections: int = 0
    shareable: int = 0
    provider: str = ""
    made_by: str = ""
    example: str = ""  # a case


@dataclass(frozen=True, slots=True)
class Situation:
    """A bundle, or a single service, before the redesign."""

    name: str
    process: BundleProcess
    ties: tuple[ServiceTie, ...]
    materials: tuple[MaterialUse, ...]
    catalogue: Catalogue = field(default_factory=Catalogue)
    options: Options = field(default_factory=Options)
    places: tuple[tuple[str, int], ...] = ()  # where applications are made today, most first
    roles: frozenset[str] = frozenset()

    @property
    def services(self) -> tuple[str, ...]:
        """Their names, in the bundle's order."""
        return tuple(process.service for process in self.process.services)

    @property
    def binding(self) -> tuple[ServiceTie, ...]:
        """The ties that a redesign must keep."""
        return tuple(tie for tie in self.ties if tie.kind.binds)

    @property
    def window_place(self) -> str:
        """Where the single window is: as stated, else where most applications of the bundle are made today."""
        return self.options.place or (self.places[0][0] if self.places else "")

    def steps(self, *kinds: Step) -> list[Node]:
        """The tasks of these kinds, over all services."""
        return [node for process in self.process.services for node in tasks(process.block) if node.step in kinds]

    def in_person(self, process: ServiceProcess) -> bool:
        """Whether the catalogue wants the applicant there for it."""
        entry = self.catalogue.service(process.service)
        return entry is not None and entry.in_person

    def is_form(self, material: str) -> bool:
        """Whether a material is an application form: the catalogue says so."""
        entry = self.catalogue.material(material)
        return entry is not None and entry.form

    def deferrable(self, material: str) -> bool:
        """Whether the catalogue lets it come later."""
        entry = self.catalogue.material(material)
        return entry is not None and entry.deferrable

    def sharable_by(self, use: MaterialUse) -> str:
        """Who can provide a material instead of the applicant: its issuer, or the bundle's own service; else empty."""
        entry = self.catalogue.material(use.material)
        if entry is not None and entry.retain_required:
            return ""
        if use.provider:
            return use.provider
        if use.made_by:
            return next((p.department or p.service for p in self.process.services if p.service == use.made_by), "")
        return entry.issuer if entry is not None and entry.connected and entry.issuer != use.department else ""


def situation_of(log: EventLog, services: Sequence[str] = (), *, name: str = "", catalogue: Catalogue | None = None,
                 options: Options | None = None, episodes: ir.Table | None = None,
                 materials: ir.Table | None = None) -> Situation:  # fmt: skip
    """Look at the services of a log.

    Parameters
    ----------
    services
        A bundle's, or one; none: the whole log as one service.
    episodes, materials
        As `mining.episodes` and `mining.materials` give them (contract sections 3 and 4, with `service` and
        `event_number`); without them, a plain reading of the events stands in.
    """
    catalogue = catalogue or Catalogue()
    process = discover_processes(log, services, episodes=episodes, submissions=materials)
    ties = find_ties(services, process.evidence, catalogue)
    uses = _material_uses(log, services, process, materials, episodes)
    title = name or "、".join(services)
    present = log.present
    return Situation(title, process, ties, uses, catalogue, options or Options(), _places(log, services), present)


def rows(frame: Any) -> list[dict[str, Any]]:
    """A small result as plain records."""
    return [dict(row) for row in frame.to_dict("records")]


def _places(log: EventLog, services: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Where the applicants of these services apply, most first."""
    if not log.has("place"):
        return ()
    events = log.events.filter(_.service.isin(list(services))) if services else log.events
    first = events.filter(_.place.notnull()).group_by("service", "case_id").aggregate(
        place=_.place.first(order_by=[ibis.coalesce(_.started_at, _.completed_at), _.event_number])
    )  # fmt: skip
    counted = rows(log.run(first.group_by("place").aggregate(n=_.count()).order_by(_.n.desc(), _.place)))
    return tuple((str(row["place"]), int(row["n"])) for row in counted)


def _material_uses(log: EventLog, services: Sequence[str], process: BundleProcess, materials: ir.Table | None,
                   episodes: ir.Table | None) -> tuple[MaterialUse, ...]:  # fmt: skip
    if materials is None and not log.has("materials"):
        return ()
    table = materials if materials is not None else plain_submissions(log, episodes)
    if services:
        table = table.filter(_.service.isin(list(services)))
    else:
        table = table.mutate(service=ibis.literal(""))
    counted = log.run(
        table.group_by("service", "material_class").aggregate(
            submissions=_.count(),
            cases=_.case_id.nunique(),
            repeats=(_.repeat_of.notnull() & (_.repeat_of != "") & (_.because.fill_null("") != "correction")).sum(),
            corrections=(_.because.fill_null("") == "correction").sum(),
            shareable=(_.shareable_from.fill_null("") != "").sum(),
            provider=_.shareable_from.nullif("").mode(),
            department=_.department.mode(),
            example=_.case_id.min(),
        )
    )
    made = {output: p.service for p in process.services for node in tasks(p.block) for output in node.outputs}
    place = {service: at for at, service in enumerate(services or [""])}
    uses = [
        MaterialUse(
            row["service"], _text(row["department"]), row["material_class"], int(row["submissions"]), int(row["cases"]),
            int(row["repeats"]), int(row["corrections"]), int(row["shareable"]),
            _text(row["provider"]) if 2 * row["shareable"] > row["submissions"] else "",
            made.get(row["material_class"], "") if made.get(row["material_class"]) != row["service"] else "",
            _text(row["example"]),
        )
        for row in rows(counted)
    ]  # fmt: skip
    usual = [
        use for use in uses if use.submissions >= 0.02 * max(u.submissions for u in uses if u.service == use.service)
    ]
    return tuple(sorted(usual, key=lambda use: (place.get(use.service, 0), -use.submissions, use.material)))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def plain_submissions(log: EventLog, episodes: ir.Table | None = None) -> ir.Table:
    """A plain reading of submissions where `mining.materials` is not asked: a document is what it is called.

    `repeat_of` holds the earlier case of the same applicant; `because` is `correction` where the same case handed it in
    before; `shareable_from` the department that most often issues a document of that name, if it is another.
    """
    events = log.events
    issued = events.filter(_.outputs.length() > 0).select(department="department", document=_.outputs.unnest())
    issuers = issued.group_by("document").aggregate(issuer=_.department.mode())
    handed = events.filter((_.materials.length() > 0) & (_.method.fill_null("") != "shared")).select(
        "event_number", "case_id", "service", "department", "applicant", "applicant_key",
        submitted_at="completed_at", material=_.materials.unnest(),
    )  # fmt: skip
    by_applicant = ibis.window(
        group_by=[ibis.coalesce(handed.applicant_key, handed.case_id), handed.material],
        order_by=[handed.submitted_at, handed.event_number],
    )
    by_case = ibis.window(
        group_by=[handed.case_id, handed.material], order_by=[handed.submitted_at, handed.event_number]
    )
    numbered = handed.mutate(
        material_class=handed.material,
        repeat_of=handed.case_id.lag().over(by_applicant),
        because=ibis.ifelse(handed.case_id.lag().over(by_case).notnull(), "correction", ""),
    )
    joined = numbered.left_join(issuers, numbered.material == issuers.document)
    other = joined.issuer.notnull() & (joined.issuer != joined.department)
    return joined.mutate(shareable_from=ibis.ifelse(other, joined.issuer, "")).drop("document", "issuer")


__all__ = ["MaterialUse", "Options", "Situation", "episode_cases", "plain_submissions", "situation_of"]
