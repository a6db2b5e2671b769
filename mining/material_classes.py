"""What a material's name means: spellings made classes, every merge with its reason, overruled by a file.

A class is a document and whose it is. Names are first cleaned and looked up (`catalogue.material_names`); what no
catalogue knows may still be a slip of the pen or another way to say the same, and there a likeness of names counts only
beside the log's own evidence: where the one is asked for the other is not, though the same service asks for both.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue.material_names import DocumentName, MaterialNames
from catalogue.services import Catalogue
from mining.document_groups import DocumentGroups, Key
from mining.likeness import likeness, words_of
from mining.material_uses import Uses, hardly_ever, together_in, uses_of
from wording.errors import InputError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

VALID_DAYS = 365
SWAP_LEAST = 5  # characters: in a shorter name, two that change places may make another word
_DIGIT = re.compile(r"[0-9a-z]")


@dataclass(frozen=True, slots=True)
class Merge:
    """One spelling taken for a class whose name it is not.

    `rule`: `cleaned` (copy words, width, brackets), `catalogue` (a synonym), `owner` (owner and synonym), `typo`,
    `similar` (names alike), `context` (names alike, and the log never asks for both), `correction` (the file says so).
    `score` runs from 0 to 1 and is 1 where nothing was guessed.
    """

    spelling: str
    material_class: str
    rule: str
    score: float
    like: str = ""  # the name that it was taken for


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a person says: these are the same, these are not. Kept in a TOML file with `same` and `different`."""

    same: tuple[tuple[str, str], ...] = ()
    different: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MaterialClasses:
    """Every spelling of a log with its class.

    `kinds`: `generic` and `form` names, whose class is not shared. `representative`: classes of a legal
    representative's documents, with the class that a firm's paper without an owner is written as.
    """

    classes: Mapping[str, str]
    merges: tuple[Merge, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=Catalogue)
    representative: Mapping[str, str] = field(default_factory=dict)
    names: MaterialNames = field(default_factory=MaterialNames)

    def of(self, spelling: str) -> str:
        """The class of a spelling; of one that the log does not have, what its name alone says."""
        if spelling in self.classes:
            return self.classes[spelling]
        name = self.names.parse(spelling)
        return self.names.title(name.owner, name.base)

    @property
    def has_forms(self) -> bool:
        """Whether some name is a nameless form, which another service's is not."""
        return "form" in self.kinds.values()

    def table(self, log: EventLog) -> ir.Table:
        """The classes in the log's engine.

        `spelling, material_class, kind, valid_days, connected_issuer, own_class` (a representative's document without
        its owner).
        """
        names = sorted(self.classes)
        entries = [self.catalogue.material(self.classes[spelling]) for spelling in names]
        columns: dict[str, Sequence[object]] = {
            "spelling": names,
            "material_class": [self.classes[spelling] for spelling in names],
            "kind": [self.kinds.get(spelling, "") for spelling in names],
            "valid_days": [VALID_DAYS if e is None or e.validity_days is None else e.validity_days for e in entries],
            "connected_issuer": [e.issuer if e and e.connected and e.issuer else None for e in entries],
            "own_class": [self.representative.get(self.classes[spelling]) for spelling in names],
        }
        return log.engine.hold("material_classes", columns, dict.fromkeys(columns, "string") | {"valid_days": "int64"})


