"""The log as a file: columns, headers, spellings, and what real exports do to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

import numpy as np

from event_logs.synthetic.demand import COLLECT, ONLINE, Demand
from event_logs.synthetic.identities import short_identity
from event_logs.synthetic.scenario import Scenario
from event_logs.synthetic.truth import PRESENT, Step

CANONICAL = (
    "case_id",
    "activity",
    "started_at",
    "completed_at",
    "department",
    "resource",
    "service",
    "region",
    "applicant",
    "agent",
    "actor",
    "channel",
    "place",
    "materials",
    "outputs",
)
HEADERS = {
    "case_id": "办件编号",
    "activity": "环节名称",
    "started_at": "开始时间",
    "completed_at": "完成时间",
    "department": "办理部门",
    "resource": "经办人",
    "service": "事项名称",
    "region": "区划",
    "applicant": "申请人",
    "agent": "代办人",
    "actor": "到场人",
    "channel": "办理渠道",
    "place": "办理地点",
    "materials": "提交材料",
    "outputs": "办理结果",
    "method": "收取方式",
    "object": "办理对象",
    "episode": "一件事编号",
    "promised_at": "承诺办结时间",
    "delivery": "送达方式",
}
CODES = {
    "channel": {"onsite": "窗口", "online": "网办", "self_service": "自助终端", "post": "邮寄"},
    "actor": {"applicant": "申请人", "officer": "工作人员"},
    "delivery": {"collect": "自取", "post": "邮寄", "electronic": "电子证照"},
    "method": {"paper": "纸质收取", "upload": "附件上传"},
}
COPIES = (
    "{}复印件",
    "{}（复印件）",
    "{}复印件（1份）",
    "{}【复印件】",
    "《{}》",
    "{} 原件",
    "{}(原件)",
    "{}原件及复印件",
    "{}1份",
    "{}ｘ２份",
)
COPIES_EN = ("{} (copy)", "{} copy", "copy of {}", "{} (original)", "{} x2", "{}, original and copy")


@dataclass(frozen=True, slots=True)
class Noise:
    """What an export loses and garbles. Shares are of rows (of cases for identities), 0 to 1."""

    columns: tuple[str, ...] = ()  # empty: the scenario's, else the canonical fifteen
    without: tuple[str, ...] = ()
    local_words: bool = False  # Chinese headers and codes
    encoding: str = "utf-8"
    spellings: float = 0.0
    copies: float = 0.0
    twice: float = 0.0  # a document handed in twice in one event
    typos: float = 0.0
    separators: tuple[str, ...] = (";",)
    hidden: dict[str, float] = field(default_factory=dict)
    duplicates: float = 0.0
    broken: float = 0.0
    masked: float = 0.0
    id_forms: float = 0.0  # identity numbers in their 15-digit form, or with a lower-case x
    shuffled: bool = False
    time_format: str = "%Y-%m-%d %H:%M:%S"
    identities: str = "names"
    cut: bool = False


_REAL = Noise(
    without=("actor", "delivery", "object"),
    local_words=True,
    encoding="gb18030",
    spellings=0.35,
    copies=0.35,
    twice=0.04,
    separators=(";", "；", "、", "|"),
    hidden={"department": 0.045, "place": 0.07},
    duplicates=0.009,
    cut=True,
)
NOISES: dict[str, Noise] = {
    "clean": Noise(),
    "real": _REAL,
    "dirty": replace(
        _REAL,
        typos=0.01,
        broken=0.01,
        masked=0.03,
        id_forms=0.05,
        shuffled=True,
        time_format="%Y/%m/%d %H:%M:%S",
        identities="numbers",
        hidden={"department": 0.06, "place": 0.1, "channel": 0.05},
        without=("delivery",),
    ),
    "few": Noise(
        columns=("case_id", "activity", "completed_at", "department", "service", "applicant", "channel", "materials")
    ),
    "hidden": Noise(hidden={"channel": 0.3}),
}


@dataclass(slots=True)
class Rows:
    """The rows to write, their headers, and the lines that a reader must set aside."""

    headers: list[str]
    rows: list[list[str]]
    rejected: list[tuple[int, str]]
    tail: str = ""  # an unclosed record at the end, as a broken transfer leaves it


def columns_of(world: Scenario, noise: Noise) -> list[str]:
    """The columns that the log has."""
    return [c for c in (noise.columns or world.columns or CANONICAL) if c not in noise.without]


def write_rows(demand: Demand, steps: list[Step], noise: Noise, seed: int) -> Rows:
    """Render the steps; what noise hides or rewrites is noted on them, for the truth to say."""
    rng = np.random.default_rng([seed, 3])
    world = demand.scenario
    columns = columns_of(world, noise)
    masked = {e.index for e in demand.episodes if rng.random() < noise.masked}
    rows = []
    written: dict[int, str] = {}
    for step in steps:
        step.applicant = written.setdefault(step.case.index, _written(step.episode.applicant, noise, rng))
        values = _values(demand, step, noise, rng)
        step.masked = step.episode.index in masked
        if step.masked:
            # The truth names him as the log does: nobody can find a number that no row holds.
            step.applicant = values["applicant"] = _mask(values["applicant"])
        for column, share in noise.hidden.items():
            # A channel is missing wherever the applicant acted, online too: else an empty one would tell of a visit.
            applies = column == "department" or step.event.kind in PRESENT
            if applies and column in columns and rng.random() < share and values[column]:
                values[column] = ""
                step.hidden = True
        step.seen = {column: values[column] for column in noise.hidden if column in columns}
        if noise.local_words:
            for column, words in CODES.items():
                values[column] = words.get(values[column], values[column])
        rows.append([values[c] for c in columns])
    headers = [HEADERS.get(c, c) if noise.local_words else c for c in columns]
    return _spoil(headers, columns, rows, noise, rng)


def _values(demand: Demand, step: Step, noise: Noise, rng: np.random.Generator) -> dict[str, str]:
    world, event, case = demand.scenario, step.event, step.case
    present = event.kind in ("apply", "correct", "collect", "in_person")
    written = [(name, _spell(world, name, noise, rng)) for name, _ in step.materials]
    step.materials = tuple((name, ";".join(forms)) for name, forms in written)
    separator = noise.separators[int(rng.integers(len(noise.separators)))]
    if len(noise.separators) > 1 and rng.random() < 0.25:
        separator = f" {separator}" if separator != "、" else separator
    delivery = (
        case.delivery
        if event.kind in ("collect", "post")
        else "electronic"
        if event.kind == "issue" and case.delivery not in (COLLECT, "post")
        else ""
    )
    promised = ""
    if case.service.promised_days and event.kind == "apply":
        promised = _promised(demand, step).strftime(noise.time_format)
    return {
        "case_id": case.case_id,
        "activity": event.activity,
        "started_at": step.started.strftime(noise.time_format),
        "completed_at": step.ended.strftime(noise.time_format),
        "department": case.department.name,
        "resource": _resource(world, step),
        "service": case.service.name,
        "region": world.region,
        "applicant": step.applicant,
        "agent": step.agent if present and step.agent else step.episode.agent if not present else "",
        "actor": "applicant" if present else "officer",
        "channel": event.channel,
        "place": event.place,
        "materials": separator.join(form for _, forms in written for form in forms),
        "outputs": ";".join(event.outputs),
        "method": ("paper" if event.place else "upload") if written else "",
        "object": step.episode.object,
        "episode": f"YJS{step.episode.index:06d}" if step.episode.bundle else "",
        "promised_at": promised,
        "delivery": delivery,
    }


def _promised(demand: Demand, step: Step) -> datetime:
    """The end of the working day by which the department says that it decides, counted from the application."""
    calendar = demand.offices[step.case.department.name]
    day = calendar.working_day((step.ended.date() - demand.first_day).days, step.case.service.promised_days)
    return datetime.combine(demand.first_day + timedelta(days=day), time(17, 30))


def _written(who: str, noise: Noise, rng: np.random.Generator) -> str:
    """How a case writes an identity: now and then in its 15-digit form, or in small letters."""
    if not noise.id_forms or not re.fullmatch("[0-9A-Z]{18}", who) or rng.random() >= noise.id_forms:
        return who  # a foreigner's name with his passport may be as long
    return short_identity(who) if who[:17].isdigit() and rng.random() < 0.5 else who.lower()


def _resource(world: Scenario, step: Step) -> str:
    event, names = step.event, world.activities
    if event.officer:
        return event.officer
    if event.kind == "post":
        return names.courier
    if event.channel == ONLINE or not event.place:
        return names.platform
    name = step.case.department.name
    if world.language == "zh":
        return f"{world.region}{name[:4]}{'自助终端' if event.channel == 'self_service' else '窗口'}{step.case.clerk}"
    return f"{name} {'kiosk' if event.channel == 'self_service' else 'counter'} {step.case.clerk}"


def _spell(world: Scenario, name: str, noise: Noise, rng: np.random.Generator) -> list[str]:
    if not noise.spellings and not noise.copies:
        return [name]
    material = next(m for m in world.materials if m.name == name)
    copies = COPIES if world.language == "zh" else COPIES_EN
    forms = []
    for _ in range(1 + (rng.random() < noise.twice)):
        form = name
        if material.spellings and rng.random() < noise.spellings:
            form = material.spellings[int(rng.integers(len(material.spellings)))]
        if noise.typos and len(form) > 4 and rng.random() < noise.typos:
            at = int(rng.integers(1, len(form) - 2))
            form = form[:at] + form[at + 1] + form[at] + form[at + 2 :]
        if rng.random() < noise.copies:
            form = copies[int(rng.integers(len(copies)))].format(form)
        if form not in forms:
            forms.append(form)
    return forms


def _mask(name: str) -> str:
    return f"{name[:3]}{'*' * max(4, len(name) - 5)}{name[-2:]}" if len(name) > 6 else f"{name[:1]}**"


def _spoil(
    headers: list[str], columns: list[str], rows: list[list[str]], noise: Noise, rng: np.random.Generator
) -> Rows:
    made: list[tuple[list[str], str]] = [(row, "") for row in rows]
    for row in rows:
        if rng.random() < noise.duplicates:
            made.append((list(row), ""))
    needed = [columns.index(c) for c in ("case_id", "activity", "completed_at")]
    broken = round(noise.broken * len(rows))
    for k in range(broken):
        row = list(rows[int(rng.integers(len(rows)))])
        if k == 0:
            made.append((list(headers), "header"))
        elif k % 2:
            at = needed[int(rng.integers(3))]
            row[at] = ""
            made.append((row, f"no {columns[at]}"))
        else:
            row[needed[2]] = "2025-13-45 99:99:99"
            made.append((row, "no time"))
    if noise.shuffled:
        order = rng.permutation(len(made))
        made = [made[int(i)] for i in order]
    elif noise.duplicates or noise.broken:
        # Copies stand beside their originals, as a faulty join leaves them.
        at = columns.index("completed_at")
        made.sort(key=lambda m: m[0][at])
    rejected = [(i + 2, why) for i, (_, why) in enumerate(made) if why]
    tail = f'"{rows[0][0]}' if noise.broken and rows else ""
    if tail:
        rejected.append((len(made) + 2, "unclosed"))
    return Rows(headers, [row for row, _ in made], rejected, tail)
