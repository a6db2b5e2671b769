"""Expressions that are more than a name of the engine's."""

from __future__ import annotations

import ibis
import pytest

from event_logs.backend import DuckDBEngine
from event_logs.functions import one_of


@pytest.mark.parametrize("n", [0, 1, 8, 9])
def test_one_of_some_is_never_null(n: int) -> None:
    engine = DuckDBEngine()
    names = [f"name {number}" for number in range(n)]
    held = engine.hold("texts", {"text": [*names, "other", None]}, {"text": "string"})
    told = engine.rows(held.select("text", found=one_of(held.text, names)))
    assert dict(told) == {**dict.fromkeys(names, True), "other": False, None: False}
    nothing = held.mutate(text=ibis.null("string"))
    assert {found for (found,) in engine.rows(nothing.select(found=one_of(nothing.text, names)))} == {False}
