"""The offices' calendars, as `mining.office_hours` reads them, asked of many moments at once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from mining import office_hours
from mining.office_hours import WorkingHours
from redesign.simulation.doors import Doors, doors_of


class Calendars(WorkingHours):
    """Working hours of offices, and when their doors open and close."""

    @cached_property
    def doors(self) -> Doors:
        """The same calendars, asked of many moments at once."""
        return doors_of(self.tables)


def learn(offices: np.ndarray, moments: np.ndarray, origin: pd.Timestamp, days: int, horizon_days: int) -> Calendars:
    """Calendars from the moments at which an office is seen at work; parameters as `mining.office_hours.learn`."""
    found = office_hours.learn(offices, moments, origin, days, horizon_days)
    return Calendars(found.tables, found.row, found.hours)
