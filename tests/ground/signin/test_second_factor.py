"""Is a second factor set up, asked for, good once, and taken away again, page by page? (IA-2(1), R14)"""

import subprocess

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from esc_tracker.accounts.models import User
from esc_tracker.security.models import Kind, SecurityEvent
from tests.ground.signin.phone import CHECK, CODES, SET_UP, Phone, another, codes_in, key_in, set_up
from tests.ground.test_accounts import is_signed_in, sign_in
from tests.house.production import in_production

SECURITY = "/accounts/security/"
TOO_MANY = "Too many tries have failed."

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(cbp) -> Phone:
    """The phone with which CBP's member set up an app."""
    client = Client()
    sign_in(cbp.email, client=client)
    return set_up(client)


def halfway(person: User) -> Client:
    """Return a browser in which the passphrase was right and the second factor is asked for."""
    client = Client()
    answer = sign_in(person.email, client=client)
    assert (answer.status_code, answer.headers["Location"]) == (302, CHECK)
    assert not is_signed_in(client)
    return client


def noted(kind: Kind) -> list[tuple[str, dict]]:
    """Return what was noted of this kind, oldest first."""
    return [(each.about, each.facts) for each in SecurityEvent.objects.filter(kind=kind).order_by("pk")]


# --- Setting up ---------------------------------------------------------------------------------------------------


def test_an_app_is_set_up_with_the_code_it_shows_and_brings_recovery_codes(cbp):
    client = Client()
    sign_in(cbp.email, client=client)

    set_up(client)

    assert sorted(Authenticator.objects.values_list("user", "type")) == [
        (cbp.pk, "recovery_codes"),
        (cbp.pk, "totp"),
    ]
    assert noted(Kind.SECOND_FACTOR) == [
        ("authenticator app", {"change": "added"}),
        ("recovery codes", {"change": "added"}),
    ]


def test_a_wrong_code_sets_nothing_up_and_keeps_the_key(cbp):
    client = Client()
    sign_in(cbp.email, client=client)
    key = key_in(client.get(SET_UP).content.decode())

    answer = client.post(SET_UP, {"code": another(Phone(key).code())})

    page = answer.content.decode()
    assert "The app is not set up." in page
    assert key_in(page) == key
    assert not Authenticator.objects.exists()


def test_codes_for_setting_up_cannot_be_tried_without_end(cbp):
    client = Client()
    sign_in(cbp.email, client=client)
    phone = Phone(key_in(client.get(SET_UP).content.decode()))
    for _ in range(5):
        client.post(SET_UP, {"code": another(phone.code())})

    answer = client.post(SET_UP, {"code": phone.code()})

    assert TOO_MANY in answer.content.decode()
    assert not Authenticator.objects.exists()


# --- Signing in ---------------------------------------------------------------------------------------------------


def test_passphrase_and_code_sign_in(cbp, phone):
    client = halfway(cbp)

    answer = client.post(CHECK, {"code": phone.code(1)})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_the_passphrase_alone_opens_nothing(cbp, phone):
    client = halfway(cbp)

    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"
    assert client.get(CHECK).status_code == 200


def test_a_code_is_good_once_even_in_another_browser(cbp, phone):
    code = phone.code(1)
    halfway(cbp).post(CHECK, {"code": code})
    other = halfway(cbp)

    answer = other.post(CHECK, {"code": f"{code[:3]} {code[3:]}"})

    assert "was used before" in answer.content.decode()
    assert not is_signed_in(other)


def test_the_code_that_set_the_app_up_signs_nobody_in(cbp):
    browser = Client()
    sign_in(cbp.email, client=browser)
    phone = Phone(key_in(browser.get(SET_UP).content.decode()))
    code = phone.code()
    browser.post(SET_UP, {"code": code})
    client = halfway(cbp)

    client.post(CHECK, {"code": code})

    assert not is_signed_in(client)


def test_wrong_codes_are_counted_and_the_right_one_comes_too_late(cbp, phone):
    client = halfway(cbp)
    for _ in range(5):
        assert "This is not right" in client.post(CHECK, {"code": another(phone.code(1))}).content.decode()

    answer = client.post(CHECK, {"code": phone.code(1)})

    assert TOO_MANY in answer.content.decode()
    assert not is_signed_in(client)
    assert [facts["reason"] for _, facts in noted(Kind.SIGN_IN_FAILED)] == ["code"] * 5 + ["too many codes"]


