"""Report inputs for the tests: one written by hand, one bare as `receipt` gives, one hostile, one of a labelled world."""

# ruff: noqa: E501  (the queries of the labelled worlds are long)
from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import wording
from mining.process_model import APPLICANT, Data, Flow, Kind, Node, Origin, ProcessModel, Step
from reports.bpmn.drawing import svg
from reports.bpmn.layout import lay_out
from reports.flow_maps import department_map
from reports.inputs import (
    Check,
    DepartmentCard,
    FlowRow,
    FormRow,
    Handover,
    LogFacts,
    MaterialCell,
    Merge,
    Process,
    Replay,
    ReportInputs,
    Tie,
    Timeline,
    TimelineBar,
    Token,
    TripCounts,
    TripFacts,
    WaitPart,
)

ROLES = (
    "case_id activity completed_at started_at department resource service region applicant agent actor channel place "
    "materials outputs"
)
MOVES = ("one_form", "one_window", "share_data", "parallel_review", "one_delivery")
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x.invalid","a")',
    "\u202egnp.exe\u202c",
    "很" * 500,
    "🏛️ Office 👩‍💼",
    "\"><img src=x onerror=alert(1)> ' &amp; {{7*7}} {name}",
)


def estimate(value: float, width: float) -> dict[str, float]:
    return {"value": value, "low": value - width, "high": value + width}


def measure(observed: float, as_is: float, to_be: float, width: float) -> dict[str, Any]:
    return {
        "observed": observed,
        "as_is": estimate(as_is, width),
        "to_be": estimate(to_be, width),
        "saving": estimate(as_is - to_be, width),
    }


def saving(bundle: str, services: tuple[str, ...], episodes: int = 40) -> dict[str, Any]:
    """A savings object as the contract's section 8 has it, its attribution adding up."""
    parts = {"lead_time_mean_h": (24.0, 6.0, 168.0, 30.0, -12.0), "trips_mean": (0.8, 0.4, 0.9, 0.1, 1.2)}
    return {
        "bundle": bundle,
        "services": list(services),
        "episodes": episodes,
        "moves": list(MOVES),
        "options": {"delivery": "onsite", "place": "", "corrections_avoided": 0, "online_share": 0},
        "seed": 1,
        "replications": 30,
        "validation": {"holdout_from": "2024-07-01", "metrics": {"cycle_time_distance_h": 6.2}, "passed": True},
        "measures": {
            "lead_time_mean_h": measure(492.0, 500.0, 284.0, 20.0),
            "lead_time_median_h": measure(450.0, 460.0, 270.0, 22.0),
            "lead_time_p90_h": measure(676.0, 700.0, 430.0, 40.0),
            "trips_mean": measure(6.7, 6.7, 3.3, 0.2),
            "submissions_mean": measure(17.3, 17.2, 6.2, 0.1),
            "departments_visited_mean": measure(4.7, 4.7, 1.9, 0.0),
            "processing_hours_mean": measure(23.2, 23.4, 22.5, 0.3),
        },
        "attribution": [
            {"move": move, "measure": name, "saving": value, "low": value - width, "high": value + width}
            for name, width in (("lead_time_mean_h", 9.0), ("trips_mean", 0.1))
            for move, value in zip(MOVES, parts[name], strict=True)
        ],
        "alone": [
            {"move": move, "measure": name, "saving": value, "low": value - width, "high": value + width}
            for name, width in (("lead_time_mean_h", 12.0), ("trips_mean", 0.15))
            for move, value in zip(MOVES, parts[name], strict=True)
        ],
    }


