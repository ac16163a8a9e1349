"""What was said and decided about a milestone, act by act?

The ledgers are the history: their rows are never changed, except that closing fields are written once.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from actions.target_date_constraints import target_date_constraints
from actions.target_dates import Kind, TargetDate
from esc_tracker.accounts.models import Agency
from milestones import words
from milestones.authority import AuthorityKind
from milestones.models.authority import UnderAuthority, authority_constraint
from milestones.models.checkins import CheckIn
from milestones.models.promises import Milestone
from milestones.querysets import StatusUpdateQuerySet
from milestones.workflow import WORDS, CompletedKind, Move, Outcome, Outlook, Status

USER = settings.AUTH_USER_MODEL


class StatusUpdate(UnderAuthority):
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

    evidence_title = models.CharField(max_length=words.SHORT_MAX, blank=True)
    evidence_on = models.DateField(null=True, help_text="The document's own date.")
    evidence_identifier = models.CharField(max_length=words.SHORT_MAX, blank=True)
    evidence_holder = models.CharField(max_length=words.SHORT_MAX, blank=True, help_text="Who holds the record copy.")
    evidence_link = models.URLField(max_length=words.STATEMENT_MAX, blank=True)

    check_in = models.ForeignKey(
        CheckIn, models.PROTECT, null=True, related_name="updates", help_text="The submission it came with."
    )
    superseded_by = models.ForeignKey(
        Milestone, models.PROTECT, null=True, related_name="+", help_text="The milestone that takes its place."
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
                | (~Q(move__in=sorted(WORDS)) & Q(authority__in=AuthorityKind.values)),
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
            models.CheckConstraint(
                name="update_evidence_says_what_and_where",
                condition=Q(
                    evidence_title="", evidence_on=None, evidence_identifier="", evidence_holder="", evidence_link=""
                )
                | (Q(status=Status.REPORTED_COMPLETE) & ~Q(evidence_title="") & ~Q(evidence_holder="")),
                violation_error_message="Evidence has a title and a holder of the record copy.",
            ),
            models.CheckConstraint(
                name="update_superseded_only_if_withdrawn", condition=Q(superseded_by=None) | Q(move=Move.WITHDRAW)
            ),
            authority_constraint("update"),
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


class TargetRevision(UnderAuthority):
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
    check_in = models.ForeignKey(
        CheckIn, models.PROTECT, null=True, related_name="revisions", help_text="The submission it came with."
    )
    version = models.PositiveIntegerField(null=True, help_text="The milestone's version that acceptance made.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

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
            models.CheckConstraint(
                name="revision_decided_by_somebody_under_authority",
                condition=Q(decided_by=None, authority="") | (Q(decided_by__isnull=False) & ~Q(authority="")),
            ),
            authority_constraint("revision"),
            *target_date_constraints("revision", "new_target"),
        )

    def __str__(self) -> str:
        return f"{self.new_target}, {self.get_state_display()}"

    @property
    def new_target(self) -> TargetDate:
        """Return the target asked for."""
        return TargetDate(Kind(self.new_target_kind), self.new_target_on)


class Concurrence(models.Model):
    """Whether the other agency of a joint milestone agrees that it is complete; its latest answer counts."""

    report = models.ForeignKey(StatusUpdate, models.PROTECT, related_name="concurrences")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    concurs = models.BooleanField()
    text = models.CharField(max_length=words.STATEMENT_MAX, blank=True, help_text="Why not, if it does not.")

    class Meta:
        ordering = ("report_id", "recorded_at", "id")
        constraints = (
            models.CheckConstraint(name="concurrence_refused_with_reason", condition=Q(concurs=True) | ~Q(text="")),
        )

    def __str__(self) -> str:
        return f"{self.agency_id} {'concurs' if self.concurs else 'does not concur'}"


class Addition(UnderAuthority):
    """One milestone added to the plan after edition 1: why, and on whose decision."""

    milestone = models.OneToOneField(Milestone, models.PROTECT, related_name="addition")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    reason = models.CharField(max_length=words.STATEMENT_MAX)

    class Meta:
        ordering = ("recorded_at", "id")
        constraints = (
            models.CheckConstraint(name="addition_says_why", condition=~Q(reason="") & ~Q(authority="")),
            authority_constraint("addition"),
        )

    def __str__(self) -> str:
        return f"Added {self.milestone_id}"


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
