"""What happens when PLCY reminds the agencies not yet heard?

The record keeps that they are to be reminded, and of what; telling them is another step (ADR 0002).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import act
from milestones.calls.answers import Asked, stretches, take_roll
from milestones.calls.calling import why_not_call
from milestones.calls.changing import CallChanged, calls_from, why_not_change
from milestones.calls.silence import calls_before, latest_fallen_due, principals_to_copy, silent_twice, why_not_copy
from milestones.calls.terms import changes_of, terms_of
from milestones.models import Call, CallReminder
from milestones.refusals import Incomplete, demand

NOT_OPENED = "The call has not opened yet; nobody is reminded before that."


def remind(call: Call, *, by: User, seen: int | None = None, copying: Collection[str] = ()) -> list[CallReminder]:
    """Have each agency reminded that has not answered all it is asked, unless it was today; return the new reminders.

    `seen` is the number of the call's changes the person had before them; `copying` are the agencies whose principals
    PLCY chose to copy, each silent for two calls in a row. The same click twice reminds once.
    Raises NotAllowed, CallChanged or Incomplete, with nothing written.
    """
    with act("milestones.remind", by=by, about=call.week) as this:
        demand(why_not_call(by))
        row, *later = calls_from(call)
        demand(why_not_remind(row, later, this.recorded_at))
        if seen is not None and seen != len(changes_of(row)):
            raise CallChanged(row)
        today = clock.day_of(this.recorded_at)
        owed = owed_by(take_roll(stretches([row]), None)[row.week])
        due = {agency: owed[agency] for agency in to_remind(owed, row.reminders.all(), today)}
        if not due:
            this.changed_nothing()
            return []
        if copying and (problem := _problem_with_copying(copying, due, [row, *later], this.recorded_at)):
            raise Incomplete({"copying": problem})
        reminders = [
            CallReminder(
                call=row,
                agency_id=agency,
                by=by,
                recorded_at=this.recorded_at,
                on=today,
                milestones=codes,
                copies_principal=agency in copying,
            )
            for agency, codes in due.items()
        ]
        CallReminder.objects.bulk_create(reminders)
        this.after = {each.agency_id: each.milestones for each in reminders}
        if copying:
            this.after["copies_principal"] = sorted(set(copying))
    return list(CallReminder.objects.filter(call=row, recorded_at=this.recorded_at).select_related("agency"))


def why_not_remind(call: Call, later: Iterable[Call], moment: datetime) -> str:
    """Say why nobody can be reminded of a call at a moment; "" when they can. No query."""
    if refusal := why_not_change(call, later, moment):
        return refusal
    if not terms_of(call).is_opened(moment):
        return NOT_OPENED
    return ""


def _problem_with_copying(
    copying: Collection[str], due: Mapping[str, Sequence[str]], calls: Sequence[Call], now: datetime
) -> str:
    """Say which agency's principal is not to be copied on these reminders, "" if all may be. Five queries."""
    recent = latest_fallen_due(stretches([*calls, *calls_before(calls[0], None)]), now)
    twice = silent_twice(recent, take_roll(recent, None), now)
    offered = principals_to_copy(due, twice)
    sentences = (why_not_copy(agency, due, twice, offered) for agency in sorted(set(copying)))
    return next(filter(None, sentences), "")


def owed_by(roll: Iterable[Asked]) -> dict[str, list[str]]:
    """Return `{agency: numbers of the milestones it has not answered on}`; who answered all is left out."""
    owed: dict[str, list[str]] = {}
    for asked in roll:
        if not asked.is_answered:
            owed.setdefault(asked.agency.code, []).append(asked.milestone.code)
    return owed


def to_remind(owed: dict[str, list[str]], reminders: Iterable[CallReminder], today: date) -> list[str]:
    """Return the agencies that owe an answer and were not reminded today, in their order."""
    reminded = {each.agency_id for each in reminders if each.on == today}
    return [agency for agency in owed if agency not in reminded]
