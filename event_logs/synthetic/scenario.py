"""What a world is made of: a scenario file (TOML), read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from wording.errors import InputError

HERE = Path(__file__).parent / "scenarios"
APPLICANTS = ("person", "firm", "child", "foreigner")


@dataclass(frozen=True, slots=True)
class Activities:
    """What the log calls the steps that every service has."""

    apply: str = "提交申请"
    review: str = "材料审查"
    notice: str = "补正告知"
    correct: str = "补正材料"
    issue: str = "办结制证"
    collect: str = "领取证照"
    post: str = "邮寄送达"
    platform: str = "一网通办平台"
    courier: str = "邮政EMS"
    window: str = "综合窗口"


@dataclass(frozen=True, slots=True)
class Department:
    """An office. `load`: its utilisation is brought to this by scaling its work; `wait_h`: a wait before decisions that
    no queue explains, on the clock, mean hours."""

    name: str
    place: str
    officers: int = 0  # 0: as many as keep the utilisation under the world's
    hours: tuple[str, ...] = ("09:00-12:00", "13:30-17:30")
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    load: float = 0.0
    wait_h: float = 0.0
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """A document. `issuer`: who issues it where no service of the world does."""

    name: str
    spellings: tuple[str, ...] = ()
    issuer: str = ""
    form: bool = False
    deferrable: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """One service: what it asks for, its review's steps, and how its applicants behave. Minutes are working time."""

    name: str
    department: str
    materials: tuple[str, ...]
    output: str
    steps: tuple[str, ...] = ("审核",)
    minutes: tuple[float, ...] = ()  # review of materials, each step, issue
    place: str = ""
    self_service_place: str = ""
    corrections: float = 0.2
    online: float = 0.3
    self_service: float = 0.0
    collect: float = 0.6
    post: float = 0.15
    in_person: str = ""
    in_person_minutes: float = 28.0
    promised_days: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """Services that the same applicants need. `habit`: the share of people who do one after the other though nothing
    forces them; `own_order`: who take another order than the bundle's. Ties by data follow from outputs asked for."""

    name: str
    services: tuple[str, ...]
    weight: float = 1.0
    applicant: str = "person"
    optional: Mapping[str, float] = field(default_factory=dict)
    legal: tuple[tuple[str, str], ...] = ()
    habit: float = 0.5
    own_order: float = 0.3
    agents: float = 0.15
    object: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Background:
    """A service that is applied for alone, and loads the same officers."""

    service: str
    weight: float = 1.0
    applicant: str = "person"
    agents: float = 0.1


