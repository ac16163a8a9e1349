"""What happens when an agency gives its word, and when the chair's office decides on a completion?"""

from dataclasses import replace
from typing import Any

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, User
from esc_tracker.journal.acts import Act, act
from milestones.models import Milestone, Note, Responsibility, StatusUpdate
from milestones.overdue import settle_flag
from milestones.permissions import why_not_chair, why_not_decide, why_not_note, why_not_update
from milestones.words import (
    REMARK_MAX,
    UNPRINTABLE,
    Completion,
    Words,
    has_control_characters,
    problems_with,
    problems_with_notes,
)
from milestones.workflow import (
    Authority,
    CompletedKind,
    Move,
    Status,
    agency_may_choose,
    agency_move,
    chair_leads_to,
    is_overdue,
    why_not_move,
)


class NotAllowed(Exception):
    """This person may not do this; the message says why."""


class IllegalMove(Exception):
    """This status cannot follow the present one; the message says so to a person."""


class StaleUpdate(Exception):
    """The milestone moved on since the form was shown; nothing was written.

    `milestone` is the row as it stands now.
    """

    def __init__(self, milestone: Milestone) -> None:
        super().__init__(f"Milestone {milestone.code} was changed since you opened it.")
        self.milestone = milestone


class Incomplete(Exception):
    """Something is missing or wrong; `problems` are sentences by form field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def post_update(
    milestone: Milestone,
    *,
    by: User,
    seen_version: int,
    words: Words,
    status: Status | str | None = None,
    completion: Completion | None = None,
    note: str = "",
    agency_note: str = "",
) -> StatusUpdate:
    """Record one agency's word about a milestone, and its status if it changed.

    `status` None keeps the present one; `completion` goes with reporting complete. The same submission sent twice
    has one effect. Raises NotAllowed, StaleUpdate, IllegalMove or Incomplete, with nothing written. Ten queries.
    """
    with act("milestones.post_update", by=by, about=milestone.code) as this:
        row = Milestone.objects.get(pk=milestone.pk)
        responsible = list(Responsibility.objects.filter(milestone=row).in_force().lead_first())
        _demand(why_not_update(by, row.current_status, responsible))
        if (status or row.current_status) not in Status.values:
            raise Incomplete({"status": "Choose where it stands."})
        status = Status(status or row.current_status)
        remarks = {Note.Audience.ESC: note.strip(), Note.Audience.AGENCY: agency_note.strip()}
        if row.version != seen_version:
            posted = _posted_already(row, by, seen_version, words, status, completion, remarks)
            if posted is None:
                raise StaleUpdate(row)
            this.changed_nothing()
            return posted
        reported_by_us = row.current_status == Status.REPORTED_COMPLETE and _reporting_agency(row) == by.agency_id
        _demand_move(row, status, reported_by_us=reported_by_us)
        if status == row.current_status == Status.REPORTED_COMPLETE and not (reported_by_us and completion):
            completion = _completion_of(row)  # Another agency's word leaves what was reported as it is.
        today = clock.day_of(this.recorded_at)
        words = _with_no_forecast_where_closed(words, status)
        overdue = is_overdue(status, row.current_target_on, today)
        problems = problems_with(words, status=status, overdue=overdue, completion=completion, today=today)
        problems |= problems_with_notes(note=note, agency_note=agency_note)
        if problems:
            raise Incomplete(problems)

        agency = _agency_of(by)
        done = completion if status == Status.REPORTED_COMPLETE else None
        update = StatusUpdate(
            milestone=row,
            version=row.version + 1,
            recorded_at=this.recorded_at,
            by=by,
            agency_id=agency,
            move=agency_move(row.current_status, status),
            status=status,
            written_on=_written_on(row, agency, words, today),
            **words.columns(),
            **_completion_columns(done),
        )
        lead = next((each.agency_id for each in responsible if each.part == Responsibility.Part.LEAD), None)
        columns: dict[str, Any] = {"current_said_at": this.recorded_at}
        if agency == (lead or PLCY):
            columns["current_outlook"] = words.outlook
        _record(this, row, update, columns)
        for audience, text in remarks.items():
            if text:
                _keep_note(row, by, this, text, audience)
    return update


def post_note(milestone: Milestone, *, by: User, text: str, audience: str) -> Note:
    """Record a remark beside the record: it breaks no silence and moves no version.

    The same remark sent twice on a day is one remark. Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.post_note", by=by, about=milestone.code) as this:
        responsible = list(Responsibility.objects.filter(milestone=milestone).in_force().lead_first())
        _demand(why_not_note(by, responsible))
        text = text.strip()
        problems = problems_with_notes(note=text) or ({} if text else {"note": "Write the note."})
        if problems:
            raise Incomplete(problems)
        today = clock.start_of(clock.day_of(this.recorded_at))
        said = Note.objects.filter(milestone=milestone, by=by, audience=audience, text=text)
        if kept := said.filter(recorded_at__gte=today, recorded_at__lte=this.recorded_at).first():
            this.changed_nothing()
            return kept
        return _keep_note(milestone, by, this, text, audience)


def confirm(milestone: Milestone, *, by: User, seen_version: int) -> StatusUpdate:
    """Confirm a reported completion for the chair's office. Raises as `decide` does."""
    return decide(milestone, Move.CONFIRM, by=by, seen_version=seen_version)


def return_completion(milestone: Milestone, *, by: User, seen_version: int, remark: str) -> StatusUpdate:
    """Return a reported completion, saying why. Raises as `decide` does."""
    return decide(milestone, Move.RETURN, by=by, seen_version=seen_version, remark=remark)


