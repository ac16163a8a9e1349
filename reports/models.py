"""What did we say that Monday, to whom was it sent, and when did the committee meet?"""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from esc_tracker.journal.models import Release

USER = settings.AUTH_USER_MODEL
DIGEST = 64  # characters of a SHA-256 in hexadecimal


class WeeklyReport(models.Model):
    """One version of one week's status report: a draft until published, then frozen.

    `figures` is canonical JSON text (product: Report JSON), the only thing that pages and files of it render.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    week = models.CharField(max_length=8, help_text="Such as 2020-W37.")
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    as_of = models.DateTimeField(help_text="Acts recorded strictly before this moment count.")
    since = models.DateTimeField(help_text="The as_of of the report before; for the first, the start of the record.")
    figures = models.TextField(help_text="The ESC edition.")
    digest = models.CharField(max_length=DIGEST)
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    release = models.OneToOneField(Release, models.PROTECT, null=True, related_name="report")
    coac_figures = models.TextField(blank=True, help_text="The COAC edition, once released.")
    coac_digest = models.CharField(max_length=DIGEST, blank=True)

    class Meta:
        ordering = ("-week", "-version")
        constraints = (
            models.UniqueConstraint(fields=("week", "version"), name="one_report_per_week_and_version"),
            models.UniqueConstraint(fields=("week",), condition=Q(state="draft"), name="one_draft_per_week"),
            models.CheckConstraint(name="report_state_known", condition=Q(state__in=["draft", "published"])),
            models.CheckConstraint(name="report_covers_some_time", condition=Q(since__lte=F("as_of"))),
            models.CheckConstraint(
                name="report_published_by_somebody",
                condition=Q(state="draft", published_at=None, published_by=None)
                | Q(state="published", published_at__isnull=False, published_by__isnull=False),
            ),
            models.CheckConstraint(
                name="report_released_only_when_published",
                condition=Q(release=None, coac_figures="", coac_digest="")
                | (Q(state="published", release__isnull=False) & ~Q(coac_figures="") & ~Q(coac_digest="")),
            ),
        )

    def __str__(self) -> str:
        return f"Report {self.week}, version {self.version}"

    def get_absolute_url(self) -> str:
        """Return the report's page."""
        return reverse("reports:report", args=[self.week])

    @property
    def is_published(self) -> bool:
        """Say whether it is frozen."""
        return self.state == self.State.PUBLISHED

    def edition(self, name: str) -> dict[str, Any]:
        """Return the figures of the `esc` or `coac` edition; empty if there is none."""
        text = self.coac_figures if name == "coac" else self.figures
        return json.loads(text) if text else {}


class Meeting(models.Model):
    """One meeting of the ESC, held at an instant."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    title = models.CharField(max_length=200)
    held_at = models.DateTimeField()

    class Meta:
        ordering = ("-held_at",)

    def __str__(self) -> str:
        return f"ESC meeting {self.number}"


class Delivery(models.Model):
    """One message for one recipient: waiting, or sent."""

    message = models.CharField(max_length=60, help_text="Which message, such as report-2020-W37-1.")
    recipient = models.ForeignKey(USER, models.PROTECT, related_name="+")
    queued_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, help_text="When a worker last took it, by the real clock.")
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-queued_at", "id")
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=("message", "recipient"), name="one_delivery_per_message_and_recipient"),
        )

    def __str__(self) -> str:
        return f"{self.message} to {self.recipient_id}"
