"""The answer in five lines: trips, papers, days, departments, and what to do first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports import savings_view as view
from reports.blocks import Answer, AnswerLine, Section
from reports.inputs import ReportInputs
from reports.sections.basis import lacking
from reports.sections.materials import most_needless, totals_by_class
from reports.sections.trips import most_returns, rows_of, unit
from reports.sections.waits import longest, part_of
from reports.text import count, days, listed, name, new, number, percent, span, strong
from wording import say

# What tells of the burden; without it there is little to propose.
BURDEN = ("applicant", "channel", "department", "service", "materials", "outputs", "started_at")
LINES = (
    ("trips", "trips_mean"),
    ("materials", "submissions_mean"),
    ("days", "lead_time_mean_h"),
    ("departments", "departments_visited_mean"),
)


def section(inputs: ReportInputs) -> Section:
    """The first section: a heading that is the whole report in one sentence, and the five lines."""
    saving = inputs.savings[0] if inputs.savings else {}
    lines = [_line(inputs, saving, id, measure) or _unknown(inputs, id) for id, measure in LINES]
    first = _first(inputs, saving) if saving else _record(inputs)
    kept = (*lines, first) if first is not None else tuple(lines)
    answer = Answer(
        say("report.answer.today"),
        say("report.answer.proposed") if saving else "",
        say("report.answer.evidence"),
        kept,
        _caption(saving),
    )
    return Section("answer", name(inputs.focus, 40), heading(inputs), _deck(inputs), (answer,))


def seen_in_person(inputs: ReportInputs) -> bool:
    """Whether most episodes show the applicant somewhere: else a mean of trips would mislead."""
    return inputs.trips is not None and 2 * inputs.trips.counts.first >= inputs.trips.episodes > 0


def heading(inputs: ReportInputs) -> str:
    """The first heading: the focus' trips and days, today and as proposed, as far as the log tells."""
    saving = inputs.savings[0] if inputs.savings else {}
    focus = name(inputs.focus, 40) or say("report.answer.this-log")
    today_days = _today(inputs, saving, "lead_time_mean_h")
    today_trips = _today(inputs, saving, "trips_mean") if seen_in_person(inputs) else None
    new_days = view.estimate(saving, "lead_time_mean_h", "to_be")
    new_trips = view.estimate(saving, "trips_mean", "to_be")
    fewer_trips = today_trips is not None and new_trips is not None and new_trips.value < today_trips - 0.05
    fewer_days = today_days is not None and new_days is not None and new_days.value < today_days - 0.05
    least = min(today_days or 10.0, new_days.value if new_days is not None else 10.0)
    digits = 0 if least >= 10 else 1  # both with the same precision
    values: dict[str, object] = {
        "focus": focus,
        "trips": "" if today_trips is None else number(today_trips),
        "days": "" if today_days is None else number(today_days, digits),
        "new_trips": "" if new_trips is None else new(number(new_trips.value)),
        "new_days": "" if new_days is None else new(number(new_days.value, digits)),
        "n": count(inputs.facts.cases),
    }
    if fewer_trips and fewer_days:
        return say("report.answer.h1.both", **values)
    if fewer_days:
        return say("report.answer.h1.days", **values)
    if fewer_trips:
        return say("report.answer.h1.trips", **values)
    if today_trips is not None and today_days is not None:
        return say("report.answer.h1.today", **values)
    if today_days is not None:
        return say("report.answer.h1.today-days", **values)
    return say("report.answer.h1.nothing", **values)


