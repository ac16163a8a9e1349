"""Which configurations are too dangerous to start in production?

Every management command runs these checks; gunicorn, the worker and beat run none, so their entries ask. What asks the
database stands beside what it asks for (accounts/sample_checks.py) and is registered under the same tag.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, run_checks
from django.core.exceptions import ImproperlyConfigured

SECRET_KEY_LENGTH = 50
SECRET_KEY_LETTERS = 10
TAG = "esc"  # Ours among Django's checks.
MAIL_THAT_ARRIVES_NOWHERE = ("console", "dummy", "locmem")
ISSUER_LENGTH = 200  # What a link between a person and a subject can hold.


def production_checks(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Return an error for each setting that production must not run with; none in development."""
    return list(_dangers()) if settings.PRODUCTION else []


def refuse_to_start() -> None:
    """Raise ImproperlyConfigured with every danger in words; for processes that run no system checks.

    Django must be set up. In production one query, for accounts of the sample.
    """
    if dangers := run_checks(tags=[TAG]):
        raise ImproperlyConfigured("\n".join(f"{danger.id}: {danger.msg} {danger.hint}" for danger in dangers))


def _dangers() -> Iterator[CheckMessage]:
    if _is_weak(_secret_key()):
        yield Error(
            "SECRET_KEY is missing, short, or the one for development.",
            hint="Set 50 random characters or more; keep them out of the repository.",
            id="esc.E001",
        )
    if any(_is_weak(key) for key in settings.SECRET_KEY_FALLBACKS):
        yield Error(
            "SECRET_KEY_FALLBACKS has a key that is short, or the one for development.",
            hint="A former key still opens sessions and links: what would not do as SECRET_KEY does not do there.",
            id="esc.E012",
        )
    if not settings.ALLOWED_HOSTS or any(host in {"*", "."} for host in settings.ALLOWED_HOSTS):
        yield Error(
            "ALLOWED_HOSTS is empty or takes every name.",
            hint="List the names this site answers to, with commas.",
            id="esc.E002",
        )
    if settings.ESC_TODAY is not None:
        yield Error(
            "ESC_TODAY pins the day of the record.",
            hint="Unset it: it is for samples and tests.",
            id="esc.E003",
        )
    if not settings.REDIS_URL:
        yield Error("REDIS_URL is missing.", hint="Set it to the broker's address, password included.", id="esc.E004")
    elif not _is_guarded(settings.REDIS_URL):
        yield Error(
            "REDIS_URL has no password and leads off this machine.",
            hint="Give the broker a password: redis://:password@host:6379/0.",
            id="esc.E005",
        )
    if urlsplit(settings.BASE_URL).scheme != "https":
        yield Error("BASE_URL is not an https address.", hint="Set it as people type it.", id="esc.E006")
    if not settings.DATABASES["default"].get("NAME"):
        yield Error(
            "DATABASE_URL is missing.",
            hint="Say where the record is kept: production has no default.",
            id="esc.E007",
        )
    if settings.DEBUG or settings.DEBUG_ASKED:
        yield Error("DEBUG is on.", hint="Unset it: there is no debug mode on a public machine.", id="esc.E008")
    if settings.EMAIL_BACKEND.rsplit(".", 2)[-2] in MAIL_THAT_ARRIVES_NOWHERE:
        yield Error(
            "EMAIL_URL is missing, or names mail that arrives nowhere.",
            hint="Printed mail puts addresses and links into the log. Set smtp+tls://user:password@host:587.",
            id="esc.E014",
        )
    yield from _dangers_of_agency_sign_on()


def _dangers_of_agency_sign_on() -> Iterator[CheckMessage]:
    is_whole = (
        settings.OIDC_CLIENT_ID
        and (settings.OIDC_CLIENT_SECRET or settings.OIDC_PRIVATE_KEY_FILE)
        and (settings.OIDC_ACR or settings.OIDC_AMR)
        and len(settings.OIDC_ISSUER) <= ISSUER_LENGTH
    )
    if not settings.PASSPHRASE_SIGN_IN and not (settings.OIDC_ISSUER and is_whole):
        yield Error(
            "PASSPHRASE_SIGN_IN is false, and there is no other way in.",
            hint="Set OIDC_ISSUER and what goes with it, or leave passphrases on.",
            id="esc.E009",
        )
    if settings.OIDC_ISSUER and not is_whole:
        yield Error(
            "OIDC_ISSUER is set, but not all that goes with it.",
            hint="Set OIDC_CLIENT_ID, OIDC_CLIENT_SECRET or OIDC_PRIVATE_KEY_FILE, and OIDC_ACR or OIDC_AMR.",
            id="esc.E010",
        )
    if settings.OIDC_ISSUER and urlsplit(settings.OIDC_ISSUER).scheme != "https":
        yield Error(
            "OIDC_ISSUER is not an https address.",
            hint="Who is there may not be told in the clear.",
            id="esc.E011",
        )


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own answer to an empty key
        return ""


def _is_weak(key: str) -> bool:
    return (
        len(key) < SECRET_KEY_LENGTH
        or len(set(key)) < SECRET_KEY_LETTERS
        or key in (key + key)[1:-1]  # one word, again and again
        or key.startswith(("development-only-", "django-insecure-"))
    )


def _is_guarded(url: str) -> bool:
    """Say whether a broker's address has a password or cannot be reached from another machine."""
    parts = urlsplit(url)
    if parts.password or not parts.hostname:  # without a host it is a socket file
        return True
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"
