"""When does a milestone fall due, in the plan's own words?

A target date is what is printed, kept verbatim, and what it means. A month falls due on its last
day; "Ongoing" and "Completed" have no date; words that name no date are undated and never guessed.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from django.db.models import TextChoices

FIRST_YEAR = 2000
LAST_YEAR = 2100


class Kind(TextChoices):
    """What a timeline names: a month, a day, or one of the three ways of naming no date."""

    MONTH = "month", "Month"
    DAY = "day", "Day"
    ONGOING = "ongoing", "Ongoing"
    COMPLETED = "completed", "Completed"
    UNDATED = "undated", "No date"


DATED = frozenset({Kind.MONTH, Kind.DAY})

# The plan spells "July" out and shortens "Aug.", "Oct." and "Nov."; the other months follow its style.
_PRINTED_MONTHS = (
    *("Jan.", "Feb.", "March", "April", "May", "June"),
    *("July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."),
)
_LONG_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH_NUMBERS = {
    "sept": 9,
    **{name.lower(): number for number, name in enumerate(_LONG_MONTHS, start=1)},
    **{name[:3].lower(): number for number, name in enumerate(_LONG_MONTHS, start=1)},
}
_PRINTED_DATE = re.compile(r"(?P<month>[A-Za-z]{3,9})\.?\s+(?:(?P<day>[0-9]{1,2}),\s*)?(?P<year>[0-9]{4})")
_FORECAST = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_SHAPE = "Write a month such as 2020-10 or a day such as 2020-10-31."


class BadTargetDate(ValueError):
    """The text names no month or day we can take; `sentence` tells the person why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class TargetDate:
    """A timeline: its kind, the day it falls due, and the words it was printed in.

    `due_on` is set exactly for months and days. Two are equal when they mean the same, however printed.
    Raises ValueError when kind and due date contradict each other.
    """

    kind: Kind
    due_on: date | None = None
    printed: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", Kind(self.kind))
        if isinstance(self.due_on, datetime):
            raise ValueError("A target date falls due on a day, not at a moment.")
        if self.is_dated != (self.due_on is not None):
            raise ValueError(f"A target of kind {self.kind.value} cannot fall due on {self.due_on}.")
        if self.kind is Kind.MONTH and self.due_on and self.due_on != month_end(self.due_on.year, self.due_on.month):
            raise ValueError(f"A month falls due on its last day, not on {self.due_on}.")

    @classmethod
    def read(cls, printed: str) -> Self:
        """Read a printed timeline such as "July 2020", "Oct. 2020", "Oct. 9, 2020", "Ongoing" or "Completed".

        Anything else is undated. The words are kept as printed in every case.
        """
        words = printed.strip()
        if words.casefold() in {Kind.ONGOING.value, Kind.COMPLETED.value}:
            return cls(Kind(words.casefold()), printed=printed)
        found = _PRINTED_DATE.fullmatch(words)
        month = _MONTH_NUMBERS.get(found["month"].lower()) if found else None
        if not found or not month or not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
            return cls(Kind.UNDATED, printed=printed)
        last = month_end(int(found["year"]), month)
        if found["day"] is None:
            return cls(Kind.MONTH, last, printed)
        if not 1 <= int(found["day"]) <= last.day:
            return cls(Kind.UNDATED, printed=printed)
        return cls(Kind.DAY, last.replace(day=int(found["day"])), printed)

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Name a month, due on its last day."""
        return cls(Kind.MONTH, month_end(year, month))

    @classmethod
    def day(cls, day: date) -> Self:
        """Name a single day."""
        return cls(Kind.DAY, day)

    @property
    def is_dated(self) -> bool:
        return self.kind in DATED

    def __str__(self) -> str:
        if self.printed:
            return self.printed
        if self.due_on is None:
            return str(self.kind.label)
        month = _PRINTED_MONTHS[self.due_on.month - 1]
        if self.kind is Kind.MONTH:
            return f"{month} {self.due_on.year}"
        return f"{month} {self.due_on.day}, {self.due_on.year}"


def month_end(year: int, month: int) -> date:
    """Return the last day of a month. Raises ValueError for a month outside 1 to 12."""
    if not 1 <= month <= 12:
        raise ValueError(f"There is no month {month}.")
    return date(year, month, monthrange(year, month)[1])


def months_between(earlier: date, later: date) -> int:
    """Count the calendar months from the month of `earlier` to the month of `later`.

    Days of the month do not count: Oct. 31 to Nov. 1 is one month, Oct. 1 to Oct. 31 none.
    Negative when `later` comes first.
    """
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def parse_forecast(text: str) -> TargetDate:
    """Read what a person typed, `2020-10` or `2020-10-31`, years 2000 to 2100.

    Raises BadTargetDate, with a sentence for that person, for anything else.
    """
    found = _FORECAST.fullmatch(text)
    if not found:
        raise BadTargetDate(_SHAPE)
    year, month = int(found[1]), int(found[2])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadTargetDate(f"The year must be between {FIRST_YEAR} and {LAST_YEAR}.")
    if not 1 <= month <= 12:
        raise BadTargetDate(f"There is no month {found[2]}: months run from 01 to 12.")
    if found[3] is None:
        return TargetDate.month(year, month)
    last = month_end(year, month)
    if not 1 <= int(found[3]) <= last.day:
        raise BadTargetDate(f"{_LONG_MONTHS[month - 1]} {year} has no day {found[3]}: it ends on day {last.day}.")
    return TargetDate.day(last.replace(day=int(found[3])))


def problem_with_printed(printed: str) -> str:
    """Say why a timeline cannot be printed as it is: a date that does not exist, or one written as in a form.

    "" for everything else: a month, a day, "Ongoing", and words that name no date.
    """
    words = printed.strip()
    if _FORECAST.fullmatch(words):
        try:
            return f"Write it as the plan prints it: {parse_forecast(words)}."
        except BadTargetDate as bad:
            return bad.sentence
    found = _PRINTED_DATE.fullmatch(words)
    if not found or found["month"].lower() not in _MONTH_NUMBERS or TargetDate.read(words).is_dated:
        return ""
    if not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        return f"The year must be between {FIRST_YEAR} and {LAST_YEAR}."
    return f"There is no {words}."


def iso(target: TargetDate) -> str:
    """Write a target date the way `parse_forecast` reads it; empty when it names no date."""
    if target.due_on is None:
        return ""
    return f"{target.due_on:%Y-%m}" if target.kind is Kind.MONTH else target.due_on.isoformat()