def _today(inputs: ReportInputs, saving: Mapping[str, Any], measure: str) -> float | None:
    """Today's mean in shown units: the calibrated as-is beside a proposal, else the log's own."""
    as_is = view.estimate(saving, measure, "as_is")
    if as_is is not None:
        return as_is.value
    if measure == "trips_mean" and inputs.trips is not None and inputs.trips.episodes:
        return inputs.trips.mean if inputs.trips.mean is not None else inputs.trips.counts.total / inputs.trips.episodes
    if measure == "lead_time_mean_h" and inputs.lead_time_mean_h is not None:
        return inputs.lead_time_mean_h / 24
    bundle = next((b for b in inputs.bundles if b.get("name") == inputs.focus), None)
    value = (bundle or {}).get("today", {}).get(measure)
    return None if value is None else float(value) / view.scale(measure)


def _deck(inputs: ReportInputs) -> str:
    regions = inputs.facts.regions
    region = say("report.in-region", region=name(regions[0], 24)) if len(regions) == 1 else ""
    departments = len(inputs.cards)
    needless = sum(cell.shareable for cell in inputs.materials)
    if inputs.trips is not None and inputs.trips.episodes and needless:
        return say(
            "report.answer.deck.courier",
            region=region,
            n=count(inputs.trips.episodes),
            focus=name(inputs.focus, 40),
            departments=count(departments),
            shareable=count(needless),
        )
    if inputs.trips is not None and seen_in_person(inputs):
        return say(
            "report.answer.deck.trips",
            region=region,
            n=count(inputs.trips.episodes),
            focus=name(inputs.focus, 40),
            departments=count(departments),
        )
    key = "report.answer.deck.cases" if inputs.facts.departments else "report.answer.deck.cases-only"
    return say(key, n=count(inputs.facts.cases), departments=count(inputs.facts.departments))


def _line(inputs: ReportInputs, saving: Mapping[str, Any], id: str, measure: str) -> AnswerLine | None:
    today = _today(inputs, saving, measure)
    evidence = _EVIDENCE[id](inputs)
    if today is None or not evidence or (id in ("trips", "departments") and not seen_in_person(inputs)):
        return None
    proposed = view.estimate(saving, measure, "to_be")
    less, exact = view.told(saving, measure), view.estimate(saving, measure, "saving")
    return AnswerLine(
        id,
        say(f"report.answer.{id}.label"),
        number(today),
        "" if proposed is None else number(proposed.value),
        say(f"report.answer.{id}.unit"),
        today,
        None if proposed is None else proposed.value,
        "" if less is None or exact is None else _change(exact.value / today if today else 0.0, less, id),
        evidence,
    )


def _unknown(inputs: ReportInputs, id: str) -> AnswerLine:
    """A measure that the log cannot tell, what it does tell of it, and what it would need."""
    facts, busiest = inputs.trips, max(inputs.cards, key=lambda card: (card.cases, card.department), default=None)
    missing = lacking(inputs.facts.roles, of=("applicant", "channel"))
    key: str = "unknown" if missing or id != "trips" else "unseen"
    values: dict[str, object] = {"missing": missing}
    if id == "trips" and facts is not None and facts.counts.total >= inputs.min_count:
        all_inferred = facts.inferred == facts.counts.total
        key = "few-all-inferred" if all_inferred else "few-inferred" if facts.inferred else "few"
        values |= {"n": count(facts.counts.total), "episodes": count(facts.episodes), "inferred": count(facts.inferred)}
        values |= unit(inputs)
    elif id == "departments" and busiest is not None and busiest.cases >= inputs.min_count:
        key = "busiest"
        values |= {"department": strong(busiest.department, 36), "cases": count(busiest.cases)}
        values |= {"n": count(inputs.facts.departments or len(inputs.cards))}
    evidence = say(f"report.answer.{id}.{key}", **values)
    if facts is not None and key.startswith("few"):
        told = [(one.total, label) for label, one in rows_of(facts, "department", inputs.min_count) if one.total]
        if told:
            at = {"department": strong(max(told)[1], 36), "n": count(max(told)[0])}
            evidence += say("report.answer.trips.few-at", **at)
    return AnswerLine(id, say(f"report.answer.{id}.label"), "–", "", "", None, None, "", evidence)


