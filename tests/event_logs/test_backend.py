"""The engine's own verbs give what the queries that they stand for would."""

from __future__ import annotations

from event_logs.backend import DuckDBEngine


def test_a_tally_leaves_out_the_values_that_it_is_told_to() -> None:
    engine = DuckDBEngine()
    name = engine.hold("letters", {"c0": ["a", "it's", None, "it's", "b"]}, {"c0": "string"}).get_name()
    assert dict(engine.tally(name, "c0")) == {"a": 1, "b": 1, "it's": 2, None: 1}
    assert engine.tally(name, "c0", besides=["a", "it's"]) == [("b", 1)]


def test_texts_held_short_read_as_the_texts_that_they_are() -> None:
    engine = DuckDBEngine()
    types = {"text": "string", "place": "int8"}
    table = engine.hold("letters", {"text": ["b", "it's", None, "b"], "place": [2, 0, None, 1]}, types)
    own = engine.short(table.select("text"))
    listed = engine.short(["x", None, "x"])
    told = table.select(
        held=own.hold(table.text),
        number=own.number(table.text),
        back=own.text(own.number(table.text)),
        place=listed.text(table.place),
        joined=own.hold(table.text) + "!",
    )
    rows = engine.rows(engine.keep("told", told))
    assert rows == [
        ("b", 0, "b", "x", "b!"), ("it's", 1, "it's", "x", "it's!"), (None, None, None, None, None),
        ("b", 0, "b", None, "b!"),
    ]  # fmt: skip
    frame = engine.run(told)
    assert list(frame["held"].dropna()) == ["b", "it's", "b"]
    assert "category" not in set(map(str, frame.dtypes))


def test_no_texts_at_all_can_be_held_short() -> None:
    engine = DuckDBEngine()
    table = engine.hold("letters", {"text": [None], "place": [0]}, {"text": "string", "place": "int8"})
    none = engine.short(table.select("text"))
    held = none.hold(table.text)
    assert engine.rows(table.select(a=held, b=engine.short([]).text(table.place))) == [(None, None)]
