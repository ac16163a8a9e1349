"""What happens when it is time to call for updates, and which call counts?"""

from dataclasses import dataclass
from datetime import date, datetime

from esc_tracker import clock
from esc_tracker.journal.acts import act
from milestones.calls.weeks import ReportingWeek
from milestones.models import Call, CallChange


@dataclass(frozen=True)
class DueCall:
    """The latest call that fell due: by it silence is judged.

    `not_due_for` are the agencies whose time was extended and still runs.
    """

    week: str
    starts_at: datetime
    due_at: datetime
    not_due_for: frozenset[str] = frozenset()


def open_calls(now: datetime) -> list[str]:
    """Open the call of the present week if it is time, and return the weeks opened (none or one).

    A call missed past its due time is not opened afterwards. Running it twice changes nothing.
    """
    week = ReportingWeek.of(clock.day_of(now))
    if not week.call_opens_at <= now < week.call_due_at or Call.objects.filter(week=str(week)).exists():
        return []
    with act("milestones.open_call", by=None, about=str(week)) as this:
        _, created = Call.objects.get_or_create(
            week=str(week),
            defaults={
                "starts_on": week.starts_on,
                "ends_on": week.ends_on,
                "opens_at": week.call_opens_at,
                "due_at": week.call_due_at,
                "recorded_at": this.recorded_at,
            },
        )
        if not created:
            this.changed_nothing()
            return []
        this.after = {"opens_at": week.call_opens_at.isoformat(), "due_at": week.call_due_at.isoformat()}
    return [str(week)]


def latest_due_call(moment: datetime | None, *, week: str = "") -> DueCall | None:
    """Return the latest call fallen due by a moment (None: now) and not skipped, or None. Two queries.

    `week` leaves out the calls of later weeks, as a report of that week does.
    """
    by = clock.now() if moment is None else moment
    calls = Call.objects.recorded_before(moment)
    if week:
        calls = calls.filter(week__lte=week)
    for call in calls.order_by("-starts_on")[:8]:
        due: dict[str | None, CallChange] = {}
        for change in call.told:  # type: ignore[attr-defined]  # prefetched, oldest first
            if change.kind == CallChange.Kind.TEXT:
                continue
            if change.agency_id is None:
                due.clear()  # A change for everybody overrules what was granted before it.
            due[change.agency_id] = change
        everybody = due.pop(None, None)
        if everybody and everybody.kind == CallChange.Kind.SKIPPED:
            continue
        due_at = everybody.due_at if everybody and everybody.due_at else call.due_at
        if due_at <= by:
            extended = frozenset(code for code, change in due.items() if code and change.due_at and change.due_at > by)
            return DueCall(call.week, clock.start_of(call.starts_on), due_at, extended)
    return None


def calls_since(day: date, today: date) -> int:
    """Count the calls not skipped whose whole period lies after a day and before today. Two queries.

    The present period is left out: the same answer is right before and after its call falls due.
    """
    return len(periods_since(day, today))


def periods_since(day: date, today: date) -> list[date]:
    """Return the first day of the period of each of those calls: for many days at once, the earliest. Two queries."""
    calls = Call.objects.recorded_before(None).filter(starts_on__gt=day, ends_on__lt=today)
    return [
        call.starts_on
        for call in calls
        if all(change.kind != CallChange.Kind.SKIPPED for change in call.told)  # type: ignore[attr-defined]  # prefetched
    ]
