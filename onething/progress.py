"""What a long run says on stderr: the step it is in, how long it took, how long is left."""

from __future__ import annotations

import os
import sys
import time

from wording import say


class Progress:
    """Steps of a run, told as they begin. On a terminal one line is rewritten; in a pipe each step is a line.

    Parameters
    ----------
    quiet
        Tell nothing.
    verbose
        Keep every step's line, with the time that it took, and tell details.
    """

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self.quiet = quiet
        self.verbose = verbose and not quiet
        self._began = self._step_began = time.monotonic()
        self._open = False  # whether a step runs whose time is still to be told
        # A terminal that knows no cursor (TERM=dumb: an editor's, a build's) gets lines, like a pipe.
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not self.verbose

    def step(self, key: str, /, done: int = 0, of: int = 0, **values: object) -> None:
        """A step begins: `key` names its sentence; `done` of `of` like steps are behind, which tells the time left."""
        now = time.monotonic()
        if done == 0:
            self._first_like = now
        if self.quiet:
            return
        self._close(now)
        text = say(key, **values)
        if of and done:
            # Like steps take like time: what came before them (reading, mining) tells nothing of what is left.
            left = (now - self._first_like) / done * (of - done)
            text += " " + say("cli.time-left", done=done, of=of, seconds=round(left))
        self._tell(f"[{now - self._began:5.1f} s] {text}")
        self._step_began, self._open = now, True

    def detail(self, key: str, /, **values: object) -> None:
        """What only a verbose run tells."""
        if self.verbose:
            self._tell("          " + say(key, **values))

    def end(self) -> None:
        """Leave the line, so that what follows starts on a fresh one."""
        if self.quiet:
            return
        self._close(time.monotonic())
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _close(self, now: float) -> None:
        if self.verbose and self._open:
            self._tell("          " + say("cli.step-took", seconds=f"{now - self._step_began:.1f}"))
        self._open = False

    def _tell(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line}" if self._live else line + "\n")
        sys.stderr.flush()
