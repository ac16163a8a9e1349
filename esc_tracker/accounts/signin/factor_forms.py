"""How is a second factor asked for and checked, with failures counted as the passphrase's are?

The library's forms, with its count by account replaced: it would let one who knows a passphrase lock its owner out.
"""

import struct
from typing import Any
from uuid import uuid4

import structlog
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError

from esc_tracker.accounts.models import User
from esc_tracker.accounts.signin.sealing import CannotOpen
from esc_tracker.accounts.signin.throttle import TOO_MANY, Try, begin_try
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event, note_refusal

_GOOD_FOR_SECONDS = 120  # longer than any code of an app is taken
NAME_MAX = 60
CODE_LABEL = "Code"
# What a browser's answer that is no answer makes the library's parser raise.
_MALFORMED = (AttributeError, LookupError, TypeError, ValueError, struct.error)

log = structlog.get_logger(__name__)


def note_failure(person: User | None, reason: str) -> None:
    """Note a second factor or passkey that did not fit."""
    note_event(Kind.SIGN_IN_FAILED, person=person, succeeded=False, reason=reason)


def _begin(person: User) -> Try:
    """Count a try with a code; raises the sentence when too many have failed from here."""
    tried = begin_try(context.request, f"code:{person.pk}")
    if tried is None:
        note_refusal(person=person, kind=Kind.SIGN_IN_FAILED, reason="too many codes")
        raise ValidationError(TOO_MANY, code="too_many")
    return tried


def _plain(field: forms.Field, label: str, help_text: str = "") -> None:
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class _Code(BaseAuthenticateForm):
    """A code of the app, or one of the recovery codes; each is good once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], CODE_LABEL, "Six digits from your authenticator app, or a recovery code.")

    def clean_code(self) -> str:
        """Take the code, or count the failure."""
        tried = _begin(self.user)
        code: str = self.cleaned_data["code"]
        for factor in Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN):
            if _fits(factor, code) and (factor.type != Authenticator.Type.TOTP or _is_first_use(self.user, code)):
                factor.user = self.user
                self.authenticator = factor
                tried.succeeded()
                return code
        note_failure(self.user, "code")
        raise get_adapter().validation_error("incorrect_code")


def _is_first_use(person: User, code: str) -> bool:
    """Say whether an app's code comes for the first time: the library forgets it before it runs out."""
    digits = "".join(sign for sign in code if sign.isdigit())
    return bool(cache.add(f"code-used:{person.pk}:{digits}", True, _GOOD_FOR_SECONDS))


def _fits(factor: Authenticator, code: str) -> bool:
    """Say whether a code is one of this factor; of one that cannot be opened, none is."""
    try:
        return bool(factor.wrap().validate_code(code))
    except CannotOpen:
        log.error("second_factor_cannot_be_opened", factor=factor.pk)
        return False


class CodeForm(_Code, AuthenticateForm):
    """Asked between the passphrase and the first page."""


class CodeAgainForm(_Code, ReauthenticateForm):
    """Asked before one changes how one signs in."""


class FirstCodeForm(ActivateTOTPForm):
    """The first code of an app that is being set up; it proves that the app has the key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], CODE_LABEL, "The six digits that the app shows now.")

    def clean_code(self) -> str:
        """Take the code, or count the failure."""
        tried = _begin(self.user)
        code: str = self.cleaned_data["code"]
        if not validate_totp_code(self.secret, code) or not _is_first_use(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        tried.succeeded()
        return code


class _Passkey(AuthenticateWebAuthnForm):
    """What the browser answers for a passkey. Nothing here can be guessed; failures are counted by source alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].label = "Passkey"
        self.fields["credential"].error_messages |= {"required": "The browser sent no passkey."}

    def clean_credential(self) -> Authenticator:
        """Return the passkey that answered."""
        answer = self.cleaned_data["credential"]
        person = self.user
        tried = begin_try(context.request, f"passkey:{uuid4()}")  # of no person: five failures hold nobody
        if tried is None:
            raise ValidationError(TOO_MANY, code="too_many")
        try:
            auth.parse_authentication_response(answer)
            person = person or auth.extract_user_from_response(answer)
            passkey = auth.complete_authentication(person, answer)
        except (*_MALFORMED, ValidationError):
            note_failure(self.user, "passkey")
            raise ValidationError("This passkey was not taken. Try again, or sign in another way.") from None
        tried.succeeded()
        return passkey


class PasskeyCheckForm(_Passkey):
    """Asked between the passphrase and the first page, in place of a code."""


class PasskeyAgainForm(_Passkey, ReauthenticateWebAuthnForm):
    """Asked before one changes how one signs in."""


class PasskeySignInForm(_Passkey, LoginWebAuthnForm):
    """The only thing asked of one who signs in by passkey."""


class NewPasskeyForm(AddWebAuthnForm):
    """A passkey made by the browser just now, and what to call it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)  # every passkey here signs in by itself
        self.fields["name"] = forms.CharField(
            label="Name",
            required=False,
            max_length=NAME_MAX,
            help_text="Such as “Work laptop”, to know it from others.",
            initial=self.fields["name"].initial,
        )
        self.fields["credential"].label = "Passkey"
        self.fields["credential"].error_messages |= {"required": "The browser sent no passkey."}

    def clean(self) -> dict[str, Any]:
        """Check what the browser made."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except _MALFORMED:
            raise ValidationError("This passkey was not taken. Try again.") from None
        return cleaned
