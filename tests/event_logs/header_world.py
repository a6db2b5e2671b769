"""Columns as departments export them: forty cases of four services, from which a made-up file picks its values."""

# ruff: noqa: E501  (a table of kinds of values)
from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SERVICES = (
    ("企业设立登记", "440100001", "市场监督管理局", "营业执照", "Company registration", "Market Regulation"),
    ("公章刻制备案", "440100002", "公安局", "公章备案证明", "Seal registration", "Police"),
    ("税务登记信息确认", "440100003", "税务局", "税务登记表", "Tax registration", "Tax Bureau"),
    ("社会保险登记", "440100004", "人力资源和社会保障局", "社保登记证", "Social insurance", "Social Security"),
)
STEPS = ("申请", "受理", "审查", "决定", "办结")
ENGLISH = {"申请": "Apply", "受理": "Accept", "审查": "Review", "决定": "Decide", "办结": "Close"}
ENGLISH |= {"补正告知": "Notify missing", "补正": "Correct"}
POSTS = {"申请": "咨询岗", "受理": "受理岗", "审查": "审核岗", "决定": "审批岗", "办结": "发证岗"}
MATERIALS = ("申请表、身份证复印件", "营业执照;公司章程", "身份证明", "住所证明、租赁合同")
PAPERS = ("Application form; ID card", "Business licence", "ID card", "Proof of address")
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Step:
    """One event, with what its case says beside it."""

    number: int
    case: int
    place: int  # in its case, from 0
    activity: str
    started: datetime
    ended: datetime
    officer: str
    person: str
    agent: str
    channel: int
    applied: datetime
    accepted: datetime
    closed: datetime

    @property
    def service(self) -> tuple[str, ...]:
        return SERVICES[self.case % 4]

    @property
    def last(self) -> bool:
        return self.activity == STEPS[-1]


def credit_code(n: int) -> str:
    body = f"91440101MA{n:07d}"
    return body + _SIGNS[-sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body)) % 31]


def identity(n: int) -> str:
    body = f"440106{19600101 + n % 50 * 10000 + n % 12 * 100}{n % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def steps(cases: int = 40) -> list[Step]:
    """All events of the cases, case by case."""
    draw = random.Random(7)
    names = [first + second for first in "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨" for second in "伟芳娜敏静强磊洋艳勇"]
    draw.shuffle(names)
    officers = {service[2]: [names.pop() for _ in range(4)] for service in SERVICES}
    found: list[Step] = []
    for case in range(cases):
        start = datetime(2024, 3, 4, 9) + timedelta(days=draw.randrange(90), minutes=draw.randrange(420))
        corrected = ("补正告知", "补正") if draw.random() < 0.3 else ()
        person, agent, channel, now = names.pop(), names.pop(), draw.choice((0, 1, 1, 2)), start
        mine = []
        for place, activity in enumerate((STEPS[0], *corrected, *STEPS[1:])):
            end = now + timedelta(minutes=draw.randrange(3, 90))
            officer = draw.choice(officers[SERVICES[case % 4][2]])
            number = len(found) + place + 1
            mine.append(
                Step(number, case, place, activity, now, end, officer, person, agent, channel, start, start, start)
            )
            now = end + timedelta(minutes=draw.randrange(10, 1500))
        found += [replace(step, accepted=mine[1].started, closed=mine[-1].ended) for step in mine]
    return found


FORMS = {
    "dash": "%Y-%m-%d %H:%M:%S", "slash": "%Y/%m/%d %H:%M", "comp": "%Y%m%d%H%M%S", "zh": "%Y年%m月%d日 %H:%M",
    "iso": "%Y-%m-%dT%H:%M:%S", "date": "%Y-%m-%d", "hm": "%H:%M:%S",
}  # fmt: skip
TIMES: Mapping[str, Callable[[Step], datetime]] = {
    "st": lambda s: s.started, "en": lambda s: s.ended, "t0": lambda s: s.applied, "acc": lambda s: s.accepted,
    "close": lambda s: s.closed, "promised": lambda s: s.applied + timedelta(days=5),
}  # fmt: skip


def cell(kind: str, step: Step) -> str:
    """A cell of one kind of column."""
    time, _, form = kind.partition(".")
    return TIMES[time](step).strftime(FORMS[form]) if form else KINDS[kind](step)


