"""What did we say that Monday and before each meeting, what did COAC get of it, and to whom was it sent?"""

import json
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from esc_tracker import clock
from esc_tracker.accounts.models import Agency, Role, seated
from esc_tracker.journal.models import Release
from esc_tracker.reader import Reader
from milestones.models import CallReminder, CheckIn, Meeting

USER = settings.AUTH_USER_MODEL
DIGEST = 64  # characters of a SHA-256 in hexadecimal
ESC_ROLES = (Role.ESC_MEMBER, Role.PLCY_STAFF, Role.READER)
STUCK_AFTER = 3  # tries


class WeeklyReportQuerySet(models.QuerySet["WeeklyReport"]):
    """Reports, by who reads and as of when."""

    def visible_to(self, reader: Reader) -> Self:
        """Keep what this reader may open: COAC what is released, the committee what is published, PLCY drafts too.

        Drafts are of the present: a reader of the past sees what was published by then.
        """
        if reader.is_coac:
            return self.filter(Exists(ReleasedEdition.objects.visible_to(reader).filter(report=OuterRef("pk"))))
        if not reader.sees_internal:
            return self.none()
        if reader.moment is not None:
            return self.filter(published_at__lt=reader.moment)
        return self if reader.is_plcy else self.published()

    def published(self) -> Self:
        """Keep those that are frozen."""
        return self.filter(state=WeeklyReport.State.PUBLISHED)


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

    objects = WeeklyReportQuerySet.as_manager()

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

    @property
    def content(self) -> dict[str, Any]:
        """Return the ESC edition, read from its frozen text."""
        return json.loads(self.figures)

    def released(self) -> "ReleasedEdition | None":
        """Return the edition that COAC sees of this report, None while none stands. One query."""
        return self.released_editions.standing().select_related("release").first()


class ReleasedEditionQuerySet(models.QuerySet["ReleasedEdition"]):
    """COAC's editions, by whether they stand."""

    def standing(self) -> Self:
        """Keep those whose release was not withdrawn, the latest first."""
        return self.filter(release__withdrawn_at=None).order_by("-release__as_of", "-release__version", "-release_id")

    def visible_to(self, reader: Reader) -> Self:
        """Keep what this reader may open: COAC up to the release they look through, the committee all that stand."""
        rows = self.standing()
        if reader.is_coac:
            return rows.filter(release__as_of__lte=reader.release.as_of) if reader.release else rows.none()
        if not reader.sees_internal:
            return rows.none()
        return rows if reader.moment is None else rows.filter(release__released_at__lt=reader.moment)


class ReleasedEdition(models.Model):
    """The COAC edition of one release, kept byte for byte, also after the release was withdrawn."""

    release = models.OneToOneField(Release, models.PROTECT, related_name="edition")
    report = models.ForeignKey(WeeklyReport, models.PROTECT, related_name="released_editions")
    before = models.ForeignKey(
        Release,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The release it counts from; empty for the first.",
    )
    since = models.DateTimeField(help_text="The as_of of the release before; for the first, the start of the record.")
    figures = models.TextField(help_text="The COAC edition.")
    digest = models.CharField(max_length=DIGEST)

    objects = ReleasedEditionQuerySet.as_manager()

    class Meta:
        ordering = ("-release_id",)
        constraints = (
            models.CheckConstraint(name="released_edition_is_sealed", condition=~Q(figures="") & ~Q(digest="")),
        )

    def __str__(self) -> str:
        return f"COAC edition of {self.report}"

    @property
    def content(self) -> dict[str, Any]:
        """Return the edition, read from its frozen text."""
        return json.loads(self.figures)


class ReadAhead(models.Model):
    """The pack of one meeting, frozen for reading ahead; canonical JSON text under a digest, like a report."""

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="read_ahead")
    as_of = models.DateTimeField(help_text="Acts recorded strictly before this moment count.")
    since = models.DateTimeField(help_text="The meeting before; for the first, the start of the record.")
    frozen_at = models.DateTimeField()
    figures = models.TextField()
    digest = models.CharField(max_length=DIGEST)

    class Meta:
        ordering = ("-meeting_id",)
        constraints = (
            models.CheckConstraint(name="read_ahead_covers_some_time", condition=Q(since__lte=F("as_of"))),
            models.CheckConstraint(name="read_ahead_is_sealed", condition=~Q(figures="") & ~Q(digest="")),
        )

    def __str__(self) -> str:
        return f"Read-ahead of {self.meeting}"

    @property
    def content(self) -> dict[str, Any]:
        """Return the pack, read from its frozen text."""
        return json.loads(self.figures)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Messages that wait, by whether it is time and whether they may still go out."""

    def waiting(self) -> Self:
        """Keep the unsent ones whose recipient may still read what they bring.

        A person who lost the seat, and a release that was withdrawn, wait for ever, or until that changes again.
        """
        standing = ReleasedEdition.objects.standing().filter(report=OuterRef("report"))
        for_esc = Q(edition=Delivery.Edition.ESC, recipient__role__in=ESC_ROLES)
        for_coac = Q(Exists(standing), edition=Delivery.Edition.COAC, recipient__role=Role.COAC_READER)
        of_report = (for_esc | for_coac) & seated(clock.real_day(), "recipient__")
        return self.filter(of_report | Q(agency__isnull=False), sent_at=None)

    def due(self, now: datetime) -> Self:
        """Keep those whose next try is due, the oldest first."""
        return self.waiting().filter(Q(next_try_at=None) | Q(next_try_at__lte=now)).order_by("queued_at", "pk")

    def stuck(self) -> Self:
        """Keep those that failed several times and wait still: somebody should look."""
        return self.waiting().filter(tries__gte=STUCK_AFTER)


class Delivery(models.Model):
    """One message, waiting or sent: a report for one person, or a notice for one agency's contacts.

    Whom a notice reaches is looked up when it is sent, and kept in `sent_to`.
    """

    class Edition(models.TextChoices):
        ESC = "esc", "ESC edition"
        COAC = "coac", "COAC edition"

    message = models.CharField(max_length=60, help_text="Which message, such as report-2020-W37-1-esc.")
    recipient = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    report = models.ForeignKey(WeeklyReport, models.PROTECT, null=True, related_name="deliveries")
    edition = models.CharField(max_length=4, choices=Edition.choices, blank=True)
    reminder = models.OneToOneField(CallReminder, models.PROTECT, null=True, related_name="delivery")
    check_in = models.OneToOneField(CheckIn, models.PROTECT, null=True, related_name="delivery")
    queued_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, help_text="When a worker last took it, by the real clock.")
    next_try_at = models.DateTimeField(null=True, help_text="Not before then, by the real clock; empty: at once.")
    sent_at = models.DateTimeField(null=True)
    sent_to = models.JSONField(default=list, help_text="Where a notice went; a report goes to its recipient.")
    error = models.CharField(max_length=200, blank=True, help_text="What the mail server said last.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-queued_at", "id")
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=("message", "recipient"), name="one_delivery_per_message_and_recipient"),
            models.CheckConstraint(
                name="delivery_is_a_report_or_a_notice",
                condition=Q(
                    recipient__isnull=False,
                    agency=None,
                    report__isnull=False,
                    edition__in=["esc", "coac"],
                    reminder=None,
                    check_in=None,
                )
                | Q(Q(reminder__isnull=False, check_in=None) | Q(reminder=None, check_in__isnull=False))
                & Q(recipient=None, agency__isnull=False, report=None, edition=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.message} to {self.recipient_id or self.agency_id}"
