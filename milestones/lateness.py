"""How does a completion compare with its target and with the plan, and how long may it wait unconfirmed?"""

from datetime import date, timedelta
from functools import lru_cache

from actions.target_dates import months_between
from milestones.workflow import CompletedKind, Status
from milestones.working_days import is_working_day

UNCONFIRMED_AFTER = 10  # working days past its target
UNCONFIRMED = "past target, unconfirmed"


def lateness(kind: str, completed_on: date | None, target_on: date | None, plan_on: date | None = None) -> str:
    """Say how late a completion was: "12 days after target, 73 days after the plan’s date"; "" where no date is known.

    The plan's date is told where it differs from the target. A completion known by month is compared by months.
    """
    told = [_compared(kind, completed_on, target_on, "target", "its target")]
    if plan_on != target_on:
        told.append(_compared(kind, completed_on, plan_on, "the plan’s date", "the plan’s date"))
    return ", ".join(each for each in told if each)


def is_unconfirmed(status: str, target_on: date | None, today: date) -> bool:
    """Say whether a milestone is reported complete, with its target more than ten working days past."""
    return status == Status.REPORTED_COMPLETE and target_on is not None and target_on < unconfirmed_before(today)


@lru_cache(maxsize=64)
def unconfirmed_before(today: date) -> date:
    """Return the day before which a target is more than ten working days past, today counted in."""
    day, left = today, UNCONFIRMED_AFTER
    while left or not is_working_day(day):
        left -= is_working_day(day)
        day -= timedelta(days=1)
    return day


def _compared(kind: str, completed_on: date | None, due_on: date | None, name: str, whose: str) -> str:
    if completed_on is None or due_on is None:
        return ""
    if kind == CompletedKind.MONTH:
        months = months_between(due_on, completed_on)
        return _apart(months, "month", name) if months else f"in the month of {whose}"
    days = (completed_on - due_on).days
    return _apart(days, "day", name) if days else f"on the day of {whose}"


def _apart(count: int, unit: str, name: str) -> str:
    """Count how far apart, in words; negative is before."""
    units = unit if abs(count) == 1 else f"{unit}s"
    return f"{abs(count)} {units} {'after' if count > 0 else 'before'} {name}"
