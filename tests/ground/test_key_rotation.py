"""Does a change of SECRET_KEY keep people in while the old key stands among the fallbacks, and not otherwise? (R45)"""

import re
from datetime import timedelta

import pytest
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.links.asking import invite
from esc_tracker.accounts.links.sending import send_links
from esc_tracker.accounts.models import User
from milestones.models import Note
from tests.factories import PASSPHRASE
from tests.ground.test_accounts import sign_in

OLD, NEW = "of-yesterday-" + "k9W2vQ7rT4mZ1xB6nC8yD3fG5hJ0pL", "of-today-" + "aSqEuRiOtYwXzVbNmKj0pL5hJ3fG8yD"
PAGE, WORDS = "/milestones/4.3/update/", "Written while the key was changed."

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(plcy: User, plan, settings) -> Client:
    """The browser of one of PLCY, signed in while the old key was in use."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    client = Client(enforce_csrf_checks=True)
    token = _token(client.get("/accounts/login/").content.decode())
    kept = {"login": plcy.email, "password": PASSPHRASE, "accept": "yes", "csrfmiddlewaretoken": token}
    assert client.post("/accounts/login/", kept).status_code == 302
    return client


def _token(page: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def _note(client: Client, token: str):
    return client.post(PAGE, {"note": WORDS, "agency_note": "", "csrfmiddlewaretoken": token})


def test_session_and_a_form_opened_under_the_old_key_work_while_it_is_a_fallback(staff, settings):
    token = _token(staff.get(PAGE).content.decode())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    answer = _note(staff, token)

    assert (answer.status_code, answer.headers["Location"].partition("#")[0]) == (302, "/milestones/4.3/")
    assert Note.objects.get().text == WORDS


def test_session_used_while_the_old_key_was_a_fallback_outlives_it(staff, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert staff.get("/").status_code == 200

    settings.SECRET_KEY_FALLBACKS = []

    assert staff.get("/").status_code == 200


def test_session_and_form_die_with_a_key_that_is_no_fallback(staff, settings):
    token = _token(staff.get(PAGE).content.decode())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []

    page, answer = staff.get("/"), _note(staff, token)

    assert (page.status_code, page.headers["Location"]) == (302, "/accounts/login/?next=/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert not Note.objects.exists()


def test_session_of_a_key_that_is_no_fallback_opens_nothing(cbp, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    client = Client()
    client.force_login(cbp)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [NEW[::-1]]

    assert client.get("/").status_code == 302


def test_invitation_mailed_under_the_old_key_leads_on(cbp, settings, mailoutbox):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    invite(cbp, by=None, moment=clock.wall())
    send_links(clock.wall() + timedelta(seconds=1))
    link = re.search(r"https?://[^/\s]+(/accounts/passphrase/\S+)", mailoutbox[0].body)[1]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    page = Client().get(link, follow=True)

    assert "For CBP, cbp@esc.example" in page.content.decode()


def test_people_sign_in_as_before_under_a_new_key(cbp, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []

    assert sign_in(cbp.email).status_code == 302
