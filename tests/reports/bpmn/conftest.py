"""Random sound processes over lanes: sequences, choices, parallel branches, correction loops, shared documents."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from mining.process_model import APPLICANT, WINDOW, Data, Flow, Kind, Node, Origin, ProcessModel, Step

WORDS = [
    "受理",
    "核发营业执照",
    "材料审核",
    "食品经营许可现场核查",
    "一次性告知并补正",
    "Check confirmation of receipt",
]
WORDS += [
    "印章刻制备案",
    "社会保险登记",
    "不动产转移登记及抵押权首次登记联合审核",
    "领取",
    "开户",
    "T06 Determine necessity of stop advice",
]
OFFICES = [
    "市场监督管理局",
    "公安局",
    "税务局",
    "人力资源和社会保障局",
    "住房公积金管理中心",
    "商业银行",
    "消防救援大队",
]
OFFICES += ["城市管理局", "卫生健康委员会", "自然资源和规划局", "生态环境局", "Fire department"]


class Maker:
    """Grows a block-structured process until it has enough nodes."""

    def __init__(self, seed: int, size: int, lanes: int, documents: int) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.lanes = [APPLICANT, WINDOW, *OFFICES][:lanes]
        self.documents = documents
        self.nodes: list[Node] = []
        self.flows: list[Flow] = []

    def node(self, kind: Kind, label: str = "", lane: str | None = None, step: Step = Step.OTHER) -> str:
        """A new node, by default in a lane drawn at random."""
        lane = lane or self.random.choice(self.lanes)
        id = f"n{len(self.nodes)}"
        origins = (Origin("事项", lane, label, 12, 34),) if kind is Kind.TASK else ()
        self.nodes.append(Node(id, kind, label, lane, step, "事项", origins=origins))
        return id

    def join(self, source: str, target: str, label: str = "", share: float | None = None) -> None:
        """A flow from source to target."""
        self.flows.append(Flow(source, target, label, share))

    def task(self) -> tuple[str, str]:
        """One task as a block."""
        id = self.node(Kind.TASK, self.random.choice(WORDS), step=self.random.choice(list(Step)))
        return id, id

    def block(self, depth: int) -> tuple[str, str]:
        """A block with its first and last node."""
        draw = self.random.random()
        if depth == 0 or draw < 0.5 or len(self.nodes) > self.size:
            return self.task()
        if draw < 0.65:
            return self.loop(depth)
        kind = Kind.PARALLEL if draw < 0.83 else Kind.EXCLUSIVE
        lane = self.random.choice(self.lanes)
        split = self.node(kind, "检查合格？" if kind is Kind.EXCLUSIVE else "", lane)
        branches = [self.sequence(self.random.randint(1, 3), depth - 1) for _ in range(self.random.randint(2, 5))]
        end = self.node(kind, "", lane)
        for index, (first, last) in enumerate(branches):
            named = kind is Kind.EXCLUSIVE
            self.join(
                split,
                first,
                f"情形{index} {100 // len(branches)}%" if named else "",
                1 / len(branches) if named else None,
            )
            self.join(last, end)
        return split, end

    def loop(self, depth: int) -> tuple[str, str]:
        """Work, a question, and a correction that leads back."""
        lane = self.random.choice(self.lanes)
        start = self.node(Kind.EXCLUSIVE, "", lane)
        first, last = self.sequence(self.random.randint(1, 2), depth - 1)
        ask = self.node(Kind.EXCLUSIVE, "材料齐全、符合法定形式？", lane)
        fix = self.node(Kind.TASK, "一次性告知并补正", APPLICANT, Step.CORRECT)
        self.join(start, first)
        self.join(last, ask)
        self.join(ask, fix, "否 23%", 0.23)
        self.join(fix, start)
        return start, ask

    def sequence(self, length: int, depth: int) -> tuple[str, str]:
        """Blocks one after another."""
        blocks = [self.block(depth) for _ in range(length)]
        for (_, last), (first, _) in pairwise(blocks):
            self.join(last, first, *self.exit_label(last))
        return blocks[0][0], blocks[-1][1]

    def exit_label(self, last: str) -> tuple[str, float | None]:
        """The label of the way out of a loop."""
        node = self.nodes[int(last[1:])]
        return ("是 77%", 0.77) if node.label.startswith("材料齐全") else ("", None)


def random_model(seed: int, *, size: int = 40, lanes: int = 6, documents: int = 3) -> ProcessModel:
    """A sound process of about `size` nodes in at most `lanes` lanes."""
    maker = Maker(seed, size, lanes, documents)
    here = maker.node(Kind.START, "提出申请", APPLICANT)
    while len(maker.nodes) < size - 1:
        first, last = maker.block(3)
        maker.join(here, first, *maker.exit_label(here))
        here = last
    end = maker.node(Kind.END, "办结", APPLICANT)
    maker.join(here, end, *maker.exit_label(here))
    tasks = [n for n in maker.nodes if n.kind is Kind.TASK]
    data = []
    for index in range(min(documents, len(tasks) - 1)):
        at = maker.random.randrange(len(tasks) - 1)
        targets = sorted({maker.random.randrange(at + 1, len(tasks)) for _ in range(maker.random.randint(1, 2))})
        data.append(
            Data(f"d{index}", "营业执照电子证照", tasks[at].id, tuple(tasks[t].id for t in targets), "share_data")
        )
    return ProcessModel(f"开办{seed}", tuple(maker.nodes), tuple(maker.flows), tuple(data), ("事项",))


NODE = Path(__file__).resolve().parents[2] / "node"


@pytest.fixture(scope="session")
def make_model() -> Callable[..., ProcessModel]:
    """A random sound process of a seed: `make_model(seed, size=40, lanes=6, documents=3)`."""
    return random_model


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The npm packages that the tests use, or skip."""
    folder = NODE / "node_modules"
    if not (folder / "bpmnlint").is_dir():
        pytest.skip("npm packages are missing: run npm install in tests/node")
    return folder
