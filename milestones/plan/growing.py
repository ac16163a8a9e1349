"""What happens when the chair's office adds a milestone to the plan?

The plan is a living document: each addition is an edition of its own, so that the editions before it stay what they
were. What the addition takes the place of is withdrawn beside it.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from actions.models import Action, PlanEdition
from actions.plan_fixture import MilestoneData, ResponsibilityData
from actions.target_dates import Kind, TargetDate, problem_with_printed
from esc_tracker import clock
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.acts import Act, act
from milestones.authority import CHAIR, Authority
from milestones.deciding import withdraw
from milestones.meetings.held import problems_naming
from milestones.models import Addition, Milestone, Responsibility
from milestones.permissions import why_not_add
from milestones.plan.loading import add_milestones
from milestones.refusals import Incomplete, demand, problem_with_text
from milestones.telling import say_day
from milestones.words import STATEMENT_MAX

TEXT_MAX = 1000  # characters; the longest of edition 1 has 423
TIMELINE_MAX = 120
WHY = "Say why the plan gets this milestone, for the record."
Part = Responsibility.Part


def add_milestone(
    action: Action,
    *,
    by: User,
    text: str,
    timeline: str,
    agencies: Sequence[tuple[str, str]],
    reason: str,
    authority: Authority = CHAIR,
    superseding: Milestone | None = None,
) -> Milestone:
    """Add a milestone to an action under a new edition, on whose authority it stands; return it.

    `timeline` is kept as printed and read by `TargetDate.read`; `agencies` are `(code, part)`, none where no agency is
    named yet. `superseding` is the milestone, as it was seen, that is withdrawn in its favor: both acts or none.
    The same submission sent twice on a day adds one. Raises NotAllowed, Incomplete or StaleUpdate, with nothing
    written. Twelve queries.
    """
    with transaction.atomic():
        added, is_new = _add(action, by, text, timeline, agencies, reason, authority)
        if superseding is not None and is_new:
            withdraw(
                superseding,
                by=by,
                seen_version=superseding.version,
                remark=reason,
                authority=authority,
                superseded_by=added,
            )
    return added


def next_position(action: Action) -> int:
    """Return the position that a milestone added to an action would get; none is ever used again. One query."""
    return (Milestone.objects.filter(action=action).aggregate(last=Max("position"))["last"] or 0) + 1


def problems_with_addition(
    *, text: str, timeline: str, agencies: Sequence[tuple[str, str]], reason: str
) -> dict[str, str]:
    """Return what is missing or wrong in an addition, by form field. One query where agencies are named, else none."""
    problems = {
        "text": problem_with_text(text, TEXT_MAX, missing="Write the milestone as the plan is to print it."),
        "timeline": _problem_with_timeline(timeline),
        "reason": problem_with_text(reason, STATEMENT_MAX, missing=WHY),
        **_problems_with_agencies(agencies),
    }
    return {name: sentence for name, sentence in problems.items() if sentence}


def _add(
    action: Action,
    by: User,
    text: str,
    timeline: str,
    agencies: Sequence[tuple[str, str]],
    reason: str,
    authority: Authority,
) -> tuple[Milestone, bool]:
    with act("milestones.add_milestone", by=by, about=f"action {action.number}") as this:
        demand(why_not_add(by))
        text, timeline, reason = text.strip(), timeline.strip(), reason.strip()
        problems = problems_with_addition(text=text, timeline=timeline, agencies=agencies, reason=reason)
        if problems := problems | problems_naming(authority, this.recorded_at):
            raise Incomplete(problems)
        if there := _added_already(this, action, by, text, timeline):
            this.changed_nothing()
            return there, False
        edition = _new_edition(this, authority)
        position = next_position(action)
        this.about = code = f"{action.number}.{position}"
        row = MilestoneData(
            code=code,
            action=action.number,
            position=position,
            text=text,
            estimated_timeline=timeline,
            provenance=f"added under edition {edition.number}",
            responsibilities=tuple(
                ResponsibilityData(agency, part, Responsibility.Basis.NAMED_IN_PLAN) for agency, part in agencies
            ),
        )
        added = add_milestones([row], edition)[code]
        Addition.objects.create(
            milestone=added, by=by, recorded_at=this.recorded_at, reason=reason, **authority.columns()
        )
        this.after = {
            "edition": edition.number,
            "text": text,
            "timeline": timeline,
            "agencies": [f"{agency} ({part})" for agency, part in agencies],
            "reason": reason,
            "authority": str(authority),
        }
    return added, True


def _added_already(this: Act, action: Action, by: User, text: str, timeline: str) -> Milestone | None:
    """Return the milestone this very submission added before on the same day, or None."""
    today = clock.start_of(clock.day_of(this.recorded_at))
    there: Milestone | None = Milestone.objects.filter(
        action=action,
        text=text,
        plan_printed=timeline,
        addition__by=by,
        addition__recorded_at__gte=today,
        addition__recorded_at__lte=this.recorded_at,
    ).first()
    return there


def _new_edition(this: Act, authority: Authority) -> PlanEdition:
    number = (PlanEdition.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    return PlanEdition.objects.create(
        number=number,
        title=f"Edition {number}, {say_day(clock.day_of(this.recorded_at))}",
        source_name=f"Decision of {authority}",
        recorded_at=this.recorded_at,
    )


def _problem_with_timeline(timeline: str) -> str:
    missing = "Write the timeline as the plan is to print it, such as Dec. 2020."
    if wrong := problem_with_text(timeline, TIMELINE_MAX, missing=missing):
        return wrong
    if any(char in timeline.strip() for char in "\n\r\t"):
        return "Write the timeline on one line."
    if TargetDate.read(timeline).kind == Kind.COMPLETED:
        return "Completed is a status: a new milestone has a month, a day, Ongoing, or words that name no date."
    return problem_with_printed(timeline)


def _problems_with_agencies(agencies: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return what is wrong with who is to be responsible. One query, none for nobody."""
    if not agencies:
        return {}
    codes = [code for code, _ in agencies]
    parts = [part for _, part in agencies]
    known = set(Agency.objects.filter(code__in=codes).values_list("code", flat=True))
    problems: dict[str, str] = {}
    if unknown := sorted(set(codes) - known):
        problems["lead"] = f"There is no agency {', '.join(unknown)}."
    elif set(parts) - set(Part.values):
        problems["lead"] = "Choose lead, joint or supporting."
    elif twice := sorted({code for code in codes if codes.count(code) > 1}):
        problems["joint"] = f"One agency has one part: {', '.join(twice)} is named more than once."
    elif parts.count(Part.LEAD) > 1:
        problems["lead"] = "A milestone has one lead."
    elif Part.JOINT in parts and Part.LEAD not in parts:
        problems["lead"] = "Name the lead that the others act jointly with."
    return problems
