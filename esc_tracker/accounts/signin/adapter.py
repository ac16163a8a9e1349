"""What does the sign-in library need to know about this house?"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.accounts.signin.backends import SeatedPeople
from esc_tracker.accounts.signin.factors import mark_session
from esc_tracker.accounts.signin.notice import NOT_ACCEPTED, spend_acknowledgment
from esc_tracker.accounts.signin.passphrases import demand_passphrases
from esc_tracker.accounts.signin.sealing import opened, sealed
from esc_tracker.accounts.signin.throttle import TOO_MANY, begin_try
from esc_tracker.origin import address_of
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event, note_refusal
from esc_tracker.ways_back import way_back

FRESH_SECONDS = 300  # as long as signing in counts as proof for changing how one signs in


class AccountAdapter(DefaultAccountAdapter):
    """Seats are given by an administrator; failures alone are counted; every way in is noted."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "This address and passphrase do not belong together.",
        "incorrect_password": "This is not your passphrase.",
        "too_many_login_attempts": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing on signing in or out: the next page shows it."""

    def is_safe_url(self, url: str | None) -> bool:
        """Lead to paths of this site only: the library would take any host we answer to."""
        return bool(url and way_back(url))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the source as the rest of the house knows it."""
        return address_of(request) or "unknown"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return who this is, a closed account's owner included; the try counts only if it fails.

        In place of the library's own, which counts failures by account whatever their source.
        """
        address = credentials.get("email", "")
        tried = begin_try(request, address)
        if tried is None:
            note_refusal(person=_owner_of(address), kind=Kind.SIGN_IN_FAILED, reason="too many tries")
            raise self.validation_error("too_many_login_attempts")
        SeatedPeople.unstash_authenticated_user()
        known = authenticate(request, **credentials)
        person = known or SeatedPeople.unstash_authenticated_user()
        if not isinstance(person, User):
            note_event(Kind.SIGN_IN_FAILED, person=_owner_of(address), succeeded=False, reason="passphrase")
            return None
        tried.succeeded()
        return person

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Sign in nobody who did not accept the notice; answer one whose time ran out as one whose seat was closed."""
        if not spend_acknowledgment(request):
            messages.error(request, NOT_ACCEPTED)
            return redirect("account_login")
        methods = [record["method"] for record in get_authentication_records(request, user)]
        if not settings.PASSPHRASE_SIGN_IN and "socialaccount" not in methods:  # passkeys lead past the agency, too
            note_event(Kind.SIGN_IN_FAILED, person=user, succeeded=False, reason="not by the agency's sign-on")
            demand_passphrases()
        user.is_active = user.is_seated(clock.real_day())  # not saved: it only answers the library's question
        if not user.is_active:
            note_event(Kind.SIGN_IN_FAILED, person=user, succeeded=False, reason="closed")
        return super().pre_login(request, user, **kwargs)

    @transaction.atomic
    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, in whatever way, and note it: no session without its line."""
        methods = [str(record["method"]) for record in get_authentication_records(request, user)]
        super().login(request, user)
        mark_session(request, methods)
        note_event(Kind.SIGNED_IN, person=user, by=methods)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Take a sign-in of the last minutes as proof enough to change how one signs in."""
        person = context.request.user
        since = clock.wall().timestamp() - FRESH_SECONDS
        if any(record["at"] > since for record in get_authentication_records(context.request, person)):
            return False
        if not get_reauthentication_flows(person):  # whom the library takes for confirmed, having nothing to ask for
            raise ReauthenticationRequired
        return True

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return how a person confirms that it is them: with what they sign in here, or by their agency's sign-on."""
        ways = super().get_reauthentication_methods(user)
        if not settings.PASSPHRASE_SIGN_IN:
            ways = [way for way in ways if way["id"] != "reauthenticate"]
        if SocialAccount.objects.filter(user=user, provider=settings.OIDC_ISSUER).exists():
            ways.append({"id": "agency", "description": settings.OIDC_NAME, "url": reverse("agency_again")})
        return ways


class FactorAdapter(DefaultMFAAdapter):
    """What the second factor is called, here and on the phone."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This is not right, or was used before. Try again with a new code.",
    }

    def get_totp_issuer(self) -> str:
        """Return what the authenticator app shows above the code."""
        return "ESC Milestone Tracker"

    def _get_site_name(self) -> str:
        return "ESC Milestone Tracker"

    def encrypt(self, text: str) -> str:
        """Return a factor's secret as it is kept."""
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a factor's secret. Raises CannotOpen."""
        return opened(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Return a name for a passkey whose owner gave none."""
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"


def _owner_of(address: str) -> User | None:
    """Return whose address was typed, if anybody's; what was typed is kept nowhere."""
    return User.objects.filter(email__iexact=address.strip()).first()
