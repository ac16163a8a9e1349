"""Does the sign-in page refuse in words?"""

from django.test import Client

from esc_tracker.accounts.models import User
from tests.factories import PASSPHRASE

LOGIN = "/accounts/login/"


def test_wrong_passphrase_is_told_in_a_summary(client: Client, cbp: User) -> None:
    page = client.post(LOGIN, {"login": cbp.email, "password": "wrong", "accept": "yes"}).content.decode()

    assert "You are not signed in." in page
    assert "autofocus" in page


def test_closed_account_is_told_so_and_stays_out(client: Client, cbp: User) -> None:
    User.objects.filter(pk=cbp.pk).update(is_active=False)

    answer = client.post(LOGIN, {"login": cbp.email, "password": PASSPHRASE, "accept": "yes"}, follow=True)

    assert "This account is closed" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_there_is_no_menu_before_signing_in(client: Client, db: None) -> None:
    page = client.get(LOGIN).content.decode()

    assert "usa-menu-btn" not in page
    assert "Sign out" not in page
