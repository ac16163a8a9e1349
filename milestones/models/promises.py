"""What is promised, where does it stand, and who is responsible for it?

`current_*` columns keep today's answer for speed; pages read the annotations of `visible_to(reader)` instead.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from actions.models import Action, PlanEdition
from actions.target_date_constraints import target_date_constraints
from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import Agency
from milestones import words
from milestones.models.authority import UnderAuthority, authority_constraint
from milestones.querysets import InForceQuerySet, MilestoneQuerySet
from milestones.workflow import CompletedKind, Outcome, Outlook, Status

USER = settings.AUTH_USER_MODEL


class Milestone(models.Model):
    """One promise of the plan, with its present status."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="milestones")
    position = models.PositiveSmallIntegerField(help_text="Counts within the action; never reused.")
    edition = models.ForeignKey(PlanEdition, models.PROTECT, related_name="milestones")
    text = models.TextField(help_text="Verbatim, as printed.")
    provenance = models.CharField(max_length=120, help_text="Where it is printed, such as table 1, row 3.")
    plan_printed = models.CharField(max_length=120, help_text="The timeline, verbatim.")
    plan_kind = models.CharField(max_length=10, choices=Kind.choices)
    plan_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=0, help_text="Counts the acts on this milestone.")

    current_status = models.CharField(max_length=20, choices=Status.choices)
    current_target_kind = models.CharField(max_length=10, choices=Kind.choices, null=True)  # noqa: DJ001 - NULL says there is no target at all
    current_target_on = models.DateField(null=True)
    current_moves = models.PositiveSmallIntegerField(default=0)
    current_completed_kind = models.CharField(max_length=10, choices=CompletedKind.choices, blank=True)
    current_completed_on = models.DateField(null=True)
    current_outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    current_lead = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    current_outlook = models.CharField(max_length=10, choices=Outlook.choices, blank=True)
    current_said_at = models.DateTimeField(null=True)

    objects = MilestoneQuerySet.as_manager()

    # Annotations of visible_to(reader): what pages read, then and now. See milestones/querysets.py.
    status: str
    target_kind: str | None
    target_on: date | None
    completed_kind: str
    completed_on: date | None
    outcome: str
    summary: str
    overdue: bool
    days_overdue: int | None
    unconfirmed: bool
    unassigned: bool
    outlook: str
    lead_code: str | None
    moves: int
    version_then: int
    last_update_at: datetime | None
    responsible: list["Responsibility"]
    last_words: list[Any]  # StatusUpdate rows; that module builds on this one

    class Meta:
        ordering = ("action_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("action", "position"), name="milestone_number_once"),
            models.CheckConstraint(name="milestone_position_counts_from_1", condition=Q(position__gte=1)),
            models.CheckConstraint(name="milestone_status_known", condition=Q(current_status__in=Status.values)),
            models.CheckConstraint(
                name="milestone_completion_only_once_reported",
                condition=Q(current_completed_kind="", current_completed_on=None, current_outcome="")
                | Q(current_status__in=[Status.REPORTED_COMPLETE, Status.COMPLETED]),
            ),
            models.CheckConstraint(
                name="milestone_completed_on_iff_known",
                condition=Q(current_completed_kind__in=["", CompletedKind.UNKNOWN], current_completed_on=None)
                | Q(
                    current_completed_kind__in=[CompletedKind.DAY, CompletedKind.MONTH],
                    current_completed_on__isnull=False,
                ),
            ),
            *target_date_constraints("milestone", "plan"),
            *target_date_constraints("milestone", "current_target", nullable=True),
        )
        indexes = (models.Index(fields=("current_status", "current_target_on"), name="milestone_status_target"),)

    def __str__(self) -> str:
        return f"Milestone {self.code}"

    def get_absolute_url(self) -> str:
        """Return the milestone's page."""
        return reverse("milestones:detail", args=[self.code])

    @property
    def code(self) -> str:
        """Return its number, such as 4.3."""
        return f"{self.action_id}.{self.position}"

    @property
    def plan(self) -> TargetDate:
        """Return the timeline as printed and what it means."""
        return TargetDate(Kind(self.plan_kind), self.plan_on, self.plan_printed)

    @property
    def target(self) -> TargetDate | None:
        """Return the target this reader sees, None where there is none or it is not released."""
        return TargetDate(Kind(self.target_kind), self.target_on) if self.target_kind else None


class Responsibility(UnderAuthority):
    """One agency's part in one milestone, from and until."""

    class Part(models.TextChoices):
        LEAD = "lead", "Lead"
        JOINT = "joint", "Joint"
        SUPPORTING = "supporting", "Supporting"

    class Basis(models.TextChoices):
        NAMED_IN_PLAN = "named_in_plan", "Named in the plan"
        ASSIGNED = "assigned", "Assigned"

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="responsibilities")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="responsibilities")
    part = models.CharField(max_length=10, choices=Part.choices)
    basis = models.CharField(max_length=15, choices=Basis.choices)
    reason = models.CharField(max_length=words.STATEMENT_MAX, blank=True)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    assigned_from = models.DateTimeField(null=True, help_text="Empty: since the plan.")
    assigned_until = models.DateTimeField(null=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        ordering = ("milestone_id", "part", "id")
        verbose_name_plural = "responsibilities"
        constraints = (
            models.UniqueConstraint(
                fields=("milestone", "agency"),
                condition=Q(assigned_until=None),
                name="one_part_per_agency_and_milestone",
                violation_error_message="This agency has a part in this milestone already.",
            ),
            models.UniqueConstraint(
                fields=("milestone",),
                condition=Q(assigned_until=None, part="lead"),
                name="one_lead_per_milestone",
                violation_error_message="This milestone has a lead already.",
            ),
            models.CheckConstraint(
                name="responsibility_part_known", condition=Q(part__in=["lead", "joint", "supporting"])
            ),
            models.CheckConstraint(
                name="responsibility_assigned_with_reason",
                condition=Q(basis="named_in_plan", assigned_from=None)
                | (Q(basis="assigned", assigned_from__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="responsibility_assigned_under_authority",
                condition=Q(basis="named_in_plan", authority="") | (Q(basis="assigned") & ~Q(authority="")),
            ),
            authority_constraint("responsibility"),
            models.CheckConstraint(
                name="responsibility_ends_after_it_begins",
                condition=Q(assigned_until=None) | Q(assigned_from=None) | Q(assigned_until__gte=F("assigned_from")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.agency_id} ({self.part})"


class PartEnd(UnderAuthority):
    """The end of one agency's part in one milestone: why, and on whose decision; when is `assigned_until`."""

    responsibility = models.OneToOneField(Responsibility, models.PROTECT, related_name="end")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    reason = models.CharField(max_length=words.STATEMENT_MAX)

    class Meta:
        ordering = ("recorded_at", "id")
        constraints = (
            models.CheckConstraint(name="part_end_says_why", condition=~Q(reason="") & ~Q(authority="")),
            authority_constraint("part_end"),
        )

    def __str__(self) -> str:
        return f"End of {self.responsibility}"
