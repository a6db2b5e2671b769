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
    force: Annotated[bool, typer.Option("--force", help=say("cli.help.force-file"))] = False,
) -> None:
    """Check a catalogue, or take it to and from CPSV-AP."""
    from onething.catalogues import act

    act(action, file, out, force=force)


def schema(
    name: Annotated[str, typer.Argument(metavar="savings|bundles|findings", help=say("cli.help.schema"))] = "savings",
) -> None:
    """The JSON Schema of a result."""
    from onething.output import json_text
    from reports.exports import schema as published

    typer.echo(json_text(published(name)))


def doctor(
    form: Annotated[
        str, typer.Option("--format", metavar="table|json|csv|parquet", help=say("cli.help.format"))
    ] = "table",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=say("cli.help.out"))] = None,
    force: Annotated[bool, typer.Option("--force", help=say("cli.help.force"))] = False,
) -> None:
    """What this machine has and lacks."""
    from onething.doctor import examine

    examine(form, out, force=force)
