"""Who comes, when, for what, and by which way: drawn once, and the same in every replication and under every move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from event_logs.synthetic.calendars import DAY_S, Calendar
from event_logs.synthetic.identities import applicant_name, credit_code, identity_card, person_name
from event_logs.synthetic.scenario import Bundle, Department, Scenario, Service

ONLINE, ONSITE, SELF_SERVICE = "online", "onsite", "self_service"
COLLECT, POST, ELECTRONIC = "collect", "post", "electronic"
HOURS = np.array([0.0] * 8 + [0.4, 2.2, 2.0, 1.3, 0.3, 0.7, 1.7, 1.9, 1.4, 0.25] + [0.0] * 6)


@dataclass(frozen=True, slots=True)
class Case:
    """One planned application. `takes` are the outputs of other cases of its episode that it asks for."""

    index: int
    case_id: str
    service: Service
    department: Department
    place: str
    channel: str
    delivery: str
    takes: tuple[int, ...]
    legal: tuple[int, ...]
    after: int  # the case that habit puts before it, -1 where none
    clerk: int


@dataclass(frozen=True, slots=True)
class Episode:
    """The cases that one applicant works through for one thing. `arrival` in seconds since the horizon's midnight."""

    index: int
    bundle: str
    applicant: str
    agent: str
    arrival: float
    cases: tuple[Case, ...]
    online_rank: float  # below the online share: this applicant goes online where that move is made
    first_alone: bool  # the applicant makes the first visit himself, although an agent acts for him
    object: str


@dataclass(frozen=True, slots=True)
class Demand:
    """All episodes, the calendars that they meet, and the officers' numbers and scale of work."""

    scenario: Scenario
    first_day: date
    log_from: float
    log_to: float
    episodes: tuple[Episode, ...]
    n_cases: int
    offices: dict[str, Calendar]
    places: dict[str, Calendar]
    officers: dict[str, int]
    scale: dict[str, float]
    staff: dict[str, tuple[str, ...]]


def draw_demand(world: Scenario, seed: int, *, identities: str = "names") -> Demand:
    """Draw a world's episodes.

    Parameters
    ----------
    identities
        ``names``: pseudonyms; ``numbers``: identity cards and credit codes with valid check digits.
    """
    rng = np.random.default_rng([seed, 1])
    log_start = date.fromisoformat(world.start)
    warm_days = 70 if world.cut else 0
    first_day = log_start - timedelta(days=warm_days)
    log_from, log_to = warm_days * DAY_S, (warm_days + world.weeks * 7) * DAY_S
    days = warm_days + world.weeks * 7 + 420
    offices = {d.name: _calendar(d, first_day, days, world.country) for d in world.departments}
    places = {d.place: offices[d.name] for d in reversed(world.departments)}
    by_name = {d.name: d for d in world.departments}
    for service in world.services:
        places.setdefault(service.place or by_name[service.department].place, offices[service.department])
        if service.self_service_place:
            always = Department("", service.self_service_place, hours=("07:00-22:00",), weekdays=(1, 2, 3, 4, 5, 6, 7))
            places[service.self_service_place] = _calendar(always, first_day, days, "")
    # Arrivals fill the whole window where the log is cut, else they stop two weeks before its end and run out.
    span = (warm_days + world.weeks * 7) if world.cut else max(14, world.weeks * 7 - 28)
    n = round(world.episodes * span / (world.weeks * 7)) if world.cut else world.episodes
    arrivals = _arrivals(world, first_day, span, n, rng)
    draft = _Draft(world, rng, identities, by_name, places)
    episodes: list[Episode] = []
    for at in arrivals:
        episodes.extend(draft.episode(float(at), len(episodes)))
    officers, scale = _staffing(world, episodes, offices, span * DAY_S)
    staff = {
        d.name: tuple(
            f"{world.region}{person_name(rng, world.language)}{int(rng.integers(1000, 9999))}"
            for _ in range(officers[d.name])
        )
        for d in world.departments
    }
    return Demand(
        world, first_day, log_from, log_to, tuple(episodes), draft.n_cases, offices, places, officers, scale, staff
    )


