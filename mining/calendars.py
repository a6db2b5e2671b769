"""Working time: China's working days, moved ones (调休) included, and the hours that departments are seen to keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mining.joins import bare

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from event_logs.log import EventLog

DAY_S = 86400
QUARTER_S = 900
# A department works through weekends if a weekend day has at least this share of a working day's events.
WEEKEND_SHARE = 1 / 3
_ROBUST = 0.01  # this share of events at either end of the day opens nothing


@dataclass(frozen=True, slots=True)
class Hours:
    """When a department is seen to work: seconds of the day, and whether weekends and holidays count."""

    department: str
    opens_s: int
    closes_s: int
    every_day: bool

    @property
    def day_s(self) -> int:
        """Length of a working day in seconds."""
        return self.closes_s - self.opens_s


def is_working_day(day: date) -> bool:
    """Whether offices work on a day: the State Council's calendar; Monday to Friday in years that it does not know.

    >>> is_working_day(date(2024, 2, 4)), is_working_day(date(2024, 2, 12))
    (True, False)
    """
    known = _day_off(day)
    return day.weekday() < 5 if known is None else not known[0]


def is_public_holiday(day: date) -> bool:
    """Whether a day off is a public holiday: a weekday off, or a weekend day within one; never in an unknown year.

    >>> is_public_holiday(date(2024, 10, 5)), is_public_holiday(date(2024, 10, 19)), is_public_holiday(date(2024, 2, 4))
    (True, False, False)
    """
    off, holiday = _day_off(day) or (False, None)
    return off and (day.weekday() < 5 or holiday is not None)


def _day_off(day: date) -> tuple[bool, str | None] | None:
    """Whether the State Council's calendar has a day off, and its holiday; None for years that it does not know."""
    import chinese_calendar

    try:
        off, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # how the library says that a year is unknown to it
        return None
    return bool(off), holiday


def opening_hours(log: EventLog) -> tuple[Hours, ...]:
    """The hours of every department of a log, to the quarter of an hour, by name.

    An event counts where it starts and where it ends, unless its stamp is midnight, which is what a date without a time
    looks like. A department without any such event is taken for open all day.
    """
    events = log.events.filter(log.events.department.notnull())
    if log.has("channel"):
        # What applicants do online happens at night too, and says nothing of officers.
        events = events.filter(events.channel.isin(["onsite"]).fill_null(True))
    stamps = events.select("department", at=events.completed_at)
    if log.has("started_at"):
        stamps = stamps.union(events.filter(events.started_at.notnull()).select("department", at=events.started_at))
    second = stamps.at.epoch_seconds() % DAY_S
    timed = stamps.mutate(second=second, weekend=stamps.at.day_of_week.index() >= 5).filter(second > 0)
    seen = log.run(
        timed.group_by("department")
        .aggregate(
            opens=timed.second.quantile(_ROBUST),
            closes=timed.second.quantile(1 - _ROBUST),
            weekend=timed.weekend.cast("int64").sum() / 2,
            weekday=(~timed.weekend).cast("int64").sum() / 5,
        )
        .order_by("department")
    )
    found = {
        str(name): Hours(
            str(name),
            int(opens // QUARTER_S) * QUARTER_S,
            min(DAY_S, -int(-closes // QUARTER_S) * QUARTER_S),
            bool(weekend >= WEEKEND_SHARE * weekday),
        )
        for name, opens, closes, weekend, weekday in seen.itertuples(index=False)
    }
    names = log.run(log.events.select("department").distinct().order_by("department"))["department"].dropna()
    return tuple(found.get(name, Hours(name, 0, DAY_S, True)) for name in names)


def working_days(log: EventLog, first: date, last: date) -> ir.Table:
    """``day, days_before, workdays_before, working``: a row each day of the span, for sums between two days; kept."""
    import ibis

    span = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    working = [is_working_day(day) for day in span]
    before = [sum(working[:i]) for i in range(len(span))]
    rows = [
        ibis.struct({"day": day, "days_before": i, "workdays_before": before[i], "working": working[i]})
        for i, day in enumerate(span)
    ]
    table = ibis.array(rows).unnest().name("row").as_table()
    return log.keep(
        "working_days",
        table.select(*[table.row[name].name(name) for name in ("day", "days_before", "workdays_before", "working")]),
    )


def with_working_s(log: EventLog, spans: ir.Table, hours: tuple[Hours, ...]) -> ir.Table:
    """Spans of time with ``working_s``: their seconds within the opening hours of their department.

    Parameters
    ----------
    spans
        Has ``department, from_at, to_at``. A department unknown to `hours` is open all day, every day.
    """
    import ibis

    ends = log.run(spans.aggregate(first=spans.from_at.min(), last=spans.to_at.max()))
    if ends["first"].isna().any():
        return spans.mutate(working_s=ibis.literal(0.0))
    days = working_days(log, ends["first"][0].date(), ends["last"][0].date())
    opens = ibis.cases(*((spans.department == h.department, h.opens_s) for h in hours), else_=0) if hours else 0
    closes = (
        ibis.cases(*((spans.department == h.department, h.closes_s) for h in hours), else_=DAY_S) if hours else DAY_S
    )
    always = [h.department for h in hours if h.every_day]
    known = [h.department for h in hours]
    every = spans.department.isin(always or [""]) | ~spans.department.isin(known or [""]) | spans.department.isnull()
    marked = spans.mutate(
        opens_s=opens,
        closes_s=closes,
        every=every.fill_null(True),
        day_a=spans.from_at.date(),
        day_b=spans.to_at.date(),
    )
    a = days.select(day_a="day", days_a="days_before", workdays_a="workdays_before", working_a="working")
    b = days.select(day_b="day", days_b="days_before", workdays_b="workdays_before", working_b="working")
    joined = marked.inner_join(a, "day_a").inner_join(b, "day_b")
    length = joined.closes_s - joined.opens_s

    def open_s(at: ir.TimestampColumn, works: ir.BooleanColumn) -> ir.IntegerColumn:
        second = at.epoch_seconds() % DAY_S
        inside = ibis.least(ibis.greatest(second - joined.opens_s, 0), length)
        return (joined.every | works).ifelse(inside, 0)

    whole = joined.every.ifelse(joined.days_b - joined.days_a, joined.workdays_b - joined.workdays_a) * length
    worked = whole + open_s(joined.to_at, joined.working_b) - open_s(joined.from_at, joined.working_a)
    extra = ["opens_s", "closes_s", "every", "day_a", "day_b", "days_a", "days_b", "workdays_a", "workdays_b"]
    out = joined.mutate(working_s=ibis.greatest(worked, 0).cast("float64"))
    return bare(out).drop(*extra, "working_a", "working_b")
