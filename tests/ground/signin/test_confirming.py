"""Does one who changes how they sign in confirm first who they are, a while after they signed in?"""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from esc_tracker.accounts.models import User
from esc_tracker.accounts.signin.adapter import FRESH_SECONDS
from tests.factories import PASSPHRASE
from tests.ground.signin.phone import CODES, SET_UP, another, set_up
from tests.ground.test_accounts import sign_in

AGAIN = "/accounts/reauthenticate/"
CODE_AGAIN = "/accounts/2fa/again/"
REMOVE = "/accounts/2fa/app/remove/"
TOO_MANY = "Too many tries have failed."

pytestmark = pytest.mark.django_db


def aged(client: Client) -> Client:
    """Let whatever was proven in this browser be too long ago."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= FRESH_SECONDS + 1
    session.save()
    return client


def signed_in(person: User) -> Client:
    """Return a browser in which somebody signed in by their passphrase just now."""
    client = Client()
    sign_in(person.email, client=client)
    return client


@pytest.mark.parametrize("path", [SET_UP, "/accounts/2fa/passkeys/add/", CODES, f"{CODES}new/"])
def test_changing_how_one_signs_in_is_asked_about_a_while_after_signing_in(cbp, path):
    client = aged(signed_in(cbp))

    for answer in (client.get(path), client.post(path)):
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{AGAIN}?next={path.replace('/', '%2F')}")
    assert not Authenticator.objects.exists()


def test_just_after_signing_in_nobody_is_asked(cbp):
    assert signed_in(cbp).get(SET_UP).status_code == 200


def test_the_passphrase_confirms(cbp):
    client = aged(signed_in(cbp))

    answer = client.post(AGAIN, {"password": PASSPHRASE, "next": SET_UP})

    assert (answer.status_code, answer.headers["Location"]) == (302, SET_UP)
    assert client.get(SET_UP).status_code == 200


def test_a_wrong_passphrase_confirms_nothing_and_is_counted(cbp):
    client = aged(signed_in(cbp))
    for _ in range(5):
        page = client.post(AGAIN, {"password": "a guess", "next": SET_UP}).content.decode()
        assert "This is not your passphrase." in page

    answer = client.post(AGAIN, {"password": PASSPHRASE, "next": SET_UP})

    assert TOO_MANY in answer.content.decode()
    assert client.get(SET_UP).status_code == 302


def test_a_code_of_the_app_confirms(cbp):
    client = signed_in(cbp)
    phone = set_up(client)
    aged(client)

    answer = client.post(CODE_AGAIN, {"code": phone.code(1), "next": REMOVE})

    assert (answer.status_code, answer.headers["Location"]) == (302, REMOVE)
    assert client.get(REMOVE).status_code == 200


def test_a_wrong_code_confirms_nothing(cbp):
    client = signed_in(cbp)
    phone = set_up(client)
    aged(client)

    answer = client.post(CODE_AGAIN, {"code": another(phone.code(1)), "next": REMOVE})

    assert "Nothing is changed." in answer.content.decode()
    assert client.post(REMOVE).status_code == 302
    assert Authenticator.objects.count() == 2


def test_what_one_was_about_to_send_is_sent_once_one_has_confirmed(cbp):
    client = signed_in(cbp)
    set_up(client)
    aged(client)
    client.post(REMOVE)

    client.post(AGAIN, {"password": PASSPHRASE, "next": REMOVE})

    assert not Authenticator.objects.exists()


def test_confirming_never_leads_away(cbp):
    client = aged(signed_in(cbp))

    answer = client.post(AGAIN, {"password": PASSPHRASE, "next": "https://evil.example/"})

    assert answer.headers["Location"] == "/"
