"""What is known of a visit or a trip beside where and when, as one number: the fewer columns, the quicker to sort."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

RULE = 7  # by which rule it is a visit: the place in `mining.visits.RULES`, of a trip's the weakest
CORRECTS = 8  # some event is a correction
COLLECTS = 16  # every event is a collection
ALONE = 32  # the trip is a single event
CASES = 64  # it serves several cases
DEPARTMENTS = 128  # and several departments


def marked(holds: ir.BooleanValue, trait: int) -> ir.IntegerValue:
    """The trait where it holds, else 0."""
    import ibis

    return holds.ifelse(ibis.literal(trait, "int16"), ibis.literal(0, "int16"))


def have(rows: ir.Table, *traits: int) -> ir.BooleanValue:
    """Whether rows with ``traits`` have one of these."""
    return (rows.traits & sum(traits)) != 0
