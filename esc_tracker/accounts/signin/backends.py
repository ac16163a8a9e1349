"""May the owner of this account be signed in, now and at each request?"""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from esc_tracker import clock


class SeatedPeople(AuthenticationBackend):
    """Sign in whoever has a seat; a session ends with it, at the next request."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Say whether the account is open and its time has not run out, by the real clock."""
        return user is not None and user.is_seated(clock.real_day())
