"""Does production stand on a database whose accounts everybody can open?

Sample accounts have a passphrase that stands in the README. Every start asks: web, worker, beat and each command.
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Error as Danger
from django.core.exceptions import ImproperlyConfigured
from django.db import Error

from esc_tracker.accounts.models import User
from esc_tracker.accounts.sample_accounts import SAMPLE_ACCOUNTS
from esc_tracker.checks import TAG


@register(TAG)
def sample_checks(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Return an error in production when a sample account has a seat. One query; none in development.

    A database without tables, which `migrate` is about to make, holds nobody; one that does not answer holds back no
    start, since a site must come up again beside a database that comes up later (/readyz says so).
    """
    if not settings.PRODUCTION:
        return []
    try:
        seated = User.objects.filter(email__in=[account.email for account in SAMPLE_ACCOUNTS]).exists()
    except (Error, ImproperlyConfigured):  # the latter: no DATABASE_URL, which is a danger of its own
        return []
    return [_SAMPLE] if seated else []


_SAMPLE = Danger(
    "DATABASE_URL leads to the sample history: its accounts have a public passphrase.",
    hint="Name a database of its own for production: what stands in the record cannot be taken out of it.",
    id="esc.E013",
)
