"""When was everybody asked for an update, and what was changed about it?"""

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
