"""On which pages is a second factor set up, checked and given up?

The library's views; what they change is noted in the same transaction, and the session learns of it.
"""

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.decorators import login_not_required
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth, flows
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic import View
from django.views.generic.edit import FormMixin

from esc_tracker.accounts.models import User
from esc_tracker.accounts.signin.factors import (
    HAS_SECOND_FACTOR,
    codes_left,
    has_factor,
    note_factor,
    show_codes_once,
)
from esc_tracker.accounts.signin.notice import NOT_ACCEPTED, is_accepted, take_acknowledgment
from esc_tracker.accounts.signin.sealing import CannotOpen

_TOTP, _PASSKEY, _CODES = (
    Authenticator.Type.TOTP,
    Authenticator.Type.WEBAUTHN,
    Authenticator.Type.RECOVERY_CODES,
)


class CheckView(AuthenticateView):
    """Ask for the second factor after the passphrase."""

    template_name = "account/second_factor.html"


class CheckAgainView(ReauthenticateView):
    """Ask for a code before one changes how one signs in."""

    template_name = "account/again.html"


class PasskeyAgainView(ReauthenticateWebAuthnView):
    """Ask for a passkey before one changes how one signs in."""

    template_name = "account/again_passkey.html"

    def form_invalid(self, form: Form) -> HttpResponse:
        """Say on the same page that it was not taken."""
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Keep the form with its problems, which the library drops."""
        return super().get_context_data() | kwargs


class SetUpAppView(ActivateTOTPView):
    """Set up an authenticator app."""

    template_name = "account/set_up_app.html"

    @method_decorator(transaction.atomic)
    def form_valid(self, form: Form) -> HttpResponse:
        """Keep the app's key; the first factor brings recovery codes."""
        answer: HttpResponse = super().form_valid(form)
        _note_added(self.request, _TOTP, codes=self.did_generate_recovery_codes)
        messages.success(self.request, "Your authenticator app is set up.")
        return answer


class RemoveAppView(DeactivateTOTPView):
    """Give up the authenticator app."""

    template_name = "account/remove_app.html"

    @method_decorator(transaction.atomic)
    def form_valid(self, form: Form) -> HttpResponse:
        """Forget the app's key."""
        answer: HttpResponse = super().form_valid(form)
        _note_removed(self.request, _TOTP)
        messages.success(self.request, "The authenticator app is removed.")
        return answer


class AddPasskeyView(AddWebAuthnView):
    """Make a passkey."""

    template_name = "account/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask the browser for one that signs in by itself; the form keeps its problems, which the library drops."""
        context = super().get_context_data() | kwargs
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, passwordless=True)}
        return context

    @method_decorator(transaction.atomic)
    def form_valid(self, form: Form) -> HttpResponse:
        """Keep the passkey; the first factor brings recovery codes."""
        answer: HttpResponse = super().form_valid(form)
        _note_added(self.request, _PASSKEY, codes=self.did_generate_recovery_codes)
        messages.success(self.request, f"The passkey “{form.cleaned_data['name']}” is set up.")
        return answer


class RemovePasskeyView(RemoveWebAuthnView):
    """Give up a passkey."""

    template_name = "account/remove_passkey.html"
    success_url = reverse_lazy("security")

    @method_decorator(transaction.atomic)
    def form_valid(self, form: Form) -> HttpResponse:
        """Forget it."""
        answer: HttpResponse = super().form_valid(form)
        _note_removed(self.request, _PASSKEY)
        messages.success(self.request, "The passkey is removed.")
        return answer


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class RecoveryCodesView(View):
    """Show the recovery codes, once and when asked to by a button: looking at a page changes nothing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Offer to show them, or say that they were shown."""
        return self._page(request, [])

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        try:
            return self._page(request, show_codes_once(_person(request)))
        except CannotOpen:
            messages.error(request, "These codes can no longer be shown. Make new ones.")
            return redirect("mfa_generate_recovery_codes")

    def _page(self, request: HttpRequest, shown: list[str]) -> HttpResponse:
        codes = get_object_or_404(Authenticator, user=_person(request), type=_CODES)
        context = {"codes": shown, "were_shown": codes.wrap().did_view, "left": codes_left(codes)}
        return render(request, "account/recovery_codes.html", context)


class NewRecoveryCodesView(GenerateRecoveryCodesView):
    """Make new recovery codes; the old ones end."""

    template_name = "account/new_recovery_codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Count the codes in use; the library would open them for it, which may be why one needs new ones."""
        codes = Authenticator.objects.filter(user=_person(self.request), type=_CODES).first()
        return {**FormMixin.get_context_data(self, **kwargs), "unused_code_count": codes_left(codes) if codes else 0}

    @method_decorator(transaction.atomic)
    def form_valid(self, form: Form) -> HttpResponse:
        """Put new codes in the place of the old."""
        answer: HttpResponse = super().form_valid(form)
        note_factor(_person(self.request), _CODES, "renewed")
        return answer


@method_decorator(login_not_required, name="dispatch")
class PasskeySignInView(LoginWebAuthnView):
    """Sign in by a passkey alone, which is a full sign-in: it needs the device and its owner's finger or PIN."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look at the passkey only if the notice was accepted."""
        if not is_accepted(request):
            return _back_to_sign_in(request, NOT_ACCEPTED)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Form) -> HttpResponse:
        """Sign in, and go on to where one came from."""
        take_acknowledgment(self.request)
        passkey = form.cleaned_data["credential"]
        login = Login(user=passkey.user, redirect_url=get_next_redirect_url(self.request))
        answer: HttpResponse = flows.perform_passwordless_login(self.request, passkey, login)
        return answer

    def form_invalid(self, form: Form) -> HttpResponse:
        """Say on the sign-in page why not."""
        return _back_to_sign_in(self.request, form.errors["credential"].as_data()[0].messages[0])


def _back_to_sign_in(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("account_login")


def _note_added(request: HttpRequest, factor: str, *, codes: bool) -> None:
    note_factor(_person(request), factor, "added")
    if codes:
        note_factor(_person(request), _CODES, "added")
    request.session[HAS_SECOND_FACTOR] = True


def _note_removed(request: HttpRequest, factor: str) -> None:
    """Note it; a session whose person has none left has none, however it was begun."""
    note_factor(_person(request), factor, "removed")
    request.session[HAS_SECOND_FACTOR] = has_factor(_person(request))


def _person(request: HttpRequest) -> User:
    """Return who is signed in; the library's guards let nobody else come here."""
    return cast(User, request.user)
