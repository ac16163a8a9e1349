"""How does a test tell of a meeting in one line?"""

from datetime import date, datetime
from typing import Any

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.models import Entry
from milestones.meetings.due_outs import owe
from milestones.meetings.planning import announce
from milestones.models import Announcement, Conclusion, DueOut, Meeting
from tests.milestones.telling import in_september


def meet(day: int, by: User, *, hour: int = 10, announced: datetime | None = None, **more: Any) -> Meeting:
    """Announce a meeting on a day of September 2020, at 10:00 New York; `announced` on the first of the month."""
    with clock.at(announced or in_september(1)):
        return announce(by=by, title="The ESC meets", held_at=in_september(day, hour), **more)


def owed(meeting: Meeting, by: User, agency: str = "CBP", *, text: str = "A list of ports.", **more: Any) -> DueOut:
    """Record what an agency owes after a meeting, by September 21."""
    return owe(meeting, by=by, text=text, agency=Agency.objects.get(pk=agency), due_on=date(2020, 9, 21), **more)


def record() -> tuple[int, ...]:
    """Count what meetings have on record, and the journal."""
    return tuple(each.objects.count() for each in (Meeting, Announcement, Conclusion, DueOut, Entry))
