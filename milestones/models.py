"""What is promised, who is responsible, and what was said and decided about it?

The ledgers (updates, revisions, responsibilities, notes, calls, summaries, flags) are the history: their rows are never
changed, except that closing fields are written once. `current_*` columns keep today's answer for speed; pages read
the annotations of `visible_to(reader)` instead.
"""

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from actions.models import Action, PlanEdition
from actions.target_date_constraints import target_date_constraints
from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import Agency
from milestones import words
from milestones.querysets import CallQuerySet, InForceQuerySet, MilestoneQuerySet, StatusUpdateQuerySet
from milestones.workflow import WORDS, Authority, CompletedKind, Move, Outcome, Outlook, Status

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
    unassigned: bool
    outlook: str
    lead_code: str | None
    moves: int
    version_then: int
    last_update_at: datetime | None
    responsible: list["Responsibility"]
    last_words: list["StatusUpdate"]

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


class Responsibility(models.Model):
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
                name="responsibility_ends_after_it_begins",
                condition=Q(assigned_until=None) | Q(assigned_from=None) | Q(assigned_until__gte=F("assigned_from")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.agency_id} ({self.part})"


class StatusUpdate(models.Model):
    """One act on a milestone's status: an agency's word, or a move of the chair's office."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="updates")
    version = models.PositiveIntegerField(help_text="The milestone's version that this act made.")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="updates")
    move = models.CharField(max_length=10, choices=Move.choices)
    status = models.CharField(max_length=20, choices=Status.choices, help_text="The status after it.")

    statement = models.CharField(max_length=words.STATEMENT_MAX, blank=True)
    next_step = models.CharField(max_length=words.NEXT_STEP_MAX, blank=True)
    next_step_on = models.DateField(null=True)
    waiting_on = models.CharField(max_length=words.SHORT_MAX, blank=True)
    outlook = models.CharField(max_length=10, choices=Outlook.choices, blank=True)
    reason = models.CharField(max_length=words.STATEMENT_MAX, blank=True)
    needed = models.CharField(max_length=words.STATEMENT_MAX, blank=True)
    forecast_kind = models.CharField(max_length=10, choices=Kind.choices, null=True)  # noqa: DJ001 - NULL says there is no forecast
    forecast_on = models.DateField(null=True)
    no_forecast_reason = models.CharField(max_length=words.SHORT_MAX, blank=True)
    written_on = models.DateField(null=True, help_text="The day statement and next step were last written anew.")

    completed_kind = models.CharField(max_length=10, choices=CompletedKind.choices, blank=True)
    completed_on = models.DateField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)

    authority = models.CharField(max_length=10, choices=Authority.choices, blank=True)
    authority_detail = models.CharField(
        max_length=words.SHORT_MAX, blank=True, help_text="Which meeting, or who and when."
    )
    remark = models.CharField(
        max_length=words.STATEMENT_MAX, blank=True, help_text="Why it was returned, reopened, withdrawn."
    )

    objects = StatusUpdateQuerySet.as_manager()

    class Meta:
        ordering = ("milestone_id", "-version")
        constraints = (
            models.UniqueConstraint(fields=("milestone", "version"), name="one_act_per_milestone_version"),
            models.CheckConstraint(name="update_version_counts_from_1", condition=Q(version__gte=1)),
            models.CheckConstraint(name="update_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="update_move_known", condition=Q(move__in=Move.values)),
            models.CheckConstraint(
                name="update_carries_words",
                condition=~Q(move__in=sorted(WORDS))
                | (~Q(statement="") & Q(outlook__in=Outlook.values) & Q(written_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="update_gives_reason_unless_on_track",
                condition=~Q(outlook__in=[Outlook.AT_RISK, Outlook.OFF_TRACK]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="update_decision_names_authority",
                condition=(Q(move__in=sorted(WORDS)) & Q(authority=""))
                | (~Q(move__in=sorted(WORDS)) & Q(authority__in=Authority.values)),
            ),
            models.CheckConstraint(
                name="update_reported_says_when",
                condition=~Q(status__in=[Status.REPORTED_COMPLETE, Status.COMPLETED])
                | (Q(completed_kind__in=CompletedKind.values) & Q(outcome__in=Outcome.values)),
            ),
            models.CheckConstraint(
                name="update_completed_on_iff_known",
                condition=Q(completed_kind__in=["", CompletedKind.UNKNOWN], completed_on=None)
                | Q(completed_kind__in=[CompletedKind.DAY, CompletedKind.MONTH], completed_on__isnull=False),
            ),
            *target_date_constraints("update", "forecast", nullable=True),
        )
        indexes = (
            models.Index(fields=("milestone", "agency", "-version"), name="update_agency_words"),
            models.Index(fields=("recorded_at",), name="update_recorded"),
        )

    def __str__(self) -> str:
        return f"{self.agency_id} {self.get_move_display()}"

    @property
    def forecast(self) -> TargetDate | None:
        """Return when the agency now expects it, None if it did not say."""
        return TargetDate(Kind(self.forecast_kind), self.forecast_on) if self.forecast_kind else None

    @property
    def is_words(self) -> bool:
        """Say whether this act carries an agency's word."""
        return self.move in WORDS


