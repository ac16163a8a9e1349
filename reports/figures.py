"""How many, and which?

The only place where totals are drawn up. Every list is taken from the same rows, those this reader may see as of their
moment, so that no two numbers of one account can contradict each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import F

from actions.target_dates import Kind, TargetDate
from esc_tracker import clock
from esc_tracker.journal.models import Entry
from esc_tracker.reader import Reader, last_day_before
from milestones.calls.calling import latest_due_call
from milestones.models import Milestone, Responsibility, StatusUpdate, TargetRevision
from milestones.permissions import speakers
from milestones.rows import Row, row_of, target_of
from milestones.workflow import NOT_RELEASED, OPEN, Move, Outlook, Status
from reports import sentences

DUE_SOON_DAYS = 60
UNASSIGNED = "unassigned"
UNASSIGNED_NAME = "No agency named yet"
A_WEEK = range(6, 9)  # days: a report refreshed on a Monday still compares with "last week"


@dataclass(frozen=True)
class Before:
    """What a milestone was at the `since` of an account."""

    status: str
    target: tuple[str | None, date | None]
    overdue: bool


@dataclass(frozen=True)
class Ground:
    """What an account is drawn up from: the milestones as a reader sees them, and what they were at its `since`."""

    milestones: list[Milestone]
    before: dict[int, Before]


def ground_of(reader: Reader, since: datetime) -> Ground:
    """Fetch what an account of a stretch of time is drawn up from. Four queries, three for COAC."""
    rows = Milestone.objects.visible_to(reader).for_table(reader).order_by("action_id", "position")
    return Ground(list(rows), _before(reader, since))


def take_figures(
    reader: Reader, since: datetime, *, week: str = "", compare: bool = True, ground: Ground | None = None
) -> Row:
    """Draw up the account for one reader: totals, by action, by agency, and every list of a report, ready for JSON.

    "Since" counts acts recorded at or after `since` and before the reader's moment. `week` leaves out calls of later
    weeks. The headline compares with `since` unless that is the start of the record or `compare` is false. For COAC
    there are shared fields only, and a withheld milestone is counted under `not_released` and listed nowhere.
    `ground` is what the caller fetched already, for this reader and `since`.
    Ten queries for the committee, four for COAC, however many milestones there are.
    """
    ground = ground or ground_of(reader, since)
    milestones, before = ground.milestones, ground.before
    by_target = sorted(milestones, key=_oldest_first)
    begins_at = Entry.objects.begins_at()
    compare = compare and begins_at is not None and since > begins_at
    figures: Row = {
        "since": moment_text(since),
        "as_of": moment_text(reader.moment or clock.now()),
        "totals": {**_counts(milestones, reader), "unassigned": sum(each.unassigned for each in milestones)},
        "by_action": _by_action(milestones, reader),
        "by_agency": _by_agency(milestones, reader),
        "overdue": [row_of(each, reader) for each in by_target if each.overdue],
        "reported": [row_of(each, reader) for each in milestones if each.status == Status.REPORTED_COMPLETE],
        "due_soon": [row_of(each, reader) for each in by_target if _is_due_soon(each, reader)],
        "headline": _headline(reader, milestones, before, since, compare=compare),
    }
    if reader.is_coac:
        return figures | {
            "completed": _completed_between(reader, milestones, before),
            "moved": _moved_between(reader, milestones, before),
        }
    return figures | {
        "attention": _attention(reader, by_target),
        "completed": _confirmed_since(reader, milestones, since),
        "moved": _revised_since(reader, milestones, before, since),
        "silent": _silent(reader, milestones, week),
    }


def moment_text(moment: datetime) -> str:
    """Return a moment with its offset, in UTC: 2020-09-14T04:00:00+00:00."""
    return moment.astimezone(UTC).isoformat()


# --- How many -----------------------------------------------------------------------------------------------------


def _counts(milestones: Sequence[Milestone], reader: Reader) -> dict[str, int]:
    """Count all, each status (zero included), what is not released (COAC only), and what is overdue."""
    statuses = [*Status.values, *([NOT_RELEASED] if reader.is_coac else [])]
    counts = dict.fromkeys(statuses, 0)
    for each in milestones:
        counts[each.status] += 1
    return {"milestones": len(milestones), **counts, "overdue": sum(each.overdue for each in milestones)}


def _by_action(milestones: Sequence[Milestone], reader: Reader) -> list[Row]:
    actions = {each.action_id: each.action for each in milestones}
    return [
        {
            "number": number,
            "title": action.title,
            **_counts([each for each in milestones if each.action_id == number], reader),
        }
        for number, action in actions.items()
    ]


def _by_agency(milestones: Sequence[Milestone], reader: Reader) -> list[Row]:
    """Count by lead or joint agency; a joint milestone counts for both, what nobody is named for comes last."""
    held: dict[str, list[Milestone]] = {}
    agencies = {}
    for each in milestones:
        for speaker in speakers(each.responsible):
            agencies[speaker.agency_id] = speaker.agency
            held.setdefault(speaker.agency_id, []).append(each)
    named = sorted(agencies.values(), key=lambda agency: (agency.sort_order, agency.code))
    nobodys = [each for each in milestones if each.unassigned]
    return [
        *({"code": each.code, "name": each.name, **_counts(held[each.code], reader)} for each in named),
        {"code": UNASSIGNED, "name": UNASSIGNED_NAME, **_counts(nobodys, reader)},
    ]


def _headline(
    reader: Reader, milestones: Sequence[Milestone], before: dict[int, Before], since: datetime, *, compare: bool
) -> str:
    overdue = [each for each in milestones if each.overdue]
    change = len(overdue) - sum(each.overdue for each in before.values()) if compare else None
    then = last_day_before(since)
    days = (reader.today - then).days
    return sentences.headline(
        milestones=len(milestones),
        overdue=len(overdue),
        unassigned_overdue=sum(each.unassigned for each in overdue),
        change=change,
        than="last week" if days in A_WEEK else f"on {sentences.day(then)}",
        not_released=sum(each.status == NOT_RELEASED for each in milestones),
    )


# --- Which --------------------------------------------------------------------------------------------------------


def _before(reader: Reader, since: datetime) -> dict[int, Before]:
    """Return what the same reader's milestones were at `since`. One query."""
    then = replace(reader, moment=since, today=last_day_before(since), as_of=None)
    rows: Any = Milestone.objects.visible_to(then).order_by()
    facts = rows.values_list("pk", "status", "target_kind", "target_on", "overdue")
    return {key: Before(status, (kind, due_on), overdue) for key, status, kind, due_on, overdue in facts}


