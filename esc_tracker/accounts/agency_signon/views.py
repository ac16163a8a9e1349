"""How does a person sign in with their agency's own sign-on?

Two addresses: one is posted to and leads to the provider, the other takes back whom the provider sends. Whatever fails
is told in a plain page; nothing here is needed for signing in with a passphrase. The same way serves one who is signed
in and has to confirm it: the provider is told to ask again.
"""

import secrets
from typing import Any, NamedTuple
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
from django.views.decorators.http import require_GET, require_POST, require_safe

from esc_tracker import clock
from esc_tracker.accounts.agency_signon.linking import link, person_of, person_to_link
from esc_tracker.accounts.agency_signon.provider import Provider, ProviderAway, ProviderBroken, configured_provider
from esc_tracker.accounts.agency_signon.tokens import Expected, Identity, NotProven, identity_in
from esc_tracker.accounts.models import User
from esc_tracker.accounts.signin.notice import take_acknowledgment
from esc_tracker.security.models import Kind
from esc_tracker.security.noting import note_event
from esc_tracker.ways_back import way_back

ABOUT = "Agency sign-on"
ATTEMPT_SECONDS = 10 * 60
ATTEMPTS_MAX = 5  # Tabs in which somebody may be under way at once.
RETRY_AFTER_SECONDS = 30
CODE_MAX = 4096
_ATTEMPTS = "agency_signon_attempts"
AGAIN = "again"  # the field by which one who is signed in asks to confirm it
_NOT_SIGNED_IN = "You are not signed in. Go to the sign-in page and begin again."
_NOT_CONFIRMED = "Nothing is changed. Go back to “Sign-in and security” and begin again."


class Attempt(NamedTuple):
    """One walk to the provider and back; `again` is who was signed in when it began to confirm that."""

    nonce: str
    verifier: str
    next_url: str
    begun_at: float
    again: int | None


@login_not_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Lead a person who accepted the notice of use to the provider, or one who is to confirm that it is them."""
    provider = _provider()
    again = request.user.pk if AGAIN in request.POST else None
    if request.user.is_authenticated and again is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if again is None and (not_accepted := take_acknowledgment(request)):
        return _told(request, "You are not signed in", not_accepted, status=400)
    try:
        address = provider.endpoints()["authorization_endpoint"]
    except (ProviderAway, ProviderBroken) as failure:
        return _not_available(request, provider, failure)
    proof = generate_code_challenge()
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    attempt = [nonce, proof["code_verifier"], _safe_next(request), clock.wall().timestamp(), again]
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
        "prompt": "select_account" if again is None else "login",
    } | ({"acr_values": " ".join(provider.acr)} if provider.acr else {})
    return HttpResponseRedirect(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}")


@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Take back whom the provider sends, and sign in whom its signed word and a seat here let in."""
    provider = _provider()
    attempt = _taken_attempt(request)
    if request.user.is_authenticated and (attempt is None or attempt.again != request.user.pk):
        return redirect(settings.LOGIN_REDIRECT_URL)
    if attempt is None or (attempt.again and not request.user.is_authenticated):
        return _refused(request, provider, "state")
    if request.GET.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        return _refused(request, provider, "issuer")
    if "error" in request.GET:
        return _refused(request, provider, "declined" if request.GET["error"] == "access_denied" else "provider_error")
    code = request.GET.get("code", "")
    if not 0 < len(code) <= CODE_MAX:
        return _refused(request, provider, "code")
    try:
        token = provider.redeem(code, verifier=attempt.verifier, redirect_uri=_callback_address())
        if token is None:
            return _refused(request, provider, "code")
        expected = Expected(
            provider.issuer,
            provider.client_id,
            attempt.nonce,
            provider.acr,
            provider.amr,
            proven_since=attempt.begun_at if attempt.again else None,
        )
        identity = identity_in(token, expected, provider.key)
    except NotProven as refusal:
        return _refused(request, provider, refusal.reason)
    except (ProviderAway, ProviderBroken) as failure:
        return _not_available(request, provider, failure)
    if attempt.again:
        return _confirm(request, provider, identity, attempt.next_url)
    return _sign_in(request, provider, identity, attempt.next_url)


@require_safe
def again(request: HttpRequest) -> HttpResponse:
    """Ask one who is signed in to confirm it at the provider, before they change how they sign in."""
    return render(request, "account/again_agency.html", {"provider": _provider().name, "next_url": _safe_next(request)})


def _confirm(request: HttpRequest, provider: Provider, identity: Identity, next_url: str) -> HttpResponse:
    """Keep in the session that the provider has proven just now who is signed in."""
    if person_of(identity) != request.user:
        return _refused(request, provider, "another person")
    facts = {"provider": identity.issuer, "uid": identity.subject, "reauthenticated": True}
    record_authentication(request, request.user, method="socialaccount", **facts)
    return redirect(next_url or "security")


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
    return way_back(request.POST.get("next") or request.GET.get("next", ""))


def _taken_attempt(request: HttpRequest) -> Attempt | None:
    """Take the attempt that this state belongs to out of the session: good once, here, for a while."""
    attempts: dict[str, Any] = request.session.get(_ATTEMPTS, {})
    if not attempts:
        return None
    found = attempts.pop(request.GET.get("state", ""), None)
    request.session[_ATTEMPTS] = attempts
    attempt = Attempt(*found) if found else None
    return attempt if attempt and clock.wall().timestamp() - attempt.begun_at <= ATTEMPT_SECONDS else None


def _refused(request: HttpRequest, provider: Provider, reason: str) -> HttpResponse:
    person = request.user if isinstance(request.user, User) else None
    note_event(Kind.SIGN_IN_FAILED, person=person, about=ABOUT, succeeded=False, reason=reason)
    if reason == "declined":
        lead = f"{provider.name} says that you did not finish signing in there."
    elif reason == "state":
        lead = "This attempt to sign in is over: it took too long, was used before, or began in another browser."
    elif reason == "second_factor":
        lead = f"{provider.name} did not say that you used a second factor. This site asks for one."
    elif reason == "another person":
        lead = f"At {provider.name} you are somebody else than here."
    else:
        lead = f"What {provider.name} sent is not proof of who you are."
    return _told(request, _what_failed(request), lead, status=403)


def _what_failed(request: HttpRequest) -> str:
    return "You did not confirm that it is you" if request.user.is_authenticated else "You are not signed in"


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
    can_still = settings.PASSPHRASE_SIGN_IN and not request.user.is_authenticated
    other = " You can still sign in with a passphrase." if can_still else ""
    then = f"Try again in a few minutes.{other}"
    answer = _told(request, f"{provider.name} is not available", lead, then=then, status=503 if away else 502)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _told(request: HttpRequest, heading: str, lead: str, *, status: int, then: str | None = None) -> HttpResponse:
    if then is None:
        then = _NOT_CONFIRMED if request.user.is_authenticated else _NOT_SIGNED_IN
    context = {"heading": heading, "lead": lead, "then": then}
    return render(request, "account/agency_signon.html", context, status=status)
