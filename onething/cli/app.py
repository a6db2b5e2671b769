"""The commands, put together in the language of the call. No module here imports an engine before a command runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from onething.cli import design, logs, machine, questions, whole
from onething.cli.asking import asked, language_option, own_parameters
from onething.cli.commands import Command
from onething.cli.first_page import ALONE, ON_LOGS
from wording import say


def build() -> typer.Typer:
    """The app: one command a question."""
    app = typer.Typer(
        name="onething",
        help=say("cli.help.onething"),
        rich_markup_mode=None,
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    commands: dict[str, Callable[..., None]] = {}
    for module in (whole, logs, questions, design, machine):
        commands |= {n: f for n, f in vars(module).items() if n in (*ON_LOGS, *ALONE)}
    for name in ON_LOGS:
        app.command(name, cls=Command, help=say(f"cli.command.{name}"))(asked(commands[name]))
    for name in ALONE:
        app.command(name, cls=Command, help=say(f"cli.command.{name}"))(_with_language(commands[name]))
    app.callback()(_version)
    return app


def _tell_version(asked_for: bool) -> None:
    if asked_for:
        from onething import __version__

        typer.echo(__version__)
        raise typer.Exit()


def _version(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help=say("cli.help.version"))
    ] = False,
) -> None:
    """The root's own option."""


def _with_language(command: Callable[..., None]) -> Callable[..., None]:
    """A command without a log takes `--lang` too."""

    @wraps(command)
    def called(**given: Any) -> None:
        given.pop("lang", None)
        command(**given)

    own = own_parameters(command)
    called.__signature__ = inspect.Signature([*own, language_option()])  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in [*own, language_option()]}
    return called
