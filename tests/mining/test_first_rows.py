"""Logs that write what belongs to a case on its first row alone say the same as logs that write it on every row."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from event_logs import read_log
from mining.findings import Findings, mine

COLUMNS = "case_id,activity,started_at,completed_at,service,department,applicant,channel,materials,outputs"
OF_CASE = ("service", "department", "applicant")


def rows() -> pd.DataFrame:
    """Fifteen people register a firm, then take its licence to open an account; ten others only change an address."""
    made = []
    for n in range(15):
        day = f"2024-0{n % 6 + 1}-{n + 1:02}"
        later = f"2024-0{n % 6 + 1}-{n + 3:02}"
        firm, account = ("设立登记", "市监局", f"企业{n}"), ("账户开立", "商业银行", f"企业{n}")
        made += [
            (f"a{n}", "提交申请", f"{day} 09:00", f"{day} 09:10", *firm, "窗口", "身份证;章程", ""),
            (f"a{n}", "核准", f"{day} 10:00", f"{day} 15:00", *firm, "窗口", "", "营业执照"),
            (f"b{n}", "提交申请", f"{later} 09:00", f"{later} 09:10", *account, "窗口", "身份证;营业执照", ""),
            (f"b{n}", "补正材料", f"{later} 16:00", f"{later} 16:10", *account, "窗口", "章程", ""),
            (f"b{n}", "核准", f"{later} 17:00", f"{later} 17:30", *account, "窗口", "", "开户许可证"),
        ]
        if n < 10:
            made += [
                (f"c{n}", "提交申请", f"{day} 11:00", f"{day} 11:05", "地址变更", "派出所", f"人{n}", "网办", "", "")
            ]
    return pd.DataFrame(made, columns=COLUMNS.split(","))


def found(frame: pd.DataFrame, path: Path) -> Findings:
    frame.to_csv(path, index=False)
    return mine(read_log(path))


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_what_one_row_of_a_case_says_holds_for_the_case(tmp_path: Path, first: bool) -> None:
    whole = rows()
    bare = whole.copy()
    there = ~bare.duplicated("case_id", keep="first" if first else "last")
    for column in OF_CASE:
        bare[column] = bare[column].where(there, "")
    one, other = found(whole, tmp_path / "whole.csv"), found(bare, tmp_path / "bare.csv")
    for name, key in (("trips", "trip_id"), ("materials", "submission_id")):
        a, b = (f.log.run(getattr(f, name).order_by(key)) for f in (one, other))
        pd.testing.assert_frame_equal(a, b)
    assert [b.as_json() for b in one.bundles] == [b.as_json() for b in other.bundles]
    assert [b.order for b in other.bundles] == [(("设立登记", "账户开立"),)]
    told = {key for key, _ in other.log.reading.notes}
    assert {"log.note-service-of-case", "log.note-applicant-of-case", "log.note-inherited"} <= told


def test_a_case_whose_rows_name_two_services_is_not_given_one(tmp_path: Path) -> None:
    frame = rows().head(3)
    frame["case_id"] = "a0"
    frame.loc[1, "service"] = ""
    frame.to_csv(tmp_path / "log.csv", index=False)
    log = read_log(tmp_path / "log.csv")
    assert log.run(log.events.order_by("event_number"))["service"].fillna("").tolist() == ["设立登记", "", "账户开立"]
