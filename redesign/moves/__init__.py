"""The moves: what can be changed. To add one, write its file and name it here (docs/howto-add-a-move.md)."""

from __future__ import annotations

from redesign.moves import (
    conditional_acceptance,
    notify_once,
    one_delivery,
    one_form,
    one_window,
    online,
    parallel_review,
    share_data,
)
from redesign.moves.move import Evidence, Limit, Move, Need, Plan, Said

# In the order in which they are told, and in which rewrites are done.
MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        one_form.MOVE,
        one_window.MOVE,
        share_data.MOVE,
        parallel_review.MOVE,
        one_delivery.MOVE,
        notify_once.MOVE,
        online.MOVE,
        conditional_acceptance.MOVE,
    )
}

__all__ = ["MOVES", "Evidence", "Limit", "Move", "Need", "Plan", "Said"]
