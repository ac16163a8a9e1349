"""What happens when links to choose a passphrase are to be sent?

As with the committee's mail: claim by compare-and-swap, send, stamp. It does not wait for PLCY's switch (ADR 0020), and
reaches only whom this installation may reach. Only the digest of a link's secret is kept; the secret follows from the
row and SECRET_KEY, so that each try sends the same link in the same message: of a mail that came twice, both
copies lead on.
"""

import base64
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac

from esc_tracker import clock
from esc_tracker.accounts.links import letter
from esc_tracker.accounts.models import PassphraseLink, seated
from esc_tracker.outgoing import may_reach, message_id, wait_after
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

Purpose = PassphraseLink.Purpose
GOOD_FOR = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(minutes=30)}
LEASE = timedelta(minutes=10)  # how long a claim holds: far longer than one message takes
PASS_SECONDS = 120
# Who asked for a reset a day ago has long gone on; an invitation is tried until it goes.
RESETS_WAIT_AT_MOST = timedelta(hours=24)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sent:
    """What one pass did: links sent, and failed for now."""

    sent: int
    failed: int


def digest_of(secret: str, key: str | None = None) -> str:
    """Return what is kept of a secret, made with SECRET_KEY or another key: a key that is given up ends its links."""
    told = secret.encode("utf-8", "surrogatepass")
    return salted_hmac("esc_tracker.accounts.links.digest", told, secret=key, algorithm="sha256").hexdigest()


def digests_of(secret: str) -> list[str]:
    """Return what may be kept of a secret, by the key of today and those before it that still count."""
    return [digest_of(secret, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def send_links(now: datetime) -> Sent:
    """Send the links that wait and are due by the real clock `now`; one failure does not stop the rest.

    Running it twice, or twice at once, sends nothing twice. One query, and five for each link.
    """
    outcomes: list[bool] = []
    ends = time.monotonic() + PASS_SECONDS
    for key, tries, address in _due(now):
        if time.monotonic() > ends:
            break
        if may_reach(address) and _claim(key, tries, now):
            outcomes.append(_send(key, tries + 1))
    return Sent(outcomes.count(True), outcomes.count(False))


def link_without_mail(link: PassphraseLink) -> str:
    """Return the address of a link for one who hands it over by themself, and take its mail off the job. One query."""
    now = clock.wall()
    secret = secrets.token_urlsafe(32)
    link.digest, link.sent_at, link.expires_at = digest_of(secret), now, now + GOOD_FOR[Purpose(link.purpose)]
    link.save(update_fields=["digest", "sent_at", "expires_at"])
    return _address_of(secret)


def _due(now: datetime) -> list[tuple[int, int, str]]:
    rows = PassphraseLink.objects.filter(
        seated(clock.day_of(now), prefix="person__"), sent_at=None, used_at=None, try_at__lte=now
    ).filter(Q(purpose=Purpose.INVITATION) | Q(asked_at__gt=now - RESETS_WAIT_AT_MOST))
    if not settings.PASSPHRASE_SIGN_IN:  # asked for before it was switched off
        rows = rows.filter(purpose=Purpose.INVITATION)
    return list(rows.order_by("try_at", "pk").values_list("pk", "tries", "person__email"))


def _claim(key: int, tries: int, now: datetime) -> bool:
    """Take a link for one try, unless another worker was first."""
    mine = PassphraseLink.objects.filter(pk=key, sent_at=None, used_at=None, tries=tries)
    return bool(mine.update(tries=tries + 1, try_at=now + LEASE))


def _send(key: int, tries: int) -> bool:
    """Send one link with a new secret and stamp it, or say when to try again."""
    mine = PassphraseLink.objects.filter(pk=key, sent_at=None, used_at=None, tries=tries)
    try:
        link = PassphraseLink.objects.select_related("person").get(pk=key)
        ends_at = clock.wall() + GOOD_FOR[Purpose(link.purpose)]
        secret = _secret_of(link)
        if not mine.update(digest=digest_of(secret), expires_at=ends_at):
            return False
        _letter(link, secret, ends_at).send()
    except Exception as problem:  # Whatever went wrong with one link, the others are sent.
        log.warning("send_links_failed", link=key, tries=tries, error=type(problem).__name__)
        mine.update(try_at=clock.wall() + wait_after(tries))
        return False
    with transaction.atomic():
        mine.update(sent_at=clock.wall())
        note_event(Kind.LINK, person=None, about=str(link.person), what=f"{link.purpose} sent", link=key)
    return True


def _secret_of(link: PassphraseLink) -> str:
    """Return the secret of a link that is mailed: another only where SECRET_KEY became another between two tries."""
    made_of = f"{link.pk} {link.purpose} {link.asked_at.timestamp()}"
    made = salted_hmac("esc_tracker.accounts.links", made_of, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _letter(link: PassphraseLink, secret: str, ends_at: datetime) -> EmailMessage:
    person = link.person
    if person is None:
        raise LookupError
    # Another link would be another message: mail programs show one identity once.
    identity = message_id(f"{link.purpose}-{link.pk}-{digest_of(secret)[:12]}", person.pk)
    there = {"name": person.name, "to": person.email, "message_id": identity}
    role = person.get_role_display()
    if not settings.PASSPHRASE_SIGN_IN:
        return letter.seat_by_agency(**there, role=role, link=f"{settings.BASE_URL}{reverse('account_login')}")
    if link.purpose == Purpose.INVITATION:
        return letter.invitation(**there, role=role, link=_address_of(secret), ends_at=ends_at)
    return letter.reset(**there, link=_address_of(secret), ends_at=ends_at)


def _address_of(secret: str) -> str:
    return f"{settings.BASE_URL}{reverse('passphrase_link', args=[secret])}"
