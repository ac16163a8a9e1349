"""What happens when an agency asks for a new target, and when that is decided?"""

from datetime import date

from actions.target_dates import Kind, TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import Act, act
from milestones.authority import CHAIR, Authority
from milestones.meetings.held import problems_naming
from milestones.models import Milestone, Responsibility, TargetRevision
from milestones.overdue import settle_flag
from milestones.permissions import why_not_decide_revision, why_not_update
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate
from milestones.words import STATEMENT_MAX, UNPRINTABLE, has_control_characters
from milestones.workflow import OPEN, UPDATABLE

State = TargetRevision.State


def request_revision(
    milestone: Milestone, *, by: User, seen_version: int, target: TargetDate, category: str, text: str
) -> TargetRevision:
    """Ask for a new target. Earlier or first, and not before today: accepted at once. Later or removed: it waits.

    A new request supersedes a pending one. Raises NotAllowed, StaleUpdate or Incomplete, with nothing written.
    """
    with act("milestones.request_revision", by=by, about=milestone.code) as this:
        row = Milestone.objects.get(pk=milestone.pk)
        responsible = list(Responsibility.objects.filter(milestone=row).in_force().lead_first())
        refusal = why_not_update(by, row.current_status, responsible)
        if refusal or row.current_status not in OPEN:
            raise NotAllowed(refusal or "Only an open milestone can get a new target.")
        if row.version != seen_version:
            raise StaleUpdate(row)
        today = clock.day_of(this.recorded_at)
        if problems := _problems(row, target, category, text, today):
            raise Incomplete(problems)
        pending = TargetRevision.objects.filter(milestone=row, state=State.PENDING)
        pending.update(state=State.SUPERSEDED, decided_at=this.recorded_at)
        revision = TargetRevision(
            milestone=row,
            agency=by.agency,
            by=by,
            recorded_at=this.recorded_at,
            new_target_kind=target.kind,
            new_target_on=target.due_on,
            category=category,
            text=text.strip(),
            state=State.PENDING,
        )
        if target.due_on is not None and (row.current_target_on is None or target.due_on < row.current_target_on):
            _accept(this, row, revision)
        revision.save(force_insert=True)
        this.before |= {"target": str(row.current_target_on)}
        this.after |= {"asked": str(target.due_on or target.kind.value), "state": revision.state, "text": revision.text}
    return revision


def decide_revision(
    revision: TargetRevision, *, by: User, accept: bool, authority: Authority = CHAIR
) -> TargetRevision:
    """Decide a pending request once, on whose authority it stands; the chair's office never decides its own.

    Raises NotAllowed or Incomplete, with nothing written; deciding what was decided or superseded meanwhile is not
    allowed either.
    """
    with act("milestones.decide_revision", by=by, about=revision.milestone.code) as this:
        asked = TargetRevision.objects.select_related("milestone").get(pk=revision.pk)
        if refusal := why_not_decide_revision(by, asked, authority=authority):
            raise NotAllowed(refusal)
        row = asked.milestone
        if accept and row.current_status not in UPDATABLE:
            raise NotAllowed("This milestone is closed: its target stays. The request can only be refused.")
        if problems := problems_naming(authority, this.recorded_at):
            raise Incomplete(problems)
        asked.decided_by = by
        for name, value in authority.columns().items():
            setattr(asked, name, value)
        if accept:
            _accept(this, row, asked)
        else:
            asked.state, asked.decided_at = State.REFUSED, this.recorded_at
        columns = ["state", "decided_at", "decided_by", "version", *authority.columns()]
        asked.save(update_fields=columns)
        this.before |= {"target": str(row.current_target_on), "state": State.PENDING.value}
        this.after |= {"target": str(asked.new_target_on), "state": asked.state, "authority": str(authority)}
    return asked


def _accept(this: Act, row: Milestone, revision: TargetRevision) -> None:
    """Move the milestone's target by compare-and-swap on its version."""
    revision.state, revision.decided_at, revision.version = State.ACCEPTED, this.recorded_at, row.version + 1
    moved = Milestone.objects.filter(pk=row.pk, version=row.version).update(
        version=row.version + 1,
        current_target_kind=revision.new_target_kind,
        current_target_on=revision.new_target_on,
        current_moves=row.current_moves + 1,
    )
    if not moved:
        raise StaleUpdate(Milestone.objects.get(pk=row.pk))
    settle_flag(
        row,
        status=row.current_status,
        target_on=revision.new_target_on,
        today=clock.day_of(this.recorded_at),
        moment=this.recorded_at,
    )


def _problems(row: Milestone, target: TargetDate, category: str, text: str, today: date) -> dict[str, str]:
    problems: dict[str, str] = {}
    if target.kind == Kind.COMPLETED:
        problems["target"] = "Completed is a status: a target is a month, a day, or no date."
    elif target.due_on is not None and target.due_on < today:
        problems["target"] = "A new target cannot lie in the past."
    if (target.kind, target.due_on) == (row.current_target_kind, row.current_target_on):
        problems["target"] = "This is the target already."
    if category not in TargetRevision.Category.values:
        problems["category"] = "Choose what kind of reason it is."
    if not text.strip():
        problems["text"] = "Say why the target has to move."
    elif len(text) > STATEMENT_MAX:
        problems["text"] = f"This is {len(text)} characters long; {STATEMENT_MAX} fit."
    elif has_control_characters(text):
        problems["text"] = UNPRINTABLE
    return problems
