"""What all tests share: the public logs where they lie, and the word that in CI nothing may be skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

import wording

# The same examples for everybody, so that a checkout passes or fails for what it holds, not for its luck. New ones are
# looked for with --hypothesis-profile explore, and what they find becomes a test of its own.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("same")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public and labelled logs beside the checkout; their licences forbid shipping them."""
    if not SHARED.is_dir():
        pytest.skip("the public logs are not beside this checkout (../shared): their licences forbid shipping them")
    return SHARED


@pytest.fixture(autouse=True)
def english() -> None:
    """Messages are compared in English unless a test chooses."""
    wording.use("en")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> object:
    """Where CI has installed everything, a skipped browser, npm, office or dot test is a failure."""
    outcome = yield
    report = outcome.get_result()
    tool = next((m.name for m in item.iter_markers() if m.name in ("browser", "npm", "office", "dot")), None)
    if report.skipped and tool and os.environ.get("ONETHING_NOTHING_SKIPPED"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where {tool} is installed: {report.longrepr}"
