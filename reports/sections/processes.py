"""The merged process beside today's, what ties its services, and the replay of both on one clock."""

from __future__ import annotations

from collections.abc import Iterable

from reports import denominators
from reports import savings_view as view
from reports.blocks import Block, Column, Drawing, Figure, Replaying, Section, Table
from reports.disclosure import publish, publish_share
from reports.glance import Glance, Stops, at_a_glance, joined
from reports.inputs import Process, Replay, ReportInputs, Token
from reports.text import count, days, listed, name, number, strong
from wording import say


def section(inputs: ReportInputs) -> Section:
    """The section of both processes."""
    topic = say("report.processes.topic")
    if not inputs.as_is.svg and not inputs.to_be.svg and not inputs.to_be.steps:
        return Section("processes", topic, say("report.processes.off-heading"), off=say("report.processes.off"))
    blocks: list[Block] = []
    for kind, process in (("as_is", inputs.as_is), ("to_be", inputs.to_be)):
        if process.svg or process.model is not None:
            blocks.append(_drawing(inputs, kind, process))
    if inputs.ties:
        blocks.append(_ties(inputs))
    return Section("processes", topic, _heading(inputs), _deck(inputs), tuple(blocks))


def replay(inputs: ReportInputs) -> Section:
    """The section of the replay."""
    topic = say("report.replay.topic")
    played = inputs.replay
    if played is None or not played.as_is or not (inputs.as_is.svg or inputs.as_is.model):
        return Section("replay", topic, say("report.replay.off-heading"), off=say("report.replay.off"))
    return Section("replay", topic, _replay_heading(played), _replay_deck(played), (_replaying(inputs, played),))


def _glance(kind: str, process: Process, least: int) -> Glance | None:
    """A process of several services at a glance; None where one service is all there is."""
    model = process.model
    if model is None or len(model.services) < 2:
        return None
    return at_a_glance(model, proposed=kind == "to_be", min_count=least)


def _steps(inputs: ReportInputs, kind: str, process: Process) -> int:
    """Steps of the applicant; what the overview shows, so that the heading agrees with the picture."""
    small = _glance(kind, process, inputs.min_count)
    return process.applicant_steps if small is None else small.own_steps


def _heading(inputs: ReportInputs) -> str:
    if not inputs.savings and inputs.as_is.steps and not inputs.to_be.steps:
        return say("report.processes.heading-steps", n=count(inputs.as_is.steps))
    before, after = _steps(inputs, "as_is", inputs.as_is), _steps(inputs, "to_be", inputs.to_be)
    carried = sum(1 for h in inputs.handovers if h.receivers)
    if before and after and after < before:
        key = "report.processes.heading-carried" if carried else "report.processes.heading"
        return say(key, before=count(before), n=after, after=count(after))
    if not inputs.cards:
        return say("report.processes.heading-steps", n=count(inputs.as_is.steps))
    return say("report.processes.heading-kept", n=count(len(inputs.cards)))


def _deck(inputs: ReportInputs) -> str:
    parts = []
    moves = inputs.savings[0].get("moves", ()) if inputs.savings else ()
    if moves:
        names = listed(say(f"report.move.{move}.name") for move in moves)
        parts.append(say("report.processes.deck.moves", moves=names))
    documents = [name(h.document, 30) for h in inputs.handovers if h.receivers]
    if documents:
        parts.append(say("report.processes.deck.carried", documents=listed(documents[:4])))
    stay = [
        say("report.processes.deck.at", service=name(s, 30), department=strong(d, 30)) for s, d, _ in inputs.in_person
    ]
    if stay:
        parts.append(say("report.processes.deck.stay", services=listed(stay[:3])))
    return "".join(parts)


