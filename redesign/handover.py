"""The hand-over list: what must be built for this redesign, who with whom, and what it serves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from redesign.moves import MOVES, Need
from redesign.situation import Situation

KINDS = ("interface", "form", "window", "rule", "delivery")


def hand_over(situation: Situation, moves: Iterable[str]) -> tuple[Need, ...]:
    """What the chosen moves need, each once, what serves most handings first within its kind."""
    chosen = set(moves)
    found: dict[tuple[str, str, str, str], Need] = {}
    for name, move in MOVES.items():
        for need in move.needs(situation) if name in chosen else ():
            key = (need.kind, need.what, need.provider, need.user)
            before = found.get(key)
            count = need.count + before.count if before else need.count
            found[key] = replace(need, count=count, move=before.move if before else name)
    rank = {kind: at for at, kind in enumerate(KINDS)}
    return tuple(
        sorted(found.values(), key=lambda n: (rank.get(n.kind, len(rank)), -n.count, n.what, n.provider, n.user))
    )


def rows(needs: Iterable[Need]) -> list[dict[str, object]]:
    """A row a need: what a table or a CSV shows."""
    return [
        {
            "kind": n.kind,
            "what": n.what,
            "provider": n.provider,
            "user": n.user,
            "count": n.count,
            "move": n.move,
            "text": n.said.text,
        }
        for n in needs
    ]
