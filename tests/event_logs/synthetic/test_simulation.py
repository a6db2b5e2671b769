"""What must hold in any world, today's or redesigned."""

from __future__ import annotations

from collections import defaultdict

import pytest

from event_logs.synthetic import Generated
from event_logs.synthetic.moves import Redesign, redesign
from event_logs.synthetic.savings import FIVE
from event_logs.synthetic.simulation import play
from event_logs.synthetic.state import Luck, Played, Tally
from wording.errors import UsageError

BIRTH = "新生儿出生"


def run(world: Generated, change: Redesign) -> Played:
    demand = world.demand
    shareable = frozenset((s.output, t.department) for s in demand.scenario.services for t in demand.scenario.services
                          if s.output in t.materials and s.department != t.department)  # fmt: skip
    return play(demand, Luck(demand, 1, 1), change, shareable=shareable, record=True)


def of_bundle(world: Generated, played: Played, bundle: str = BIRTH) -> list[Tally]:
    return [t for t, e in zip(played.tallies, world.demand.episodes, strict=True) if e.bundle == bundle]


def days(tallies: list[Tally]) -> float:
    return sum(t.last - t.first for t in tallies) / len(tallies) / 86400


def places(tallies: list[Tally]) -> float:
    return sum(len(t.visits or []) for t in tallies) / len(tallies)


def test_a_bundle_redesigned_by_no_move_is_todays(world: Generated) -> None:
    assert run(world, Redesign()).events == run(world, redesign(BIRTH, [])).events


def test_an_officer_does_one_thing_at_a_time(world: Generated) -> None:
    work: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for event in run(world, Redesign()).events:
        work[event.officer].append((event.started, event.ended))
    work.pop("")
    assert all(a[1] <= b[0] for spans in work.values() for a, b in zip(sorted(spans), sorted(spans)[1:], strict=False))


def test_reviews_begin_in_working_hours(world: Generated) -> None:
    departments = {c.index: c.department.name for e in world.demand.episodes for c in e.cases}
    offices = world.demand.offices
    events = [e for e in run(world, Redesign()).events if e.kind in ("review", "step", "issue")]
    assert all(offices[departments[e.case]].next_open(e.started) == e.started for e in events)


def test_every_case_ends(world: Generated) -> None:
    issued = [e.case for e in run(world, redesign(BIRTH, FIVE)).events if e.kind == "issue"]
    assert sorted(issued) == list(range(world.demand.n_cases))


def test_nothing_is_decided_before_its_inputs_are_issued(world: Generated) -> None:
    events = run(world, redesign(BIRTH, FIVE)).events
    issued = {e.case: e.ended for e in events if e.kind == "issue"}
    begun = {e.case: e.started for e in reversed(events) if e.kind == "review"}
    taken = [(c.index, t) for e in world.demand.episodes for c in e.cases for t in c.takes]
    assert all(issued[earlier] <= begun[later] for later, earlier in taken)


def test_a_redesign_leaves_no_step_out(world: Generated) -> None:
    def steps(played: Played) -> list[tuple[int, str]]:
        return sorted((e.case, e.activity) for e in played.events if e.kind in ("review", "step", "issue", "in_person"))

    assert steps(run(world, Redesign())) == steps(run(world, redesign(BIRTH, FIVE)))


def test_the_five_moves_shorten_and_save_visits(world: Generated) -> None:
    today, after = of_bundle(world, run(world, Redesign())), of_bundle(world, run(world, redesign(BIRTH, FIVE)))
    assert days(after) < days(today)
    assert places(after) < places(today)
    assert sum(t.submissions for t in after) < sum(t.submissions for t in today)


def test_one_window_and_one_delivery_make_one_department(world: Generated) -> None:
    after = of_bundle(world, run(world, redesign(BIRTH, FIVE, place="云川区政务服务中心")))
    assert {len({v.department for v in t.visits or []}) for t in after} == {1}


def test_sharing_data_takes_no_correction_away(world: Generated) -> None:
    today, after = run(world, Redesign()), run(world, redesign(BIRTH, ["share_data"]))
    assert sum(e.kind == "notice" for e in today.events) == sum(e.kind == "notice" for e in after.events)


def test_all_corrections_avoided_leaves_none(world: Generated) -> None:
    played = run(world, redesign(BIRTH, ["notify_once"], corrections_avoided=1.0))
    births = {e.index for e in world.demand.episodes if e.bundle == BIRTH}
    assert not [e for e in played.events if e.kind == "notice" and e.episode in births]


def test_online_for_all_leaves_only_what_is_collected(world: Generated) -> None:
    played = run(world, redesign(BIRTH, ["online"], online_share=1.0))
    births = {e.index for e in world.demand.episodes if e.bundle == BIRTH}
    assert {e.kind for e in played.events if e.episode in births and e.place} == {"collect"}


def test_an_output_is_handed_in_by_the_channel_of_the_one_form(world: Generated) -> None:
    played = run(world, redesign(BIRTH, ["one_form", "online"], online_share=1.0))
    births = {e.index for e in world.demand.episodes if e.bundle == BIRTH}
    assert {e.kind for e in played.events if e.episode in births and e.place} == {"collect"}


def test_a_move_of_no_name_is_refused() -> None:
    with pytest.raises(UsageError, match="magic"):
        redesign(BIRTH, ["magic"])
