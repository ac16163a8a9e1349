"""What may follow what?

Statuses, outlooks and outcomes of a milestone, and the moves the agencies and the chair's office may make.
"""

from collections.abc import Collection
from datetime import date

from django.db.models import TextChoices

from actions.target_dates import Kind


class Status(TextChoices):
    """Where a milestone stands. Overdue and ongoing are not statuses."""

    NOT_STARTED = "not_started", "Not started"
    IN_PROGRESS = "in_progress", "In progress"
    REPORTED_COMPLETE = "reported_complete", "Awaiting confirmation"
    COMPLETED = "completed", "Completed"
    WITHDRAWN = "withdrawn", "Withdrawn"


NOT_RELEASED = "not_released"  # what COAC reads in the place of a withheld milestone's status; never stored
NOT_RELEASED_LABEL = "Status not released"
OPEN = frozenset({Status.NOT_STARTED, Status.IN_PROGRESS})
UPDATABLE = OPEN | {Status.REPORTED_COMPLETE}


class Outlook(TextChoices):
    """How an agency expects a milestone to end."""

    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"
    OFF_TRACK = "off_track", "Off track"


NO_OUTLOOK = "none"  # nobody has said yet
NO_OUTLOOK_LABEL = "No word yet"
OUTLOOK_MEANS = {
    Outlook.ON_TRACK: "Proceeding as agreed.",
    Outlook.AT_RISK: "Slippage, or a problem that needs adjusting to finish in time.",
    Outlook.OFF_TRACK: "Will miss the target unless the ESC steps in.",
}


class Outcome(TextChoices):
    """With what result a milestone was completed."""

    DELIVERED = "delivered", "Delivered"
    NOT_NECESSARY = "not_necessary", "Determined not necessary"
    SUPERSEDED = "superseded", "Superseded"
    CONTINUING = "continuing", "Continuing activity"


# What a status, an outlook or an outcome is called, the two that nobody stores among them.
LABELS: dict[str, str] = {
    **{value: str(label) for value, label in (*Status.choices, *Outlook.choices, *Outcome.choices)},
    NOT_RELEASED: NOT_RELEASED_LABEL,
    NO_OUTLOOK: NO_OUTLOOK_LABEL,
}


class CompletedKind(TextChoices):
    """How exactly the day of completion is known."""

    DAY = "day", "Day"
    MONTH = "month", "Month"
    UNKNOWN = "unknown", "Not known"


class Move(TextChoices):
    """What an act did to a milestone's status."""

    UPDATE = "update", "posted an update"
    REPORT = "report", "reported it complete"
    TAKE_BACK = "take_back", "took the report back"
    CONFIRM = "confirm", "confirmed completion"
    RETURN = "return", "returned the report"
    REOPEN = "reopen", "reopened it"
    WITHDRAW = "withdraw", "withdrew it"


WORDS = frozenset({Move.UPDATE, Move.REPORT, Move.TAKE_BACK})  # moves that carry an agency's word


_AGENCY_MAY_CHOOSE = {
    Status.NOT_STARTED: (Status.NOT_STARTED, Status.IN_PROGRESS, Status.REPORTED_COMPLETE),
    Status.IN_PROGRESS: (Status.IN_PROGRESS, Status.REPORTED_COMPLETE),
    Status.REPORTED_COMPLETE: (Status.REPORTED_COMPLETE, Status.IN_PROGRESS),
}
_CHAIR_MOVES = {
    Move.CONFIRM: (frozenset({Status.REPORTED_COMPLETE}), Status.COMPLETED),
    Move.RETURN: (frozenset({Status.REPORTED_COMPLETE}), Status.IN_PROGRESS),
    Move.REOPEN: (frozenset({Status.COMPLETED}), Status.IN_PROGRESS),
    Move.WITHDRAW: (UPDATABLE, Status.WITHDRAWN),
}


def initial_status(plan_kind: Kind | str) -> Status:
    """Return the status at the start, read from the plan's date column (product: Status)."""
    return {Kind.COMPLETED: Status.COMPLETED, Kind.ONGOING: Status.IN_PROGRESS}.get(Kind(plan_kind), Status.NOT_STARTED)


def agency_may_choose(status: Status | str, *, reported_by_us: bool = False) -> tuple[Status, ...]:
    """Return the statuses an agency's update may name, the present one first; empty when updates are closed.

    Only the agency that reported a completion may take it back.
    """
    choices = _AGENCY_MAY_CHOOSE.get(Status(status), ())
    return choices if status != Status.REPORTED_COMPLETE or reported_by_us else choices[:1]


def why_not_move(before: Status | str, after: Status | str) -> str:
    """Say to a person why an agency's update may not lead from one status to another that it may not choose."""
    if (before, after) == (Status.REPORTED_COMPLETE, Status.IN_PROGRESS):
        return "Only the agency that reported this milestone complete can take that back."
    return f"A milestone that is “{Status(before).label}” cannot become “{Status(after).label}” here."


def agency_move(before: Status | str, after: Status | str) -> Move:
    """Name the move of an agency's update from one status to another (which it may choose)."""
    if after == Status.REPORTED_COMPLETE and before != Status.REPORTED_COMPLETE:
        return Move.REPORT
    return Move.TAKE_BACK if before == Status.REPORTED_COMPLETE and after != before else Move.UPDATE


def chair_may(move: Move, status: Status | str) -> bool:
    """Say whether the chair's office may make this move from this status."""
    return status in _CHAIR_MOVES[move][0]


def chair_leads_to(move: Move) -> Status:
    """Return the status that a move of the chair's office leads to."""
    return _CHAIR_MOVES[move][1]


def is_overdue(status: str, target_on: date | None, today: date) -> bool:
    """Say whether a milestone is open with its target's due date before `today`."""
    return status in OPEN and target_on is not None and target_on < today


def values(statuses: Collection[Status]) -> list[str]:
    """Return statuses as the database stores them, in order."""
    return [status.value for status in Status if status in statuses]
