"""How does the record refuse, in words a person can act on?

Every door raises one of these, with nothing written; pages show the message.
"""

from milestones.models import Milestone
from milestones.words import UNPRINTABLE, has_control_characters


class NotAllowed(Exception):
    """This person may not do this; the message says why."""


class IllegalMove(Exception):
    """This status cannot follow the present one; the message says so to a person."""


class StaleUpdate(Exception):
    """The milestone moved on since the form was shown; nothing was written.

    `milestone` is the row as it stands now.
    """

    def __init__(self, milestone: Milestone) -> None:
        super().__init__(f"Milestone {milestone.code} was changed since you opened it.")
        self.milestone = milestone


class Incomplete(Exception):
    """Something is missing or wrong; `problems` are sentences by form field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def demand(refusal: str) -> None:
    """Raise NotAllowed with a sentence; an empty one lets pass."""
    if refusal:
        raise NotAllowed(refusal)


def problem_with_text(text: str, limit: int, *, missing: str = "") -> str:
    """Say what is wrong with a text, "" when it may be kept; `missing` is said of an empty one."""
    if not text.strip():
        return missing
    if len(text.strip()) > limit:
        return f"This is {len(text.strip())} characters long; {limit} fit."
    return UNPRINTABLE if has_control_characters(text) else ""
