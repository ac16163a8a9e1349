"""In which words do pages tell of days, moves and completions?"""

from datetime import date

from actions.target_dates import TargetDate, months_between
from milestones.workflow import CompletedKind

_TIMES = {1: "once", 2: "twice"}


def say_day(day: date) -> str:
    """Say a day: "Sep 14, 2020"."""
    return f"{day:%b} {day.day}, {day.year}"


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