def _calendar(d: Department, first: date, days: int, country: str) -> Calendar:
    hours = [tuple(_seconds(x) for x in span.split("-")) for span in d.hours]
    return Calendar(first, days, [(a, b) for a, b in hours], d.weekdays, country)


def _seconds(clock: str) -> float:
    hour, minute = clock.split(":")
    return int(hour) * 3600.0 + int(minute) * 60.0


def _arrivals(world: Scenario, first: date, span: int, n: int, rng: np.random.Generator) -> np.ndarray:
    demand = world.demand
    day = np.arange(span)
    weight = np.array([demand.weekday[(first + timedelta(days=int(d))).weekday()] for d in day])
    weight = weight * (1 + demand.season * np.sin(2 * np.pi * day / max(span, 1) * 1.5))
    weight = weight * (1 + demand.drift * day / max(span - 1, 1))
    chosen = rng.choice(span, size=n, p=weight / weight.sum())
    hour = rng.choice(24, size=n, p=HOURS / HOURS.sum())
    return np.sort(chosen * DAY_S + hour * 3600.0 + np.floor(rng.random(n) * 3600.0))


class _Draft:
    """Draws episode after episode, keeping what they have in common: agents, and the numbers given out."""

    def __init__(
        self,
        world: Scenario,
        rng: np.random.Generator,
        identities: str,
        departments: dict[str, Department],
        places: dict[str, Calendar],
    ) -> None:
        self.world, self.rng, self.identities, self.departments, self.places = (
            world,
            rng,
            identities,
            departments,
            places,
        )
        self.n_cases = 0
        self.agents: list[tuple[str, int]] = []
        self.services = {s.name: s for s in world.services}
        weights = np.array([b.weight for b in world.bundles])
        self.bundle_p = weights / weights.sum() if len(weights) else weights
        weights = np.array([b.weight for b in world.background])
        self.background_p = weights / weights.sum() if len(weights) else weights

    def episode(self, at: float, index: int) -> list[Episode]:
        """One bundle or background episode, and the confounding case that some applicants have besides."""
        world, rng = self.world, self.rng
        if world.background and (not world.bundles or rng.random() < world.demand.background):
            entry = world.background[int(rng.choice(len(world.background), p=self.background_p))]
            service = Bundle("", (entry.service,), applicant=entry.applicant, agents=entry.agents)
            return [self._make(service, at, index, self._applicant(entry.applicant))]
        bundle = world.bundles[int(rng.choice(len(world.bundles), p=self.bundle_p))]
        who = self._applicant(bundle.applicant)
        made = [self._make(bundle, at, index, who)]
        if world.demand.households and bundle.applicant != "firm" and rng.random() < world.demand.households:
            # A household: the same errand for a relative, and one of them (or a parent) goes for both.
            carer = made[0].agent or (who if bundle.applicant == "person" else self._agent())
            relative = self._make(bundle, at + 60.0, index + 1, self._applicant(bundle.applicant))
            own = carer if carer != who else ""
            made = [replace(made[0], agent=own, first_alone=False), replace(relative, agent=carer, first_alone=False)]
        others = [b for b in world.background if b.applicant == bundle.applicant and b.service not in bundle.services]
        if others and rng.random() < world.demand.confounders:
            entry = others[int(rng.integers(len(others)))]
            service = Bundle("", (entry.service,), applicant=entry.applicant, agents=0.0)
            made.append(self._make(service, at + float(rng.uniform(0, 25)) * DAY_S, index + len(made), who))
        return made

    def _applicant(self, kind: str) -> str:
        if self.identities == "numbers" and kind != "foreigner":
            return credit_code(self.rng) if kind == "firm" else identity_card(self.rng)
        return applicant_name(self.rng, kind, self.world.city, self.world.language)

    def _agent(self) -> str:
        rng, mean = self.rng, self.world.demand.principals
        if self.agents and rng.random() < 1 - 1 / max(mean, 1.0):
            return self.agents[int(rng.integers(max(0, len(self.agents) - 6), len(self.agents)))][0]
        if self.identities == "numbers":
            name = identity_card(rng)
        else:
            mark = "代" if self.world.language == "zh" else " agent "
            name = f"{person_name(rng, self.world.language)}{mark}{int(rng.integers(0, 1_000_000)):06d}"
        self.agents.append((name, 0))
        return name

    def _own_order(self, services: list[Service], legal: set[tuple[str, str]]) -> list[Service]:
        """A random order in which nothing comes before what it needs; the first stays the first."""
        left, made = services[1:], services[:1]
        while left:
            open_now = [
                s
                for s in left
                if not any(o is not s and (o.output in s.materials or (o.name, s.name) in legal) for o in left)
            ]
            pick = open_now[int(self.rng.integers(len(open_now)))]
            left = [s for s in left if s is not pick]
            made.append(pick)
        return made

    def _make(self, bundle: Bundle, at: float, index: int, who: str) -> Episode:
        rng = self.rng
        names = [s for s in bundle.services if rng.random() < bundle.optional.get(s, 1.0)]
        chosen = [self.services[s] for s in names]
        legal_pairs = {(a, b) for a, b in bundle.legal if a in names and b in names}
        if rng.random() < bundle.own_order:
            chosen = self._own_order(chosen, legal_pairs)
        position = {s.name: i for i, s in enumerate(chosen)}
        serial = rng.random() < bundle.habit
        base, cases = self.n_cases, []
        likes_online = rng.normal(0, 0.15)
        for i, service in enumerate(chosen):
            takes = tuple(base + j for j in range(len(chosen)) if chosen[j].output in service.materials and j < i)
            legal = tuple(base + position[a] for a, b in sorted(legal_pairs) if b == service.name)
            department = self.departments[service.department]
            u = rng.random() + likes_online
            channel = (
                ONLINE if u < service.online else SELF_SERVICE if u < service.online + service.self_service else ONSITE
            )
            place = service.place or department.place
            if channel == SELF_SERVICE:
                place = service.self_service_place or place
            v = rng.random()
            delivery = COLLECT if v < service.collect else POST if v < service.collect + service.post else ELECTRONIC
            cases.append(
                Case(
                    base + i,
                    f"{index + 1:07d}-{i + 1}",
                    service,
                    department,
                    place,
                    channel,
                    delivery,
                    takes,
                    legal,
                    base + i - 1 if serial and i else -1,
                    int(rng.integers(1, 3)),
                )
            )
        self.n_cases += len(cases)
        agent = self._agent() if rng.random() < bundle.agents else ""
        thing = f"{bundle.object}{int(rng.integers(10**9, 10**10))}" if bundle.object else ""
        return Episode(
            index, bundle.name, who, agent, at, tuple(cases), float(rng.random()), bool(rng.random() < 0.2), thing
        )


def _staffing(
    world: Scenario, episodes: list[Episode], offices: dict[str, Calendar], span: float
) -> tuple[dict[str, int], dict[str, float]]:
    """Officers of each department, and the factor on its work that brings it to the load that the scenario asks for."""
    work = {d.name: 0.0 for d in world.departments}
    for episode in episodes:
        for case in episode.cases:
            minutes = case.service.minutes or default_minutes(case.service)
            work[case.department.name] += 60.0 * (sum(minutes) + case.service.corrections * 1.2 * minutes[0])
    officers, scale = {}, {}
    for d in world.departments:
        capacity = max(offices[d.name].open_seconds(0.0, span), 1.0)
        officers[d.name] = d.officers or max(1, int(np.ceil(work[d.name] / capacity / world.utilisation)))
        used = work[d.name] / capacity / officers[d.name]
        scale[d.name] = d.load / used if d.load and used else 1.0
    return officers, scale


def default_minutes(service: Service) -> tuple[float, ...]:
    """Working minutes of a service that states none: review, each step, issue [assumed]."""
    return (50.0, *(90.0 for _ in service.steps), 42.0)
