"""How well each column fits a role: by its name first, then by what its values bear out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from event_logs.identities_sample import distinct_identities
from event_logs.profile import Profile
from event_logs.vocabularies import CODED, fold, fold_header, headers, is_known, kinds, naming, tells_a_number

TIMES = ("completed_at", "started_at", "promised_at", "suspended_from", "suspended_to")
NUMBERS = ("rating", "fee")
CASE_LEVEL = ("case",)  # a header that begins so says something of the case, not of the event
ENOUGH = 0.6
BY_NAME = 100  # ranks below it are names that say the role by themselves
_BY_PATTERN = 500
LOOSELY = 800
_SURE, _LIKELY, _TOLD, _ALIKE, _DEPENDS, _LOOSE = 0.98, 0.9, 0.85, 0.8, 0.75, 0.65
LEVELS = (
    _SURE,
    _LIKELY,
    _TOLD,
    _ALIKE,
    _DEPENDS,
    0.0,
)  # a weak claim takes nothing from a sure one
_WAYS = {
    "name": (_SURE, 0),
    "name-depends": (_DEPENDS, BY_NAME),
    "name-like": (_ALIKE, _BY_PATTERN),
    "name-loose": (_LOOSE, LOOSELY),
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


def candidates(role: str, profiles: Sequence[Profile]) -> list[Candidate]:
    """The columns whose headers say a role, each as sure as its values leave it."""
    offers: list[Candidate] = []
    for place, profile in enumerate(profiles):
        said = naming(profile.header, role)
        known = is_known(profile.header)
        case_level = said is None and not known and fold_header(profile.header).startswith(CASE_LEVEL)
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
        named = offer.rank < BY_NAME
        return replace(offer, confidence=0.7 if named else 0.0, reason="empty")
    if role in TIMES:
        share = max(profile.times, profile.time_numbers) if offer.reason == "name" else profile.times
        judged = _judged(offer, share, "times")
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
    if share >= (0.3 if offer.reason == "name" else ENOUGH):
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


def better_identity(role: str, offers: Sequence[Candidate], profiles: Sequence[Profile]) -> Candidate | None:
    """Of several columns for a person, an identity number goes before a name, unless most of its values name nobody."""
    if role not in ("applicant", "agent") or len(offers) < 2:
        return None
    telling = [offer for offer in offers if _telling(profiles[offer.place]) >= 0.5] or list(offers)
    numbers = [offer for offer in telling if tells_a_number(profiles[offer.place].header)]
    return max(numbers or telling, key=lambda offer: (offer.confidence, -offer.rank, -offer.place))


def _telling(profile: Profile) -> float:
    return distinct_identities(profile.values, profile.rows)
