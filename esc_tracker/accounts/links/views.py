"""Which pages lead to a new passphrase? All public: who comes here cannot sign in yet."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from esc_tracker.accounts.links.asking import ask_reset
from esc_tracker.accounts.links.sending import digests_of
from esc_tracker.accounts.links.using import choose, person_of
from esc_tracker.accounts.signin.passphrases import NewPassphraseForm, demand_passphrases
from esc_tracker.accounts.signin.throttle import begin_try
from esc_tracker.origin import origin
from esc_tracker.plain_text import has_control_characters
from esc_tracker.refusals import NotAllowed

_HELD = "passphrase_link"  # in the session: the digest of the link by which this browser came


class AddressForm(forms.Form):
    """Where to send the link."""

    use_required_attribute = False

    address = forms.EmailField(
        label="E-mail address",
        help_text="The one you sign in with.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={
            "required": "Write your e-mail address.",
            "invalid": "Write an address such as dana.reyes@agency.gov.",
            "max_length": "An address is at most 254 characters long.",
        },
    )

    def clean_address(self) -> str:
        """Keep one spelling, and none with unprintable characters."""
        address: str = self.cleaned_data["address"].lower()
        if has_control_characters(address):
            raise forms.ValidationError("Write an address such as dana.reyes@agency.gov.")
        return address


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Take an address, and answer the same whoever it belongs to; 429 after too many from one source."""
    demand_passphrases()
    form = AddressForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "account/passphrase_forgotten.html", {"form": form})
    address = form.cleaned_data["address"]
    if begin_try(request, f"reset {address}") is None:  # never taken back: each one asked for counts
        return render(request, "429.html", {"request_id": origin().id}, status=429)
    ask_reset(address)
    return redirect("passphrase_asked")


@login_not_required
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Say what happens next, whoever asked."""
    demand_passphrases()
    return render(request, "account/passphrase_asked.html")


@login_not_required
@require_safe
@sensitive_variables()
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Take the secret out of the address bar: keep its digest in the session, and lead on; nothing is used up.

    It leads on whether or not the link is good, so that no line about a missing page is logged with a secret in it.
    One query for each key that counts.
    """
    demand_passphrases()
    if digest := next(filter(person_of, digests_of(token)), ""):
        request.session[_HELD] = digest
    elif _HELD in request.session:
        del request.session[_HELD]
    answer = redirect("passphrase_choose")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def choose_by_link(request: HttpRequest) -> HttpResponse:
    """Ask for a passphrase twice and keep it; 410 for a link that is used, over or was never there."""
    demand_passphrases()
    digest: Any = request.session.get(_HELD, "")
    person = person_of(digest)
    if person is None:
        return render(request, "account/passphrase_gone.html", status=410)
    form = NewPassphraseForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        try:
            choose(digest, form.cleaned_data["new"])
        except NotAllowed:
            return render(request, "account/passphrase_gone.html", status=410)
        logout(request)  # this browser, whoever was signed in here, begins anew
        messages.success(request, "Your passphrase is set. Sign in with it.")
        return redirect("account_login")
    return render(request, "account/passphrase_choose.html", {"form": form, "person": person})
