"""Does an administrator find, and take along, what was noted, and does everybody see their own? (R39, R41)"""

import csv
from datetime import datetime
from io import StringIO

import pytest

from esc_tracker import clock
from esc_tracker.security.models import Kind, SecurityEvent
from tests.ground.test_accounts import sign_in

LOG = "/admin/security/securityevent/"
FILE = f"{LOG}file/"
OWN = "/accounts/sign-ins/"

pytestmark = pytest.mark.django_db


def event(day: int = 1, **facts) -> SecurityEvent:
    """Write a line as it was noted in October."""
    moment = datetime(2026, 10, day, 23, 30, tzinfo=clock.NEW_YORK)
    return SecurityEvent.objects.create(**{"happened_at": moment, "source": "web", "kind": Kind.SIGNED_IN, **facts})


@pytest.fixture
def lines(cbp, ice) -> None:
    """Three lines that differ in everything."""
    event(1, person=cbp, address="203.0.113.7", request_id="aaaa", about="first")
    event(2, person=ice, address="2001:db8::1", request_id="bbbb", about="second", kind=Kind.REFUSED, succeeded=False)
    event(3, person=None, about="=1+1", kind=Kind.PURGED, source="job", request_id="cccc", facts={"rows": 1})


def rows_of(answer) -> list[dict[str, str]]:
    """Return the rows of the file."""
    assert answer.status_code == 200
    text = answer.getvalue().decode().removeprefix("\ufeff")
    return list(csv.DictReader(StringIO(text.partition("\r\n\r\n")[2])))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["=1+1", "second", "first"]),
        ("kind__exact=refused", ["second"]),
        ("outcome=failed", ["second"]),
        ("outcome=done", ["=1+1", "first"]),
        ("day=2026-10-02", ["second"]),
        ("by=ic", ["second"]),
        ("from=203.0.113.7", ["first"]),
        ("from=2001:DB8:0::1", ["second"]),
        ("reference=cccc", ["=1+1"]),
        ("q=first", ["first"]),
        ("by=cbp&day=2026-10-02", []),
        ("day=2026-02-30", []),
        ("day=9999-12-31", []),
        ("from=nowhere", []),
        ("by=%00", []),
    ],
)
def test_filters_find_the_same_on_the_page_and_in_the_file(client_of, admin_user, lines, query, found):
    client = client_of(admin_user)

    page = client.get(f"{LOG}?{query}")
    rows = rows_of(client.get(f"{FILE}?{query}"))

    assert page.status_code == 200
    assert [each.about for each in page.context["cl"].result_list] == found
    assert [row["about"].removeprefix("'") for row in rows if row["kind"] != "exported"] == found


def test_the_file_tells_all_and_runs_nothing(client_of, admin_user, lines):
    row = rows_of(client_of(admin_user).get(f"{FILE}?reference=cccc"))[0]

    assert row == {
        "at_utc": "2026-10-04T03:30:00.000+00:00",
        "kind": "purged",
        "outcome": "done",
        "person": "",
        "account": "",
        "about": "'=1+1",
        "facts": "rows: 1",
        "source": "job",
        "address": "",
        "request_id": "cccc",
    }
    [taken] = SecurityEvent.objects.filter(kind=Kind.EXPORTED)
    assert (taken.person, taken.about, taken.facts) == (
        admin_user,
        FILE,
        {"form": "csv", "role": "administrator", "rows": 1},
    )


def test_what_cannot_be_read_is_said_beside_its_field(client_of, admin_user, lines):
    page = client_of(admin_user).get(f"{LOG}?day=yesterday").content.decode()

    assert "Write a day like 2020-10-31." in page


def test_a_filter_that_there_is_not_gives_no_file(client_of, admin_user, lines):
    answer = client_of(admin_user).get(f"{LOG}file/?action=x")

    assert answer.status_code == 400
    assert "Content-Disposition" not in answer.headers


def test_nobody_adds_changes_or_deletes(client_of, admin_user, lines):
    client, line = client_of(admin_user), SecurityEvent.objects.first()

    statuses = [
        client.get(f"{LOG}{line.pk}/change/").status_code,
        client.post(f"{LOG}{line.pk}/change/", {"about": "x"}).status_code,
        client.post(f"{LOG}{line.pk}/delete/", {"post": "yes"}).status_code,
        client.post(f"{LOG}add/", {"about": "x"}).status_code,
        client.post(LOG, {"action": "delete_selected", "_selected_action": line.pk}).status_code,
    ]

    assert statuses == [200, 403, 403, 403, 200]
    assert list(SecurityEvent.objects.exclude(kind=Kind.REFUSED).values_list("about", flat=True)) == ["=1+1", "first"]


def test_the_page_is_bounded_and_takes_few_queries(client_of, admin_user, cbp, django_assert_num_queries):
    for _ in range(120):
        event(person=cbp)
    client = client_of(admin_user)

    with django_assert_num_queries(4):
        page = client.get(f"{LOG}?all=")

    assert len(page.context["cl"].result_list) == 50


# --- One's own ----------------------------------------------------------------------------------------------------


def test_people_see_their_own_last_fifty_and_nobody_elses(client_of, cbp, ice, django_assert_num_queries):
    for _ in range(60):
        event(person=cbp, address="203.0.113.7", facts={"by": ["password"], "browser": "Firefox on Windows"})
    event(2, person=ice, address="198.51.100.9")
    event(3, person=ice, kind=Kind.SESSION_ENDED, facts={"holder": cbp.pk, "why": "ended by an administrator"})
    client = client_of(cbp)

    with django_assert_num_queries(4):
        page = client.get(OWN).content.decode()

    assert page.count("<tr>") == 51
    assert "Session ended: ended by an administrator" in page
    assert "Signed in with passphrase" in page
    assert "Firefox on Windows" in page
    assert "198.51.100.9" not in page


def test_a_failed_sign_in_shows_with_its_browser(client, client_of, cbp):
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
    sign_in(cbp.email, "wrong", client=client, HTTP_USER_AGENT=firefox, REMOTE_ADDR="203.0.113.7")

    page = client_of(cbp).get(OWN).content.decode()

    assert "Sign-in failed" in page
    assert "Firefox on Windows" in page
    assert "203.0.113.7" in page
