"""JSON Schemas (draft 2020-12) of the results that a script may rely on: bundles, savings, findings."""

from __future__ import annotations

from typing import Any

from redesign.measures import MEASURES
from redesign.moves import MOVES
from wording.errors import UsageError

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
NUMBER: dict[str, Any] = {"type": "number"}
MAYBE: dict[str, Any] = {"type": ["number", "null"]}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
LOG_COUNTS = ("events", "cases", "applicants", "departments", "services")
TODAY = (
    "trips_mean",
    "submissions_mean",
    "departments_visited_mean",
    "departments_involved_mean",
    "lead_time_mean_h",
    "processing_hours_mean",
)


def record(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with these properties; others may be added, as the contract allows."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def listed(items: dict[str, Any]) -> dict[str, Any]:
    """A list of such."""
    return {"type": "array", "items": items}


def _interval(*, nullable: bool = False) -> dict[str, Any]:
    number = MAYBE if nullable else NUMBER
    return record({"value": number, "low": number, "high": number})


def bundles() -> dict[str, Any]:
    """`bundles.json`, contract section 5."""
    pair = {"type": "array", "prefixItems": [TEXT, TEXT], "items": False, "minItems": 2}
    today = record(dict.fromkeys(TODAY, MAYBE))
    return listed(
        record(
            {
                "name": TEXT,
                "services": {**TEXTS, "minItems": 1},
                "episodes": COUNT,
                "lift": MAYBE,
                "order": listed(pair),
                "today": today,
            }
        )
    )


def savings() -> dict[str, Any]:
    """`savings.json`, contract section 8."""
    share = {"type": "number", "minimum": 0, "maximum": 1}
    options = record(
        {},
        {
            "delivery": {"enum": ["onsite", "post"]},
            "place": {"type": ["string", "null"]},
            "corrections_avoided": share,
            "online_share": share,
        },
    )
    measure = record({"observed": MAYBE, "as_is": _interval(), "to_be": _interval(), "saving": _interval()})
    move = {"enum": list(MOVES)}
    part = record({"move": move, "measure": {"enum": list(MEASURES)}, "saving": NUMBER, "low": NUMBER, "high": NUMBER})
    validation = record(
        {},
        {
            "holdout_from": {"type": ["string", "null"]},
            "metrics": {"type": "object"},
            "passed": {"type": ["boolean", "null"]},
        },
    )
    return listed(
        record(
            {
                "bundle": TEXT,
                "services": {**TEXTS, "minItems": 1},
                "episodes": COUNT,
                "moves": listed(move),
                "options": options,
                "seed": {"type": "integer"},
                "replications": COUNT,
                "validation": validation,
                "measures": record(dict.fromkeys(MEASURES, measure)),
                "attribution": listed(part),
            }
        )
    )


def findings() -> dict[str, Any]:
    """`findings.json`: the figures behind the report, without identities."""
    counts = record(dict.fromkeys(("first", "multi", "collection", "correction", "other"), COUNT))
    named = {"type": "array", "prefixItems": [TEXT, counts], "items": False}
    trips = record(
        {"episodes": COUNT, "counts": counts, "by_department": listed(named), "by_place": listed(named)},
        {"observed": COUNT, "inferred": COUNT, "possible": COUNT, "mean": MAYBE, "mean_with_possible": MAYBE},
    )
    facts = record(
        dict.fromkeys((*LOG_COUNTS, "rows", "rejected", "duplicates"), COUNT),
        {
            "files": TEXTS,
            "regions": TEXTS,
            "first_at": {"type": ["string", "null"]},
            "last_at": {"type": ["string", "null"]},
            "roles": TEXTS,
        },
    )
    flow = record({"source": TEXT, "target": TEXT, "cases": COUNT}, {"median_wait_h": MAYBE, "p90_wait_h": MAYBE})
    kinds = ("submissions", "repeats_same", "repeats_other", "rework", "shareable")
    cell = record({"material_class": TEXT, "department": TEXT, **dict.fromkeys(kinds, COUNT)}, {"issuer": TEXT})
    wait = record({"cause": TEXT, "mean_h": NUMBER}, {"department": TEXT, "department_mean_h": MAYBE})
    return record(
        {"facts": facts, "focus": TEXT, "focus_is_bundle": {"type": "boolean"}},
        {
            "flows": listed(flow),
            "trips": {"anyOf": [trips, {"type": "null"}]},
            "trips_all": {"anyOf": [trips, {"type": "null"}]},
            "materials": listed(cell),
            "waits": listed(wait),
            "bundles": bundles(),
        },
    )


PUBLISHED = {"savings": savings, "bundles": bundles, "findings": findings}


def schema(name: str) -> dict[str, Any]:
    """The published JSON Schema of a result.

    Parameters
    ----------
    name
        ``savings``, ``bundles`` or ``findings``.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    if name not in PUBLISHED:
        raise UsageError("report.no-schema", name=name, names=", ".join(sorted(PUBLISHED)))
    return {"$schema": DRAFT, "title": f"onething {name}.json", **PUBLISHED[name]()}
