"""What is answered to a form that came too late: after its session was over, or after signing in anew elsewhere?"""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from esc_tracker.accounts.models import User
from esc_tracker.accounts.sessions.kept import KeptForm, before_of, fields_of, keep, may_be_kept, whose
from esc_tracker.security import middleware as security


def is_accepted(response: HttpResponse | None) -> bool:
    """Say whether a page took what was sent: it leads on, and not to signing in."""
    leads_to = (
        response.headers.get("Location", "") if response is not None and 300 <= response.status_code < 400 else ""
    )
    return bool(leads_to) and not leads_to.startswith(reverse("account_login"))


def answer_late(request: HttpRequest, key: str) -> HttpResponse:
    """Keep a form for the person whose session this was, and lead to signing in; say so when it cannot be kept.

    Two or three queries.
    """
    if keep(request, key):
        return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('kept')})}")
    request.user = AnonymousUser()
    return _show_what_is_lost(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a form whose token is not that of the browser's session: 403, unless it is an old page of our own.

    Signing in anew changes the token, so a page that was open meanwhile has the old one. Nothing it asks for is done;
    what was typed is kept, to be sent by its person once more. A form from another site is refused, and nothing kept.
    """
    before = before_of(request)
    if not before or not _comes_from_here(request) or not may_be_kept(request):
        return security.csrf_failure(request, reason)
    if not isinstance(request.user, User):
        return answer_late(request, before)
    if whose(before) != request.user.pk:
        return security.csrf_failure(request, reason)
    return redirect("kept") if keep(request, before) else _show_what_is_lost(request)


def _show_what_is_lost(request: HttpRequest) -> HttpResponse:
    """Give back what was typed to be copied, where it cannot be kept. No query."""
    form = KeptForm("", request.path, fields_of(request))
    return render(request, "account/not_kept.html", {"form": form}, status=413)


def _comes_from_here(request: HttpRequest) -> bool:
    """Say whether the browser says that one of our own pages sent this; a page elsewhere cannot make it say so."""
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return request.headers.get("Origin") in ours
