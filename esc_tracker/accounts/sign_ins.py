"""When, from where and with what did somebody sign in as me, and what changed about how I do?"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from esc_tracker.accounts.models import User
from esc_tracker.security.models import DONE_TO_A_HOLDER, Kind, SecurityEvent

LAST = 50
_OWN = (Kind.SIGNED_IN, Kind.SIGN_IN_FAILED, Kind.SIGNED_OUT, Kind.SECOND_FACTOR, Kind.PASSPHRASE, Kind.LINK)
_WITH = {"password": "passphrase", "mfa": "second factor", "socialaccount": "agency sign-on", "code": "code"}


@dataclass(frozen=True)
class Told:
    """One event as its person reads it."""

    event: SecurityEvent
    what: str
    browser: str


@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Show a person's own last events. One query beyond who they are."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    me = request.user.pk
    mine = Q(person=me, kind__in=_OWN) & (Q(facts__holder__isnull=True) | Q(facts__holder=me))
    events = SecurityEvent.objects.filter(mine | Q(kind__in=DONE_TO_A_HOLDER, facts__holder=me))[:LAST]
    return render(request, "account/sign_ins.html", {"rows": [_told(event) for event in events], "last": LAST})


def _told(event: SecurityEvent) -> Told:
    facts = event.facts
    what = event.get_kind_display()
    if event.kind == Kind.SIGNED_IN and facts.get("by"):
        what = f"{what} with {' and '.join(_WITH.get(way, way) for way in facts['by'])}"
    elif event.kind == Kind.SECOND_FACTOR:
        what = f"{event.about.capitalize()} {facts['change']}" if not facts.get("holder") else "Second factor removed"
    elif event.kind == Kind.LINK:
        what = f"Link: {facts.get('what', '')}"
    elif event.kind == Kind.PASSPHRASE and not event.succeeded:
        what = "Passphrase not changed: the present one was wrong"
    elif event.kind == Kind.SESSION_ENDED and facts.get("why"):
        what = f"{what}: {facts['why']}"
    return Told(event, what, facts.get("browser", ""))
