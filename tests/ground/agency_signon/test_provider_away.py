"""What does a person see when the provider is away, slow or talks nonsense, and who is hindered by it? (R11)"""

import time

import pytest
from django.test import Client

from esc_tracker.accounts.agency_signon import provider as speaking
from esc_tracker.accounts.models import User
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import PASSPHRASE
from tests.ground.agency_signon.conftest import begin, sent_back, sign_on
from tests.ground.agency_signon.provider import FakeProvider


def _assert_told(client: Client, answer, status: int, reason: str) -> None:
    page = answer.content.decode()
    event = SecurityEvent.objects.get(kind=Kind.SIGN_IN_FAILED)
    assert answer.status_code == status
    assert answer["Retry-After"] == "30"
    assert "Login.example is not available" in page
    assert event.request_id in page
    assert event.facts["reason"] == reason
    assert "_auth_user_id" not in client.session


def _sign_in_by_passphrase(cbp: User) -> bool:
    other = Client()
    other.post("/accounts/login/", {"login": cbp.email, "password": PASSPHRASE, "accept": "yes"})
    return "_auth_user_id" in other.session


def test_a_provider_that_is_away_is_told_plainly_and_passphrases_work(
    client: Client, cbp: User, provider: FakeProvider, settings
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:1"

    answer = begin(client)

    _assert_told(client, answer, 503, "provider_away")
    assert _sign_in_by_passphrase(cbp)


def test_a_provider_that_fails_is_told_plainly(client: Client, cbp: User, provider: FakeProvider) -> None:
    provider.fails_with = 500

    answer = begin(client)

    _assert_told(client, answer, 503, "provider_away")


def test_a_slow_provider_is_waited_for_only_so_long_and_not_again(
    client: Client, cbp: User, provider: FakeProvider, monkeypatch
) -> None:
    monkeypatch.setattr(speaking, "PATIENCE_SECONDS", 0.3)
    provider.slow = 1.5
    began = time.monotonic()

    answer = begin(client)

    first = time.monotonic() - began
    again = begin(Client())
    assert first < 1.4
    assert time.monotonic() - began - first < 0.3
    assert (answer.status_code, again.status_code) == (503, 503)
    assert provider.asked == ["/.well-known/openid-configuration"]


def test_a_trickle_does_not_hold_a_page(client: Client, cbp: User, provider: FakeProvider, monkeypatch) -> None:
    monkeypatch.setattr(speaking, "PATIENCE_SECONDS", 0.3)
    provider.trickle = 0.1
    began = time.monotonic()

    answer = begin(client)

    assert time.monotonic() - began < 1.4
    _assert_told(client, answer, 503, "provider_away")


def test_a_provider_that_goes_away_midway_lets_nobody_in(client: Client, cbp: User, provider: FakeProvider) -> None:
    back = sent_back(begin(client))
    provider.fails_with = 503

    answer = client.get(back)

    _assert_told(client, answer, 503, "provider_away")


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"authorization_endpoint": "https://evil.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://169.254.169.254/token"},
        {"token_endpoint": "http://[::1"},
        {"jwks_uri": None},
    ],
)
def test_a_discovery_document_that_leads_elsewhere_is_not_followed(
    client: Client, cbp: User, provider: FakeProvider, discovery: dict
) -> None:
    provider.discovery = discovery

    answer = begin(client)

    _assert_told(client, answer, 502, "provider_broken")
    assert provider.asked == ["/.well-known/openid-configuration"]


def test_a_redirect_is_not_followed(client: Client, cbp: User, provider: FakeProvider) -> None:
    provider.discovery = {"jwks_uri": f"{provider.issuer}/elsewhere"}

    answer = sign_on(client)

    _assert_told(client, answer, 502, "provider_broken")
    assert "/keys" not in provider.asked


def test_production_speaks_to_no_provider_in_the_clear(
    client: Client, cbp: User, provider: FakeProvider, settings
) -> None:
    settings.PRODUCTION = True

    answer = begin(client)

    _assert_told(client, answer, 502, "provider_broken")


def test_what_failed_tells_no_secret(client: Client, cbp: User, provider: FakeProvider) -> None:
    back = sent_back(begin(client))
    provider.fails_with = 500

    client.get(back)

    [event] = SecurityEvent.objects.all()
    code = back.partition("code=")[2].partition("&")[0]
    assert code not in str(event.facts)
    assert event.facts["told"] == "RequestException"
