"""What ties services: law, data, habit; what the log says and what the catalogue says."""

from __future__ import annotations

from catalogue.services import Catalogue, Service, Tie
from mining.precedence import Precedence
from redesign.dependencies import Kind, ServiceTie, find_ties

AB = ("A", "B")


def kinds(*evidence: Precedence, catalogue: Catalogue | None = None, services: tuple[str, ...] = AB) -> dict[str, str]:
    return {f"{t.before}{t.after}": t.kind.value for t in find_ties(services, evidence, catalogue or Catalogue())}


def known(kind: str) -> Catalogue:
    return Catalogue(services=(Service("A"), Service("B")), ties=(Tie("A", "B", kind, "paper"),))


def test_an_output_handed_on_in_most_episodes_is_data() -> None:
    assert kinds(Precedence("A", "B", 10, 10, 10, 6, "paper")) == {"AB": "data"}


def test_an_output_handed_on_in_half_of_them_is_not() -> None:
    assert kinds(Precedence("A", "B", 10, 4, 6, 5, "paper")) == {}


def test_an_order_that_most_keep_is_habit() -> None:
    assert kinds(Precedence("A", "B", 10, 6, 10)) == {"AB": "soft"}


def test_an_order_that_all_of_fifty_keep_may_be_the_law() -> None:
    assert kinds(Precedence("A", "B", 50, 50, 50)) == {"AB": "perhaps_legal"}
    assert kinds(Precedence("A", "B", 49, 49, 49)) == {"AB": "soft"}
    assert kinds(Precedence("A", "B", 50, 49, 50)) == {"AB": "soft"}


def test_the_catalogue_types_what_it_knows() -> None:
    assert kinds(Precedence("A", "B", 50, 50, 50), catalogue=known("soft")) == {"AB": "soft"}
    assert kinds(Precedence("A", "B", 10, 1, 5), catalogue=known("legal")) == {"AB": "legal"}


def test_a_document_that_is_handed_on_holds_against_a_soft_entry_and_says_so() -> None:
    (tie,) = find_ties(AB, [Precedence("A", "B", 10, 10, 10, 9, "paper")], known("soft"))
    assert (tie.kind, tie.conflict) == (Kind.DATA, True)


def test_an_order_that_follows_from_others_is_not_asked_about() -> None:
    chain = [
        Precedence("A", "B", 60, 60, 60, 60, "a"),
        Precedence("B", "C", 60, 60, 60, 60, "b"),
        Precedence("A", "C", 60, 60, 60),
    ]
    assert kinds(*chain, services=("A", "B", "C")) == {"AB": "data", "BC": "data"}


def test_ties_never_run_in_a_circle() -> None:
    both = [Precedence("A", "B", 10, 5, 5, 9, "a"), Precedence("B", "A", 10, 5, 5, 6, "b")]
    assert kinds(*both) == {"AB": "data"}


def test_only_habit_does_not_bind() -> None:
    assert [kind.value for kind in Kind if not kind.binds] == ["soft"]
    assert ServiceTie("A", "B", Kind.SOFT).conflict is False
