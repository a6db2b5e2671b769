"""The simulation's episodes laid onto the drawings: which node each step of them is, from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mining.process_model import Kind, Node, ProcessModel
from reports.inputs import Replay, Token


def replay(played: Mapping[str, Any], as_is: ProcessModel, to_be: ProcessModel) -> Replay | None:
    """Tokens for both drawings, one for each case of the episodes that were played; None where nothing was.

    Parameters
    ----------
    played
        `Savings.replay`: for `as_is` and `to_be` a list of steps with service, activity, start_h, end_h; the same of
        `others`, which stand for all episodes.
    """
    episodes = [played, *(played.get("others") or ())]
    tokens = {
        part: tuple(token for i, each in enumerate(episodes) for token in _tokens(each.get(part) or (), model, i))
        for part, model in (("as_is", as_is), ("to_be", to_be))
    }
    if not all(any(token.episode == 0 for token in part) for part in tokens.values()):
        return None
    ends = max(stop[2] for part in tokens.values() for token in part for stop in token.stops)
    return Replay(tokens["as_is"], tokens["to_be"], ends)


def _tokens(steps: Iterable[Mapping[str, Any]], model: ProcessModel, episode: int) -> tuple[Token, ...]:
    by_origin: dict[tuple[str, str], Node] = {}
    for node in model.nodes:
        if node.kind is Kind.TASK:
            for origin in node.origins:
                by_origin.setdefault((origin.service, origin.activity), node)
    tracks: dict[str, list[tuple[str, float, float]]] = {}
    for step in steps:
        place = by_origin.get((step["service"], step["activity"]))
        if place is None:
            continue
        track = tracks.setdefault(step["service"], [])
        if track and track[-1][0] == place.id:
            track[-1] = (place.id, track[-1][1], max(track[-1][2], step["end_h"]))
        else:
            track.append((place.id, max(step["start_h"], track[-1][2] if track else 0.0), step["end_h"]))
    return tuple(Token(tuple(stops), episode) for _, stops in sorted(tracks.items()) if stops)
