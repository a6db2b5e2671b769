"""Commands about logs themselves: check, convert, explain a check, generate one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onething.cli.asking import Ask
from wording import say


def check(
    ask: Ask,
    *,
    save_mapping: Annotated[
        Path | None, typer.Option("--save-mapping", metavar="FILE", help=say("cli.help.save-mapping"))
    ] = None,
) -> None:
    """Roles found, data quality, what can and cannot be analysed."""
    from onething.calls import opened
    from onething.checking import tell
    from onething.output import refuse_unwritable

    if save_mapping is not None:
        refuse_unwritable(save_mapping, force=ask.force)
    tell(opened(ask), save_mapping)


def convert(
    ask: Ask,
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=say("cli.help.to"))],
    pseudonymise: Annotated[
        Path | None, typer.Option("--pseudonymise", metavar="KEYFILE", help=say("cli.help.pseudonymise"))
    ] = None,
    min_count: Annotated[int | None, typer.Option("--min-count", metavar="N", help=say("cli.help.min-count"))] = None,
) -> None:
    """Write the log in another form."""
    from onething.converting import convert as write

    write(ask, to, pseudonymise, min_count)


def explain(code: Annotated[str, typer.Argument(metavar="CODE", help=say("cli.help.code"))]) -> None:
    """What a data-quality check looks for, and what it weakens."""
    from onething.checking import explain as tell

    tell(code)


def generate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=say("cli.help.scenario"))] = "city",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=say("cli.help.out"))] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help=say("cli.help.seed"))] = 1,
    episodes: Annotated[
        int | None, typer.Option("--episodes", metavar="N", min=1, help=say("cli.help.episodes"))
    ] = None,
    noise: Annotated[
        str, typer.Option("--noise", metavar="clean|real|dirty|few|hidden", help=say("cli.help.noise"))
    ] = "clean",
    savings: Annotated[bool, typer.Option("--savings", help=say("cli.help.savings-truth"))] = False,
    force: Annotated[bool, typer.Option("--force", help=say("cli.help.force"))] = False,
) -> None:
    """A synthetic log with its truth."""
    from onething.generating import generate as make

    make(scenario, out, seed=seed, episodes=episodes, noise=noise, savings=savings, force=force)
