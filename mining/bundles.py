"""Which services should become one thing, in which order their outputs put them, and what they cost today.

Definitions: the contract's section 5. The groups come from `mining.cooccurrence`; no name plays a part in finding them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalogue.services import Catalogue
from mining.bundle_figures import Figures, figures
from mining.cooccurrence import Cooccurrence, cooccurrence, named_groups, smallest_lift
from mining.episodes import episodes
from mining.material_classes import MaterialClasses, material_classes
from mining.precedence import precedences
from mining.trips import trips

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

ALWAYS = 0.95  # of a bundle's episodes: a service that more of them have is no optional one
LEAST_EPISODES = 3
ENOUGH = 10  # episodes that are not cut off, to tell from them alone which services are optional
NAME_OVERLAP = 0.6  # Jaccard


@dataclass(frozen=True, slots=True)
class Bundle:
    """Services that should become one thing.

    Parameters
    ----------
    services
        In the order in which episodes usually begin them.
    episodes
        With at least two of the services.
    lift
        The smallest pairwise one between the services that 95 % of the episodes have.
    order
        Pairs: the second is handed the first's output after its issue in most episodes that have both.
    today
        Means over the episodes that the log does not cut off; None where the log cannot tell.
    optional
        Service → share of the episodes (not cut off, where these are enough) that have it, below 95 %.
    common_materials
        Classes that at least two of the services ask for.
    counted
        Episodes behind `today`.
    saved_trips_a_year, saved_submissions_a_year
        What all but each episode's first trip, and all duplicates and papers that another department issues, come to in
        a year of this log: an upper bound for ranking, not a forecast.
    catalogue_name
        The catalogue's bundle that it matches, else empty.
    """

    name: str
    services: tuple[str, ...]
    episodes: int
    lift: float
    order: tuple[tuple[str, str], ...]
    today: Mapping[str, float | None]
    optional: Mapping[str, float] = field(default_factory=dict)
    common_materials: tuple[str, ...] = ()
    counted: int = 0
    saved_trips_a_year: float | None = None
    saved_submissions_a_year: float | None = None
    catalogue_name: str = ""

    def as_json(self) -> dict[str, Any]:
        """One object of `bundles.json`."""
        return {
            "name": self.name,
            "services": list(self.services),
            "episodes": self.episodes,
            "lift": round(self.lift, 4),
            "order": [list(pair) for pair in self.order],
            "today": {name: None if v is None else round(v, 6) for name, v in self.today.items()},
            "optional": {name: round(share, 4) for name, share in self.optional.items()},
            "common_materials": list(self.common_materials),
            "episodes_counted": self.counted,
            "saved_trips_a_year": _rounded(self.saved_trips_a_year),
            "saved_submissions_a_year": _rounded(self.saved_submissions_a_year),
            "catalogue_name": self.catalogue_name,
        }


@dataclass(frozen=True, slots=True)
class BundleStudy:
    """Bundles with the tables that their figures come from: episodes and trips under these bundles."""

    bundles: tuple[Bundle, ...]
    episodes: ir.Table
    trips: ir.Table


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def study_bundles(
    log: EventLog,
    *,
    catalogue: Catalogue | None = None,
    classes: MaterialClasses | None = None,
    bundles: Sequence[Sequence[str]] = (),
    places: Mapping[str, str] | None = None,
    materials: ir.Table | None = None,
    trip_gap_h: float = 4,
    episode_gap_days: float = 60,
    applicant_activities: Sequence[str] = (),
) -> BundleStudy:
    """The bundles of a log, with the episodes and trips under them, so that nobody computes these again.

    Those that would save most come first; there is none where nothing ties a log's cases.

    Parameters
    ----------
    bundles
        Services of each bundle, where they are known: then these are measured and none is looked for.
    materials
        What `mining.materials.materials` gives, where the caller has it.
    """
    catalogue = catalogue or Catalogue()
    apart = episodes(log, episode_gap_days=episode_gap_days)
    found = cooccurrence(log, apart) if can_find(log) else None
    groups = [tuple(services) for services in bundles] or (list(named_groups(found)) if found else [])
    under = episodes(log, bundles=groups, episode_gap_days=episode_gap_days) if groups else apart
    journeys = trips(log, under, places=places, trip_gap_h=trip_gap_h, applicant_activities=applicant_activities)
    if not groups:
        return BundleStudy((), under, journeys)
    if classes is None and log.has("materials"):
        classes = material_classes(log, catalogue=catalogue)
    measured = figures(log, groups, under, journeys, classes=classes, materials=materials)
    table = classes.table(log) if classes else None
    made: list[Bundle] = []
    least = 1 if bundles else LEAST_EPISODES
    for services, counted in zip(groups, measured, strict=True):
        if counted.episodes >= least:
            made.append(_bundle(log, services, counted, found, under, table, catalogue))
    ranked = sorted(made, key=lambda b: (-(b.saved_trips_a_year or 0) - (b.saved_submissions_a_year or 0), -b.episodes))
    return BundleStudy(_with_own_names(ranked), under, journeys)


def can_find(log: EventLog) -> bool:
    """Whether anything ties the cases of different services."""
    return log.has("service") and (log.has("applicant") or log.has("object") or log.has("episode"))


def notes(log: EventLog, found: Sequence[Bundle]) -> tuple[tuple[str, dict[str, object]], ...]:
    """What this log's missing roles cost here: wording keys and their values."""
    if not log.has("service"):
        return (("bundles.no-service", {}),)
    if not can_find(log):
        return (("bundles.nothing-ties", {}),)
    told: list[tuple[str, dict[str, object]]] = []
    if not found:
        told.append(("bundles.none", {}))
    if not log.has("materials", "outputs"):
        told.append(("bundles.no-order", {}))
    if not log.has("started_at"):
        told.append(("bundles.no-processing", {}))
    return tuple(told)


