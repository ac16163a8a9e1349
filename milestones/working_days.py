"""Which days do federal offices work?"""

from datetime import date, timedelta
from functools import cache, lru_cache

import holidays


def is_working_day(day: date) -> bool:
    """Say whether a day is neither weekend nor federal holiday."""
    return day.weekday() <= 4 and day not in _federal_holidays(day.year)


def working_day_on_or_before(day: date) -> date:
    """Return the day itself, or the nearest day before it that is neither weekend nor federal holiday."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=4096)
def working_days_after(day: date, today: date) -> int:
    """Count the working days after a day, today counted in."""
    return sum(is_working_day(day + timedelta(days=n)) for n in range(1, (today - day).days + 1))


@cache
def _federal_holidays(year: int) -> frozenset[date]:
    """Return the days of a year on which federal offices in Washington are closed, where the chair's office sits.

    Inauguration Day is one there only (5 U.S.C. 6103(c)): the library knows it as the District's. New Year's Day on a
    Saturday is kept in the year before, so that the next year is asked too.
    """
    years = [year, year + 1]
    capital = holidays.country_holidays("US", subdiv="DC", years=years).get_named("Inauguration Day")
    days = {*holidays.country_holidays("US", years=years), *capital}
    return frozenset(day for day in days if day.year == year)
