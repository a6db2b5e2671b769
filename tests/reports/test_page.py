"""The page as text: one file, one policy, no name of a log anything but text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reports import html
from reports.inputs import Check, PromiseRow, ReportInputs, TripCounts, TripFacts
from reports.report import report
from reports.text import plain

VOID = {"meta", "input", "rect", "line", "circle", "link", "br", "path", "use"}


class Outline(HTMLParser):
    """Tags, ids, handlers and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")]


def test_the_page_asks_for_nothing_from_elsewhere(world: ReportInputs, lang: str) -> None:
    outline = Outline(html.page(world))
    assert [link for link in outline.links if not link.startswith("#")] == []
    assert not re.search(r"https?://(?!www\.w3\.org/)", html.page(world))


def test_the_policy_allows_only_what_is_in_the_file(world: ReportInputs) -> None:
    text = html.page(world)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1].replace("&#39;", "'")
    assert "unsafe" not in policy[1]


def test_nothing_is_inline_that_the_policy_would_refuse(world: ReportInputs) -> None:
    assert Outline(html.page(world)).inline == []


def test_ids_are_unique(world: ReportInputs, lang: str) -> None:
    ids = Outline(html.page(world)).ids
    assert sorted(ids) == sorted(set(ids))


def test_hostile_names_are_text(hostile_world: ReportInputs, lang: str) -> None:
    text = html.page(hostile_world)
    assert "<script>alert" not in text
    assert "<img" not in text
    assert Outline(text).tags.count("script") == 2
    assert "\u202e" not in text


def test_the_bare_log_says_what_would_switch_each_part_on(bare_world: ReportInputs, lang: str) -> None:
    off = [section.id for section in report(bare_world).sections if section.off]
    assert off == ["trips", "materials", "waits", "bundles", "processes", "replay", "savings", "form", "handover"]
    assert all(section.off != section.heading for section in report(bare_world).sections)


def test_equal_inputs_give_equal_bytes(make: Callable[..., ReportInputs]) -> None:
    assert html.page(make()) == html.page(make())


def test_the_page_is_small(world: ReportInputs, bare_world: ReportInputs) -> None:
    assert len(html.page(bare_world).encode()) < 100_000
    assert len(html.page(world).encode()) < 200_000


def test_the_first_heading_has_today_and_the_proposal(world: ReportInputs) -> None:
    text = html.page(world)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert heading is not None
    words = re.sub(r"<[^>]+>|\u00a0", " ", heading[1])
    assert " ".join(words.split()) == "企业开办: 3.3 trips instead of 6.7, 12 days instead of 21"


def test_a_section_for_each_part_in_reading_order(world: ReportInputs) -> None:
    ids = [section.id for section in report(world).sections]
    assert " ".join(ids) == (
        "answer basis flows trips materials waits bundles processes replay savings form handover quality method"
    )


def test_five_lines_each_with_its_number(world: ReportInputs) -> None:
    lines = report(world).sections[0].blocks[0].lines  # type: ignore[union-attr]
    assert [(line.id, line.today, line.proposed) for line in lines] == [
        ("trips", "6.7", "3.3"),
        ("materials", "17.2", "6.2"),
        ("days", "20.8", "11.8"),
        ("departments", "4.7", "1.9"),
        ("first", "", "7.0"),
    ]


def test_every_figure_of_numbers_has_its_table(world: ReportInputs) -> None:
    found = report(world)
    ids = {table.id for table in found.tables()}
    assert {
        "department-flows",
        "trips-by-kind",
        "trips-by-department",
        "materials-by-department",
        "waits",
        "one-episode",
        "bundles",
        "lead-times",
        "savings-by-move",
        "savings",
        "form",
        "handovers",
        "data-quality",
    } <= ids


