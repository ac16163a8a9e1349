"""Is every false word of a provider refused, noted once, and nobody signed in? (R11)"""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.security.models import Kind, SecurityEvent
from tests.ground.agency_signon.conftest import begin, sent_back, sign_on
from tests.ground.agency_signon.provider import CLIENT, EC_KEY, KEY, OTHER_KEY, SECRET, FakeProvider, jwk

NOW = int(time.time())  # noqa: TID251 - the provider's clock


def _assert_refused(client: Client, answer: Any, reason: str, status: int = 403) -> None:
    page = answer.content.decode()
    [event] = SecurityEvent.objects.all()
    assert answer.status_code == status
    assert "_auth_user_id" not in client.session
    assert (event.kind, event.succeeded, event.facts["reason"]) == (Kind.SIGN_IN_FAILED, False, reason)
    assert event.request_id in page
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": None}, "claim_missing"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": None}, "claim_missing"),
        ({"aud": [CLIENT, "another-client"]}, "authorized_party"),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, "authorized_party"),
        ({"azp": "another-client"}, "authorized_party"),
        ({"exp": NOW - 120, "iat": NOW - 300}, "expired"),
        ({"exp": None}, "claim_missing"),
        ({"iat": NOW + 600, "exp": NOW + 900}, "issued_at"),
        ({"iat": None}, "claim_missing"),
        ({"nonce": None}, "nonce"),
        ({"nonce": "of-another-session"}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"acr": None}, "second_factor"),
        ({"acr": "urn:example:password-only"}, "second_factor"),
        ({"acr": None, "amr": ["mfa"]}, "second_factor"),
        ({"sub": None}, "claim_missing"),
        ({"sub": "x" * 192}, "subject"),
        ({"sub": "tab\tand\x00zero"}, "subject"),
    ],
)
def test_a_false_claim_is_refused_and_noted(client: Client, cbp: User, provider: FakeProvider, claims, reason) -> None:
    provider.claims = claims

    answer = sign_on(client)

    _assert_refused(client, answer, reason)


def _unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none", headers={"kid": "one"})


def _with_the_public_key(claims: dict[str, Any]) -> str:
    """Sign as one who takes the published key for a shared secret."""
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "kid": "one", "typ": "JWT"}, claims)
    )
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(head + b"." + body, public)
    return b".".join((head, body, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()


def _changed_after_signing(claims: dict[str, Any]) -> str:
    head, _, signature = jwt.encode(claims, KEY, "RS256", headers={"kid": "one"}).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "somebody-else"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        (_unsigned, "algorithm"),
        (_with_the_public_key, "algorithm"),
        (lambda claims: jwt.encode(claims, SECRET, "HS256", headers={"kid": "one"}), "algorithm"),
        (lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "one"}), "signature"),
        (lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "two"}), "key"),
        (lambda claims: jwt.encode(claims, EC_KEY, "ES256", headers={"kid": "one"}), "malformed"),
        (lambda claims: jwt.encode(claims, KEY, "RS256", headers={"kid": "one", "crit": ["exp"]}), "malformed"),
        (_changed_after_signing, "signature"),
        (lambda claims: "no.token", "malformed"),
        (lambda claims: "é.ü.ß", "malformed"),
    ],
)
def test_a_token_the_provider_did_not_sign_is_refused(
    client: Client, cbp: User, provider: FakeProvider, sign: Callable[[dict[str, Any]], str], reason: str
) -> None:
    provider.sign = sign

    answer = sign_on(client)

    _assert_refused(client, answer, reason)


def test_a_key_for_encryption_proves_nothing(client: Client, cbp: User, provider: FakeProvider) -> None:
    provider.keys = [jwk(KEY, "one") | {"use": "enc"}]

    answer = sign_on(client)

    _assert_refused(client, answer, "key")


def test_a_wrong_state_is_refused_before_the_provider_is_asked(
    client: Client, cbp: User, provider: FakeProvider
) -> None:
    back = sent_back(begin(client))
    code = back.partition("code=")[2].partition("&")[0]

    answer = client.get(f"/accounts/agency/callback/?code={code}&state=made-up")

    _assert_refused(client, answer, "state")
    assert "/token" not in provider.asked


def test_an_attempt_is_of_one_browser(client: Client, cbp: User, provider: FakeProvider) -> None:
    back = sent_back(begin(Client()))

    answer = client.get(back)

    _assert_refused(client, answer, "state")


def test_an_attempt_ends_after_ten_minutes(client: Client, cbp: User, provider: FakeProvider) -> None:
    back = sent_back(begin(client))

    with time_machine.travel(clock.wall() + timedelta(minutes=10, seconds=1)):
        answer = client.get(back)

    _assert_refused(client, answer, "state")


def test_a_code_is_good_once(client: Client, cbp: User, provider: FakeProvider) -> None:
    back = sent_back(begin(client))
    client.get(back)
    client.logout()
    SecurityEvent.objects.all().delete()
    SocialAccount.objects.all().delete()

    again = client.get(back)

    _assert_refused(client, again, "state")
    assert provider.asked.count("/token") == 1


def test_a_code_taken_from_another_attempt_is_refused(client: Client, cbp: User, provider: FakeProvider) -> None:
    stolen = sent_back(begin(Client())).partition("code=")[2]
    state = sent_back(begin(client)).partition("state=")[2].partition("&")[0]

    answer = client.get(f"/accounts/agency/callback/?code={stolen.partition('&')[0]}&state={state}")

    _assert_refused(client, answer, "code")


def test_an_answer_of_another_issuer_is_refused(client: Client, cbp: User, provider: FakeProvider) -> None:
    back = sent_back(begin(client))

    answer = client.get(f"{back}&iss=https://evil.example")

    _assert_refused(client, answer, "issuer")


@pytest.mark.parametrize(
    ("error", "reason"), [("access_denied", "declined"), ("<script>alert(1)</script>", "provider_error")]
)
def test_what_the_provider_refuses_is_told_plainly(
    client: Client, cbp: User, provider: FakeProvider, error: str, reason: str
) -> None:
    provider.answers_error = error

    answer = sign_on(client)

    _assert_refused(client, answer, reason)
    assert "alert(1)" not in answer.content.decode()
