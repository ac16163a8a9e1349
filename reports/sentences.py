"""In which words are the numbers told?

Plain sentences from plain numbers. A number that opens a sentence is spelled below one hundred, inside one below ten.
"""

from datetime import date

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


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


def counted(number: int) -> str:
    """Return a number as it stands inside a sentence: nine, 10."""
    return _ONES[number] if 0 <= number < 10 else f"{number:,}"


def opening(number: int) -> str:
    """Return a number as it opens a sentence: Fifteen, Ninety-nine, 100."""
    return spelled(number).capitalize()


def spelled(number: int) -> str:
    """Return a number in words below one hundred: ninety-nine, 100."""
    if not 0 <= number < 100:
        return f"{number:,}"
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]


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
