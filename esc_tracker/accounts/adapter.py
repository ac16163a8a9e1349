"""What does the sign-in library need to know about this house?"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from esc_tracker import clock
from esc_tracker.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is closed: seats are given by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing on signing in or out: the next page shows it."""

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Answer one whose time ran out as the library answers one whose account was closed."""
        user.is_active = user.is_seated(clock.real_day())  # not saved: it only answers the library's question
        return super().pre_login(request, user, **kwargs)
