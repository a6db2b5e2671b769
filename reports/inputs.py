"""What a report is told: small plain records, every one optional, none with an identity in it.

`onething.study` fills them from findings, proposals and savings; the fixtures of the tests fill them by hand. Whatever
is empty switches its section off, and the section says what would switch it on. Names (departments, services,
materials, places) are the log's own and are treated as hostile text; applicants, agents and officers never come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mining.process_model import ProcessModel

Note = tuple[str, Mapping[str, object]]  # a wording key and the values that fill its places


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What the log is. Counts are of the log as read, duplicates and rejected rows set aside."""

    files: tuple[str, ...] = ()  # file names without folders
    regions: tuple[str, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None
    events: int = 0
    cases: int = 0
    applicants: int = 0  # distinct; 0 where the log has no applicant
    departments: int = 0
    services: int = 0
    episodes: int = 0  # of the whole log; 0 where no applicant, object or episode ties cases
    rows: int = 0  # read from the files, before anything was set aside
    rejected: int = 0
    duplicates: int = 0
    roles: frozenset[str] = frozenset()  # canonical columns that the log has (`EventLog.present`)


@dataclass(frozen=True, slots=True)
class Check:
    """A row of the table of data quality: what was counted, and of how many."""

    key: str  # wording key of the sentence's label
    count: int
    of: int | None = None  # None: a count that is a share of nothing
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlowRow:
    """Episodes (or cases) that pass from a department to the next. Empty source: the start; empty target: the end."""

    source: str
    target: str
    cases: int  # episodes (or cases) that pass here at least once
    events: int = 0  # how often they pass
    median_wait_h: float | None = None
    p90_wait_h: float | None = None


@dataclass(frozen=True, slots=True)
class DepartmentCard:
    """A department on the flow map."""

    department: str
    services: tuple[str, ...] = ()
    cases: int = 0


@dataclass(frozen=True, slots=True)
class TripCounts:
    """Trips by kind; returns by cause. A trip is in exactly one field."""

    first: int = 0
    multi: int = 0
    collection: int = 0  # returns to collect
    correction: int = 0  # returns to correct
    other: int = 0  # returns for another cause

    @property
    def returns(self) -> int:
        """Trips to departments already visited."""
        return self.collection + self.correction + self.other

    @property
    def total(self) -> int:
        """All trips."""
        return self.first + self.multi + self.returns


@dataclass(frozen=True, slots=True)
class TripFacts:
    """Trips of the focus' episodes, observed and inferred ones (contract section 3)."""

    episodes: int = 0  # not cut off by the log
    counts: TripCounts = field(default_factory=TripCounts)
    by_department: tuple[tuple[str, TripCounts], ...] = ()  # a trip to two departments counts in both
    by_place: tuple[tuple[str, TripCounts], ...] = ()
    observed: int = 0
    inferred: int = 0
    possible: int = 0  # not in `counts`
    mean: float | None = None  # None: counts.total / episodes
    mean_with_possible: float | None = None
    avoidable: int | None = None  # trips that the proposal makes needless; None: unknown


@dataclass(frozen=True, slots=True)
class MaterialCell:
    """Submissions of a material class to a department, in the focus' episodes."""

    material_class: str
    department: str
    submissions: int
    repeats_same: int = 0  # the same department had it already (rework not counted)
    repeats_other: int = 0  # another department had it already
    rework: int = 0  # handed in again at a correction of the same case: shown, no duplicate
    shareable: int = 0  # another department issues it
    issuer: str = ""  # the department that issues most of the shareable ones


@dataclass(frozen=True, slots=True)
class Merge:
    """Two written names taken for one material class, and why."""

    name: str
    material_class: str
    reason: str  # wording key, or text
    count: int = 0


@dataclass(frozen=True, slots=True)
class WaitPart:
    """A part of the mean lead time; all parts add up to it. `cause` has a label under ``report.wait.<cause>``.

    Known causes: processing, queue, correction, collection, relay, payment, post, suspended, closed, handover,
    batching, other.
    """

    cause: str
    mean_h: float  # per episode
    department: str = ""  # where this part is longest
    department_mean_h: float | None = None


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """A stretch of one case of the episode that stands for the others; hours since the first day's midnight."""

    service: str
    department: str
    from_h: float
    to_h: float
    cause: str  # as in WaitPart


@dataclass(frozen=True, slots=True)
class Timeline:
    """One real episode near the median, without its dates and names."""

    bars: tuple[TimelineBar, ...] = ()
    trips: tuple[
        tuple[float, str], ...
    ] = ()  # hours since the first midnight; first, multi, collection, correction, other
    days_off: tuple[int, ...] = ()  # 0-based days that are no working days
    submissions: int | None = None


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """What a service promises and what its cases show (`mining.promises`); shares are 0 to 1, None where unknown."""

    service: str
    cases: int
    declared_days: float | None = None  # committed by the catalogue, else legal; working days
    days_mean: float | None = None  # working days from the application to the last event
    promised_cases: int = 0  # with a promised time of their own
    late_share: float | None = None  # of them, ended after it
    told_twice_share: float | None = None  # of the cases, told twice or more what is missing


@dataclass(frozen=True, slots=True)
class Process:
    """A process and its drawing, as-is or to-be. `svg` is `reports.bpmn.drawing.svg`'s; files are relative links.

    With `model` the page shows an overview (`reports.glance`) first and the whole drawing on demand.
    """

    svg: str = ""
    bpmn_file: str = ""
    svg_file: str = ""
    steps: int = 0
    departments: int = 0
    applicant_steps: int = 0  # tasks in the applicant's lane
    model: ProcessModel | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties two services: kind is legal, data or soft (contract section 6)."""

    before: str
    after: str
    kind: str
    document: str = ""  # of a data tie
    episodes: int = 0  # that have both
    kept: int = 0  # of them, in this order
    confirm: bool = False  # perhaps legal: to be confirmed by a person


@dataclass(frozen=True, slots=True)
class FormRow:
    """A material class on the one form. `why` has a label under ``report.form.<why>``.

    Known: once (several departments share one copy), own (one department keeps it), merged (application forms made
    one), shared (no longer handed in: its issuer sends it), brought (an output that the applicant still brings once).
    """

    material_class: str
    today_mean: float  # submissions an episode, corrections included
    proposed_mean: float
    departments: tuple[str, ...] = ()
    why: str = "own"
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """A document that departments are to hand each other."""

    document: str
    issuer: str
    receivers: tuple[tuple[str, int], ...] = ()  # department, submissions by applicants today
    connected: bool = False  # the catalogue says that the data flows already


@dataclass(frozen=True, slots=True)
class Token:
    """A case of the replay: where it is when. Each stop is (node id, from_h, to_h) on the replay's clock.

    Episode 0 is the typical one, the others stand for all; each begins at the clock's nought.
    """

    stops: tuple[tuple[str, float, float], ...]
    episode: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """Episodes on one clock, in both drawings; node ids are those of the two models (`data-node` in the SVG)."""

    as_is: tuple[Token, ...] = ()
    to_be: tuple[Token, ...] = ()
    ends_h: float = 0.0


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """Everything that a report tells. Additive: fields may be added with defaults, none is renamed.

    Parameters
    ----------
    facts
        What the log is.
    focus
        Name of the bundle that the report leads with (the one that saves most), or of the log's main service.
    focus_is_bundle
        False where the log shows no bundle and `focus` is a service.
    focus_services
        Services of the focus.
    notes
        What could not be analysed or was assumed, as wording keys with their values, in the order they arose.
    checks
        Data quality, counted.
    flows, cards
        Departments one after another in the focus' episodes (empty source and target: start and end), and their cards.
    flow_map_svg
        `reports.flow_maps`' drawing of them; empty: the table stands alone.
    trips, trips_all
        Trips of the focus' episodes; of all episodes of the log. None where the log cannot tell.
    materials
        Class by department, of the focus' episodes; empty where the log has no materials.
    issuers
        Material class -> the department that issues it, as the log's outputs or a `connected` entry show.
    merges
        Material names taken for one class.
    waits, lead_time_mean_h, timeline
        Parts of the mean lead time of the focus' episodes, their sum, one episode drawn.
    promises
        Promised times and notices of the focus' services, most cases first.
    lead_times_h
        Lead time of each of the focus' episodes that the log does not cut off, sorted; the dots of the savings' figure.
    bundles
        One mapping a bundle as in contract section 5, most worthwhile first; may carry `saved_trips_a_year`.
    as_is, to_be, ties
        The processes of the focus and what ties its services.
    savings
        One mapping a bundle and set of moves, contract section 8 (first the focus with all its moves). Extras:
        `alone`, a list like `attribution` with each move by itself; `notes`, wording keys with values
        (idealisations, outputs that come later).
    replay
        Episodes on both drawings.
    form, handovers
        The one form's materials; what departments are to hand each other.
    in_person
        What must be done in person by law and stays: (service, department, cases).
    confirm
        What a person must confirm before anything is built (wording keys and values).
    parameters
        Options that steered the run, as (name, value) text, in order; shown under method.
    seed, version
        As given; the version of onething.
    files
        Names of the files written beside the page, for its links.
    min_count
        Counts of people below it are withheld in published tables (`reports.disclosure`).
    """

    facts: LogFacts = field(default_factory=LogFacts)
    focus: str = ""
    focus_is_bundle: bool = True
    focus_services: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    checks: tuple[Check, ...] = ()
    flows: tuple[FlowRow, ...] = ()
    cards: tuple[DepartmentCard, ...] = ()
    flow_map_svg: str = ""
    trips: TripFacts | None = None
    trips_all: TripFacts | None = None
    materials: tuple[MaterialCell, ...] = ()
    issuers: Mapping[str, str] = field(default_factory=dict)
    merges: tuple[Merge, ...] = ()
    waits: tuple[WaitPart, ...] = ()
    lead_time_mean_h: float | None = None
    timeline: Timeline | None = None
    promises: tuple[PromiseRow, ...] = ()
    lead_times_h: tuple[float, ...] = ()
    bundles: tuple[Mapping[str, Any], ...] = ()
    as_is: Process = field(default_factory=Process)
    to_be: Process = field(default_factory=Process)
    ties: tuple[Tie, ...] = ()
    savings: tuple[Mapping[str, Any], ...] = ()
    replay: Replay | None = None
    form: tuple[FormRow, ...] = ()
    handovers: tuple[Handover, ...] = ()
    in_person: tuple[tuple[str, str, int], ...] = ()
    confirm: tuple[Note, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    version: str = ""
    files: tuple[str, ...] = ()
    min_count: int = 5
