"""Commands that change a process: redesign, simulate, draw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onething.cli.asking import Ask
from wording import say

Bundle = Annotated[str | None, typer.Option("--bundle", metavar="NAME", help=say("cli.help.bundle"))]
Services = Annotated[str | None, typer.Option("--services", metavar="A,B,…", help=say("cli.help.services"))]
Moves = Annotated[str | None, typer.Option("--moves", metavar="a,b,…", help=say("cli.help.moves"))]
Delivery = Annotated[str, typer.Option("--delivery", metavar="onsite|post", help=say("cli.help.delivery"))]
Place = Annotated[str | None, typer.Option("--place", metavar="NAME", help=say("cli.help.place"))]
Corrections = Annotated[
    float, typer.Option("--corrections-avoided", metavar="0…1", min=0, max=1, help=say("cli.help.corrections"))
]
Online = Annotated[float, typer.Option("--online-share", metavar="0…1", min=0, max=1, help=say("cli.help.online"))]
Model = Annotated[Path | None, typer.Option("--model", metavar="FILE.bpmn", help=say("cli.help.model"))]
Replications = Annotated[int, typer.Option("--replications", metavar="N", min=2, help=say("cli.help.replications"))]


def redesign(
    ask: Ask,
    *,
    bundle: Bundle = None,
    services: Services = None,
    moves: Moves = None,
    delivery: Delivery = "onsite",
    place: Place = None,
    corrections_avoided: Corrections = 0.0,
    online_share: Online = 0.0,
    model: Model = None,
) -> None:
    """The merged model, and what each move changes."""
    from onething.designing import Wish
    from onething.designing import redesign as run

    run(ask, Wish(bundle, services, moves, delivery, place, corrections_avoided, online_share, model))


def simulate(
    ask: Ask,
    *,
    bundle: Bundle = None,
    services: Services = None,
    moves: Moves = None,
    delivery: Delivery = "onsite",
    place: Place = None,
    corrections_avoided: Corrections = 0.0,
    online_share: Online = 0.0,
    model: Model = None,
    replications: Replications = 30,
) -> None:
    """What the redesign saves, with intervals."""
    from onething.designing import Wish
    from onething.designing import simulate as run

    run(ask, Wish(bundle, services, moves, delivery, place, corrections_avoided, online_share, model), replications)


def draw(
    ask: Ask,
    *,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE.svg|pdf|png", help=say("cli.help.draw-to"))] = None,
    between: Annotated[
        str, typer.Option("--between", metavar="activities|departments", help=say("cli.help.between"))
    ] = "departments",
) -> None:
    """The flow map as a picture."""
    from onething.drawing import draw as run

    run(ask, to, between)
