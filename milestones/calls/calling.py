"""What happens when it is time to call for updates, and by which call is an agency judged?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Self

from esc_tracker import clock
from esc_tracker.accounts.models import Role, User
from esc_tracker.journal.acts import Act, act
from milestones.calls.terms import Terms, terms_of
from milestones.calls.weeks import ReportingPeriod, ReportingWeek, period_of
from milestones.models import Call, CallChange
from milestones.refusals import demand

FARTHEST_AHEAD = timedelta(days=366)
_LOOKED_BACK = 8  # calls: more in a row are never skipped or running at once


@dataclass(frozen=True)
class DueCall:
    """The latest call that fell due: by it silence is judged.

    `apart` says by which call an agency is judged whose time was extended: while that time runs by the one before
    (None where there was none), afterwards by this one, due at its own time.
    """

    week: str
    starts_at: datetime
    due_at: datetime
    apart: Mapping[str, Self | None] = field(default_factory=dict)

    def of(self, agency: str) -> Self | None:
        """Return the call by which an agency is judged."""
        return self.apart.get(agency, self)


def why_not_call(user: User) -> str:
    """Say why this person may not change a call; "" when they may. No query."""
    return "" if user.role == Role.PLCY_STAFF else "Only PLCY, the chair’s office, calls for updates."


def open_calls(now: datetime) -> list[str]:
    """Open the call of the present period if it is time, and return the weeks opened (none or one).

    A call that PLCY planned is on the record already and opens by itself. One missed past its due time is not opened
    afterwards. Running it twice changes nothing.
    """
    period = period_of(clock.day_of(now))
    week = period.last_week
    if not week.call_opens_at <= now < week.call_due_at or Call.objects.filter(week=str(week)).exists():
        return []
    with act("milestones.open_call", by=None, about=str(week)) as this:
        return [str(week)] if _keep(this, period)[1] else []


def plan_call(week: ReportingWeek, *, by: User) -> Call:
    """Put the call of the present or a coming period on the record before it opens, so that it can be changed.

    One that is there already is returned as it is. Raises NotAllowed, with nothing written.
    """
    with act("milestones.plan_call", by=by, about=str(week)) as this:
        demand(why_not_call(by))
        if planned := Call.objects.filter(week=str(week)).first():
            this.changed_nothing()
            return planned
        demand(why_not_plan(week, this.recorded_at))
        return _keep(this, period_of(week.starts_on))[0]


def why_not_plan(week: ReportingWeek, moment: datetime) -> str:
    """Say why there is no call in a week that could be planned at a moment; "" when there is one. No query."""
    due_in = period_of(week.starts_on).last_week
    if due_in != week:
        return f"There is no call in {week}: that period’s call is in {due_in}."
    if week.call_due_at <= moment:
        return f"The call of {week} was missed; it is not opened afterwards."
    if week.starts_at > moment + FARTHEST_AHEAD:
        return "Calls are planned one year ahead at most."
    return ""


def call_by_default(week: ReportingWeek) -> Call:
    """Return the call of a period as it would be opened, not on the record."""
    period = period_of(week.starts_on)
    return Call(
        week=str(week),
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        opens_at=week.call_opens_at,
        due_at=week.call_due_at,
    )


def latest_due_call(moment: datetime | None, *, week: str = "") -> DueCall | None:
    """Return the latest call fallen due by a moment (None: now) and not skipped, or None. Two queries.

    `week` leaves out the calls of later weeks, as a report of that week does.
    """
    by = clock.now() if moment is None else moment
    calls = Call.objects.recorded_before(moment).filter(starts_on__lte=clock.day_of(by))
    if week:
        calls = calls.filter(week__lte=week)
    stand = [(call, terms_of(call)) for call in calls.order_by("-ends_on")[:_LOOKED_BACK]]
    stand = [(call, terms) for call, terms in stand if terms.skipped is None]
    latest = _judged_by(stand, "", by)
    if latest is None:
        return None
    extended = sorted({agency for _, terms in stand for agency in terms.extended})
    apart = {agency: _judged_by(stand, agency, by) for agency in extended}
    return replace(latest, apart={agency: call for agency, call in apart.items() if call != latest})


def _judged_by(stand: Sequence[tuple[Call, Terms]], agency: str, by: datetime) -> DueCall | None:
    """Return the latest of the calls, the latest first, that had fallen due for an agency ("" for all others)."""
    for call, terms in stand:
        if terms.due_for(agency) <= by:
            return DueCall(call.week, clock.start_of(call.starts_on), terms.due_for(agency))
    return None


def calls_since(day: date, today: date) -> int:
    """Count the calls not skipped whose whole period lies after a day and before today. One query.

    The present period is left out: the same answer is right before and after its call falls due.
    """
    return len(periods_since(day, today))


def periods_since(day: date, today: date) -> list[date]:
    """Return the first day of the period of each of those calls: for many days at once, the earliest. One query."""
    calls = Call.objects.filter(starts_on__gt=day, ends_on__lt=today).exclude(changes__kind=CallChange.Kind.SKIPPED)
    return list(calls.values_list("starts_on", flat=True))


def _keep(this: Act, period: ReportingPeriod) -> tuple[Call, bool]:
    """Keep a period's call as opened or planned, unless it is there; it begins where an earlier call's period ended.

    Periods overlap only where the rhythm was changed.
    """
    week = period.last_week
    before = Call.objects.filter(ends_on__lt=period.ends_on).order_by("-ends_on").first()
    starts_on = max(period.starts_on, before.ends_on + timedelta(days=1)) if before else period.starts_on
    call, created = Call.objects.get_or_create(
        week=str(week),
        defaults={
            "starts_on": starts_on,
            "ends_on": period.ends_on,
            "opens_at": week.call_opens_at,
            "due_at": week.call_due_at,
            "recorded_at": this.recorded_at,
        },
    )
    if not created:
        this.changed_nothing()
        return call, False
    this.after = {"opens_at": call.opens_at.isoformat(), "due_at": call.due_at.isoformat()}
    return call, True
