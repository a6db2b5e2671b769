"""Catalogue: typed records of services, materials, outputs, ties and bundles, each with source and confidence."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """Where an entry comes from. `confidence`: `official` (a published document), `published`, `assumed`."""

    text: str = ""
    confidence: str = "assumed"


@dataclass(frozen=True, slots=True)
class Material:
    """A class of material. `name` is canonical; `synonyms` are other spellings of the very same document."""

    name: str
    synonyms: tuple[str, ...] = ()
    owner: str = ""  # applicant, spouse, representative, agent …
    form: bool = False  # an application form: `one_form` makes them one
    validity_days: int | None = None  # None: the contract's 365
    deferrable: bool = False  # 容缺
    issuer: str = ""  # the department that issues it
    connected: bool = False  # a data interface exists; only a user sets it
    retain_required: bool = False  # the original must be kept
    in_person: bool = False  # its holder must come with it
    source: Source = field(default_factory=Source)


@dataclass(frozen=True, slots=True)
class Service:
    """A service. Names match the log's after normalisation; `synonyms` likewise."""

    name: str
    synonyms: tuple[str, ...] = ()
    department: str = ""
    materials: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    in_person: bool = False
    in_person_reason: str = ""
    declared_visits: int | None = None  # 到办事现场次数
    legal_days: float | None = None  # statutory limit, working days
    promised_days: float | None = None  # committed limit, working days
    source: Source = field(default_factory=Source)


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties two services: `legal`, `data` or `soft`; `before` comes before `after`."""

    before: str
    after: str
    kind: str
    output: str = ""
    source: Source = field(default_factory=Source)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as a document or an assumption lists it."""

    name: str
    services: tuple[str, ...]
    optional: tuple[str, ...] = ()
    authority: str = "assumed"  # national_2022, national_2024_1, local, assumed …
    synonyms: tuple[str, ...] = ()
    eligibility: str = ""  # who may have it so, in the words of the document
    figures: tuple[str, ...] = ()  # what others published about it, each with its source
    source: Source = field(default_factory=Source)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries. `halls` maps a department or window to the hall it sits in."""

    services: tuple[Service, ...] = ()
    materials: tuple[Material, ...] = ()
    ties: tuple[Tie, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    halls: dict[str, str] = field(default_factory=dict)

    def service(self, name: str) -> Service | None:
        """The entry of a service, by name or synonym."""
        return next((s for s in self.services if name == s.name or name in s.synonyms), None)

    def bundle(self, name: str) -> Bundle | None:
        """The entry of a bundle, by name or synonym."""
        return next((b for b in self.bundles if name == b.name or name in b.synonyms), None)

    def tie(self, before: str, after: str) -> Tie | None:
        """What ties two services in this order, by name or synonym."""
        first, second = self.service(before), self.service(after)
        names = (first.name if first else before, second.name if second else after)
        return next((t for t in self.ties if (t.before, t.after) == names), None)

    def material(self, name: str) -> Material | None:
        """The entry of a material class, by name or synonym."""
        return next((m for m in self.materials if name == m.name or name in m.synonyms), None)
