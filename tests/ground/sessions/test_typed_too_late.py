"""Does text that was sent after the end of a session come back to its person, and to nobody else? (R13)"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from esc_tracker import clock
from esc_tracker.accounts.models import Session, User
from esc_tracker.accounts.retention import purge
from esc_tracker.accounts.sessions.ending import end_sessions_of
from milestones.models import StatusUpdate
from tests.ground.sessions.browsing import KEPT, SIGN_IN_THEN_KEPT, shows_the_page
from tests.ground.test_accounts import sign_in

pytestmark = pytest.mark.django_db
UPDATE, REVISE = "/milestones/3.1/update/", "/milestones/3.1/revise/"
WORDS = "The rule is with counsel now.\nThey answer <soon>."
TYPED = {"version": "0", "statement": WORDS, "outlook": "on_track", "forecast": "2020-10"}


def _too_late(client: Client, now, path: str = UPDATE, typed: dict | None = None):
    """Let the session run out, and send."""
    now.shift(timedelta(minutes=31))
    return client.post(path, typed or TYPED)


def _page(client: Client) -> str:
    return client.get(KEPT, follow=True).content.decode()


def _form_id(client: Client) -> str:
    return client.get(KEPT).context["forms"][0].id


def test_it_waits_on_the_server_and_signing_in_leads_to_it(member: Client, cbp: User, now) -> None:
    led = _too_late(member, now)
    answer = sign_in(cbp.email, client=member)
    page = _page(member)

    assert led.headers["Location"] == SIGN_IN_THEN_KEPT
    assert answer.headers["Location"] == KEPT
    assert f'action="{UPDATE}"' in page
    assert ">Milestones › 3.1 › Update</h2>" in page
    assert "They answer &lt;soon&gt;." in page
    assert '<dt>Outlook</dt><dd class="esc-kept">on track</dd>' in page
    assert "<dt>Version</dt>" not in page
    assert StatusUpdate.objects.count() == 0


def test_sent_again_it_is_in_the_record_as_typed_and_waits_no_more(member: Client, cbp: User, now) -> None:
    _too_late(member, now)
    sign_in(cbp.email, client=member)
    [form] = member.get(KEPT).context["forms"]

    answer = member.post(form.path, dict(form.fields) | {"kept": form.id})

    assert answer.status_code == 302
    assert StatusUpdate.objects.get().statement.splitlines() == WORDS.splitlines()
    assert member.get(KEPT).headers["Location"] == "/"
    assert Session.objects.filter(expire_date__lte=clock.wall()).get().session_data == ""


def test_it_waits_until_its_form_is_accepted_however_often_that_asks_for_more(member: Client, cbp: User, now) -> None:
    _too_late(member, now, typed=TYPED | {"outlook": ""})
    sign_in(cbp.email, client=member)
    sent = {**TYPED, "outlook": "", "kept": _form_id(member)}

    refused = member.post(UPDATE, sent)
    assert refused.status_code == 200
    assert _form_id(member) == sent["kept"]

    assert member.post(UPDATE, TYPED).status_code == 302  # what the page shows again has no mark of its own
    assert member.get(KEPT).headers["Location"] == "/"


def test_discarded_it_is_gone(member: Client, cbp: User, now) -> None:
    _too_late(member, now)
    sign_in(cbp.email, client=member)

    form_id = _form_id(member)
    answer = member.post(KEPT, TYPED | {"kept": form_id, "discard": form_id}, follow=True)

    assert "Discarded." in answer.content.decode()
    assert WORDS[:20] not in _page(member)


def test_two_windows_lose_neither_and_the_same_sent_twice_is_kept_once(member: Client, cbp: User, now) -> None:
    _too_late(member, now)
    member.post(UPDATE, TYPED)
    member.post(REVISE, {"reason": "Counsel needs until October."})

    sign_in(cbp.email, client=member)

    assert [form.path for form in member.get(KEPT).context["forms"]] == [REVISE, UPDATE]


@pytest.mark.parametrize(
    "path",
    [
        "/milestones/3.1/update/",
        "/milestones/3.1/revise/",
        "/milestones/3.1/return/",
        "/milestones/3.1/questions/1/answer/",
        "/meetings/due-outs/1/answer/",
        "/check-in/",
        "/reports/2020-W37/write/",
        "/reports/2020-W37/lines/3.2/CBP/statement/",
        "/reports/2020-W36/correct/",
    ],
)
def test_every_form_of_the_record_keeps_what_was_typed(member: Client, cbp: User, now, path: str) -> None:
    answer = _too_late(member, now, path, {"text": "Word for word."})
    sign_in(cbp.email, client=member)

    assert answer.headers["Location"] == SIGN_IN_THEN_KEPT
    assert [form.path for form in member.get(KEPT).context["forms"]] == [path]
    assert "Word for word." in _page(member)


def test_what_was_sent_to_no_page_is_not_kept(member: Client, cbp: User, now) -> None:
    answer = _too_late(member, now, "/a/page/that/is/not/there/", {"text": "Word for word."})

    sign_in(cbp.email, client=member)

    assert answer.status_code == 404
    assert "Word for word." not in _page(member)


def test_whatever_ended_the_session(member: Client, cbp: User) -> None:
    end_sessions_of(cbp, "ended by an administrator")

    member.post(UPDATE, TYPED)
    sign_in(cbp.email, client=member)

    assert "with counsel now" in _page(member)


def test_signing_out_in_one_window_loses_nothing_typed_in_another(member: Client, cbp: User) -> None:
    member.post("/accounts/logout/")

    led = member.post(UPDATE, TYPED)
    sign_in(cbp.email, client=member)

    assert led.headers["Location"] == SIGN_IN_THEN_KEPT
    assert "with counsel now" in _page(member)


def test_it_is_found_from_another_browser_too(member: Client, cbp: User, now) -> None:
    _too_late(member, now)
    other = Client()

    answer = sign_in(cbp.email, client=other)

    assert answer.headers["Location"] == KEPT
    assert "with counsel now" in _page(other)


def test_another_at_the_same_browser_never_sees_it_and_it_still_waits(
    member: Client, cbp: User, ice: User, now
) -> None:
    _too_late(member, now)

    answer = sign_in(ice.email, client=member)
    seen = _page(member)
    member.post(KEPT, {"discard": "x"})
    member.post("/accounts/logout/")
    sign_in(cbp.email, client=member)

    assert answer.headers["Location"] == "/"
    assert "with counsel now" not in seen
    assert "with counsel now" in _page(member)


def test_nobody_discards_anothers(member: Client, cbp: User, ice: User, now, client_of) -> None:
    _too_late(member, now)
    sign_in(cbp.email, client=member)

    client_of(ice).post(KEPT, {"discard": _form_id(member)})
    client_of(ice).post("/accounts/preferences/", {"kept": _form_id(member), "pace": "weekly"})

    assert "with counsel now" in _page(member)


def test_too_long_a_text_is_given_back_with_a_clear_word(member: Client, cbp: User, now) -> None:
    answer = _too_late(member, now, typed={"statement": "Too long. " * 20_001})
    page = answer.content.decode()

    assert answer.status_code == 413
    assert "Copy what you typed before you go on" in page
    assert page.count("Too long. ") >= 20_000
    assert "Sign out" not in page
    sign_in(cbp.email, client=member)
    assert "Nothing typed is waiting for you." in _page(member)


def test_200_000_characters_are_kept(member: Client, cbp: User, now) -> None:
    _too_late(member, now, typed={"statement": "x" * (200_000 - len("statement"))})

    sign_in(cbp.email, client=member)

    assert "x" * 10_000 in _page(member)


@pytest.mark.parametrize("path", ["/accounts/passphrase/", "/accounts/reauthenticate/", "/admin/accounts/user/add/"])
def test_passphrases_and_accounts_are_never_kept(member: Client, cbp: User, now, path: str) -> None:
    answer = _too_late(member, now, path, {"current": "something secret", "email": "somebody@esc.example"})

    sign_in(cbp.email, client=member)

    assert answer.headers["Location"] != SIGN_IN_THEN_KEPT
    assert member.get(KEPT).status_code == 302


def test_nothing_is_kept_of_one_who_never_was_signed_in(plan) -> None:
    client = Client()

    answer = client.post(UPDATE, TYPED)

    assert answer.headers["Location"].startswith("/accounts/login/?next=/milestones")
    assert not Session.objects.exists()


def test_it_is_purged_with_its_session(member: Client, cbp: User, now, settings) -> None:
    _too_late(member, now)
    now.shift(timedelta(days=settings.RETENTION_DAYS["sessions"] + 2))
    list(purge(clock.wall()))

    sign_in(cbp.email, client=member)

    assert "Nothing typed is waiting for you." in _page(member)


def test_the_frameworks_own_cleaning_leaves_it(member: Client, cbp: User, now) -> None:
    _too_late(member, now)
    call_command("clearsessions")

    sign_in(cbp.email, client=member)

    assert "with counsel now" in _page(member)


# --- A form of an old page ----------------------------------------------------------------------------------------


@pytest.fixture
def strict(member: Client, cbp: User, now) -> tuple[Client, str]:
    """A browser whose forms are checked, with the token of a page that was open before its person signed in anew."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["sessionid"] = member.cookies["sessionid"].value
    browser.get("/accounts/logout/")
    token = browser.cookies["csrftoken"].value
    now.shift(timedelta(minutes=31))
    assert not shows_the_page(browser)
    return browser, token