def test_tables_have_names_of_their_own(world: ReportInputs) -> None:
    ids = [table.id for table in report(world).tables()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("cause", ["processing", "queue", "correction", "collection", "relay"])
def test_each_cause_of_waiting_has_a_name(cause: str, world: ReportInputs) -> None:
    assert any(cause == part.cause for part in world.waits)
    assert report(world).section("waits").heading


def test_where_few_are_seen_in_person_trips_are_counted_but_no_mean_is_given(bare_world: ReportInputs) -> None:
    seen = TripFacts(1283, TripCounts(first=97), (("Group 1", TripCounts(first=20)),), (), 0, inferred=97)
    found = report(replace(bare_world, trips=seen, focus_is_bundle=False))
    line = found.sections[0].blocks[0].lines[0]  # type: ignore[union-attr]
    told = " ".join((line.today, plain(line.evidence), found.section("trips").heading, found.section("basis").deck))
    assert line.today == "–"
    assert "97 trips are counted in 1,283 whole cases, all inferred from a field" in told
    assert "most go to Group 1: 20" in told
    assert "Of the trips, 97 follow from a field." in told


def test_what_to_record_first_stands_where_nothing_can_be_proposed(bare_world: ReportInputs) -> None:
    line = report(bare_world).sections[0].blocks[0].lines[-1]  # type: ignore[union-attr]
    assert line.id == "first"
    assert plain(line.evidence).startswith(
        "Record the applicant, the channel and the service: without that, 1,434 cases"
    )
    assert "Begin with Group 1, which handles most cases (1,400)" in plain(line.evidence)


@pytest.mark.parametrize(
    ("shares", "title"),
    [
        ((0.5,), "登记0 misses its promised time in 50% of its cases"),
        ((0.0,), "登记0 keeps its promised time in more than nine cases of ten"),
        ((0.5, 0.5), "Each of 2 services misses its promised time in a tenth of its cases or more"),
        ((0.5, 0.0), "1 of 2 services misses its promised time in a tenth of its cases or more"),
        (
            (0.05, 0.0, 0.0),
            "Each of 2 services keeps its promised time in more than nine cases of ten; one more is withheld",
        ),
        ((0.0, 0.0), "Each of 2 services keeps its promised time in more than nine cases of ten"),
    ],
)
def test_promises_are_told_of_one_of_some_and_of_all(
    world: ReportInputs, shares: tuple[float, ...], title: str
) -> None:
    rows = tuple(PromiseRow(f"登记{i}", 40, promised_cases=40, late_share=share) for i, share in enumerate(shares))
    told = report(replace(world, promises=rows)).section("waits").blocks
    assert [block.title for block in told if getattr(block, "id", "") == "promises"] == [title]  # type: ignore[union-attr]


def test_without_promised_times_there_are_no_columns_of_them(world: ReportInputs) -> None:
    rows = (PromiseRow("登记", 40, told_twice_share=0.25),)
    table = next(t for t in report(replace(world, promises=rows)).tables() if t.id == "promises")
    assert [column.key for column in table.columns] == ["service", "cases", "working_days", "told_twice_share"]
    assert "promised" not in table.caption


def test_a_few_peoples_check_is_withheld_and_a_few_rows_are_not(world: ReportInputs) -> None:
    checks = (Check("checks.resource-two-departments", 2, 60), Check("checks.onsite-at-night", 2, 900))
    table = next(t for t in report(replace(world, checks=checks)).tables() if t.id == "data-quality")
    assert [row[1:] for row in table.rows] == [(None, 60, ""), (2, 900, 2 / 900)]


def test_every_heading_of_a_full_report_is_a_finding(world: ReportInputs, lang: str) -> None:
    """A heading that is a finding has a number, or names something of the log."""
    headings = [(s.id, s.heading) for s in report(world).sections if not s.off]
    assert [id for id, heading in headings if not re.search(r"\d|企业|局", plain(heading))] == []


PLACES = (
    "answer answer-trips fig-trips-department trips fig-materials handover fig-waits fig-episode fig-steps fig-alone "
    "processes confirm limits methods t-savings savings-notes t-data-quality"
)


@pytest.mark.parametrize("place", PLACES.split())
def test_each_of_a_strangers_questions_has_its_place(world: ReportInputs, place: str) -> None:
    assert place in Outline(html.page(world)).ids  # docs/reading-the-report.md names them
