"""When does a new target need a decision, and who may ask for one or know that one waits?"""

from collections.abc import Sequence
from datetime import date

from esc_tracker.accounts.models import User
from esc_tracker.reader import Reader
from milestones.models import Responsibility
from milestones.permissions import speakers, why_not_update
from milestones.workflow import OPEN

ONLY_OPEN = "Only an open milestone can get a new target; this one was reported complete."


def accepted_at_once(present: date | None, new: date | None) -> bool:
    """Say whether a new target needs no decision: a first date, or an earlier one; by the days they fall due."""
    return new is not None and (present is None or new < present)


def why_not_revise(
    user: User, status: str, responsible: Sequence[Responsibility], *, speaking_for: str | None = None
) -> str:
    """Say why this person may not ask for a new target, or enter what the agency `speaking_for` asked; "" when they
    may. No query.
    """
    refusal = why_not_update(user, status, responsible, speaking_for=speaking_for)
    return refusal or ("" if status in OPEN else ONLY_OPEN)


def may_see_waiting(reader: Reader, responsible: Sequence[Responsibility]) -> bool:
    """Say whether this reader may know of a request that waits: the agencies that answer for the milestone, and PLCY.

    What was decided is for the whole committee. No query.
    """
    return reader.is_plcy or (
        reader.sees_internal and reader.agency in {each.agency_id for each in speakers(responsible)}
    )
