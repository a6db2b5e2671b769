"""How many of a sample's identities tell somebody apart: which of two columns for a person is the better one."""

from __future__ import annotations

import re

from event_logs.identities import FLOAT, MASKED
from event_logs.profile import Profile
from event_logs.vocabularies import missing

_NOBODY = re.compile(f"{MASKED}|{FLOAT}|^0+$")


def distinct_identities(profile: Profile) -> float:
    """Share of a column's filled cells that are neither masked nor a placeholder nor a rounded number."""
    nobody = {*missing("identity"), *missing("any")}
    telling = sum(n for value, n in profile.values.items() if not _NOBODY.search(value) and value.lower() not in nobody)
    return telling / profile.rows if profile.rows else 0.0
