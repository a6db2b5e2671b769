"""What a sample of a column's values looks like: the evidence by which roles are found."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from event_logs.identities_sample import is_identity
from event_logs.times import NUMBER_OF_TIME, TIME_LIKE
from event_logs.vocabularies import codes, fold, fold_header, is_known, missing, naming, number_words, tells_a_number

SAMPLE = 3000
_NUMBER = re.compile(
    r"^\s*(?:=\")?(?:[¥￥$]|人民币|RMB|CNY)?\s*[-+]?[\d,]*\.?\d+(?:[eE][+-]?\d+)?\s*(?:万?[元圆]整?|[%分星])?\"?\s*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One column's sample. Shares are of its filled cells.

    What tells a step's time from its case's is looked at for times, what tells an officer from an agent where the
    header names persons: `changes_within_case`, share of the cases with two filled cells or more in which the value
    changes, of `several` such cases; and of persons `one_department`, share of the values that occur with one
    department only; `like_applicant`, share of rows in which the value is the applicant's; `like_department`, whether
    each department has one value, its own. `time_numbers`: share of the cells that are numbers by which a column of
    times may tell them (`times` leaves them out: they may be anything). `identities`: share of the cells that are
    identity or credit numbers by their check character.
    """

    header: str
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    times: float = 0.0
    numbers: float = 0.0
    values: Mapping[str, int] = field(default_factory=dict)
    several: int = 0
    changes_within_case: float = 0.0
    one_department: float = 0.0
    like_applicant: float = 0.0
    like_department: bool = False
    identities: float = 0.0
    time_numbers: float = 0.0

    @property
    def numbers_cases(self) -> bool:
        """Whether the values can be those of cases: always there, several rows each, no times or identities."""
        repeats = 1 < self.distinct <= 0.7 * self.filled
        return repeats and self.filled_share > 0.99 and self.times < 0.5 and self.identities < 0.2

    @property
    def filled_share(self) -> float:
        """Filled cells of all rows."""
        return self.filled / self.rows if self.rows else 0.0

    def known_numbers(self, role: str) -> float:
        """Share of the filled cells that are numbers, or words that stand for one in a role."""
        words = number_words(role)
        said = sum(count for value, count in self.values.items() if value.lower() in words)
        return self.numbers + (said / self.filled if self.filled else 0.0)

    def known_codes(self, role: str) -> float:
        """Share of the filled cells whose value the role's code list knows."""
        known = codes(role)
        return (
            sum(count for value, count in self.values.items() if fold(value) in known) / self.filled
            if self.filled
            else 0.0
        )


def profile_columns(
    headers_: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[object]]
) -> tuple[Profile, ...]:
    """Profiles of all columns over the sample's rows."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(headers_)
    texts = [["" if value is None else str(value).strip() for value in column] for column in columns]
    beside = _Beside(*(_first_named(role, headers_, texts) for role in ("case_id", "department", "applicant")))
    if not beside.cases:
        beside = replace(beside, cases=_only_cases(headers_, types, texts))
    return tuple(
        _profile(header, kind, column, beside) for header, kind, column in zip(headers_, types, texts, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Beside:
    """The columns that a person's is compared with."""

    cases: Sequence[str]
    departments: Sequence[str]
    applicants: Sequence[str]


def _first_named(role: str, headers_: Sequence[str], columns: Sequence[Sequence[str]]) -> Sequence[str]:
    named = [(naming(header, role), place) for place, header in enumerate(headers_)]
    ways = {"name": 0, "name-like": 1, **({"name-loose": 2} if role == "department" else {})}
    found = min(((ways[n.way], n.rank, place) for n, place in named if n and n.way in ways), default=None)
    return columns[found[2]] if found else ()


