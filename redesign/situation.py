"""Situation: everything that a move looks at, in one record; small, and gathered once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

import wording
from catalogue.services import Catalogue
from mining.discovery import BundleProcess, ServiceProcess, discover_processes, records
from mining.material_classes import MaterialClasses, material_classes
from mining.materials import materials as find_materials
from mining.process_blocks import tasks
from mining.process_model import Node, Step
from mining.trip_counts import whole_episodes
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
    # Drawn into a process by hand, of the to-be alone: `redesign.edited`.
    orders: tuple[tuple[str, str], ...] = ()  # the second service waits for the first
    freed: tuple[tuple[str, str], ...] = ()  # it does so no longer
    beside: tuple[tuple[str, str, str], ...] = ()  # of a service, the second activity no longer waits for the first


@dataclass(frozen=True, slots=True)
class MaterialUse:
    """One material class that one service asks for: how often, again, at corrections; who could share it.

    `provider` is the department that issues it, where that is not the one asking; `made_by` the service of this
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
    whole: int = 0  # submissions in episodes that the log does not cut off: what savings are told of, too


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
        entry = self.catalogue.material(_unowned(material))
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


def situation_of(
    log: EventLog,
    services: Sequence[str] = (),
    *,
    name: str = "",
    catalogue: Catalogue | None = None,
    options: Options | None = None,
    episodes: ir.Table | None = None,
    materials: ir.Table | None = None,
    classes: MaterialClasses | None = None,
) -> Situation:
    """Look at the services of a log.

    Parameters
    ----------
    services
        A bundle's, or one; none: the whole log as one service.
    episodes, materials, classes
        As `mining.episodes`, `mining.materials` and `mining.material_classes` give them, which are asked where they are
        not given.
    """
    catalogue = catalogue or Catalogue()
    known: ir.Table | None = None
    if log.has("materials"):
        classes = classes or material_classes(log, catalogue=catalogue)
        known = classes.table(log)
        materials = materials if materials is not None else find_materials(log, classes)
    process = discover_processes(log, services, episodes=episodes, materials=materials, classes=known)
    ties = find_ties(services, process.evidence, catalogue)
    uses = _material_uses(log, services, process, materials, episodes) if materials is not None else ()
    title = name or "、".join(services) or wording.say("redesign.node.whole-log")
    places = _places(log, services, episodes)
    return Situation(title, process, ties, uses, catalogue, options or Options(), places, log.present)


def _places(log: EventLog, services: Sequence[str], episodes: ir.Table | None) -> tuple[tuple[str, int], ...]:
    """Where the applicants of these services apply, most first; of a bundle, in its own episodes alone."""
    if not log.has("place"):
        return ()
    events = log.events.filter(_.service.isin(list(services))) if services else log.events
    if episodes is not None and len(services) > 1:
        bundled = whole_episodes(episodes, services).filter(~_.cut)
        events = events.semi_join(episodes.semi_join(bundled, "episode_id"), "case_id")
    order = [ibis.coalesce(_.started_at, _.completed_at), _.event_number]
    known = events.filter(_.place.notnull()).group_by("service", "case_id")
    counted = known.aggregate(place=_.place.first(order_by=order)).group_by("place").aggregate(n=_.count())
    return tuple((row["place"], int(row["n"])) for row in records(log.run(counted.order_by(_.n.desc(), _.place))))


def _material_uses(
    log: EventLog, services: Sequence[str], process: BundleProcess, table: ir.Table, episodes: ir.Table | None
) -> tuple[MaterialUse, ...]:
    """What each service asks for; a slip of the pen (less than 2 % of its most frequent material) is no requirement."""
    own = table.filter(_.service.isin(list(services))) if services else table.mutate(service=ibis.literal(""))
    if episodes is not None and "cut" in episodes.columns:
        own = own.left_join(episodes.filter(_.cut).select("case_id", "cut").distinct(), "case_id")
    else:
        own = own.mutate(cut=ibis.literal(False))
    answer = _.because.fill_null("") == "correction"
    counted = own.group_by(
        "service", "material_class", department=_.department.fill_null(""), provider=_.shareable_from.fill_null("")
    ).aggregate(
        submissions=_.count(),
        cases=_.case_id.nunique(),
        repeats=((_.repeat_of.fill_null("") != "") & ~answer).sum(),
        corrections=answer.sum(),
        whole=(~_.cut.fill_null(False)).sum(),
        example=_.case_id.min(),
    )
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in records(log.run(counted)):
        groups.setdefault((row["service"], row["material_class"]), []).append(row)
    made = {output: p.service for p in process.services for node in tasks(p.block) for output in node.outputs}
    uses = [_use(service, material, rows, made) for (service, material), rows in groups.items()]
    most = {use.service: max(u.submissions for u in uses if u.service == use.service) for use in uses}
    place = {service: at for at, service in enumerate(services or [""])}
    usual = [use for use in uses if use.submissions >= 0.02 * most[use.service]]
    return tuple(sorted(usual, key=lambda use: (place[use.service], -use.submissions, use.material)))


def _use(service: str, material: str, rows: list[dict[str, Any]], made: Mapping[str, str]) -> MaterialUse:
    def total(field: str, where: Callable[[dict[str, Any]], bool] = lambda row: True) -> int:
        return sum(int(row[field]) for row in rows if where(row))

    def most(field: str) -> str:
        counts: Counter[str] = Counter()
        for row in rows:
            counts[row[field]] += int(row["submissions"])
        counts.pop("", None)
        return min(counts, key=lambda name: (-counts[name], name)) if counts else ""

    submissions, shareable = total("submissions"), total("submissions", lambda row: row["provider"] != "")
    maker = made.get(material, "")
    return MaterialUse(
        service, most("department"), material, submissions, total("cases"), total("repeats"), total("corrections"),
        shareable, most("provider") if 2 * shareable > submissions else "", maker if maker != service else "",
        min(row["example"] for row in rows), total("whole"),
    )  # fmt: skip


def _unowned(form: str) -> str:
    """A form's name without the service that its class is told apart by."""
    return form.rsplit("（", 1)[0] if form.endswith("）") else form