@dataclass(frozen=True, slots=True)
class Demand:
    """When people come and how long they take. Days are calendar days."""

    weekday: tuple[float, ...] = (1.7, 1.1, 1.0, 1.0, 0.95, 0.5, 0.25)
    season: float = 0.0  # amplitude of one wave over the log, 0–1
    drift: float = 0.0  # growth of arrivals from the first day to the last, as a share
    background: float = 0.4  # share of episodes that are single cases
    confounders: float = 0.05  # share of bundle applicants who have a background case besides, at about that time
    apply_days: float = 1.9
    correct_days: float = 2.0
    collect_days: float = 1.5
    errand_days: float = 1.6
    post_h: float = 60.0
    missing: float = 0.06  # share of applications that lack a document
    principals: float = 1.0  # episodes an agent acts for, on average
    households: float = 0.0  # share of personal episodes that a relative goes through too, one person acting for both
    tours: bool = False  # an agent does at a place what is open for any of his principals


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole world, checked: every name that is referred to is there."""

    name: str
    title: str
    departments: tuple[Department, ...]
    materials: tuple[Material, ...]
    services: tuple[Service, ...]
    bundles: tuple[Bundle, ...]
    background: tuple[Background, ...] = ()
    demand: Demand = Demand()
    activities: Activities = Activities()
    region: str = "云川区"
    city: str = "云川"
    country: str = "CN"
    language: str = "zh"
    start: str = "2025-02-10"
    weeks: int = 30
    episodes: int = 900
    utilisation: float = 0.65
    columns: tuple[str, ...] = ()
    cut: bool = False
    speed: float = 0.0  # spread (sigma) of a latent speed a case has in all its steps

    def service(self, name: str) -> Service:
        """A service by name."""
        return next(s for s in self.services if s.name == name)


T = TypeVar("T")


def scenarios() -> tuple[str, ...]:
    """The names of the scenarios that ship.

    >>> "city" in scenarios()
    True
    """
    return tuple(sorted(p.stem for p in HERE.glob("*.toml")))


def read_scenario(scenario: str | Path, **overrides: Any) -> Scenario:
    """A scenario by name or by file; a file may say ``extends = "city"`` and give only what differs.

    Parameters
    ----------
    overrides
        Fields of `Scenario` or of its `Demand`, or ``load={"department": 0.95}``, ``wait_h={"department": 20}``
        (``"*"``: every department), ``habit=0.8`` (every bundle).

    Raises
    ------
    InputError
        No such scenario, no TOML, a field that is not known, or a name that refers to nothing.
    """
    path = Path(scenario) if str(scenario).endswith(".toml") else HERE / f"{scenario}.toml"
    raw = _raw(path)
    made = _scenario(path, raw)
    return override(made, path, overrides)


def _raw(path: Path) -> dict[str, Any]:
    if not path.is_file():
        near = get_close_matches(path.stem, scenarios(), 1)
        raise InputError(
            "generate.no-scenario", path=path.stem, known=", ".join(scenarios()), near=near[0] if near else "city"
        )
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("generate.not-toml", path=path.name, reason=str(error)) from error
    base = raw.pop("extends", None)
    if base is None:
        return raw
    parent = _raw(HERE / f"{base}.toml")
    for key, value in raw.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            known = {_key(entry): entry for entry in parent.get(key, [])}
            for entry in value:
                known[_key(entry)] = {**known.get(_key(entry), {}), **entry}
            parent[key] = list(known.values())
        elif isinstance(value, dict):
            parent[key] = {**parent.get(key, {}), **value}
        else:
            parent[key] = value
    return parent


def _key(entry: Mapping[str, Any]) -> str:
    return str(entry.get("name", entry.get("service", "")))


def _record(path: Path, kind: type[T], table: str, entry: Mapping[str, Any]) -> T:
    names = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    for key in entry:
        if key not in names:
            raise InputError(
                "generate.unknown-field", path=path.name, table=table, field=key, known=", ".join(sorted(names))
            )
    try:
        return kind(**{k: _frozen(v) for k, v in entry.items()})
    except TypeError as error:
        raise InputError(
            "generate.missing-field", path=path.name, table=table, entry=_key(entry), reason=str(error)
        ) from error


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value


def _scenario(path: Path, raw: dict[str, Any]) -> Scenario:
    raw = dict(raw)

    def many(key: str, kind: type[T]) -> tuple[T, ...]:
        return tuple(_record(path, kind, key, e) for e in raw.pop(key, []))

    departments = many("department", Department)
    materials = many("material", Material)
    services = many("service", Service)
    bundles = tuple(b for b in many("bundle", Bundle) if b.weight > 0)
    background = many("background", Background)
    demand = _record(path, Demand, "demand", raw.pop("demand", {}))
    activities = _record(path, Activities, "activities", raw.pop("activities", {}))
    world = raw.pop("world", {})
    for key in raw:
        raise InputError(
            "generate.unknown-field",
            path=path.name,
            table="",
            field=key,
            known="world, department, material, service, bundle, background, demand, activities",
        )
    known = {m.name for m in materials}
    missing = sorted({m for s in services for m in (*s.materials, s.output) if m not in known})
    made = _record(
        path,
        Scenario,
        "world",
        {
            "name": path.stem,
            "title": path.stem,
            **world,
            "departments": departments,
            "services": services,
            "materials": materials + tuple(Material(m) for m in missing),
            "bundles": bundles,
            "background": background,
            "demand": demand,
            "activities": activities,
        },
    )
    _check(path, made)
    return made


def _check(path: Path, world: Scenario) -> None:
    departments = {d.name for d in world.departments}
    services = {s.name for s in world.services}
    for service in world.services:
        if service.department not in departments:
            raise InputError("generate.refers-to-nothing", path=path.name, entry=service.name, name=service.department)
        if service.minutes and len(service.minutes) != len(service.steps) + 2:
            raise InputError(
                "generate.minutes",
                path=path.name,
                entry=service.name,
                wanted=len(service.steps) + 2,
                found=len(service.minutes),
            )
    for name in [s for b in world.bundles for s in (*b.services, *b.optional)] + [b.service for b in world.background]:
        if name not in services:
            raise InputError("generate.refers-to-nothing", path=path.name, entry="bundle", name=name)
    applicants = [b.applicant for b in world.bundles] + [b.applicant for b in world.background]
    for kind in applicants:
        if kind not in APPLICANTS:
            raise InputError("generate.refers-to-nothing", path=path.name, entry="applicant", name=kind)


def override(world: Scenario, path: Path, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with some of its figures changed; see `read_scenario`."""
    own = {f.name for f in fields(Scenario)}
    demand = {f.name for f in fields(Demand)}
    for key, value in changes.items():
        if key in ("load", "wait_h", "officers"):
            world = replace(
                world,
                departments=tuple(
                    replace(d, **{key: value.get(d.name, value.get("*", getattr(d, key)))}) for d in world.departments
                ),
            )
        elif key == "habit":
            world = replace(world, bundles=tuple(replace(b, habit=float(value)) for b in world.bundles))
        elif key == "agents":
            world = replace(world, bundles=tuple(replace(b, agents=float(value)) for b in world.bundles))
        elif key in demand and key != "background":
            world = replace(world, demand=replace(world.demand, **{key: value}))
        elif key == "background_share":
            world = replace(world, demand=replace(world.demand, background=float(value)))
        elif key in own:
            world = replace(world, **{key: value})
        else:
            known = sorted(own | demand | {"load", "wait_h", "officers", "habit", "agents", "background_share"})
            raise InputError("generate.unknown-field", path=path.name, table="", field=key, known=", ".join(known))
    return world
