"""Materials: how often each is asked for, by whom, and from where it could come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.blocks import Block, Cell, Column, Figure, Matrix, Section, Table
from reports.disclosure import publish, publish_grid, publish_parts
from reports.inputs import MaterialCell, ReportInputs
from reports.text import count, listed, name, number, strong
from wording import find, language, say

MOST_ROWS, MOST_COLUMNS = 14, 9


@dataclass(frozen=True, slots=True)
class ClassTotal:
    """A material class over all departments."""

    submissions: int
    departments: tuple[str, ...]  # that ask for it, most first
    repeats: int  # to the same or another department, rework not counted
    rework: int
    shareable: int


@dataclass(frozen=True, slots=True)
class Needless:
    """A document that its own issuer's colleagues ask the applicant for."""

    material_class: str
    issuer: str
    shareable: int
    departments: tuple[str, ...]


def totals_by_class(cells: Iterable[MaterialCell]) -> dict[str, ClassTotal]:
    """Each class' totals, the most often submitted first."""
    found: dict[str, list[MaterialCell]] = {}
    for cell in cells:
        found.setdefault(cell.material_class, []).append(cell)
    totals = {
        key: ClassTotal(
            sum(cell.submissions for cell in group),
            tuple(c.department for c in sorted(group, key=lambda c: (-c.submissions, c.department)) if c.submissions),
            sum(cell.repeats_same + cell.repeats_other for cell in group),
            sum(cell.rework for cell in group),
            sum(cell.shareable for cell in group),
        )
        for key, group in found.items()
    }
    return dict(sorted(totals.items(), key=lambda item: (-item[1].submissions, item[0])))


def most_needless(cells: Iterable[MaterialCell]) -> Needless | None:
    """The class and issuer with most submissions that the issuer could have sent; None where none is shareable."""
    sums: dict[tuple[str, str], list[MaterialCell]] = {}
    for cell in cells:
        if cell.shareable and cell.issuer:
            sums.setdefault((cell.material_class, cell.issuer), []).append(cell)
    if not sums:
        return None
    (material, issuer), group = max(sums.items(), key=lambda item: (sum(c.shareable for c in item[1]), item[0]))
    departments = tuple(c.department for c in sorted(group, key=lambda c: (-c.shareable, c.department)))
    return Needless(material, issuer, sum(c.shareable for c in group), departments)


def section(inputs: ReportInputs) -> Section:
    """The section of materials."""
    topic = say("report.materials.topic")
    if not inputs.materials:
        return Section("materials", topic, say("report.materials.off-heading"), off=say("report.materials.off"))
    total = sum(cell.submissions for cell in inputs.materials)
    blocks: tuple[Block, ...] = (_matrix(inputs, total), *_merges(inputs))
    return Section("materials", topic, _heading(inputs, total), _deck(inputs, total), blocks)


def _heading(inputs: ReportInputs, total: int) -> str:
    worst = most_needless(inputs.materials)
    if worst is not None:
        values = {"n": count(total), "m": count(worst.shareable)}
        return say(
            "report.materials.heading",
            issuer=name(worst.issuer, 36),
            material=name(worst.material_class, 36),
            **values,
        )
    classes = totals_by_class(inputs.materials)
    repeats = sum(one.repeats for one in classes.values())
    if repeats:
        most = max(classes.items(), key=lambda item: (item[1].repeats, item[0]))
        return say("report.materials.heading-repeats", n=count(total), m=count(repeats), material=name(most[0], 36))
    return say("report.materials.heading-none", n=count(total), classes=count(len(classes)))


def _deck(inputs: ReportInputs, total: int) -> str:
    classes = totals_by_class(inputs.materials)
    shareable = sum(one.shareable for one in classes.values())
    rework = sum(one.rework for one in classes.values())
    parts = []
    worst = most_needless(inputs.materials)
    if worst is not None:
        parts.append(
            say(
                "report.materials.deck.issuer",
                departments=listed(strong(d, 24) for d in worst.departments[:5]),
                material=name(worst.material_class, 36),
                issuer=strong(worst.issuer, 36),
            )
        )
        kinds = len({cell.material_class for cell in inputs.materials if cell.shareable})
        share = number(100 * shareable / total, 0) if total else "0"
        parts.append(say("report.materials.deck.shareable", n=kinds, m=count(shareable), share=share))
    most = max(classes.items(), key=lambda item: (item[1].repeats, item[0]))
    if most[1].repeats:
        parts.append(
            say(
                "report.materials.deck.repeats",
                material=name(most[0], 36),
                m=count(most[1].repeats),
                departments=count(len(most[1].departments)),
            )
        )
    if rework:
        parts.append(say("report.materials.deck.rework", m=count(rework)))
    return "".join(parts)


def _starred(value: int | None) -> str:
    """A count, or the asterisk that stands for one that is withheld."""
    return "*" if value is None else count(value)


