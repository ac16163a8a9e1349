"""What happens when PLCY changes a call: moves it, extends it for one agency, skips it, adds a line of text?"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from actions.target_dates import FIRST_YEAR, LAST_YEAR
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.acts import act
from milestones.calls.calling import why_not_call
from milestones.calls.terms import Terms, changes_of, terms_of
from milestones.models import Call, CallChange, Responsibility
from milestones.querysets import LEAD_OR_JOINT
from milestones.refusals import Incomplete, demand, problem_with_text
from milestones.telling import say_day
from milestones.words import SHORT_MAX, STATEMENT_MAX

Kind = CallChange.Kind
Problems = Callable[[Call, Terms, datetime], dict[str, str]]
_FACTS = ("kind", "agency_id", "opens_at", "due_at", "text", "reason", "by_id")


class CallChanged(Exception):
    """The call was changed since the form was shown; nothing was written."""

    def __init__(self, call: Call) -> None:
        super().__init__(f"The call of {call.week} was changed since you opened this page.")


def move(
    call: Call, *, by: User, opens_at: datetime, due_at: datetime, reason: str, seen: int | None = None
) -> CallChange:
    """Set when a call opens and is due for everybody; extensions granted before are overruled.

    `seen` is the number of changes the person had before them. The same move sent twice is one.
    Raises NotAllowed, CallChanged or Incomplete, with nothing written.
    """
    change = CallChange(kind=Kind.MOVED, opens_at=opens_at, due_at=due_at, reason=reason.strip())

    def problems(row: Call, terms: Terms, now: datetime) -> dict[str, str]:
        wrong = _problem_with_opening(row, terms, opens_at, now)
        wrong |= _problem_with_due(due_at, now, after=opens_at, otherwise="A call is due after it opens.")
        if not wrong and (opens_at, due_at) == (terms.opens_at, terms.due_at) and not terms.extended:
            wrong["due_at"] = "It opens and is due at these times already."
        return wrong | _problem_with_reason(reason)

    return _change("milestones.move_call", call, by, change, seen, problems)


def extend(
    call: Call, *, by: User, agency: Agency, due_at: datetime, reason: str, seen: int | None = None
) -> CallChange:
    """Give one agency more time than the others. Repeats and refusals as `move`."""
    change = CallChange(kind=Kind.EXTENDED, agency=agency, due_at=due_at, reason=reason.strip())

    def problems(row: Call, terms: Terms, now: datetime) -> dict[str, str]:
        wrong = _problem_with_due(due_at, now, after=terms.due_at, otherwise="An extension ends after the call is due.")
        if not wrong and terms.extended.get(agency.code) == due_at:
            wrong["due_at"] = f"The answers of {agency} are due then already."
        if not Responsibility.objects.in_force().filter(agency=agency, part__in=LEAD_OR_JOINT).exists():
            wrong["agency"] = f"{agency} answers for no milestone."
        return wrong | _problem_with_reason(reason)

    return _change("milestones.extend_call", call, by, change, seen, problems)


def skip(call: Call, *, by: User, reason: str, seen: int | None = None) -> CallChange:
    """Skip a call for good: nobody owes it an answer. Repeats and refusals as `move`."""
    change = CallChange(kind=Kind.SKIPPED, reason=reason.strip())
    return _change("milestones.skip_call", call, by, change, seen, lambda *_: _problem_with_reason(reason))


def add_text(call: Call, *, by: User, text: str, seen: int | None = None) -> CallChange:
    """Set the line that everybody reads with the call; it takes the place of an earlier one.

    Repeats and refusals as `move`.
    """
    change = CallChange(kind=Kind.TEXT, text=text.strip())

    def problems(row: Call, terms: Terms, now: datetime) -> dict[str, str]:
        wrong = problem_with_text(text, SHORT_MAX, missing="Write the line that everybody reads with the call.")
        if not wrong and "\n" in text.strip():
            wrong = "Write one line."
        if not wrong and text.strip() == terms.text:
            wrong = "The call says so already."
        return {"text": wrong} if wrong else {}

    return _change("milestones.add_call_text", call, by, change, seen, problems)


def why_not_change(call: Call, later: Iterable[Call], moment: datetime) -> str:
    """Say why a call can no longer be changed or reminded of at a moment; "" when it can. No query.

    A skipped call stays skipped; once a `later` call has opened, an earlier one is over.
    """
    if terms_of(call).skipped:
        return f"The call of {call.week} was skipped; it can no longer be changed."
    for each in later:
        if each.ends_on > call.ends_on and terms_of(each).is_opened(moment):
            return f"The call of {each.week} has opened since; that of {call.week} can no longer be changed."
    return ""


def calls_from(call: Call) -> list[Call]:
    """Return a call as it stands, and after it all later ones, the next first. Two queries."""
    return list(Call.objects.recorded_before(None).filter(ends_on__gte=call.ends_on).order_by("ends_on"))


def _change(verb: str, call: Call, by: User, change: CallChange, seen: int | None, problems: Problems) -> CallChange:
    with act(verb, by=by, about=call.week) as this:
        demand(why_not_call(by))
        row, *later = calls_from(call)
        told, terms = changes_of(row), terms_of(row)
        change.call, change.by, change.recorded_at = row, by, this.recorded_at
        if told and _facts(told[-1]) == _facts(change):
            this.changed_nothing()
            return told[-1]
        demand(why_not_change(row, later, this.recorded_at))
        if seen is not None and seen != len(told):
            raise CallChanged(row)
        if wrong := problems(row, terms, this.recorded_at):
            raise Incomplete(wrong)
        change.save(force_insert=True)
        this.before = {"opens_at": terms.opens_at.isoformat(), "due_at": terms.due_at.isoformat(), "text": terms.text}
        this.after = {name: _plain(value) for name, value in _facts(change).items() if value and name != "by_id"}
    return change


def _facts(change: CallChange) -> dict[str, Any]:
    return {name: getattr(change, name) for name in _FACTS}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _problem_with_opening(call: Call, terms: Terms, opens_at: datetime, now: datetime) -> dict[str, str]:
    if terms.opens_at <= now:
        opened = opens_at != terms.opens_at
        return {"opens_at": "The call has opened already; only when it is due can be changed."} if opened else {}
    if wrong := _out_of_range(opens_at):
        return {"opens_at": wrong}
    if opens_at < clock.start_of(call.starts_on):
        return {"opens_at": f"A call opens in its period, from {say_day(call.starts_on)} on."}
    return {"opens_at": "A call cannot open in the past."} if opens_at < now else {}


def _problem_with_due(due_at: datetime, now: datetime, *, after: datetime, otherwise: str) -> dict[str, str]:
    if wrong := _out_of_range(due_at):
        return {"due_at": wrong}
    if due_at <= after:
        return {"due_at": otherwise}
    return {"due_at": "A call cannot fall due in the past."} if due_at <= now else {}


def _out_of_range(moment: datetime) -> str:
    inside = FIRST_YEAR <= clock.day_of(moment).year <= LAST_YEAR
    return "" if inside else f"Write a day from {FIRST_YEAR} to {LAST_YEAR}."


def _problem_with_reason(reason: str) -> dict[str, str]:
    wrong = problem_with_text(reason, STATEMENT_MAX, missing="Say why; everybody reads it.")
    return {"reason": wrong} if wrong else {}
