"""The engine's own verbs give what the queries that they stand for would."""

from __future__ import annotations

import ibis
import pytest

import event_logs.backend as backend
from event_logs.backend import DuckDBEngine


@pytest.mark.parametrize("most_sorted", [0, 100])
def test_different_numbers_are_counted_by_sorting_as_by_the_engine(
    monkeypatch: pytest.MonkeyPatch, most_sorted: int
) -> None:
    monkeypatch.setattr(backend, "_MOST_SORTED", most_sorted)
    engine = DuckDBEngine()
    numbers = engine.hold("numbers", {"n": [7, -3, 7, 0, 7]}, {"n": "int64"})
    assert engine.count_different(numbers, 5) == 3
    assert engine.count_different(numbers.filter(ibis._.n > 7), 0) == 0


def test_a_tally_leaves_out_the_values_that_it_is_told_to() -> None:
    engine = DuckDBEngine()
    name = engine.hold("letters", {"c0": ["a", "it's", None, "it's", "b"]}, {"c0": "string"}).get_name()
    assert dict(engine.tally(name, "c0")) == {"a": 1, "b": 1, "it's": 2, None: 1}
    assert engine.tally(name, "c0", besides=["a", "it's"]) == [("b", 1)]
