"""What moves do inside a service's block: fewer corrections, review beside a correction that may come later."""

from __future__ import annotations

from dataclasses import replace

from mining.process_blocks import (
    Block,
    Choice,
    Loop,
    Ordered,
    Sequence,
    Task,
    Together,
    perhaps,
    replaced,
    sequence,
    tasks,
    together,
)
from mining.process_model import Step


def certainty(block: Block) -> float:
    """How likely a block does anything at all."""
    match block:
        case Task(_):
            return 1.0
        case Choice(branches, shares):
            return sum(share * certainty(branch) for branch, share in zip(branches, shares, strict=True))
        case Sequence(parts) | Together(parts) | Ordered(parts, _):
            nothing = 1.0
            for part in parts:
                nothing *= 1 - certainty(part)
            return 1 - nothing
        case Loop(body, redo, again):
            return 1 - (1 - certainty(body)) * (1 - again * certainty(redo))
    return 0.0


def _is_correction(block: Block) -> bool:
    return any(node.step in (Step.NOTICE, Step.CORRECT) for node in tasks(block))


def fewer_corrections(block: Block, avoided: float) -> Block:
    """Loops of corrections taken less often: their expected rounds, again / (1 - again), fall by the share avoided."""
    match block:
        case Loop(body, redo, again) if _is_correction(redo):
            rounds = (1 - avoided) * again / max(1 - again, 1e-9)
            marked = replaced(redo, lambda node: Task(replace(node, by_move=node.by_move or "notify_once")))
            return Loop(fewer_corrections(body, avoided), marked, rounds / (1 + rounds))
        case Loop(body, redo, again):
            return Loop(fewer_corrections(body, avoided), fewer_corrections(redo, avoided), again)
        case Sequence(parts):
            return sequence(*(fewer_corrections(part, avoided) for part in parts))
        case Together(parts):
            return together(*(fewer_corrections(part, avoided) for part in parts))
        case Choice(branches, shares):
            return Choice(tuple(fewer_corrections(branch, avoided) for branch in branches), shares)
        case Ordered(parts, before):
            return Ordered(tuple(fewer_corrections(part, avoided) for part in parts), before)
    return block


def deferred(core: Block, share: float) -> Block:
    """Review beside the correction of what may come later; the decision waits for both.

    Applies to a sequence that holds a loop of corrections with reviews between it and the issue; else nothing changes.
    """
    if not isinstance(core, Sequence) or not share:
        return core
    at = next((i for i, part in enumerate(core.parts) if isinstance(part, Loop) and _is_correction(part.redo)), None)
    if at is None:
        return core
    loop = core.parts[at]
    assert isinstance(loop, Loop)
    after = core.parts[at + 1 :]
    reviews: list[Block] = []
    for part in after:
        if any(node.step in (Step.ISSUE, Step.DECIDE) for node in tasks(part)):
            break
        reviews.append(part)
    if not reviews:
        return core
    rounds = loop.again / max(1 - loop.again, 1e-9)
    left = (1 - share) * rounds
    later = replaced(loop.redo, lambda n: Task(replace(n, id=f"{n.id}_later", by_move="conditional_acceptance")))
    beside = together(sequence(*reviews), perhaps(later, min(share * rounds, 0.99)))
    first = Loop(loop.body, loop.redo, left / (1 + left))
    return sequence(*core.parts[:at], first, beside, *after[len(reviews) :])
