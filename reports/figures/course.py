"""How does the plan run its course: milestone by milestone, and week by week?"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY
from esc_tracker.reader import Reader
from milestones.models import Milestone
from milestones.rows import Row, iso, target_of
from milestones.workflow import OPEN, CompletedKind, Status

MOST_POINTS = 400
SUNDAY = 6
A_WEEK = timedelta(days=7)


class OnItsWay(Protocol):
    """A milestone as the plan and the record have it, such as a row of `visible_to`."""

    @property
    def pk(self) -> int:
        """Return its id."""

    @property
    def plan_kind(self) -> str:
        """Return the kind of the plan's date."""

    @property
    def plan_on(self) -> date | None:
        """Return the day it fell due by the plan."""

    @property
    def status(self) -> str:
        """Return a Status, or NOT_RELEASED."""

    @property
    def completed_kind(self) -> str:
        """Return a CompletedKind, "" where nobody reported."""

    @property
    def completed_on(self) -> date | None:
        """Return the day it was completed, where one is known."""


class Promise(NamedTuple):
    """One milestone on the way: by when it counts as planned, and as completed; None where it does not."""

    planned_on: date | None
    completed_on: date | None


def timeline(milestones: Iterable[Milestone], reader: Reader) -> list[Row]:
    """Return what a drawing needs of each milestone, in the order given. For COAC no forecast and no outlook."""
    rows = []
    for each in milestones:
        row = {
            "code": each.code,
            "action": each.action_id,
            "plan": target_of(each.plan),
            "target": target_of(each.target),
            "status": each.status,
            "overdue": each.overdue,
            "completed": completed_row(each),
        }
        rows.append(row | _expected(each) if reader.sees_internal else row)
    return rows


def completed_row(milestone: OnItsWay) -> Row | None:
    """Return how and when a completed milestone was completed; the plan's own "Completed" tells no day."""
    if milestone.status != Status.COMPLETED:
        return None
    return {"kind": milestone.completed_kind or CompletedKind.UNKNOWN.value, "on": iso(milestone.completed_on)}


def _expected(milestone: Milestone) -> Row:
    """Return the outlook, and the forecast by the same agency's word: the lead's, PLCY's where none leads."""
    speaker = milestone.lead_code or PLCY
    said = [each.forecast_on for each in milestone.last_words if each.agency_id == speaker]
    return {"outlook": milestone.outlook, "forecast": iso(said[0]) if said and milestone.status in OPEN else None}


# --- Week by week -------------------------------------------------------------------------------------------------


def promises_of(
    milestones: Iterable[OnItsWay], today: date, confirmed: Mapping[int, datetime] | None = None
) -> list[Promise]:
    """Say by when each milestone counts as planned and as completed.

    Planned: the plan's date; what the plan prints as completed counts from the beginning, in both. Completed: the day,
    or the last of the month, it was done; where that is not known the day it was confirmed (`confirmed`, by id), and
    without that knowledge today. Nothing is completed later than today.
    """
    return [_promise(each, today, confirmed or {}) for each in milestones]


def _promise(milestone: OnItsWay, today: date, confirmed: Mapping[int, datetime]) -> Promise:
    begun_completed = milestone.plan_kind == "completed"
    planned_on = date.min if begun_completed else milestone.plan_on
    if milestone.status != Status.COMPLETED:
        return Promise(planned_on, None)
    if milestone.completed_on:
        return Promise(planned_on, min(milestone.completed_on, today))
    if begun_completed:
        return Promise(planned_on, date.min)
    return Promise(planned_on, clock.day_of(confirmed[milestone.pk]) if milestone.pk in confirmed else today)


def burn_up(promises: Collection[Promise], *, begins_on: date, today: date) -> list[Row]:
    """Count what was to be completed by each Sunday, and what was; null for Sundays after today.

    From the Sunday on or before the record's beginning to that on or after the last planned day, or today if that is
    later. At most 400 points, today's among them.
    """
    planned = sorted(each.planned_on for each in promises if each.planned_on)
    completed = sorted(each.completed_on for each in promises if each.completed_on)
    return [
        {
            "on": sunday.isoformat(),
            "planned": bisect_right(planned, sunday),
            "completed": bisect_right(completed, sunday) if sunday <= today else None,
        }
        for sunday in _sundays(begins_on, today, planned)
    ]


def _sundays(begins_on: date, today: date, planned: Sequence[date]) -> list[date]:
    now = _sunday_from(today)
    first = _sunday_from(begins_on - timedelta(days=SUNDAY))
    last = max(now, _sunday_from(planned[-1])) if planned else now
    reach = A_WEEK * (MOST_POINTS - 1)
    last = min(last, max(first + reach, now))
    first = max(first, last - reach)
    return [first + A_WEEK * week for week in range((last - first).days // 7 + 1)]


def _sunday_from(day: date) -> date:
    """Return the day itself if it is a Sunday, else the next one."""
    return day + timedelta(days=SUNDAY - day.weekday())
