"""What does the plan say, and in which edition?"""

from django.db import models
from django.db.models import Q
from django.urls import reverse


class PlanEdition(models.Model):
    """One edition of the plan; edition 1 is the source document and part of every day of the record."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    title = models.CharField(max_length=200)
    source_name = models.CharField(max_length=200, help_text="The document it was taken from.")
    source_sha256 = models.CharField(max_length=64, blank=True, help_text="SHA-256 of that document.")
    recorded_at = models.DateTimeField(null=True, help_text="Empty for edition 1: it has always been there.")

    class Meta:
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                name="plan_edition_first_is_always_there",
                condition=Q(number=1, recorded_at=None) | Q(number__gt=1, recorded_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"Edition {self.number}"


class Action(models.Model):
    """One of the plan's numbered actions; its number is its key and is never reused."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    title = models.CharField(max_length=300)
    edition = models.ForeignKey(PlanEdition, models.PROTECT, related_name="actions")

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        """Return the action's page."""
        return reverse("milestones:action", args=[self.number])
