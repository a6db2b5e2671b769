"""A command whose help is in the language in force: typer hard-codes a few of its English words."""

from __future__ import annotations

from typing import Any

from typer.core import TyperArgument, TyperCommand

from wording import say


class Command(TyperCommand):
    """Typer's command, with its usage line and its help option in our words, and arguments without Python's types."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        for parameter in self.params:
            if isinstance(parameter, TyperArgument):
                parameter.display_type_rich = lambda ctx: None  # type: ignore[method-assign]

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """`Usage: onething flows LOG… [OPTIONS]`."""
        arguments = [p for p in self.params if isinstance(p, TyperArgument)]
        words = [str(p.metavar) if p.required else f"[{p.metavar}]" for p in arguments]
        pieces = " ".join([*words, say("cli.page.options-word")])
        formatter.write_usage(ctx.command_path, pieces, prefix=say("cli.page.usage-word"))

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`, said in our words."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("cli.help.this-page")
        return option
