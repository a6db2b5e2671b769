"""Lists that are few are split without the engine, as it would split them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs.backend import DuckDBEngine
from event_logs.few_lists import is_split_at_once, split_list
from event_logs.values import in_steps, list_steps

# What parts lists, what surrounds their elements, what says that there is none, and plain characters beside it.
_PIECES = st.sampled_from(
    [*";；|｜、\n\x1f（）()【】[]《》 \t\v\u00a0\u3000\u200b'\",a书无", "N/a", "null", "身份证", "未填"]
)


@given(st.lists(st.lists(_PIECES, max_size=8).map("".join), min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_a_list_is_split_in_python_as_the_engine_splits_it(texts: list[str]) -> None:
    at_once = [text for text in dict.fromkeys(texts) if is_split_at_once(text)]
    engine = DuckDBEngine()
    held = engine.hold("texts", {"written": at_once, "list": at_once}, {"written": "string", "list": "string"})
    split = engine.rows(in_steps(engine, held, {"list": list_steps()}, carry=["written"]))
    engine.close()
    assert {text: split_list(text) for text in at_once} == dict(split)
