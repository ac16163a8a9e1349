"""How does a completion compare with its target, in words?"""

from datetime import date

from actions.target_dates import months_between
from milestones.workflow import CompletedKind


def lateness(kind: str, completed_on: date | None, target_on: date | None) -> str:
    """Say how late a completion was, such as "12 days after target"; "" where either date is not known.

    A completion known by month is compared by months.
    """
    if completed_on is None or target_on is None:
        return ""
    if kind == CompletedKind.MONTH:
        months = months_between(target_on, completed_on)
        return _apart(months, "month") if months else "in the month of its target"
    days = (completed_on - target_on).days
    return _apart(days, "day") if days else "on the day of its target"


def _apart(count: int, unit: str) -> str:
    """Count how far apart, in words; negative is before."""
    units = unit if abs(count) == 1 else f"{unit}s"
    return f"{abs(count)} {units} {'after' if count > 0 else 'before'} target"
