"""Whom does the agency's sign-on let in, by what key, and what does a page say to everybody else? (R11)"""

from datetime import timedelta

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import PASSPHRASE
from tests.ground.agency_signon.conftest import begin, sent_back, sign_on
from tests.ground.agency_signon.provider import CLIENT_KEY, EC_KEY, KEY, OTHER_KEY, FakeProvider, jwk


def _signed_in(client: Client) -> int | None:
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


def _failures() -> list[str]:
    return [event.facts["reason"] for event in SecurityEvent.objects.filter(kind=Kind.SIGN_IN_FAILED)]


def test_a_seated_person_is_signed_in_and_linked_once(client: Client, cbp: User, provider: FakeProvider) -> None:
    answer = sign_on(client, next="/milestones/")

    link = SocialAccount.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/milestones/")
    assert _signed_in(client) == cbp.pk
    assert (link.user_id, link.provider, link.uid, link.extra_data) == (cbp.pk, provider.issuer, "3f2a-subject", {})
    assert not SocialToken.objects.exists()
    [linked] = SecurityEvent.objects.filter(kind=Kind.SEAT)
    assert (linked.person_id, linked.facts) == (cbp.pk, {"before": "not linked", "after": "linked"})
    assert _failures() == []


def test_the_user_info_endpoint_is_never_asked(client: Client, cbp: User, provider: FakeProvider) -> None:
    sign_on(client)

    assert provider.asked == ["/.well-known/openid-configuration", "/authorize", "/token", "/keys"]


def test_the_session_is_another_one_after_signing_in(client: Client, cbp: User, provider: FakeProvider) -> None:
    back = sent_back(begin(client))
    before = client.session.session_key

    client.get(back)

    assert client.session.session_key != before
    assert "agency_signon_attempts" not in client.session or client.session["agency_signon_attempts"] == {}


def test_the_key_is_the_subject_whatever_the_address_becomes(
    client: Client, cbp: User, ice: User, provider: FakeProvider
) -> None:
    sign_on(client)
    client.logout()
    provider.email = ice.email

    sign_on(client)

    assert _signed_in(client) == cbp.pk
    assert SocialAccount.objects.count() == 1


def test_an_old_subject_is_nobody_at_a_new_issuer(client: Client, cbp: User, provider: FakeProvider) -> None:
    SocialAccount.objects.create(user=cbp, provider="https://former.example", uid=provider.subject)
    provider.email = None

    answer = sign_on(client)

    assert answer.status_code == 403
    assert _signed_in(client) is None


def test_a_linked_person_is_not_linked_to_a_second_subject(client: Client, cbp: User, provider: FakeProvider) -> None:
    SocialAccount.objects.create(user=cbp, provider=provider.issuer, uid="the-first")

    answer = sign_on(client)

    assert answer.status_code == 403
    assert list(SocialAccount.objects.values_list("uid", flat=True)) == ["the-first"]
    assert _failures() == ["no_seat"]


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": "stranger@esc.example"},
        {"email": "cbp@esc.example\x00"},
        {"email": "ｃbp@esc.example"},
        {"email": ["cbp@esc.example"]},
        {"email": None},
    ],
)
def test_an_unknown_person_is_told_whom_to_ask_and_nothing_is_made(
    client: Client, cbp: User, provider: FakeProvider, claims: dict
) -> None:
    provider.claims = claims

    answer = sign_on(client)

    page = answer.content.decode()
    [event] = SecurityEvent.objects.all()
    assert answer.status_code == 403
    assert "You are known to Login.example, but have no seat here. Ask the chair’s office (PLCY)." in page
    assert event.request_id in page
    assert (event.kind, event.person, event.facts) == (Kind.SIGN_IN_FAILED, None, {"reason": "no_seat"})
    assert _signed_in(client) is None
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_the_address_is_compared_without_case(client: Client, cbp: User, provider: FakeProvider) -> None:
    provider.email = "CBP@ESC.example"

    sign_on(client)

    assert _signed_in(client) == cbp.pk


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("closed", ["closed", "ended"])
def test_a_closed_account_is_told_so(
    client: Client, cbp: User, provider: FakeProvider, linked: bool, closed: str
) -> None:
    if linked:
        SocialAccount.objects.create(user=cbp, provider=provider.issuer, uid=provider.subject)
    yesterday = clock.real_day() - timedelta(days=1)
    User.objects.update(**({"is_active": False} if closed == "closed" else {"access_ends_on": yesterday}))

    answer = sign_on(client)

    assert answer["Location"] == "/accounts/inactive/"
    assert _signed_in(client) is None
    assert SocialAccount.objects.exists() is linked
    assert _failures() == ["closed"]


def test_a_session_ends_with_the_seat(client: Client, cbp: User, provider: FakeProvider) -> None:
    sign_on(client)
    User.objects.filter(pk=cbp.pk).update(is_active=False)

    answer = client.get("/milestones/")

    assert answer["Location"].startswith("/accounts/login/")


def test_methods_prove_a_second_factor_where_a_setting_says_so(
    client: Client, cbp: User, provider: FakeProvider, settings
) -> None:
    settings.OIDC_AMR = ["mfa", "hwk"]
    provider.claims = {"acr": None, "amr": ["pwd", "hwk"]}

    sign_on(client)

    assert _signed_in(client) == cbp.pk


