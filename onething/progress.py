"""What a long run says on stderr: the step it is in, how long it took, how long is left."""

from __future__ import annotations

import sys
import time

from wording import say


class Progress:
    """Steps of a run, told as they begin. On a terminal one line is rewritten; in a pipe each step is a line.

    Parameters
    ----------
    quiet
        Tell nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._began = time.monotonic()
        self._live = sys.stderr.isatty()

    def step(self, key: str, /, done: int = 0, of: int = 0, **values: object) -> None:
        """A step begins: `key` names its sentence; `done` of `of` like steps are behind, which tells the time left."""
        if self.quiet:
            return
        elapsed = time.monotonic() - self._began
        text = say(key, **values)
        if of and done:
            text += " " + say("cli.time-left", done=done, of=of, seconds=round(elapsed / done * (of - done)))
        line = f"[{elapsed:5.1f} s] {text}"
        sys.stderr.write(f"\r\x1b[K{line}" if self._live else line + "\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line, so that what follows starts on a fresh one."""
        if self._live and not self.quiet:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