def _only_cases(headers_: Sequence[str], types: Sequence[str], columns: Sequence[Sequence[str]]) -> Sequence[str]:
    """The one column whose header ends as case numbers do, and whose values repeat as theirs."""
    loose = [place for place, header in enumerate(headers_) if naming(header, "case_id")]
    nobody = _Beside((), (), ())
    fit = [place for place in loose if _profile(headers_[place], types[place], columns[place], nobody).numbers_cases]
    return columns[fit[0]] if len(fit) == 1 else ()


def says_end_of_case(header: str) -> bool:
    """Whether a header names the time at which a case was decided, which a log of steps may mean for the step's own."""
    folded = fold_header(header)
    return any(word in folded for word in ("办结", "审结", "结案")) and not any(word in folded for word in "承应限拟")


def _may_be_a_person(header: str) -> bool:
    names = [header]
    if not is_known(header):
        names.append(fold_header(header).removeprefix("case"))
    return any(naming(name, role) for name in names for role in ("resource", "agent", "applicant"))


def _profile(header: str, kind: str, texts: Sequence[str], beside: _Beside) -> Profile:
    nothing = {*missing("any"), ""}
    counts = Counter(texts)
    for text in [text for text in counts if text.lower() in nothing]:
        del counts[text]
    n = counts.total()
    timestamp, number = kind.startswith(("timestamp", "date")), kind.startswith(("int", "float", "decimal"))
    profile = Profile(
        header, len(texts), n, len(counts),
        1.0 if timestamp else _share(counts, n, TIME_LIKE.match) if not number else _share(counts, n, _number_as_time),
        1.0 if number else 0.0 if timestamp else _share(counts, n, _NUMBER.match),
        counts, identities=_share(counts, n, is_identity), time_numbers=_share(counts, n, NUMBER_OF_TIME.match),
    )  # fmt: skip
    if says_end_of_case(header) or profile.times >= 0.5:
        several, changes = _changes(texts, beside.cases)
        return replace(profile, several=several, changes_within_case=changes)
    if tells_a_number(header):
        profile = replace(profile, like_department=_one_each(texts, beside.departments))
    if not _may_be_a_person(header):
        return profile
    several, changes = _changes(texts, beside.cases)
    return replace(
        profile,
        several=several,
        changes_within_case=changes,
        one_department=_singles(texts, beside.departments),
        like_applicant=_alike(texts, beside.applicants),
    )


def _number_as_time(text: str) -> bool:
    """Excel's days, ``YYYYMMDDhhmmss`` and its short form."""
    return bool(re.match(r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{6})?(?:\.0)?$", text))


def _share(counts: Mapping[str, int], n: int, test: Callable[[str], object]) -> float:
    return sum(count for value, count in counts.items() if test(value)) / n if n else 0.0


def _changes(texts: Sequence[str], cases: Sequence[str]) -> tuple[int, float]:
    seen: dict[str, list[str]] = defaultdict(list)
    for case, text in zip(cases, texts, strict=False):
        if text:
            seen[case].append(text)
    several = [values for values in seen.values() if len(values) > 1]
    return len(several), sum(len(set(values)) > 1 for values in several) / len(several) if several else 0.0


def _one_each(texts: Sequence[str], departments: Sequence[str]) -> bool:
    pairs = {(department, text) for department, text in zip(departments, texts, strict=False) if department and text}
    several = len({department for department, _ in pairs})
    return several > 1 and len(pairs) == several


def _singles(texts: Sequence[str], departments: Sequence[str]) -> float:
    seen: dict[str, list[str]] = defaultdict(list)
    for text, department in zip(texts, departments, strict=False):
        if text and department:
            seen[text].append(department)
    several = [values for values in seen.values() if len(values) > 1]
    return sum(len(set(values)) == 1 for values in several) / len(several) if several else 0.0


def _alike(texts: Sequence[str], applicants: Sequence[str]) -> float:
    pairs = [(text, applicant) for text, applicant in zip(texts, applicants, strict=False) if text]
    return sum(text == applicant for text, applicant in pairs) / len(pairs) if pairs else 0.0