def _matrix(inputs: ReportInputs, total: int) -> Figure:
    classes = totals_by_class(inputs.materials)
    departments = _departments(inputs)[:MOST_COLUMNS]
    cells = {(cell.material_class, cell.department): cell for cell in inputs.materials}
    safe = published(inputs)
    form = {row.material_class: row for row in inputs.form}
    rows = []
    for key in list(classes)[:MOST_ROWS]:
        line = tuple(
            _cell(cells.get((key, d)), inputs.issuers.get(key) == d, safe.cells.get((key, d))) for d in departments
        )
        verdict, detail = _verdict(form[key].why, inputs.issuers.get(key, "")) if key in form else ("", "")
        rows.append((name(key, 60), line, _starred(safe.classes[key]), verdict, detail))
    roles = [cell.role for row in rows for cell in row[1]]
    legend = tuple((r, say(f"report.materials.role.{r}")) for r in ("share", "repeat", "own", "issuer") if r in roles)
    return Figure(
        "fig-materials",
        say("report.materials.matrix.title"),
        Matrix(
            say("report.materials.matrix.corner"),
            tuple(name(d, 40) for d in departments),
            tuple(rows),
            (*(_starred(safe.departments[d]) for d in departments), count(total)),
            say("report.materials.matrix.total"),
            say("report.materials.matrix.verdict") if form else "",
            legend,
        ),
        _caption(inputs, len(classes)),
        _table(inputs),
    )


def _departments(inputs: ReportInputs) -> list[str]:
    sums: dict[str, int] = {}
    for cell in inputs.materials:
        sums[cell.department] = sums.get(cell.department, 0) + cell.submissions
    order = {card.department: i for i, card in enumerate(inputs.cards)}
    chosen = sorted(sums, key=lambda d: (-sums[d], d))[:MOST_COLUMNS]
    return sorted(chosen, key=lambda d: (order.get(d, len(order)), d))


def _cell(cell: MaterialCell | None, issues: bool, safe: int | None) -> Cell:
    if cell is None or cell.submissions == 0:
        return Cell("issuer", say("report.materials.issues")) if issues else Cell("none")
    role = "share" if 2 * cell.shareable >= cell.submissions else "own"
    if role == "own" and 2 * (cell.repeats_same + cell.repeats_other) >= cell.submissions:
        role = "repeat"
    return Cell(role, "*" if safe is None else count(safe), safe)


def _verdict(why: str, issuer: str) -> tuple[str, str]:
    return say(f"report.form.verdict.{why}"), say(f"report.form.detail.{why}", issuer=name(issuer, 24))


def _caption(inputs: ReportInputs, classes: int) -> str:
    episodes = inputs.trips.episodes if inputs.trips is not None else 0
    text = say("report.materials.matrix.caption", n=count(episodes)) if episodes else ""
    if None in published(inputs).cells.values():
        text += say("report.materials.matrix.withheld", k=inputs.min_count)
    if classes > MOST_ROWS:
        text += say("report.materials.matrix.more", n=count(classes - MOST_ROWS))
    return text


@dataclass(frozen=True, slots=True)
class Published:
    """Submissions that may be told: by class and department, by class, by department."""

    cells: Mapping[tuple[str, str], int | None]
    classes: Mapping[str, int | None]
    departments: Mapping[str, int | None]


def published(inputs: ReportInputs) -> Published:
    """Submissions by class and department, safe beside the totals of both."""
    classes = list(totals_by_class(inputs.materials))
    departments = sorted({cell.department for cell in inputs.materials})
    counts = {(cell.material_class, cell.department): cell.submissions for cell in inputs.materials}
    grid = publish_grid([[counts.get((c, d), 0) for d in departments] for c in classes], inputs.min_count)
    return Published(
        {(c, d): grid.cells[i][j] for i, c in enumerate(classes) for j, d in enumerate(departments)},
        dict(zip(classes, grid.rows, strict=True)),
        dict(zip(departments, grid.columns, strict=True)),
    )


def _table(inputs: ReportInputs) -> Table:
    least, safe = inputs.min_count, published(inputs)
    cells = sorted(inputs.materials, key=lambda c: (-c.submissions, c.material_class, c.department))
    # The text tells what each of these columns adds up to.
    columns = [
        publish_parts([getattr(cell, what) for cell in cells], least)
        for what in ("repeats_same", "repeats_other", "rework", "shareable")
    ]
    rows = tuple(
        (
            name(c.material_class),
            name(c.department),
            safe.cells[c.material_class, c.department],
            *(column[i] for column in columns),
            name(c.issuer),
        )
        for i, c in enumerate(cells)
    )
    keys = ("submissions", "repeats_same", "repeats_other", "rework", "shareable")
    return Table(
        "materials-by-department",
        say("report.materials.table.title"),
        (
            Column("material_class", say("report.column.material")),
            Column("department", say("report.column.department")),
            *(Column(k, say(f"report.column.{k}"), "count", people=True, parts=True) for k in keys),
            Column("issuer", say("report.column.issuer")),
        ),
        rows,
    )


def _reason(key: str) -> str:
    """Why two names are one class: a rule's sentence, or the text itself."""
    rule = f"report.materials.merge.{key.rpartition('.')[2]}"
    return next((say(k) for k in (key, rule) if isinstance(find(language(), k), str)), name(key))


def _merges(inputs: ReportInputs) -> tuple[Table, ...]:
    if not inputs.merges:
        return ()
    counted = any(m.count for m in inputs.merges)
    rows = tuple(
        (
            name(m.name),
            name(m.material_class),
            _reason(m.reason),
            *((publish(m.count, inputs.min_count),) if counted else ()),
        )
        for m in inputs.merges
    )
    return (
        Table(
            "material-names",
            say("report.materials.merges.title"),
            (
                Column("name", say("report.column.written")),
                Column("material_class", say("report.column.material")),
                Column("reason", say("report.column.reason")),
                *((Column("count", say("report.column.submissions"), "count", people=True),) if counted else ()),
            ),
            rows,
            say("report.materials.merges.caption") + (say("report.materials.merges.counted") if counted else ""),
            most=20,
            folded=True,
        ),
    )
