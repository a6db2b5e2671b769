"""`onething generate`: a synthetic log and its truth, in a folder that appears whole."""

from __future__ import annotations

import sys
from pathlib import Path

from onething.output import folder
from wording import say


def generate(
    scenario: str, out: Path | None, *, seed: int, episodes: int | None, noise: str, savings: bool, force: bool
) -> None:
    """Make the world of a scenario; by default in a folder named as the scenario."""
    from event_logs.synthetic import generate as make

    target = out or Path(Path(scenario).stem)
    with folder(target, force=force) as work:
        make(scenario, seed=seed, episodes=episodes, out=work, noise=noise, savings=savings)
    print(say("cli.written", path=target), file=sys.stderr)  # noqa: T201
