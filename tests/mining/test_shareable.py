"""Who could have given a paper, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable

from catalogue.services import Catalogue, Material
from event_logs.log import EventLog
from mining.materials import materials

LogOf = Callable[..., EventLog]
ROLES = "case_id activity completed_at service department region applicant materials outputs"


def found(log: EventLog, case: str = "z", **options: object) -> tuple[str | None, str | None]:
    """Whence, and the evidence, of the one submission of a case."""
    rows = log.run(materials(log, **options))  # type: ignore[arg-type]
    row = rows[rows["case_id"] == case].iloc[0]
    return row["shareable_from"] or None, row["evidence"] or None


def issue(
    case: str, day: str, office: str, who: str, paper: str = "营业执照", region: str = "东"
) -> tuple[object, ...]:
    return (case, "办结制证", day, "登记", office, region, who, None, [paper])


def ask(day: str, office: str, who: str = "甲", paper: str = "营业执照副本", region: str = "东") -> tuple[object, ...]:
    return ("z", "提交申请", day, "开户", office, region, who, [paper], None)


def test_a_paper_that_another_department_issued_to_the_applicant_is_shareable_with_the_best_evidence(
    log_of: LogOf,
) -> None:
    log = log_of(ROLES, [issue("a", "2024-01-01", "市场监管", "甲"), ask("2024-02-01", "银行")])
    assert found(log) == ("市场监管", "issued_to_applicant")


def test_issued_to_somebody_else_it_is_shareable_with_less(log_of: LogOf) -> None:
    log = log_of(ROLES, [issue("a", "2024-01-01", "市场监管", "乙"), ask("2024-02-01", "银行")])
    assert found(log) == ("市场监管", "issued")


def test_issued_only_afterwards_it_is_not_evidence_of_this_applicant_s_paper(log_of: LogOf) -> None:
    log = log_of(ROLES, [issue("a", "2024-03-01", "市场监管", "甲"), ask("2024-02-01", "银行")])
    assert found(log) == ("市场监管", "issued")


def test_the_department_that_issues_it_itself_has_nothing_to_fetch(log_of: LogOf) -> None:
    log = log_of(ROLES, [issue("a", "2024-01-01", "市场监管", "甲"), ask("2024-02-01", "市场监管")])
    assert found(log) == (None, None)


def test_of_several_issuers_the_last_one_to_this_applicant_counts(log_of: LogOf) -> None:
    rows = [
        issue("a", "2024-01-01", "甲局", "甲"),
        issue("b", "2024-01-05", "乙局", "甲"),
        issue("c", "2024-01-06", "甲局", "丙"),
        issue("d", "2024-01-07", "甲局", "丁"),
        issue("e", "2024-03-01", "甲局", "甲"),
        ask("2024-02-01", "银行"),
    ]
    assert found(log_of(ROLES, rows)) == ("乙局", "issued_to_applicant")


def test_else_the_most_frequent_of_the_region(log_of: LogOf) -> None:
    rows = [
        issue("a", "2024-01-01", "东局", "乙"),
        issue("b", "2024-01-02", "西局", "丙", region="西"),
        issue("c", "2024-01-03", "西局", "丁", region="西"),
        ask("2024-02-01", "银行"),
    ]
    assert found(log_of(ROLES, rows)) == ("东局", "issued")


def test_a_catalogue_entry_counts_only_if_a_user_marked_it_connected(log_of: LogOf) -> None:
    rows = [ask("2024-02-01", "银行", paper="身份证")]
    known = Catalogue(materials=(Material("身份证", issuer="公安局"),))
    connected = Catalogue(materials=(Material("身份证", issuer="公安局", connected=True),))
    assert found(log_of(ROLES, rows), catalogue=known) == (None, None)
    assert found(log_of(ROLES, rows), catalogue=connected) == ("公安局", "catalogue")


def test_what_the_log_shows_goes_before_the_catalogue(log_of: LogOf) -> None:
    rows = [issue("a", "2024-01-01", "行政审批局", "乙"), ask("2024-02-01", "银行")]
    own = Catalogue(materials=(Material("营业执照", issuer="市场监管", connected=True),))
    assert found(log_of(ROLES, rows), catalogue=own) == ("行政审批局", "issued")


def test_a_repeat_may_be_shareable_too(log_of: LogOf) -> None:
    rows = [issue("a", "2024-01-01", "市场监管", "甲"), ask("2024-02-01", "银行"), ask("2024-02-02", "银行")]
    table = log_of(ROLES, rows)
    last = table.run(materials(table)).sort_values("event_number").iloc[-1]
    assert (last["repeat_kind"], last["shareable_from"]) == ("same_department", "市场监管")
