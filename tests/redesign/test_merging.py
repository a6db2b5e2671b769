"""Merging: random bundles and sets of moves give models that pass, in whatever order the moves are named."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as some

from catalogue.services import Catalogue, Material, Service
from mining.discovery import BundleProcess, ServiceProcess
from mining.process_blocks import Block, Loop, Sequence, Task, choice, perhaps
from mining.process_model import APPLICANT, Kind, Node, Origin, ProcessModel, Step
from redesign.dependencies import Kind as Tied
from redesign.dependencies import ServiceTie, closure
from redesign.merging import as_is, merge
from redesign.moves import MOVES
from redesign.proposal import choose_moves, demands_of
from redesign.situation import MaterialUse, Options, Situation
from redesign.verification import verify_model

NAMES = ("A", "B", "C", "D", "E")


def step(service: str, number: int, kind: Step, applicant: bool = False, **more: object) -> Task:
    lane = APPLICANT if applicant else f"office {service}"
    id = f"t{NAMES.index(service) + 1}_{number}"
    origin = Origin(service, "" if applicant else lane, kind.value, 10, 10)
    return Task(replace(Node(id, Kind.TASK, kind.value, lane, kind, service, origins=(origin,)), **more))  # type: ignore[arg-type]


def service_block(
    service: str, asked: tuple[str, ...], *, twice: bool, corrected: bool, visits: bool, over: int
) -> Block:
    parts: list[Block] = [step(service, 1, Step.APPLY, True, materials=asked)]
    parts += [step(service, 2, Step.INTERVIEW, True, in_person=True)] if visits else []
    check = step(service, 3, Step.CHECK)
    answer = Sequence((step(service, 4, Step.NOTICE), step(service, 5, Step.CORRECT, True, materials=asked[:1])))
    parts.append(Loop(check, answer, 0.2) if corrected else check)
    parts += [step(service, 6, Step.REVIEW)] * twice
    parts.append(step(service, 7, Step.ISSUE, outputs=(f"paper of {service}",)))
    collect, post = step(service, 8, Step.COLLECT, True), step(service, 9, Step.POST)
    parts += [[], [collect], [perhaps(collect, 0.6)], [choice([collect, post], [0.7, 0.3])]][over]
    return Sequence(tuple(parts))


@some.composite
def situations(draw: some.DrawFn) -> Situation:
    n = draw(some.integers(2, 5))
    names = NAMES[:n]
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    kinds = draw(some.lists(some.sampled_from([None, *Tied]), min_size=len(pairs), max_size=len(pairs)))
    ties = tuple(
        ServiceTie(names[i], names[j], kind, f"paper of {names[i]}" if kind is Tied.DATA else "")
        for (i, j), kind in zip(pairs, kinds, strict=True)
        if kind is not None
    )
    processes, uses = [], []
    for name in names:
        taken = tuple(t.output for t in ties if t.after == name and t.output)
        asked = (*draw(some.lists(some.sampled_from(["id", "deed", "form 1", "form 2"]), unique=True)), *taken)
        block = service_block(
            name, asked, twice=draw(some.booleans()), corrected=draw(some.booleans()), visits=draw(some.booleans()),
            over=draw(some.integers(0, 3)),
        )  # fmt: skip
        share = draw(some.sampled_from([1.0, 0.6]))
        processes.append(ServiceProcess(name, block, f"office {name}", 10, 10, 1.0, share))
        maker = {t.output: t.before for t in ties if t.output}
        uses += [
            MaterialUse(
                name, f"office {name}", m, 10, 10, provider="registry" if m == "deed" else "", made_by=maker.get(m, "")
            )
            for m in asked
        ]
    today = draw(some.lists(some.sampled_from(pairs), unique=True))
    known = Catalogue(
        services=tuple(Service(name, in_person=draw(some.booleans())) for name in names),
        materials=(Material("form 1", form=True), Material("form 2", form=True), Material("id", deferrable=True)),
    )
    options = Options(draw(some.sampled_from(["onsite", "post"])), "", draw(some.sampled_from([0.0, 0.5, 1.0])), 0.3)
    process = BundleProcess(tuple(processes), tuple(sorted(today)), (), 10)
    return Situation("thing", process, ties, tuple(uses), known, options)


move_sets = some.lists(some.sampled_from(sorted(MOVES)), unique=True)


def allowed(situation: Situation, moves: list[str]) -> list[str]:
    taken, _refused = choose_moves(situation, moves)
    return list(taken)


def without(model: ProcessModel, id: str) -> ProcessModel:
    """The model with a task cut out, its ways joined."""
    after = next(flow.target for flow in model.flows if flow.source == id)
    flows = tuple(replace(f, target=after) if f.target == id else f for f in model.flows if f.source != id)
    return replace(model, nodes=tuple(n for n in model.nodes if n.id != id), flows=flows, data=())


@settings(max_examples=70, deadline=None)
@given(situations(), move_sets)
def test_what_moves_make_passes_verification(situation: Situation, moves: list[str]) -> None:
    taken, today = allowed(situation, moves), as_is(situation)
    assert verify_model(merge(situation, taken), today, demands_of(situation, taken, today)) == ()


@settings(max_examples=25, deadline=None)
@given(situations(), move_sets, some.randoms())
def test_the_order_in_which_moves_are_named_changes_nothing(situation: Situation, moves: list[str], luck) -> None:  # type: ignore[no-untyped-def]
    other = list(moves)
    luck.shuffle(other)
    assert merge(situation, moves) == merge(situation, other)


@settings(max_examples=40, deadline=None)
@given(situations(), move_sets, some.data())
def test_a_model_without_one_of_its_decisions_never_passes(
    situation: Situation, moves: list[str], data: some.DataObject
) -> None:
    taken, today = allowed(situation, moves), as_is(situation)
    model = merge(situation, taken)
    worked = sorted(n.id for n in model.nodes if n.step in (Step.CHECK, Step.REVIEW, Step.ISSUE) and n.origins)
    gone = data.draw(some.sampled_from(worked))
    assert verify_model(without(model, gone), today, demands_of(situation, taken, today)) != ()


@settings(max_examples=40, deadline=None)
@given(situations(), some.data())
def test_a_model_that_ignores_a_tie_never_passes(situation: Situation, data: some.DataObject) -> None:
    binding = [(tie.before, tie.after) for tie in situation.binding]
    alone = [pair for pair in binding if pair not in closure({p for p in binding if p != pair})]
    if not alone:
        return
    broken = data.draw(some.sampled_from(sorted(alone)))
    careless = replace(situation, ties=tuple(t for t in situation.ties if (t.before, t.after) != broken))
    model = merge(careless, ["one_form", "share_data", "parallel_review"])
    problems = verify_model(model, as_is(situation), demands_of(situation, [], as_is(situation), edited=True))
    assert "broken-tie" in {problem.code for problem in problems}


@settings(max_examples=25, deadline=None)
@given(situations())
def test_one_form_makes_one_application(situation: Situation) -> None:
    model = merge(situation, ["one_form"])
    assert sum(node.step is Step.APPLY for node in model.nodes) == 1
