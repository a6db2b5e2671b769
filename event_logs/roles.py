"""Which source column plays which role: found by name, checked by value; a doubt is asked about, not guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import wording
from event_logs.columns import NEEDED, ROLES
from event_logs.identities_sample import distinct_identities
from event_logs.log import Found
from event_logs.profile import Profile, says_end_of_case
from event_logs.vocabularies import CODED, fold, fold_header, headers, kinds, naming, tells_a_number
from wording.errors import InputError, UsageError

NAMES = tuple(column.name for column in ROLES)
EXTRA = ("lifecycle", "instance", "inherited")  # read, and folded into the events
TIMES = ("completed_at", "started_at", "promised_at", "suspended_from", "suspended_to")
NUMBERS = ("rating", "fee")
_CASE_LEVEL = ("case",)  # a header that begins so says something of the case, not of the event
_ENOUGH = 0.6
_BY_NAME = 100  # ranks below it are names that say the role by themselves
_BY_PATTERN = 500
_LOOSELY = 800
_SURE, _LIKELY, _TOLD, _ALIKE, _DEPENDS, _LOOSE = 0.98, 0.9, 0.85, 0.8, 0.75, 0.65
_WAYS = {
    "name": (_SURE, 0),
    "name-depends": (_DEPENDS, _BY_NAME),
    "name-like": (_ALIKE, _BY_PATTERN),
    "name-loose": (_LOOSE, _LOOSELY),
}
_OF_A_FIRM = ("单位名称", "单位")  # an applicant's only where the values are enterprises
_FIRM = re.compile(r"(?:公司|厂|商店|商行|经营部|合作社|集团|酒店|餐厅|超市|工作室)$")
_FEW = 5  # cases whose rows all have one time: from here on no accident


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that may play a role: how sure, the place of its name in the list of names, and why."""

    place: int
    confidence: float
    rank: int
    reason: str


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
    offers = {role: _candidates(role, profiles) for role in open_roles}
    for confidence in (
        _SURE,
        _LIKELY,
        _TOLD,
        _ALIKE,
        _DEPENDS,
        0.0,
    ):  # sure names first, over all roles, so that a weak claim takes nothing from a strong one
        for role in list(open_roles):
            if role in chosen:
                continue
            free = [
                offer
                for offer in offers[role]
                if offer.place not in chosen.values() and offer.confidence >= max(confidence, _ENOUGH)
            ]
            if not free:
                continue
            loose = {offer.place for offer in free if _LOOSELY <= offer.rank < 1000}
            if len(loose) > 1 and len(loose) == len(free) and role != "case_id":
                columns = ", ".join(profiles[place].header for place in sorted(loose))
                doubts.append(("log.note-doubtful", {"role": role, "columns": columns}))
                open_roles.remove(role)
                continue
            likely = [o for o in offers[role] if o.place not in chosen.values() and o.confidence >= _ENOUGH]
            best = _better_identity(role, likely, profiles) or max(
                free, key=lambda offer: (offer.confidence, -offer.rank, -offer.place)
            )
            chosen[role] = best.place
            found[role] = _described(role, profiles[best.place], best)
    for role in open_roles:
        doubtful = [
            profiles[o.place].header
            for o in offers[role]
            if o.confidence < _ENOUGH
            and o.place not in chosen.values()
            and o.rank < _LOOSELY
            and profiles[o.place].filled
        ]
        if role not in chosen and doubtful:
            doubts.append(("log.note-doubtful", {"role": role, "columns": ", ".join(doubtful)}))
    _only_time(profiles, chosen, found, taken)
    _end_of_case(profiles, chosen, found, taken)
    if "completed_at" in open_roles and "completed_at" not in chosen:
        named = [
            offer for offer in offers["completed_at"] if offer.rank < _BY_NAME and offer.place not in chosen.values()
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


def _candidates(role: str, profiles: Sequence[Profile]) -> list[Candidate]:
    offers: list[Candidate] = []
    for place, profile in enumerate(profiles):
        said = naming(profile.header, role)
        case_level = said is None and fold_header(profile.header).startswith(_CASE_LEVEL)
        if case_level and role in ("completed_at", "started_at", "activity", "case_id", "resource"):
            continue
        if case_level:
            said = naming(fold_header(profile.header)[4:], role)
        if said is None:
            continue
        confidence, rank = _WAYS[said.way]
        if case_level and said.way == "name":
            confidence, rank = _LIKELY, 1000
        offer = Candidate(place, confidence, said.rank + rank, said.way)
        offers.append(_by_value(role, offer, profile, profiles))
    return offers


def _by_value(role: str, offer: Candidate, profile: Profile, profiles: Sequence[Profile]) -> Candidate:
    """A candidate after its values were looked at."""
    if not profile.filled:
        named = offer.rank < _BY_NAME
        return replace(offer, confidence=0.7 if named else 0.0, reason="empty")
    if role in TIMES:
        judged = _judged(offer, profile.times, "times")
        of_its_case = profile.several >= _FEW and profile.changes_within_case < 0.05
        if role in ("completed_at", "started_at") and offer.reason != "name" and of_its_case:
            return replace(judged, confidence=min(judged.confidence, 0.4), reason="same-in-case")
        return judged
    if (unlike := _unlike(role, profile)) is not None:
        return replace(offer, confidence=0.3, reason=unlike)
    if role in NUMBERS:
        return _judged(offer, profile.known_numbers(role), "numbers")
    if role in CODED:
        share = profile.known_codes(role)
        if offer.reason == "name-loose":  # a code such as 1 says nothing of what it is a code of
            return _judged(offer, 0.0 if profile.numbers > 0.5 else share, "codes")
        if role == "outcome" or offer.reason != "name":
            return _judged(offer, share, "codes")
        return offer if share >= 0.3 or profile.distinct <= 30 else replace(offer, confidence=0.4, reason="codes")
    if role == "outputs" and offer.reason != "name":
        return replace(offer, confidence=0.5 if profile.known_codes("outcome") >= 0.5 else _DEPENDS, reason="not-codes")
    if offer.reason == "name-loose" and not _bears_out(role, profile):
        return replace(offer, confidence=0.5, reason="values")
    if role in ("resource", "agent") and offer.reason == "name-depends":
        return _officer_or_agent(role, offer, profile, profiles)
    if role == "applicant" and offer.reason != "name" and profile.several >= _FEW and profile.changes_within_case > 0.5:
        return replace(offer, confidence=0.4, reason="changes-within-case")
    if role == "agent" and profile.changes_within_case > 0.5 and profile.filled_share > 0.9:
        return replace(offer, confidence=0.4, reason="changes-within-case")
    if role in ("case_id", "activity", "place", "department", "service") and offer.reason != "name":
        return _plausible(role, offer, profile)
    return offer


def _unlike(role: str, profile: Profile) -> str | None:
    """Why a column's values cannot be what its header says: a code of the applicant's kind is no applicant."""
    if role in ("applicant", "service"):
        known = kinds(role)
        if sum(count for value, count in profile.values.items() if fold(value) in known) > 0.9 * profile.filled:
            return "kinds"
    if role == "applicant" and fold_header(profile.header) in _OF_A_FIRM and not _firms(profile):
        return "no-firms"
    if role == "department" and _firms(profile):
        return "firms"
    if role in ("applicant", "agent") and profile.like_department:
        return "of-department"
    return None


def _bears_out(role: str, profile: Profile) -> bool:
    """Whether the values alone speak for a role, where the header only ends as its names do."""
    if role == "case_id":
        return profile.numbers_cases
    if role == "applicant":
        return profile.identities > 0.5
    if role == "resource":
        return profile.changes_within_case > 0.25 and profile.one_department > 0.9
    return True


def _firms(profile: Profile) -> bool:
    """Whether most values are names of enterprises, not of departments."""
    return sum(n for value, n in profile.values.items() if _FIRM.search(value)) > 0.6 * profile.filled


def _judged(offer: Candidate, share: float, what: str) -> Candidate:
    if share >= (0.3 if offer.reason == "name" else _ENOUGH):
        return replace(offer, reason=f"{offer.reason}-{what}")
    return replace(offer, confidence=min(0.5, share), reason=f"not-{what}")


def _plausible(role: str, offer: Candidate, profile: Profile) -> Candidate:
    if role == "case_id":
        good = profile.times < 0.5 and profile.distinct > 1
    elif role == "activity":
        good = profile.times < 0.5 and profile.numbers < 0.5 and profile.distinct <= max(60, 0.5 * profile.filled)
    else:
        good = profile.times < 0.5
    return offer if good else replace(offer, confidence=0.4, reason="values")


def _officer_or_agent(role: str, offer: Candidate, profile: Profile, profiles: Sequence[Profile]) -> Candidate:
    """经办人 is the officer or the citizen's agent: an agent stays the same in a case, an officer changes."""
    other = "agent" if role == "resource" else "resource"
    beside = [p.header for p in profiles if p is not profile and p.filled]
    rival = any(_says_alone(header, other) for header in beside)
    own = any(fold_header(header) in headers()[role]["names"] for header in beside)
    alike = any(_says_alone(header, role) for header in beside)
    if own:
        return replace(offer, confidence=0.3, reason="other-column")
    officer = (profile.changes_within_case > 0.25) + (profile.filled_share > 0.95) + (profile.one_department > 0.9)
    agent = (profile.changes_within_case < 0.1) + (profile.filled_share < 0.7) + (profile.like_applicant > 0.02)
    likely = officer - agent if role == "resource" else agent - officer
    if alike and likely < 2:
        return replace(offer, confidence=0.3, reason="other-column")
    if (
        likely >= 2
        or (rival and likely >= 0)
        or (likely >= 1 and role == "resource" and profile.changes_within_case > 0.25)
    ):
        return replace(offer, confidence=_TOLD, reason="values-person")
    return replace(offer, confidence=0.5, reason="officer-or-agent")


def _says_alone(header: str, role: str) -> bool:
    said = naming(header, role)
    return said is not None and said.way in ("name", "name-like")


def _better_identity(role: str, offers: Sequence[Candidate], profiles: Sequence[Profile]) -> Candidate | None:
    """Of several columns for a person, an identity number goes before a name, unless most of its values name nobody."""
    if role not in ("applicant", "agent") or len(offers) < 2:
        return None
    telling = [offer for offer in offers if _telling(profiles[offer.place]) >= 0.5] or list(offers)
    numbers = [offer for offer in telling if tells_a_number(profiles[offer.place].header)]
    return max(numbers or telling, key=lambda offer: (offer.confidence, -offer.rank, -offer.place))


def _telling(profile: Profile) -> float:
    return distinct_identities(profile.values, profile.rows)


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
    return fold_header(profile.header).startswith(_CASE_LEVEL)


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
        fit = [p for p in free if p.times >= _ENOUGH]
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
