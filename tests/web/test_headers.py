"""Does every answer carry the headers that keep a browser safe, whoever asks and whatever goes wrong? (R19, R22)"""

import pytest
from django.db import transaction
from django.test import Client

from tests.pages.test_access import ROLES, ROWS, _ask, _path, _session_of
from tests.web.carried import problems_of

ELSEWHERE = {"host": "evil.example"}


@pytest.mark.parametrize("role", ROLES)
def test_every_url_answers_every_role_with_all_headers(role, people, history):
    session = _session_of(people[role])

    wrong = []
    for row in ROWS:
        path = _path(row, people)
        with transaction.atomic():
            answer = _ask(path, row["verb"], session)
            transaction.set_rollback(True)  # signed out, say
        is_file = path.startswith("/static/") and answer.status_code < 400
        problems = problems_of(answer.headers, is_file=is_file)
        if problems:
            wrong.append(f"{row['verb']} {path} ({answer.status_code}): {', '.join(problems)}")

    assert "\n".join(wrong) == ""


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"path": "/milestones"}, 301),
        ({"path": "/milestones/"}, 302),
        ({"path": "/accounts/login/", "headers": ELSEWHERE}, 400),
        ({"path": "/accounts/login/", "CONTENT_TYPE": "text/plain; charset=utf-16"}, 400),
        ({"path": "/no-such-page/"}, 404),
        ({"path": "/static/no-such-file.css"}, 404),
        ({"path": "/broken/"}, 500),
        ({"path": "/away/"}, 503),
        ({"path": "/livez"}, 200),
        ({"path": "/readyz"}, 200),
    ],
)
def test_what_is_not_a_page_carries_them_too(settings, db, asked, status):
    settings.ROOT_URLCONF = "tests.web.broken_urls"

    answer = Client(raise_request_exception=False).generic("GET", **asked)

    assert answer.status_code == status
    assert problems_of(answer.headers) == []


def test_a_form_without_its_token_carries_them(db):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a"})

    assert answer.status_code == 403
    assert problems_of(answer.headers) == []


def test_too_many_tries_carry_them(db):
    client = Client()

    *_, last = [client.post("/accounts/passphrase/forgotten/", {"address": "cbp@esc.example"}) for _ in range(6)]

    assert last.status_code == 429
    assert problems_of(last.headers) == []


def test_a_file_is_kept_by_browsers_and_known_again_and_no_page_is(db):
    client = Client()
    file = client.get("/static/css/site.css")
    list(file.streaming_content)

    again = client.get("/static/css/site.css", headers={"if-modified-since": file.headers["Last-Modified"]})

    assert (file.status_code, again.status_code) == (200, 304)
    assert "public" in file.headers["Cache-Control"]
    assert problems_of(file.headers, is_file=True) == problems_of(again.headers, is_file=True) == []
    assert client.get("/accounts/login/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("verb", "path", "status", "title"),
    [
        ("POST", "/livez", 405, "That cannot be done at this address"),
        ("PUT", "/accounts/preferences/", 405, "That cannot be done at this address"),
        ("POST", "/static/css/site.css", 405, "That cannot be done at this address"),
        ("POST", "/accounts/login/", 413, "That is too much at once"),
        ("GET", "/broken/", 500, "Something went wrong on our side"),
        ("GET", "/away/", 503, "The tracker is not available for a moment"),
    ],
)
def test_a_refusal_is_a_page_in_words_with_its_reference(settings, cbp, client_of, verb, path, status, title):
    settings.ROOT_URLCONF = "tests.web.broken_urls"
    client = client_of(cbp)
    client.raise_request_exception = False
    body = "a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1) if status == 413 else ""

    answer = client.generic(verb, path, body)

    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in page
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in page
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(answer.headers.get("Content-Length", len(page.encode()))) == len(page.encode())
    assert "secret words" not in page
    assert "db.internal" not in page


def test_a_refusal_in_words_still_says_what_is_taken(db):
    answer = Client().post("/livez")

    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_part_of_a_file_that_is_not_there_is_refused_in_words(db):
    answer = Client().get("/static/css/site.css", headers={"range": "bytes=999999999-"})

    assert answer.status_code == 416
    assert "<h1>That request cannot be answered</h1>" in answer.content.decode()
    assert problems_of(answer.headers) == []


def test_a_length_of_many_digits_is_too_long_and_no_failure(db):
    answer = Client(raise_request_exception=False).generic("POST", "/accounts/login/", CONTENT_LENGTH="9" * 5000)

    assert answer.status_code == 413


def test_the_policy_lets_the_sign_in_page_alone_lead_to_the_agency(settings, cbp, client_of):
    settings.OIDC_ISSUER = "https://sign-on.agency.example/"
    settings.OIDC_CLIENT_ID = settings.OIDC_CLIENT_SECRET = "ours"
    settings.OIDC_ACR = ["high"]

    sign_in = Client().get("/accounts/login/").headers["Content-Security-Policy"]
    elsewhere = client_of(cbp).get("/accounts/preferences/").headers["Content-Security-Policy"]

    assert "form-action 'self' https://sign-on.agency.example;" in f"{sign_in};"
    assert "sign-on.agency.example" not in elsewhere
