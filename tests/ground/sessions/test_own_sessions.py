"""Do people see where they are signed in, and end it there, and nobody else's? (R08)"""

from datetime import timedelta

import pytest
from django.test import Client

from esc_tracker.accounts.models import User
from esc_tracker.security.models import Kind, SecurityEvent
from tests.ground.sessions.browsing import saved_cookie_of, shows_the_page
from tests.ground.test_accounts import is_signed_in, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sessions/"


@pytest.fixture
def phone(member: Client, cbp: User, now) -> Client:
    """The same person's telephone, two hours later."""
    now.shift(timedelta(minutes=20))
    member.post("/accounts/sessions/stay/")
    client = Client(
        headers={"user-agent": "Mozilla/5.0 (iPhone) Version/17.5 Safari/604.1"}, REMOTE_ADDR="198.51.100.7"
    )
    sign_in(cbp.email, client=client)
    return client


def _handles(client: Client) -> dict[bool, str]:
    return {row["present"]: row["handle"] for row in client.get(PAGE).context["rows"]}


def test_people_see_browser_address_and_times_and_which_is_this_one(member: Client, phone: Client) -> None:
    page = phone.get(PAGE).content.decode()

    assert page.index("Safari on iPhone") < page.index("this one") < page.index("Chrome on Windows")
    for told in ("198.51.100.7", "127.0.0.1", "Nov 24, 2026, 09:00", "Nov 24, 2026, 09:20"):
        assert told in page
    for client in (member, phone):
        assert client.cookies["sessionid"].value not in page


def test_the_page_costs_one_query_beyond_who_one_is(member: Client, phone: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):  # session, person, sessions, and the nav's
        member.get(PAGE)


def test_one_is_ended_for_good_and_it_is_noted(member: Client, phone: Client, cbp: User) -> None:
    saved = saved_cookie_of(phone)

    page = member.post(PAGE, {"end": _handles(member)[False]}, follow=True).content.decode()

    assert "Ended." in page
    assert "Safari on iPhone" not in page
    assert (shows_the_page(member), shows_the_page(phone), shows_the_page(saved)) == (True, False, False)
    event = SecurityEvent.objects.get(kind=Kind.SESSION_ENDED)
    assert (event.person, event.facts["why"], event.facts["sessions"]) == (cbp, "ended by its person", 1)


def test_ending_twice_is_said_and_noted_once(member: Client, phone: Client) -> None:
    handle = _handles(member)[False]
    member.post(PAGE, {"end": handle})

    page = member.post(PAGE, {"end": handle}, follow=True).content.decode()

    assert "It had ended already." in page
    assert SecurityEvent.objects.filter(kind=Kind.SESSION_ENDED).count() == 1


def test_all_others_end_at_once(member: Client, phone: Client) -> None:
    member.post(PAGE, {"end": "others"})

    assert (shows_the_page(member), shows_the_page(phone)) == (True, False)


def test_ending_this_one_leads_to_signing_in(member: Client) -> None:
    answer = member.post(PAGE, {"end": _handles(member)[True]}, follow=True)

    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    assert not shows_the_page(member)


@pytest.mark.parametrize("end", ["", "others", "0" * 16, "\x00", "x" * 5000])
def test_nobody_ends_anothers(member: Client, phone: Client, ice: User, client_of, end: str) -> None:
    stranger, handle = client_of(ice), _handles(member)[False]

    stranger.post(PAGE, {"end": end})
    stranger.post(PAGE, {"end": handle})

    assert is_signed_in(member)
    assert is_signed_in(phone)
    assert "iPhone" not in stranger.get(PAGE).content.decode()
