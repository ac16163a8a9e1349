"""What was done to the record, in order and for ever, and how far is it open to COAC?"""

from datetime import datetime
from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Min, Q

DIGEST = 64  # characters of a SHA-256 in hexadecimal


class ForEver(Exception):
    """Somebody tried to change, remove or slip in an entry; the journal takes new ones through `act()` alone."""

    def __init__(self) -> None:
        super().__init__("Entries of the journal are written once, by an act, and never changed or removed.")


class EntryQuerySet(models.QuerySet["Entry"]):
    """Ask the journal about itself; every way of Django's to change it in bulk is shut (ADR 0021)."""

    def begins_at(self) -> datetime | None:
        """Return the moment of the earliest act, or None for an empty record. One query."""
        return self.aggregate(moment=Min("recorded_at"))["moment"]

    def update(self, **fields: Any) -> NoReturn:
        """Refuse."""
        raise ForEver

    def delete(self) -> NoReturn:
        """Refuse."""
        raise ForEver

    def bulk_create(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse: it would take entries without the lock and without a digest."""
        raise ForEver

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse."""
        raise ForEver

    def _update(self, values: Any) -> NoReturn:
        raise ForEver

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise ForEver


class Entry(models.Model):
    """One act on the record: who, when, what, before and after, chained to the act before."""

    number = models.BigIntegerField(primary_key=True, help_text="Counts from 1 without gaps.")
    recorded_at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=60, help_text="What was done, such as milestones.post_update.")
    about = models.CharField(max_length=60, help_text="To what, as people name it: 4.3, 2020-W37.")
    before = models.JSONField()
    after = models.JSONField()
    source = models.CharField(max_length=10, blank=True, help_text="web, job or command; empty before it was kept.")
    request_id = models.CharField(max_length=36, blank=True, help_text="The reference of the request or job.")
    previous = models.CharField(
        max_length=DIGEST, blank=True, help_text="Digest of the act before; empty for the first."
    )
    digest = models.CharField(max_length=DIGEST, unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        verbose_name_plural = "entries"
        constraints = (
            models.CheckConstraint(
                name="journal_entry_chained",
                condition=Q(number=1, previous="") | (Q(number__gt=1) & ~Q(previous="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.verb} {self.about}"

    def save(self, *args: Any, **options: Any) -> None:
        """Write a new entry; refuse to write over one."""
        if not self._state.adding:
            raise ForEver
        super().save(force_insert=True, using=options.get("using"))

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse."""
        raise ForEver


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Ask which release stands."""

    def standing(self) -> Self:
        """Keep the releases that were not withdrawn, the latest first."""
        return self.filter(withdrawn_at=None).order_by("-as_of", "-version", "-pk")


class Release(models.Model):
    """One opening of the record to COAC, up to a published report's `as_of`."""

    week = models.CharField(max_length=8, help_text="The report's week, such as 2020-W35.")
    version = models.PositiveSmallIntegerField(help_text="The report's version.")
    as_of = models.DateTimeField(help_text="COAC sees acts recorded strictly before this moment.")
    withheld = models.JSONField(default=list, help_text='Codes of milestones withheld, such as ["4.3"].')
    withheld_because = models.CharField(max_length=500, blank=True, help_text="Why those; COAC never reads it.")
    cleared_by = models.CharField(max_length=200, help_text="Who cleared it, such as Dana Reyes, PLCY counsel, Sep 3.")
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("-as_of", "-version", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("week", "version"),
                condition=Q(withdrawn_at=None),
                name="one_standing_release_per_report",
                violation_error_message="This report is released already.",
            ),
            models.CheckConstraint(name="release_names_who_cleared_it", condition=~Q(cleared_by="")),
            models.CheckConstraint(name="release_is_of_the_past", condition=Q(as_of__lte=F("released_at"))),
            models.CheckConstraint(
                name="release_withdrawn_by_somebody",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.week}, version {self.version}"
