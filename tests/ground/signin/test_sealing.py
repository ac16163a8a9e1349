"""Does a copy of the database hold nothing that makes codes, and does a change of SECRET_KEY keep them working?"""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from esc_tracker.accounts.models import User
from esc_tracker.accounts.signin.sealing import CannotOpen, opened, sealed, sealed_anew
from tests.ground.signin.phone import CHECK, CODES, Phone, codes_in, set_up
from tests.ground.test_accounts import is_signed_in, sign_in

OLD, NEW = "an old key " * 5, "a new key " * 6

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(cbp, settings) -> Phone:
    """The phone of CBP's member, set up while the old key was in use."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    client = Client()
    sign_in(cbp.email, client=client)
    return set_up(client)


def gets_in(person: User, code: str) -> bool:
    """Say whether a code, after the right passphrase, signs in."""
    client = Client()
    sign_in(person.email, client=client)
    assert client.post(CHECK, {"code": code}).status_code in {200, 302}
    return is_signed_in(client)


def kept() -> dict[str, dict]:
    """Return what the rows hold."""
    return dict(Authenticator.objects.values_list("type", "data"))


def test_the_rows_hold_no_plain_secret(cbp, phone):
    rows = str(kept())

    assert phone.key not in rows
    assert opened(kept()["totp"]["secret"]) == phone.key
    assert opened(kept()["recovery_codes"]["seed"]) not in rows


def test_the_same_secret_is_never_kept_in_the_same_letters():
    assert sealed("KEY") != sealed("KEY")


def test_after_a_change_of_key_codes_work_by_the_old_one(cbp, phone, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    assert gets_in(cbp, phone.code(1))


def test_once_sealed_anew_they_work_without_the_old_one(cbp, phone, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    said = StringIO()

    call_command("seal_second_factors", stdout=said)
    call_command("seal_second_factors", stdout=said)

    settings.SECRET_KEY_FALLBACKS = []
    assert said.getvalue().splitlines() == [
        "Second factors sealed with the key of today: 2",
        "Second factors sealed with the key of today: 0",
    ]
    assert gets_in(cbp, phone.code(1))


def test_sealing_with_a_lost_key_changes_nothing_and_says_so(cbp, phone, settings):
    before = kept()
    settings.SECRET_KEY = NEW

    with pytest.raises(CommandError, match="Nothing is changed"):
        call_command("seal_second_factors")

    assert kept() == before


def test_with_a_lost_key_a_code_is_refused_in_words(cbp, phone, settings):
    settings.SECRET_KEY = NEW

    assert not gets_in(cbp, phone.code(1))


def test_with_a_lost_key_the_pages_open_and_new_codes_can_be_made(cbp, phone, settings):
    settings.SECRET_KEY = NEW
    client = Client()
    client.force_login(cbp)
    session = client.session
    session["account_authentication_methods_user"] = str(cbp.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": 2_000_000_000, "email": cbp.email}]
    session.save()

    shown = client.post(CODES, follow=True)

    assert client.get("/accounts/security/").status_code == 200
    assert "These codes can no longer be shown. Make new ones." in shown.content.decode()
    client.post(f"{CODES}new/")
    assert len(codes_in(client.post(CODES).content.decode())) == 10


def test_a_secret_from_before_there_were_seals_works_and_is_sealed(cbp, phone, settings):
    Authenticator.objects.filter(type="totp").update(data={"secret": phone.key})

    assert gets_in(cbp, phone.code(1))
    call_command("seal_second_factors", stdout=StringIO())

    assert phone.key not in str(kept())


@pytest.mark.parametrize("text", ["KRSXG5CTMVRXEZLU", "0f" * 40, "ünï", ""])
def test_what_is_sealed_comes_back(text, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    kept = sealed(text)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, ["another " * 7, OLD]

    anew = sealed_anew(kept)

    assert (opened(kept), opened(anew), sealed_anew(anew)) == (text, text, anew)
    settings.SECRET_KEY_FALLBACKS = []
    assert opened(anew) == text
    with pytest.raises(CannotOpen):
        opened(kept)


def test_a_seal_that_was_tampered_with_does_not_open():
    kept = sealed("KEY")

    with pytest.raises(CannotOpen):
        opened(kept[:-6] + "AAAA==")