def test_one_who_knows_the_passphrase_cannot_lock_its_owner_out_by_wrong_codes(cbp, phone):
    attacker = Client(REMOTE_ADDR="192.0.2.66")
    sign_in(cbp.email, client=attacker)
    for _ in range(6):
        attacker.post(CHECK, {"code": another(phone.code(1))})
    owner = halfway(cbp)

    owner.post(CHECK, {"code": phone.code(1)})

    assert is_signed_in(owner)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "١٢٣٤٥٦", "0" * 500, "12345\x00"])
def test_an_odd_code_is_answered_in_words(cbp, phone, code):
    client = halfway(cbp)

    answer = client.post(CHECK, {"code": code})

    assert answer.status_code == 200
    assert "You are not signed in." in answer.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "not json", '{"id": 1, "response": {}}'])
def test_an_odd_passkey_is_answered_in_words(cbp, phone, answer):
    client = halfway(cbp)

    page = client.post(CHECK, {"credential": answer})

    assert page.status_code == 200
    assert "You are not signed in." in page.content.decode()
    assert not is_signed_in(client)


def test_answers_that_are_no_passkey_are_counted_by_source(cbp, client):
    def sent(whence: str) -> str:
        there = {"credential": '{"id": "made up"}', "accept": "yes"}
        return client.post("/accounts/2fa/passkeys/sign-in/", there, follow=True, REMOTE_ADDR=whence).content.decode()

    pages = [sent("192.0.2.66") for _ in range(51)]

    assert sum("This passkey was not taken." in page for page in pages) == 50
    assert TOO_MANY in pages[50]
    assert "This passkey was not taken." in sent("192.0.2.67")
    assert SecurityEvent.objects.filter(kind=Kind.SIGN_IN_FAILED).count() == 51


# --- Recovery codes -----------------------------------------------------------------------------------------------


def shown_codes(client: Client) -> list[str]:
    """Press the button and read them."""
    return codes_in(client.post(CODES).content.decode())


def test_recovery_codes_are_shown_once_and_by_a_button(cbp):
    client = Client()
    sign_in(cbp.email, client=client)
    set_up(client)

    looked = codes_in(client.get(CODES).content.decode())
    shown, again = shown_codes(client), shown_codes(client)

    assert (looked, len(shown), again) == ([], 10, [])
    assert "are not shown again" in client.get(CODES).content.decode()


def test_looking_at_the_page_of_recovery_codes_writes_nothing(cbp):
    client = Client()
    sign_in(cbp.email, client=client)
    set_up(client)
    before = list(Authenticator.objects.order_by("pk").values())

    for _ in range(2):
        assert client.get(CODES).status_code == 200

    assert list(Authenticator.objects.order_by("pk").values()) == before


def test_each_recovery_code_signs_in_once(cbp):
    browser = Client()
    sign_in(cbp.email, client=browser)
    set_up(browser)
    first, second, *_ = shown_codes(browser)

    signed_in = []
    for code in (first, first, second):
        client = halfway(cbp)
        client.post(CHECK, {"code": code})
        signed_in.append(is_signed_in(client))

    assert signed_in == [True, False, True]
    assert "8 left" in browser.get(SECURITY).content.decode()


def test_new_recovery_codes_end_the_old(cbp):
    browser = Client()
    sign_in(cbp.email, client=browser)
    set_up(browser)
    [old, *_] = shown_codes(browser)

    answer = browser.post(f"{CODES}new/", follow=True)
    [new, *_] = shown_codes(browser)

    assert answer.redirect_chain == [(CODES, 302)]
    for code, works in ((old, False), (new, True)):
        client = halfway(cbp)
        client.post(CHECK, {"code": code})
        assert is_signed_in(client) is works


def test_recovery_codes_end_with_the_last_factor(cbp, phone):
    client = halfway(cbp)
    client.post(CHECK, {"code": phone.code(1)})

    client.post("/accounts/2fa/app/remove/")

    assert not Authenticator.objects.exists()
    assert sign_in(cbp.email).headers["Location"] == "/"


# --- Roles that need one ------------------------------------------------------------------------------------------


@pytest.fixture
def plcy_needs_one(settings) -> None:
    settings.SECOND_FACTOR_ROLES = ["plcy_staff", "administrator"]


@pytest.mark.parametrize(
    "path",
    ["/", "/milestones/", "/reports/", "/accounts/preferences/", "/accounts/passphrase/", "/accounts/sessions/"],
)
def test_a_role_that_needs_one_opens_nothing_before(plcy, plcy_needs_one, path):
    client = Client()
    sign_in(plcy.email, client=client)

    answers = [client.get(path), client.post(path)]

    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, SECURITY)] * 2


