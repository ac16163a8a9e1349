"""Does a session end when it must, for good, and lose nothing that was typed? (R08, R12, R13)"""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import Role, Session, User
from esc_tracker.accounts.seat_changes import change_seat
from esc_tracker.accounts.sessions.browsers import browser_in_words
from esc_tracker.security.models import Kind, SecurityEvent
from tests.ground.test_accounts import is_signed_in, sign_in

pytestmark = pytest.mark.django_db
BEGAN = datetime(2026, 11, 24, 9, tzinfo=clock.NEW_YORK)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36"


@pytest.fixture
def now():
    """Hold the real clock at nine; `now.shift(...)` moves it on."""
    with time_machine.travel(BEGAN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browser(now, cbp: User, plan) -> Client:
    """A browser in which CBP's member has just signed in."""
    client = Client(headers={"user-agent": CHROME})
    sign_in(cbp.email, client=client)
    return client


def _shows_the_page(client: Client) -> bool:
    return client.get("/milestones/").status_code == 200


def test_it_lasts_half_an_hour_without_use(browser: Client, now) -> None:
    now.shift(timedelta(minutes=29, seconds=59))
    assert _shows_the_page(browser)

    now.shift(timedelta(minutes=30))
    assert not _shows_the_page(browser)


def test_use_moves_the_end_on_but_never_past_twelve_hours(browser: Client, now) -> None:
    for _ in range(35):
        now.shift(timedelta(minutes=20))
        assert _shows_the_page(browser)

    now.shift(timedelta(minutes=20))
    assert not _shows_the_page(browser)


def test_asking_how_much_is_left_is_no_use(browser: Client, now) -> None:
    now.shift(timedelta(minutes=20))
    told = browser.get("/accounts/sessions/left/").json()
    now.shift(timedelta(minutes=11))

    assert told == {"left": 600, "inAll": 42000}
    assert not _shows_the_page(browser)


def test_staying_is_use(browser: Client, now) -> None:
    now.shift(timedelta(minutes=28))

    told = browser.post("/accounts/sessions/stay/").json()

    assert told == {"left": 1800, "inAll": 41520}


def test_roles_may_have_limits_of_their_own(browser: Client, now, settings, cbp: User) -> None:
    settings.SESSION_IDLE_MINUTES = {"": 30, "esc_member": 5}
    assert _shows_the_page(browser)

    now.shift(timedelta(minutes=5))

    assert not _shows_the_page(browser)


def test_each_use_is_written_at_most_once_a_minute(browser: Client, now, django_assert_num_queries) -> None:
    _shows_the_page(browser)
    now.shift(timedelta(seconds=59))

    with django_assert_num_queries(2):  # the session and the person
        browser.get("/accounts/sessions/left/")
    with django_assert_num_queries(2):
        browser.post("/accounts/sessions/stay/")


def test_signing_in_gives_a_new_id_and_signing_out_ends_it(now, cbp: User, plan) -> None:
    client = Client()
    client.get("/accounts/login/")
    sign_in(cbp.email, client=client)
    key = client.cookies["sessionid"].value
    old = Client()
    old.cookies["sessionid"] = key

    answer = client.post("/accounts/logout/")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_signed_in(old)
    assert not Session.objects.exclude(session_data="").filter(session_key=key).exists()


@pytest.mark.parametrize("wanted", [{"is_active": False}, {"role": Role.READER, "agency": None}])
def test_a_changed_or_closed_seat_ends_it_and_opening_again_revives_nothing(
    browser: Client, cbp: User, admin_user: User, wanted: dict
) -> None:
    before = {name: getattr(cbp, name) for name in wanted}

    change_seat(cbp, by=admin_user, wanted=wanted)
    change_seat(User.objects.get(pk=cbp.pk), by=admin_user, wanted=before)

    assert not _shows_the_page(browser)
    assert SecurityEvent.objects.filter(kind=Kind.SESSION_ENDED).exists()


def test_one_closed_without_a_door_stays_out_after_the_next_request(browser: Client, cbp: User) -> None:
    User.objects.filter(pk=cbp.pk).update(is_active=False)
    assert not _shows_the_page(browser)

    User.objects.filter(pk=cbp.pk).update(is_active=True)

    assert not _shows_the_page(browser)


def test_role_and_agency_seal_it_even_without_a_door(browser: Client, cbp: User) -> None:
    User.objects.filter(pk=cbp.pk).update(agency="USPS")

    assert not _shows_the_page(browser)


def test_a_saving_under_way_revives_nothing(browser: Client, cbp: User) -> None:
    under_way = browser.session
    under_way["something"] = 1
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        under_way.save()

    assert not Session.objects.exists()


def test_people_see_and_end_their_own_sessions_and_no_others(browser: Client, cbp: User, ice: User, client_of) -> None:
    other = Client()
    sign_in(cbp.email, client=other)
    stranger = client_of(ice)
    page = browser.get("/accounts/sessions/").content.decode()
    [handle] = {row["handle"] for row in other.get("/accounts/sessions/").context["rows"] if row["present"]}

    stranger.post("/accounts/sessions/", {"end": handle})
    assert is_signed_in(other)
    browser.post("/accounts/sessions/", {"end": handle})

    assert "Chrome on Windows" in page
    assert browser.cookies["sessionid"].value not in page
    assert not _shows_the_page(other)
    assert _shows_the_page(browser)


def test_all_others_end_at_once(browser: Client, cbp: User) -> None:
    other = Client()
    sign_in(cbp.email, client=other)

    browser.post("/accounts/sessions/", {"end": "others"})

    assert (_shows_the_page(browser), _shows_the_page(other)) == (True, False)


def test_an_administrator_ends_anybodys(browser: Client, cbp: User, admin_user: User, client_of) -> None:
    client_of(admin_user).post(f"/admin/accounts/user/{cbp.pk}/shut-out/")

    assert not _shows_the_page(browser)


def test_what_was_typed_waits_for_its_person_and_is_sent_by_one_button(browser: Client, cbp: User, now) -> None:
    now.shift(timedelta(minutes=31))
    browser.get("/accounts/sessions/left/")  # as the script asks, which must not make the browser forget whose it was
    typed = {"version": "0", "statement": "The rule is with counsel now.", "outlook": ["on_track"]}

    led = browser.post("/milestones/3.1/update/", typed)
    sign_in(cbp.email, client=browser)
    page = browser.get("/accounts/kept/").content.decode()

    assert led.headers["Location"] == "/accounts/login/?next=%2Faccounts%2Fkept%2F"
    assert 'action="/milestones/3.1/update/"' in page
    assert '<input type="hidden" name="statement" value="The rule is with counsel now.">' in page
    assert '<dd class="esc-kept">The rule is with counsel now.</dd>' in page


def test_what_was_typed_is_shown_to_nobody_else(browser: Client, ice: User, now) -> None:
    now.shift(timedelta(minutes=31))
    browser.post("/milestones/3.1/update/", {"statement": "Only CBP may see this."})

    sign_in(ice.email, client=browser)
    page = browser.get("/accounts/kept/", follow=True).content.decode()

    assert "Only CBP may see this." not in page
    assert "kept" not in browser.session


def test_a_passphrase_is_never_kept(browser: Client, now) -> None:
    now.shift(timedelta(minutes=31))

    browser.post("/accounts/passphrase/", {"current": "something secret", "new": "something more secret"})

    assert "kept" not in browser.session


def test_nothing_is_kept_of_one_who_never_was_signed_in(db) -> None:
    client = Client()

    answer = client.post("/milestones/3.1/update/", {"statement": "Hello there"})

    assert answer.headers["Location"].startswith("/accounts/login/?next=/milestones")
    assert "kept" not in client.session


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words
