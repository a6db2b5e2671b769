"""What an activity's name says: which step it is, whether it needs the applicant. Data in `data/activities.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Step and pattern, in the order of the file: the first that matches decides."""
    text = (Path(__file__).parent / "data" / "activities.toml").read_text("utf-8")
    return tuple((entry["step"], re.compile(entry["pattern"], re.I)) for entry in tomllib.loads(text)["activity"])


def step_of(activity: str) -> str:
    """Which step an activity is, as `mining.process_model.Step` names them; `other` where no word tells.

    >>> step_of("补正告知"), step_of("补正材料"), step_of("现场勘验")
    ('notice', 'correct', 'survey')
    """
    return next((step for step, pattern in _patterns() if pattern.search(activity)), "other")


APPLICANT_STEPS = ("apply", "correct", "pay", "interview", "collect")
FINAL_STEPS = ("decide", "issue", "collect", "post")  # a decision or a hand-over: contract, section 8


def applicant_facing(activity: str) -> bool:
    """Whether the applicant is there for it, as the contract lists: submit, correct, pay, interview, sign, collect."""
    return step_of(activity) in APPLICANT_STEPS
