"""Is what is missing told once (一次告知)? Cases that were told twice or more, by service and department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mining.rework import rework

if TYPE_CHECKING:
    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class Notices:
    """Correction notices of one service at one department: its cases, those told what is missing, and told it again."""

    service: str
    department: str
    cases: int
    told: int
    told_again: int

    @property
    def told_again_share(self) -> float | None:
        """Of the cases that were told what is missing, the share told twice or more; None where none was."""
        return self.told_again / self.told if self.told else None


def notices(log: EventLog) -> tuple[Notices, ...]:
    """Every service and department, those that most often told again first."""
    found = [Notices(r.service, r.department, r.cases, r.cases_told, r.cases_told_again) for r in rework(log)]
    return tuple(sorted(found, key=lambda n: (-(n.told_again_share or 0), -n.told_again, n.service, n.department)))
