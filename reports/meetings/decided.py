"""What was decided on the authority of a meeting?"""

from datetime import datetime
from typing import Any

from django.db.models import CharField, DateField, F, QuerySet, Value
from django.db.models.expressions import Combinable

from actions.target_dates import Kind, TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import agency_name
from milestones.models import Addition, Responsibility, StatusUpdate, TargetRevision
from milestones.rows import Row
from milestones.workflow import Move

_SAYS = {
    Move.CONFIRM.value: "Confirmed complete",
    Move.RETURN.value: "Completion returned",
    Move.REOPEN.value: "Reopened",
    Move.WITHDRAW.value: "Withdrawn from the plan",
    "added": "Added to the plan",
}
Part = Responsibility.Part


def decisions_of(number: int, moment: datetime | None) -> list[Row]:
    """Return the decisions recorded before a moment (None: all) that name a meeting as their authority.

    One row each, in the order in which they were recorded: `code`, `what` (in words), `why` (str), `recorded_on`. One
    query for the four ledgers.
    """
    named: dict[str, Any] = {"authority_meeting_id": number}
    acts = _rows(StatusUpdate.objects.filter(**named), F("move"), "recorded_at", "remark", moment)
    added = _rows(Addition.objects.filter(**named), Value("added", CharField()), "recorded_at", "reason", moment)
    given = _rows(
        Responsibility.objects.filter(**named),
        F("part"),
        "assigned_from",
        "reason",
        moment,
        whose=F("agency_id"),
    )
    targets = _rows(
        TargetRevision.objects.filter(**named),
        F("state"),
        "decided_at",
        "text",
        moment,
        whose=F("agency_id"),
        kind=F("new_target_kind"),
        due_on=F("new_target_on"),
    )
    rows = acts.union(added, given, targets, all=True)
    return [_told(row) for row in sorted(rows, key=lambda row: (row["at_"], row["action_"], row["position_"]))]


def _rows(
    ledger: QuerySet[Any],
    what: Combinable,
    at: str,
    why: str,
    moment: datetime | None,
    **more: Combinable,
) -> QuerySet[Any, dict[str, Any]]:
    """Return a ledger's rows in the columns that all four have in common."""
    if moment is not None:
        ledger = ledger.filter(**{f"{at}__lt": moment})
    nothing: dict[str, Combinable] = {
        "whose": Value("", CharField()),
        "kind": Value("", CharField()),
        "due_on": Value(None, DateField()),
    }
    columns = {
        "what": what,
        "action": F("milestone__action_id"),
        "position": F("milestone__position"),
        "at": F(at),
        "why": F(why),
        **nothing,
        **more,
    }
    return ledger.order_by().values(**{f"{name}_": each for name, each in columns.items()})


def _told(row: dict[str, Any]) -> Row:
    return {
        "code": f"{row['action_']}.{row['position_']}",
        "what": _in_words(row),
        "why": row["why_"],
        "recorded_on": clock.day_of(row["at_"]).isoformat(),
    }


def _in_words(row: dict[str, Any]) -> str:
    what, agency = row["what_"], agency_name(row["whose_"])
    if row["kind_"]:
        return f"New target {what}: {TargetDate(Kind(row['kind_']), row['due_on_'])}"
    parts = {
        Part.LEAD.value: f"{agency} leads it",
        Part.JOINT.value: f"{agency} carries it jointly",
        Part.SUPPORTING.value: f"{agency} supports it",
    }
    return parts.get(what) or _SAYS[what]
