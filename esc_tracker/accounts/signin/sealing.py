"""How are the secrets of a second factor kept, so that a copy of the database makes no codes?

Sealed with a key made from SECRET_KEY. After a change of that key, what SECRET_KEY_FALLBACKS names still opens them.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

_MADE_FOR = "esc_tracker.accounts.signin.sealing"
_MARK = "gAAAAA"  # with which every sealed text begins; no key of an app and no seed does


class CannotOpen(Exception):
    """The secret was sealed with a key that this installation no longer knows."""


def sealed(text: str) -> str:
    """Return a text that only this installation can open."""
    return _keys().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """Return what was sealed; a text from before there were seals comes back as it is. Raises CannotOpen."""
    if not text.startswith(_MARK):
        return text
    try:
        return _keys().decrypt(text.encode()).decode()
    except InvalidToken:
        raise CannotOpen from None


def sealed_anew(text: str) -> str:
    """Return the same secret sealed with the key of today; as it is if it already was. Raises CannotOpen."""
    try:
        _key(settings.SECRET_KEY).decrypt(text.encode())
    except InvalidToken:
        return sealed(opened(text))
    return text


def _keys() -> MultiFernet:
    """Return the key of today, which seals, and those before it."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac(_MADE_FOR, "key", secret=secret, algorithm="sha256").digest()))
