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
from milestones.models import (
    Call,
    CallReminder,
    CheckIn,
    Meeting,
    Milestone,
    OverdueFlag,
    Person,
    TargetRevision,
)
from reports.written import Written

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
    narrative = models.TextField(blank=True, help_text="What PLCY writes above the ESC edition.")
    coac_narrative = models.TextField(blank=True, help_text="What PLCY writes above COAC's edition.")
    asks = models.JSONField(
        default=list,
        help_text='What is asked of the principals: [{agency, text, milestone, by}], agency "" for all of them.',
    )
    edits = models.JSONField(
        default=list,
        help_text="Printed lines PLCY replaced: [{code, agency, field, own, text}], own being the agency's words then.",
    )
    reason = models.CharField(max_length=500, blank=True, help_text="Why it corrects the version before.")
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
                name="report_corrects_with_a_reason",
                condition=Q(version=1, reason="") | (Q(version__gt=1) & ~Q(reason="")),
            ),
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

    @property
    def written(self) -> Written:
        """Return what PLCY wrote into the ESC edition."""
        return Written(self.narrative, self.asks, self.edits, self.reason)

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


class MailSwitch(models.Model):
    """One turn of the switch: mail goes out only while the latest says on. Without any it is off."""

    on = models.BooleanField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-recorded_at", "-id")
        verbose_name_plural = "mail switches"

    def __str__(self) -> str:
        return "Mail on" if self.on else "Mail off"


class Notice(models.Model):
    """One thing one agency is to be told, noticed once; telling each person of it is another step (ADR 0002).

    Whom it reaches is settled when it is `addressed`, into one Telling for each address.
    """

    class Kind(models.TextChoices):
        OVERDUE = "overdue", "Overdue"
        DUE = "due", "Falls due"
        CALL = "call", "Call for updates"
        REMINDER = "reminder", "Reminder of a call"
        DECISION = "decision", "Decision on a request"
        ENTERED = "entered", "Entered by PLCY"
        EDITED = "edited", "Line edited in a report"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=100, unique=True, help_text="Which thing, such as due-4.3-2020-10-31-30.")
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", help_text="Whom it concerns; empty: no agency is named."
    )
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, related_name="notices")
    flag = models.ForeignKey(OverdueFlag, models.PROTECT, null=True, related_name="notices")
    call = models.ForeignKey(Call, models.PROTECT, null=True, related_name="notices")
    reminder = models.ForeignKey(CallReminder, models.PROTECT, null=True, related_name="notices")
    revision = models.ForeignKey(TargetRevision, models.PROTECT, null=True, related_name="notices")
    check_in = models.ForeignKey(CheckIn, models.PROTECT, null=True, related_name="notices")
    report = models.ForeignKey(WeeklyReport, models.PROTECT, null=True, related_name="notices")
    due_on = models.DateField(null=True, help_text="The target's day it gives notice of.")
    noticed_at = models.DateTimeField()
    addressed_at = models.DateTimeField(null=True, help_text="When it was settled whom it reaches; empty: not yet.")
    dropped = models.CharField(max_length=200, blank=True, help_text="Why nobody is told any more.")

    class Meta:
        ordering = ("noticed_at", "id")
        constraints = (
            models.CheckConstraint(
                name="notice_kind_known",
                condition=Q(kind__in=["overdue", "due", "call", "reminder", "decision", "entered", "edited"]),
            ),
        )

    def __str__(self) -> str:
        return self.key


class Telling(models.Model):
    """One notice for one address: waiting for that person's next mail, or told by one."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="tellings")
    address = models.EmailField(help_text="In lower case.")
    copy = models.BooleanField(default=False, help_text="A principal in copy.")
    delivery = models.ForeignKey("Delivery", models.PROTECT, null=True, related_name="tellings")

    class Meta:
        ordering = ("notice_id", "address")
        constraints = (
            models.UniqueConstraint(fields=("notice", "address"), name="one_telling_per_notice_and_address"),
        )

    def __str__(self) -> str:
        return f"{self.notice} to {self.address}"


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
        ticked = Q(edition=Delivery.Edition.ESC, recipient=None, person__gets_report=True)
        return self.filter(of_report | ticked | Q(report=None), sent_at=None)

    def due(self, now: datetime) -> Self:
        """Keep those whose next try is due, the oldest first."""
        return self.waiting().filter(Q(next_try_at=None) | Q(next_try_at__lte=now)).order_by("queued_at", "pk")

    def stuck(self) -> Self:
        """Keep those that failed several times and wait still: somebody should look."""
        return self.waiting().filter(tries__gte=STUCK_AFTER)


class Delivery(models.Model):
    """One message to one address, waiting or sent: a report, or one day's notices in one mail.

    A report goes to a seat, or to a person without one whom PLCY ticked.
    """

    class Edition(models.TextChoices):
        ESC = "esc", "ESC edition"
        COAC = "coac", "COAC edition"

    message = models.CharField(max_length=60, help_text="Which, such as report-2020-W37-1-esc or notices-2020-09-14.")
    address = models.EmailField(help_text="In lower case.")
    recipient = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", help_text="Empty: has no seat.")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    report = models.ForeignKey(WeeklyReport, models.PROTECT, null=True, related_name="deliveries")
    edition = models.CharField(max_length=4, choices=Edition.choices, blank=True)
    queued_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, help_text="When a worker last took it, by the real clock.")
    next_try_at = models.DateTimeField(null=True, help_text="Not before then, by the real clock; empty: at once.")
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True, help_text="What the mail server said last.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-queued_at", "id")
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=("message", "address"), name="one_delivery_per_message_and_address"),
            models.CheckConstraint(
                name="delivery_is_a_report_or_notices",
                condition=Q(report=None, edition="")
                | Q(report__isnull=False, edition="esc")
                | Q(report__isnull=False, edition="coac", recipient__isnull=False, person=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.message} to {self.address}"