def written(
    focus: str = "企业开办",
    departments: tuple[str, ...] = ("市场监管局", "公安局", "税务局"),
    services: tuple[str, ...] = ("企业设立登记", "公章刻制备案", "发票申领"),
    materials: tuple[str, ...] = ("营业执照", "身份证", "公司章程"),
) -> ReportInputs:
    """A small world by hand: 40 episodes, 200 trips, three departments."""
    one, two, three = departments
    licence, card, charter = materials
    return ReportInputs(
        facts=LogFacts(
            files=("log.csv",),
            regions=("天河区",),
            first_at=datetime(2024, 3, 4, 9),
            last_at=datetime(2024, 9, 28, 17),
            events=1200,
            cases=120,
            applicants=38,
            departments=3,
            services=3,
            episodes=44,
            rows=1203,
            rejected=1,
            duplicates=2,
            roles=frozenset(ROLES.split()),
        ),
        focus=focus,
        focus_services=services,
        checks=(Check("report.quality.check.rejected", 1, 1203), Check("report.quality.check.duplicates", 2, 1203)),
        flows=(
            FlowRow("", one, 40),
            FlowRow(one, two, 36, 36, 50.0, 90.0),
            FlowRow(two, three, 20, 20, 30.0, 70.0),
            FlowRow(two, one, 3, 3, 10.0, 20.0),
            FlowRow(three, "", 40),
        ),
        cards=tuple(DepartmentCard(d, (s,), 40) for d, s in zip(departments, services, strict=True)),
        trips=TripFacts(
            episodes=40,
            counts=TripCounts(40, 80, 48, 24, 8),
            by_department=(
                (one, TripCounts(40, 0, 20, 14, 4)),
                (two, TripCounts(0, 42, 18, 6, 4)),
                (three, TripCounts(0, 38, 10, 4, 0)),
            ),
            observed=196,
            inferred=4,
            possible=10,
            mean_with_possible=5.25,
        ),
        materials=(
            MaterialCell(licence, two, 40, shareable=40, issuer=one),
            MaterialCell(licence, three, 40, repeats_other=40, shareable=40, issuer=one),
            MaterialCell(card, one, 44, rework=4),
            MaterialCell(card, two, 40, repeats_other=40),
            MaterialCell(card, three, 41, repeats_other=40, rework=1),
            MaterialCell(charter, one, 40),
        ),
        issuers={licence: one},
        merges=(Merge(card + "复印件", card, "report.materials.merge.cleaned", 12),),
        waits=(
            WaitPart("processing", 98.0, one, 40.0),
            WaitPart("queue", 100.0, three, 50.0),
            WaitPart("correction", 60.0, one, 44.0),
            WaitPart("collection", 146.0, two, 80.0),
            WaitPart("relay", 88.0, three, 60.0),
        ),
        lead_time_mean_h=492.0,
        timeline=Timeline(
            bars=(
                TimelineBar(services[0], one, 10.0, 40.0, "processing"),
                TimelineBar(services[0], one, 40.0, 130.0, "collection"),
                TimelineBar(services[1], two, 130.0, 180.0, "processing"),
                TimelineBar(services[2], three, 180.0, 300.0, "queue"),
                TimelineBar(services[2], three, 300.0, 330.0, "correction"),
                TimelineBar(services[2], three, 330.0, 450.0, "processing"),
            ),
            trips=((10.0, "first"), (130.0, "collection"), (131.0, "multi"), (182.0, "multi"), (330.0, "correction")),
            days_off=(5, 6, 12, 13),
            submissions=17,
        ),
        lead_times_h=tuple(float(h) for h in range(100, 900, 20)),
        bundles=(
            {
                "name": focus,
                "services": list(services),
                "episodes": 40,
                "lift": 12.5,
                "order": [[services[0], services[1]]],
                "today": {
                    "trips_mean": 5.0,
                    "submissions_mean": 17.3,
                    "departments_visited_mean": 4.7,
                    "departments_involved_mean": 5.0,
                    "lead_time_mean_h": 492.0,
                    "processing_hours_mean": 23.2,
                },
            },
        ),
        as_is=Process(steps=18, departments=3, applicant_steps=9),
        to_be=Process(steps=12, departments=4, applicant_steps=3),
        ties=(
            Tie(services[0], services[1], "data", licence, 40, 40),
            Tie(services[1], services[2], "soft", "", 40, 30),
        ),
        savings=(saving(focus, services),),
        form=(
            FormRow(card, 3.1, 1.0, departments, "once"),
            FormRow(licence, 2.0, 0.0, (two, three), "shared", one),
            FormRow(charter, 1.0, 1.0, (one,), "own"),
        ),
        handovers=(Handover(licence, one, ((two, 40), (three, 40))),),
        in_person=((services[2], three, 36),),
        parameters=(("trip_gap", "4 h"), ("episode_gap", "60 d")),
        seed=1,
        version="0.1.0",
        files=("trips.csv", "materials.csv", "bundles.json", "savings.json", "to_be.bpmn"),
    )


