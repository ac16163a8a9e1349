"""Does an address that came with a request lead to a page of this site only? (R23)"""

import re
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client

from esc_tracker.ways_back import way_back
from milestones.models import DueOut
from tests.factories import PASSPHRASE
from tests.pages.test_access import ROWS, _path

LOGIN, SIGN_OUT = "/accounts/login/", "/accounts/logout/"
AWAY = (
    "//evil.example",
    "///evil.example",
    "////evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "http:///evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://testserver/milestones/",
    "http://testserver@evil.example/",
    "https://evil.example\\@testserver/",
    " //evil.example",
    "\t//evil.example",
    "\n//evil.example",
    "\x00//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/milestones/\r\nX-Evil: 1",
    "/\u2028/evil.example",
    "/\u202e/elpmaxe.live",
    "\u2044\u2044evil.example",
    "//\uff45vil.example",
    "\uff0f\uff0fevil.example",
    "//[::1]",
    "//[evil",
    "evil.example",
    "../evil",
    "?next=//evil.example",
    "#evil",
    "%2F%2Fevil.example",
    "/" + "a" * 2000,
    "",
)
LINKED = re.compile(rb"""(?:href|action|formaction|src)="([^"]*)\"""")
OURS = ("/", "/milestones/?agency=CBP&page=2", "/milestones/4.3/#history", "/reports/2020-W36/", "/%0d%0aX-Evil:%201")


def _leads_away(location: str) -> bool:
    """Say whether a browser would leave the site: it drops line breaks and tabs, and takes a backslash for a slash."""
    read = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    return urlsplit(urljoin("http://testserver/", read))[:2] != ("http", "testserver")


@pytest.mark.parametrize("asked", AWAY)
def test_no_hostile_address_is_a_way_back(asked):
    assert way_back(asked) == ""


@pytest.mark.parametrize("asked", OURS)
def test_a_path_of_ours_is(asked):
    assert way_back(asked) == asked
    assert not _leads_away(asked)


@pytest.mark.parametrize("asked", [*AWAY, *OURS])
def test_signing_in_and_out_leads_nowhere_else(cbp, asked):
    client = Client()
    form = {"login": cbp.email, "password": PASSPHRASE, "accept": "yes", "next": asked}

    page = client.get(LOGIN, {"next": asked})
    signed_in = client.post(LOGIN, form)
    once_more = client.get(LOGIN, {"next": asked})
    signed_out = client.post(SIGN_OUT, {"next": asked})

    is_ours = asked in OURS
    assert page.status_code == 200
    assert is_ours or not asked or asked.encode() not in LINKED.findall(page.content)
    assert [signed_in.status_code, once_more.status_code, signed_out.status_code] == [302, 302, 302]
    assert signed_in.headers["Location"] == (asked if is_ours else "/")
    assert once_more.headers["Location"] == (asked if is_ours else "/")
    assert signed_out.headers["Location"] == (asked if is_ours else LOGIN)


@pytest.mark.parametrize("asked", AWAY)
def test_the_account_lists_sign_in_leads_to_ours_and_back_to_the_list(admin_user, client_of, asked):
    unknown = Client().get("/admin/login/", {"next": asked})
    known = client_of(admin_user).get("/admin/login/", {"next": asked})

    assert unknown.headers["Location"].startswith("/accounts/login/?next=/admin/login/")
    assert known.headers["Location"] == "/accounts/login/?next=/admin/"


@pytest.mark.parametrize("asked", ["//evil.example/x", "/\\evil.example/x", "https://evil.example/x"])
@pytest.mark.parametrize("role", ["member", "plcy"])
def test_no_page_takes_a_hostile_way_back_from_its_address_or_its_form(people, history, client_of, role, asked):
    client = client_of(people[role])
    client.raise_request_exception = False

    wrong = []
    for row in ROWS:
        path = _path(row, people)
        address = f"{path}{'&' if '?' in path else '?'}next={quote(asked)}"
        with transaction.atomic():
            answer = client.generic(
                row["verb"], address, f"next={quote(asked)}", content_type="application/x-www-form-urlencoded"
            )
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        if _leads_away(answer.headers.get("Location", "/")) or asked.encode() in LINKED.findall(content):
            wrong.append(f"{row['verb']} {path}: {answer.status_code} {answer.headers.get('Location')}")

    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("path", ["//evil.example/milestones", "/\\evil.example", "//evil.example", "///a/milestones"])
def test_a_path_that_looks_like_a_host_leads_nowhere_else(cbp, client_of, path):
    for client in (Client(), client_of(cbp)):
        answer = client.generic("GET", "/", PATH_INFO=path)

        assert answer.status_code in {301, 302, 404}
        assert not _leads_away(answer.headers.get("Location", "/"))


@pytest.mark.parametrize("asked", ["//evil.example", "/\\evil.example", "https:evil.example", "/overdue/?agency=CBP"])
def test_an_act_leads_back_to_a_page_of_ours_alone(people, history, client_of, asked):
    owed = DueOut.objects.get()
    client = client_of(people["member"])

    answer = client.post(f"/meetings/due-outs/{owed.pk}/answer/", {"answer": "Sample: by Tuesday.", "next": asked})

    own = f"/meetings/{owed.meeting_id}/#due-out"
    assert (answer.status_code, answer.headers["Location"]) == (302, asked if way_back(asked) else own)
