"""What happens when an agency asks for a new target, and when that is decided?"""

from datetime import date

from django.db.models import Q

from actions.target_dates import FIRST_YEAR, LAST_YEAR, Kind, TargetDate
from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.journal.acts import Act, act
from milestones.authority import CHAIR, Authority
from milestones.meetings.held import problems_naming
from milestones.models import CheckIn, Milestone, Responsibility, TargetRevision
from milestones.overdue import settle_flag
from milestones.permissions import why_not_decide_revision
from milestones.refusals import Incomplete, NotAllowed, StaleUpdate, demand, problem_with_text
from milestones.targets.moves import accepted_at_once, why_not_revise
from milestones.words import STATEMENT_MAX
from milestones.workflow import UPDATABLE

State = TargetRevision.State
_ASKED = ("agency_id", "new_target_kind", "new_target_on", "category", "text")


def request_revision(
    milestone: Milestone,
    *,
    by: User,
    seen_version: int,
    target: TargetDate,
    category: str,
    text: str,
    seen_waiting: int | None = None,
    check_in: CheckIn | None = None,
) -> TargetRevision:
    """Ask for a new target. Earlier or first, and not before today: accepted at once. Later or removed: it waits.

    A new request supersedes a pending one; `seen_waiting` is the key of the one its writer saw (0: none did wait; None:
    whichever it is); `check_in` names the agency and the source of a request that PLCY enters. The same request sent
    twice has one effect. Raises NotAllowed, StaleUpdate or Incomplete, with nothing written. Ten queries at most.
    """
    with act("milestones.request_revision", by=by, about=milestone.code) as this:
        row = Milestone.objects.get(pk=milestone.pk)
        responsible = list(Responsibility.objects.filter(milestone=row).in_force().lead_first())
        agency = check_in.agency_id if check_in else by.agency_id
        demand(why_not_revise(by, row.current_status, responsible, speaking_for=agency))
        revision = TargetRevision(
            milestone=row,
            agency_id=str(agency),  # whoever may ask has one
            by=by,
            check_in=check_in,
            recorded_at=this.recorded_at,
            new_target_kind=target.kind,
            new_target_on=target.due_on,
            category=category,
            text=text.strip(),
            state=State.PENDING,
        )
        if made := _asked_already(revision, seen_version):
            this.changed_nothing()
            return made
        waiting = TargetRevision.objects.filter(milestone=row, state=State.PENDING)
        if row.version != seen_version or (
            seen_waiting is not None and seen_waiting != (waiting.values_list("pk", flat=True).first() or 0)
        ):
            raise StaleUpdate(row)
        if problems := _problems(row, target, category, text, clock.day_of(this.recorded_at)):
            raise Incomplete(problems)
        waiting.update(state=State.SUPERSEDED, decided_at=this.recorded_at)
        if accepted_at_once(row.current_target_on, target.due_on):
            _accept(this, row, revision)
        revision.save(force_insert=True)
        this.before |= {"target": str(row.current_target_on)}
        this.after |= {"asked": str(target.due_on or target.kind.value), "state": revision.state, "text": revision.text}
    return revision


def decide_revision(
    revision: TargetRevision, *, by: User, accept: bool, authority: Authority = CHAIR
) -> TargetRevision:
    """Decide a pending request once, on whose authority it stands; the chair's office never decides its own.

    The same decision sent twice has one effect. Raises NotAllowed or Incomplete, with nothing written; deciding what
    was decided otherwise or superseded meanwhile is not allowed either.
    """
    with act("milestones.decide_revision", by=by, about=revision.milestone.code) as this:
        asked = TargetRevision.objects.select_related("milestone").get(pk=revision.pk)
        outcome = State.ACCEPTED if accept else State.REFUSED
        if (asked.state, asked.decided_by_id, asked.decided_under) == (outcome, by.pk, authority):
            this.changed_nothing()
            return asked
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


def _asked_already(asked: TargetRevision, seen_version: int) -> TargetRevision | None:
    """Return the request this very submission made before (a double click, a reload), if it waits or was accepted."""
    made = TargetRevision.objects.filter(milestone=asked.milestone, by=asked.by)
    made = made.filter(Q(state=State.PENDING) | Q(state=State.ACCEPTED, version=seen_version + 1))
    return next((each for each in made if all(getattr(each, name) == getattr(asked, name) for name in _ASKED)), None)


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
    elif target.due_on is not None and target.due_on.year > LAST_YEAR:
        problems["target"] = f"The year must be between {FIRST_YEAR} and {LAST_YEAR}."
    if (target.kind, target.due_on) == (row.current_target_kind, row.current_target_on):
        problems["target"] = "This is the target already."
    if category not in TargetRevision.Category.values:
        problems["category"] = "Choose what kind of reason it is."
    if wrong := problem_with_text(text, STATEMENT_MAX, missing="Say why the target has to move."):
        problems["text"] = wrong
    return problems
