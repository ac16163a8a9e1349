"""Who came in, who was refused, whose seat changed, and what was taken out?

Beside the journal, which is for the record: this log is unchained, and purged when its time is over.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform


class Kind(models.TextChoices):
    """What happened (product: the record; NIST AU-2)."""

    SIGNED_IN = "signed_in", "Signed in"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    SIGNED_OUT = "signed_out", "Signed out"
    SESSION_ENDED = "session_ended", "Session ended"
    SECOND_FACTOR = "second_factor", "Second factor changed"
    PASSPHRASE = "passphrase", "Passphrase changed"
    LINK = "link", "Link sent or used"
    SEAT = "seat", "Seat changed"
    REFUSED = "refused", "Refused"
    EXPORTED = "exported", "Exported"
    PURGED = "purged", "Purged"


# Of these the person is whoever did it, and the one it was done to stands among the facts as `holder`.
DONE_TO_A_HOLDER = (Kind.SESSION_ENDED, Kind.SEAT, Kind.SECOND_FACTOR)


class SecurityEvent(models.Model):
    """One thing that happened at the door; times are real ones, whatever day the record stands at."""

    happened_at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    succeeded = models.BooleanField(default=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Who did it, if known."
    )
    about = models.CharField(max_length=120, blank=True, help_text="To what or whom, such as /reports/2020-W37.csv.")
    facts = models.JSONField(default=dict, help_text="What was before and after; never a secret.")
    source = models.CharField(max_length=10, help_text="web, job or command.")
    address = models.GenericIPAddressField(null=True, help_text="The network address it came from.")
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ("-happened_at", "-id")
        # What others did to one person is found by this, as what they did is by `person` (100,000 events: 80 ms else).
        indexes = (
            models.Index(
                KeyTransform("holder", "facts"),
                name="security_event_holder",
                condition=Q(kind__in=[kind.value for kind in DONE_TO_A_HOLDER]),
            ),
        )
        constraints = (models.CheckConstraint(name="security_event_kind_known", condition=Q(kind__in=Kind.values)),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.about}"
