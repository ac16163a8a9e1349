"""Whom may a mail reach, by what is it known again, and when is it tried again?

For every mail of every floor; whether the committee's mail goes out at all is PLCY's switch (reports).
"""

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings

LONGEST_WAIT = timedelta(hours=6)


def may_reach(address: str) -> bool:
    """Say whether this installation may mail an address: one of MAIL_ALLOWED, or of a domain named there. No query.

    In production an empty list allows everybody; elsewhere nobody.
    """
    if not settings.MAIL_ALLOWED:
        return bool(settings.PRODUCTION)
    domain = address.rpartition("@")[2]
    return bool({address.lower(), domain.lower()} & {allowed.strip().lower() for allowed in settings.MAIL_ALLOWED})


def message_id(message: str, recipient: int) -> str:
    """Return the identity of a message to a recipient, the same at every try."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{message.lower()}.{recipient}@{domain}>"


def wait_after(tries: int) -> timedelta:
    """Return how long to wait after so many failed tries: 2, 4, 8 … minutes, six hours at most."""
    return min(timedelta(minutes=2 ** min(tries, 10)), LONGEST_WAIT)
