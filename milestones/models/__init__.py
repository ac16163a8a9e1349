"""What is promised, who is responsible, what was said and decided, and when was everybody asked?"""

from milestones.models.asking import Call, CallChange
from milestones.models.ledgers import Note, OverdueFlag, SharedSummary, StatusUpdate, TargetRevision
from milestones.models.promises import Milestone, Responsibility

__all__ = [
    "Call",
    "CallChange",
    "Milestone",
    "Note",
    "OverdueFlag",
    "Responsibility",
    "SharedSummary",
    "StatusUpdate",
    "TargetRevision",
]
