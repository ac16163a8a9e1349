"""Does a link let its one person choose a passphrase, once, and tell nobody anything else? (R08, R15, R23)"""

import statistics
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from esc_tracker import clock
from esc_tracker.accounts.links.sending import digest_of
from esc_tracker.accounts.links.using import choose, person_of
from esc_tracker.accounts.models import PassphraseLink, Role, User
from esc_tracker.refusals import NotAllowed
from esc_tracker.security.models import Kind, SecurityEvent
from tests.factories import PASSPHRASE, make_user
from tests.ground.test_accounts import is_signed_in, sign_in

CHOOSE = "/accounts/passphrase/choose/"
FORGOTTEN = "/accounts/passphrase/forgotten/"
GOOD = "violet anvil beneath seven kettles"
SECRET = "s" * 43

pytestmark = pytest.mark.django_db


def link_for(person: User, secret: str = SECRET, purpose: str = "invitation", **more) -> PassphraseLink:
    """Write a link as one that was sent."""
    now = clock.wall()
    facts = {"asked_at": now, "try_at": now, "sent_at": now, "expires_at": now + timedelta(days=7), **more}
    return PassphraseLink.objects.create(person=person, purpose=purpose, digest=digest_of(secret), **facts)


def follow(client: Client, secret: str = SECRET):
    """Open a link as a browser does; return the page it leads to."""
    return client.get(f"/accounts/passphrase/{secret}/", follow=True)


def keep(client: Client, new: str = GOOD, again: str | None = None):
    """Send the form."""
    return client.post(CHOOSE, {"new": new, "again": new if again is None else again})


def test_a_link_leads_to_the_form_and_the_passphrase_chosen_signs_in(cbp, client):
    link_for(cbp)

    page = follow(client)
    answer = keep(client)

    assert page.redirect_chain == [(CHOOSE, 302)]
    assert "For CBP, cbp@esc.example" in page.content.decode()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/")
    assert not is_signed_in(client)
    assert sign_in(cbp.email, GOOD).status_code == 302
    assert sign_in(cbp.email, PASSPHRASE).status_code == 200


def test_looking_at_a_link_uses_nothing_up(cbp, client):
    link_for(cbp)

    for _ in range(3):
        Client().get(f"/accounts/passphrase/{SECRET}/", follow=True)
        Client().head(f"/accounts/passphrase/{SECRET}/")

    follow(client)
    assert keep(client).status_code == 302


def test_a_link_works_once(cbp, client):
    link_for(cbp)
    other = Client()
    for browser in (client, other):
        follow(browser)
    keep(client)

    assert keep(other, "another seven kettles of violet").status_code == 410
    assert follow(Client()).status_code == 410
    assert User.objects.get(pk=cbp.pk).check_password(GOOD)


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({"used_at": clock.wall()}, id="used"),
        pytest.param({"expires_at": clock.wall() - timedelta(seconds=1)}, id="run out"),
    ],
)
def test_used_run_out_and_unknown_links_get_one_same_page(cbp, client, state):
    link_for(cbp, **state)

    gone, unknown = follow(client), follow(Client(), "unknown")

    assert (gone.status_code, unknown.status_code) == (410, 410)
    assert gone.redirect_chain == unknown.redirect_chain
    assert "This link does not work" in gone.content.decode()
    assert gone.content == unknown.content
    assert FORGOTTEN in gone.content.decode()


def test_a_closed_persons_link_does_not_work(cbp, client):
    link_for(cbp)
    User.objects.update(is_active=False)

    assert follow(client).status_code == 410


def test_the_secret_leaves_the_address_the_logs_and_the_session(cbp, client, caplog):
    link_for(cbp)

    answer = client.get(f"/accounts/passphrase/{SECRET}/")
    client.get("/accounts/passphrase/an-unknown-secret/")

    assert answer.headers["Location"] == CHOOSE
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert SECRET not in str(client.session.items())
    assert SECRET not in caplog.text
    assert "an-unknown-secret" not in caplog.text


@pytest.mark.parametrize(
    ("new", "again"),
    [("", ""), ("short", "short"), (GOOD, "something else entirely"), ("cbp cbp cbp cbp cbp cbp", None)],
)
def test_a_passphrase_that_will_not_do_is_told_in_words_and_uses_nothing_up(cbp, client, new, again):
    link = link_for(cbp)
    follow(client)

    answer = keep(client, new, again)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    link.refresh_from_db()
    assert link.used_at is None
    assert keep(client).status_code == 302


def test_choosing_ends_the_persons_sessions_and_other_links_and_is_noted(cbp, client, client_of):
    elsewhere = client_of(cbp)
    link_for(cbp, "other", purpose="reset")
    link_for(cbp)
    follow(client)

    keep(client)

    assert elsewhere.get("/milestones/").headers["Location"].startswith("/accounts/login/")
    assert follow(Client(), "other").status_code == 410
    noted = SecurityEvent.objects.filter(kind__in=(Kind.LINK, Kind.PASSPHRASE)).order_by("pk")
    assert [(each.kind, each.person, each.source) for each in noted] == [
        ("passphrase", cbp, "web"),
        ("link", cbp, "web"),
    ]


