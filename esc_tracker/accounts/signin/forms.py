"""What does the sign-in page ask for?"""

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from django import forms
from django.http import HttpRequest, HttpResponse

from esc_tracker.accounts.signin.notice import NOT_ACCEPTED, is_accepted, take_acknowledgment
from esc_tracker.accounts.signin.passphrases import demand_passphrases


class SignInForm(LoginForm):
    """An address and a passphrase, called what the rest of the site calls them; and the notice accepted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"
        self.fields["password"].label = "Passphrase"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)  # A placeholder is no label and goes when one types.

    def clean(self) -> dict[str, Any]:
        """Refuse before anything is looked up when the notice was not accepted."""
        demand_passphrases()
        if not is_accepted(self.request):
            raise forms.ValidationError(NOT_ACCEPTED)
        cleaned: dict[str, Any] = super().clean()
        return cleaned

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in, with the acknowledgment kept for the adapter to ask for."""
        take_acknowledgment(request)
        response: HttpResponse = super().login(request, redirect_url)
        return response


class AgainForm(ReauthenticateForm):
    """The passphrase once more, before one changes how one signs in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "Passphrase"
        self.fields["password"].widget.attrs.pop("placeholder", None)
