"""Which kinds of page are closed to which role?

Sign-in itself is required by Django's LoginRequiredMiddleware; a public page opts out by name.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from esc_tracker.accounts.models import Role, User

View = Callable[..., HttpResponse]


def why_not_read_journal(user: User) -> str:
    """Say why this person may not read the journal; "" when they may. No query."""
    if user.role == Role.PLCY_STAFF or user.sees_journal:
        return ""
    return "The journal is for PLCY staff, and for readers who were given the right to read it."


def only(*roles: Role) -> Callable[[View], View]:
    """Open a page to these roles; anybody else gets 403 and the reason."""
    named = " and ".join(role.label for role in roles)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not isinstance(request.user, User) or request.user.role not in roles:
                raise PermissionDenied(f"This page is for {named}.")
            return view(request, *args, **kwargs)

        return guarded

    return guard


class ReadingRolesMiddleware:
    """Keep administrators out of the record, and everybody else out of the account list.

    Administrators seat people and have no view of milestones; nobody else has a view of accounts.
    """

    OPEN_TO_ADMINISTRATORS = ("allauth", "esc_tracker.accounts")

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the role is judged once the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse an administrator every page but the account list, and that list to all others.

        An administrator's first page is that list.
        """
        user = request.user
        if not getattr(view, "login_required", True) or not user.is_authenticated:  # a public page needs no database
            return None
        in_account_list = request.resolver_match is not None and request.resolver_match.namespace == "admin"
        if user.role != Role.ADMINISTRATOR:
            if in_account_list:
                raise PermissionDenied("The account list is for administrators.")
            return None
        if request.path == "/":
            return redirect("admin:index")
        if in_account_list or view.__module__.startswith(self.OPEN_TO_ADMINISTRATORS):
            return None
        raise PermissionDenied("Administrators seat people; they have no view of milestones or reports.")