def _drawing(inputs: ReportInputs, kind: str, process: Process) -> Figure:
    saving = inputs.savings[0] if inputs.savings else {}
    figures = []
    for measure, unit in (("trips_mean", "trips"), ("submissions_mean", "materials"), ("lead_time_mean_h", "days")):
        value = view.estimate(saving, measure, kind)
        if value is not None:
            figures.append(f"{number(value.value)} {say(f'report.answer.{unit}.unit')}")
    files = (("BPMN", process.bpmn_file), ("SVG", process.svg_file))
    downloads = tuple((say("report.download", what=what), file) for what, file in files if file)
    moves = say("report.list.comma").join(say(f"report.move.{m}.name") for m in saving.get("moves", ()))
    whose = "title" if inputs.focus_is_bundle else "title-one"
    title = say(f"report.processes.{kind}.{whose}", n=count(process.departments or len(inputs.cards)), moves=moves)
    small = _glance(kind, process, inputs.min_count)
    shown, whole = (process.svg, "") if small is None else (small.svg, process.svg)
    sums = " · ".join(figures)
    caption = say(f"report.processes.{kind}.caption") + denominators.over_all_cases(inputs)
    if small is not None and small.folded:
        caption += say("report.processes.folded", n=count(small.own_steps))
    return Figure(
        f"fig-{kind.replace('_', '-')}",
        title,
        Drawing(shown, "as_is" if kind == "as_is" else "to_be", downloads, sums, detail=whole),
        caption,
    )


def _ties(inputs: ReportInputs) -> Table:
    rows = []
    for tie in inputs.ties:
        why = say(f"report.tie.{tie.kind}") + (say("report.tie.confirm") if tie.confirm else "")
        episodes = publish(tie.episodes, inputs.min_count)
        share = publish_share(tie.kept / tie.episodes if tie.episodes else None, tie.episodes, inputs.min_count)
        rows.append((name(tie.before), name(tie.after), why, name(tie.document), episodes, share))
    return Table(
        "ties",
        say("report.processes.ties.title"),
        (
            Column("before", say("report.column.before")),
            Column("after", say("report.column.after")),
            Column("kind", say("report.column.tie")),
            Column("document", say("report.column.document")),
            Column("episodes", say("report.column.both"), "count", people=True),
            Column("kept", say("report.column.kept"), "share", parts=True),
        ),
        tuple(rows),
        say("report.processes.ties.caption"),
        most=20,
    )


def _ends(tokens: Iterable[Token]) -> float:
    return max((token.stops[-1][2] for token in tokens if token.stops), default=0.0)


def _on_the_drawing(inputs: ReportInputs, kind: str, process: Process, tokens: tuple[Token, ...]) -> tuple[Stops, ...]:
    small = _glance(kind, process, inputs.min_count)
    return joined((token.stops for token in tokens), None if small is None else small.place)


def _replaying(inputs: ReportInputs, played: Replay) -> Figure:
    as_is = _on_the_drawing(inputs, "as_is", inputs.as_is, played.as_is)
    to_be = _on_the_drawing(inputs, "to_be", inputs.to_be, played.to_be)
    chart = Replaying(
        as_is,
        to_be,
        played.ends_h or max(_ends(played.as_is), _ends(played.to_be)),
        tuple(token.episode for token in played.as_is),
        tuple(token.episode for token in played.to_be),
    )
    episodes = len(_episodes(played))
    key = "caption" if episodes > 1 else "caption-one"
    caption = say(f"report.replay.{key}", n=episodes, count=count(episodes), others=count(episodes - 1))
    return Figure("fig-replay", say("report.replay.title"), chart, caption + say("report.replay.numbers"))


def _episodes(played: Replay) -> set[int]:
    return {token.episode for token in played.as_is}


def _typical(tokens: Iterable[Token]) -> list[Token]:
    return [token for token in tokens if token.episode == 0]


def _replay_deck(played: Replay) -> str:
    return say("report.replay.deck" if len(_episodes(played)) > 1 else "report.replay.deck-one")


def _replay_heading(played: Replay) -> str:
    """When the typical episode ends today, and how many of all have ended by then as proposed."""
    today, proposed = _ends(_typical(played.as_is)), _ends(_typical(played.to_be))
    if 0 < proposed < today:
        values = {"proposed": days(proposed, 0), "today": days(today, 0)}
        return say("report.replay.heading", n=len(_typical(played.as_is)), **values)
    return say("report.replay.heading-plain", n=len(_typical(played.as_is)))
