"""The moves of the contract's section 6, as the simulated world takes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from wording.errors import UsageError

MOVES = (
    "one_form",
    "one_window",
    "share_data",
    "parallel_review",
    "one_delivery",
    "notify_once",
    "online",
    "conditional_acceptance",
)


@dataclass(frozen=True, slots=True)
class Redesign:
    """One bundle under a set of moves; everything else stays as it is. `place` is where one window receives."""

    bundle: str = ""
    one_form: bool = False
    one_window: bool = False
    share_data: bool = False
    parallel_review: bool = False
    one_delivery: bool = False
    notify_once: bool = False
    online: bool = False
    conditional_acceptance: bool = False
    delivery: str = "onsite"
    corrections_avoided: float = 0.0
    online_share: float = 0.0
    place: str = ""


TODAY = Redesign()


def redesign(
    bundle: str,
    moves: Collection[str],
    *,
    delivery: str = "onsite",
    corrections_avoided: float = 0.0,
    online_share: float = 0.0,
    place: str = "",
) -> Redesign:
    """The redesign that a set of moves makes; `UsageError` where one is unknown."""
    for move in moves:
        if move not in MOVES:
            raise UsageError("generate.moves", found=move, known=", ".join(MOVES))
    return Redesign(
        bundle,
        **dict.fromkeys(moves, True),
        delivery=delivery,
        corrections_avoided=corrections_avoided,
        online_share=online_share,
        place=place,
    )
