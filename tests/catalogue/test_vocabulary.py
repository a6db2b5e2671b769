"""Which step an activity's name tells."""

from __future__ import annotations

import pytest

from catalogue.vocabulary import applicant_facing, step_of
from mining.process_model import Step


@pytest.mark.parametrize(
    "activity",
    [
        "提交申请",
        "网上申请",
        "补正材料",
        "补齐补正",
        "缴费",
        "面签",
        "到场体检",
        "到场检测",
        "现场核验",
        "领取证照",
        "自助取证",
        "签字确认",
    ],
)
def test_applicants_errands_need_the_applicant(activity: str) -> None:
    assert applicant_facing(activity)


@pytest.mark.parametrize(
    "activity",
    ["现场勘验", "上门核查", "审核申请", "申请受理", "领取通知", "缴费通知", "提交审批", "补正告知", "一次性告知",
     "补正材料审核", "体检报告审核", "领导签字", "材料审查", "办结制证", "邮寄送达"],
)  # fmt: skip
def test_officers_steps_that_hold_an_applicants_word_do_not(activity: str) -> None:
    assert not applicant_facing(activity)


@pytest.mark.parametrize(
    "activity", ["提交申请", "天书", "Notify applicant", "T05 Print and send confirmation of receipt"]
)
def test_every_step_is_one_that_models_know(activity: str) -> None:
    assert Step(step_of(activity))
