"""What is an agency told when PLCY reminds it, or has entered what it sent?

Gathers plain facts for the mail at the moment it is sent, so that it tells what holds then.
"""

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.text import Truncator

from esc_tracker import clock
from esc_tracker.accounts.models import Role, agency_name
from esc_tracker.reader import Reader
from milestones.calls.changing import calls_from
from milestones.calls.reminding import why_not_remind
from milestones.calls.terms import terms_of
from milestones.models import CallReminder, CheckIn, Milestone, Question, StatusUpdate, TargetRevision
from milestones.querysets import MilestoneQuerySet, coded
from milestones.targets.account import say_target
from milestones.telling import days_in_words, entered_in_words, say_completed, say_day
from milestones.workflow import OPEN, Outcome, Outlook, Status
from reports.mail import EnteredNotice, NoticeRow, ReminderNotice

FIRST_WORDS = 140  # characters of a milestone's text


class Needless(Exception):
    """There is nothing left to tell; the message says why."""


def reminder_of(reminder: CallReminder) -> ReminderNotice:
    """Return what a reminder tells: of its milestones those not answered and still open, with the last words on each.

    Raises Needless when none is left, or when the call was skipped or another has opened since. Six queries.
    """
    call, *later = calls_from(reminder.call)
    if why_not := why_not_remind(call, later, clock.now()):
        raise Needless(why_not)
    agency = reminder.agency_id
    said = StatusUpdate.objects.last_words().filter(coded(reminder.milestones, "milestone__"), agency=agency)
    last = {each.milestone_id: each for each in said}
    begins_at = clock.start_of(call.starts_on)
    owed = [
        row
        for row in _milestones(agency, reminder.milestones)
        if row.status in OPEN and (row.pk not in last or last[row.pk].recorded_at < begins_at)
    ]
    if not owed:
        raise Needless("everything was answered meanwhile")
    terms = terms_of(call)
    return ReminderNotice(
        agency=agency_name(agency),
        week=call.week,
        days=f"{days_in_words(call.starts_on, call.ends_on)}, {call.ends_on.year}",
        due_at=terms.due_for(agency),
        fell_due=terms.due_for(agency) <= clock.now(),
        line=terms.text,
        codes=[row.code for row in owed],
        rows=[NoticeRow(row.code, _first_words(row), list(_owed(row, last.get(row.pk)))) for row in owed],
        path=reverse("milestones:check_in"),
    )


def entered_of(check_in: CheckIn) -> EnteredNotice:
    """Return what PLCY entered for an agency, milestone by milestone, each with where to correct it. Five queries."""
    agency = check_in.agency_id
    entered: dict[int, list[tuple[str, str]]] = {}
    corrects: dict[int, str] = {}
    for key, page, facts in _entered(check_in):
        entered.setdefault(key, []).extend(facts)
        corrects.setdefault(key, page)
    if not entered:
        raise Needless("nothing was entered")
    rows = _milestones(agency, [each.code for each in Milestone.objects.filter(pk__in=entered)])
    return EnteredNotice(
        agency=agency_name(agency),
        source=entered_in_words(check_in, agency_name(agency)),
        codes=[row.code for row in rows],
        rows=[
            NoticeRow(row.code, _first_words(row), entered[row.pk], correct=reverse(corrects[row.pk], args=[row.code]))
            for row in rows
        ],
    )


def _entered(check_in: CheckIn) -> Iterator[tuple[int, str, Iterator[tuple[str, str]]]]:
    """Yield what came with a submission: the milestone's key, the page that takes a correction, and the facts."""
    for update in check_in.updates.all():
        yield update.milestone_id, "milestones:update", _said(update)
    for revision in check_in.revisions.all():
        yield revision.milestone_id, "milestones:revise", _wanted(revision)
    for question in check_in.answers.all():
        yield question.milestone_id, "milestones:update", _answered(question)


def _wanted(revision: TargetRevision) -> Iterator[tuple[str, str]]:
    yield "New target asked for", say_target(revision.new_target)
    yield TargetRevision.Category(revision.category).label, f"“{revision.text}”"


def _answered(question: Question) -> Iterator[tuple[str, str]]:
    yield f"{agency_name(question.agency_id)} asked", f"“{question.text}”"
    yield "Answer", f"“{question.answer}”"


def _milestones(agency: str, codes: Sequence[str]) -> list[Milestone]:
    """Return milestones as the agency's members see them now, in plan order. One query."""
    member = Reader(role=Role.ESC_MEMBER, agency=agency, today=clock.today())
    rows: MilestoneQuerySet = Milestone.objects.visible_to(member)
    return list(rows.filter(coded(codes)).order_by("action_id", "position"))


def _first_words(row: Milestone) -> str:
    return Truncator(row.text).chars(FIRST_WORDS)


def _owed(row: Milestone, last: StatusUpdate | None) -> Iterator[tuple[str, str]]:
    late = f", {row.days_overdue} days overdue" if row.overdue else ""
    yield "Target", f"{row.target or 'no target'}{late}"
    if last is None:
        yield "Last said", "nothing yet"
        return
    yield f"Last said {say_day(last.recorded_at.astimezone(clock.NEW_YORK))}", f"“{last.statement}”"
    yield "Outlook then", Outlook(last.outlook).label
    yield from _next(last)


def _said(words: StatusUpdate) -> Iterator[tuple[str, str]]:
    yield "Status", Status(words.status).label
    if words.completed_kind:
        outcome = f", {Outcome(words.outcome).label.lower()}" if words.outcome else ""
        yield "Completed", f"{say_completed(words.completed_kind, words.completed_on)}{outcome}"
    yield "Statement", f"“{words.statement}”"
    yield from _next(words)
    yield "Outlook", Outlook(words.outlook).label
    for label, text in (("Why", words.reason), ("Needed from the ESC", words.needed)):
        if text:
            yield label, f"“{text}”"
    if words.forecast:
        yield "Forecast", str(words.forecast)
    elif words.no_forecast_reason:
        yield "No forecast", f"“{words.no_forecast_reason}”"


def _next(words: StatusUpdate) -> Iterator[tuple[str, str]]:
    if words.next_step:
        by = f", by {say_day(words.next_step_on)}" if words.next_step_on else ""
        on = f", waiting on {words.waiting_on}" if words.waiting_on else ""
        yield "Next step", f"“{words.next_step}”{by}{on}"
