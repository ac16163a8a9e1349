"""Does a session last as long as it may, by the server's own row, and not a second longer? (R13)"""

from datetime import date, timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from esc_tracker.accounts.models import Session, User
from esc_tracker.browsers import browser_in_words
from tests.ground.sessions.browsing import CHROME, shows_the_page
from tests.ground.test_accounts import sign_in

pytestmark = pytest.mark.django_db


def test_it_lasts_half_an_hour_without_use(member: Client, now) -> None:
    now.shift(timedelta(minutes=29, seconds=59))
    assert shows_the_page(member)

    now.shift(timedelta(minutes=30))
    assert not shows_the_page(member)


def test_use_moves_the_end_on_but_never_past_twelve_hours(member: Client, now) -> None:
    for _ in range(35):
        now.shift(timedelta(minutes=20))
        member.post("/accounts/sessions/stay/")
    assert shows_the_page(member)

    now.shift(timedelta(minutes=20))
    assert not shows_the_page(member)


def test_asking_how_much_is_left_is_no_use(member: Client, now) -> None:
    now.shift(timedelta(minutes=20))
    told = member.get("/accounts/sessions/left/").json()
    now.shift(timedelta(minutes=11))

    assert told == {"left": 600, "inAll": 42000}
    assert not shows_the_page(member)


def test_staying_is_use(member: Client, now) -> None:
    now.shift(timedelta(minutes=28))

    told = member.post("/accounts/sessions/stay/").json()

    assert told == {"left": 1800, "inAll": 41520}


def test_roles_may_have_limits_of_their_own_and_a_shorter_one_holds_at_once(member: Client, now, settings) -> None:
    now.shift(timedelta(minutes=6))
    settings.SESSION_IDLE_MINUTES = {"": 5, "esc_member": 7}
    assert shows_the_page(member)

    settings.SESSION_HOURS = {"": 12, "esc_member": 1}
    now.shift(timedelta(minutes=6))
    assert member.get("/accounts/sessions/left/").json() == {"left": 60, "inAll": 48 * 60}

    settings.SESSION_IDLE_MINUTES = {"": 30, "esc_member": 5}
    assert not shows_the_page(member)
    settings.SESSION_IDLE_MINUTES = {"": 30}
    assert not shows_the_page(member)


def test_it_ends_as_the_day_begins_on_which_access_ends(now, cbp: User, plan) -> None:
    cbp.access_ends_on = date(2026, 11, 25)
    cbp.save()
    now.shift(timedelta(hours=14, minutes=50))
    client = Client()

    sign_in(cbp.email, client=client)

    assert client.get("/accounts/sessions/left/").json() == {"left": 600, "inAll": 600}
    now.shift(timedelta(minutes=10))
    assert not shows_the_page(client)


def test_a_saving_never_makes_one_last_again_that_is_over(member: Client, now) -> None:
    under_way = member.session
    under_way["something"] = 1
    now.shift(timedelta(minutes=30))
    ended = Session.objects.get().expire_date

    with pytest.raises(UpdateError):
        under_way.save()

    assert Session.objects.get().expire_date == ended
    assert not shows_the_page(member)


def test_each_use_is_written_at_most_once_a_minute(member: Client, now, django_assert_num_queries) -> None:
    shows_the_page(member)
    now.shift(timedelta(seconds=59))

    with django_assert_num_queries(2):  # the session and the person
        member.get("/accounts/sessions/left/")
    with django_assert_num_queries(2):
        member.post("/accounts/sessions/stay/")
    now.shift(timedelta(seconds=1))
    with django_assert_num_queries(3):
        member.post("/accounts/sessions/stay/")


def test_one_that_is_over_costs_one_query(member: Client, now, django_assert_num_queries) -> None:
    now.shift(timedelta(minutes=30))

    with django_assert_num_queries(1):
        shows_the_page(member)


@pytest.mark.parametrize("key", ["", "x", "ungueltig!", "a" * 32, "a" * 5000, "%00", "../../etc/passwd"])
def test_a_made_up_id_is_nobodys_and_breaks_nothing(plan, key: str) -> None:
    client = Client()
    client.cookies["sessionid"] = key

    assert client.get("/milestones/").headers["Location"] == "/accounts/login/?next=/milestones/"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/128.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words