def _record(inputs: ReportInputs) -> AnswerLine | None:
    """What to do first where nothing could be simulated: record what the log lacks."""
    missing = lacking(inputs.facts.roles, of=BURDEN)
    if not missing:
        return None
    busiest = max(inputs.cards, key=lambda card: (card.cases, card.department), default=None)
    evidence = say("report.answer.first.record", missing=missing, n=count(inputs.facts.cases))
    if busiest is not None and busiest.cases >= inputs.min_count:
        values = {"department": strong(busiest.department, 36), "n": count(busiest.cases)}
        evidence += say("report.answer.first.begin", **values)
    return AnswerLine("first", say("report.answer.first.label"), "–", "", "", None, None, "", evidence)


def _change(of_today: float, less: view.Estimate, id: str) -> str:
    share = number(-100 * of_today, 0)
    way = "fewer" if less.value >= 0 else "more"
    low, high = (less.low, less.high) if not less.sure else sorted((abs(less.low), abs(less.high)))
    return say(
        f"report.answer.change.{way}",
        share=share if less.value >= 0 else f"+{share}",
        value=number(abs(less.value)),
        unit=say(f"report.answer.{id}.less"),
        range=say("report.range", low=number(low), high=number(high)) if less.wide else "",
    )


def _trips_evidence(inputs: ReportInputs) -> str:
    facts = inputs.trips
    if facts is None:
        return ""
    most = [(label, one.total) for label, one in rows_of(facts, "department", inputs.min_count) if one.total][:2]
    back = most_returns(facts, inputs.min_count)
    if not most or back is None:
        return ""
    return say(
        "report.answer.trips.evidence" if len(most) == 2 else "report.answer.trips.evidence-one",
        a=strong(most[0][0], 36),
        b=strong(most[-1][0], 36),
        n=count(facts.episodes),
        trips_a=count(most[0][1]),
        trips_b=count(most[-1][1]),
        returns=count(facts.counts.returns),
        back=strong(back[0], 36),
        back_n=count(back[1]),
    )


def _materials_evidence(inputs: ReportInputs) -> str:
    if not inputs.materials:
        return ""
    classes = totals_by_class(inputs.materials)
    asked = max(classes.items(), key=lambda item: (len(item[1].departments), item[1].submissions, item[0]))
    common = say(
        "report.answer.materials.common",
        material=name(asked[0], 36),
        departments=count(len(asked[1].departments)),
        n=count(asked[1].submissions),
    )
    worst = most_needless(inputs.materials)
    if worst is None:
        department = max(inputs.materials, key=lambda cell: (cell.submissions, cell.department)).department
        return say("report.answer.materials.by", department=strong(department, 36)) + common
    return say(
        "report.answer.materials.evidence",
        issuer=strong(worst.issuer, 36),
        material=name(worst.material_class, 36),
        departments=count(len(worst.departments)),
        n=count(worst.shareable),
    ) + (common if asked[0] != worst.material_class else "")


def _days_evidence(inputs: ReportInputs) -> str:
    worked = part_of(inputs.waits, "processing")
    wait = longest(inputs.waits)
    if wait is None:
        flow = max(
            (row for row in inputs.flows if row.source and row.target and row.median_wait_h),
            key=lambda row: (row.cases * (row.median_wait_h or 0), row.source, row.target),
            default=None,
        )
        if flow is None or flow.median_wait_h is None:
            return _spread(inputs)
        return say(
            "report.answer.days.flow",
            a=strong(flow.source, 36),
            b=strong(flow.target, 36),
            n=count(flow.cases),
            span=span(flow.median_wait_h),
        )
    parts = []
    if worked is not None:
        parts.append(say("report.answer.days.worked", days=days(worked.mean_h)))
    parts.append(say("report.answer.days.longest", cause=say(f"report.wait.{wait.cause}"), days=days(wait.mean_h)))
    if wait.department and wait.department_mean_h is not None:
        values = {"department": strong(wait.department, 36), "days": days(wait.department_mean_h)}
        parts.append(say("report.answer.days.where", **values))
    return "".join(parts)