KINDS: Mapping[str, Callable[[Step], str]] = {
    "case": lambda s: f"4401{s.applied:%y%m}{s.case:05d}", "case2": lambda s: f"SQ-{s.applied:%Y%m%d}-{s.case:04d}",
    "case3": lambda s: f"穗审受〔2024〕{s.case + 11}号", "case18": lambda s: f"0114401{s.case * 37 + 5:011d}",
    "uuidcase": lambda s: f"{(s.case + 5) * 987654321987654321987:032X}", "app": lambda s: f"SB{s.case // 2 + 1:08d}",
    "epi": lambda s: f"YJS{s.case // 2 + 1:07d}", "seq": lambda s: str(s.number),
    "uuid": lambda s: f"{s.number * 987654321987654321:032x}", "evno": lambda s: f"LS{s.number:010d}",
    "act": lambda s: s.activity, "actcode": lambda s: f"{len(s.activity) * 10 + s.place:02d}",
    "acten": lambda s: ENGLISH[s.activity], "post": lambda s: POSTS.get(s.activity, "受理岗"),
    "next": lambda s: s.activity + "后", "tl": lambda s: "complete",
    "dept": lambda s: "广州市" + s.service[2], "deptshort": lambda s: s.service[2][:2] + "局",
    "deptno": lambda s: f"44010{len(s.service[2])}", "idtype": lambda s: "居民身份证",
    "depten": lambda s: s.service[5], "deptcode": lambda s: credit_code(900 + s.case % 4),
    "off": lambda s: s.officer, "nextoff": lambda s: s.officer, "offno": lambda s: f"{hash_of(s.officer):06d}",
    "offen": lambda s: f"U{hash_of(s.officer):06d}", "an": lambda s: s.person, "leg": lambda s: s.person,
    "aid": lambda s: identity(s.case // 2 + 3), "aidm": lambda s: "440106********" + identity(s.case // 2 + 3)[-4:],
    "ent": lambda s: f"广州{'永宏盛达'[s.case % 4]}{'兴泰源安'[s.case // 4 % 4]}贸易有限公司",
    "eu": lambda s: credit_code(s.case // 2 + 1), "atype": lambda s: "企业法人", "atypec": lambda s: "2",
    "ag": lambda s: s.agent, "agid": lambda s: identity(700 + s.case), "agsome": lambda s: s.agent * (s.case % 3 == 0),
    "phone": lambda s: f"138{s.case * 7919 + 11:08d}", "ch": lambda s: ("窗口", "网上", "移动端")[s.channel],
    "chc": lambda s: "123"[s.channel], "chen": lambda s: ("counter", "online", "mobile")[s.channel],
    "chapp": lambda s: ("大厅窗口", "粤省事", "政务服务网")[s.channel],
    "place": lambda s: ("市", "天河区", "越秀区")[s.case % 3] + "政务服务中心",
    "placeen": lambda s: ("City Hall", "North Centre", "East Centre")[s.case % 3],
    "addr": lambda s: ("天河区华利路61号", "越秀区北京路158号")[s.case % 2], "win": lambda s: f"A{s.number % 8 + 1:02d}",
    "svc": lambda s: s.service[0], "svcc": lambda s: s.service[1] + "000114", "svcen": lambda s: s.service[4],
    "svctype": lambda s: "行政许可", "casetype": lambda s: "承诺件", "casetypec": lambda s: "2",
    "reg": lambda s: ("天河区", "越秀区", "海珠区")[s.case % 3], "regc": lambda s: ("440106", "440104", "440105")[s.case % 3],
    "reg12": lambda s: ("440106000000", "440104000000", "440105000000")[s.case % 3],
    "village": lambda s: ("石牌村", "猎德社区", "员村")[s.case % 3],
    "mat": lambda s: MATERIALS[s.case % 4] * (s.place == 0), "maten": lambda s: PAPERS[s.case % 4] * (s.place == 0),
    "meth": lambda s: ("纸质收取", "附件上传", "证照库")[s.case % 3] * (s.place == 0),
    "methc": lambda s: "125"[s.case % 3] * (s.place == 0), "out": lambda s: s.service[3] * s.last,
    "outen": lambda s: "Licence" * s.last, "certno": lambda s: f"ZZ{s.case * 31:08d}" * s.last,
    "obj": lambda s: f"440106{s.case + 1:06d}GB{s.case:05d}F{s.case * 7 + 1:08d}",
    "plate": lambda s: f"粤A{s.case * 17 + 10000:05d}", "proj": lambda s: f"2024-440106-47-01-{s.case // 2 * 991 + 7:06d}",
    "hu": lambda s: f"{s.case * 7771 + 30001:010d}", "deliv": lambda s: ("窗口领取", "邮政快递")[s.case % 2],
    "delivyn": lambda s: "否是"[s.case % 2], "outc": lambda s: "退回" if s.activity == "补正告知" else "通过",
    "outcen": lambda s: "Returned" if s.activity == "补正告知" else "Approved",
    "sf": lambda s: f"{s.started:%Y-%m-%d %H:%M:%S}" * (s.activity == "审查" and s.case % 4 == 0),
    "stt": lambda s: f"{s.ended:%Y-%m-%d %H:%M:%S}" * (s.activity == "审查" and s.case % 4 == 0),
    "rate": lambda s: str(s.case % 3 + 1) * s.last, "ratezh": lambda s: ("非常满意", "满意", "基本满意")[s.case % 3] * s.last,
    "fee": lambda s: ("0", "0", "80", "200")[s.number % 4], "fee2": lambda s: ("0.00", "80.00", "200.00")[s.number % 3],
    "opinion": lambda s: ("材料齐全，同意", "经审查符合要求", "请补充材料后再报")[s.number % 3],
    "note": lambda s: "" if s.number % 5 else "电话已告知申请人", "status": lambda s: "已办结", "hstat": lambda s: "已办",
    "dur": lambda s: str((s.ended - s.started).seconds // 60), "limit": lambda s: "5", "limitu": lambda s: "5个工作日",
    "hours": lambda s: "周一至周五 9:00-12:00，14:00-17:00", "yes": lambda s: "是", "zero": lambda s: "0",
    "month": lambda s: f"{s.started:%Y-%m}", "variant": lambda s: f"Variant {s.case % 5 + 1}", "empty": lambda s: "",
}  # fmt: skip


def hash_of(name: str) -> int:
    """A staff number that is the same on every run."""
    return int.from_bytes(name.encode(), "big") % 89_989 + 10_000
