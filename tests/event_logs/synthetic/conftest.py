"""One small world, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from event_logs.synthetic import Generated, generate


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """The city, clean, of 150 episodes."""
    return generate("city", seed=4, episodes=150, weeks=12, out=tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """The city as a bad export gives it."""
    return generate("city", seed=4, episodes=150, weeks=12, noise="dirty", out=tmp_path_factory.mktemp("dirty"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    return tmp_path
