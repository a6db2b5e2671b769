"""Numbers are valid by their standards."""

from __future__ import annotations

import numpy as np

from event_logs.synthetic.identities import (
    USCC_ALPHABET,
    USCC_WEIGHTS,
    credit_code,
    id_check,
    identity_card,
    short_identity,
)


def test_the_check_character_of_the_standards_own_example_is_x() -> None:
    assert id_check("11010519491231002") == "X"


def test_a_made_up_credit_code_has_a_valid_check_character() -> None:
    code = credit_code(np.random.default_rng(3))
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(code[:17], USCC_WEIGHTS, strict=True))
    assert code[17] == USCC_ALPHABET[(31 - total % 31) % 31]


def test_the_old_form_has_fifteen_digits_and_lacks_century_and_check() -> None:
    assert short_identity("11010519491231002X") == "110105491231002"


def test_who_was_born_in_2000_has_no_old_form() -> None:
    assert short_identity("110105200012310025") == "110105200012310025"


def test_made_up_people_live_where_nobody_does() -> None:
    assert identity_card(np.random.default_rng(1)).startswith("990101")