def bare() -> ReportInputs:
    """A log of one office without applicants, channels or materials, as `receipt` is."""
    return ReportInputs(
        facts=LogFacts(
            files=("receipt.xes",),
            first_at=datetime(2010, 10, 2),
            last_at=datetime(2012, 1, 23),
            events=8577,
            cases=1434,
            departments=9,
            services=0,
            rows=8577,
            roles=frozenset({"case_id", "activity", "completed_at", "department", "resource"}),
        ),
        focus="receipt",
        focus_is_bundle=False,
        flows=(
            FlowRow("", "Group 1", 1400),
            FlowRow("Group 1", "Group 4", 900, 950, 5.0, 30.0),
            FlowRow("Group 4", "", 1400),
        ),
        cards=(DepartmentCard("Group 1", (), 1400), DepartmentCard("Group 4", (), 1000)),
        lead_time_mean_h=72.0,
        version="0.1.0",
    )


def hostile() -> ReportInputs:
    """Every name of the hand-written world replaced by a hostile one."""
    inputs = written(
        HOSTILE[0], (HOSTILE[1], HOSTILE[2], HOSTILE[3]), HOSTILE[3:], (HOSTILE[0], HOSTILE[4], HOSTILE[1])
    )
    facts = replace(inputs.facts, regions=(HOSTILE[0],), files=(HOSTILE[5],))
    return replace(inputs, facts=facts, parameters=((HOSTILE[0], HOSTILE[1]),))


@pytest.fixture
def world() -> ReportInputs:
    return written()


@pytest.fixture
def bare_world() -> ReportInputs:
    return bare()


@pytest.fixture
def hostile_world() -> ReportInputs:
    return hostile()


@pytest.fixture
def make() -> Callable[..., ReportInputs]:
    return written


@pytest.fixture(params=wording.LANGUAGES)
def lang(request: pytest.FixtureRequest) -> Iterator[str]:
    with wording.using(request.param):
        yield request.param


def task(id: str, lane: str, service: str, step: Step, **more: Any) -> Node:
    return Node(id, Kind.TASK, id, lane, step, service, origins=(Origin(service, lane, id, 40),), **more)


def process(*, proposed: bool) -> ProcessModel:
    """Two services one after another; as proposed, applied for once, the licence passed on."""
    one, two = "企业设立登记", "公章刻制备案"
    apply = [task("apply_a", APPLICANT, one, Step.APPLY), task("apply_b", APPLICANT, two, Step.APPLY)]
    review = [task("a", "市场监管局", one, Step.REVIEW), task("b", "公安局", two, Step.REVIEW)]
    order = [apply[0], review[0], *([] if proposed else [apply[1]]), review[1]]
    nodes = (Node("start", Kind.START, "开始"), *order, Node("end", Kind.END, "办完"))
    flows = tuple(Flow(x.id, y.id) for x, y in itertools.pairwise(nodes))
    data = (Data("d", "营业执照", "a", ("b",), "share_data"),) if proposed else ()
    return ProcessModel("企业开办", nodes, flows, data, (one, two))


def drawn(*, proposed: bool) -> Process:
    model = process(proposed=proposed)
    picture = svg(model, lay_out(model), proposed=proposed, alone=False)
    return Process(picture, "to_be.bpmn", "to_be.svg", 4, 2, 1 if proposed else 2, model)


@pytest.fixture
def full(world: ReportInputs) -> ReportInputs:
    """The hand-written world with its drawings and a replay of 60 episodes."""
    today = [("start", 0.0, 0.0), ("apply_a", 1.0, 2.0), ("a", 3.0, 40.0), ("apply_b", 60.0, 61.0), ("b", 62.0, 90.0)]
    then = [("start", 0.0, 0.0), ("apply_a", 1.0, 2.0), ("a", 3.0, 40.0), ("b", 40.0, 70.0)]

    def tokens(stops: list[tuple[str, float, float]], end: float) -> tuple[Token, ...]:
        whole = [*stops, ("end", end, end)]
        return tuple(Token(tuple((node, a + 8 * i, b + 8 * i) for node, a, b in whole), i) for i in range(60))

    return replace(
        world,
        flow_map_svg=department_map(world.flows, world.cards, world.trips),
        as_is=drawn(proposed=False),
        to_be=drawn(proposed=True),
        replay=Replay(tokens(today, 100.0), tokens(then, 72.0), 580.0),
    )


