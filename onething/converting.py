"""`onething convert`: the log in another form, its people replaced by digests where asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from onething.output import refuse_unwritable
from wording import say
from wording.errors import UsageError

if TYPE_CHECKING:
    from onething.cli.asking import Ask


LEAST = 5  # people who show a value, for it to be written


def convert(ask: Ask, to: Path, key_file: Path | None, least: int | None) -> None:
    """Write a log to a file whose ending names the form.

    With a key file the log is made fit to be shared: people become digests, and what fewer than `least` (`LEAST`) of
    them show is withheld.

    Raises
    ------
    UsageError
        The file is there already (and `--force` is not given), its ending names no form, or `least` is below 1 or given
        without a key file.
    InputError
        The key file cannot be used.
    """
    import duckdb

    from event_logs.pseudonyms import pseudonymise, read_key, withhold
    from event_logs.writers import FORMS, write_log
    from onething.calls import opened

    refuse_unwritable(to, force=ask.force)
    if least is not None and key_file is None:
        raise UsageError("cli.min-count-alone")
    least = LEAST if least is None else least
    if least < 1:
        raise UsageError("cli.min-count", given=least)
    if not to.name.lower().endswith(FORMS):  # said before the work is done, not after it
        raise UsageError("log.writes-forms", path=to, forms=", ".join(FORMS))
    key = None if key_file is None else read_key(key_file)
    call = opened(ask)
    log = call.log
    withheld: dict[str, int] = {}
    if key is not None:
        log, withheld = withhold(pseudonymise(log, key), least)
    try:
        write_log(log, to)
    except (OSError, duckdb.IOException) as error:
        raise UsageError("cli.to-not-writable", path=to, problem=getattr(error, "strerror", "") or error) from error
    call.progress.end()
    if withheld:
        cells = ", ".join(f"{role} {n}" for role, n in withheld.items())
        print(say("cli.withheld", least=least, cells=cells), file=sys.stderr)  # noqa: T201
    print(say("cli.written", path=to), file=sys.stderr)  # noqa: T201
