"""Which are they?"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from actions.target_dates import Kind, TargetDate
from esc_tracker import clock
from esc_tracker.reader import Reader
from milestones.models import Milestone, TargetRevision
from milestones.rows import Row, target_of
from milestones.workflow import NOT_RELEASED, OPEN, Outlook, Status
from milestones.working_days import working_days_after
from reports.figures.ground import Before, Rows

DUE_SOON_DAYS = 60


def oldest_first(milestone: Milestone) -> tuple[date, int, int]:
    """Return the key that sorts by target, then in the order of the plan."""
    return milestone.target_on or date.max, milestone.action_id, milestone.position


def is_due_soon(milestone: Milestone, reader: Reader) -> bool:
    """Say whether a milestone is open, not overdue, and falls due in the next 60 days."""
    last = reader.today + timedelta(days=DUE_SOON_DAYS)
    return milestone.status in OPEN and milestone.target_on is not None and reader.today <= milestone.target_on <= last


def attention(row: Rows, by_target: Sequence[Milestone]) -> list[Row]:
    """List what is open and off track, then what is open and at risk, each the oldest target first."""
    return [
        row(each)
        for outlook in (Outlook.OFF_TRACK, Outlook.AT_RISK)
        for each in by_target
        if each.outlook == outlook and each.status in OPEN
    ]


def unconfirmed(row: Rows, by_target: Sequence[Milestone], today: date) -> list[Row]:
    """List what is past target, reported and unconfirmed, with the working days since its target, today counted in."""
    return [
        row(each) | {"working_days": working_days_after(each.target_on, today)}
        for each in by_target
        if each.unconfirmed and each.target_on
    ]


def confirmed_since(
    row: Rows, milestones: Sequence[Milestone], confirmed: Mapping[int, datetime], since: datetime
) -> list[Row]:
    """List what was confirmed since and is still completed, with the day. `confirmed` says when, by milestone."""
    return [
        _completed(each, row) | {"confirmed_on": clock.day_of(confirmed[each.pk]).isoformat()}
        for each in milestones
        if each.pk in confirmed and confirmed[each.pk] >= since and each.status == Status.COMPLETED
    ]


def completed_between(row: Rows, milestones: Sequence[Milestone], before: Mapping[int, Before]) -> list[Row]:
    """List what is completed and was not at `since`: two states released, and nothing that lay between them."""
    return [
        _completed(each, row)
        for each in milestones
        if each.status == Status.COMPLETED and (each.pk not in before or before[each.pk].status != Status.COMPLETED)
    ]


def _completed(milestone: Milestone, row: Rows) -> Row:
    return row(milestone) | {"completed_kind": milestone.completed_kind}


def revised_since(
    row: Rows,
    milestones: Sequence[Milestone],
    before: Mapping[int, Before],
    since: datetime,
    until: datetime | None,
) -> list[Row]:
    """List the targets moved since and before `until` (None: now), from where and by which decisions. One query."""
    accepted = TargetRevision.objects.filter(state=TargetRevision.State.ACCEPTED, decided_at__gte=since)
    if until is not None:
        accepted = accepted.filter(decided_at__lt=until)
    moves: dict[int, list[Row]] = {}
    for each in accepted.order_by("version"):
        moves.setdefault(each.milestone_id, []).append(move_of(each))
    return [_moved(each, row, before) | {"revisions": moves[each.pk]} for each in milestones if each.pk in moves]


def move_of(accepted: TargetRevision) -> Row:
    """Return one accepted request for a new target: whose, why, to when, and the day it was accepted."""
    return {
        "agency": accepted.agency_id,
        "category": accepted.category,
        "reason": accepted.text,
        "to": target_of(accepted.new_target),
        "decided_on": clock.day_of(accepted.decided_at).isoformat() if accepted.decided_at else None,
    }


def moved_between(row: Rows, milestones: Sequence[Milestone], before: Mapping[int, Before]) -> list[Row]:
    """List the targets that differ from those at `since`: two states released, and nothing that lay between them."""
    return [
        _moved(each, row, before)
        for each in milestones
        if each.status != NOT_RELEASED
        and each.pk in before
        and before[each.pk].target != (each.target_kind, each.target_on)
    ]


def _moved(milestone: Milestone, row: Rows, before: Mapping[int, Before]) -> Row:
    kind, due_on = before[milestone.pk].target if milestone.pk in before else (milestone.plan_kind, milestone.plan_on)
    was = TargetDate(Kind(kind), due_on) if kind else None
    return row(milestone) | {"moved_from": target_of(was)}
