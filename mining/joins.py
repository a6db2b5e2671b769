"""What a join gives, without what it gives twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def bare(joined: ir.Table) -> ir.Table:
    """A join's result without the second copies of its keys."""
    return joined.drop(*[name for name in joined.columns if name.endswith("_right")])
