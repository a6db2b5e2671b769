"""Which source column plays which role: the surest claims first; a doubt is asked about, not guessed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import wording
from event_logs.columns import NEEDED, ROLES
from event_logs.log import Found
from event_logs.profile import Profile, says_end_of_case
from event_logs.role_offers import BY_NAME, CASE_LEVEL, ENOUGH, LEVELS, LOOSELY, Candidate, better_identity, candidates
from event_logs.vocabularies import fold_header
from wording.errors import InputError, UsageError

NAMES = tuple(column.name for column in ROLES)
EXTRA = ("lifecycle", "instance", "inherited")  # read, and folded into the events


@dataclass(frozen=True, slots=True)
class Assignment:
    """Role -> column number, with what is said of each; the doubts that no value settled."""

    columns: Mapping[str, int]
    found: tuple[Found, ...]
    unused: tuple[str, ...]
    doubts: tuple[tuple[str, dict[str, object]], ...]


def assign_roles(profiles: Sequence[Profile], *, given: Mapping[str, str] | None, path: Path) -> Assignment:
    """The roles of a table's columns.

    Parameters
    ----------
    profiles
        One a column, in the file's order.
    given
        Role -> header, from ``--map`` or a mapping file; goes before what is found. An empty header leaves a role out.

    Raises
    ------
    UsageError
        `given` names a role that does not exist.
    InputError
        `given` names a column that does not exist, or a needed role has no column or more than one that may be it.
    """
    taken = _given(profiles, given or {}, path)
    found = {
        role: _described(role, profiles[place], Candidate(place, 1.0, 0, "given"))
        for role, place in taken.items()
        if place >= 0
    }
    chosen: dict[str, int] = {role: place for role, place in taken.items() if place >= 0}
    open_roles = [role for role in (*NAMES, *EXTRA) if role not in taken]
    doubts: list[tuple[str, dict[str, object]]] = []
    offers = {role: candidates(role, profiles) for role in open_roles}
    for confidence in LEVELS:  # over all roles
        for role in list(open_roles):
            if role in chosen:
                continue
            free = [
                offer
                for offer in offers[role]
                if offer.place not in chosen.values() and offer.confidence >= max(confidence, ENOUGH)
            ]
            if not free:
                continue
            loose = {offer.place for offer in free if LOOSELY <= offer.rank < 1000}
            if len(loose) > 1 and len(loose) == len(free) and role != "case_id":
                columns = ", ".join(profiles[place].header for place in sorted(loose))
                doubts.append(("log.note-doubtful", {"role": role, "columns": columns}))
                open_roles.remove(role)
                continue
            likely = [o for o in offers[role] if o.place not in chosen.values() and o.confidence >= ENOUGH]
            best = better_identity(role, likely, profiles) or max(
                free, key=lambda offer: (offer.confidence, -offer.rank, -offer.place)
            )
            chosen[role] = best.place
            found[role] = _described(role, profiles[best.place], best)
    for role in open_roles:
        doubtful = [
            profiles[o.place].header
            for o in offers[role]
            if o.confidence < ENOUGH
            and o.place not in chosen.values()
            and o.rank < LOOSELY
            and profiles[o.place].filled
        ]
        if role not in chosen and doubtful:
            doubts.append(("log.note-doubtful", {"role": role, "columns": ", ".join(doubtful)}))
    _only_time(profiles, chosen, found, taken)
    _end_of_case(profiles, chosen, found, taken)
    if "completed_at" in open_roles and "completed_at" not in chosen:
        named = [
            offer for offer in offers["completed_at"] if offer.rank < BY_NAME and offer.place not in chosen.values()
        ]
        if len(named) == 1:  # its name leaves no doubt; that its values are no times is said of each row
            chosen["completed_at"] = named[0].place
            found["completed_at"] = _described("completed_at", profiles[named[0].place], named[0])
    _demand(profiles, chosen, doubts, path)
    used = set(chosen.values())
    unused = tuple(p.header for place, p in enumerate(profiles) if place not in used and p.header)
    ordered = tuple(found[role] for role in (*NAMES, *EXTRA) if role in found)
    return Assignment(chosen, ordered, unused, tuple(d for d in doubts if d[1]["role"] not in NEEDED))


def _given(profiles: Sequence[Profile], given: Mapping[str, str], path: Path) -> dict[str, int]:
    places: dict[str, int] = {}
    exact = {p.header: place for place, p in reversed(list(enumerate(profiles)))}
    folded = {fold_header(p.header): place for place, p in reversed(list(enumerate(profiles)))}
    for role, header in given.items():
        if role not in NAMES and role not in EXTRA:
            near = difflib.get_close_matches(role, (*NAMES, *EXTRA), 3, 0.4)
            raise UsageError("log.no-role", role=role, near=", ".join(near or NAMES))
        if not header:
            places[role] = -1
            continue
        place = exact.get(header, folded.get(fold_header(header)))
        if place is None:
            has = ", ".join(p.header for p in profiles)
            raise InputError("log.no-mapped-column", path=path, role=role, column=header, has=has)
        places[role] = place
    return places


def _only_time(
    profiles: Sequence[Profile], chosen: dict[str, int], found: dict[str, Found], taken: Mapping[str, int]
) -> None:
    """A log with one column of times and no name that says so: that is when the event was completed."""
    if "completed_at" in chosen or "completed_at" in taken:
        return
    free = [
        place
        for place, profile in enumerate(profiles)
        if profile.times >= 0.9 and place not in chosen.values() and not _case_attribute(profile)
    ]
    changes = len(free) == 1 and profiles[free[0]].changes_within_case > 0.5  # beside a start: the other end of a step
    if len(free) == 1 and ("started_at" not in chosen or changes) and free[0] not in _named_otherwise(profiles):
        chosen["completed_at"] = free[0]
        found["completed_at"] = _described("completed_at", profiles[free[0]], Candidate(free[0], 0.7, 0, "only-time"))


def _end_of_case(
    profiles: Sequence[Profile], chosen: dict[str, int], found: dict[str, Found], taken: Mapping[str, int]
) -> None:
    """Where no other column is the completion, the one end that is named (办结时间), if its values leave no doubt.

    It is the event's where it changes within cases, or where every case has one row. Where all rows of a case have the
    same, it is the case's alone: as the end of each step it would make all of them simultaneous, and it is asked for.
    """
    if "completed_at" in chosen or "completed_at" in taken or "case_id" not in chosen:
        return
    ends = [
        place
        for place, profile in enumerate(profiles)
        if place not in chosen.values() and profile.times >= 0.9 and says_end_of_case(profile.header)
    ]
    cases = profiles[chosen["case_id"]]
    if len(ends) != 1:
        return
    changes = profiles[ends[0]].changes_within_case >= 0.5
    if changes or cases.distinct == cases.filled:
        reason = "end-changes" if changes else "end-alone"
        chosen["completed_at"] = ends[0]
        found["completed_at"] = _described("completed_at", profiles[ends[0]], Candidate(ends[0], 0.7, 0, reason))


def _named_otherwise(profiles: Sequence[Profile]) -> set[int]:
    """Columns of times whose name says that they are of the case: applied, accepted, decided."""
    stems = (
        "申请",
        "受理",
        "办结",
        "申报",
        "创建",
        "出生",
        "有效",
        "承诺",
        "apply",
        "accept",
        "result",
        "birth",
        "valid",
        "creat",
    )
    return {
        place for place, profile in enumerate(profiles) if any(stem in fold_header(profile.header) for stem in stems)
    }


def _case_attribute(profile: Profile) -> bool:
    return fold_header(profile.header).startswith(CASE_LEVEL)


def _demand(
    profiles: Sequence[Profile], chosen: Mapping[str, int], doubts: Sequence[tuple[str, dict[str, object]]], path: Path
) -> None:
    for role in NEEDED:
        if role in chosen:
            continue
        name = wording.say(f"log.role.{role}")
        has = ", ".join(p.header for p in profiles if p.header)
        asked = next((values["columns"] for key, values in doubts if values["role"] == role), None)
        asked = asked or ", ".join(_suggestions(role, profiles, chosen))
        if asked:
            first = str(asked).split(", ")[0]
            raise InputError(
                "log.doubtful-column", path=path, role=role, name=name, columns=asked, has=has, first=first
            )
        raise InputError("log.no-column", path=path, role=role, name=name, has=has)


def _suggestions(role: str, profiles: Sequence[Profile], chosen: Mapping[str, int]) -> list[str]:
    """Columns whose values would do for a needed role, most likely first; at most five."""
    free = [p for place, p in enumerate(profiles) if place not in chosen.values() and p.header and p.filled]
    if role == "completed_at":
        fit = [p for p in free if p.times >= ENOUGH]
    elif role == "activity":
        fit = sorted(
            (p for p in free if p.times < 0.5 and p.numbers < 0.5 and 1 < p.distinct <= max(60, p.filled // 3)),
            key=lambda p: -p.distinct,
        )
    else:
        fit = sorted(
            (p for p in free if p.times < 0.5 and p.distinct > 1 and p.filled_share > 0.99), key=lambda p: -p.distinct
        )
    return [p.header for p in fit[:5]]


def _described(role: str, profile: Profile, offer: Candidate) -> Found:
    return Found(role, profile.header, round(offer.confidence, 2), offer.reason)
