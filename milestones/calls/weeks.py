"""When does a reporting week begin and end, and when is its call for updates open and due?"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

import holidays

from actions.target_dates import FIRST_YEAR, LAST_YEAR
from esc_tracker import clock

_WRITTEN = re.compile(r"([0-9]{4})-W([0-9]{2})")
_OPENS_ON, _OPENS_AT = 2, time(9)  # Wednesday 09:00 New York
_DUE_ON, _DUE_AT = 4, time(12)  # Friday 12:00 New York


class BadWeek(ValueError):
    """The text names no reporting week; the message says why to a person."""


@dataclass(frozen=True, order=True)
class ReportingWeek:
    """One ISO week, Monday to Sunday, New York; written `2020-W37`."""

    starts_on: date

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the week a day falls in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `2020-W37`; raise BadWeek for anything else, weeks 00 and 54 included."""
        found = _WRITTEN.fullmatch(text)
        try:
            if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
                return cls(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        except ValueError:
            pass  # No such week in that year: told below, like any other text.
        raise BadWeek(f"There is no reporting week {text}; weeks are written like 2020-W37.")

    def __str__(self) -> str:
        year, week, _ = self.starts_on.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def ends_on(self) -> date:
        """Return its Sunday."""
        return self.starts_on + timedelta(days=6)

    @property
    def starts_at(self) -> datetime:
        """Return the midnight that begins its Monday."""
        return clock.start_of(self.starts_on)

    @property
    def cut_off(self) -> datetime:
        """Return the midnight that ends its Sunday."""
        return clock.end_of(self.ends_on)

    @property
    def call_opens_at(self) -> datetime:
        """Return when its call opens by default: Wednesday 09:00, or the working day before a federal holiday."""
        return self._at(_OPENS_ON, _OPENS_AT)

    @property
    def call_due_at(self) -> datetime:
        """Return when its call is due by default: Friday 12:00, or the working day before a federal holiday."""
        return self._at(_DUE_ON, _DUE_AT)

    def after(self) -> Self:
        """Return the week after."""
        return type(self)(self.starts_on + timedelta(days=7))

    def before(self) -> Self:
        """Return the week before."""
        return type(self)(self.starts_on - timedelta(days=7))

    def _at(self, weekday: int, hour: time) -> datetime:
        day = working_day_on_or_before(self.starts_on + timedelta(days=weekday))
        return datetime.combine(day, hour, clock.NEW_YORK).astimezone(UTC)


def working_day_on_or_before(day: date) -> date:
    """Return the day itself, or the nearest day before it that is neither weekend nor federal holiday."""
    federal = holidays.country_holidays("US", years=[day.year, day.year - 1])
    while day.weekday() > 4 or day in federal:
        day -= timedelta(days=1)
    return day
