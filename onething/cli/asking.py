"""What every command that reads a log is asked with: the options they share, said once."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from wording import say
from wording.errors import UsageError

FORMATS = ("table", "json", "csv", "parquet")

# Shared options that a command has no use for: left out of its help, and told of rather than ignored in silence. Those
# that the contract has for every command are only told of, so that one line of options serves all; others are refused.
# (`--seed` is one of the former; where nothing is random it holds by itself.)
UNUSED: dict[str, tuple[str, ...]] = {
    "check": ("bundles_file", "catalogue"),
    "flows": ("bundles_file", "catalogue"),
    "variants": ("bundles_file", "catalogue"),
    "materials": ("bundles_file",),
    "convert": ("bundles_file", "catalogue", "out", "format"),
    "draw": ("format",),
    "brief": ("format",),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """The shared options of one call, as they were given; `onething.study_file` fills what was not."""

    logs: tuple[str, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    mapping: Path | None = None
    config: Path | None = None
    out: Path | None = None
    format: str = "table"
    seed: int = 1
    force: bool = False
    timezone: str | None = None
    places: Path | None = None
    bundles: Path | None = None
    catalogue: Path | None = None
    quiet: bool = False
    verbose: bool = False
    dry_run: bool = False


def _parameter(name: str, kind: Any, default: Any, info: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info])


def _shared(unused: Collection[str] = ()) -> list[inspect.Parameter]:
    """The shared options as typer wants them; built late, since their help is in the language of the call."""
    option = typer.Option
    shared = [
        _parameter(
            "logs",
            list[str],
            inspect.Parameter.empty,
            typer.Argument(metavar=say("cli.log-metavar"), help=say("cli.help.logs"), show_default=False),
        ),
        _parameter("map", list[str] | None, None, option("--map", metavar="ROLE=COLUMN", help=say("cli.help.map"))),
        _parameter("mapping", Path | None, None, option("--mapping", metavar="FILE", help=say("cli.help.mapping"))),
        _parameter("config", Path | None, None, option("--config", metavar="FILE", help=say("cli.help.config"))),
        _parameter("out", Path | None, None, option("--out", metavar="DIR", help=say("cli.help.out"))),
        _parameter(
            "format", str | None, None, option("--format", metavar="|".join(FORMATS), help=say("cli.help.format"))
        ),
        _parameter("seed", int, 1, option("--seed", metavar="N", min=0, help=say("cli.help.seed"))),
        _parameter("force", bool, False, option("--force", help=say("cli.help.force"))),
        _parameter("timezone", str | None, None, option("--timezone", metavar="ZONE", help=say("cli.help.timezone"))),
        _parameter("places", Path | None, None, option("--places", metavar="FILE", help=say("cli.help.places"))),
        _parameter(
            "bundles_file", Path | None, None, option("--bundles", metavar="FILE", help=say("cli.help.bundles"))
        ),
        _parameter(
            "catalogue", Path | None, None, option("--catalogue", metavar="FILE", help=say("cli.help.catalogue"))
        ),
        _parameter("quiet", bool, False, option("--quiet", "-q", help=say("cli.help.quiet"))),
        _parameter("verbose", bool, False, option("--verbose", "-v", help=say("cli.help.verbose"))),
        _parameter("dry_run", bool, False, option("--dry-run", help=say("cli.help.dry-run"))),
        language_option(),
    ]
    for parameter in shared:
        info = parameter.annotation.__metadata__[0]
        info.readable = False  # as in `own_parameters`
        info.hidden = parameter.name in unused
    return shared


def language_option() -> inspect.Parameter:
    """`--lang`: acted on before the commands are built, taken here so that it is known."""
    return _parameter("lang", str | None, None, typer.Option("--lang", metavar="zh|en", help=say("cli.help.lang")))


def own_parameters(command: Callable[..., None]) -> list[inspect.Parameter]:
    """A command's parameters. Whether a file may be read we tell, when it is read: typer's words are English."""
    found = list(inspect.signature(command, eval_str=True).parameters.values())
    for parameter in found:
        for info in getattr(parameter.annotation, "__metadata__", ()):
            info.readable = False
    return found


def asked(command: Callable[..., None]) -> Callable[..., None]:
    """A command `(ask, *, own options)` as typer wants it: the shared options joined to its own."""
    own = own_parameters(command)[1:]
    unused = UNUSED.get(command.__name__, ())

    @wraps(command)
    def called(**given: Any) -> None:
        given.pop("lang", None)
        for name in unused:
            if given[name] is None:
                continue
            if name not in ("format", "out"):
                raise UsageError(f"cli.unused.{_key(command.__name__, name)}", command=command.__name__)
            if not given["quiet"]:
                print(say(f"cli.unused.{_key(command.__name__, name)}"), file=sys.stderr)  # noqa: T201
        given["format"] = given["format"] or "table"
        if given["format"] not in FORMATS:
            raise UsageError("cli.unknown-format", name=given["format"], known=", ".join(FORMATS))
        if given["quiet"] and given["verbose"]:
            raise UsageError("cli.quiet-and-verbose")
        ask = Ask(
            logs=tuple(given.pop("logs")),
            roles=_roles(given.pop("map") or ()),
            bundles=given.pop("bundles_file"),
            **{
                name: given.pop(name)
                for name in (
                    "mapping",
                    "config",
                    "out",
                    "format",
                    "seed",
                    "force",
                    "timezone",
                    "places",
                    "catalogue",
                    "quiet",
                    "verbose",
                    "dry_run",
                )
            },
        )
        command(ask, **given)

    shared = _shared(unused)
    called.__signature__ = inspect.Signature([*shared[:1], *own, *shared[1:]])  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in [*shared, *own]}
    return called


def _key(command: str, option: str) -> str:
    """The sentence that refuses an option: where its cure differs from command to command, the command's own."""
    return f"{command}-{option}" if option in ("format", "out") else option.removesuffix("_file")


def _roles(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Each role that `--map` names, once; the same column twice is no contradiction."""
    found: dict[str, str] = {}
    for role, column in map(_role, texts):
        if found.setdefault(role, column) != column:
            raise UsageError("cli.map-twice", role=role, columns=[found[role], column])
    return tuple(found.items())


def _role(text: str) -> tuple[str, str]:
    role, equals, column = text.partition("=")
    if not equals or not role.strip() or not column.strip():
        raise UsageError("cli.map-needs-equals", text=text)
    return role.strip(), column.strip()
