"""Does nothing that people type, and nothing that lets them in, reach what the running site writes? (R43)

The processes of production, with every form of every page filled with words, addresses, passphrases and line breaks.
"""

import json
import re
import socket
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command

from esc_tracker.accounts.models import Role, User
from tests.factories import make_user
from tests.house.production import in_production
from tests.house.visiting import CLIENT, Form, Visitor, database_address, web
from tests.pages.test_access import ROWS

CANARY = "zq-canary-7431"
PASSPHRASE = f"{CANARY} beneath seven kettles"
FORGED = f'{CANARY}\r\n{{"event": "forged", "level": "info"}}\r\nX-Forged: yes'
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
# Where each fills in every form; PLCY everywhere.
WHERE = {"": "/accounts/", "plcy": "/", "cbp": ("/check-in/", "/milestones/"), "admin": "/admin/"}

pytestmark = pytest.mark.services


@pytest.fixture
def people(transactional_db) -> dict[str, User]:
    """Seat one person of each role that fills in forms, in a database that another process can open."""
    call_command("load_plan", stdout=StringIO())
    done = in_production("manage.py", "createcachetable", DATABASE_URL=database_address())
    assert (done.returncode, done.stderr) == (0, "")
    seats = {"plcy": (Role.PLCY_STAFF, "PLCY"), "cbp": (Role.ESC_MEMBER, "CBP"), "admin": (Role.ADMINISTRATOR, None)}
    people = {name: make_user(f"{CANARY}-{name}@esc.example", role, agency) for name, (role, agency) in seats.items()}
    for name, person in people.items():
        person.name = f"{CANARY} {name}"
        person.password = PBKDF2PasswordHasher().encode(PASSPHRASE, "salt-of-one-test")  # that of production
        person.save()
    return people


def _filled(form: Form) -> dict[str, str]:
    """Return a form as a hostile person fills it: canaries wherever something can be typed."""
    typed = {
        "textarea": FORGED,
        "text": CANARY,
        "search": CANARY,
        "password": PASSPHRASE + " typed",
        "email": f"{CANARY}@elsewhere.example",
        "tel": CANARY,
        "url": f"https://elsewhere.example/{CANARY}",
        "number": CANARY,
        "date": CANARY,
    }
    return {name: typed.get(kind, value) for name, (kind, value) in form.fields.items()}


def _pages() -> list[str]:
    """Return one address of each kind of page."""
    kinds: dict[str, str] = {}
    for row in ROWS:
        path = row["path"]
        if row["verb"] == "GET" and "{" not in path and not path.startswith("/static/") and "logout" not in path:
            kinds.setdefault(re.sub(r"\d+(\.\d+)?", "0", path), path)
    return sorted(kinds.values())


def _told(lines: list[str]) -> list[dict[str, object]]:
    """Return every line as the object it is; a line that is none fails the test."""
    told = [json.loads(line) for line in lines]
    for line in told:
        assert AT.fullmatch(str(line["at"])), line
        assert {"event", "level", "source"} <= line.keys(), line
        assert line["event"] != "forged", line
    return told


def test_no_word_and_no_key_of_a_person_reaches_the_log(people: dict[str, User], tmp_path: Path) -> None:
    secrets, sent = {PASSPHRASE, CLIENT}, set[tuple[str, str, str]]()
    with web(tmp_path, DATABASE_URL=database_address(), GUNICORN_CMD_ARGS="--access-logfile -") as (port, lines):
        for name in WHERE:
            visitor = Visitor(port, agent=f"Mozilla {CANARY}", cookies={"mine": CANARY})
            if name:
                assert visitor.sign_in(people[name].email, PASSPHRASE) == 302
            for path in (path for path in _pages() if path.startswith(WHERE[name])):
                for form in visitor.forms(path):
                    shape = (form.method, re.sub(r"\d+(\.\d+)?", "0", form.action.partition("?")[0]))
                    if (name, *shape) in sent or "logout" in form.action or "sessions" in form.action:
                        continue
                    sent.add((name, *shape))
                    visitor.ask(form.action, _filled(form) if form.method == "post" else None)
            visitor.ask(f"/accounts/passphrase/{CANARY}-a-link/")
            visitor.ask(f"/{CANARY}/?{CANARY}")
            visitor.ask(f"/milestones/?q={CANARY}&as_of={CANARY}&page={CANARY}")
            secrets |= {value for value in visitor.cookies.values() if len(value) > 12}
        with socket.create_connection(("127.0.0.1", port)) as odd:
            odd.sendall(f"{CANARY} / HTTP/9\r\n{CANARY}: {CANARY}\r\n\r\n".encode())
            odd.recv(1000)

    told = _told(lines)

    posted = {action for _, method, action in sent if method == "post"}
    assert len(posted) >= 20, sorted(posted)
    text = "\n".join(lines)
    for secret in {CANARY, *secrets}:
        assert secret not in text
    assert any(str(line["event"]).startswith("Listening at: ") for line in told)
    requests = [line for line in told if line["event"] == "request"]
    assert len(requests) > 150
    assert all(re.fullmatch(r"[0-9a-f]{16}", str(line["request_id"])) for line in requests)
    assert [line for line in told if line["level"] == "error"] == []


def test_unhandled_error_is_one_line_with_the_reference_that_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    with web(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}") as (port, lines):
        visitor = Visitor(port, agent=f"Mozilla {CANARY}")
        [form, *_] = [form for form in visitor.forms("/accounts/login/") if "login" in form.fields]
        status, page = visitor.ask(form.action, _filled(form))

    told = _told(lines)

    reference = visitor.headers["x-request-id"]
    assert status == 503  # It is the database that failed.
    assert reference in page
    [error] = [line for line in told if line["level"] == "error"]
    assert (error["event"], error["request_id"]) == ("unhandled error", reference)
    assert error["error"] == "OperationalError"
    assert error["through"]
    assert CANARY not in "\n".join(lines)
