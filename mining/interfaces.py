"""Who issues what to whom: the data interfaces that would spare applicants most papers, ranked.

An edge goes from the department that issues a class to the one that asks for it; building it takes those submissions
away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface: `issuer` gives `material_class` to `asker`.

    `submissions` would go, of `all_submissions` of that class to that department; `sure` of them were issued to that
    very applicant in this log; `repeats` were handed in before. `a_year` is submissions in a year of this log.
    `cumulative_share` is the share of all shareable submissions that this and the better ones take away.
    """

    issuer: str
    asker: str
    material_class: str
    submissions: int
    all_submissions: int
    sure: int
    repeats: int
    cases: int
    a_year: float
    cumulative_share: float
    evidence: str

    @property
    def sure_share(self) -> float:
        """Of the submissions that would go, those whose paper this log shows being issued to that applicant."""
        return self.sure / self.submissions if self.submissions else 0.0


def interfaces(log: EventLog, materials: ir.Table) -> tuple[Interface, ...]:
    """Every interface that the log shows to be worth anything, best first.

    Parameters
    ----------
    materials
        What `mining.materials.materials` gives.
    """
    import ibis

    _ = ibis._
    grouped = (
        materials.filter(_.shareable_from.notnull(), _.department.notnull())
        .group_by("shareable_from", "department", "material_class")
        .aggregate(
            submissions=_.count(),
            sure=(_.evidence == "issued_to_applicant").sum(),
            repeats=_.repeat_kind.count(),
            cases=_.case_id.nunique(),
            evidence=_.evidence.max(),
        )
    )
    wanted = materials.group_by("department", "material_class").aggregate(all_submissions=_.count())
    rows = log.run(
        grouped.join(wanted, ["department", "material_class"])
        .order_by(ibis.desc("submissions"), ibis.desc("sure"), "shareable_from", "department", "material_class")
        .select(
            "shareable_from", "department", "material_class", "submissions", "all_submissions", "sure", "repeats",
            "cases", "evidence",
        )
    )  # fmt: skip
    span = log.run(materials.aggregate(first=_.submitted_at.min(), last=_.submitted_at.max())).iloc[0]
    total, so_far = int(rows["submissions"].sum()), 0
    if not total:
        return ()
    years = max((span["last"] - span["first"]).total_seconds() / 86400, 30) / 365.25
    found: list[Interface] = []
    for issuer, asker, name, submissions, asked, sure, repeats, cases, evidence in rows.itertuples(
        index=False, name=None
    ):
        so_far += int(submissions)
        found.append(
            Interface(
                issuer,
                asker,
                name,
                int(submissions),
                int(asked),
                int(sure),
                int(repeats),
                int(cases),
                submissions / years,
                so_far / total,
                evidence,
            )
        )
    return tuple(found)
