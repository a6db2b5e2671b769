"""mine(log) -> Findings: episodes, trips, submissions and bundles of a log, in one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.services import Catalogue
from mining.bundles import Bundle, study_bundles
from mining.focus import Focus, focus_on, main_service
from mining.handing import let_go
from mining.material_classes import Corrections, MaterialClasses, material_classes
from mining.materials import materials

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a log shows. Tables stay with the engine; `bundles` are small.

    `episodes` and `trips` are those under the bundles, found or given. `main_service` stands in where no bundle is.
    """

    log: EventLog
    catalogue: Catalogue
    classes: MaterialClasses
    bundles: tuple[Bundle, ...]
    episodes: ir.Table
    trips: ir.Table
    materials: ir.Table
    main_service: str
    bundles_given: bool

    def focus(self, services: Sequence[str]) -> Focus:
        """Figures of one bundle or service."""
        return focus_on(self.log, self.episodes, services, trips=self.trips, materials=self.materials)


def mine(
    log: EventLog,
    *,
    catalogue: Catalogue | None = None,
    corrections: Corrections | None = None,
    places: Mapping[str, str] | None = None,
    bundles: Sequence[Sequence[str]] = (),
    trip_gap_h: float = 4,
    episode_gap_days: float = 60,
    applicant_activities: Sequence[str] = (),
    progress: Progress | None = None,
) -> Findings:
    """Find a log's episodes, trips, submissions and bundles.

    Parameters
    ----------
    bundles
        Services of each bundle, where the user knows them; without, those that the log shows are used.
    """
    catalogue = catalogue or Catalogue()
    classes = material_classes(log, catalogue=catalogue, corrections=corrections)
    handed_in = log.keep("materials", materials(log, classes))
    let_go(log)
    study = study_bundles(
        log,
        catalogue=catalogue,
        classes=classes,
        bundles=bundles,
        places=places,
        materials=handed_in,
        trip_gap_h=trip_gap_h,
        episode_gap_days=episode_gap_days,
        applicant_activities=applicant_activities,
    )
    return Findings(
        log, catalogue, classes, study.bundles, study.episodes, study.trips, handed_in, main_service(log), bool(bundles)
    )
