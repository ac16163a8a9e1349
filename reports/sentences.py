"""In which words are the numbers told?

Plain sentences from plain numbers. A number that opens a sentence is spelled below one hundred, inside one below ten.
"""

from datetime import date

from esc_tracker.numbers import counted as counted
from esc_tracker.numbers import opening as opening
from esc_tracker.numbers import spelled as spelled


def headline(
    *, milestones: int, overdue: int, unassigned_overdue: int, change: int | None, than: str, not_released: int = 0
) -> str:
    """Say in one sentence how much is overdue.

    `unassigned_overdue` counts the overdue ones that no agency is named for; `change` is how many more are overdue than
    `than` ("last week", "on Sep 6"), None when there is nothing to compare with.
    """
    if not milestones:
        return "The plan has no milestones yet."
    clauses = _compared(overdue, change, than)
    if overdue:
        clauses += _of_no_agency(overdue, unassigned_overdue)
    if not_released:
        clauses += f"; the status of {counted(not_released)} is not released"
    return f"{_overdue(milestones, overdue)}{clauses}."


def day(value: date) -> str:
    """Return a day inside a year that is plain from the page: Sep 6."""
    return f"{value:%b} {value.day}"


def _overdue(milestones: int, overdue: int) -> str:
    if not overdue:
        return f"None of {milestones:,} milestones is overdue" if milestones > 1 else "The one milestone is not overdue"
    if milestones == 1:
        return "The one milestone is overdue"
    if overdue == milestones:
        return f"All {milestones:,} milestones are overdue"
    return f"{opening(overdue)} of {milestones:,} milestones {'is' if overdue == 1 else 'are'} overdue"


def _compared(overdue: int, change: int | None, than: str) -> str:
    if change is None:
        return ""
    if change:
        return f", {counted(abs(change))} {'more' if change > 0 else 'fewer'} than {than}"
    return f", as many as {than}" if overdue else f", as {than}"


def _of_no_agency(overdue: int, unassigned: int) -> str:
    if not unassigned:
        return ""
    if overdue == 1:
        return "; no agency has been named for it"
    if unassigned == overdue:
        return "; no agency has been named for any of them"
    return f"; for {counted(unassigned)} of them no agency has been named"
