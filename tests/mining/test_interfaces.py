"""Who issues what to whom, ranked by the papers that would go."""

from __future__ import annotations

from collections.abc import Callable

from event_logs.log import EventLog
from mining.interfaces import interfaces
from mining.materials import materials

LogOf = Callable[..., EventLog]
ROLES = "case_id activity completed_at service department applicant materials outputs"


def test_the_interface_that_spares_most_comes_first_and_shares_add_up(log_of: LogOf) -> None:
    rows = [("a", "办结制证", "2024-01-01", "登记", "市场监管", "甲", None, ["营业执照"])]
    rows += [("b", "提交申请", "2024-02-01", "开户", "银行", "甲", ["营业执照"], ["开户许可证"])]
    rows += [(f"c{n}", "提交申请", f"2024-02-{n:02}", "领票", "税务", "乙", ["营业执照"], None) for n in (2, 3)]
    rows += [("d", "提交申请", "2024-03-01", "社保", "人社", "甲", ["开户许可证", "照片"], None)]
    log = log_of(ROLES, rows)
    found = interfaces(log, materials(log))
    assert [(i.issuer, i.asker, i.submissions, i.sure, i.repeats) for i in found] == [
        ("市场监管", "税务", 2, 0, 1),
        ("市场监管", "银行", 1, 1, 0),
        ("银行", "人社", 1, 1, 0),
    ]
    assert [i.cumulative_share for i in found] == [0.5, 0.75, 1.0]
    assert found[1].sure_share == 1


def test_without_outputs_there_is_none(log_of: LogOf) -> None:
    log = log_of(ROLES, [("a", "提交申请", "2024-02-01", "开户", "银行", "甲", ["营业执照"], None)])
    assert interfaces(log, materials(log)) == ()
