"""What happens when an edition of the plan is loaded, and when an agency is named for a milestone?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from actions.models import Action, PlanEdition
from actions.plan_fixture import MilestoneData, read_fixture
from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import Agency, User
from esc_tracker.journal.acts import act
from milestones.models import Milestone, Responsibility, StatusUpdate
from milestones.permissions import why_not_assign
from milestones.querysets import coded
from milestones.updates import Incomplete, NotAllowed
from milestones.words import STATEMENT_MAX, UNPRINTABLE, has_control_characters
from milestones.workflow import Status, initial_status

PLAN_FILE: Path = settings.BASE_DIR / "fixtures" / "plan.json"


@dataclass(frozen=True)
class Loaded:
    """How many rows a load added; all zero when the plan was there already."""

    agencies: int
    actions: int
    milestones: int


def load_plan(path: Path = PLAN_FILE) -> Loaded:
    """Load an edition of the plan, adding what is missing and overwriting nothing.

    It writes no update: a milestone starts as its timeline says. Raises PlanFixtureError for a file that is no plan.
    """
    plan = read_fixture(path)
    with act("milestones.load_plan", by=None, about=f"edition {plan.edition.number}") as this:
        agencies = [Agency(**asdict(agency)) for agency in plan.agencies if not _exists(Agency, agency.code)]
        Agency.objects.bulk_create(agencies)
        edition, _ = PlanEdition.objects.get_or_create(
            number=plan.edition.number,
            defaults={
                "title": plan.edition.title,
                "source_name": plan.edition.source_name,
                "source_sha256": plan.edition.source_sha256,
            },
        )
        actions = [
            Action(number=row.number, title=row.title, edition=edition)
            for row in plan.actions
            if not _exists(Action, row.number)
        ]
        Action.objects.bulk_create(actions)
        there = set(Milestone.objects.values_list("action_id", "position"))
        rows = [row for row in plan.milestones if (row.action, row.position) not in there]
        _add_milestones(rows, edition)
        if not (agencies or actions or rows):
            this.changed_nothing()
        this.after = {"source": plan.edition.source_name, "sha256": plan.edition.source_sha256, "milestones": len(rows)}
    return Loaded(len(agencies), len(actions), len(rows))


def assign(codes: Sequence[str], *, agency: Agency, part: str, by: User, reason: str) -> list[Responsibility]:
    """Give one agency a part in each of these milestones, for a reason that is recorded; all of them or none.

    A milestone named twice counts once. Raises NotAllowed or Incomplete, with nothing written.
    """
    with act("milestones.assign", by=by, about=", ".join(codes)[:60]) as this:
        if refusal := why_not_assign(by):
            raise NotAllowed(refusal)
        rows = list(Milestone.objects.filter(coded(codes)))
        if missing := set(codes) - {row.code for row in rows}:
            raise Incomplete({"milestones": f"There is no milestone {', '.join(sorted(missing))}."})
        if problems := _problems_with_assigning(rows, agency, part, reason):
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
        }
    return given


def _exists(model: type[Agency] | type[Action], key: str | int) -> bool:
    return model._default_manager.filter(pk=key).exists()


def _add_milestones(rows: Sequence[MilestoneData], edition: PlanEdition) -> None:
    Milestone.objects.bulk_create(_milestone(row, edition) for row in rows)
    keys = {(row.action_id, row.position): row for row in Milestone.objects.filter(edition=edition)}
    Responsibility.objects.bulk_create(
        Responsibility(
            milestone=keys[row.action, row.position], agency_id=held.agency, part=held.part, basis=held.basis
        )
        for row in rows
        for held in row.responsibilities
    )


def _milestone(row: MilestoneData, edition: PlanEdition) -> Milestone:
    plan = TargetDate.read(row.estimated_timeline)
    completed = plan.kind == Kind.COMPLETED
    lead = next((held.agency for held in row.responsibilities if held.part == Responsibility.Part.LEAD), None)
    return Milestone(
        action_id=row.action,
        position=row.position,
        edition=edition,
        text=row.text,
        provenance=row.provenance,
        plan_printed=row.estimated_timeline,
        plan_kind=plan.kind,
        plan_on=plan.due_on,
        current_status=initial_status(plan.kind),
        current_target_kind=None if completed else plan.kind,
        current_target_on=plan.due_on,
        current_lead_id=lead,
    )


def _problems_with_assigning(rows: Sequence[Milestone], agency: Agency, part: str, reason: str) -> dict[str, str]:
    problems: dict[str, str] = {}
    if part not in Responsibility.Part.values:
        problems["part"] = "Choose lead, joint or supporting."
    if not reason.strip():
        problems["reason"] = "Say why, for the record."
    elif len(reason) > STATEMENT_MAX:
        problems["reason"] = f"This is {len(reason)} characters long; {STATEMENT_MAX} fit."
    elif has_control_characters(reason):
        problems["reason"] = UNPRINTABLE
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
