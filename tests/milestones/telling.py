"""How does a test tell what was done to a milestone, in one line?"""

from datetime import datetime
from typing import Any

from actions.target_dates import TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from milestones.models import Milestone, Responsibility, StatusUpdate
from milestones.plan.assigning import assign
from milestones.updates import post_update
from milestones.words import Completion, Words
from milestones.workflow import Outcome, Outlook, Status

DONE = Completion.when(TargetDate.month(2020, 8), Outcome.DELIVERED)


def in_september(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """Return a moment of September 2020, New York."""
    return datetime(2020, 9, day, hour, minute, tzinfo=clock.NEW_YORK)


def milestone(code: str) -> Milestone:
    """Return a milestone as it stands."""
    return Milestone.objects.coded(code).get()


def words(outlook: str = Outlook.ON_TRACK, **more: Any) -> Words:
    """Return words that pass everywhere."""
    worried = outlook != Outlook.ON_TRACK
    facts = {
        "statement": "The rule is being drafted.",
        "reason": "Counsel has not answered." if worried else "",
        "needed": "A decision of the ESC." if outlook == Outlook.OFF_TRACK else "",
        "forecast": TargetDate.month(2020, 12),
    }
    return Words(outlook=outlook, **{**facts, **more})


def say(code: str, by: User, *, outlook: str = Outlook.ON_TRACK, status: Status | None = None) -> StatusUpdate:
    """Post one update on a milestone as it stands; reporting it complete needs nothing more."""
    row = milestone(code)
    completion = DONE if status == Status.REPORTED_COMPLETE else None
    return post_update(row, by=by, seen_version=row.version, words=words(outlook), status=status, completion=completion)


def give(code: str, agency: str, *, by: User, part: str = "lead") -> Responsibility:
    """Name an agency for a milestone."""
    [given] = assign([code], agency=Agency.objects.get(pk=agency), part=part, by=by, reason="Agreed by the ESC.")
    return given