def _sign_in_strictly(browser: Client, person: User) -> None:
    browser.get("/accounts/login/")
    token = browser.cookies["csrftoken"].value
    sign_in(person.email, client=browser, headers={"X-CSRFToken": token})


def test_a_page_older_than_the_present_session_keeps_what_was_typed_and_does_nothing(strict, cbp: User) -> None:
    browser, token = strict
    _sign_in_strictly(browser, cbp)

    answer = browser.post(UPDATE, TYPED | {"csrfmiddlewaretoken": token}, headers={"Origin": "http://testserver"})

    assert (answer.status_code, answer.headers["Location"]) == (302, KEPT)
    assert "with counsel now" in _page(browser)
    assert StatusUpdate.objects.count() == 0


def test_not_for_somebody_else_who_signed_in_meanwhile(strict, ice: User) -> None:
    browser, token = strict
    _sign_in_strictly(browser, ice)

    answer = browser.post(UPDATE, TYPED | {"csrfmiddlewaretoken": token}, headers={"Origin": "http://testserver"})

    assert answer.status_code == 403
    assert "with counsel now" not in answer.content.decode() + _page(browser)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", None])
@pytest.mark.parametrize("is_signed_in_anew", [True, False])
def test_a_form_from_another_site_is_refused_and_nothing_of_it_kept(
    strict, cbp: User, origin: str | None, is_signed_in_anew: bool
) -> None:
    browser, _ = strict
    if is_signed_in_anew:
        _sign_in_strictly(browser, cbp)

    answer = browser.post(UPDATE, TYPED, headers={"Origin": origin} if origin else {})

    assert answer.status_code == 403
    if not is_signed_in_anew:
        _sign_in_strictly(browser, cbp)
    assert "with counsel now" not in _page(browser)
