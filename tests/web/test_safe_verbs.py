"""Does asking never change anything, and does every change need a token of the person's own? (R21)"""

import hashlib
import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import Resolver404, resolve

from esc_tracker.accounts.models import User
from tests.pages.test_access import ROWS, _path

ASKING = ("GET", "HEAD", "OPTIONS")
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
# What is written by asking: that one was there, that a refusal was noted, and what a cache holds.
WRITTEN_BY_ASKING = {"accounts.Session", "security.SecurityEvent", "sessions.Session"}
MODELS = [model for model in apps.get_models() if model._meta.label not in WRITTEN_BY_ASKING]
TABLES = tuple(model._meta.db_table for model in MODELS)
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|MERGE)\b", re.IGNORECASE)
LOGIN = "/accounts/login/"


@pytest.fixture
def signed_in(people, history):
    """Return a function that gives a signed-in browser that must send tokens, as a real one must."""

    def browser(role: str) -> Client:
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.force_login(people[role])
        return client

    return browser


def _fingerprint() -> dict[str, str]:
    """Return a digest of all rows of each table but those named above, when a person last signed in included."""
    prints = {}
    for model in MODELS:
        rows = list(model._default_manager.order_by("pk").values_list())
        prints[model._meta.label] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return prints


def _addresses(people: dict[str, User | None]) -> list[str]:
    return sorted({_path(row, people) for row in ROWS})


@pytest.mark.parametrize("role", ["plcy", "member", "admin"])
def test_asking_for_any_address_changes_nothing(signed_in, people, role):
    client = signed_in(role)
    before = _fingerprint()
    wrote: list[str] = []
    asked = ""

    def watch(execute, sql, params, many, context):
        if WRITES.match(sql) and any(f'"{table}"' in sql for table in TABLES):
            wrote.append(f"{asked}: {sql[:80]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        for path in _addresses(people):
            for verb in ASKING:
                asked = f"{verb} {path}"
                answer = client.generic(verb, path)
                if answer.streaming:
                    list(answer.streaming_content)

    assert "\n".join(wrote) == ""
    assert _fingerprint() == before


@pytest.mark.parametrize(
    ("role", "verb"), [*(("plcy", verb) for verb in CHANGING), ("member", "POST"), ("admin", "POST")]
)
def test_no_change_is_taken_without_a_token(signed_in, people, role, verb):
    client, before = signed_in(role), _fingerprint()

    wrong = _not_refused(client, people, verb)

    assert "\n".join(wrong) == ""
    assert _fingerprint() == before


def test_no_change_is_taken_with_the_token_of_another_browser(signed_in, people):
    client, before = signed_in("plcy"), _fingerprint()
    client.get("/accounts/preferences/")
    stranger = Client()
    stranger.get(LOGIN)
    foreign = stranger.cookies["csrftoken"].value
    assert client.cookies["csrftoken"].value != foreign

    wrong = _not_refused(client, people, "POST", x_csrftoken=foreign)

    assert "\n".join(wrong) == ""
    assert _fingerprint() == before


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_no_change_is_taken_from_the_page_of_another_site(signed_in, people, origin):
    client, before = signed_in("plcy"), _fingerprint()
    client.get("/accounts/preferences/")
    own = client.cookies["csrftoken"].value

    wrong = _not_refused(client, people, "POST", x_csrftoken=own, origin=origin)

    assert "\n".join(wrong) == ""
    assert _fingerprint() == before


def test_a_token_of_ones_own_is_taken(signed_in):
    client = signed_in("member")
    client.get("/accounts/preferences/")
    own = client.cookies["csrftoken"].value

    answer = client.post(
        "/milestones/3.1/update/", {"statement": ""}, headers={"x-csrftoken": own, "origin": "http://testserver"}
    )

    assert answer.status_code == 400  # it was read, and something is missing


def _not_refused(client: Client, people: dict[str, User | None], verb: str, **headers: str) -> list[str]:
    """Send an empty change to each address; return those that are not refused in a page with a reference.

    Files and addresses that are not there come before any form.
    """
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    wrong = []
    for path in _addresses(people):
        with transaction.atomic():
            answer = client.generic(verb, path, headers=told)
            transaction.set_rollback(True)
        wanted = 405 if path.startswith("/static/") else 403 if _is_a_page(path) else 404
        page = answer.content.decode()
        if answer.status_code != wanted or "<h1" not in page or "Quote this reference" not in page:
            wrong.append(f"{verb} {path}: {answer.status_code}")
    return wrong


def _is_a_page(path: str) -> bool:
    try:
        return bool(resolve(path.partition("?")[0]))
    except Resolver404:
        return False
