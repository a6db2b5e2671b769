"""Every figure tells what it is counted over: whole episodes, or all of them where a place says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

import wording
from reports import denominators, html
from reports.blocks import Table
from reports.inputs import ReportInputs, WaitPart
from reports.sections import bundles, waits


def with_cut(world: ReportInputs, cut: int) -> ReportInputs:
    """The world's 40 whole episodes, with some more that the log cuts off."""
    first, *others = world.bundles
    return replace(world, bundles=({**first, "name": world.focus, "episodes": 40 + cut}, *others))


def test_episodes_that_the_log_cuts_off_are_told_with_what_the_page_counts(world: ReportInputs) -> None:
    with wording.using("en"):
        told = denominators.cut_off(with_cut(world, 7))
    assert told.startswith("The log shows 47 episodes of ")
    assert "cut off 7 of them" in told
    assert "the 40 whole ones" in told


def test_a_few_that_are_cut_off_are_not_counted_out(world: ReportInputs) -> None:
    with wording.using("en"):
        told = denominators.cut_off(with_cut(world, 3))
    assert "a few" in told
    assert "43" not in told


def test_where_none_is_cut_off_nothing_is_said(world: ReportInputs) -> None:
    assert denominators.cut_off(with_cut(world, 0)) == ""


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        (
            "en",
            (
                "tell of 40 whole episodes",
                "Episodes with both",
                "Episodes: all in the log",
                "Whole episodes",
                "cases of the log, as in the drawings above",
            ),
        ),
        ("zh", ("其余各处只计完整的", "两者都有（次）", "次数为日志中的全部办事", "完整办事（次）")),
    ],
)
def test_drawings_ties_bundles_and_savings_say_what_they_count(
    full: ReportInputs, lang: str, sentences: tuple[str, ...]
) -> None:
    with wording.using(lang):
        two = replace(full, savings=(*full.savings, full.savings[0]))
        page = html.page(with_cut(two, 7))
    assert [sentence for sentence in sentences if sentence not in page] == []


def test_a_queue_of_minutes_is_not_told_as_the_longest(world: ReportInputs) -> None:
    parts = (WaitPart("processing", 50), WaitPart("queue", 2, "税务局", 1.0), WaitPart("relay", 90))
    with wording.using("en"):
        assert "longest queue" not in waits.section(replace(world, waits=parts)).deck
        longer = replace(parts[1], department_mean_h=3.0)
        assert "longest queue" in waits.section(replace(world, waits=(parts[0], longer, parts[2]))).deck


def test_bundles_tell_their_whole_episodes_where_some_are_cut_off(world: ReportInputs) -> None:
    first = {**world.bundles[0], "episodes": 47, "episodes_counted": 40}
    with wording.using("en"):
        table = bundles.section(replace(world, bundles=(first,))).blocks[0]
        same = bundles.section(replace(world, bundles=({**first, "episodes_counted": 47},))).blocks[0]
    assert isinstance(table, Table)
    assert isinstance(same, Table)
    assert [column.key for column in table.columns][2:4] == ["episodes", "episodes_counted"]
    assert table.rows[0][2:4] == (47, 40)
    assert "episodes_counted" not in [column.key for column in same.columns]