def test_the_navigation_tells_nothing_before(plcy, plcy_needs_one):
    client = Client()
    sign_in(plcy.email, client=client)

    page = client.get(SECURITY).content.decode()

    assert 'href="/milestones/"' not in page
    assert "esc-count" not in page
    assert "Sign out" in page


def test_an_administrator_who_needs_one_sees_no_account_before(admin_user, plcy_needs_one):
    client = Client()
    sign_in(admin_user.email, client=client)

    assert client.get("/admin/accounts/user/").headers["Location"] == SECURITY


def test_setting_one_up_opens_the_site_at_once(plcy, plcy_needs_one):
    client = Client()
    sign_in(plcy.email, client=client)
    assert "Set up a second factor to go on" in client.get(SECURITY).content.decode()

    set_up(client)

    assert shown_codes(client) != []
    assert client.get("/").status_code == 200
    assert "Set up a second factor to go on" not in client.get(SECURITY).content.decode()


def test_one_who_needs_one_may_sign_out_and_read_public_pages(plcy, plcy_needs_one):
    client = Client()
    sign_in(plcy.email, client=client)

    assert client.get("/livez").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert not is_signed_in(client)


def test_giving_up_the_only_one_shuts_the_site_again(plcy, plcy_needs_one):
    client = Client()
    sign_in(plcy.email, client=client)
    set_up(client)

    client.post("/accounts/2fa/app/remove/")

    assert client.get("/").headers["Location"] == SECURITY


def test_a_role_that_needs_none_is_asked_for_none(cbp, plcy_needs_one):
    client = Client()
    sign_in(cbp.email, client=client)

    assert client.get("/").status_code == 200


def _told_in_production(**told: str) -> "subprocess.CompletedProcess[str]":
    return in_production(
        "-c",
        "from django.conf import settings; print(settings.SECOND_FACTOR_ROLES)",
        DJANGO_SETTINGS_MODULE="esc_tracker.settings",
        **told,
    )


@pytest.mark.services
def test_in_production_the_chairs_office_and_administrators_need_one_unless_told_otherwise():
    assert _told_in_production().stdout == "['plcy_staff', 'administrator']\n"
    assert _told_in_production(SECOND_FACTOR_ROLES="esc_member").stdout == "['esc_member']\n"


@pytest.mark.services
def test_a_role_that_does_not_exist_is_refused_in_words():
    assert (
        "SECOND_FACTOR_ROLES has 'chair', which is no role." in _told_in_production(SECOND_FACTOR_ROLES="chair").stderr
    )


# --- What the pages cost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "queries"),
    [(SECURITY, 6), (CODES, 6), (f"{CODES}new/", 6), ("/accounts/2fa/app/remove/", 7)],
)
def test_pages_ask_few_questions(coac, path, queries, django_assert_num_queries):
    client = Client()
    sign_in(coac.email, client=client)
    set_up(client)
    client.get(path)

    with django_assert_num_queries(queries):
        client.get(path)


# --- Lost ---------------------------------------------------------------------------------------------------------


def test_an_administrator_removes_a_lost_second_factor(cbp, phone, admin_user, client_of):
    desk = client_of(admin_user)
    account = f"/admin/accounts/user/{cbp.pk}/"
    assert "Remove the second factor" in desk.get(f"{account}change/").content.decode()

    answer = desk.post(f"{account}shut-out/", {"_factors": "yes"}, follow=True)

    assert "Second factors removed: 2." in answer.content.decode()
    assert not Authenticator.objects.exists()
    assert sign_in(cbp.email).headers["Location"] == "/"
    assert noted(Kind.SECOND_FACTOR)[-1] == (
        f"CBP (account {cbp.pk})",
        {"change": "removed", "what": ["totp", "recovery_codes"], "holder": cbp.pk},
    )


def test_an_administrator_does_not_remove_their_own_there(admin_user, client_of):
    sitting = Client()
    sign_in(admin_user.email, client=sitting)
    set_up(sitting)
    desk = client_of(admin_user)

    answer = desk.post(f"/admin/accounts/user/{admin_user.pk}/shut-out/", {"_factors": "yes"}, follow=True)

    assert "Nobody removes their own second factor here" in answer.content.decode()
    assert Authenticator.objects.count() == 2


@pytest.mark.parametrize("role", ["cbp", "reader", "coac", "plcy"])
def test_nobody_else_removes_a_second_factor(phone, request, client_of, cbp, role):
    client = client_of(request.getfixturevalue(role))

    answer = client.post(f"/admin/accounts/user/{cbp.pk}/shut-out/", {"_factors": "yes"})

    assert answer.status_code == 403
    assert Authenticator.objects.count() == 2
