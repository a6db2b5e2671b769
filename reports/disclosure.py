"""Counts too small to publish are withheld, and so is what would give them away by subtraction.

A count from 1 to `least` - 1 of people (applicants, episodes, cases, trips) is withheld in all that the page, the Word
file and the workbook publish. Where the parts of a published total hide exactly one part, the next smallest is
withheld as well (secondary suppression: Hundepool et al., *Statistical Disclosure Control*, chapter 4).
"""

from __future__ import annotations

from collections.abc import Sequence

import wording
from reports.text import count


def small(value: int | None, least: int) -> bool:
    """Whether a count is too small to publish. Nought is no count of anybody.

    >>> small(4, 5), small(5, 5), small(0, 5)
    (True, False, False)
    """
    return value is not None and 0 < value < least


def publish(value: int | None, least: int) -> int | None:
    """The count, or None where it is too small."""
    return None if small(value, least) else value


def publish_parts(parts: Sequence[int], least: int) -> tuple[int | None, ...]:
    """Parts of a total that is published beside them: none can be worked out that is too small.

    >>> publish_parts((30, 12, 3), 5)
    (30, None, None)
    >>> publish_parts((30, 12, 0), 5)
    (30, 12, 0)
    """
    hidden = [small(part, least) for part in parts]
    if sum(hidden) == 1:
        seen = [i for i, part in enumerate(parts) if part and not hidden[i]]
        if seen:
            hidden[min(seen, key=lambda i: (parts[i], i))] = True
    return tuple(None if hide else part for part, hide in zip(parts, hidden, strict=True))


def publish_grid(rows: Sequence[Sequence[int]], least: int) -> list[list[int | None]]:
    """Cells of a table whose row and column totals are published: none that is too small can be worked out.

    >>> publish_grid([[3, 20, 30], [40, 50, 60]], 5)
    [[None, None, 30], [None, None, 60]]
    """
    hidden = [[small(value, least) for value in row] for row in rows]
    lines = [[(r, c) for c in range(len(row))] for r, row in enumerate(rows)]
    lines += [[(r, c) for r in range(len(rows))] for c in range(len(rows[0]) if rows else 0)]
    changed = True
    while changed:
        changed = False
        for line in lines:
            seen = [(rows[r][c], r, c) for r, c in line if rows[r][c] and not hidden[r][c]]
            if sum(hidden[r][c] for r, c in line) == 1 and seen:
                _, r, c = min(seen)
                hidden[r][c] = changed = True
    return [
        [None if hide else v for v, hide in zip(row, flags, strict=True)]
        for row, flags in zip(rows, hidden, strict=True)
    ]


def shown(value: int | None, least: int) -> str:
    """A count as printed: `< 5` where it is withheld."""
    return wording.say("report.withheld", k=least) if value is None else count(value)
