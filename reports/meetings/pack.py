"""What does the committee have to know when it meets?

The figures of a pack: what changed since an earlier meeting and what waits, ready for JSON. The totals and lists that a
report has too are drawn up by reports/figures.py; here stands only what a pack has beside them.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q

from actions.target_dates import TargetDate, months_between
from esc_tracker import clock
from esc_tracker.reader import Reader
from milestones.authority import decided_in_words
from milestones.meetings.due_outs import due_outs_known, is_answered
from milestones.models import DueOut, Meeting, Milestone, TargetRevision
from milestones.querysets import recorded_before
from milestones.rows import Row, row_of, target_of
from milestones.workflow import Status
from reports.figures import Ground, ground_of, moment_text, move_of, take_figures
from reports.wording import target_of as target_read

SCHEMA = 1  # raised whenever the keys or the meaning of a number change
TAKEN = ("since", "as_of", "headline", "totals", "attention", "completed", "silent", "due_soon")
State = TargetRevision.State


def take_pack(reader: Reader, since: datetime, *, meetings: Collection[int]) -> Row:
    """Draw up a pack for one of the committee: what is so as of the reader's moment, and what changed since another.

    `meetings` are the numbers of those whose due-outs it carries. Every reader gets the same but for the decisions
    that wait: their number is for all, their rows for the chair's office and, of requests for a new target, for the
    agency that asked (product: decisions waiting). The frozen read-ahead is taken by the committee's eyes, so it holds
    no such row and any member may read all of it. Twelve queries, however many milestones there are.
    """
    ground = ground_of(reader, since)
    figures = take_figures(reader, since, ground=ground, tell_answers=False)
    requests = _requests(reader, since)
    waiting = [each for each in requests if _waits(each, reader.moment)]
    milestones = {each.pk: each for each in ground.milestones}
    return {
        **{name: figures[name] for name in TAKEN},
        "schema": SCHEMA,
        "due_outs": [_due_out(each, reader) for each in _known(reader, since, meetings)],
        "newly_overdue": [row_of(each, reader) for each in _newly_overdue(ground)],
        "reported": [
            row_of(each, reader) | {"completed_kind": each.completed_kind}
            for each in ground.milestones
            if each.status == Status.REPORTED_COMPLETE
        ],
        "moved": [_moved(row, requests, reader.moment) for row in figures["moved"]],
        "waiting": {
            "completions": len(figures["reported"]),
            "requests": len(waiting),
            "unassigned": figures["totals"]["unassigned"],
            "rows": [
                _request(each, milestones[each.milestone_id], reader)
                for each in waiting
                if each.milestone_id in milestones and (reader.is_plcy or reader.agency == each.agency_id)
            ],
        },
    }


def named(meeting: Meeting, before: Meeting | None) -> Row:
    """Return what a pack says of its meeting, and of the one it counts from (None: the start of the record)."""
    said = meeting.told[0]
    return {
        "meeting": {
            "number": meeting.number,
            "title": said.title,
            "held_at": moment_text(said.held_at),
            "agenda": said.agenda,
        },
        "since_meeting": before.number if before else None,
    }


# --- Due-outs ------------------------------------------------------------------------------------------------------


def due_out_row(due_out: DueOut, *, moment: datetime | None, today: date) -> Row:
    """Return one due-out as of a moment (None: now): who owes what by when, and the answer if there was one by then."""
    answered = is_answered(due_out, moment)
    return {
        "id": due_out.pk,
        "meeting": due_out.meeting_id,
        "text": due_out.text,
        "agency": due_out.agency_id,
        "person": due_out.person,
        "due_on": due_out.due_on.isoformat(),
        "milestone": due_out.milestone.code if due_out.milestone else None,
        "late": not answered and due_out.due_on < today,
        "answer": due_out.answer if answered else "",
        "answered_on": _day(due_out.answered_at) if answered else None,
        "answered_by": due_out.answered_by.agency_id if answered and due_out.answered_by else None,
    }


def _known(reader: Reader, since: datetime, meetings: Collection[int]) -> list[DueOut]:
    """Return what is open, the first due first, then what was answered since. One query."""
    known = list(due_outs_known(reader.moment, answered_since=since).filter(meeting__in=meetings))
    return sorted(known, key=lambda each: is_answered(each, reader.moment))


def _due_out(due_out: DueOut, reader: Reader) -> Row:
    return due_out_row(due_out, moment=reader.moment, today=reader.today)


# --- Targets -------------------------------------------------------------------------------------------------------


def _requests(reader: Reader, since: datetime) -> list[TargetRevision]:
    """Return the requests for a new target that wait at the reader's moment or were decided since. One query."""
    rows = TargetRevision.objects.filter(recorded_before(reader.moment)).filter(
        Q(decided_at=None) | Q(decided_at__gte=since)
    )
    return list(rows.select_related("milestone").order_by("milestone__action_id", "milestone__position", "pk"))


def _waits(request: TargetRevision, moment: datetime | None) -> bool:
    return request.decided_at is None or (moment is not None and request.decided_at >= moment)


def _request(request: TargetRevision, milestone: Milestone, reader: Reader) -> Row:
    return {
        **row_of(milestone, reader),
        "agency": request.agency_id,
        "asked_on": _day(request.recorded_at),
        "asked_for": target_of(request.new_target),
        "months": _months(milestone.target, request.new_target),
        "category": request.category,
        "reason": request.text,
    }


def _moved(row: Row, requests: list[TargetRevision], moment: datetime | None) -> Row:
    """Add how far a target moved, and to each move on whose decision it stands."""
    accepted = [
        each
        for each in requests
        if each.milestone.code == row["code"] and each.state == State.ACCEPTED and not _waits(each, moment)
    ]
    moves = [
        move_of(each) | {"authority": decided_in_words(each, "accepted")}
        for each in sorted(accepted, key=lambda each: each.version or 0)
    ]
    return row | {"months": _months(target_read(row["moved_from"]), target_read(row["target"])), "revisions": moves}


def _months(was: TargetDate | None, now: TargetDate | None) -> int | None:
    """Return by how many months a target moves, None where one of the two names no date."""
    return months_between(was.due_on, now.due_on) if was and was.due_on and now and now.due_on else None


def _newly_overdue(ground: Ground) -> list[Milestone]:
    """Return what is overdue and was not at `since`, the oldest target first."""
    late = [
        each
        for each in ground.milestones
        if each.overdue and not (each.pk in ground.before and ground.before[each.pk].overdue)
    ]
    return sorted(late, key=lambda each: (each.target_on or date.max, each.action_id, each.position))


def _day(moment: datetime | None) -> str | None:
    return clock.day_of(moment).isoformat() if moment else None
