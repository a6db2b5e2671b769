"""`onething redesign` and `simulate`: one bundle or set of services, under the moves that were asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onething.arguments import known_services
from onething.output import BOM, folder, json_text, text_table, write_by_engine, write_json
from onething.proposal_files import csv_text, write_proposal
from wording import say
from wording.errors import UsageError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import Engine
    from mining.material_classes import MaterialClasses
    from onething.calls import Call
    from onething.cli.asking import Ask
    from redesign.proposal import Proposal
    from redesign.situation import Options


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    bundle: str | None = None
    services: str | None = None
    moves: str | None = None
    delivery: str = "onsite"
    place: str | None = None
    corrections_avoided: float = 0.0
    online_share: float = 0.0
    model: Path | None = None

    def options(self) -> Options:
        """As `redesign` takes them."""
        from redesign.situation import Options

        if self.delivery not in ("onsite", "post"):
            raise UsageError("cli.unknown-delivery", name=self.delivery)
        return Options(self.delivery, self.place or "", self.corrections_avoided, self.online_share)

    def service_names(self) -> list[str]:
        """The services named, each once; none where a bundle is asked for."""
        if self.services is None:
            return []
        named = list(dict.fromkeys(name.strip() for name in self.services.split(",") if name.strip()))
        if not named:
            raise UsageError("cli.no-service-named")
        return named

    def move_names(self) -> list[str] | None:
        """The moves named; None for those that apply by themselves."""
        if self.moves is None:
            return None
        named = [name.strip() for name in self.moves.split(",") if name.strip()]
        if not named:
            raise UsageError("cli.no-move-named")
        return named

    def refuse_idle(self) -> None:
        """Refuse a call whose options steer moves that its `--moves` leaves out: they would be ignored in silence.

        Raises
        ------
        UsageError
            Names the option and the move that it belongs to.
        """
        moves = self.move_names()
        if moves is None:
            return
        steers = (
            ("--delivery", "one_delivery", self.delivery != "onsite"),
            ("--place", "one_window", self.place is not None),
            ("--corrections-avoided", "notify_once", self.corrections_avoided > 0),
            ("--online-share", "online", self.online_share > 0),
        )
        for option, move, given in steers:
            if given and move not in moves:
                raise UsageError("cli.option-of-another-move", option=option, move=move)


@dataclass(frozen=True)
class Chosen:
    """The services to redesign, and the tables that they are judged by."""

    name: str
    services: tuple[str, ...]
    episodes: ir.Table
    trips: ir.Table
    materials: ir.Table
    classes: MaterialClasses


def choose(call: Call, wish: Wish) -> Chosen:
    """The services of `--services` or of the bundle `--bundle`; by default the bundle with most episodes.

    Raises
    ------
    UsageError
        No such bundle or service: names the nearest; or the log shows no bundle and none was named.
    """
    from mining.findings import mine

    given, catalogue = call.given_bundles(), call.catalogue
    named = wish.service_names()
    if named:
        known_services(call.log, named, "--services")
        given = (tuple(named),)
    findings = mine(
        call.log,
        catalogue=catalogue,
        places=catalogue.halls,
        corrections=call.corrections(),
        bundles=given,
        trip_gap_h=call.trip_gap_h,
        applicant_activities=call.applicant_activities,
        episode_gap_days=call.episode_gap_days,
    )
    if named:
        name, services = wish.bundle or "、".join(named), tuple(named)
    else:
        names = {bundle.name: bundle for bundle in findings.bundles}
        if not names:
            raise UsageError("cli.no-bundle")
        if wish.bundle is not None and wish.bundle not in names:
            raise UsageError("cli.no-such-bundle", name=wish.bundle, known=", ".join(names))
        bundle = names[wish.bundle] if wish.bundle else max(names.values(), key=lambda b: (b.episodes, b.name))
        name, services = bundle.name, bundle.services
    return Chosen(name, services, findings.episodes, findings.trips, findings.materials, findings.classes)


def proposed(call: Call, wish: Wish, chosen: Chosen) -> Proposal:
    """The proposal, with the process that was given back by hand where there is one."""
    from redesign.proposal import propose

    model = None
    if wish.model is not None:
        from reports.bpmn.xml import read

        model = read(wish.model.read_bytes(), path=wish.model.name) if wish.model.is_file() else _no_model(wish.model)
    return propose(
        call.log,
        chosen.services,
        name=chosen.name,
        moves=wish.move_names(),
        catalogue=call.catalogue,
        options=wish.options(),
        episodes=chosen.episodes,
        materials=chosen.materials,
        classes=chosen.classes,
        model=model,
    )


def _no_model(path: Path) -> Any:
    from wording.errors import InputError

    raise InputError("log.no-file", path=path)


def redesign(ask: Ask, wish: Wish) -> None:
    """The merged model into DIR, and what each move changes on stdout."""
    from onething.calls import opened

    _refuse_parquet_on_a_terminal(ask)
    wish.refuse_idle()
    call = opened(ask)
    call.progress.step("cli.step.mine")
    chosen = choose(call, wish)
    call.progress.step("cli.step.redesign", bundle=chosen.name)
    proposal = proposed(call, wish, chosen)
    call.progress.end()
    rows = move_rows(proposal)
    if ask.out is not None:
        with folder(ask.out, force=ask.force) as work:
            write_proposal(proposal, work)
            write_json(rows, work / "redesign.json")
            write_rows(call.log.engine, rows, work / f"redesign.{ask.format}")
        print(say("cli.written", path=ask.out), file=sys.stderr)  # noqa: T201
    if ask.format == "json":
        sys.stdout.write(json_text(rows) + "\n")
    elif ask.format == "csv":
        sys.stdout.write(csv_text(rows))
    else:
        sys.stdout.write(told(proposal, rows))


def _refuse_parquet_on_a_terminal(ask: Ask) -> None:
    if ask.format == "parquet" and ask.out is None:
        raise UsageError("cli.parquet-needs-out")


def write_rows(
    engine: Engine, rows: Sequence[dict[str, Any]], path: Path, types: Mapping[str, str] | None = None
) -> None:
    """Rows as CSV or Parquet, by the file's ending; another ending writes nothing, for JSON is there always.

    Parameters
    ----------
    types
        The Ibis type of each column; by default as the first row has it, so that there has to be one.
    """
    if path.suffix == ".csv":
        path.write_bytes(BOM + csv_text(rows, types or ()).encode("utf-8"))
    elif path.suffix == ".parquet":
        types = types or {name: _TYPES.get(type(value), "float64") for name, value in rows[0].items()}
        columns = {name: [row[name] for row in rows] for name in types}
        write_by_engine(engine, engine.hold(path.stem, columns, types), path, "parquet")


_TYPES = {bool: "boolean", str: "string"}


def told(proposal: Proposal, rows: Sequence[dict[str, Any]]) -> str:
    """The moves as paragraphs for eyes, then what was verified and what is to be known of the to-be."""
    from redesign.moves import MOVES

    lines: list[str] = []
    for row in rows:
        taken = say("redesign.tell.taken" if row["taken"] else "redesign.tell.refused")
        name = f"{MOVES[row['move']].label} ({row['move']})"
        lines.append(say("redesign.tell.line", what=name, said=taken))
        for part in ("evidence", "changes", "needs", "risks"):
            if row[part]:
                said = row[part].replace("\n", "\n    ")
                lines.append("  " + say("redesign.tell.line", what=say(f"redesign.tell.{part}"), said=said))
    lines += ["", say("redesign.tell.checks"), *(f"  {check.text}" for check in proposal.checks)]
    notes = [say(key, **values) for key, values in proposal.to_be.notes]
    return "\n".join([*lines, *notes]) + "\n"


def move_rows(proposal: Proposal) -> list[dict[str, Any]]:
    """A row a move: taken or refused, where it applies, what it changes, needs and risks, in words."""
    taken = [
        {
            "move": move.name,
            "taken": True,
            "evidence": move.evidence.said.text if move.evidence else "",
            "changes": "\n".join(said.text for said in move.changes),
            "needs": "\n".join(need.said.text for need in move.needs),
            "risks": "\n".join(said.text for said in move.risks),
        }
        for move in proposal.moves
    ]
    refused = [
        {"move": move.name, "taken": False, "evidence": "", "changes": "", "needs": "",
         "risks": "\n".join(said.text for said in move.reasons)}
        for move in proposal.refused
    ]  # fmt: skip
    return taken + refused


def simulate(ask: Ask, wish: Wish, replications: int) -> None:
    """`savings.json`: to DIR, else to stdout."""
    from onething.calls import opened
    from redesign.savings import simulate as run

    _refuse_parquet_on_a_terminal(ask)
    wish.refuse_idle()
    call = opened(ask)
    call.progress.step("cli.step.mine")
    chosen = choose(call, wish)
    proposal = proposed(call, wish, chosen)
    options = with_drawn_orders(call, proposal, wish.options())
    call.progress.step("cli.step.simulate", bundle=chosen.name)
    savings = run(
        call.log,
        proposal.services,
        proposal.move_names,
        bundle=chosen.name,
        catalogue=call.catalogue,
        options=options,
        seed=ask.seed,
        replications=replications,
        episodes=chosen.episodes,
        trips=chosen.trips,
        materials=chosen.materials,
    )
    call.progress.end()
    record = [savings.as_json()]
    if ask.out is not None:
        with folder(ask.out, force=ask.force) as work:
            write_json(record, work / "savings.json")
            write_proposal(proposal, work)
            write_rows(call.log.engine, measure_rows(record[0]), work / f"simulate.{ask.format}")
        print(say("cli.written", path=ask.out / "savings.json"), file=sys.stderr)  # noqa: T201
        return
    if ask.format == "json":
        sys.stdout.write(json_text(record) + "\n")
        return
    rows = measure_rows(record[0])
    if ask.format == "csv":
        sys.stdout.write(csv_text(rows))
        return
    cells = [["" if value is None else value for value in row.values()] for row in rows]
    sys.stdout.write(text_table(list(rows[0]), cells))


def with_drawn_orders(call: Call, proposal: Proposal, options: Options) -> Options:
    """The options with what a person drew into the process; what is not simulated is told on stderr."""
    if not proposal.edited:
        return options
    from redesign.edited import edit_of
    from redesign.merging import merge

    edit = edit_of(proposal.to_be, merge(proposal.situation, proposal.move_names))
    left = [*(f"{a} → {b}" for a, b in edit.turned), *edit.came, *edit.went]
    if left:
        call.progress.end()
        print(say("redesign.tell.not-simulated", what=left), file=sys.stderr)  # noqa: T201
    return edit.simulated(options)


# The columns of `measure_rows`, with their types.
MEASURES = {"bundle": "string", "measure": "string"} | dict.fromkeys(
    ("observed", "as_is", "to_be", "saving", "low", "high"), "float64"
)


def measure_rows(record: dict[str, Any]) -> list[dict[str, Any]]:
    """A row a measure: today as logged, as-is, to-be, saving and its interval; columns as in `MEASURES`."""
    rows = []
    for name, parts in record["measures"].items():
        values = {part: (parts.get(part) or {}).get("value") for part in ("as_is", "to_be", "saving")}
        saving = parts.get("saving") or {}
        rows.append(
            {"bundle": record["bundle"], "measure": name, "observed": parts.get("observed"), **values,
             "low": saving.get("low"), "high": saving.get("high")}
        )  # fmt: skip
    return rows


__all__ = ["Chosen", "Wish", "choose", "proposed", "redesign", "simulate", "write_proposal"]
