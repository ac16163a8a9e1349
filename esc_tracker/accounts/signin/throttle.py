"""How often may somebody try to get in and fail?

Counted in the cache that all processes share. What counts is the failure: a try is taken back when it succeeds. The
count for one person is kept for each source, so that nobody can lock a person out from elsewhere.
"""

from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.http import HttpRequest

ACTION = "failed"
LIMITS = {ACTION: "50/15m/ip,5/15m/key"}
TOO_MANY = "Too many tries have failed. Wait 15 minutes, then try again."
_APP = "esc_tracker.signin"


@dataclass(frozen=True)
class Try:
    """One try that counts as failed until it succeeds."""

    usage: ratelimit.RateLimitUsage

    def succeeded(self) -> None:
        """Take the try back: only failures count, and nobody's success wipes the failures of another."""
        self.usage.rollback()


def begin_try(request: HttpRequest, whom: str) -> Try | None:
    """Count one try for `whom` from this source; None when too many have failed. Some ten short queries.

    `whom` is any text that stands for one account: an address as typed or `code:12`. It is stored as a digest only.
    """
    usage = ratelimit.consume(
        request,
        app=_APP,
        action=ACTION,
        config=LIMITS,
        key=f"{ratelimit.get_ip(request)} {whom.strip().lower()}",
    )
    return Try(usage) if usage else None
