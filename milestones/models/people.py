"""Whom does one call about a milestone, and who stands in?"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from esc_tracker.accounts.models import Agency
from milestones.models.promises import Responsibility

USER = settings.AUTH_USER_MODEL


class Person(models.Model):
    """One person an agency names, with or without a seat in the tracker; details may be corrected."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="people")
    name = models.CharField(max_length=120)
    office = models.CharField(max_length=120, blank=True)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    seat = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", help_text="Empty: has no seat.")
    gets_report = models.BooleanField(default=False, help_text="The weekly report goes there by mail: ticked by PLCY.")
    away_until = models.DateField(null=True, help_text="The last day away: until then mail goes to the alternate.")

    class Meta:
        ordering = ("agency_id", "name", "id")
        verbose_name_plural = "people"
        constraints = (
            models.UniqueConstraint(
                "agency",
                Lower("email"),
                name="person_once_per_agency",
                violation_error_message="This agency has a person with this e-mail address already.",
            ),
            models.CheckConstraint(name="person_has_a_name_and_an_address", condition=~Q(name="") & ~Q(email="")),
        )

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """What a person is for one responsibility, from and until: the contact, the alternate, the principal in copy."""

    class Part(models.TextChoices):
        CONTACT = "contact", "Contact"
        ALTERNATE = "alternate", "Alternate"
        PRINCIPAL = "principal", "Principal in copy"

    responsibility = models.ForeignKey(Responsibility, models.PROTECT, related_name="contacts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="contacts")
    part = models.CharField(max_length=10, choices=Part.choices)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("responsibility_id", "part", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("responsibility", "part"),
                condition=Q(until=None),
                name="one_person_per_part_of_a_responsibility",
            ),
            models.CheckConstraint(
                name="contact_part_known", condition=Q(part__in=["contact", "alternate", "principal"])
            ),
            models.CheckConstraint(
                name="contact_ends_after_it_begins", condition=Q(until=None) | Q(until__gte=F("named_at"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} ({self.get_part_display()})"
