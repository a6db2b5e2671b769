"""The same world under names that nobody knows: what is found must not hang on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from event_logs.synthetic.scenario import Scenario

LETTERS = "bcdfghjklmnpqrstvwxz"
VOWELS = "aeiou"


def rename(world: Scenario, seed: int) -> Scenario:
    """A world with every service, department, place, material, output and bundle renamed to a random word."""
    rng = np.random.default_rng([seed, 4])
    words: dict[str, str] = {"": ""}
    used: set[str] = set()

    def new(name: str) -> str:
        while name not in words:
            word = "".join(LETTERS[int(rng.integers(20))] + VOWELS[int(rng.integers(5))] for _ in range(5))
            if word not in used:
                used.add(word)
                words[name] = word
        return words[name]

    def many(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new(n) for n in names)

    return replace(
        world,
        departments=tuple(replace(d, name=new(d.name), place=new(d.place)) for d in world.departments),
        materials=tuple(replace(m, name=new(m.name), spellings=(), issuer=new(m.issuer)) for m in world.materials),
        services=tuple(
            replace(
                s,
                name=new(s.name),
                department=new(s.department),
                materials=many(s.materials),
                output=new(s.output),
                place=new(s.place),
                self_service_place=new(s.self_service_place),
            )
            for s in world.services
        ),
        bundles=tuple(
            replace(
                b,
                name=new(b.name),
                services=many(b.services),
                optional={new(k): v for k, v in b.optional.items()},
                legal=tuple((new(a), new(c)) for a, c in b.legal),
            )
            for b in world.bundles
        ),
        background=tuple(replace(b, service=new(b.service)) for b in world.background),
    )
