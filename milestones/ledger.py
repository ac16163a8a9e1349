"""How does an act on a milestone's status enter the record?

The row moves by compare-and-swap on its version, the ledger gets a row, the overdue flag is settled, the journal is
told: the same for an agency's word and for a decision.
"""

from typing import Any

from esc_tracker import clock
from esc_tracker.journal.acts import Act
from milestones.models import Milestone, StatusUpdate
from milestones.overdue import settle_flag
from milestones.refusals import StaleUpdate
from milestones.words import Completion
from milestones.workflow import CompletedKind


def record(this: Act, row: Milestone, update: StatusUpdate, columns: dict[str, Any]) -> None:
    """Move the milestone by compare-and-swap on its version, add the ledger row, settle the flag."""
    columns |= {
        "version": update.version,
        "current_status": update.status,
        "current_completed_kind": update.completed_kind,
        "current_completed_on": update.completed_on,
        "current_outcome": update.outcome,
    }
    if not Milestone.objects.filter(pk=row.pk, version=row.version).update(**columns):
        raise StaleUpdate(Milestone.objects.get(pk=row.pk))
    update.save(force_insert=True)
    settle_flag(
        row,
        status=update.status,
        target_on=row.current_target_on,
        today=clock.day_of(this.recorded_at),
        moment=this.recorded_at,
    )
    this.before |= {"version": row.version, "status": row.current_status}
    this.after |= _told(update)


def _told(update: StatusUpdate) -> dict[str, Any]:
    """Return what the journal keeps of a ledger row: every field that says something."""
    skip = {"id", "milestone", "by", "recorded_at"}
    fields = [field for field in update._meta.concrete_fields if field.name not in skip]
    values = {field.name: field.value_from_object(update) for field in fields}
    return {
        name: value if isinstance(value, int) else str(value)
        for name, value in values.items()
        if value not in (None, "")
    }


def completion_of(row: Milestone) -> Completion:
    """Return the completion that a milestone carries now."""
    return Completion(kind=row.current_completed_kind, on=row.current_completed_on, outcome=row.current_outcome)


def completion_columns(done: Completion | None) -> dict[str, Any]:
    """Return a completion as columns of the ledger; empty for None."""
    if done is None:
        return {}
    return {"completed_kind": CompletedKind(done.kind), "completed_on": done.on, "outcome": done.outcome}
