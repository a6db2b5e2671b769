"""Lists in cells split in Python: where a column has few different ones, a query for them takes longer than they do.

What `event_logs.values.list_steps` is to a column, `split_list` is to one text; a test holds the two together.
"""

from __future__ import annotations

import re

from event_logs.values import BLANK, LIST_MARK
from event_logs.vocabularies import missing

# A separator inside a pair of brackets does not part a list; an opening bracket without its fellow is plain text.
_ELEMENTS = re.compile(r"(?:（[^（）]*）|\([^()]*\)|【[^【】]*】|\[[^\[\]]*\]|《[^《》]*》|[^;；|｜、\n])+").findall
_NOTHING = frozenset((*missing("any"), *missing("optional"), ""))


def is_split_at_once(text: str) -> bool:
    """Whether `split_list` can: a list in square brackets, or with a vertical tab, is the engine's to read."""
    bare = text.strip(BLANK)
    return not (bare.startswith("[") and bare.endswith("]")) and "\v" not in text


def split_list(text: str) -> list[str] | None:
    """The elements of one list, None where it names nothing.

    >>> split_list("身份证；户口簿（原件、复印件）|无"), split_list("无")
    (['身份证', '户口簿（原件、复印件）'], None)
    """
    bare = text.strip(BLANK)
    parts = bare.split(LIST_MARK) if LIST_MARK in bare else _ELEMENTS(bare)
    named = [part for part in (part.strip("'\"" + BLANK) for part in parts) if part.lower() not in _NOTHING]
    return named or None
