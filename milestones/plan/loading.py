"""What happens when an edition of the plan is loaded?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from actions.models import Action, PlanEdition
from actions.plan_fixture import MilestoneData, read_fixture
from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import Agency
from esc_tracker.journal.acts import act
from milestones.models import Milestone, Responsibility
from milestones.workflow import initial_status

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
        add_milestones(rows, edition)
        if not (agencies or actions or rows):
            this.changed_nothing()
        this.after = {"source": plan.edition.source_name, "sha256": plan.edition.source_sha256, "milestones": len(rows)}
    return Loaded(len(agencies), len(actions), len(rows))


def _exists(model: type[Agency] | type[Action], key: str | int) -> bool:
    return model._default_manager.filter(pk=key).exists()


def add_milestones(rows: Sequence[MilestoneData], edition: PlanEdition) -> dict[str, Milestone]:
    """Inside an act: give an edition these milestones, with who is responsible; return them by number. Three queries.

    A milestone starts as its timeline says; the edition names the agencies, so they have their part from its first day.
    """
    Milestone.objects.bulk_create(_milestone(row, edition) for row in rows)
    found = {row.code: row for row in Milestone.objects.filter(edition=edition)}
    Responsibility.objects.bulk_create(
        Responsibility(milestone=found[row.code], agency_id=held.agency, part=held.part, basis=held.basis)
        for row in rows
        for held in row.responsibilities
    )
    return found


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
