"""Does one who signs in by their agency confirm there, freshly, before they change how they sign in? (R11)"""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import User
from esc_tracker.security.models import Kind, SecurityEvent
from tests.ground.agency_signon.conftest import begin, sent_back, sign_on
from tests.ground.agency_signon.provider import FakeProvider
from tests.ground.signin.test_confirming import aged, signed_in

AGAIN = "/accounts/agency/again/"
SET_UP = "/accounts/2fa/app/"
NOT_CONFIRMED = "You did not confirm that it is you"


@pytest.fixture
def dana(cbp: User) -> User:
    """One who has no passphrase here."""
    cbp.set_unusable_password()
    cbp.save()
    return cbp


@pytest.fixture
def browser(dana: User, provider: FakeProvider) -> Client:
    """The browser in which they signed in by their agency a while ago."""
    client = Client()
    sign_on(client)
    return aged(client)


def confirm(client: Client, **more: str):
    """Walk to the provider and back to confirm."""
    return client.get(sent_back(begin(client, again="yes", next=SET_UP, **more)))


def test_one_without_a_passphrase_is_led_to_confirm_at_the_provider(browser: Client) -> None:
    led = browser.get(SET_UP)

    page = browser.get(led["Location"]).content.decode()

    assert led["Location"] == f"{AGAIN}?next=%2Faccounts%2F2fa%2Fapp%2F"
    assert "Login.example asks you once more who you are." in page
    assert f'<input type="hidden" name="next" value="{SET_UP}">' in page


def test_the_form_that_asks_may_lead_to_the_provider(browser: Client, provider: FakeProvider) -> None:
    assert f"form-action 'self' {provider.issuer};" in browser.get(AGAIN)["Content-Security-Policy"]


def test_the_provider_is_told_to_ask_again(browser: Client) -> None:
    query = parse_qs(urlsplit(begin(browser, again="yes")["Location"]).query)

    assert query["prompt"] == ["login"]


def test_having_confirmed_there_opens_the_page_and_keeps_the_session(browser: Client, dana: User) -> None:
    answer = confirm(browser)

    assert (answer.status_code, answer["Location"]) == (302, SET_UP)
    assert browser.get(SET_UP).status_code == 200
    assert int(browser.session["_auth_user_id"]) == dana.pk


def test_confirming_lasts_as_long_as_signing_in_does(browser: Client) -> None:
    confirm(browser)

    aged(browser)

    assert browser.get(SET_UP).status_code == 302


def test_another_person_at_the_provider_confirms_nothing(browser: Client, ice: User, provider: FakeProvider) -> None:
    provider.claims = {"sub": "somebody-else", "email": ice.email}

    answer = confirm(browser)

    page = answer.content.decode()
    assert answer.status_code == 403
    assert NOT_CONFIRMED in page
    assert "At Login.example you are somebody else than here." in page
    assert browser.get(SET_UP).status_code == 302
    [event] = SecurityEvent.objects.filter(kind=Kind.SIGN_IN_FAILED)
    assert (event.person, event.facts) == (User.objects.get(email="cbp@esc.example"), {"reason": "another person"})


def test_a_proof_from_before_one_was_asked_confirms_nothing(browser: Client, provider: FakeProvider) -> None:
    provider.claims = {"auth_time": int(clock.wall().timestamp()) - 600}

    answer = confirm(browser)

    assert answer.status_code == 403
    assert browser.get(SET_UP).status_code == 302


@pytest.mark.parametrize("told", ["now", None, True, [], {}])
def test_an_odd_time_of_proof_is_no_proof(browser: Client, provider: FakeProvider, told: object) -> None:
    provider.claims = {"auth_time": told}

    answer = confirm(browser)

    assert answer.status_code == (302 if told is None else 403)  # one may leave it out


def test_a_fresh_proof_that_is_told_is_fine(browser: Client, provider: FakeProvider) -> None:
    provider.claims = {"auth_time": int(clock.wall().timestamp())}

    assert confirm(browser)["Location"] == SET_UP


def test_one_who_turns_back_there_is_told_that_nothing_changed(browser: Client, provider: FakeProvider) -> None:
    provider.answers_error = "access_denied"

    page = confirm(browser).content.decode()

    assert NOT_CONFIRMED in page
    assert "Nothing is changed." in page
    assert 'href="/accounts/security/"' in page


def test_a_walk_begun_by_one_person_confirms_nothing_for_another(browser: Client, plcy: User) -> None:
    back = sent_back(begin(browser, again="yes", next=SET_UP))
    attempts = browser.session["agency_signon_attempts"]
    other = signed_in(plcy)
    session = other.session
    session["agency_signon_attempts"] = attempts
    session.save()

    answer = aged(other).get(back)

    assert answer["Location"] == "/"
    assert other.get(SET_UP).status_code == 302


def test_a_walk_begun_for_signing_in_confirms_nothing(dana: User, provider: FakeProvider) -> None:
    client = Client()
    back = sent_back(begin(client, next=SET_UP))
    sign_on(client)
    aged(client)

    assert client.get(back)["Location"] == "/"
    assert client.get(SET_UP).status_code == 302


def test_one_who_is_signed_out_meanwhile_is_not_signed_in_by_it(browser: Client) -> None:
    back = sent_back(begin(browser, again="yes"))
    browser.post("/accounts/logout/")

    answer = browser.get(back)

    assert answer.status_code == 403
    assert "_auth_user_id" not in browser.session


def test_nobody_signs_in_past_the_notice_by_asking_to_confirm(dana: User, provider: FakeProvider) -> None:
    client = Client()

    answer = client.post("/accounts/agency/start/", {"again": "yes"})

    assert answer.status_code == 400
    assert provider.asked == []


def test_with_passphrases_off_a_passphrase_confirms_nothing(cbp: User, provider: FakeProvider, settings) -> None:
    settings.PASSPHRASE_SIGN_IN = False
    client = Client()
    sign_on(client)
    aged(client)

    led = client.get(SET_UP)
    answer = client.get("/accounts/reauthenticate/?next=/accounts/2fa/app/")

    assert led["Location"].startswith(AGAIN)
    assert answer["Location"].startswith(AGAIN)


def test_one_who_is_not_linked_there_is_not_offered_it(plcy: User, provider: FakeProvider) -> None:
    page = aged(signed_in(plcy)).get(SET_UP, follow=True).content.decode()

    assert "Login.example" not in page


def test_one_who_has_both_may_choose(cbp: User, provider: FakeProvider) -> None:
    client = Client()
    sign_on(client)

    page = aged(client).get(SET_UP, follow=True).content.decode()

    assert 'name="password"' in page
    assert f'href="{AGAIN}?next=' in page
