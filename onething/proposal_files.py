"""The files of one proposal: drawings, BPMN, what changed laid over, the form and the hand-over list as tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onething.output import BOM, write_json

if TYPE_CHECKING:
    from redesign.proposal import Proposal

FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")


def write_proposal(proposal: Proposal, folder: Path) -> None:
    """Write every file of a proposal into a folder.

    ``as_is`` and ``to_be`` as .svg and .bpmn; ``overlay.svg``, the to-be with what went beside it; ``form`` as .csv,
    .json and JSON Schema; ``handover`` as .csv and .json.
    """
    from redesign.handover import rows as handover_rows
    from reports.bpmn.drawing import svg
    from reports.bpmn.layout import lay_out
    from reports.bpmn.overview import lay_over
    from reports.bpmn.xml import write

    for name, model in (("as_is", proposal.as_is), ("to_be", proposal.to_be)):
        layout = lay_out(model)
        (folder / f"{name}.svg").write_text(svg(model, layout, proposed=name == "to_be"), "utf-8")
        (folder / f"{name}.bpmn").write_text(write(model, layout), "utf-8")
    over = lay_over(proposal.as_is, proposal.to_be, went=proposal.overlay.went, came=proposal.overlay.came)
    drawn = svg(over.model, lay_out(over.model), proposed=True, states=over.states)
    (folder / "overlay.svg").write_text(drawn, "utf-8")
    write_json(proposal.form.json_schema(), folder / "form.schema.json")
    for name, rows in (("form", proposal.form.rows()), ("handover", handover_rows(proposal.handover))):
        write_json(rows, folder / f"{name}.json")
        (folder / f"{name}.csv").write_bytes(BOM + csv_text(rows).encode("utf-8"))


def csv_text(rows: Sequence[dict[str, Any]], names: Collection[str] = ()) -> str:
    """Rows as CSV; a quote before what a spreadsheet would run as a formula.

    The header is the keys of the first row; `names` are it where there may be no row.
    """
    target = io.StringIO()
    if rows or names:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(names or rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return target.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and FORMULA.match(value):
        return f"'{value}"
    return value