def test_several_audiences_with_us_as_the_authorized_party_are_fine(
    client: Client, cbp: User, provider: FakeProvider
) -> None:
    provider.claims = {"aud": ["esc-tracker", "another"], "azp": "esc-tracker"}

    sign_on(client)

    assert _signed_in(client) == cbp.pk


def test_a_signature_by_an_elliptic_curve_is_fine(client: Client, cbp: User, provider: FakeProvider) -> None:
    provider.keys = [jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True) | {"kid": "ec"}]
    provider.sign = lambda claims: jwt.encode(claims, EC_KEY, "ES256", headers={"kid": "ec"})

    sign_on(client)

    assert _signed_in(client) == cbp.pk


def test_a_new_key_is_fetched_when_a_token_names_it(client: Client, cbp: User, provider: FakeProvider) -> None:
    sign_on(client)
    client.logout()
    provider.keys = [jwk(KEY, "one"), jwk(OTHER_KEY, "two")]
    provider.sign = lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "two"})

    sign_on(client)

    assert _signed_in(client) == cbp.pk
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_unknown_keys_do_not_become_requests(client: Client, cbp: User, provider: FakeProvider) -> None:
    provider.sign = lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "made up"})

    for _ in range(4):
        sign_on(client)

    assert provider.asked.count("/keys") == 2
    assert _failures() == ["key"] * 4


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_the_secret_is_told_as_the_provider_wants_it(
    client: Client, cbp: User, provider: FakeProvider, method: str
) -> None:
    provider.discovery = {"token_endpoint_auth_methods_supported": [method]}

    sign_on(client)

    assert _signed_in(client) == cbp.pk


def test_a_key_stands_for_the_secret(client: Client, cbp: User, provider: FakeProvider, settings, tmp_path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(CLIENT_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.OIDC_CLIENT_SECRET = ""
    settings.OIDC_PRIVATE_KEY_FILE = str(pem)

    sign_on(client)

    assert _signed_in(client) == cbp.pk


def test_without_the_notice_accepted_nobody_is_led_to_the_provider(
    client: Client, cbp: User, provider: FakeProvider
) -> None:
    answer = client.post("/accounts/agency/start/")

    assert answer.status_code == 400
    assert provider.asked == []


def test_a_link_cannot_begin_it(client: Client, cbp: User, provider: FakeProvider) -> None:
    answer = client.get("/accounts/agency/start/?accept=yes")

    assert answer.status_code == 405
    assert provider.asked == []


def test_another_site_cannot_begin_it(cbp: User, provider: FakeProvider) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = begin(client)

    assert answer.status_code == 403
    assert provider.asked == []


def test_nobody_is_led_off_the_site_afterwards(client: Client, cbp: User, provider: FakeProvider) -> None:
    answer = sign_on(client, next="https://evil.example/")

    assert answer["Location"] == "/"


def test_one_who_is_signed_in_is_led_on(client: Client, cbp: User, ice: User, provider: FakeProvider) -> None:
    client.force_login(ice)

    begun, back = begin(client), client.get("/accounts/agency/callback/?code=1&state=2")

    assert (begun["Location"], back["Location"]) == ("/", "/")
    assert _signed_in(client) == ice.pk


def test_the_sign_in_page_offers_it_by_name_and_its_form_may_lead_there(
    client: Client, db: None, provider: FakeProvider
) -> None:
    answer = client.get("/accounts/login/?next=/milestones/")

    page = answer.content.decode()
    assert "Accept and sign in with Login.example" in page
    assert '<input type="hidden" name="next" value="/milestones/">' in page
    assert f"form-action 'self' {provider.issuer};" in answer["Content-Security-Policy"]


def test_no_other_page_may_lead_there(client: Client, cbp: User, provider: FakeProvider) -> None:
    client.force_login(cbp)

    answer = client.get("/milestones/")

    assert provider.issuer not in answer["Content-Security-Policy"]


def test_without_a_provider_there_is_no_such_page(client: Client, db: None) -> None:
    page = client.get("/accounts/login/")

    assert 'action="/accounts/agency/start/"' not in page.content.decode()
    assert "form-action 'self';" in page["Content-Security-Policy"]
    assert begin(client).status_code == 404
    assert client.get("/accounts/agency/callback/").status_code == 404


@pytest.mark.parametrize(
    "path", ["social/signup/", "social/connections/", "social/login/error/", "oidc/x/login/", "3rdparty/"]
)
def test_no_page_of_the_library_is_mounted(client: Client, db: None, provider: FakeProvider, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


def test_with_passphrases_off_only_the_provider_lets_in(
    client: Client, cbp: User, provider: FakeProvider, settings
) -> None:
    settings.PASSPHRASE_SIGN_IN = False

    page = client.get("/accounts/login/").content.decode()
    posted = client.post("/accounts/login/", {"login": cbp.email, "password": PASSPHRASE, "accept": "yes"})

    assert 'name="password"' not in page
    assert "Accept and sign in with Login.example" in page
    assert posted.status_code == 403
    assert _signed_in(client) is None
    sign_on(client)
    assert _signed_in(client) == cbp.pk
