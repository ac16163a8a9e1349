"""Is every refusal and every file that goes out noted, without a word anybody typed, and without flooding? (R39)"""

from datetime import timedelta

import pytest
from django.test import Client

from esc_tracker import clock
from esc_tracker.security.models import Kind, SecurityEvent
from esc_tracker.security.noting import FROM_ALL, FROM_ONE_ADDRESS, MORE, note_refusal
from tests.factories import PASSPHRASE
from tests.ground.test_accounts import is_signed_in, sign_in
from tests.tampering import refusing

pytestmark = pytest.mark.django_db


def noted(kind: Kind) -> list[tuple]:
    """Return what was noted of a kind, oldest first."""
    events = SecurityEvent.objects.filter(kind=kind).order_by("pk")
    return [(event.person, event.about, event.facts) for event in events]


def body_of(answer) -> str:
    """Return what an answer holds, streamed or not."""
    return answer.getvalue().decode() if answer.streaming else answer.content.decode()


# --- Refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/admin/accounts/user/?q=somebody@esc.example", "/admin/accounts/user/"),
        ("/admin/accounts/user/somebody@esc.example/change/", "/admin/accounts/user/<object_id>/change/"),
        ("/reports/2020-W37/publish/", "/reports/2020-W37/publish/"),
        ("/milestones/4.3/confirm/", "/milestones/4.3/confirm/"),
    ],
)
def test_a_refusal_is_noted_with_its_place_and_nothing_typed(client_of, cbp, plan, path, place):
    answer = client_of(cbp).get(path, REMOTE_ADDR="203.0.113.7")

    assert answer.status_code == 403
    [event] = SecurityEvent.objects.filter(kind=Kind.REFUSED)
    assert (event.person, event.about, event.facts, event.succeeded) == (cbp, place, {"status": 403}, False)
    assert (event.source, event.address, event.request_id) == ("web", "203.0.113.7", answer.headers["X-Request-ID"])


def test_a_form_of_another_session_is_noted_without_the_token_in_its_address(db):
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post("/accounts/passphrase/a-made-up-secret/", {"new": "typed"})

    assert answer.status_code == 403
    why = {"status": 403, "why": "form not of this session"}
    assert noted(Kind.REFUSED) == [(None, "/accounts/passphrase/<token>/", why)]


def test_one_who_asks_too_often_is_noted(db, client):
    for _ in range(5):
        client.post("/accounts/passphrase/forgotten/", {"address": "somebody@esc.example"})
    assert noted(Kind.REFUSED) == []

    answer = client.post("/accounts/passphrase/forgotten/", {"address": "somebody@esc.example"})

    assert answer.status_code == 429
    assert noted(Kind.REFUSED) == [(None, "/accounts/passphrase/forgotten/", {"status": 429})]


def test_whoever_probes_cannot_flood_the_log_nor_hide_what_others_do(client_of, cbp, coac, time_machine):
    time_machine.move_to(clock.wall(), tick=False)
    client = client_of(cbp)
    for _ in range(FROM_ONE_ADDRESS + 5):
        assert client.get("/admin/").status_code == 403
    client_of(coac).get("/admin/")

    mine = SecurityEvent.objects.filter(kind=Kind.REFUSED, person=cbp).order_by("pk")
    assert [event.facts.get("more") for event in mine] == [None] * (FROM_ONE_ADDRESS - 1) + [MORE]
    assert SecurityEvent.objects.filter(kind=Kind.REFUSED, person=coac).count() == 1

    time_machine.shift(timedelta(seconds=61))
    assert client.get("/admin/").status_code == 403

    assert mine.all().count() == FROM_ONE_ADDRESS + 1


def test_many_addresses_together_cannot_flood_the_log(db):
    now = clock.wall()
    SecurityEvent.objects.bulk_create(
        SecurityEvent(happened_at=now, kind=Kind.REFUSED, succeeded=False, address=f"2001:db8::{n:x}", source="web")
        for n in range(FROM_ALL - 1)
    )

    assert note_refusal(person=None).facts == {"more": MORE}
    assert note_refusal(person=None) is None


# --- Files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "place", "facts"),
    [
        ("/milestones/?export=csv&q=words", "/milestones/", {"form": "csv", "role": "esc_member", "rows": 0}),
        ("/milestones/?export=xlsx", "/milestones/", {"form": "xlsx", "role": "esc_member", "rows": 30}),
        ("/overdue/?export=csv", "/overdue/", {"form": "csv", "role": "esc_member", "rows": 0}),
    ],
)
def test_a_file_is_noted_once_with_its_form_rows_and_role(client_of, cbp, plan, path, place, facts):
    answer = client_of(cbp).get(path)
    body = answer.getvalue()

    assert answer.status_code == 200
    assert body
    [(person, about, told)] = noted(Kind.EXPORTED)
    assert (person, about) == (cbp, place)
    assert {**told, "rows": 0 if facts["rows"] == 0 else told["rows"]} == facts


def test_a_page_a_head_and_a_refused_file_are_no_files(client_of, cbp, plan):
    client = client_of(cbp)

    statuses = [
        client.get("/milestones/").status_code,
        client.head("/milestones/?export=csv").status_code,
        client.get("/milestones/?export=doc").status_code,
        client.get("/reports/2020-W01.csv").status_code,
    ]

    assert statuses == [200, 200, 400, 404]
    assert noted(Kind.EXPORTED) == []


# --- When the log cannot be written -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_without_the_log_pages_are_read_refusals_stay_and_nothing_goes_out_or_comes_in(cbp):
    reading, coming = (Client(raise_request_exception=False) for _ in range(2))
    reading.force_login(cbp)

    with refusing(SecurityEvent):
        page = reading.get("/milestones/")
        refused = reading.get("/admin/")
        file = reading.get("/milestones/?export=csv")
        signed_in = sign_in(cbp.email, PASSPHRASE, client=coming)

    assert [answer.status_code for answer in (page, refused, file, signed_in)] == [200, 403, 503, 503]
    assert "Responsible" not in body_of(file)
    assert "Nothing was saved" in body_of(signed_in)
    assert signed_in.headers["X-Request-ID"] in body_of(signed_in)
    assert not is_signed_in(coming)
    assert SecurityEvent.objects.count() == 0