def _spread(inputs: ReportInputs) -> str:
    """Where the log tells nothing else of the time: how it spreads."""
    leads = inputs.lead_times_h
    if len(leads) < 2 * inputs.min_count:
        return ""
    middle, late = leads[len(leads) // 2], leads[int(0.9 * len(leads))]
    return say("report.answer.days.spread", n=count(len(leads)), median=span(middle), p90=span(late))


def _departments_evidence(inputs: ReportInputs) -> str:
    if inputs.trips is None or not inputs.trips.by_department:
        return ""
    involved = len(inputs.cards) or len(inputs.trips.by_department)
    text = say("report.answer.departments.evidence", n=count(involved))
    stay = sorted({row[1] for row in inputs.in_person})
    if stay:
        cases = sum(row[2] for row in inputs.in_person)
        text += say(
            "report.answer.departments.stay", departments=listed(strong(d, 30) for d in stay[:2]), n=count(cases)
        )
    else:
        most = max(inputs.trips.by_department, key=lambda row: (row[1].total, row[0]))
        text += say("report.answer.departments.most", department=strong(most[0], 36), n=count(most[1].total))
    return text


_EVIDENCE = {
    "trips": _trips_evidence,
    "materials": _materials_evidence,
    "days": _days_evidence,
    "departments": _departments_evidence,
}


def _first(inputs: ReportInputs, saving: Mapping[str, Any]) -> AnswerLine | None:
    best = view.first(saving)
    if best is None:
        return None
    measure, move, share = best
    unit = "days" if measure == "lead_time_mean_h" else "trips"
    total = view.estimate(saving, measure, "saving")
    part = share.value / total.value if total is not None and total.value > 0 else None
    interval = say("report.range", low=number(share.low), high=number(share.high)) if share.wide else ""
    change = say("report.answer.first.saved", range=interval)
    if part is not None and 0 < part <= 1:
        change += say("report.answer.first.of", share=percent(part))
    return AnswerLine(
        "first",
        say("report.answer.first.label"),
        "",
        number(share.value),
        say(f"report.answer.{unit}.unit"),
        None,
        None,
        change,
        _first_evidence(inputs, saving, move),
    )


def _first_evidence(inputs: ReportInputs, saving: Mapping[str, Any], move: str) -> str:
    handed = [h for h in inputs.handovers if h.receivers and not h.connected]
    if move == "share_data" and handed:
        ranked = sorted(handed, key=lambda h: (-sum(n for _, n in h.receivers), h.document))
        documents = listed(
            say("report.answer.first.document", issuer=strong(h.issuer, 30), document=name(h.document, 30))
            for h in ranked[:3]
        )
        text = say("report.answer.first.share_data", n=len(handed), documents=documents)
        review = dict(view.shares(saving, "lead_time_mean_h")).get("parallel_review")
        worth = review is not None and review.value > 0.05
        return text + (say("report.answer.first.enables", days=number(review.value)) if review and worth else "")
    departments = listed(strong(card.department, 30) for card in inputs.cards[:2])
    return say(
        "report.answer.first.move",
        move=strong(say(f"report.move.{move}.name").capitalize()),
        what=say(f"report.move.{move}.what"),
        departments=departments or name(inputs.focus, 36),
        n=count(int(saving.get("episodes", 0) or 0)),
    )


def _caption(saving: Mapping[str, Any]) -> str:
    if not saving:
        return say("report.answer.caption-today")
    values = [view.observed(saving, measure) for _, measure in LINES]
    text = say("report.answer.caption", n=count(int(saving.get("replications", 0) or 0)))
    if all(value is not None for value in values):
        trips, papers, lead, departments = (number(value or 0.0) for value in values)
        text += say("report.answer.caption-observed", trips=trips, papers=papers, days=lead, departments=departments)
    return text
