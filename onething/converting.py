"""`onething convert`: the log in another form, its people replaced by digests where asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wording import say
from wording.errors import UsageError

if TYPE_CHECKING:
    from onething.calls import Call


def convert(call: Call, to: Path, key_file: Path | None) -> None:
    """Write the call's log to a file whose ending names the form.

    Raises
    ------
    UsageError
        The file is there already (and `--force` is not given), or its ending names no form.
    InputError
        The key file cannot be used.
    """
    from event_logs.pseudonyms import pseudonymise, read_key
    from event_logs.writers import write_log

    if to.exists() and not call.ask.force:
        raise UsageError("cli.to-exists", path=to)
    log = call.log if key_file is None else pseudonymise(call.log, read_key(key_file))
    try:
        write_log(log, to)
    except OSError as error:
        raise UsageError("cli.to-not-writable", path=to, problem=error.strerror or str(error)) from error
    call.progress.end()
    print(say("cli.written", path=to), file=sys.stderr)  # noqa: T201
