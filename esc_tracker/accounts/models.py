"""Who takes part: which agencies, and which people in which role?"""

import unicodedata
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

PLCY = "PLCY"


class Role(models.TextChoices):
    """What a person comes to do (product: who may see and do what)."""

    ESC_MEMBER = "esc_member", "ESC member"
    PLCY_STAFF = "plcy_staff", "PLCY staff"
    READER = "reader", "Reader"
    COAC_READER = "coac_reader", "COAC reader"
    ADMINISTRATOR = "administrator", "Administrator"


class Agency(models.Model):
    """One agency that carries milestones; its code is its key."""

    code = models.CharField(primary_key=True, max_length=20, help_text="As used in addresses, such as ICE-HSI.")
    name = models.CharField(max_length=40, unique=True, help_text="As people say it, such as ICE/HSI.")
    full_name = models.CharField(max_length=120)
    sort_order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("sort_order", "code")
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


def agency_code(text: str) -> str:
    """Return the code for an agency's code or name: `ICE/HSI`, `ice-hsi` and `ICE-HSI` are all `ICE-HSI`."""
    return text.strip().upper().replace("/", "-")


def agency_name(code: str) -> str:
    """Return an agency's name for its code without asking the database: the opposite of `agency_code`."""
    return code.replace("-", "/")


def seated(on: date, prefix: str = "") -> Q:
    """Match people who may sign in on a day of the real clock, reached through `prefix`.

    Not closed, and their time has not run out: a seat ends as the day `access_ends_on` begins.
    """
    ends = f"{prefix}access_ends_on"
    return Q(**{f"{prefix}is_active": True}) & (Q(**{ends: None}) | Q(**{f"{ends}__gt": on}))


