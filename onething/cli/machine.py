"""Commands that need no log: the catalogue, published schemas, what this machine has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wording import say


def catalogue(
    action: Annotated[
        str, typer.Argument(metavar="check|export|import|show", help=say("cli.help.catalogue-action"))
    ] = "show",
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=say("cli.help.catalogue"))] = None,
    out: Annotated[Path | None, typer.Option("--to", metavar="FILE", help=say("cli.help.to"))] = None,
) -> None:
    """Check a catalogue, or take it to and from CPSV-AP."""
    from onething.catalogues import act

    act(action, file, out)


def schema(
    name: Annotated[str, typer.Argument(metavar="savings|bundles|findings", help=say("cli.help.schema"))] = "savings",
) -> None:
    """The JSON Schema of a result."""
    from reports.exports import schema as published

    from onething.output import json_text

    typer.echo(json_text(published(name)))


def doctor(
    format: Annotated[str, typer.Option("--format", metavar="table|json", help=say("cli.help.format"))] = "table",
) -> None:
    """What this machine has and lacks."""
    from onething.doctor import examine

    examine(format)
