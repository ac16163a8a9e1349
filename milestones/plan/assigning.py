"""What happens when an agency is named for a milestone, and when its part ends?"""

import re
from collections.abc import Collection, Sequence

from esc_tracker.accounts.models import PLCY, Agency, User
from esc_tracker.journal.acts import Act, act
from milestones.authority import CHAIR, Authority
from milestones.converters import MilestoneCode
from milestones.meetings.held import problems_naming
from milestones.models import Milestone, PartEnd, Responsibility, StatusUpdate
from milestones.permissions import why_not_assign
from milestones.querysets import coded
from milestones.refusals import Incomplete, NotAllowed, demand, problem_with_text
from milestones.words import STATEMENT_MAX
from milestones.workflow import Status

Part = Responsibility.Part
WHY = "Say why, for the record."


def assign(
    codes: Sequence[str], *, agency: Agency, part: str, by: User, reason: str, authority: Authority = CHAIR
) -> list[Responsibility]:
    """Give one agency a part in each of these milestones, for a reason that is recorded; all of them or none.

    A milestone named twice counts once. Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.assign", by=by, about=", ".join(codes)[:60]) as this:
        demand(why_not_assign(by))
        rows = list(Milestone.objects.filter(coded(_numbers(codes))).prefetch_related("responsibilities__agency"))
        problems = _problems_with_assigning(rows, codes, agency, part, reason)
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
        if part == Part.LEAD:
            for row in rows:
                _lead(row, agency.code)
        this.after = {
            "milestones": [row.code for row in rows],
            "agency": agency.code,
            "part": part,
            "reason": reason.strip(),
            "authority": str(authority),
        }
    return given


def assigned_by_this(
    codes: Collection[str], *, agency: Agency, part: str, by: User, reason: str, authority: Authority
) -> bool:
    """Say whether this very assignment was recorded before: a double click, a reload. One query.

    Asked of what the record refuses only because the agency has its part already.
    """
    numbers = _numbers(codes)
    given = Responsibility.objects.filter(
        coded(numbers, "milestone__"), agency=agency, part=part, by=by, reason=reason.strip(), **authority.columns()
    )
    moments = given.in_force().values_list("assigned_from", "milestone_id")
    return bool(numbers) and len(moments) == len(numbers) and len({moment for moment, _ in moments}) == 1


def end_part(responsibility: Responsibility, *, by: User, reason: str, authority: Authority = CHAIR) -> Responsibility:
    """End an agency's part in a milestone, whatever named it; that it was held stays on the record.

    Where the lead goes, nobody leads until another is named; joint and supporting agencies keep their parts. The same
    submission sent twice has one effect. Raises NotAllowed or Incomplete, with nothing written; ending what somebody
    ended meanwhile is not allowed either.
    """
    held = Responsibility.objects.select_related("milestone", "agency")
    with act("milestones.end_part", by=by, about=responsibility.milestone.code) as this:
        demand(why_not_assign(by))
        row = held.get(pk=responsibility.pk)
        if row.assigned_until is not None:
            end = PartEnd.objects.filter(responsibility=row).select_related("by").first()
            if end and (end.by_id, end.reason, end.decided_under) == (by.pk, reason.strip(), authority):
                this.changed_nothing()
                return row
            raise NotAllowed(_ended_meanwhile(row, end))
        problems = problems_naming(authority, this.recorded_at)
        if wrong := problem_with_text(reason, STATEMENT_MAX, missing=WHY):
            problems["reason"] = wrong
        if problems:
            raise Incomplete(problems)
        row.assigned_until = this.recorded_at
        row.save(update_fields=["assigned_until"])
        end = PartEnd.objects.create(
            responsibility=row, by=by, recorded_at=this.recorded_at, reason=reason.strip(), **authority.columns()
        )
        if row.part == Part.LEAD:
            _lead(row.milestone, None)
        _tell_of_end(this, row, end)
    return row


def _lead(row: Milestone, agency: str | None) -> None:
    """Keep whose milestone it is now, and that agency's outlook; where nobody leads, the chair's office speaks."""
    Milestone.objects.filter(pk=row.pk).update(current_lead=agency, current_outlook=_said_by(agency or PLCY, row))


def _said_by(agency: str, row: Milestone) -> str:
    """Return the outlook this agency last gave for a milestone, "" if it never did."""
    said = StatusUpdate.objects.filter(milestone=row, agency_id=agency).words().order_by("-version").first()
    return said.outlook if said else ""


def _numbers(codes: Collection[str]) -> set[str]:
    """Return those of the codes that are written as a milestone's number."""
    return {code for code in codes if re.fullmatch(MilestoneCode.regex, code)}


def _problems_with_assigning(
    rows: Sequence[Milestone], codes: Collection[str], agency: Agency, part: str, reason: str
) -> dict[str, str]:
    problems: dict[str, str] = {}
    if part not in Part.values:
        problems["part"] = "Choose lead, joint or supporting."
    if wrong := problem_with_text(reason, STATEMENT_MAX, missing=WHY):
        problems["reason"] = wrong
    if not codes:
        problems["milestones"] = "Choose at least one milestone."
    elif missing := set(codes) - {row.code for row in rows}:
        problems["milestones"] = f"There is no milestone {', '.join(sorted(missing))}."
    elif refusals := [said for row in rows if (said := _why_not_given(row, agency, part))]:
        problems["milestones"] = " ".join(refusals)
    return problems


def _why_not_given(row: Milestone, agency: Agency, part: str) -> str:
    """Say why an agency cannot get this part in a milestone, its responsibilities fetched; "" when it can."""
    held = {each.agency_id: each for each in row.responsibilities.all() if each.assigned_until is None}
    lead = next((each.agency for each in held.values() if each.part == Part.LEAD), None)
    if row.current_status == Status.WITHDRAWN:
        return f"Milestone {row.code} was withdrawn."
    if agency.code in held:
        return f"{agency} has a part in milestone {row.code} already: {held[agency.code].get_part_display().lower()}."
    if part == Part.LEAD and lead:
        return f"Milestone {row.code} has a lead already: {lead}."
    if part == Part.JOINT and not lead:
        return f"Milestone {row.code} has no lead yet; name the lead first."
    return ""


def _ended_meanwhile(row: Responsibility, end: PartEnd | None) -> str:
    who, why = (f" by {end.by}", f": {end.reason}") if end else ("", ".")
    return f"The part of {row.agency} in milestone {row.milestone.code} was ended meanwhile{who}{why}"


def _tell_of_end(this: Act, row: Responsibility, end: PartEnd) -> None:
    this.before = {"agency": row.agency_id, "part": row.part, "basis": row.basis}
    this.after = {"part": None, "reason": end.reason, "authority": str(end.decided_under)}