def _is_due_soon(milestone: Milestone, reader: Reader) -> bool:
    last = reader.today + timedelta(days=DUE_SOON_DAYS)
    return milestone.status in OPEN and milestone.target_on is not None and reader.today <= milestone.target_on <= last


def _attention(reader: Reader, by_target: Sequence[Milestone]) -> list[Row]:
    """List what is open and off track, then what is open and at risk, each the oldest target first."""
    return [
        row_of(each, reader)
        for outlook in (Outlook.OFF_TRACK, Outlook.AT_RISK)
        for each in by_target
        if each.outlook == outlook and each.status in OPEN
    ]


def _confirmed_since(reader: Reader, milestones: Sequence[Milestone], since: datetime) -> list[Row]:
    """List what was confirmed since and is still completed, with the day. One query."""
    acts = StatusUpdate.objects.before(reader.moment).filter(move=Move.CONFIRM, recorded_at__gte=since)
    confirmed = dict(acts.order_by("version").values_list("milestone_id", "recorded_at"))
    return [
        _completed(each, reader) | {"confirmed_on": clock.day_of(confirmed[each.pk]).isoformat()}
        for each in milestones
        if each.pk in confirmed and each.status == Status.COMPLETED
    ]


def _completed_between(reader: Reader, milestones: Sequence[Milestone], before: dict[int, Before]) -> list[Row]:
    """List what is completed and was not at `since`: two states released, and nothing that lay between them."""
    return [
        _completed(each, reader)
        for each in milestones
        if each.status == Status.COMPLETED and (each.pk not in before or before[each.pk].status != Status.COMPLETED)
    ]


def _completed(milestone: Milestone, reader: Reader) -> Row:
    return row_of(milestone, reader) | {"completed_kind": milestone.completed_kind}


def _revised_since(
    reader: Reader, milestones: Sequence[Milestone], before: dict[int, Before], since: datetime
) -> list[Row]:
    """List the targets moved since, from where and by which decisions. One query."""
    accepted = TargetRevision.objects.filter(state=TargetRevision.State.ACCEPTED, decided_at__gte=since)
    if reader.moment is not None:
        accepted = accepted.filter(decided_at__lt=reader.moment)
    moves: dict[int, list[Row]] = {}
    for each in accepted.order_by("version"):
        moves.setdefault(each.milestone_id, []).append(move_of(each))
    return [_moved(each, reader, before) | {"revisions": moves[each.pk]} for each in milestones if each.pk in moves]


def move_of(accepted: TargetRevision) -> Row:
    """Return one accepted request for a new target: whose, why, to when, and the day it was accepted."""
    return {
        "agency": accepted.agency_id,
        "category": accepted.category,
        "reason": accepted.text,
        "to": target_of(accepted.new_target),
        "decided_on": clock.day_of(accepted.decided_at).isoformat() if accepted.decided_at else None,
    }


def _moved_between(reader: Reader, milestones: Sequence[Milestone], before: dict[int, Before]) -> list[Row]:
    """List the targets that differ from those at `since`: two states released, and nothing that lay between them."""
    return [
        _moved(each, reader, before)
        for each in milestones
        if each.status != NOT_RELEASED
        and each.pk in before
        and before[each.pk].target != (each.target_kind, each.target_on)
    ]


def _moved(milestone: Milestone, reader: Reader, before: dict[int, Before]) -> Row:
    kind, due_on = before[milestone.pk].target if milestone.pk in before else (milestone.plan_kind, milestone.plan_on)
    was = TargetDate(Kind(kind), due_on) if kind else None
    return row_of(milestone, reader) | {"moved_from": target_of(was)}


def _silent(reader: Reader, milestones: Sequence[Milestone], week: str) -> list[Row]:
    """List who owed the latest call an answer about what is open still: one row per agency and milestone.

    Three queries, two when no call has fallen due.
    """
    call = latest_due_call(reader.moment, week=week)
    if call is None:
        return []
    found = {each.pk: each for each in milestones if each.status in OPEN}
    owing: Iterable[Responsibility] = Milestone.objects.silence_of(call, reader.moment).order_by(
        F("agency__sort_order"), "agency_id", "milestone__action_id", "milestone__position"
    )
    return [
        row_of(found[held.milestone_id], reader) | {"agency": held.agency_id, "call": asked.week}
        for held in owing
        if held.milestone_id in found and (asked := call.of(held.agency_id))
    ]


def _oldest_first(milestone: Milestone) -> tuple[date, int, int]:
    return milestone.target_on or date.max, milestone.action_id, milestone.position
