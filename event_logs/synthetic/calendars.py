"""Opening and working hours: where work may be done, and how long a piece of it takes on the clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

DAY_S = 86400.0


def is_open_day(day: date, weekdays: Sequence[int], country: str) -> bool:
    """Whether an office works on a day: the country's holidays and moved days first, then its weekdays (1–7).

    In years whose holidays are not published yet, the weekdays alone tell.
    """
    if country == "CN":
        import chinese_calendar

        try:
            holiday, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:  # how the library says that a year is unknown to it
            return day.isoweekday() in weekdays
        if not holiday:
            return True  # an ordinary working day, or a week-end moved to be one (调休)
        return name is None and day.isoweekday() in weekdays
    return day.isoweekday() in weekdays


class Calendar:
    """Working hours of an office over the whole horizon, in seconds since its first midnight.

    Parameters
    ----------
    first
        The horizon's first day, second 0.
    days
        How many days it has; work that runs past them raises `IndexError`, so give it room.
    hours
        Opening times of a working day, as pairs of seconds since midnight, in order.
    """

    __slots__ = ("closes", "next_day", "opens")

    def __init__(
        self, first: date, days: int, hours: Sequence[tuple[float, float]], weekdays: Sequence[int], country: str
    ) -> None:
        open_days = [is_open_day(first + timedelta(days=d), weekdays, country) for d in range(days)]
        self.opens = [d * DAY_S + a for d in range(days) if open_days[d] for a, _ in hours]
        self.closes = [d * DAY_S + b for d in range(days) if open_days[d] for _, b in hours]
        self.next_day = [0] * days
        upcoming = days
        for d in range(days - 1, -1, -1):
            upcoming = d if open_days[d] else upcoming
            self.next_day[d] = upcoming

    def next_open(self, t: float) -> float:
        """`t` itself where the office is open, else its next opening."""
        i = bisect_right(self.opens, t) - 1
        return t if i >= 0 and t < self.closes[i] else self.opens[i + 1]

    def landing(self, wish: float) -> float:
        """When somebody who wants to come at a time gets in: the same hour of the next day that is open."""
        day = int(wish // DAY_S)
        return self.next_open(wish + (self.next_day[day] - day) * DAY_S)

    def working_day(self, day: int, n: int) -> int:
        """The n-th open day after a day."""
        for _ in range(n):
            day = self.next_day[day + 1]
        return day

    def add(self, start: float, work_s: float) -> float:
        """When work that starts at `start` (open or not) is done, if it rests while the office is closed."""
        i = bisect_right(self.opens, start) - 1
        at = start
        if i < 0 or at >= self.closes[i]:
            i += 1
            at = self.opens[i]
        left = work_s
        while left > self.closes[i] - at:
            left -= self.closes[i] - at
            i += 1
            at = self.opens[i]
        return at + left

    def open_seconds(self, start: float, end: float) -> float:
        """Open time between two instants."""
        return sum(max(0.0, min(b, end) - max(a, start)) for a, b in zip(self.opens, self.closes, strict=True))
