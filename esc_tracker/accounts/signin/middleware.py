"""Who is led to set up a second factor before anything else opens?"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from esc_tracker.accounts.signin.factors import must_set_one_up

# What one needs for setting up a second factor, or for leaving.
_OPEN = frozenset(
    (
        *("security", "account_logout", "account_reauthenticate", "agency_again"),
        *("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_view_recovery_codes"),
    )
)


class SecondFactorMiddleware:
    """Keep a role that needs a second factor from every other page until it has one; decided without a query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; it is judged once the page is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Lead to the page where one sets it up."""
        if not getattr(view, "login_required", True):  # asked first: a public page needs no database
            return None
        here = request.resolver_match.url_name if request.resolver_match else ""
        if here in _OPEN or not must_set_one_up(request):
            return None
        return redirect("security")
