"""What a sample of a column's values looks like: the evidence by which roles are found."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from event_logs.times import TIME_LIKE
from event_logs.vocabularies import codes, fold, fold_header, header_patterns, headers, missing

SAMPLE = 3000
_NUMBER = re.compile(r"^\s*(?:=\")?[-+]?[\d,]*\.?\d+(?:[eE][+-]?\d+)?\s*[元%]?\"?\s*$")


@dataclass(frozen=True, slots=True)
class Profile:
    """One column's sample. Shares are of its filled cells.

    What tells an officer from an agent, or a step's end from its case's, is looked at only where the header may name
    either: `changes_within_case`, share of the cases with two filled cells or more in which the value changes; and of
    persons `one_department`, share of the values that occur with one department only; `like_applicant`, share of rows
    in which the value is the applicant's.
    """

    header: str
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    times: float = 0.0
    numbers: float = 0.0
    values: Mapping[str, int] = field(default_factory=dict)
    changes_within_case: float = 0.0
    one_department: float = 0.0
    like_applicant: float = 0.0

    @property
    def filled_share(self) -> float:
        """Filled cells of all rows."""
        return self.filled / self.rows if self.rows else 0.0

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
    names = headers()[role]["names"]
    folded = [fold_header(header) for header in headers_]
    places = [(names.index(header), place) for place, header in enumerate(folded) if header in names]
    alike = [
        (number, place)
        for place, header in enumerate(folded)
        for number, pattern in enumerate(header_patterns()[role])
        if pattern.fullmatch(header)
    ]
    found = min(places, default=None) or min(alike, default=None)
    return columns[found[1]] if found else ()


def says_end_of_case(header: str) -> bool:
    """Whether a header names the time at which a case was decided, which a log of steps may mean for the step's own."""
    folded = fold_header(header)
    return any(word in folded for word in ("办结", "审结", "结案")) and not any(word in folded for word in "承应限拟")


def _may_be_a_person(header: str) -> bool:
    folded = fold_header(header).removeprefix("case")
    return any(folded in names for role in ("resource", "agent") for names in headers()[role].values())


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
        counts,
    )  # fmt: skip
    if says_end_of_case(header):
        return replace(profile, changes_within_case=_changes(texts, beside.cases))
    if not _may_be_a_person(header):
        return profile
    return replace(
        profile,
        changes_within_case=_changes(texts, beside.cases),
        one_department=_singles(texts, beside.departments),
        like_applicant=_alike(texts, beside.applicants),
    )


def _number_as_time(text: str) -> bool:
    """Excel's days, ``YYYYMMDDhhmmss`` and its short form."""
    return bool(re.match(r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{6})?(?:\.0)?$", text))


def _share(counts: Mapping[str, int], n: int, test: Callable[[str], object]) -> float:
    return sum(count for value, count in counts.items() if test(value)) / n if n else 0.0


def _changes(texts: Sequence[str], cases: Sequence[str]) -> float:
    seen: dict[str, list[str]] = defaultdict(list)
    for case, text in zip(cases, texts, strict=False):
        if text:
            seen[case].append(text)
    several = [values for values in seen.values() if len(values) > 1]
    return sum(len(set(values)) > 1 for values in several) / len(several) if several else 0.0


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