def labelled(folder: Path) -> ReportInputs:
    """The labelled world's truth as report inputs; what mining computes is taken from the truth files."""
    import duckdb

    db = duckdb.connect()
    for name in ("log", "truth_trips", "truth_materials", "truth_episodes"):
        db.execute(f"create view {name} as select * from read_csv_auto('{folder / name}.csv', all_varchar=true)")
    bundles = json.loads((folder / "truth_bundles.json").read_text("utf-8"))
    truth = json.loads((folder / "truth_savings.json").read_text("utf-8"))
    focus = bundles[0]
    services = tuple(focus["services"])
    db.execute(
        "create table ours as select e.episode_id, l.*, l.completed_at::timestamp done, l.started_at::timestamp begun from log l join truth_episodes e using (case_id) where l.service in (select unnest(?::varchar[]))",
        [list(services)],
    )
    ids = [
        r[0] for r in db.execute("select episode_id from ours group by 1 having count(distinct service) > 1").fetchall()
    ]
    db.execute("delete from ours where episode_id not in (select unnest(?::varchar[]))", [ids])
    kinds = "case when kind in ('first','multi') then kind else coalesce(nullif(cause,''),'other') end"
    db.execute(
        f"create table t as select *, {kinds} k, unnest(string_split(departments,';')) d from truth_trips where episode_id in (select unnest(?::varchar[]))",
        [ids],
    )

    def counts(where: str) -> TripCounts:
        got = dict(db.execute(f"select k, count(distinct trip_id || episode_id) from t {where} group by 1").fetchall())
        return TripCounts(*(got.get(k, 0) for k in ("first", "multi", "collection", "correction", "other")))

    departments = [r[0] for r in db.execute("select d from t group by 1 order by count(*) desc").fetchall()]
    hours = "date_diff('second', min(begun), max(done)) / 3600.0"
    leads = sorted(float(r[0]) for r in db.execute(f"select {hours} from ours group by episode_id").fetchall())
    lead = sum(leads) / len(leads)
    steps = db.execute("select department, service, episode_id, min(done) f from ours group by all").fetchall()
    db.execute("create table s as select episode_id, department, min(begun) f from ours group by all")
    db.execute(
        "create table f as select coalesce(lag(department) over w, '') a, department b, date_diff('second', lag(f) over w, f)/3600.0 h from s window w as (partition by episode_id order by f, department)"
    )
    flows = db.execute(
        "select a, b, count(*), count(*), median(h), quantile_cont(h, 0.9) from f group by all union all select last, '', count(*), count(*), null, null from (select arg_max(department, f) as last from s group by episode_id) group by all order by 3 desc, 1, 2"
    ).fetchall()
    db.execute(
        "create table m as select m.*, l.episode_id from truth_materials m join (select distinct case_id, episode_id from ours) l using (case_id)"
    )
    cells = db.execute(
        "select material_class, department, count(*), count(*) filter (repeat_kind='same_department' and coalesce(because,'')=''), count(*) filter (repeat_kind='other_department'), count(*) filter (because='correction'), count(*) filter (shareable_from<>''), coalesce(mode(shareable_from) filter (shareable_from<>''),'') from m group by all order by 3 desc, 1, 2"
    ).fetchall()
    cells = [c if c[7] in departments else (*c[:6], 0, "") for c in cells]
    issuers = {c[0]: c[7] for c in cells if c[7]}
    found = []
    for bundle in bundles:
        row = db.execute(
            "with e as (select e.episode_id, l.* from log l join truth_episodes e using(case_id) where l.service in (select unnest(?::varchar[]))), k as (select episode_id from e group by 1 having count(distinct service)>1) select count(distinct episode_id), (select count(*) from truth_trips where episode_id in (select episode_id from k)), (select count(*) from truth_materials m where m.case_id in (select case_id from e where episode_id in (select episode_id from k))), (select avg(h) from (select date_diff('second', min(started_at::timestamp), max(completed_at::timestamp))/3600.0 h from e where episode_id in (select episode_id from k) group by episode_id)) from k",
            [bundle["services"]],
        ).fetchone()
        n = row[0]
        today = {
            "trips_mean": row[1] / n,
            "submissions_mean": row[2] / n,
            "departments_visited_mean": 3.0,
            "departments_involved_mean": 3.0,
            "lead_time_mean_h": row[3],
            "processing_hours_mean": 20.0,
        }
        found.append(
            {
                "name": bundle["name"],
                "services": bundle["services"],
                "episodes": n,
                "lift": 9.1,
                "order": bundle["order"],
                "today": today,
            }
        )
    full = truth[0]

    def interval(part: dict[str, float]) -> dict[str, float]:
        return {"value": part["value"], "low": part["value"] - 6 * part["se"], "high": part["value"] + 6 * part["se"]}

    measures = {
        k: {"observed": v["as_is"]["log_value"], **{p: interval(v[p]) for p in ("as_is", "to_be", "saving")}}
        for k, v in full["measures"].items()
        if k != "submissions_catalogue_mean"
    }
    chain = [None, truth[2], truth[8], truth[9], truth[10], truth[0]]
    order = ("one_form", "one_window", "share_data", "one_delivery", "parallel_review")
    attribution = [
        {
            "move": move,
            "measure": k,
            "saving": (
                value := after["measures"][k]["saving"]["value"]
                - (before["measures"][k]["saving"]["value"] if before else 0)
            ),
            "low": value - (w := 8 * after["measures"][k]["saving"]["se"]),
            "high": value + w,
        }
        for k in measures
        for move, before, after in zip(order, chain, chain[1:], strict=False)
    ]
    alone = [
        {
            "move": move,
            "measure": k,
            "saving": (value := one["measures"][k]["saving"]["value"]),
            "low": value - (w := 8 * one["measures"][k]["saving"]["se"]),
            "high": value + w,
        }
        for k in measures
        for move, one in zip(MOVES, truth[2:7], strict=True)
    ]
    savings = {
        **{k: full[k] for k in ("bundle", "services", "episodes", "moves", "options", "seed", "replications")},
        "validation": {"holdout_from": "2024-08-01", "metrics": {"cycle_time_distance_h": 11.3}, "passed": True},
        "measures": measures,
        "attribution": attribution,
        "alone": alone,
    }
    n = len(ids)
    per = {}
    for cell in cells:
        per.setdefault(cell[0], []).append(cell)
    form = tuple(
        FormRow(
            k,
            sum(c[2] for c in v) / n,
            0.0 if k in issuers else min(1.0, sum(c[2] for c in v) / n),
            tuple(c[1] for c in v),
            "shared" if k in issuers else "once" if len(v) > 1 else "own",
            issuers.get(k, ""),
        )
        for k, v in per.items()
    )
    handovers = tuple(
        Handover(k, issuers[k], tuple((c[1], c[2]) for c in v if c[1] != issuers[k]))
        for k, v in per.items()
        if k in issuers
    )
    log = db.execute(
        "select count(*), count(distinct case_id), count(distinct applicant), count(distinct department), count(distinct service), min(started_at::timestamp), max(completed_at::timestamp) from log"
    ).fetchone()
    shares = (("processing", 0.20), ("queue", 0.2), ("correction", 0.12), ("collection", 0.3), ("relay", 0.18))
    base = written(focus["name"], tuple(departments[:3]), services[:3])
    return replace(
        base,
        facts=LogFacts(
            ("log.csv",),
            ("天河区",),
            log[5],
            log[6],
            log[0],
            log[1],
            log[2],
            log[3],
            log[4],
            399,
            log[0],
            0,
            0,
            frozenset(ROLES.split()),
        ),
        focus_services=services,
        checks=tuple(Check(f"report.quality.check.{k}", 0, log[0]) for k in ("rejected", "duplicates", "no_start")),
        flows=tuple(FlowRow(*row) for row in flows),
        cards=tuple(
            DepartmentCard(
                d, tuple(sorted({s[1] for s in steps if s[0] == d})), len({s[2] for s in steps if s[0] == d})
            )
            for d in departments
        ),
        trips=TripFacts(
            n, counts(""), tuple((d, counts(f"where d = '{d}'")) for d in departments), observed=counts("").total
        ),
        materials=tuple(MaterialCell(*c) for c in cells),
        issuers=issuers,
        merges=(),
        waits=tuple(WaitPart(k, lead * s, departments[i], lead * s / 3) for i, (k, s) in enumerate(shares)),
        lead_time_mean_h=lead,
        lead_times_h=tuple(leads),
        bundles=tuple(found),
        ties=tuple(Tie(a, b, "data", "", 80, 80) for a, b in focus["order"]),
        savings=(savings,),
        form=form,
        handovers=handovers,
        in_person=(("银行开户预约", "商业银行", 81),),
    )
