"""What does each request mean for the session it comes in?"""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from esc_tracker import clock
from esc_tracker.accounts.guards import View
from esc_tracker.accounts.models import Session, User
from esc_tracker.accounts.sessions.kept import keep
from esc_tracker.accounts.sessions.limits import limits_of
from esc_tracker.accounts.sessions.store import SessionStore

# Under these nothing typed is kept: passphrases and codes are typed there.
NEVER_KEPT = ("/accounts/", "/admin/")


class SessionLimitsMiddleware:
    """Hold each session to its person's limits, and end it for good when that person may no longer be signed in."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then count the request as use. No query of its own, but one statement a minute."""
        response = self.get_response(request)
        if not hasattr(request, "_cached_user"):  # Nobody asked who it is: a public page.
            return response
        session, person = session_of(request), request.user  # who it is now: signing in and out change it
        if isinstance(person, User):
            session.limits = limits_of(person.role)
            if not session.modified and not getattr(request, "is_no_use", False):
                session.touch()
        elif SESSION_KEY in session:
            session.flush()
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Set the limits before the page is made, which says how much is left; keep what was typed too late."""
        if not getattr(view, "login_required", True):
            return None
        if isinstance(request.user, User):
            session_of(request).limits = limits_of(request.user.role)
            return None
        if request.method == "POST" and not request.path.startswith(NEVER_KEPT):
            return _keep_what_was_typed(request)
        return None


def session_of(request: HttpRequest) -> SessionStore:
    """Return the session; the settings name our engine."""
    return cast(SessionStore, request.session)


def _keep_what_was_typed(request: HttpRequest) -> HttpResponse | None:
    """Keep a form that came in a session that had run out, for its person; lead to signing in. One query."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    over = Session.objects.filter(session_key=key[:40], expire_date__lte=clock.wall(), person__isnull=False).first()
    if over is None or not keep(request, over.person_id):
        return None
    return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('kept')})}")
