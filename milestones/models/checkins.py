"""What did an agency answer in one go, and what is it still writing?"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from esc_tracker.accounts.models import Agency
from milestones import words
from milestones.models.promises import Milestone

USER = settings.AUTH_USER_MODEL


class CheckIn(models.Model):
    """One submission of an agency's answers: who cleared them, and where they came from if PLCY entered them."""

    class How(models.TextChoices):
        MAIL = "mail", "e-mail"
        CALL = "call", "telephone call"
        MEETING = "meeting", "meeting"
        LETTER = "letter", "letter"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", help_text="Whose answers they are.")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    cleared_by = models.CharField(max_length=words.SHORT_MAX, blank=True)
    source_how = models.CharField(max_length=10, choices=How.choices, blank=True)
    source_who = models.CharField(max_length=words.SHORT_MAX, blank=True, help_text="Who of the agency said so.")
    source_on = models.DateField(null=True, help_text="The day on which it was said.")

    class Meta:
        ordering = ("-recorded_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="check_in_source_is_whole",
                condition=Q(source_how="", source_who="", source_on=None)
                | (~Q(source_how="") & ~Q(source_who="") & Q(source_on__isnull=False)),
                violation_error_message="A source says who, when and how.",
            ),
        )

    def __str__(self) -> str:
        return f"Check-in of {self.agency_id}"

    @property
    def is_entered(self) -> bool:
        """Say whether the chair's office entered what came from the agency."""
        return bool(self.source_how)


class DraftRow(models.Model):
    """What is being written about one milestone in an agency's check-in: shared inside that agency, not on the record.

    `desk` is who writes: the agency itself, or PLCY entering for it. `seen_version` is the milestone's version it was
    written from; `revision` counts the saves, so that two colleagues do not overwrite one another.
    """

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="+")
    desk = models.ForeignKey(Agency, models.CASCADE, related_name="+")
    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="draft_rows")
    fields = models.JSONField(help_text="The row's fields as typed, by name.")
    seen_version = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("agency_id", "milestone_id")
        constraints = (models.UniqueConstraint(fields=("agency", "desk", "milestone"), name="one_draft_row_per_desk"),)

    def __str__(self) -> str:
        return f"Draft of {self.agency_id} on {self.milestone_id}"
