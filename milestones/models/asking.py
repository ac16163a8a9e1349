"""When was everybody asked for an update, what was changed about it, and what is asked of one agency?"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from esc_tracker.accounts.models import Agency
from milestones import words
from milestones.querysets import CallQuerySet

USER = settings.AUTH_USER_MODEL


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
    """One change to a call: moved, extended for one agency, skipped, or a line of text added.

    The latest of each kind counts; a move for everybody overrules extensions granted before it.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", "Moved"
        EXTENDED = "extended", "Extended for one agency"
        SKIPPED = "skipped", "Skipped"
        TEXT = "text", "A line of text"

    call = models.ForeignKey(Call, models.PROTECT, related_name="changes")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", help_text="Whose time is extended.")
    opens_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    text = models.CharField(max_length=words.SHORT_MAX, blank=True, help_text="What everybody reads with the call.")
    reason = models.CharField(max_length=words.STATEMENT_MAX, blank=True)

    class Meta:
        ordering = ("call_id", "recorded_at", "id")
        constraints = (
            models.CheckConstraint(
                name="call_change_says_what",
                condition=Q(kind="moved", agency=None, due_at__isnull=False, opens_at__isnull=False, text="")
                | Q(kind="extended", agency__isnull=False, due_at__isnull=False, opens_at=None, text="")
                | Q(kind="skipped", agency=None, due_at=None, opens_at=None, text="")
                | (Q(kind="text", agency=None, due_at=None, opens_at=None) & ~Q(text="")),
            ),
            models.CheckConstraint(
                name="call_change_opens_before_it_is_due",
                condition=Q(opens_at=None) | Q(opens_at__lt=F("due_at")),
                violation_error_message="A call opens before it is due.",
            ),
            models.CheckConstraint(name="call_change_says_why", condition=Q(kind="text") | ~Q(reason="")),
        )

    def __str__(self) -> str:
        return f"Change to {self.call}"


class CallReminder(models.Model):
    """The record that an agency not yet heard was to be reminded of a call; telling is another step (ADR 0002)."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="reminders")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    on = models.DateField(help_text="The day of it: an agency is reminded once a day.")
    milestones = models.JSONField(help_text='Codes of the milestones not yet heard of, such as ["4.3"].')
    copies_principal = models.BooleanField(
        default=False, help_text="PLCY chose to copy the agency's principal, silent for two calls in a row."
    )

    class Meta:
        ordering = ("-recorded_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("call", "agency", "on"), name="one_reminder_per_agency_call_and_day"),
        )

    def __str__(self) -> str:
        return f"Reminder of {self.call} to {self.agency_id}"


class Question(models.Model):
    """One question on an agency's word; closed by an answer or by that agency's next update. Never in a report."""

    update = models.ForeignKey("milestones.StatusUpdate", models.PROTECT, related_name="questions")
    milestone = models.ForeignKey("milestones.Milestone", models.PROTECT, related_name="questions")
    asked_of = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", help_text="Who asks.")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    text = models.CharField(max_length=words.STATEMENT_MAX)
    answer = models.CharField(max_length=words.STATEMENT_MAX, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    check_in = models.ForeignKey(
        "milestones.CheckIn", models.PROTECT, null=True, related_name="answers", help_text="What its answer came with."
    )
    closing_update = models.ForeignKey("milestones.StatusUpdate", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("milestone_id", "recorded_at", "id")
        constraints = (
            models.CheckConstraint(name="question_asks_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="question_closed_by_an_answer_or_an_update",
                condition=Q(closed_at=None, closed_by=None, closing_update=None, answer="")
                | Q(closed_at__isnull=False, closed_by__isnull=False, closing_update__isnull=False, answer="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False, closing_update=None) & ~Q(answer="")),
            ),
            models.CheckConstraint(name="question_is_of_another_agency", condition=~Q(agency=F("asked_of"))),
        )

    def __str__(self) -> str:
        return self.text
