"""Counts too small to publish are withheld, and so is what would give them away by subtraction.

A count from 1 to `least` - 1 of people (applicants, episodes, cases, trips) is withheld in all that the page, the Word
file and the workbook publish. Where what is withheld under a published total would be one part alone, or too few
together, the next smallest is withheld as well (secondary suppression: Hundepool et al., *Statistical Disclosure
Control*, chapter 4).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Sum:
    """Counts that add up: keys of the parts, and of their total; no key where the total is told in any case."""

    parts: tuple[Hashable, ...]
    total: Hashable | None = None


def conceal(
    values: Mapping[Hashable, int], sums: Sequence[Sum], least: int, *, told: Set[Hashable] = frozenset()
) -> frozenset[Hashable]:
    """Keys to withhold, so that neither a small count nor a small rest can be worked out from the sums.

    Parameters
    ----------
    values, sums
        Counts by key; what adds up to what, over the same keys.
    told
        Keys told elsewhere as well: withheld here only where nothing else is left to withhold.
    """
    hidden = {key for key, value in values.items() if small(value, least)}

    def smallest(keys: Iterable[Hashable]) -> Hashable | None:
        seen = [key for key in keys if values[key] and key not in hidden]
        return min(seen, key=lambda key: (key in told, values[key], str(key)), default=None)

    changed = True
    while changed:
        changed = False
        for each in sums:
            gone = [key for key in each.parts if key in hidden]
            seen = each.total is None or each.total not in hidden
            if seen and gone and (len(gone) == 1 or sum(values[key] for key in gone) < least):
                more = smallest(each.parts)
                more = more if more is not None or each.total is None or not values[each.total] else each.total
            elif not seen and not gone:
                more = smallest(each.parts)
            else:
                continue
            if more is not None:
                hidden.add(more)
                changed = True
    return frozenset(hidden)


def publish_parts(parts: Sequence[int], least: int) -> tuple[int | None, ...]:
    """Parts of a total that is published beside them: none can be worked out that is too small.

    >>> publish_parts((30, 12, 3), 5)
    (30, None, None)
    >>> publish_parts((30, 12, 0), 5)
    (30, 12, 0)
    >>> publish_parts((30, 2, 1), 5)
    (None, None, None)
    """
    hidden = conceal(dict(enumerate(parts)), [Sum(tuple(range(len(parts))))], least)
    return tuple(None if i in hidden else part for i, part in enumerate(parts))


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a table, and the totals of its rows and of its columns; None is withheld. The total of all is told."""

    cells: tuple[tuple[int | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]


def publish_grid(rows: Sequence[Sequence[int]], least: int) -> Grid:
    """A table with its totals, of which nothing too small can be worked out.

    >>> publish_grid([[3, 20, 30], [40, 50, 60]], 5).cells
    ((None, None, 30), (None, None, 60))
    """
    tall, wide = range(len(rows)), range(len(rows[0]) if rows else 0)
    values: dict[Hashable, int] = {(r, c): rows[r][c] for r in tall for c in wide}
    values |= {("row", r): sum(rows[r]) for r in tall}
    values |= {("column", c): sum(row[c] for row in rows) for c in wide}
    sums = [Sum(tuple((r, c) for c in wide), ("row", r)) for r in tall]
    sums += [Sum(tuple((r, c) for r in tall), ("column", c)) for c in wide]
    sums += [Sum(tuple(("row", r) for r in tall)), Sum(tuple(("column", c) for c in wide))]
    hidden = conceal(values, sums, least)

    def seen(key: Hashable) -> int | None:
        return None if key in hidden else values[key]

    return Grid(
        tuple(tuple(seen((r, c)) for c in wide) for r in tall),
        tuple(seen(("row", r)) for r in tall),
        tuple(seen(("column", c)) for c in wide),
    )


def publish_share(share: float | None, of: int, least: int) -> float | None:
    """A share, or None where it, or what it leaves, would tell of fewer than `least`.

    >>> publish_share(0.5, 40, 5), publish_share(0.05, 40, 5), publish_share(0.95, 40, 5), publish_share(0.0, 40, 5)
    (0.5, None, None, 0.0)
    """
    if share is None:
        return None
    few = round(share * of)
    return None if small(few, least) or small(of - few, least) else share


def shown(value: int | None, least: int) -> str:
    """A count as printed: `< 5` where it is withheld."""
    return wording.say("report.withheld", k=least) if value is None else count(value)
