"""Where am I signed in, how long still, and what did I type?"""

from typing import Any

from allauth.account.views import LogoutView
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from esc_tracker.accounts.models import User
from esc_tracker.accounts.sessions.ending import end_sessions_of, handle_of, standing_sessions_of
from esc_tracker.accounts.sessions.kept import drop, kept_for
from esc_tracker.accounts.sessions.store import BEFORE, session_of

ALL_OTHERS = "others"


class SignOutView(LogoutView):
    """Sign out, and have the browser forget every page it was shown."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session; what another window still sends is kept for the person who signed out."""
        session = session_of(self.request)
        over = session.row.session_key if session.row and session.row.person_id else ""
        with transaction.atomic():  # the log says that somebody signed out only when they did
            response = super().post(*args, **kwargs)
        if over:
            session[BEFORE] = over
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where a person is signed in, and end one of these or all others. One query beyond who they are."""
    person = _person(request)
    present = request.session.session_key
    found = standing_sessions_of(person)
    if request.method == "POST":
        asked = request.POST.get("end", "")
        with transaction.atomic():
            if asked == ALL_OTHERS:
                ended = end_sessions_of(person, "ended by its person", by=person, but=present)
            else:
                keys = [row.session_key for row in found if handle_of(row) == asked]
                ended = sum(end_sessions_of(person, "ended by its person", by=person, only=key) for key in keys)
        messages.success(request, "Ended." if ended else "It had ended already.")
        return redirect("sessions")
    rows = [{"session": row, "handle": handle_of(row), "present": row.session_key == present} for row in found]
    return render(request, "account/sessions.html", {"rows": rows})


@require_safe
def left(request: HttpRequest) -> JsonResponse:
    """Say how many seconds are left, without counting as use."""
    request.is_no_use = True  # type: ignore[attr-defined]  # read by SessionLimitsMiddleware
    return _told(request)


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Count as use, whatever else was used less than a minute ago."""
    session_of(request).touch()
    return _told(request)


@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest) -> HttpResponse:
    """Show what was sent after a session was over, to be sent again or discarded. One query beyond who they are."""
    person = _person(request)
    if request.method == "POST":
        with transaction.atomic():
            gone = drop(person, request.POST.get("discard", ""))
        messages.success(request, "Discarded." if gone else "It was sent or discarded already.")
        return redirect("kept")
    forms = kept_for(person)
    if not forms:
        if not messages.get_messages(request):
            messages.info(request, "Nothing typed is waiting for you.")
        return redirect("/")
    return render(request, "account/kept.html", {"forms": forms})


def _told(request: HttpRequest) -> JsonResponse:
    session = session_of(request)
    return JsonResponse({"left": int(session.left.total_seconds()), "inAll": int(session.left_in_all.total_seconds())})


def _person(request: HttpRequest) -> User:
    """Return who is signed in; the guards let nobody else come here."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