def read_corrections(path: Path) -> Corrections:
    """The corrections of a file.

    Raises
    ------
    InputError
        It is no TOML, or an entry is no pair of two names.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("materials.corrections-unreadable", path=str(path), reason=str(error)) from error
    unknown = sorted(set(tables) - {"same", "different"})
    if unknown:
        raise InputError("materials.corrections-unknown", path=str(path), found=unknown[0])
    for name, pairs in tables.items():
        for pair in pairs if isinstance(pairs, list) else [pairs]:
            if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(word, str) for word in pair)):
                raise InputError("materials.corrections-no-pair", path=str(path), table=name, found=str(pair))
    pairs_of = {name: tuple((a, b) for a, b in tables.get(name, ())) for name in ("same", "different")}
    return Corrections(pairs_of["same"], pairs_of["different"])


def material_classes(
    log: EventLog, *, catalogue: Catalogue | None = None, corrections: Corrections | None = None
) -> MaterialClasses:
    """The classes of a log's materials and outputs.

    Runs one small query over the log's spellings, and a second one where likeness finds candidates.
    """
    uses = uses_of(log)
    resolver = _Resolver(uses, catalogue or Catalogue(), corrections or Corrections())
    together = together_in(log, resolver.candidates()) if resolver.candidates() else {}
    return resolver.resolve(together)


def resolve(
    spellings: Iterable[str], *, catalogue: Catalogue | None = None, corrections: Corrections | None = None
) -> MaterialClasses:
    """The classes of bare names, without a log's evidence.

    >>> resolve(["身份证（复印件）", "第二代居民身份证", "配偶身份证"]).classes["第二代居民身份证"]
    '身份证'
    """
    uses = Uses(issued=dict.fromkeys(spellings, 1))
    return _Resolver(uses, catalogue or Catalogue(), corrections or Corrections()).resolve({})


@dataclass(frozen=True, slots=True)
class _Likeness:
    a: Key
    b: Key
    score: float
    rule: str  # swap, words, typo, similar, short, context


class _Resolver:
    """The stages from spellings to classes. Documents are `Key`s until they get their class's name."""

    def __init__(self, uses: Uses, catalogue: Catalogue, corrections: Corrections) -> None:
        self.uses, self.catalogue, self.corrections = uses, catalogue, corrections
        self.names = MaterialNames(catalogue)
        spellings = {spelling for _, spelling in uses.asked} | set(uses.issued)
        extra = {name for pair in (*corrections.same, *corrections.different) for name in pair}
        self.parsed = {spelling: self.names.parse(spelling) for spelling in sorted(spellings | extra)}
        self.spellings = tuple(sorted(spellings))
        self.counts: Counter[Key] = Counter()
        self.by_service: dict[Key, Counter[str]] = defaultdict(Counter)
        for (service, spelling), n in uses.asked.items():
            self.counts[self._key(spelling)] += n
            self.by_service[self._key(spelling)][service] += n
        for spelling, n in uses.issued.items():
            self.counts[self._key(spelling)] += n
        self.known = {self._key(s) for s, name in self.parsed.items() if name.known}
        self._pairs = self._like_pairs()

    def _key(self, spelling: str) -> Key:
        name = self.parsed[spelling]
        return name.owner, name.base

    def candidates(self) -> dict[str, int]:
        """The spellings of documents that look alike, each with its document's number."""
        keys = sorted({key for pair in self._pairs for key in (pair.a, pair.b)})
        number = {key: n for n, key in enumerate(keys)}
        return {s: number[self._key(s)] for s in self.spellings if self._key(s) in number}

    def _like_pairs(self) -> list[_Likeness]:
        """Documents of one owner, at least one of them unknown, whose names are alike; best first."""
        from rapidfuzz import fuzz, process

        plain = {self._key(s) for s, name in self.parsed.items() if not (name.generic or name.form)}
        stems = {self.parsed[s].stem for s in self.spellings} | {base for _, base in plain}
        by_owner: dict[str, list[str]] = defaultdict(list)
        for owner, base in sorted(plain):
            by_owner[owner].append(base)
        # The best of each rule: of a document's several names two may be equally alike by a weaker and a stronger one.
        found: dict[tuple[Key, Key, str], _Likeness] = {}

        def keep(one: Key, other: Key, score: float, rule: str) -> None:
            pair = (min(one, other), max(one, other))
            if (*pair, rule) not in found or found[*pair, rule].score < score:
                found[*pair, rule] = _Likeness(*pair, score, rule)

        for owner, bases in sorted(by_owner.items()):
            fresh = [base for base in bases if (owner, base) not in self.known]
            # A slip may be in any of a document's names, those of the catalogue that the log never writes included.
            names = {base: base for base in bases} | dict(self.names.synonyms())
            there = [name for name, base in sorted(names.items()) if base in bases or (owner, base) in plain]
            if not fresh or not there:
                continue
            scores = process.cdist(fresh, there, scorer=fuzz.ratio, score_cutoff=60)
            for i, j in zip(*scores.nonzero(), strict=True):
                one, other = (owner, fresh[i]), (owner, names[there[j]])
                like = likeness(fresh[i], there[j]) if one != other else None
                # A longer name that only a list has, and nobody here writes, says little of the shorter one.
                if like and (like[1] != "added" or there[j] in stems):
                    keep(one, other, like[0], "similar" if like[1] == "added" else like[1])
            for one_name, other_name in _reordered(fresh, there):
                one, other = (owner, one_name), (owner, names[other_name])
                if one != other:
                    keep(one, other, 0.95, "words")
            for base in fresh:
                for name in self.names.before_slip(base):
                    one, other = (owner, base), (owner, names.get(name, name))
                    if other in plain:
                        keep(one, other, 0.9, "similar")
        for one, other in self._swapped(plain):
            keep(one, other, 0.9, "swap")
        return sorted(found.values(), key=lambda pair: (-pair.score, pair.a, pair.b, pair.rule))

    def _swapped(self, plain: set[Key]) -> list[tuple[Key, Key]]:
        """Documents whose whole names differ by two neighbours that changed places, whoever owns them.

        A slip in the word for the owner hides the owner, so that nothing else would lay the two side by side.
        """
        fresh = {self.parsed[s].stem: self._key(s) for s in self.spellings if self._key(s) in plain - self.known}
        there = {self.parsed[s].stem: self._key(s) for s in self.spellings if self._key(s) in plain}
        found = []
        for stem, key in sorted(fresh.items()):
            for n in range(len(stem) - 1):
                other = there.get(stem[:n] + stem[n + 1] + stem[n] + stem[n + 2 :])
                if other is not None and other != key and len(stem) >= SWAP_LEAST and not _DIGIT.search(stem):
                    found.append((key, other))
        return found

    def resolve(self, together: Mapping[tuple[int, int], int]) -> MaterialClasses:
        """All stages; `together` counts the events that hold both of two candidate documents."""
        groups = DocumentGroups(self.known)
        split = self._told_apart(groups)
        for a, b in self.corrections.same:
            groups.join(split.get(a, self._key(a)), split.get(b, self._key(b)), forced=True)
        reasons: dict[Key, _Likeness] = {}
        number = {self._key(spelling): n for spelling, n in self.candidates().items()}
        for pair in self._pairs:
            both = together.get((min(number[pair.a], number[pair.b]), max(number[pair.a], number[pair.b])), 0)
            rule = self._decide(pair, both)
            if rule and groups.join(pair.a, pair.b, slip=pair.rule == "swap"):
                lesser = min((pair.a, pair.b), key=lambda key: (key in self.known, self.counts[key], key))
                reasons[lesser] = _Likeness(pair.a, pair.b, pair.score, rule)
        return self._named(groups, reasons, split)

    def _told_apart(self, groups: DocumentGroups) -> dict[str, Key]:
        """Names that the file tells apart although they would be one: the second of a pair gets its own document.

        The first, where the second is what the document is called.
        """
        split: dict[str, Key] = {}
        for first, second in self.corrections.different:
            a, b = (second, first) if second == self._key(second)[1] else (first, second)
            if self._key(a) == self._key(b):
                split[b] = ("", self.parsed[b].stem if self.parsed[b].stem != self.parsed[a].stem else b)
                for spelling, name in self.parsed.items():
                    if name.stem == self.parsed[b].stem != self.parsed[a].stem:
                        split[spelling] = split[b]
            groups.part(split.get(a, self._key(a)), split.get(b, self._key(b)))
        return split

    def _decide(self, pair: _Likeness, both: int) -> str:
        """The rule by which two like documents are one; empty: they are not."""
        few, many = sorted((pair.a, pair.b), key=lambda key: (self.counts[key], key))
        shared = set(self.by_service[few]) & set(self.by_service[many])
        sums = self.uses.events
        expected = sum(self.by_service[few][s] * self.by_service[many][s] / max(sums.get(s, 1), 1) for s in shared)
        never = both <= 0.1 * expected or hardly_ever(both, expected)
        usual = max((self.by_service[many][s] / max(sums.get(s, 1), 1) for s in shared), default=0.0)
        rare = self.counts[few] <= max(2, 0.1 * self.counts[many])
        short = len(few[1]) <= 3
        # Copies of one paper in one event may be spelt differently: that alone does not part a name from its slip.
        slight = self.counts[few] <= 0.01 * self.counts[many]
        if pair.rule == "swap" and (slight or (rare and (never or both <= 1))):
            return "typo"
        if pair.rule == "words":
            return "similar"
        lone = len(few[1]) < 3
        if pair.rule == "typo" and never and shared and rare and (usual >= 0.5 if short else True) and not lone:
            return "typo"
        if pair.rule == "typo" and lone and not both and shared and rare and usual >= 0.5 and many in self.known:
            return "typo"
        if never and expected >= 3 and (pair.rule == "short" or not short):
            return "context"
        return "similar" if pair.rule == "similar" and never else ""

    def _named(
        self, groups: DocumentGroups, reasons: Mapping[Key, _Likeness], split: Mapping[str, Key]
    ) -> MaterialClasses:
        members: dict[Key, list[Key]] = defaultdict(list)
        keys = {spelling: split.get(spelling, self._key(spelling)) for spelling in self.spellings}
        for key in sorted(set(keys.values())):
            members[groups.root(key)].append(key)
        titles = {root: self._title(found, set(split.values())) for root, found in members.items()}
        classes = {spelling: titles[groups.root(key)] for spelling, key in keys.items()}
        told = {name for pair in (*self.corrections.same, *self.corrections.different) for name in pair}
        merges = [
            self._merge(spelling, classes[spelling], keys[spelling], reasons, told)
            for spelling in self.spellings
            if spelling != classes[spelling]
        ]
        # A catalogue's entry keeps its owner within its name.
        of_owner = {root: root if root[0] else self.names.owned(root[1]) for root in members}
        own = {
            titles[root]: self.names.title("", base)
            for root, (owner, base) in of_owner.items()
            if owner == "representative"
        }
        own = {title: bare for title, bare in own.items() if bare in set(classes.values()) - {title}}
        kinds = {s: _kind(name) for s, name in self.parsed.items() if _kind(name) and s in classes}
        return MaterialClasses(classes, tuple(merges), kinds, self.catalogue, own, self.names)

    def _title(self, keys: Sequence[Key], split: set[Key]) -> str:
        best = min(keys, key=lambda key: (key not in self.known, -self.counts[key], key))
        return best[1] if best in split else self.names.title(*best)

    def _merge(self, spelling: str, title: str, key: Key, reasons: Mapping[Key, _Likeness], told: set[str]) -> Merge:
        name = self.parsed[spelling]
        if spelling in told or name.stem in told:
            return Merge(spelling, title, "correction", 1.0)
        if key in reasons:
            why = reasons[key]
            other = why.b if why.a == key else why.a
            return Merge(spelling, title, why.rule, round(why.score, 3), self.names.title(*other))
        if name.stem == title or not name.known:
            return Merge(spelling, title, "cleaned", 1.0, name.stem)
        return Merge(spelling, title, "owner" if name.owner else "catalogue", 1.0, name.stem)


def _reordered(fresh: Sequence[str], there: Sequence[str]) -> list[tuple[str, str]]:
    """Names of the same Latin words in another order, which a ratio of characters may miss."""
    by_words: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in there:
        by_words[tuple(words_of(name))].append(name)
    return [(a, b) for a in fresh if len(words_of(a)) > 1 for b in by_words[tuple(words_of(a))] if a != b]


def _kind(name: DocumentName) -> str:
    return "generic" if name.generic else "form" if name.form else ""


def pairs_of(classes: Mapping[str, str]) -> set[frozenset[str]]:
    """The pairs of spellings that share a class, for tests and measures."""
    groups: dict[str, list[str]] = defaultdict(list)
    for spelling, name in classes.items():
        groups[name].append(spelling)
    return {frozenset(pair) for found in groups.values() for pair in combinations(sorted(found), 2)}
