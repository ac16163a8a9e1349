"""What happens when it is time to freeze a meeting's read-ahead?"""

from datetime import datetime

from esc_tracker.journal.acts import act
from esc_tracker.journal.models import Entry
from esc_tracker.reader import esc_reader
from milestones.models import Meeting
from reports.editions import Edition, seal
from reports.meetings.calendar import meetings_announced, told_of
from reports.meetings.pack import named, take_pack
from reports.models import ReadAhead


def freeze_due(now: datetime) -> list[int]:
    """Freeze the read-ahead of every meeting whose time has come and that has none; returns their numbers.

    The time that counts is the one announced last; once frozen it stays, whatever is announced after. Running it
    twice, late or at once changes nothing. Four queries when nothing is due.
    """
    begins_at = Entry.objects.begins_at()
    if begins_at is None:
        return []
    frozen = set(ReadAhead.objects.values_list("meeting_id", flat=True))
    due = [
        each
        for each in meetings_announced(None).known
        if each.number not in frozen and begins_at < told_of(each).read_ahead_at <= now
    ]
    return [each.number for each in reversed(due) if _freeze(each, begins_at)]


def take_read_ahead(meeting: Meeting, as_of: datetime, begins_at: datetime) -> tuple[Edition, datetime]:
    """Draw up the read-ahead of a meeting as of a moment, by the committee's eyes, and say since when it counts.

    What was announced by then counts; a meeting announced later is taken as it was announced. Fourteen queries.
    """
    then = meetings_announced(as_of)
    meeting = then.find(meeting.number) or meeting
    before = then.before(meeting, as_of)
    since = told_of(before).held_at if before else begins_at
    figures = take_pack(esc_reader(as_of), since, meetings=then.up_to(meeting))
    return seal(figures | named(meeting, before)), since


def _freeze(meeting: Meeting, begins_at: datetime) -> bool:
    """Freeze one, unless another process did or the time was moved meanwhile."""
    with act("reports.freeze_read_ahead", by=None, about=str(meeting)) as this:
        row = Meeting.objects.announced(None).get(pk=meeting.pk)
        as_of = told_of(row).read_ahead_at
        if not begins_at < as_of <= this.recorded_at or ReadAhead.objects.filter(meeting=row).exists():
            this.changed_nothing()
            return False
        edition, since = take_read_ahead(row, as_of, begins_at)
        ReadAhead.objects.create(
            meeting=row,
            as_of=as_of,
            since=since,
            frozen_at=this.recorded_at,
            figures=edition.text,
            digest=edition.digest,
        )
        this.after = {"as_of": as_of.isoformat(), "since": since.isoformat(), "digest": edition.digest}
    return True
