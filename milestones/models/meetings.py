"""When does the committee meet, what did it conclude, and what is due out of it?

A meeting is a named instant. What was announced of it is a ledger: the latest announcement counts.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from esc_tracker.accounts.models import Agency
from milestones import words
from milestones.querysets import MeetingQuerySet

USER = settings.AUTH_USER_MODEL


class Meeting(models.Model):
    """One meeting of the ESC; its number is its key and is never reused."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    objects = MeetingQuerySet.as_manager()

    told: list["Announcement"]  # prefetched by MeetingQuerySet.announced, the latest first

    class Meta:
        ordering = ("-number",)
        constraints = (models.CheckConstraint(name="meeting_number_counts_from_1", condition=Q(number__gte=1)),)

    def __str__(self) -> str:
        return f"ESC meeting {self.number}"

    def get_absolute_url(self) -> str:
        """Return the meeting's page."""
        return reverse("reports:meeting", args=[self.number])


class Announcement(models.Model):
    """What was announced of a meeting: when it is held, when its read-ahead is frozen, what is on the agenda."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="announcements")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    title = models.CharField(max_length=words.SHORT_MAX)
    held_at = models.DateTimeField()
    read_ahead_at = models.DateTimeField(help_text="When the pack is frozen as read-ahead.")
    agenda = models.CharField(max_length=words.NOTE_MAX, blank=True, help_text="One item a line.")
    reason = models.CharField(max_length=words.SHORT_MAX, blank=True, help_text="Why it was changed.")

    class Meta:
        ordering = ("meeting_id", "-recorded_at", "-id")
        constraints = (
            models.CheckConstraint(name="announcement_has_a_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="announcement_read_ahead_before_it_is_held",
                condition=Q(read_ahead_at__lt=models.F("held_at")),
                violation_error_message="The read-ahead is frozen before the meeting is held.",
            ),
        )

    def __str__(self) -> str:
        return self.title


class Conclusion(models.Model):
    """One thing a meeting concluded."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="conclusions")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    text = models.CharField(max_length=words.STATEMENT_MAX)

    class Meta:
        ordering = ("meeting_id", "recorded_at", "id")
        constraints = (models.CheckConstraint(name="conclusion_says_something", condition=~Q(text="")),)

    def __str__(self) -> str:
        return self.text


class DueOut(models.Model):
    """One thing somebody owes the committee after a meeting, until it is answered.

    Its owner is an agency, or a person named in words; the answer is written once.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="due_outs")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    text = models.CharField(max_length=words.STATEMENT_MAX)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    person = models.CharField(max_length=120, blank=True)
    due_on = models.DateField()
    milestone = models.ForeignKey("milestones.Milestone", models.PROTECT, null=True, related_name="due_outs")
    answer = models.CharField(max_length=words.STATEMENT_MAX, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("due_on", "id")
        constraints = (
            models.CheckConstraint(name="due_out_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="due_out_has_one_owner",
                condition=Q(agency__isnull=False, person="") | (Q(agency=None) & ~Q(person="")),
                violation_error_message="A due-out is owed by an agency or by a person.",
            ),
            models.CheckConstraint(
                name="due_out_answered_by_somebody",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
            ),
        )

    def __str__(self) -> str:
        return self.text
