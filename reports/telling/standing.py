"""What of that which was noticed still holds, and which milestones is it about?

Looked up for many notices at once: before anybody is told, and again when the mail is drawn up.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F

from esc_tracker import clock
from esc_tracker.accounts.models import Role
from esc_tracker.reader import Reader
from milestones.calls.answers import stretches, take_roll
from milestones.calls.changing import why_not_change
from milestones.calls.reminding import owed_by
from milestones.models import Call, Milestone, Question, Responsibility, StatusUpdate, TargetRevision
from milestones.querysets import LEAD_OR_JOINT
from milestones.workflow import OPEN
from reports.models import Notice

Kind = Notice.Kind


class Standing:
    """The record as it stands at a moment, as far as some notices are about it."""

    def __init__(self, notices: Sequence[Notice], now: datetime) -> None:
        """Look it up. Nine queries at most, however many notices."""
        self.now = now
        self.today = clock.day_of(now)
        rows = Milestone.objects.visible_to(Reader(role=Role.READER, today=self.today))
        self.rows: dict[int, Milestone] = {row.pk: row for row in rows.order_by("action_id", "position")}
        self.by_code = {row.code: row for row in self.rows.values()}
        held = Responsibility.objects.in_force().filter(part__in=LEAD_OR_JOINT)
        self._named = set(held.values_list("milestone_id", "agency_id"))
        self._unnamed = self.rows.keys() - {milestone for milestone, _ in self._named}
        self.calls = _calls({each.call_id for each in notices if each.call_id})
        self._owed = {
            week: owed_by(roll) for week, roll in take_roll(stretches(self.calls), None).items() if self.calls
        }
        self._entered = _entered({each.check_in_id for each in notices if each.check_in_id})

    def why_not(self, notice: Notice) -> str:
        """Say why a notice need not be told any more; "" while it holds. No query."""
        if notice.kind in {Kind.OVERDUE, Kind.DUE}:
            return self._why_not_of_milestone(notice)
        if notice.kind in {Kind.CALL, Kind.REMINDER}:
            return self._why_not_of_call(notice)
        return "" if self.codes(notice) else "nothing was entered"

    def codes(self, notice: Notice) -> list[str]:
        """Return the numbers of the milestones a notice is about, in plan order. No query."""
        if notice.kind == Kind.CALL:
            return self._owed_to(notice)
        if notice.kind == Kind.REMINDER and notice.reminder:
            return [code for code in self._owed_to(notice) if code in notice.reminder.milestones]
        if notice.kind == Kind.ENTERED:
            ids = self._entered.get(notice.check_in_id or 0, set())
            return [row.code for row in self.rows.values() if row.pk in ids]
        if notice.kind == Kind.EDITED and notice.report:
            edited = {edit["code"] for edit in notice.report.edits if edit["agency"] == notice.agency_id}
            return [code for code in self.by_code if code in edited]
        return [self.rows[notice.milestone_id].code] if notice.milestone_id in self.rows else []

    def overdue_of(self, agency: str | None) -> list[Milestone]:
        """Return what is overdue of an agency, of no agency for None, the oldest target first. No query."""
        late = [row for row in self.rows.values() if row.overdue and self._is_of(row.pk, agency)]
        return sorted(late, key=lambda row: (row.target_on, row.action_id, row.position))

    def call(self, pk: int | None) -> Call | None:
        """Return a call as it stands. No query."""
        return next((each for each in self.calls if each.pk == pk), None)

    def _is_of(self, milestone: int, agency: str | None) -> bool:
        return milestone in self._unnamed if agency is None else (milestone, agency) in self._named

    def _why_not_of_milestone(self, notice: Notice) -> str:
        row = self.rows.get(notice.milestone_id or 0)
        if row is None or row.status not in OPEN:
            return "the milestone is no longer open"
        if not self._is_of(row.pk, notice.agency_id):
            return "another agency answers for it"
        if row.target_on != notice.due_on:
            return "its target moved"
        if notice.kind == Kind.DUE:
            return "it fell due meanwhile" if row.overdue else ""
        return "" if row.overdue else "it is not overdue any more"

    def _why_not_of_call(self, notice: Notice) -> str:
        call = self.call(notice.call_id)
        if call is None:
            return "the call is not on the record"
        later = [each for each in self.calls if each.ends_on > call.ends_on]
        if why_not := why_not_change(call, later, self.now):
            return why_not
        return "" if self.codes(notice) else "everything was answered meanwhile"

    def _owed_to(self, notice: Notice) -> list[str]:
        call = self.call(notice.call_id)
        return self._owed.get(call.week, {}).get(notice.agency_id or "", []) if call else []


def _calls(keys: Iterable[int]) -> list[Call]:
    """Return these calls and all later ones, with their changes, since they overtake one another. Two queries."""
    wanted = sorted(keys)
    if not wanted:
        return []
    calls = list(Call.objects.recorded_before(None).order_by("ends_on"))
    first = min(each.ends_on for each in calls if each.pk in wanted)
    return [each for each in calls if each.ends_on >= first]


def _entered(keys: Iterable[int]) -> dict[int, set[int]]:
    """Return the milestones on which something came with each of these submissions. One query."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    of, *others = [
        each.objects.filter(check_in__in=wanted).order_by().values_list(F("check_in_id"), F("milestone_id"))
        for each in (StatusUpdate, TargetRevision, Question)
    ]
    found: dict[int, set[int]] = {}
    for check_in, milestone in of.union(*others):
        found.setdefault(check_in, set()).add(milestone)
    return found
