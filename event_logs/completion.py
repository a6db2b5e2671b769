"""What a log implies: starts paired with completions, services and departments inherited, identities keyed, halls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from event_logs.halls import hall_of, read_halls
from event_logs.identities import identity_steps, needs_key
from event_logs.lifecycle import paired
from event_logs.values import in_steps

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.backend import DuckDBEngine

Note = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Completed:
    """Events with what was implied, the roles that this gave, and what there is to say of it."""

    events: ir.Table
    present: frozenset[str]
    notes: tuple[Note, ...]
    changed: bool  # whether more was done than naming: such events are computed once
    own_keys: frozenset[str]  # persons' roles in which each identity is its own key


def completed(
    engine: DuckDBEngine, events: ir.Table, *, totals: Mapping[str, int], own_keys: frozenset[str] = frozenset()
) -> Completed:
    """Events in canonical columns, as far as their own columns imply more.

    `own_keys`: persons' roles in which each identity is known to be its own key.
    """
    notes: list[Note] = []
    present: set[str] = set()
    changed = False
    if "lifecycle" in events.columns:
        events, said, started = paired(engine, events)
        notes += said
        present |= {"started_at"} if started else set()
        changed = bool(said) or started
    events = events.drop(*[name for name in ("lifecycle", "instance") if name in events.columns])
    if "started_at" in events.columns and totals["reversed"]:
        events = events.mutate(
            started_at=ibis.ifelse(events.started_at > events.completed_at, ibis.null("timestamp"), events.started_at)
        )
    if "service" in events.columns and totals["no_service"]:
        events, said = _with_those_of_the_case(engine, events, "service")
        notes += said
    events, said = _with_departments(engine, events, totals)
    notes += said
    for role in ("applicant", "agent"):
        if role in own_keys and role in events.columns:
            events = events.mutate(**{f"{role}_key": events[role]})
        elif role in events.columns:
            events, differs = _with_key(engine, events, role)
            changed = changed or differs
            own_keys |= set() if differs else {role}
    if "applicant" in events.columns and (totals["no_applicant"] or changed):
        events, said = _with_those_of_the_case(engine, events, "applicant", key="applicant_key")
        notes += said
    changed = changed or bool(notes)
    return Completed(events, frozenset(present), tuple(notes), changed, own_keys)


def _with_key(engine: DuckDBEngine, events: ir.Table, role: str) -> tuple[ir.Table, bool]:
    """Events with the key of a role's identities; whether any key differs from what is written.

    Keys are worked out once for each distinct identity that is more than a plain name.
    """
    column = f"{role}_key"
    # Kept before it is filtered: the engine would else test every event, not every identity.
    everybody = engine.keep("everybody", events.select(value=role).distinct())
    odd = engine.keep("identities", everybody.filter(needs_key(everybody.value)).mutate(key=lambda t: t.value))
    engine.drop(everybody)
    if not int(engine.run(odd.aggregate(n=odd.count()))["n"].iloc[0]):
        engine.drop(odd)
        return events.mutate(**{column: events[role]}), False
    keys = engine.keep("keys", in_steps(engine, odd, {"key": identity_steps()}, carry=["value"]))
    differing = keys.filter(~keys.value.identical_to(keys.key)).select(key_of="value", key_is="key")
    table = engine.keep("keys", differing)
    if not int(engine.run(table.aggregate(n=table.count()))["n"].iloc[0]):
        return events.mutate(**{column: events[role]}), False
    joined = events.left_join(table, events[role] == table.key_of)
    key = ibis.ifelse(joined.key_of.notnull(), joined.key_is, joined[role])
    return joined.mutate(**{column: key}).drop("key_of", "key_is"), True


def _with_those_of_the_case(
    engine: DuckDBEngine, events: ir.Table, role: str, *, key: str = ""
) -> tuple[ir.Table, list[Note]]:
    """Events that name no service, or nobody, with what the other events of their case name, where that is one.

    Many exports write what belongs to the case on its first row alone.

    Parameters
    ----------
    key
        The column of the role's identities, by which they are compared; empty: the role's own column.
    """
    compared = key or role
    lacking = engine.keep("lacking", events.filter(events[compared].isnull()).select("case_id").distinct())
    known = events.filter(events[compared].notnull()).semi_join(lacking, "case_id")
    told = known.group_by("case_id").aggregate(
        case_value=known[role].max(), case_key=known[compared].min(), case_last=known[compared].max()
    )
    table = engine.keep(f"{role}_of_case", told.filter(told.case_key == told.case_last).drop("case_last"))
    gap = events.filter(events[compared].isnull()).semi_join(table, "case_id")
    n = int(engine.run(gap.aggregate(n=gap.count()))["n"].iloc[0])
    if not n:
        return events, []
    joined = events.left_join(table, "case_id").drop("case_id_right")
    gap_here = joined[compared].isnull() & joined.case_key.notnull()
    values = {role: ibis.ifelse(gap_here, joined.case_value, joined[role])}
    if key:
        values[key] = joined[key].fill_null(joined.case_key)
    return joined.mutate(**values).drop("case_value", "case_key"), [(f"log.note-{role}-of-case", {"n": n})]


def _with_departments(engine: DuckDBEngine, events: ir.Table, totals: Mapping[str, int]) -> tuple[ir.Table, list[Note]]:
    """An event without department has its service's, where the log shows only one for that service."""
    inherited: ir.BooleanValue = ibis.literal(False)
    if "inherited" in events.columns:  # the exchange tables: a step has the department that accepted its case
        events = events.mutate(department_inherited=(events.inherited == "true").fill_null(False)).drop("inherited")
        inherited = events.department_inherited
    if not totals["no_department"] or not {"service", "department"} <= set(events.columns):
        return events.mutate(department_inherited=inherited), []
    known = events.filter(events.department.notnull() & events.service.notnull())
    only = (
        known.group_by("service")
        .aggregate(one=known.department.min(), n=known.department.nunique())
        .filter(lambda t: t.n == 1)
    )
    table = engine.keep("departments", only.select(of="service", only="one"))
    pairs = engine.run(table.order_by("of"))
    gap = events.department.isnull() & events.service.isin(list(pairs["of"])) if len(pairs) else ibis.literal(False)
    filled = (
        events.department.fill_null(
            ibis.cases(*((events.service == of, one) for of, one in zip(pairs["of"], pairs["only"], strict=True)))
        )
        if len(pairs)
        else events.department
    )
    counts = (
        engine.run(events.aggregate(n=gap.sum(), left=(events.department.isnull() & ~gap).sum()))
        if len(pairs)
        else None
    )
    notes: list[Note] = []
    if counts is not None and int(counts["n"].iloc[0] or 0):
        notes.append(("log.note-inherited", {"n": int(counts["n"].iloc[0])}))
    return events.mutate(department=filled, department_inherited=inherited | gap.fill_null(False)), notes


def with_halls(engine: DuckDBEngine, events: ir.Table, places: Path | None) -> tuple[ir.Table, list[Note]]:
    """Places put as the halls that a table of two columns says they belong to."""
    if places is None:
        return events, []
    if "place" not in events.columns:
        events = events.mutate(place=ibis.null("string"))
    return events.mutate(place=hall_of(events, read_halls(engine, places))), []
