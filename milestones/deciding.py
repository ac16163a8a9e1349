"""What happens when the chair's office decides on a milestone: confirms, returns, reopens, withdraws?"""

from esc_tracker.accounts.models import PLCY, User
from esc_tracker.journal.acts import Act, act
from milestones.authority import CHAIR, Authority
from milestones.ledger import completion_columns, completion_of, record
from milestones.meetings.held import problems_naming
from milestones.models import Milestone, Question, StatusUpdate, TargetRevision
from milestones.permissions import why_not_chair, why_not_decide
from milestones.refusals import Incomplete, StaleUpdate, demand, problem_with_text
from milestones.words import REMARK_MAX
from milestones.workflow import Move, Status, chair_leads_to

WHY = "Say why, so that the agency knows what to do."


def confirm(milestone: Milestone, *, by: User, seen_version: int, authority: Authority = CHAIR) -> StatusUpdate:
    """Confirm a reported completion for the chair's office. Raises as `decide` does."""
    return decide(milestone, Move.CONFIRM, by=by, seen_version=seen_version, authority=authority)


def return_completion(
    milestone: Milestone, *, by: User, seen_version: int, remark: str, authority: Authority = CHAIR
) -> StatusUpdate:
    """Return a reported completion, saying why. Raises as `decide` does."""
    return decide(milestone, Move.RETURN, by=by, seen_version=seen_version, remark=remark, authority=authority)


def reopen(
    milestone: Milestone, *, by: User, seen_version: int, remark: str, authority: Authority = CHAIR
) -> StatusUpdate:
    """Reopen a completed milestone, saying why. Raises as `decide` does."""
    return decide(milestone, Move.REOPEN, by=by, seen_version=seen_version, remark=remark, authority=authority)


def withdraw(
    milestone: Milestone,
    *,
    by: User,
    seen_version: int,
    remark: str,
    authority: Authority = CHAIR,
    superseded_by: Milestone | None = None,
) -> StatusUpdate:
    """Withdraw a milestone for good, saying why, and which milestone takes its place if one does.

    What waited on it waits no more: a request for a new target is superseded, open questions are closed by the act.
    Due-outs stay, they are owed to the committee. Raises as `decide` does.
    """
    return decide(
        milestone,
        Move.WITHDRAW,
        by=by,
        seen_version=seen_version,
        remark=remark,
        authority=authority,
        superseded_by=superseded_by,
    )


def decide(
    milestone: Milestone,
    move: Move,
    *,
    by: User,
    seen_version: int,
    remark: str = "",
    authority: Authority = CHAIR,
    superseded_by: Milestone | None = None,
) -> StatusUpdate:
    """Record a move of the chair's office, on whose authority it stands. Every move but a confirmation gives its
    reason in `remark`; `superseded_by` goes with withdrawing.

    A move that was made meanwhile, by whomever, is a StaleUpdate. Raises NotAllowed, StaleUpdate or Incomplete, with
    nothing written.
    """
    with act(f"milestones.{move.value}", by=by, about=milestone.code) as this:
        row = Milestone.objects.get(pk=milestone.pk)
        reported = StatusUpdate.objects.filter(milestone=row, move=Move.REPORT).order_by("-version").first()
        if row.version != seen_version:
            demand(why_not_chair(by))
            raise StaleUpdate(row)
        reported_by = reported.by_id if reported else None
        demand(why_not_decide(by, move, row.current_status, reported_by_id=reported_by, authority=authority))
        problems = problems_naming(authority, this.recorded_at)
        if wrong := problem_with_text(remark, REMARK_MAX, missing="" if move == Move.CONFIRM else WHY):
            problems["remark"] = wrong
        if wrong := _problem_with_successor(row, move, superseded_by):
            problems["superseded_by"] = wrong
        if problems:
            raise Incomplete(problems)
        done = completion_of(row) if move == Move.CONFIRM else None
        update = StatusUpdate(
            milestone=row,
            version=row.version + 1,
            recorded_at=this.recorded_at,
            by=by,
            agency_id=PLCY,
            move=move,
            status=chair_leads_to(move),
            remark=remark.strip(),
            superseded_by=superseded_by,
            **authority.columns(),
            **completion_columns(done),
        )
        record(this, row, update, {})
        if move == Move.WITHDRAW:
            _let_nothing_wait(this, update)
    return update


def _problem_with_successor(row: Milestone, move: Move, successor: Milestone | None) -> str:
    """Say why a milestone cannot take the place of another; "" when it can, or when none is to."""
    if successor is None:
        return ""
    if move != Move.WITHDRAW:
        return "Only a milestone that is withdrawn is superseded."
    if successor.pk == row.pk:
        return "A milestone does not take its own place."
    found = Milestone.objects.filter(pk=successor.pk).first()
    if found is None:
        return "There is no such milestone."
    return f"Milestone {found.code} was withdrawn itself." if found.current_status == Status.WITHDRAWN else ""


def _let_nothing_wait(this: Act, withdrawal: StatusUpdate) -> None:
    """Close what waits on a milestone withdrawn in this act: the request for a new target, the open questions."""
    waiting = TargetRevision.objects.filter(milestone=withdrawal.milestone, state=TargetRevision.State.PENDING)
    asked = Question.objects.filter(milestone=withdrawal.milestone, closed_at=None)
    closed = {
        "requests": waiting.update(state=TargetRevision.State.SUPERSEDED, decided_at=this.recorded_at),
        "questions": asked.update(closed_at=this.recorded_at, closed_by=withdrawal.by, closing_update=withdrawal),
    }
    this.after |= {f"closed_{name}": count for name, count in closed.items() if count}
