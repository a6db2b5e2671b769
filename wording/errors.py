"""The one ancestor of every deliberate error: a sentence from the catalogue, its parts kept as attributes."""

from __future__ import annotations

import wording


class OnethingError(Exception):
    """What was found, where, what was expected and how to mend it.

    Parameters
    ----------
    key
        The sentence's key in the catalogues (``log.no-column``): a stable code for scripts and tests.
    values
        What fills its places; kept as ``values``.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key, values)

    def __str__(self) -> str:
        return wording.say(self.key, **self.values)


class InputError(OnethingError):
    """The input cannot be used: the command line exits 3."""


class UsageError(OnethingError):
    """The call is wrong, not the input: the command line exits 2."""


class NotHolding(OnethingError):
    """It ran, and what was asked does not hold: the command line exits 1."""
