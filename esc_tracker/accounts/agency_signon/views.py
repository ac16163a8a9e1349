"""How does a person sign in with their agency's own sign-on?

Two addresses: one is posted to and leads to the provider, the other takes back whom the provider sends. Whatever fails
is told in a plain page; nothing here is needed for signing in with a passphrase.
"""

import secrets
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.internal.constants import LoginStageKey
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from esc_tracker import clock
from esc_tracker.accounts.agency_signon.linking import link, person_of, person_to_link
from esc_tracker.accounts.agency_signon.provider import Provider, ProviderAway, ProviderBroken, configured_provider
from esc_tracker.accounts.agency_signon.tokens import Expected, Identity, NotProven, identity_in
from esc_tracker.accounts.signin.notice import take_acknowledgment
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event

ABOUT = "Agency sign-on"
ATTEMPT_SECONDS = 10 * 60
ATTEMPTS_MAX = 5  # Tabs in which somebody may be under way at once.
RETRY_AFTER_SECONDS = 30
CODE_MAX = 4096
_ATTEMPTS = "agency_signon_attempts"
_AGAIN = "You are not signed in. Go to the sign-in page and begin again."


@login_not_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Lead a person who accepted the notice of use to the provider."""
    provider = _provider()
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if not_accepted := take_acknowledgment(request):
        return _told(request, "You are not signed in", not_accepted, status=400)
    try:
        address = provider.endpoints()["authorization_endpoint"]
    except (ProviderAway, ProviderBroken) as failure:
        return _not_available(request, provider, failure)
    proof = generate_code_challenge()
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    attempt = [nonce, proof["code_verifier"], _safe_next(request), clock.wall().timestamp()]
    attempts = dict(list(request.session.get(_ATTEMPTS, {}).items())[1 - ATTEMPTS_MAX :])
    request.session[_ATTEMPTS] = attempts | {state: attempt}
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": _callback_address(),
        "scope": "openid email",
        "state": state,
        "nonce": nonce,
        "code_challenge": proof["code_challenge"],
        "code_challenge_method": proof["code_challenge_method"],
        "prompt": "select_account",
    } | ({"acr_values": " ".join(provider.acr)} if provider.acr else {})
    return HttpResponseRedirect(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}")


@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Take back whom the provider sends, and sign in whom its signed word and a seat here let in."""
    provider = _provider()
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    attempt = _taken_attempt(request)
    if attempt is None:
        return _refused(request, provider, "state")
    nonce, verifier, next_url, _ = attempt
    if request.GET.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        return _refused(request, provider, "issuer")
    if "error" in request.GET:
        return _refused(request, provider, "declined" if request.GET["error"] == "access_denied" else "provider_error")
    code = request.GET.get("code", "")
    if not 0 < len(code) <= CODE_MAX:
        return _refused(request, provider, "code")
    try:
        token = provider.redeem(code, verifier=verifier, redirect_uri=_callback_address())
        if token is None:
            return _refused(request, provider, "code")
        expected = Expected(provider.issuer, provider.client_id, nonce, provider.acr, provider.amr)
        identity = identity_in(token, expected, provider.key)
    except NotProven as refusal:
        return _refused(request, provider, refusal.reason)
    except (ProviderAway, ProviderBroken) as failure:
        return _not_available(request, provider, failure)
    return _sign_in(request, provider, identity, next_url)


def _sign_in(request: HttpRequest, provider: Provider, identity: Identity, next_url: str) -> HttpResponse:
    """Sign in the person the provider has proven, if they have a seat."""
    person = person_of(identity)
    found = person or person_to_link(identity)
    if found is None:
        return _unknown(request, provider)
    if not found.is_seated(clock.real_day()):
        note_event(Kind.SIGN_IN_FAILED, person=found, about=ABOUT, succeeded=False, reason="closed")
        return redirect("account_inactive")
    if person is None and not link(identity, found) and person_of(identity) != found:
        return _unknown(request, provider)
    record_authentication(request, found, method="socialaccount", provider=identity.issuer, uid=identity.subject)
    login = Login(user=found, email_verification="none", redirect_url=next_url or None)
    LoginStageController(request, login).set_handled(LoginStageKey.MFA_AUTHENTICATE.value)  # The provider asked.
    answer: HttpResponse = perform_login(request, login)
    return answer


def _provider() -> Provider:
    provider = configured_provider()
    if provider is None:
        raise Http404
    return provider


def _callback_address() -> str:
    """Return where the provider sends people back: by the site's own name, never by one a request brought."""
    return settings.BASE_URL + reverse("agency_callback")


def _safe_next(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    return url if url_has_allowed_host_and_scheme(url, None) else ""


def _taken_attempt(request: HttpRequest) -> tuple[str, str, str, float] | None:
    """Take the attempt that this state belongs to out of the session: good once, here, for a while."""
    attempts: dict[str, Any] = request.session.get(_ATTEMPTS, {})
    if not attempts:
        return None
    found = attempts.pop(request.GET.get("state", ""), None)
    request.session[_ATTEMPTS] = attempts
    if found is None or clock.wall().timestamp() - found[3] > ATTEMPT_SECONDS:
        return None
    return tuple(found)


def _refused(request: HttpRequest, provider: Provider, reason: str) -> HttpResponse:
    note_event(Kind.SIGN_IN_FAILED, person=None, about=ABOUT, succeeded=False, reason=reason)
    if reason == "declined":
        lead = f"{provider.name} says that you did not finish signing in there."
    elif reason == "state":
        lead = "This attempt to sign in is over: it took too long, was used before, or began in another browser."
    elif reason == "second_factor":
        lead = f"{provider.name} did not say that you used a second factor. This site asks for one."
    else:
        lead = f"What {provider.name} sent is not proof of who you are."
    return _told(request, "You are not signed in", lead, status=403)


def _unknown(request: HttpRequest, provider: Provider) -> HttpResponse:
    note_event(Kind.SIGN_IN_FAILED, person=None, about=ABOUT, succeeded=False, reason="no_seat")
    lead = f"You are known to {provider.name}, but have no seat here. Ask the chair’s office (PLCY)."
    return _told(request, "You have no seat here", lead, then="", status=403)


def _not_available(request: HttpRequest, provider: Provider, failure: Exception) -> HttpResponse:
    """Answer 503 when the provider is away, 502 when it answers what nobody can use."""
    away = isinstance(failure, ProviderAway)
    reason = "provider_away" if away else "provider_broken"
    note_event(Kind.SIGN_IN_FAILED, person=None, about=ABOUT, succeeded=False, reason=reason, told=str(failure))
    lead = f"{provider.name} does not answer as it should, so you cannot sign in with it for the moment."
    other = " You can still sign in with a passphrase." if settings.PASSPHRASE_SIGN_IN else ""
    then = f"Try again in a few minutes.{other}"
    answer = _told(request, f"{provider.name} is not available", lead, then=then, status=503 if away else 502)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _told(request: HttpRequest, heading: str, lead: str, *, status: int, then: str = _AGAIN) -> HttpResponse:
    context = {"heading": heading, "lead": lead, "then": then}
    return render(request, "account/agency_signon.html", context, status=status)