def test_whoever_was_signed_in_in_this_browser_is_signed_out(cbp, plcy, client_of):
    link_for(cbp)
    browser = client_of(plcy)
    follow(browser)

    keep(browser)

    assert not is_signed_in(browser)


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="/"), min_size=1, max_size=200))
def test_no_made_up_link_breaks_the_page_or_opens_it(cbp, client, token):
    PassphraseLink.objects.all().delete()
    link_for(cbp, f"not {token}")

    answer = client.get(f"/accounts/passphrase/{_quoted(token)}/", follow=True)

    assert answer.status_code == 410


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "ignore"))


def test_the_digest_itself_opens_nothing(cbp, client):
    link = link_for(cbp)

    assert follow(client, link.digest).status_code == 410


def test_after_a_change_of_key_a_link_works_by_the_old_one_and_ends_with_it(cbp, client, settings):
    link_for(cbp)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key " * 5

    assert follow(client).status_code == 410
    settings.SECRET_KEY_FALLBACKS = [old]
    assert follow(client).status_code == 200
    assert keep(client).status_code == 302


@pytest.mark.parametrize("path", [CHOOSE, FORGOTTEN, "/accounts/passphrase/asked/", f"/accounts/passphrase/{SECRET}/"])
def test_where_only_the_agency_signs_people_on_these_pages_say_so(cbp, client, settings, path):
    settings.PASSPHRASE_SIGN_IN, settings.OIDC_NAME = False, "Login.example"
    link_for(cbp)

    answer = client.get(path)

    assert answer.status_code == 403
    assert "Here one signs in with Login.example only." in answer.content.decode()


def test_where_only_the_agency_signs_people_on_nothing_is_asked_for_or_chosen(cbp, client, settings):
    link_for(cbp)
    follow(client)
    settings.PASSPHRASE_SIGN_IN = False

    answers = [client.post(FORGOTTEN, {"address": cbp.email}), keep(client)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert PassphraseLink.objects.filter(used_at=None).count() == 1
    assert User.objects.get(pk=cbp.pk).check_password(PASSPHRASE)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_wins(cbp):
    link_for(cbp)
    digest, outcomes, gate = digest_of(SECRET), [], threading.Barrier(2)

    def work(passphrase: str) -> None:
        try:
            gate.wait()
            choose(digest, passphrase)
            outcomes.append(passphrase)
        except NotAllowed:
            outcomes.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(text,)) for text in (GOOD, "another seven kettles of violet")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [winner] = [each for each in outcomes if each]
    assert sorted(outcomes) == sorted(["", winner])
    assert User.objects.get(pk=cbp.pk).check_password(winner)
    assert person_of(digest) is None


# --- Forgotten ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["cbp@esc.example", "CBP@ESC.example", "nobody@esc.example", "closed@esc.example"])
def test_known_unknown_and_closed_addresses_get_the_same_answer_and_one_row_each(cbp, client, address):
    User.objects.filter(pk=make_user("closed@esc.example", Role.READER).pk).update(is_active=False)

    answer = client.post(FORGOTTEN, {"address": address}, follow=True)

    assert answer.redirect_chain == [("/accounts/passphrase/asked/", 302)]
    assert "If the address has a seat, a link is on its way." in answer.content.decode()
    assert address not in answer.content.decode()
    [link] = PassphraseLink.objects.all()
    assert (link.purpose, link.person) == ("reset", cbp if address.lower() == "cbp@esc.example" else None)


@pytest.mark.parametrize(
    "address", ["", "no address", "a@b@c", "x" * 300 + "@esc.example", "cbp@esc.example\x00", "a\nb@c.de"]
)
def test_an_odd_address_is_told_in_words_and_writes_nothing(cbp, client, address):
    answer = client.post(FORGOTTEN, {"address": address})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert PassphraseLink.objects.count() == 0


def test_the_sixth_time_for_one_address_from_one_source_is_stopped_and_another_source_is_not(cbp):
    answers = [Client().post(FORGOTTEN, {"address": cbp.email}).status_code for _ in range(6)]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post(FORGOTTEN, {"address": cbp.email}).status_code

    assert answers == [302] * 5 + [429]
    assert elsewhere == 302


def test_the_fifty_first_time_from_one_source_is_stopped_known_or_not(cbp):
    answers = [Client().post(FORGOTTEN, {"address": f"x{number}@esc.example"}).status_code for number in range(51)]

    assert answers == [302] * 50 + [429]
    assert Client().post(FORGOTTEN, {"address": cbp.email}).status_code == 429


def test_asking_for_a_reset_uses_up_no_tries_to_sign_in(cbp):
    for _ in range(6):
        Client().post(FORGOTTEN, {"address": cbp.email})

    assert sign_in(cbp.email).status_code == 302


def test_known_and_unknown_addresses_take_equally_long(cbp, monkeypatch):
    monkeypatch.setattr("esc_tracker.accounts.links.views.begin_try", lambda *_: True)
    took: dict[str, list[float]] = {"cbp@esc.example": [], "nobody@esc.example": []}
    for _ in range(210):
        for address, times in took.items():
            client = Client()
            begun = time.perf_counter()
            client.post(FORGOTTEN, {"address": address})
            times.append(time.perf_counter() - begun)

    known, unknown = (statistics.median(times[10:]) for times in took.values())

    assert 0.8 < known / unknown < 1.25


def test_known_and_unknown_addresses_ask_the_same_number_of_queries(cbp, client):
    counts = []
    for address in (cbp.email, "nobody@esc.example"):
        with CaptureQueriesContext(connection) as counted:
            client.post(FORGOTTEN, {"address": address})
        counts.append(len(counted))

    assert counts == [6, 6]  # four, within a transaction
