"""What happens when a meeting is announced, and when what was announced of it changes?"""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from actions.target_dates import FIRST_YEAR, LAST_YEAR
from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import Act, act
from milestones.meetings.permissions import why_not_meet
from milestones.models import Announcement, Meeting
from milestones.refusals import Incomplete, NotAllowed, demand, problem_with_text
from milestones.words import NOTE_MAX, SHORT_MAX
from milestones.working_days import working_day_on_or_before

LAST_NUMBER = 9999  # as far as addresses go
_READ_AHEAD_AT = time(12)  # noon New York, two working days before


def read_ahead_by_default(held_at: datetime) -> datetime:
    """Return when a meeting's pack is frozen by default: noon two working days before, federal holidays left out."""
    day = clock.day_of(held_at)
    for _ in range(2):
        day = working_day_on_or_before(day - timedelta(days=1))
    return datetime.combine(day, _READ_AHEAD_AT, clock.NEW_YORK).astimezone(UTC)


def announce(
    *,
    by: User,
    title: str,
    held_at: datetime,
    read_ahead_at: datetime | None = None,
    agenda: str = "",
    number: int | None = None,
) -> Meeting:
    """Announce a meeting, planned or held already; by default it gets the next number and the usual read-ahead.

    The same announcement sent twice is one meeting. Raises NotAllowed or Incomplete, with nothing written.
    """
    about = "the next ESC meeting" if number is None else f"ESC meeting {number}"
    with act("milestones.announce", by=by, about=about) as this:
        demand(why_not_meet(by))
        told = _told(title, held_at, read_ahead_at, agenda)
        if problems := _problems(**told):
            raise Incomplete(problems)
        others = list(Meeting.objects.announced(None))
        if same := next((each for each in others if number in {None, each.number} and _says(each, told)), None):
            this.changed_nothing()
            return same
        number = max((each.number for each in others), default=0) + 1 if number is None else number
        if problems := _problems_with_number(number, others) | _problems_beside(told["held_at"], others):
            raise Incomplete(problems)
        meeting = Meeting.objects.create(number=number, recorded_at=this.recorded_at, by=by)
        this.about = str(meeting)
        _tell(this, meeting, by, told)
    return meeting


def change(
    meeting: Meeting,
    *,
    by: User,
    title: str,
    held_at: datetime,
    read_ahead_at: datetime | None,
    agenda: str,
    reason: str,
    seen: int | None = None,
) -> Meeting:
    """Announce a meeting anew, saying why: what was announced before stays on the ledger.

    `read_ahead_at` None is the usual time. A meeting that was held may be corrected, never moved into the future:
    decisions name it. `seen` is the key of the announcement the person read, if they read one. Raises NotAllowed
    (changed meanwhile included) or Incomplete, with nothing written.
    """
    with act("milestones.change_meeting", by=by, about=str(meeting)) as this:
        demand(why_not_meet(by))
        others = list(Meeting.objects.announced(None))
        row = next(each for each in others if each.pk == meeting.pk)
        before, told = row.told[0], _told(title, held_at, read_ahead_at, agenda)
        if _says(row, told):
            this.changed_nothing()
            return row
        if seen is not None and seen != before.pk:
            raise NotAllowed(f"{row} was changed since you opened this page, by {before.by.name}. Read it again.")
        problems = _problems(**told) | _problems_beside(told["held_at"], [each for each in others if each.pk != row.pk])
        if before.held_at <= this.recorded_at < told["held_at"]:
            problems["held_at"] = "This meeting was held: it can be corrected, but not moved into the future."
        if wrong := problem_with_text(reason, SHORT_MAX, missing="Say why, for the record."):
            problems["reason"] = wrong
        if problems:
            raise Incomplete(problems)
        this.before = _for_journal(before)
        _tell(this, row, by, told | {"reason": reason.strip()})
    return row


def _told(title: str, held_at: datetime, read_ahead_at: datetime | None, agenda: str) -> dict[str, Any]:
    return {
        "title": title.strip(),
        "held_at": held_at,
        "read_ahead_at": read_ahead_at or (read_ahead_by_default(held_at) if _in_range(held_at) else held_at),
        "agenda": agenda.strip(),
    }


def _in_range(moment: datetime) -> bool:
    return FIRST_YEAR <= clock.day_of(moment).year <= LAST_YEAR


def _says(meeting: Meeting, told: dict[str, Any]) -> bool:
    """Say whether a meeting's latest announcement says just this."""
    return all(getattr(meeting.told[0], name) == value for name, value in told.items())


def _tell(this: Act, meeting: Meeting, by: User, told: dict[str, Any]) -> None:
    said = Announcement.objects.create(meeting=meeting, recorded_at=this.recorded_at, by=by, **told)
    meeting.told = [said, *getattr(meeting, "told", ())]
    this.after = _for_journal(said)


def _for_journal(said: Announcement) -> dict[str, str]:
    facts = {
        "title": said.title,
        "held_at": said.held_at.astimezone(UTC).isoformat(),
        "read_ahead_at": said.read_ahead_at.astimezone(UTC).isoformat(),
        "agenda": said.agenda,
        "reason": said.reason,
    }
    return {name: value for name, value in facts.items() if value}


def _problems(*, title: str, held_at: datetime, read_ahead_at: datetime, agenda: str) -> dict[str, str]:
    problems: dict[str, str] = {}
    if wrong := problem_with_text(title, SHORT_MAX, missing="Name the meeting, such as September meeting."):
        problems["title"] = wrong
    if wrong := problem_with_text(agenda, NOTE_MAX):
        problems["agenda"] = wrong
    if not _in_range(held_at):
        problems["held_at"] = f"Write a day from {FIRST_YEAR} to {LAST_YEAR}."
    elif clock.day_of(read_ahead_at).year < FIRST_YEAR:
        problems["read_ahead_at"] = f"Write a day from {FIRST_YEAR} on."
    elif read_ahead_at >= held_at:
        problems["read_ahead_at"] = "The read-ahead is frozen before the meeting is held."
    return problems


def _problems_with_number(number: int, others: list[Meeting]) -> dict[str, str]:
    if not 1 <= number <= LAST_NUMBER:
        return {"number": f"Meetings are numbered from 1 to {LAST_NUMBER}."}
    if number in {each.number for each in others}:
        return {"number": f"There is an ESC meeting {number} already."}
    return {}


def _problems_beside(held_at: datetime, others: list[Meeting]) -> dict[str, str]:
    """Refuse two meetings at one instant: which came before the other would be anybody's guess."""
    same = next((each for each in others if each.told[0].held_at == held_at), None)
    return {"held_at": f"{same} is held at that time already."} if same else {}
