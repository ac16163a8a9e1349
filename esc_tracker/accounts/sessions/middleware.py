"""What does each request mean for the session it comes in?"""

from typing import Any

from django.conf import settings
from django.contrib.sessions import middleware as sessions
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from esc_tracker.accounts.guards import View
from esc_tracker.accounts.models import User
from esc_tracker.accounts.sessions.kept import before_of, is_anything_kept_for, may_be_kept, note_sending
from esc_tracker.accounts.sessions.late import answer_late, is_accepted
from esc_tracker.accounts.sessions.store import session_of


class SessionMiddleware(sessions.SessionMiddleware):
    """Open and save the session; lead to signing in when it was ended while the request was under way."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session. What the request did stands; a form it did not accept is kept."""
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            return self._over(request, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer in the same way where a page itself saves the session, as signing in does."""
        return self._over(request, None) if isinstance(exception, UpdateError) else None

    def _over(self, request: HttpRequest, response: HttpResponse | None) -> HttpResponse:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if may_be_kept(request) and not is_accepted(response):
            return answer_late(request, key)
        after = request.path if request.method in {"GET", "HEAD"} else "/"
        if response is not None and is_accepted(response):
            after = response.headers["Location"]
        return redirect(f"{reverse('account_login')}?{urlencode({'next': after})}")


class SessionLimitsMiddleware:
    """Count each request as use, and see to what was typed too late: kept, shown after signing in, and let go of."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then count the request as use. No query of its own, but one statement a minute."""
        response = self.get_response(request)
        if not hasattr(request, "_cached_user"):  # Nobody asked who it is: a public page.
            return response
        session, person = session_of(request), request.user  # who it is now: signing in and out change it
        if not isinstance(person, User):
            return response
        if request.method == "POST":
            note_sending(request, person, accepted=is_accepted(response))
        has_just_signed_in = session.row is None or session.row.person_id != person.pk
        if has_just_signed_in and is_accepted(response) and is_anything_kept_for(person):
            response.headers["Location"] = reverse("kept")
        if not session.modified and not getattr(request, "is_no_use", False):
            session.touch()
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Keep what was typed too late. A query only for a form sent after the end."""
        if not getattr(view, "login_required", True) or isinstance(request.user, User):
            return None
        if before_of(request) and may_be_kept(request):
            return answer_late(request, before_of(request))
        return None
