"""How does the record refuse, in words a person can act on?

Every door raises one of these, with nothing written; pages show the message.
"""

from esc_tracker.plain_text import problem_with_text
from esc_tracker.refusals import Incomplete, NotAllowed, demand
from milestones.models import Milestone

__all__ = ["IllegalMove", "Incomplete", "NotAllowed", "StaleUpdate", "demand", "problem_with_text"]


class IllegalMove(Exception):
    """This status cannot follow the present one; the message says so to a person."""


class StaleUpdate(Exception):
    """The milestone moved on since the form was shown; nothing was written.

    `milestone` is the row as it stands now.
    """

    def __init__(self, milestone: Milestone) -> None:
        super().__init__(f"Milestone {milestone.code} was changed since you opened it.")
        self.milestone = milestone
