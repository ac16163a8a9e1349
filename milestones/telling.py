"""In which words do pages tell of days, moves and completions?"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from actions.target_dates import TargetDate, months_between
from milestones.workflow import CompletedKind

_CAME_BY = {
    "mail": "{agency}'s e-mail of {day}",
    "call": "a telephone call with {agency} on {day}",
    "meeting": "a meeting with {agency} on {day}",
    "letter": "{agency}'s letter of {day}",
}
_TIMES = {1: "once", 2: "twice"}


class Entered(Protocol):
    """A submission that says from where its answers came, such as milestones.models.CheckIn."""

    @property
    def source_how(self) -> str:
        """Return a CheckIn.How, "" where the agency answered itself."""

    @property
    def source_who(self) -> str:
        """Return who of the agency said so."""

    @property
    def source_on(self) -> date | None:
        """Return the day on which it was said."""


def say_day(day: date) -> str:
    """Say a day: "Sep 14, 2020"."""
    return f"{day:%b} {day.day}, {day.year}"


def days_in_words(first: date, last: date) -> str:
    """Say a stretch of days: "Aug 24 – 30", "Aug 31 – Sep 6"."""
    ends = f"{last.day}" if (first.year, first.month) == (last.year, last.month) else f"{last:%b} {last.day}"
    return f"{first:%b} {first.day} – {ends}"


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: "3.1, 3.2 and 3.3"."""
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])


def counted(count: int, noun: str) -> str:
    """Say a number with its noun: "1 milestone", "3 milestones"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def say_moves(moves: int, plan: TargetDate, target: TargetDate | None) -> str:
    """Say how often and how far the target was moved: "moved once, +2 months"; "" if never."""
    if not moves:
        return ""
    times = f"moved {_TIMES.get(moves, f'{moves} times')}"
    slipped = slippage(plan, target)
    return f"{times}, {slipped}" if slipped else times


def slippage(plan: TargetDate, target: TargetDate | None) -> str:
    """Say target minus plan in months, "+2 months"; "" where one of them names no date."""
    if target is None or plan.due_on is None or target.due_on is None:
        return ""
    months = months_between(plan.due_on, target.due_on)
    sign = "+" if months > 0 else "−" if months < 0 else "±"
    return f"{sign}{counted(abs(months), 'month')}"


def say_completed(kind: str, on: date | None) -> str:
    """Say when it was completed: "on Sep 9, 2020", "in Sept. 2020", "on a day not known"; "" if nobody reported."""
    if not kind:
        return ""
    if on is None:
        return "on a day not known"
    return f"on {say_day(on)}" if kind == CompletedKind.DAY else f"in {TargetDate.month(on.year, on.month)}"


def entered_in_words(check_in: Entered | None, agency: str, *, named: bool = True) -> str:
    """Say where an answer came from: "entered by PLCY from CBP's e-mail of Sep 11, 2020 (Dana Reyes)".

    `agency` is its name; `named` False leaves out the person, for readers of other agencies. "" where the agency
    answered itself.
    """
    if check_in is None or not check_in.source_how or check_in.source_on is None:
        return ""
    came_by = _CAME_BY[check_in.source_how].format(agency=agency, day=say_day(check_in.source_on))
    return f"entered by PLCY from {came_by} ({check_in.source_who})" if named else f"entered by PLCY from {came_by}"
