"""Who owes the committee what after a meeting, and has it been answered?"""

from datetime import date, datetime

from django.db.models import Q, QuerySet

from actions.target_dates import LAST_YEAR
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User, agency_name
from esc_tracker.journal.acts import act
from milestones.meetings.permissions import why_not_answer, why_not_meet
from milestones.models import DueOut, Meeting, Milestone
from milestones.querysets import recorded_before
from milestones.refusals import Incomplete, NotAllowed, demand, problem_with_text
from milestones.telling import say_day
from milestones.words import STATEMENT_MAX

PERSON_MAX = 120


def owe(
    meeting: Meeting,
    *,
    by: User,
    text: str,
    due_on: date,
    agency: Agency | None = None,
    person: str = "",
    milestone: Milestone | None = None,
) -> DueOut:
    """Record what an agency, or a person named in words, owes the committee by a day after a meeting that was held.

    The same due-out sent twice is one. Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.owe", by=by, about=str(meeting)) as this:
        demand(why_not_meet(by))
        row = Meeting.objects.announced(None).get(pk=meeting.pk)
        held_at = row.told[0].held_at
        if held_at > this.recorded_at:
            raise NotAllowed(f"{row} has not been held yet: nothing is due out of it.")
        text, person = text.strip(), person.strip()
        if problems := _problems(text, agency, person, due_on, clock.day_of(held_at)):
            raise Incomplete(problems)
        facts = {"text": text, "agency": agency, "person": person, "due_on": due_on, "milestone": milestone}
        if there := DueOut.objects.filter(meeting=row, answered_at=None, **facts).first():
            this.changed_nothing()
            return there
        owed = DueOut.objects.create(meeting=row, recorded_at=this.recorded_at, by=by, **facts)
        this.after = {"due_out": owed.pk, "text": text, "owner": owner_of(owed), "due_on": due_on.isoformat()}
        if milestone:
            this.after["milestone"] = milestone.code
    return owed


def answer_due_out(due_out: DueOut, *, by: User, text: str) -> DueOut:
    """Answer a due-out, once: one of the agency that owes it, or PLCY.

    The same answer sent twice by one person has one effect. Raises NotAllowed (answered meanwhile included; the
    message says by whom) or Incomplete (field `answer`), with nothing written.
    """
    with act("milestones.answer_due_out", by=by, about=f"ESC meeting {due_out.meeting_id}") as this:
        row = DueOut.objects.select_related("agency", "milestone", "answered_by").get(pk=due_out.pk)
        demand(why_not_answer(by, row))
        text = text.strip()
        if row.answered_at is not None:
            if (row.answered_by_id, row.answer) != (by.pk, text):
                raise NotAllowed(_answered_already(row))
            this.changed_nothing()
            return row
        if wrong := problem_with_text(text, STATEMENT_MAX, missing="Write the answer."):
            raise Incomplete({"answer": wrong})
        row.answer, row.answered_at, row.answered_by = text, this.recorded_at, by
        row.save(update_fields=["answer", "answered_at", "answered_by"])
        this.before, this.after = {"due_out": row.pk}, {"due_out": row.pk, "answer": text}
    return row


def due_outs_known(moment: datetime | None, *, answered_since: datetime | None = None) -> QuerySet[DueOut]:
    """Return what was owed by a moment (None: now) and open still, with what was answered since another, if given.

    One query, the first due first; agencies, milestones and who answered fetched. What was answered at or after the
    moment was open then: `is_answered` tells.
    """
    still = Q(answered_at=None)
    if moment is not None:
        still |= Q(answered_at__gte=moment)
    if answered_since is not None:
        still |= Q(answered_at__gte=answered_since)
    known = DueOut.objects.filter(recorded_before(moment)).filter(still)
    return known.select_related("agency", "milestone", "answered_by").order_by("due_on", "pk")


def is_answered(due_out: DueOut, moment: datetime | None) -> bool:
    """Say whether a due-out was answered before a moment (None: now)."""
    return due_out.answered_at is not None and (moment is None or due_out.answered_at < moment)


def open_due_outs(agency_code: str, moment: datetime | None) -> list[DueOut]:
    """Return what an agency owed at a moment (None: now), the first due first. One query."""
    return list(due_outs_known(moment).filter(agency_id=agency_code))


def owner_of(due_out: DueOut) -> str:
    """Say who owes it: the agency's name, or the person as written."""
    return due_out.person or str(due_out.agency)


def _answered_already(row: DueOut) -> str:
    whose = agency_name((row.answered_by and row.answered_by.agency_id) or "")
    on = f" on {say_day(clock.day_of(row.answered_at))}" if row.answered_at else ""
    return f"This was answered meanwhile by {whose}{on}."


def _problems(text: str, agency: Agency | None, person: str, due_on: date, held_on: date) -> dict[str, str]:
    problems: dict[str, str] = {}
    if wrong := problem_with_text(text, STATEMENT_MAX, missing="Say what is owed."):
        problems["text"] = wrong
    if agency and person:
        problems["person"] = "A due-out has one owner: an agency or a person."
    elif not agency and not person:
        problems["agency"] = "Say who owes it: choose an agency or name a person."
    elif wrong := problem_with_text(person, PERSON_MAX):
        problems["person"] = wrong
    if due_on < held_on:
        problems["due_on"] = f"It cannot be due before the meeting, {say_day(held_on)}."
    elif due_on.year > LAST_YEAR:
        problems["due_on"] = f"Write a day up to {LAST_YEAR}."
    return problems
