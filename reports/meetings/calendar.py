"""Which meetings does a reader know of, and which came before which?"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from esc_tracker import clock
from esc_tracker.reader import Reader
from milestones.meetings.due_outs import due_outs_known
from milestones.models import Announcement, Meeting


@dataclass(frozen=True)
class Meetings:
    """The meetings announced by a moment, the last to be held first."""

    known: tuple[Meeting, ...]

    def find(self, number: int) -> Meeting | None:
        """Return the meeting with this number, None if it is not known."""
        return next((each for each in self.known if each.number == number), None)

    def before(self, meeting: Meeting, moment: datetime) -> Meeting | None:
        """Return the last meeting held before another, and by a moment; None for the first."""
        return next((each for each in self.held_by(moment) if held_at(each) < held_at(meeting)), None)

    def up_to(self, meeting: Meeting) -> frozenset[int]:
        """Return the numbers of a meeting and of all that are held before it."""
        return frozenset(each.number for each in self.known if held_at(each) <= held_at(meeting))

    def held_by(self, moment: datetime) -> list[Meeting]:
        """Return those that had begun by a moment, the last held first."""
        return [each for each in self.known if held_at(each) <= moment]

    def planned_after(self, moment: datetime) -> list[Meeting]:
        """Return those still to come at a moment, the next first."""
        return [each for each in reversed(self.known) if held_at(each) > moment]


def meetings_announced(moment: datetime | None) -> Meetings:
    """Return the meetings announced before a moment (None: now). Two queries."""
    known = [each for each in Meeting.objects.announced(moment) if each.told]
    return Meetings(tuple(sorted(known, key=lambda each: (held_at(each), each.number), reverse=True)))


def told_of(meeting: Meeting) -> Announcement:
    """Return the announcement that counts."""
    return meeting.told[0]


def held_at(meeting: Meeting) -> datetime:
    """Return when a meeting is held, as announced."""
    return told_of(meeting).held_at


def next_meeting(reader: Reader) -> Meeting | None:
    """Return the next meeting to come, None where none is planned or the reader may not know. Two queries."""
    if not reader.sees_internal:
        return None
    planned = meetings_announced(reader.moment).planned_after(reader.moment or clock.now())
    return planned[0] if planned else None


def owed_count(reader: Reader) -> int:
    """Count the due-outs that are open: a member's own agency's, for PLCY all. One query, none for other readers."""
    if not (reader.is_plcy or reader.agency) or not reader.sees_internal:
        return 0
    ours = Q() if reader.is_plcy else Q(agency_id=reader.agency)
    return due_outs_known(reader.moment).filter(ours).order_by().count()