class Note(models.Model):
    """A remark beside the record: never printed, for the ESC or for one agency and PLCY."""

    class Audience(models.TextChoices):
        ESC = "esc", "The ESC"
        AGENCY = "agency", "My agency and PLCY only"

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="notes")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    audience = models.CharField(max_length=10, choices=Audience.choices)
    text = models.CharField(max_length=words.NOTE_MAX)

    class Meta:
        ordering = ("-recorded_at", "-id")
        constraints = (
            models.CheckConstraint(name="note_says_something", condition=~Q(text="")),
            models.CheckConstraint(name="note_audience_known", condition=Q(audience__in=["esc", "agency"])),
        )

    def __str__(self) -> str:
        return f"Note of {self.agency_id}"


class TargetRevision(models.Model):
    """One request for a new target, and what became of it."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for a decision"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"
        SUPERSEDED = "superseded", "Superseded"

    class Category(models.TextChoices):
        DEPENDENCY = "dependency", "Dependency"
        LEGAL = "legal", "Legal or regulatory process"
        RESOURCES = "resources", "Resources"
        EXTERNAL = "external", "External party"
        SCOPE = "scope", "Scope change"
        OTHER = "other", "Other"

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="revisions")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    new_target_kind = models.CharField(max_length=10, choices=Kind.choices)
    new_target_on = models.DateField(null=True)
    category = models.CharField(max_length=12, choices=Category.choices)
    text = models.CharField(max_length=words.STATEMENT_MAX)
    state = models.CharField(max_length=10, choices=State.choices)
    version = models.PositiveIntegerField(null=True, help_text="The milestone's version that acceptance made.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    authority = models.CharField(max_length=10, choices=Authority.choices, blank=True)
    authority_detail = models.CharField(max_length=words.SHORT_MAX, blank=True)

    class Meta:
        ordering = ("milestone_id", "-recorded_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("milestone",),
                condition=Q(state="pending"),
                name="one_pending_revision_per_milestone",
                violation_error_message="A new target for this milestone is waiting for a decision already.",
            ),
            models.UniqueConstraint(fields=("milestone", "version"), name="one_revision_per_milestone_version"),
            models.CheckConstraint(
                name="revision_state_known", condition=Q(state__in=["pending", "accepted", "refused", "superseded"])
            ),
            models.CheckConstraint(name="revision_says_why", condition=~Q(text="")),
            models.CheckConstraint(
                name="revision_decided_iff_not_pending",
                condition=Q(state="pending", decided_at=None) | (~Q(state="pending") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="revision_versioned_iff_accepted",
                condition=Q(state="accepted", version__isnull=False) | (~Q(state="accepted") & Q(version=None)),
            ),
            *target_date_constraints("revision", "new_target"),
        )

    def __str__(self) -> str:
        return f"{self.new_target}, {self.get_state_display()}"

    @property
    def new_target(self) -> TargetDate:
        """Return the target asked for."""
        return TargetDate(Kind(self.new_target_kind), self.new_target_on)


class Call(models.Model):
    """One call for updates: a reporting period, when it opened, when it is due."""

    week = models.CharField(max_length=8, unique=True, help_text="The period's last week, such as 2020-W37.")
    starts_on = models.DateField(help_text="The period's first day: an update from here on answers the call.")
    ends_on = models.DateField()
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on",)
        constraints = (
            models.CheckConstraint(
                name="call_opens_before_it_is_due",
                condition=Q(opens_at__lt=F("due_at")),
                violation_error_message="A call opens before it is due.",
            ),
            models.CheckConstraint(name="call_period_runs_forward", condition=Q(starts_on__lt=F("ends_on"))),
        )

    def __str__(self) -> str:
        return f"Call of {self.week}"


class CallChange(models.Model):
    """One change to a call: moved, extended for one agency, or skipped; the latest that applies counts."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="changes")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", help_text="Empty: for everybody.")
    due_at = models.DateTimeField(null=True)
    skipped = models.BooleanField(default=False)
    reason = models.CharField(max_length=words.STATEMENT_MAX)

    class Meta:
        ordering = ("call_id", "recorded_at", "id")
        constraints = (
            models.CheckConstraint(
                name="call_change_moves_or_skips",
                condition=Q(skipped=True, due_at=None, agency=None) | Q(skipped=False, due_at__isnull=False),
            ),
            models.CheckConstraint(name="call_change_says_why", condition=~Q(reason="")),
        )

    def __str__(self) -> str:
        return f"Change to {self.call}"


class SharedSummary(models.Model):
    """One text proposed for COAC about a milestone; COAC sees the last one cleared before their moment."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="summaries")
    text = models.CharField(max_length=words.STATEMENT_MAX)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("milestone_id", "-recorded_at", "-id")
        verbose_name_plural = "shared summaries"
        constraints = (
            models.CheckConstraint(name="summary_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="summary_cleared_by_somebody",
                condition=Q(cleared_at=None, cleared_by=None) | Q(cleared_at__isnull=False, cleared_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.text


class OverdueFlag(models.Model):
    """The record that a milestone was noticed to be overdue; whether it is, is computed on read."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="flags")
    opened_at = models.DateTimeField()
    opened_on = models.DateField(help_text="The day it was judged by.")
    target_on = models.DateField(help_text="The target's due date it was judged against.")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("milestone_id", "-opened_at")
        constraints = (
            models.UniqueConstraint(
                fields=("milestone",), condition=Q(closed_at=None), name="one_open_flag_per_milestone"
            ),
            models.CheckConstraint(name="flag_is_past_target", condition=Q(target_on__lt=F("opened_on"))),
            models.CheckConstraint(
                name="flag_closes_after_it_opens", condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at"))
            ),
        )

    def __str__(self) -> str:
        return f"Overdue since {self.target_on}"
