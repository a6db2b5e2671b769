"""The published schemas hold for what the contract shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reports.inputs import ReportInputs
from reports.schemas import PUBLISHED, schema
from wording.errors import UsageError


def holds(value: object, rule: dict[str, Any]) -> bool:
    """A validator of the words that the published schemas use."""
    if "anyOf" in rule:
        return any(holds(value, one) for one in rule["anyOf"])
    if "enum" in rule:
        return value in rule["enum"]
    kinds = rule.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(_is(value, kind) for kind in kinds):
        return False
    if isinstance(value, dict):
        there = all(name in value for name in rule.get("required", []))
        return there and all(holds(value[k], r) for k, r in rule.get("properties", {}).items() if k in value)
    if isinstance(value, list):
        heads = rule.get("prefixItems", [])
        rest = rule.get("items", {})
        return all(holds(v, r) for v, r in zip(value, heads, strict=False)) and (
            len(value) == len(heads) if rest is False else all(holds(v, rest) for v in value[len(heads) :])
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return bool(rule.get("minimum", value) <= value <= rule.get("maximum", value))
    return True


def _is(value: object, kind: str) -> bool:
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    kinds: dict[str, Any] = {"string": str, "array": list, "object": dict, "boolean": bool, "null": type(None)}
    return isinstance(value, kinds[kind])


def test_savings_hold(world: ReportInputs) -> None:
    assert holds(json.loads(json.dumps(list(world.savings))), schema("savings"))


def test_bundles_hold(world: ReportInputs) -> None:
    assert holds(json.loads(json.dumps(list(world.bundles))), schema("bundles"))


def test_a_missing_interval_does_not_hold(world: ReportInputs) -> None:
    savings = json.loads(json.dumps(list(world.savings)))
    del savings[0]["measures"]["trips_mean"]["saving"]["low"]
    assert not holds(savings, schema("savings"))


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_each_schema_names_its_draft(name: str) -> None:
    assert schema(name)["$schema"].endswith("2020-12/schema")


def test_an_unknown_name_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="findings"):
        schema("nothing")
