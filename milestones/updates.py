"""What happens when an agency gives its word?"""

from dataclasses import replace
from datetime import date
from typing import Any

from esc_tracker import clock
from esc_tracker.accounts.models import PLCY, User
from esc_tracker.journal.acts import Act, act
from milestones.calls.calling import calls_since
from milestones.evidence import Evidence, problems_with_evidence
from milestones.ledger import completion_columns, completion_of, record
from milestones.models import CheckIn, Milestone, Note, Question, Responsibility, StatusUpdate
from milestones.permissions import why_not_note, why_not_update
from milestones.refusals import IllegalMove, Incomplete, NotAllowed, StaleUpdate, demand
from milestones.words import Completion, Words, problems_with, problems_with_notes, says_the_same
from milestones.workflow import Move, Status, agency_may_choose, agency_move, is_overdue, why_not_move

CALLS_WITHOUT_WORDS = 3  # "no change" that often on an overdue milestone: then a statement is required
NO_EVIDENCE = Evidence()
SAY_IT_ANEW = "This milestone is overdue, and the last three calls brought no new words on it. Say where it stands now."


def post_update(
    milestone: Milestone,
    *,
    by: User,
    seen_version: int,
    words: Words,
    status: Status | str | None = None,
    completion: Completion | None = None,
    evidence: Evidence = NO_EVIDENCE,
    note: str = "",
    agency_note: str = "",
    check_in: CheckIn | None = None,
) -> StatusUpdate:
    """Record one agency's word about a milestone, and its status if it changed.

    `status` None keeps the present one; `completion` and `evidence` go with reporting complete. `check_in` is the
    submission it came with, whose agency speaks: the person's own, or the one whose answers PLCY enters. The same
    submission sent twice has one effect. New words close what was asked of the agency; "no change" does not.
    Raises NotAllowed, StaleUpdate, IllegalMove or Incomplete, with nothing written. Twelve queries.
    """
    with act("milestones.post_update", by=by, about=milestone.code) as this:
        row = Milestone.objects.get(pk=milestone.pk)
        responsible = list(Responsibility.objects.filter(milestone=row).in_force().lead_first())
        agency = check_in.agency_id if check_in else _agency_of(by)
        demand(why_not_update(by, row.current_status, responsible, speaking_for=agency))
        if (status or row.current_status) not in Status.values:
            raise Incomplete({"status": "Choose where it stands."})
        status = Status(status or row.current_status)
        remarks = {Note.Audience.ESC: note.strip(), Note.Audience.AGENCY: agency_note.strip()}
        if row.version != seen_version:
            posted = _posted_already(row, by, agency, seen_version, words, status, completion, evidence, remarks)
            if posted is None:
                raise StaleUpdate(row)
            this.changed_nothing()
            return posted
        reported_by_us = row.current_status == Status.REPORTED_COMPLETE and _reporting_agency(row) == agency
        _demand_move(row, status, reported_by_us=reported_by_us)
        if status == row.current_status == Status.REPORTED_COMPLETE and not (reported_by_us and completion):
            completion = completion_of(row)  # Another agency's word leaves what was reported as it is.
        today = clock.day_of(this.recorded_at)
        words = _with_no_forecast_where_closed(words, status)
        overdue = is_overdue(status, row.current_target_on, today)
        problems = problems_with(words, status=status, overdue=overdue, completion=completion, today=today)
        problems |= problems_with_evidence(evidence, today=today)
        problems |= problems_with_notes(note=note, agency_note=agency_note)
        before = StatusUpdate.objects.filter(milestone=row, agency_id=agency).words().order_by("-version").first()
        written_on = _written_on(before, words, today)
        if overdue and written_on != today and calls_since(written_on, today) >= CALLS_WITHOUT_WORDS:
            problems.setdefault("statement", SAY_IT_ANEW)
        if problems:
            raise Incomplete(problems)

        reported = status == Status.REPORTED_COMPLETE
        cites = reported and (row.current_status != status or reported_by_us)
        update = StatusUpdate(
            milestone=row,
            version=row.version + 1,
            recorded_at=this.recorded_at,
            by=by,
            agency_id=agency,
            move=agency_move(row.current_status, status),
            status=status,
            written_on=written_on,
            check_in=check_in,
            **words.columns(),
            **completion_columns(completion if reported else None),
            **(evidence.columns() if cites else {}),
        )
        lead = next((each.agency_id for each in responsible if each.part == Responsibility.Part.LEAD), None)
        columns: dict[str, Any] = {"current_said_at": this.recorded_at}
        if agency == (lead or PLCY):
            columns["current_outlook"] = words.outlook
        record(this, row, update, columns)
        if not says_the_same(before, update):
            asked = Question.objects.filter(milestone=row, asked_of=agency, closed_at=None)
            asked.update(closed_at=this.recorded_at, closed_by=by, closing_update=update)
        for audience, text in remarks.items():
            if text:
                _keep_note(row, by, agency, this, text, audience)
    return update


def post_note(milestone: Milestone, *, by: User, text: str, audience: str) -> Note:
    """Record a remark beside the record: it breaks no silence and moves no version.

    The same remark sent twice on a day is one remark. Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.post_note", by=by, about=milestone.code) as this:
        responsible = list(Responsibility.objects.filter(milestone=milestone).in_force().lead_first())
        demand(why_not_note(by, responsible))
        text = text.strip()
        problems = problems_with_notes(note=text) or ({} if text else {"note": "Write the note."})
        if problems:
            raise Incomplete(problems)
        today = clock.start_of(clock.day_of(this.recorded_at))
        said = Note.objects.filter(milestone=milestone, by=by, audience=audience, text=text)
        if kept := said.filter(recorded_at__gte=today, recorded_at__lte=this.recorded_at).first():
            this.changed_nothing()
            return kept
        return _keep_note(milestone, by, _agency_of(by), this, text, audience)


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
    agency: str,
    seen_version: int,
    words: Words,
    status: Status,
    completion: Completion | None,
    evidence: Evidence,
    remarks: dict[Note.Audience, str],
) -> StatusUpdate | None:
    """Return the update this very submission made before (a double click, a reload), or None."""
    made = StatusUpdate.objects.filter(milestone=row, version=seen_version + 1)
    posted = made.filter(by=by, agency_id=agency, status=status).first()
    if posted is None:
        return None
    columns = _with_no_forecast_where_closed(words, status).columns()
    if posted.move == Move.REPORT:
        columns |= completion_columns(completion) | evidence.columns()
    notes = Note.objects.filter(milestone=row, by=by, recorded_at=posted.recorded_at).values_list("audience", "text")
    same_remarks = dict(notes) == {audience.value: text for audience, text in remarks.items() if text}
    return posted if same_remarks and all(getattr(posted, name) == value for name, value in columns.items()) else None


def _with_no_forecast_where_closed(words: Words, status: Status) -> Words:
    """Drop the forecast of a milestone reported complete: nothing is expected any more."""
    return replace(words, forecast=None, no_forecast_reason="") if status == Status.REPORTED_COMPLETE else words


def _written_on(before: StatusUpdate | None, words: Words, today: date) -> date:
    """Return the day on which this agency's statement and next step were last written anew."""
    same = before is not None and (before.statement, before.next_step) == (words.statement, words.next_step)
    return before.written_on if before is not None and before.written_on and same else today


def _keep_note(row: Milestone, by: User, agency: str, this: Act, text: str, audience: str) -> Note:
    this.after[f"{audience}_note"] = text
    return Note.objects.create(
        milestone=row, agency_id=agency, by=by, recorded_at=this.recorded_at, audience=audience, text=text
    )
