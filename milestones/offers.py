"""Which acts does a page offer this person?"""

from dataclasses import dataclass

from esc_tracker.accounts.models import User
from esc_tracker.reader import Reader
from milestones.models import Milestone, StatusUpdate
from milestones.permissions import why_not_decide, why_not_note, why_not_update
from milestones.workflow import OPEN, Move, Status


@dataclass(frozen=True)
class OfferedActs:
    """What this person may do on this milestone, and one sentence where that is nothing or only a note."""

    update: bool = False
    report: bool = False
    confirm: bool = False
    return_: bool = False
    note: bool = False
    why_not: str = ""


def offered_acts(user: User, reader: Reader, milestone: Milestone) -> OfferedActs:
    """Return the acts that a page offers; needs `milestone.responsible` and its annotations.

    No query, but one for PLCY on a milestone that awaits confirmation.
    """
    if reader.as_of and reader.sees_internal:
        return OfferedActs(why_not=why_not_then(reader))
    if not reader.may_act:
        return OfferedActs()
    no_update = why_not_update(user, milestone.status, milestone.responsible)
    waits = reader.is_plcy and milestone.status == Status.REPORTED_COMPLETE
    report = last_report(milestone) if waits else None
    no_decision = why_not_decide(user, Move.CONFIRM, milestone.status, reported_by_id=report.by_id if report else None)
    return OfferedActs(
        update=not no_update,
        report=not no_update and milestone.status in OPEN,
        confirm=not no_decision,
        return_=not no_decision,
        note=not why_not_note(user, milestone.responsible),
        why_not=(no_decision if waits else no_update) if no_update and no_decision else "",
    )


def why_not_then(reader: Reader) -> str:
    """Say why nothing can be done by one who looks at an earlier day; "" when they look at the present."""
    if reader.as_of is None:
        return ""
    day = f"{reader.as_of:%b} {reader.as_of.day}, {reader.as_of.year}"
    return f"You are looking at the record as of {day}; nothing can be changed here."


def last_report(milestone: Milestone) -> StatusUpdate | None:
    """Return the act that last reported a milestone complete, agency and person fetched. One query."""
    reports = StatusUpdate.objects.filter(milestone=milestone, move=Move.REPORT)
    return reports.select_related("agency", "by").order_by("-version").first()
