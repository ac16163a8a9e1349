"""Where does what happens now come from: which request, job or command, and from which address?

Set once at each entrance, read by the journal, the security log, the log lines and the error pages.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Origin:
    """One entrance: `id` is the reference people quote; `address` is the network's, `agent` the browser's own words."""

    source: Literal["web", "job", "command"]
    id: str
    address: str | None = None
    agent: str = ""


PROTO = "HTTP_X_FORWARDED_PROTO"
_current: ContextVar[Origin | None] = ContextVar("origin", default=None)
_COMMAND = Origin("command", "")


def origin() -> Origin:
    """Return where we are; outside any request or job it is a command at a terminal."""
    return _current.get() or _COMMAND


@contextmanager
def coming_from(place: Origin) -> Iterator[Origin]:
    """Let all that happens within the block come from one place."""
    token = _current.set(place)
    try:
        yield place
    finally:
        _current.reset(token)


def address_of(request: HttpRequest) -> str | None:
    """Return the client's address as the trusted proxy or the socket tells it; None where neither is an address."""
    told = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXY:
        told = _last_hop(request.META.get("HTTP_X_FORWARDED_FOR", told))
    try:
        return str(ip_address(told.strip()))
    except ValueError:
        return None


def _last_hop(told: str) -> str:
    """Return what our own proxy wrote of what a header tells; what stands before it anyone can write."""
    return told.rpartition(",")[2].strip()


class OriginMiddleware:
    """Give every request an id of ours. One sent by a client is not taken: it would write into our logs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within the request's origin."""
        agent = request.META.get("HTTP_USER_AGENT", "")
        if PROTO in request.META:  # Read by Django, with a trusted proxy only, and then from the wrong end.
            request.META[PROTO] = _last_hop(request.META[PROTO])
        with coming_from(Origin("web", secrets.token_hex(8), address_of(request), agent)) as here:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = here.id
            return response
