"""What does the record say at a moment, told by reading its ledgers in order, without a database's help?

The twin of milestones/querysets.py, written the slow and plain way: one milestone, one moment, one pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from milestones.calls.calling import DueCall
from milestones.models import Milestone, Responsibility, StatusUpdate, TargetRevision

OPEN = ("not_started", "in_progress")
WORDS = ("update", "report", "take_back")


@dataclass(frozen=True)
class Ledgers:
    """All that was written about one milestone, in order."""

    milestone: Milestone
    updates: Sequence[StatusUpdate]
    accepted: Sequence[TargetRevision]
    responsibilities: Sequence[Responsibility]

    @classmethod
    def of(cls, milestone: Milestone) -> "Ledgers":
        """Read them."""
        return cls(
            milestone,
            list(StatusUpdate.objects.filter(milestone=milestone).order_by("version")),
            list(TargetRevision.objects.filter(milestone=milestone, state="accepted").order_by("version")),
            list(Responsibility.objects.filter(milestone=milestone).order_by("pk")),
        )


def replay(ledgers: Ledgers, moment: datetime | None, today: date) -> dict[str, Any]:
    """Return every annotation of `visible_to` for the committee, as of just before a moment (None: now)."""
    milestone = ledgers.milestone
    held = _held(ledgers, moment)
    lead = next((each.agency_id for each in held if each.part == "lead"), None)
    told: dict[str, Any] = {
        "status": _status_at(ledgers, None, start=True),
        "target_kind": None if milestone.plan_kind == "completed" else milestone.plan_kind,
        "target_on": milestone.plan_on,
        "moves": 0,
        "version_then": 0,
        "completed_kind": "",
        "completed_on": None,
        "outcome": "",
        "outlook": "none",
        "last_update_at": None,
        "lead_code": lead,
        "unassigned": not [each for each in held if each.part in ("lead", "joint")],
    }
    for update in ledgers.updates:
        if moment is not None and update.recorded_at >= moment:
            continue
        told["status"] = update.status
        told["completed_kind"], told["completed_on"] = update.completed_kind, update.completed_on
        told["outcome"] = update.outcome
        told["version_then"] = max(told["version_then"], update.version)
        if update.move in WORDS:
            told["last_update_at"] = update.recorded_at
            if update.agency_id == (lead or "PLCY"):
                told["outlook"] = update.outlook
    for revision in ledgers.accepted:
        if moment is not None and revision.decided_at >= moment:
            continue
        told["target_kind"], told["target_on"] = revision.new_target_kind, revision.new_target_on
        told["moves"] += 1
        told["version_then"] = max(told["version_then"], revision.version)
    late = told["status"] in OPEN and told["target_on"] is not None and told["target_on"] < today
    told["overdue"] = late
    told["days_overdue"] = (today - told["target_on"]).days if late else None
    return told


def replay_silent(ledgers: Ledgers, call: DueCall | None, moment: datetime | None) -> set[str]:
    """Return the agencies that are silent about a milestone as of just before a moment (None: now)."""
    if call is None or _status_at(ledgers, moment) not in OPEN:
        return set()
    held = [each for each in _held(ledgers, moment) if each.part in ("lead", "joint")]
    return {each.agency_id for each in held if _is_owing(ledgers, each, call.of(each.agency_id), moment)}


def replay_answers(ledgers: Ledgers, call: DueCall | None, moment: datetime) -> dict[str, str]:
    """Return `{agency: "answered" or "silent"}` of a milestone for a call fallen due, as of just before a moment."""
    told: dict[str, str] = {}
    silent = replay_silent(ledgers, call, moment)
    for held in ledgers.responsibilities:
        own = call.of(held.agency_id) if call else None
        if own is None or held.part not in ("lead", "joint") or held not in _held(ledgers, own.due_at):
            continue
        words = [
            update.recorded_at
            for update in ledgers.updates
            if update.move in WORDS
            and update.agency_id == held.agency_id
            and own.starts_at <= update.recorded_at < moment
        ]
        closed_before = _status_at(ledgers, own.due_at) not in OPEN and not any(said < own.due_at for said in words)
        if words and not closed_before:
            told[held.agency_id] = "answered"
        elif held.agency_id in silent:
            told[held.agency_id] = "silent"
    return told


def _is_owing(ledgers: Ledgers, held: Responsibility, call: DueCall | None, moment: datetime | None) -> bool:
    """Say whether an agency owes an answer to the call it is judged by."""
    if call is None or _status_at(ledgers, call.due_at) not in OPEN:
        return False
    added_at = ledgers.milestone.edition.recorded_at
    if added_at is not None and added_at >= call.due_at:
        return False
    return held.pk in {each.pk for each in _held(ledgers, call.due_at)} and not any(
        update.move in WORDS
        and update.agency_id == held.agency_id
        and update.recorded_at >= call.starts_at
        and (moment is None or update.recorded_at < moment)
        for update in ledgers.updates
    )


def _held(ledgers: Ledgers, moment: datetime | None) -> list[Responsibility]:
    return [
        each
        for each in ledgers.responsibilities
        if (moment is None or each.assigned_from is None or each.assigned_from < moment)
        and (each.assigned_until is None or (moment is not None and each.assigned_until >= moment))
    ]


def _status_at(ledgers: Ledgers, moment: datetime | None, *, start: bool = False) -> str:
    status = {"completed": "completed", "ongoing": "in_progress"}.get(ledgers.milestone.plan_kind, "not_started")
    for update in ledgers.updates:
        if not start and (moment is None or update.recorded_at < moment):
            status = update.status
    return status
