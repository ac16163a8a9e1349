"""Where does a person look after how they sign in?"""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from esc_tracker.accounts.models import User
from esc_tracker.accounts.sessions.ending import end_sessions_of
from esc_tracker.accounts.signin.factors import codes_left, must_set_one_up
from esc_tracker.accounts.signin.passphrases import ChangePassphraseForm, choose_passphrase, demand_passphrases
from esc_tracker.accounts.signin.throttle import TOO_MANY, begin_try
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

_WRONG = "This is not your passphrase."


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Show what a person signs in with. One query beyond who they are."""
    person = _person(request)
    kinds = Authenticator.Type
    found = list(Authenticator.objects.filter(user=person).order_by("created_at", "pk"))
    codes = next((factor for factor in found if factor.type == kinds.RECOVERY_CODES), None)
    shown = {
        "app": next((factor for factor in found if factor.type == kinds.TOTP), None),
        "passkeys": [factor for factor in found if factor.type == kinds.WEBAUTHN],
        "codes": codes,
        "codes_left": codes_left(codes) if codes else 0,
        "codes_unseen": codes is not None and not codes.wrap().did_view,
        "needed": person.role in settings.SECOND_FACTOR_ROLES,
        "must_set_one_up": must_set_one_up(request),
        "by_agency_only": not settings.PASSPHRASE_SIGN_IN,
        "provider": settings.OIDC_NAME,
        "has_passphrase": person.has_usable_password(),
    }
    return render(request, "account/security.html", shown)


@require_safe
def to_security(request: HttpRequest) -> HttpResponse:
    """Lead on where the library asks for its own lists of factors."""
    return redirect("security")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def passphrase(request: HttpRequest) -> HttpResponse:
    """Change one's own passphrase; a wrong present one counts as a failed try."""
    demand_passphrases()
    person = _person(request)
    if not person.has_usable_password():
        raise PermissionDenied("You sign in here without a passphrase; there is none to change.")
    form = ChangePassphraseForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid() and _is_own(request, person, form):
        with transaction.atomic():
            choose_passphrase(person, form.cleaned_data["new"])
            update_session_auth_hash(request, person)
            end_sessions_of(person, "passphrase changed", but=request.session.session_key)
        messages.success(request, "Your passphrase is changed. Wherever else you were signed in, you no longer are.")
        return redirect("security")
    return render(request, "account/passphrase.html", {"form": form})


def _is_own(request: HttpRequest, person: User, form: ChangePassphraseForm) -> bool:
    """Say whether the present passphrase is right; if not, or asked too often, the form says so."""
    tried = begin_try(request, person.email)
    if tried is None:
        form.add_error("current", TOO_MANY)
        return False
    if not person.check_password(form.cleaned_data["current"]):
        form.add_error("current", _WRONG)
        note_event(Kind.PASSPHRASE, person=person, about=person.name, succeeded=False)
        return False
    tried.succeeded()
    return True


def _person(request: HttpRequest) -> User:
    """Return who is signed in; the guards let nobody else come here."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
