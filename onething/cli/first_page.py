"""`onething --help`: the first page, without typer, which alone would use up the bar (docs/decisions)."""

from __future__ import annotations

from wording import say

# In the order in which a newcomer meets them; `app.build` makes a command of each.
ON_LOGS = (
    "analyze",
    "check",
    "flows",
    "variants",
    "trips",
    "materials",
    "bundles",
    "redesign",
    "simulate",
    "draw",
    "brief",
    "convert",
)
ALONE = ("generate", "explain", "catalogue", "schema", "doctor")
OPTIONS = {
    "--lang zh|en": "lang",
    "--install-completion": "completion",
    "--version": "version",
    "-h, --help": "this-page",
}


def first_page() -> str:
    """The page's text in the language in force."""
    lines = [say("cli.page.usage"), "", "  " + say("cli.help.onething"), "", say("cli.page.commands")]
    lines += [f"  {name:<11} {say(f'cli.command.{name}')}" for name in (*ON_LOGS, *ALONE)]
    lines += ["", say("cli.page.options")]
    lines += [f"  {option:<22} {say(f'cli.help.{key}')}" for option, key in OPTIONS.items()]
    return "\n".join([*lines, "", say("cli.page.more")])
