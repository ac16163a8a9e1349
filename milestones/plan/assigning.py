"""What happens when an agency is named for a milestone?"""

from collections.abc import Sequence

from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.acts import act
from milestones.authority import CHAIR, Authority
from milestones.meetings.held import problems_naming
from milestones.models import Milestone, Responsibility, StatusUpdate
from milestones.permissions import why_not_assign
from milestones.querysets import coded
from milestones.refusals import Incomplete, NotAllowed, problem_with_text
from milestones.words import STATEMENT_MAX
from milestones.workflow import Status


def assign(
    codes: Sequence[str], *, agency: Agency, part: str, by: User, reason: str, authority: Authority = CHAIR
) -> list[Responsibility]:
    """Give one agency a part in each of these milestones, for a reason that is recorded; all of them or none.

    A milestone named twice counts once. Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.assign", by=by, about=", ".join(codes)[:60]) as this:
        if refusal := why_not_assign(by):
            raise NotAllowed(refusal)
        rows = list(Milestone.objects.filter(coded(codes)))
        if missing := set(codes) - {row.code for row in rows}:
            raise Incomplete({"milestones": f"There is no milestone {', '.join(sorted(missing))}."})
        problems = _problems_with_assigning(rows, agency, part, reason)
        if problems := problems | problems_naming(authority, this.recorded_at):
            raise Incomplete(problems)
        given = [
            Responsibility(
                milestone=row,
                agency=agency,
                part=part,
                basis=Responsibility.Basis.ASSIGNED,
                reason=reason.strip(),
                by=by,
                assigned_from=this.recorded_at,
                **authority.columns(),
            )
            for row in rows
        ]
        Responsibility.objects.bulk_create(given)
        if part == Responsibility.Part.LEAD:
            for row in rows:
                Milestone.objects.filter(pk=row.pk).update(current_lead=agency, current_outlook=_said_by(agency, row))
        this.after = {
            "milestones": [row.code for row in rows],
            "agency": agency.code,
            "part": part,
            "reason": reason.strip(),
            "authority": str(authority),
        }
    return given


def _problems_with_assigning(rows: Sequence[Milestone], agency: Agency, part: str, reason: str) -> dict[str, str]:
    problems: dict[str, str] = {}
    if part not in Responsibility.Part.values:
        problems["part"] = "Choose lead, joint or supporting."
    if wrong := problem_with_text(reason, STATEMENT_MAX, missing="Say why, for the record."):
        problems["reason"] = wrong
    for row in rows:
        held = {each.agency_id: each.part for each in row.responsibilities.in_force()}
        if row.current_status == Status.WITHDRAWN:
            problems["milestones"] = f"Milestone {row.code} was withdrawn."
        elif agency.code in held:
            problems["milestones"] = f"{agency} has a part in milestone {row.code} already."
        elif part == Responsibility.Part.LEAD and Responsibility.Part.LEAD in held.values():
            problems["milestones"] = f"Milestone {row.code} has a lead already."
        elif part == Responsibility.Part.JOINT and Responsibility.Part.LEAD not in held.values():
            problems["milestones"] = f"Milestone {row.code} has no lead yet; name the lead first."
    return problems


def _said_by(agency: Agency, row: Milestone) -> str:
    """Return the outlook this agency last gave for a milestone, "" if it never did."""
    said = StatusUpdate.objects.filter(milestone=row, agency=agency).words().order_by("-version").first()
    return said.outlook if said else ""