class UserManager(BaseUserManager["User"]):
    """Find people by e-mail, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Add one person; without a passphrase the account cannot sign in by one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        """Return the person with this e-mail, compared without case."""
        return self.get(email__iexact=email)


class Pace(models.TextChoices):
    """When a person wants to be told by mail, beside the weekly report."""

    IMMEDIATE = "immediate", "As it happens, at most one mail a day"
    WEEKLY = "weekly", "Once a week, on Monday"
    NONE = "none", "Not at all"


def _one_spelling(passphrase: str | None) -> str | None:
    return None if passphrase is None else unicodedata.normalize("NFKC", passphrase)


class User(AbstractBaseUser):
    """One person with a seat: a role and, for members and PLCY, an agency."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, help_text="As colleagues know the person, such as Dana Reyes.")
    role = models.CharField(max_length=20, choices=Role.choices)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        help_text="For members: their agency. For PLCY staff: PLCY. For all others: leave empty.",
    )
    is_active = models.BooleanField("may sign in", default=True)
    access_ends_on = models.DateField(
        null=True, blank=True, help_text="From this day on the person cannot sign in; empty: no end."
    )
    wants_report = models.BooleanField("weekly report by mail", default=True)
    pace = models.CharField("mail beside the report", max_length=10, choices=Pace.choices, default=Pace.IMMEDIATE)
    sees_journal = models.BooleanField(
        "reads the journal", default=False, help_text="For readers only, such as auditors; PLCY staff always may."
    )
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case"),
            models.CheckConstraint(name="user_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="user_pace_known", condition=Q(pace__in=Pace.values)),
            models.CheckConstraint(
                name="user_journal_for_readers",
                condition=Q(sees_journal=False) | Q(role=Role.READER),
                violation_error_message="Only a reader is given the right to read the journal.",
            ),
            models.CheckConstraint(
                name="user_agency_follows_role",
                # NULL passes a CHECK, so each branch says outright whether the agency is NULL.
                condition=Q(role=Role.PLCY_STAFF, agency__isnull=False, agency=PLCY)
                | (Q(role=Role.ESC_MEMBER, agency__isnull=False) & ~Q(agency=PLCY))
                | Q(
                    role__in=(Role.COAC_READER, Role.READER, Role.ADMINISTRATOR),
                    agency__isnull=True,
                ),
                violation_error_message=(
                    "PLCY staff belong to PLCY, ESC members to another agency, everybody else to none."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """Keep a passphrase by what is read, not by how a keyboard spells its accents (SP 800-63B)."""
        super().set_password(_one_spelling(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Say whether this is the passphrase, however its accents are spelled."""
        return super().check_password(_one_spelling(raw_password))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Seal sessions to passphrase, role and agency: none outlives a change of one of them."""
        sealed = f"{self.password}|{self.role}|{self.agency_id}"
        return salted_hmac("esc_tracker.accounts.User", sealed, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """Return the name colleagues use."""
        return self.name

    def is_seated(self, on: date) -> bool:
        """Say whether this person may sign in on a day of the real clock (the twin of `seated`)."""
        return self.is_active and (self.access_ends_on is None or on < self.access_ends_on)

    @property
    def is_administrator(self) -> bool:
        """Say whether this person seats and unseats people."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    # The account admin asks for these four; they follow from the role and are stored nowhere.
    @property
    def is_staff(self) -> bool:
        """Say whether the account admin opens for this person."""
        return self.is_administrator

    @property
    def is_superuser(self) -> bool:
        """Nobody is: there is no right beside the role."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Say whether this person may do something in the account admin."""
        return self.is_administrator and perm.startswith(("accounts.", "security.view_"))

    def has_module_perms(self, app_label: str) -> bool:
        """Say whether the account admin shows this app to this person."""
        return self.is_administrator and app_label in {"accounts", "security"}


class Nomination(models.Model):
    """One person the chair's office asks the administrator to seat."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the administrator"
        SEATED = "seated", "Seated"
        DECLINED = "declined", "Declined"

    name = models.CharField(max_length=120)
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    access_ends_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    remark = models.CharField(max_length=200, blank=True, help_text="Why it was declined.")

    class Meta:
        ordering = ("-recorded_at", "-id")
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(state="waiting"),
                name="one_waiting_nomination_per_address",
                violation_error_message="This person is nominated already.",
            ),
            models.CheckConstraint(name="nomination_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="nomination_decided_by_somebody",
                condition=Q(state="waiting", decided_at=None, decided_by=None)
                | (~Q(state="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="nomination_declined_with_reason", condition=~Q(state="declined") | ~Q(remark="")
            ),
        )

    def __str__(self) -> str:
        return self.name


class PassphraseLink(models.Model):
    """A link, good for one use, by which a person chooses a passphrase: as invited, or because theirs is forgotten.

    Its secret is made when the mail is sent and kept nowhere; only its digest is. A link asked for at an address that
    nobody has is kept too, without a person and never sent, so that asking takes equally long.
    """

    class Purpose(models.TextChoices):
        INVITATION = "invitation", "Invitation"
        RESET = "reset", "Forgotten passphrase"

    person = models.ForeignKey("accounts.User", models.CASCADE, null=True, related_name="passphrase_links")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often sending was tried.")
    try_at = models.DateTimeField(help_text="Not to be tried before.")
    sent_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the secret in the link.")
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("digest",), condition=~Q(digest=""), name="passphrase_link_digest_once"),
            models.CheckConstraint(
                name="passphrase_link_sent_with_secret",
                condition=Q(sent_at=None) | (~Q(digest="") & Q(expires_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.asked_at:%Y-%m-%d}"


class Session(AbstractBaseSession):
    """One browser in which a person is signed in: since when, last used when, and from where."""

    person = models.ForeignKey("accounts.User", models.CASCADE, null=True, related_name="sessions")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    browser = models.CharField(max_length=80, blank=True, help_text="As people say it: Firefox on Windows.")
    address = models.GenericIPAddressField(null=True)


class SeatReview(models.Model):
    """What was said of one person's seat in the review of a year."""

    year = models.PositiveSmallIntegerField()
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="reviews")
    needed = models.BooleanField(help_text="Still needed; if not, an administrator closes the seat.")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-year", "person_id")
        constraints = (models.UniqueConstraint(fields=("year", "person"), name="one_review_a_person_and_year"),)

    def __str__(self) -> str:
        return f"{self.year}: {self.person_id}"
