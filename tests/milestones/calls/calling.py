"""How does a test tell what happened to a call, in one line?"""

from datetime import datetime

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.models import Entry
from milestones.calls import changing
from milestones.calls.calling import open_calls
from milestones.calls.terms import Terms, terms_of
from milestones.models import Call, CallChange
from tests.milestones.telling import in_september

OPENS, DUE = in_september(9, 9), in_september(11, 12)  # of W37, by default
WHY = "Agreed by phone."


def open_call(moment: datetime) -> Call:
    """Open the call of the week a moment falls in."""
    with clock.at(moment):
        [week] = open_calls(clock.now())
    return call_of(week)


def call_of(week: str = "2020-W37") -> Call:
    """Return a call with all its changes."""
    return Call.objects.recorded_before(None).get(week=week)


def terms(week: str = "2020-W37") -> Terms:
    """Return how a call stands."""
    return terms_of(call_of(week))


def move(at: datetime, by: User, *, opens_at=OPENS, due_at=DUE, week="2020-W37", reason=WHY, seen=None) -> CallChange:
    """Move a call at a moment."""
    with clock.at(at):
        return changing.move(call_of(week), by=by, opens_at=opens_at, due_at=due_at, reason=reason, seen=seen)


def extend(at: datetime, by: User, *, agency="CBP", due_at, week="2020-W37", reason=WHY) -> CallChange:
    """Extend a call for one agency at a moment."""
    with clock.at(at):
        return changing.extend(call_of(week), by=by, agency=Agency.objects.get(pk=agency), due_at=due_at, reason=reason)


def skip(at: datetime, by: User, *, week="2020-W37", reason=WHY) -> CallChange:
    """Skip a call at a moment."""
    with clock.at(at):
        return changing.skip(call_of(week), by=by, reason=reason)


def add_text(at: datetime, by: User, text: str, *, week="2020-W37") -> CallChange:
    """Add a line of text at a moment."""
    with clock.at(at):
        return changing.add_text(call_of(week), by=by, text=text)


def written() -> tuple[int, int, int]:
    """Count what is on the record of calls: calls, changes, entries of the journal."""
    return Call.objects.count(), CallChange.objects.count(), Entry.objects.count()
