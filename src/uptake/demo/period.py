"""The days that are simulated: day 0 is `starts_on`, days before it are negative."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

FAR = 1_000_000
"""A day that never comes: no churn, no change of plan, no adoption."""

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Period:
    """What is simulated, in whole months.

    Args:
        starts_on: The first day; the first of a calendar quarter, so that signup quarters are whole.
        months: How many calendar months of events there are.
    """

    starts_on: date
    months: int

    @property
    def ends_on(self) -> date:
        """The first day that is not simulated any more."""
        return _month(self.starts_on, self.months)

    @cached_property
    def days(self) -> int:
        """How many days there are."""
        return (self.ends_on - self.starts_on).days

    @property
    def launch_day(self) -> int:
        """The Monday of the middle week: the day the new feature appears."""
        middle = self.days // 2
        return middle - self.date_of(middle).weekday()

    def date_of(self, day: int) -> date:
        """The date of a day."""
        return self.starts_on + timedelta(days=int(day))

    def day_of(self, on: date) -> int:
        """The day of a date."""
        return (on - self.starts_on).days

    def dates(self, days: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """The dates of days; a day that never comes is NaT."""
        days = np.asarray(days, np.int64)
        return np.asarray(np.where(days >= FAR, np.datetime64("NaT", "D"), np.datetime64(self.starts_on, "D") + days))

    def weekday(self, days: Ints) -> Ints:
        """0 for Monday to 6 for Sunday."""
        return ((days + self.starts_on.weekday()) % 7).astype(np.int32)

    def month(self, days: Ints) -> Ints:
        """The calendar month of days, 0 for the first month of the period."""
        first = np.datetime64(self.starts_on, "D")
        months = (first + days.astype(np.int64)).astype("datetime64[M]") - first.astype("datetime64[M]")
        return np.asarray(months.astype(np.int32))

    def add_months(self, day: int, months: int) -> int:
        """The same day of another month; the 28th at the latest, so that it exists in every month."""
        on = self.date_of(day)
        return self.day_of(_month(on, months).replace(day=min(on.day, 28)))

    def quarter(self, index: int) -> tuple[date, date]:
        """The first day of a quarter of the period and the first day after it."""
        return _month(self.starts_on, 3 * index), _month(self.starts_on, 3 * index + 3)

    def to_working_day(self, days: Ints) -> Ints:
        """Saturdays become Fridays, Sundays Mondays (or Fridays, where the period ends before)."""
        weekday = self.weekday(days)
        sunday = np.where(days + 1 < self.days, 1, -2)
        return (days + np.where(weekday == 5, -1, np.where(weekday == 6, sunday, 0))).astype(np.int32)

    def utc_offsets(self, zones: tuple[str, ...]) -> Ints:
        """Seconds that local time is ahead of UTC, by zone and day, read at noon UTC.

        Clocks change on a Sunday night, long before noon, so one value a day is right for every working hour.
        """
        noons = [
            datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
            for on in (self.date_of(day) for day in range(self.days))
        ]
        return np.array([[_offset(noon, ZoneInfo(zone)) for noon in noons] for zone in zones], np.int32)


def _month(on: date, months: int) -> date:
    """The first day of the month that is so many months after a date's."""
    whole = on.year * 12 + on.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def _offset(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
