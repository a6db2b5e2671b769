"""What the public functions were given, held against what they take; what is wrong is said in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue.services import Catalogue
from wording import say
from wording.errors import UsageError

if TYPE_CHECKING:
    from event_logs.log import EventLog
    from onething.study import Options as StudyOptions
    from redesign.situation import Options

DELIVERIES = ("onsite", "post")


def known_services(log: EventLog, named: Iterable[str], option: str) -> None:
    """Refuse services that the log does not have; a log that names none is one service, whatever it is called.

    Raises
    ------
    UsageError
        Names the nearest.
    """
    named = list(named)
    for name in named:
        must_be(option, name, str, "texts")
    if log.has("service"):
        known(option, named, written(log, "service"), "service")


def written(log: EventLog, role: str) -> list[str]:
    rows = log.run(log.events.select(role).distinct().order_by(role))
    return [str(name) for name in rows[role].dropna()]


def known(option: str, named: Iterable[str], written: Sequence[str], role: str) -> None:
    for name in named:
        if name not in set(written):
            near = get_close_matches(name, written, 3, 0.3) or list(written)[:5]
            raise UsageError(f"cli.no-such-{role}", option=option, name=name, near=near)


def asked(log: EventLog, services: Sequence[str], catalogue: Catalogue | None, options: Options | None) -> None:
    """What `propose` and `simulate` have in common."""
    from redesign.situation import Options as Given

    must_be_log(log)
    must_be_texts("services", services)
    if len(set(services)) < len(services):
        raise wrong("services", list(services), "services-once")
    known_services(log, services, "services")
    must_be_catalogue(catalogue)
    if options is not None:
        must_be("options", options, Given, "options")
        stated(options)


def stated(options: Options | StudyOptions) -> None:
    if options.delivery not in DELIVERIES:
        raise wrong("options.delivery", options.delivery, "delivery")
    must_be_number("options.corrections_avoided", options.corrections_avoided, 0, 1)
    must_be_number("options.online_share", options.online_share, 0, 1)


def wrong(name: str, given: object, expected: str, **values: object) -> UsageError:
    shown = repr(given)
    return UsageError(
        "cli.given.wrong",
        name=name,
        given=shown if len(shown) <= 80 else f"{shown[:79]}…",
        kind=type(given).__name__,
        expected=say(f"cli.given.{expected}", **values),
    )


def must_be(name: str, given: object, kind: type | tuple[type, ...], expected: str) -> None:
    if not isinstance(given, kind):
        raise wrong(name, given, expected)


def must_be_log(log: object) -> None:
    from event_logs.log import EventLog as Log

    must_be("log", log, Log, "log")


def must_be_catalogue(catalogue: object) -> None:
    if catalogue is not None:
        must_be("catalogue", catalogue, Catalogue, "catalogue")


def must_be_table(name: str, table: object) -> None:
    if table is not None:
        import ibis.expr.types as ir

        must_be(name, table, ir.Table, "table")


def must_be_path(name: str, path: object) -> None:
    if not isinstance(path, (str, Path)) or not str(path):
        raise wrong(name, path, "path")


def must_be_texts(name: str, given: object) -> None:
    texts = isinstance(given, Collection) and not isinstance(given, (str, bytes, Mapping))
    if not texts or not all(isinstance(one, str) for one in given):  # type: ignore[attr-defined]
        raise wrong(name, given, "texts")


def must_be_moves(moves: object) -> None:
    from redesign.moves import MOVES

    must_be_texts("moves", moves)
    for move in moves:  # type: ignore[attr-defined]
        if move not in MOVES:
            raise UsageError("redesign.unknown-move", move=move, known=", ".join(MOVES))


def must_be_number(name: str, given: object, least: float, most: float | None = None) -> None:
    number = isinstance(given, (int, float)) and not isinstance(given, bool) and isfinite(given)
    if not number or not least <= given <= (given if most is None else most):  # type: ignore[operator]
        raise wrong(name, given, "number" if most is None else "share", least=least)


def must_be_whole(name: str, given: object, least: int) -> None:
    if not isinstance(given, int) or isinstance(given, bool) or given < least:
        raise wrong(name, given, "whole", least=least)