def reopen(milestone: Milestone, *, by: User, seen_version: int, remark: str) -> StatusUpdate:
    """Reopen a completed milestone, saying why. Raises as `decide` does."""
    return decide(milestone, Move.REOPEN, by=by, seen_version=seen_version, remark=remark)


def withdraw(milestone: Milestone, *, by: User, seen_version: int, remark: str) -> StatusUpdate:
    """Withdraw a milestone for good, saying why. Raises as `decide` does."""
    return decide(milestone, Move.WITHDRAW, by=by, seen_version=seen_version, remark=remark)


def decide(milestone: Milestone, move: Move, *, by: User, seen_version: int, remark: str = "") -> StatusUpdate:
    """Record a move of the chair's office. Every move but a confirmation gives its reason in `remark`.

    A move that was made meanwhile, by whomever, is a StaleUpdate. Raises NotAllowed, StaleUpdate or Incomplete, with
    nothing written.
    """
    with act(f"milestones.{move.value}", by=by, about=milestone.code) as this:
        row = Milestone.objects.get(pk=milestone.pk)
        reported = StatusUpdate.objects.filter(milestone=row, move=Move.REPORT).order_by("-version").first()
        if row.version != seen_version:
            _demand(why_not_chair(by))
            raise StaleUpdate(row)
        _demand(why_not_decide(by, move, row.current_status, reported_by_id=reported.by_id if reported else None))
        problems = _problems_with_remark(remark, needed=move != Move.CONFIRM)
        if problems:
            raise Incomplete(problems)
        done = _completion_of(row) if move == Move.CONFIRM else None
        update = StatusUpdate(
            milestone=row,
            version=row.version + 1,
            recorded_at=this.recorded_at,
            by=by,
            agency_id=PLCY,
            move=move,
            status=chair_leads_to(move),
            authority=Authority.CHAIR,
            remark=remark.strip(),
            **_completion_columns(done),
        )
        _record(this, row, update, {})
    return update


def _record(this: Act, row: Milestone, update: StatusUpdate, columns: dict[str, Any]) -> None:
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


def _demand(refusal: str) -> None:
    if refusal:
        raise NotAllowed(refusal)


def _agency_of(by: User) -> str:
    """Return whom a person speaks for; whoever may act has an agency (constraint user_agency_follows_role)."""
    if by.agency_id is None:
        raise NotAllowed("Your role reads the record and does not change it.")
    return by.agency_id


def _demand_move(row: Milestone, status: Status, *, reported_by_us: bool) -> None:
    if status not in agency_may_choose(row.current_status, reported_by_us=reported_by_us):
        raise IllegalMove(why_not_move(row.current_status, status))


def _reporting_agency(row: Milestone) -> str | None:
    report = StatusUpdate.objects.filter(milestone=row, move=Move.REPORT).order_by("-version").first()
    return report.agency_id if report else None


def _posted_already(
    row: Milestone,
    by: User,
    seen_version: int,
    words: Words,
    status: Status,
    completion: Completion | None,
    remarks: dict[Note.Audience, str],
) -> StatusUpdate | None:
    """Return the update this very submission made before (a double click, a reload), or None."""
    posted = StatusUpdate.objects.filter(milestone=row, version=seen_version + 1, by=by, status=status).first()
    if posted is None:
        return None
    columns = _with_no_forecast_where_closed(words, status).columns()
    if posted.move == Move.REPORT:
        columns |= _completion_columns(completion)
    notes = Note.objects.filter(milestone=row, by=by, recorded_at=posted.recorded_at).values_list("audience", "text")
    same_remarks = dict(notes) == {audience.value: text for audience, text in remarks.items() if text}
    return posted if same_remarks and all(getattr(posted, name) == value for name, value in columns.items()) else None


def _with_no_forecast_where_closed(words: Words, status: Status) -> Words:
    """Drop the forecast of a milestone reported complete: nothing is expected any more."""
    return replace(words, forecast=None, no_forecast_reason="") if status == Status.REPORTED_COMPLETE else words


def _written_on(row: Milestone, agency: str, words: Words, today: Any) -> Any:
    """Return the day on which this agency's statement and next step were last written anew."""
    before = StatusUpdate.objects.filter(milestone=row, agency_id=agency).words().order_by("-version").first()
    same = before is not None and (before.statement, before.next_step) == (words.statement, words.next_step)
    return before.written_on if before is not None and same else today


def _completion_of(row: Milestone) -> Completion:
    return Completion(kind=row.current_completed_kind, on=row.current_completed_on, outcome=row.current_outcome)


def _completion_columns(done: Completion | None) -> dict[str, Any]:
    if done is None:
        return {}
    return {"completed_kind": CompletedKind(done.kind), "completed_on": done.on, "outcome": done.outcome}


def _problems_with_remark(remark: str, *, needed: bool) -> dict[str, str]:
    if needed and not remark.strip():
        return {"remark": "Say why, so that the agency knows what to do."}
    if len(remark) > REMARK_MAX:
        return {"remark": f"This is {len(remark)} characters long; {REMARK_MAX} fit."}
    return {"remark": UNPRINTABLE} if has_control_characters(remark) else {}


def _keep_note(row: Milestone, by: User, this: Act, text: str, audience: str) -> Note:
    this.after[f"{audience}_note"] = text
    return Note.objects.create(
        milestone=row, agency_id=_agency_of(by), by=by, recorded_at=this.recorded_at, audience=audience, text=text
    )
