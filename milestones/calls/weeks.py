"""When does a reporting week or period begin and end, and when is its call for updates open and due?"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from django.conf import settings

from actions.target_dates import FIRST_YEAR, LAST_YEAR
from esc_tracker import clock
from milestones.working_days import working_day_on_or_before

_WRITTEN = re.compile(r"([0-9]{4})-W([0-9]{2})")
_OPENS_ON, _OPENS_AT = 2, time(9)  # Wednesday 09:00 New York
_DUE_ON, _DUE_AT = 4, time(12)  # Friday 12:00 New York
_WEEK = timedelta(days=7)
_PAIRS_FROM = date(2020, 1, 6)  # the Monday from which two weeks and two weeks are counted, both ways


class Rhythm(StrEnum):
    """How long a reporting period is."""

    WEEKLY = "weekly"
    TWO_WEEKS = "two_weeks"
    MONTHLY = "monthly"


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
        return type(self)(self.starts_on + _WEEK)

    def before(self) -> Self:
        """Return the week before."""
        return type(self)(self.starts_on - _WEEK)

    def _at(self, weekday: int, hour: time) -> datetime:
        day = working_day_on_or_before(self.starts_on + timedelta(days=weekday))
        return datetime.combine(day, hour, clock.NEW_YORK).astimezone(UTC)


@dataclass(frozen=True)
class ReportingPeriod:
    """Whole reporting weeks that share one call, in the last of them, by which the period is named."""

    starts_on: date
    last_week: ReportingWeek

    @classmethod
    def of(cls, day: date, rhythm: Rhythm | str) -> Self:
        """Return the period a day falls in: its week, its pair of weeks, or the weeks whose Sunday its month holds."""
        week = ReportingWeek.of(day)
        if rhythm == Rhythm.WEEKLY:
            return cls(week.starts_on, week)
        if rhythm == Rhythm.TWO_WEEKS:
            first = week if (week.starts_on - _PAIRS_FROM) // _WEEK % 2 == 0 else week.before()
            return cls(first.starts_on, first.after())
        first = last = week
        while first.before().ends_on.month == week.ends_on.month:
            first = first.before()
        while last.after().ends_on.month == week.ends_on.month:
            last = last.after()
        return cls(first.starts_on, last)

    @property
    def ends_on(self) -> date:
        """Return its last Sunday."""
        return self.last_week.ends_on

    @property
    def starts_at(self) -> datetime:
        """Return the midnight that begins its first Monday: an update from here on answers its call."""
        return clock.start_of(self.starts_on)


def period_of(day: date) -> ReportingPeriod:
    """Return the reporting period a day falls in, in the rhythm that is set."""
    return ReportingPeriod.of(day, settings.CALL_RHYTHM)
