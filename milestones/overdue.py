"""What happens when a milestone is noticed to be overdue, or no longer is?

A flag is the record of noticing, from which people are told. Pages never read it to decide what is overdue.
"""

from dataclasses import dataclass
from datetime import date, datetime

from esc_tracker.accounts.models import Role
from esc_tracker.journal.acts import act
from esc_tracker.reader import Reader
from milestones.models import Milestone, OverdueFlag
from milestones.workflow import is_overdue


@dataclass(frozen=True)
class Flagged:
    """What one pass did: milestone numbers newly flagged and cleared, in plan order, and how many stand flagged."""

    opened: tuple[str, ...]
    closed: tuple[str, ...]
    open: int


def flag_overdue(today: date, *, dry_run: bool = False) -> Flagged:
    """Open a flag for each overdue milestone without one, close those of milestones no longer overdue.

    Judges the present state by `today`. Running it twice changes nothing; `dry_run` only says what it would do.
    """
    reader = Reader(role=Role.READER, today=today)
    with act("milestones.flag_overdue", by=None, about="overdue") as this:
        overdue = {row.pk: row for row in Milestone.objects.visible_to(reader).overdue()}
        standing = {
            flag.milestone_id: flag for flag in OverdueFlag.objects.filter(closed_at=None).select_related("milestone")
        }
        opened = sorted((overdue[pk] for pk in overdue.keys() - standing.keys()), key=_in_plan_order)
        closed = sorted((standing[pk].milestone for pk in standing.keys() - overdue.keys()), key=_in_plan_order)
        found = Flagged(tuple(row.code for row in opened), tuple(row.code for row in closed), len(overdue))
        if dry_run or not (opened or closed):
            this.changed_nothing()
            return found
        OverdueFlag.objects.bulk_create(
            OverdueFlag(milestone=row, opened_at=this.recorded_at, opened_on=today, target_on=row.target_on)
            for row in opened
            if row.target_on is not None
        )
        OverdueFlag.objects.filter(closed_at=None, milestone__in=closed).update(closed_at=this.recorded_at)
        this.after = {"today": today.isoformat(), "opened": list(found.opened), "closed": list(found.closed)}
    return found


def settle_flag(milestone: Milestone, *, status: str, target_on: date | None, today: date, moment: datetime) -> None:
    """Inside an act on a milestone: close its flag if it is no longer overdue. One query."""
    if not is_overdue(status, target_on, today):
        OverdueFlag.objects.filter(milestone=milestone, closed_at=None).update(closed_at=moment)


def _in_plan_order(milestone: Milestone) -> tuple[int, int]:
    return milestone.action_id, milestone.position