def notes_on_given(log: EventLog, bundles: Sequence[Sequence[str]]) -> tuple[tuple[str, dict[str, object]], ...]:
    """What does not fit of bundles that a user gave: services that the log does not have, or that two bundles name."""
    named = [(_plain(service), service) for services in bundles for service in dict.fromkeys(services)]
    if not named:
        return ()
    found = log.run(log.events.select("service").distinct())["service"].dropna() if log.has("service") else ()
    written = {_plain(service) for service in found}
    unknown = list(dict.fromkeys(name for plain, name in named if plain not in written))
    keys = [plain for plain, _ in named]
    twice = list(dict.fromkeys(name for plain, name in named if keys.count(plain) > 1))
    told: list[tuple[str, dict[str, object]]] = []
    if unknown:
        told.append(("bundles.given-unknown", {"services": unknown}))
    if twice:
        told.append(("bundles.given-twice", {"services": twice}))
    return tuple(told)


def _bundle(
    log: EventLog,
    services: Sequence[str],
    counted: Figures,
    found: Cooccurrence | None,
    under: ir.Table,
    classes: ir.Table | None,
    catalogue: Catalogue,
) -> Bundle:
    ordered = tuple(sorted(services, key=lambda s: counted.begins_h.get(s, float("inf"))))
    evidence = precedences(log, ordered, episodes=under, classes=classes) if classes is not None else ()
    always = [s for s in ordered if counted.share.get(s, 0) >= ALWAYS]
    # An episode that the log cuts off may lack a service only in the log.
    usual = counted.whole_share if counted.counted >= ENOUGH else counted.share
    name = _catalogue_name(ordered, catalogue)
    return Bundle(
        name=name or _own_name(ordered),
        services=ordered,
        episodes=counted.episodes,
        lift=smallest_lift(found, ordered, always) if found else 0.0,
        order=tuple((p.before, p.after) for p in evidence if 2 * p.handed_on > p.both),
        today=counted.today,
        optional={s: usual.get(s, 0.0) for s in ordered if usual.get(s, 0.0) < ALWAYS},
        common_materials=counted.common_materials,
        counted=counted.counted,
        saved_trips_a_year=counted.saved_trips_a_year,
        saved_submissions_a_year=counted.saved_submissions_a_year,
        catalogue_name=name,
    )


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _catalogue_name(services: Sequence[str], catalogue: Catalogue) -> str:
    """The name of the catalogue's bundle that these services make up best; empty where none does well enough."""
    entry = {_plain(word): s.name for s in catalogue.services for word in (s.name, *s.synonyms)}
    own = {entry.get(_plain(service), _plain(service)) for service in services}
    best, best_overlap = "", 0.0
    for bundle in catalogue.bundles:
        # What stands only for choice is no fault where it is missing.
        all_of = {entry.get(_plain(service), _plain(service)) for service in bundle.services}
        missing = {entry.get(_plain(service), _plain(service)) for service in bundle.optional} - own
        overlap = len(own & all_of) / len(own | (all_of - missing))
        if overlap > best_overlap:
            best, best_overlap = bundle.name, overlap
    return best if best_overlap >= NAME_OVERLAP else ""


def _own_name(services: Sequence[str]) -> str:
    """A name made of the services': all of three, else the first two and how many more."""
    if len(services) <= 3:
        return "+".join(services)
    return f"{'+'.join(services[:2])}+{len(services) - 2}"


def _with_own_names(found: Sequence[Bundle]) -> tuple[Bundle, ...]:
    """No two bundles of one name: the later one gets the name of its services."""
    from dataclasses import replace

    taken: set[str] = set()
    named: list[Bundle] = []
    for bundle in found:
        name = bundle.name if bundle.name not in taken else _own_name(bundle.services)
        if name in taken:
            name = "+".join(bundle.services)
        taken.add(name)
        named.append(bundle if name == bundle.name else replace(bundle, name=name, catalogue_name=""))
    return tuple(named)
