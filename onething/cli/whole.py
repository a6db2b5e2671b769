"""Commands that run the whole line: analyze and brief."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onething.cli.asking import Ask
from onething.cli.design import Corrections, Delivery, Online, Place, Replications
from wording import say


def analyze(
    ask: Ask,
    *,
    delivery: Delivery = "onsite",
    place: Place = None,
    corrections_avoided: Corrections = 0.0,
    online_share: Online = 0.0,
    replications: Replications = 30,
) -> None:
    """From the log to the report, in one folder."""
    from onething.study import Options, analyze_to_folder

    analyze_to_folder(ask, Options(delivery, place, corrections_avoided, online_share, replications))


def brief(
    ask: Ask,
    *,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE.docx", help=say("cli.help.brief-to"))] = None,
) -> None:
    """The summary for leaders as a Word file."""
    from onething.study import brief_to_file

    brief_to_file(ask, to)
