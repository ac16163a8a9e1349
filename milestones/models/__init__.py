"""What is promised, who is responsible, what was said, asked and decided, and when did the committee meet?"""

from milestones.models.asking import Call, CallChange, CallReminder, Question
from milestones.models.checkins import CheckIn, DraftRow
from milestones.models.ledgers import (
    Addition,
    Concurrence,
    Note,
    OverdueFlag,
    SharedSummary,
    StatusUpdate,
    TargetRevision,
)
from milestones.models.meetings import Announcement, Conclusion, DueOut, Meeting
from milestones.models.people import Contact, Person
from milestones.models.promises import Milestone, PartEnd, Responsibility

__all__ = [
    "Addition",
    "Announcement",
    "Call",
    "CallChange",
    "CallReminder",
    "CheckIn",
    "Conclusion",
    "Concurrence",
    "Contact",
    "DraftRow",
    "DueOut",
    "Meeting",
    "Milestone",
    "Note",
    "OverdueFlag",
    "PartEnd",
    "Person",
    "Question",
    "Responsibility",
    "SharedSummary",
    "StatusUpdate",
    "TargetRevision",
]
