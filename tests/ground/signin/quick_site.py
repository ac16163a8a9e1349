"""The whole site as a web server enters it, but with passphrases that are checked quickly; says which process answered.

What a test of many tries asks for is the count, not the seconds that an honest check of a passphrase takes.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esc_tracker.settings")
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

from esc_tracker.wsgi import application as site  # noqa: E402 - after what it is told


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the site does."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("X-Process", str(os.getpid()))], *more)

    return site(environ, start)
