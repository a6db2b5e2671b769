"""The command line: `main` sets the language and the console right, runs the app, and turns errors into exit codes."""

from __future__ import annotations

import gc
import gettext
import os
import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import wording
from onething.cli.first_page import ALONE, ON_LOGS, first_page
from wording.errors import InputError, NotHolding, OnethingError, UsageError

COMPLETION = "_ONETHING_COMPLETE"
DONE, NOT_HOLDING, USAGE, INPUT, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with the contract's exit code."""
    # Queries are built of many small objects, few of them in cycles: to look for those was a tenth of a short call.
    gc.set_threshold(500_000, 20, 20)
    # A run that a scheduler ends, or a system going down, leaves no more behind than one that is interrupted.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = run(list(sys.argv[1:] if arguments is None else arguments))
    # They end with the process: to look for cycles among them once more took a sixth of a short call.
    gc.freeze()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; gives its exit code (contract, section 7)."""
    _set_up_console()
    try:
        arguments, name = _language_asked_for(arguments)
        wording.use(name)
    except ValueError as error:
        wording.use(None)
        return _tell(UsageError("cli.unknown-language", name=str(error), known=", ".join(wording.LANGUAGES)), USAGE)
    completes = COMPLETION in os.environ  # the shell asks what may follow; typer answers, and ends the process
    if not arguments and not completes:
        return _tell(first_page(), USAGE)
    if arguments in (["--help"], ["-h"]):
        print(first_page())  # noqa: T201
        return DONE
    _translate_typer()
    from onething.cli.app import build

    try:
        code = build()(args=arguments, prog_name="onething", standalone_mode=False)
    except KeyboardInterrupt:
        return _tell(wording.say("cli.interrupted"), INTERRUPTED)
    except BrokenPipeError:
        return _reader_left()
    except OnethingError as error:
        return _tell(error, _exit_code(error))
    except PermissionError as error:  # what is written is refused before; here somebody may not read what is named
        reason = error.strerror or str(error)
        return _tell(InputError("log.unreadable", path=error.filename or "?", reason=reason), INPUT)
    except Exception as error:
        return _tell_of_typer(error, arguments)
    except SystemExit as end:  # typer ends the process where a pipe is closed, and when it has completed a word
        return _left(end)
    # Typer makes an exit code of Ctrl-C and of an exit asked for, and gives it back.
    return _tell(wording.say("cli.interrupted"), INTERRUPTED) if code == INTERRUPTED else int(code or DONE)


def _reader_left() -> int:
    """The reader (`| head`) has seen enough; Python must not try to flush what nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _left(end: SystemExit) -> int:
    """The code of a process that typer ended; a closed pipe is no failure."""
    context = end.__context__
    if isinstance(context, BrokenPipeError):
        return _reader_left()
    return end.code if isinstance(end.code, int) else DONE


def _exit_code(error: OnethingError) -> int:
    """Which of the contract's exit codes an error of ours means; the nearest kind decides."""
    if isinstance(error, NotHolding):
        return NOT_HOLDING
    return USAGE if isinstance(error, UsageError) and not isinstance(error, InputError) else INPUT


def _tell(message: object, code: int) -> int:
    # On a terminal the progress stands on the line, and must not stand before the message.
    fresh = "\r\x1b[K" if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else ""
    print(f"{fresh}{message}", file=sys.stderr)  # noqa: T201
    return code


def _tell_of_typer(error: Exception, arguments: list[str]) -> int:
    """Typer's own errors: an exit asked for, an interruption, a wrong call. Anything else is a bug and stays one."""
    import typer

    if isinstance(error, typer.Exit):
        return int(error.exit_code)
    if isinstance(error, typer.Abort) or _engine_was_stopped(error):
        return _tell(wording.say("cli.interrupted"), INTERRUPTED)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return _tell(wording.say("cli.out-of-memory"), INPUT)
    wrong_call = typer.BadParameter.__mro__[1]  # typer carries a click of its own, under no public name
    if isinstance(error, wrong_call):
        return _tell(_wrong_call(error, arguments), USAGE)
    raise error


def _engine_was_stopped(error: Exception) -> bool:
    """Whether Ctrl-C reached the engine within a query: it makes an error of its own of it."""
    return type(error).__name__ == "InterruptException" or (
        isinstance(error, RuntimeError) and str(error) == "Query interrupted"
    )


def _wrong_call(error: Exception, arguments: list[str]) -> str:
    """What is wrong with a call, in the language in force: typer's sentences are English alone."""
    kind = type(error).__name__
    hint = getattr(error, "param_hint", None) or _parameter_named(getattr(error, "param", None))
    if kind == "NoSuchOption":
        near = ", ".join(getattr(error, "possibilities", None) or ())
        key = "cli.no-such-option" if near else "cli.no-such-option-nor-like-it"
        return wording.say(key, name=getattr(error, "option_name", ""), near=near)
    if kind == "MissingParameter":
        return wording.say("cli.missing", name=hint)
    if kind == "BadParameter":
        return _bad_value(hint, error)
    named = next((word for word in arguments if not word.startswith("-")), "")
    if named and named not in (*ON_LOGS, *ALONE):
        near = ", ".join(get_close_matches(named, (*ON_LOGS, *ALONE), 3)) or "--help"
        return wording.say("cli.no-such-command", name=named, near=near)
    return wording.say("cli.wrong-call", problem=error.format_message())  # type: ignore[attr-defined]


def _parameter_named(parameter: object) -> str:
    """An option as it is written, an argument as the help writes it."""
    options = [name for name in getattr(parameter, "opts", ()) if name.startswith("-")]
    return options[0] if options else str(getattr(parameter, "metavar", None) or getattr(parameter, "name", ""))


def _bad_value(hint: str, error: Exception) -> str:
    """What was given, and what is expected: typer checks values by pydantic, which tells both apart from its text."""
    faults: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    key = f"cli.expected.{faults[0]['type'].replace('_', '-')}" if faults else ""
    if not faults or wording.find(wording.language(), key) is None:
        return wording.say("cli.bad-value", name=hint, problem=getattr(error, "message", ""))
    expected = wording.say(key, **faults[0].get("ctx", {}))
    return wording.say("cli.bad-value-given", name=hint, given=faults[0]["input"], expected=expected)


def _language_asked_for(arguments: list[str]) -> tuple[list[str], str | None]:
    """The arguments without `--lang`, and its value: it stands anywhere, and decides before commands are built."""
    rest, name = [], None
    words = iter(arguments)
    for word in words:
        if word == "--lang":
            name = next(words, "")
        elif word.startswith("--lang="):
            name = word.partition("=")[2]
        else:
            rest.append(word)
    return rest, name


def _set_up_console() -> None:
    """UTF-8 on consoles that are not: Chinese help on a cp1252 console would end in an error of encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _translate_typer() -> None:
    """Typer's own sentences come through gettext: hand it ours before typer is loaded."""
    sentences = wording.catalogue(wording.language(), "typer")
    if sentences:
        gettext.gettext = lambda message: str(sentences.get(message, message))
