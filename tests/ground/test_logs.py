"""Does a log line tell the operator what happened, and nobody what a person typed? (R43)"""

import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
import structlog
from django.test import Client

from esc_tracker.accounts.models import User
from esc_tracker.logs import logging_config
from tests.factories import PASSPHRASE
from tests.pages.test_access import ROWS

CANARY = "zq-canary-7431"
Lines = Callable[[], list[dict]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Return a function that gives every line written so far, as production writes it."""
    written = StringIO()
    how = dict(logging_config(as_json=True)["formatters"]["line"])
    handler = logging.StreamHandler(written)
    handler.setFormatter(how.pop("()")(**how))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def test_request_is_one_line_with_its_route_and_reference(plcy: User, client_of, lines: Lines, plan) -> None:
    client_of(plcy).get("/milestones/4.3/?q=words")

    [line] = [line for line in lines() if line["event"] == "request"]
    assert line.keys() == {
        *("at", "event", "level", "logger", "method", "ms", "person", "request_id", "route", "source", "status")
    }
    assert (line["method"], line["status"], line["person"], line["source"]) == ("GET", 200, plcy.pk, "web")
    assert line["route"] == "milestones/<code:code>/"
    assert line["at"].endswith("Z")


def test_address_that_leads_nowhere_is_not_repeated(client: Client, lines: Lines, db) -> None:
    client.get(f"/{CANARY}/")

    [line] = lines()
    assert (line["status"], line["route"]) == (404, "")


def test_probes_are_silent(client: Client, lines: Lines, db) -> None:
    client.get("/livez")

    assert lines() == []


def test_nothing_typed_reaches_the_log(plcy: User, cbp: User, coac: User, client_of, lines: Lines, plan) -> None:
    names = (
        *("login", "password", "statement", "next_step", "reason", "needed", "note", "agency_note", "remark"),
        *("name", "email", "phone", "office", "text", "narrative", "cleared_by", "source", "q", "title", "next"),
        *("status", "outlook", "forecast", "version", "agency", "csrfmiddlewaretoken", "code", "as_of"),
    )
    typed = dict.fromkeys(names, CANARY)
    for person in (None, plcy, cbp, coac):
        client = client_of(person) if person else Client()
        client.raise_request_exception = False
        client.cookies["canary"] = CANARY
        for path in {row["path"] for row in ROWS if not row["path"].startswith("/static/")}:
            client.get(path, {"q": CANARY, "as_of": CANARY, "next": CANARY}, headers={"x-request-id": CANARY})
            client.post(path, typed, headers={"user-agent": CANARY, "x-request-id": CANARY})
    Client().post("/accounts/login/", {"login": cbp.email, "password": PASSPHRASE, "accept": "yes"})

    told = lines()

    assert len(told) > 500
    for line in told:
        text = json.dumps(line)
        assert CANARY not in text, line
        assert cbp.email not in text, line
        assert PASSPHRASE not in text, line


def test_line_breaks_make_no_second_line(lines: Lines) -> None:
    structlog.get_logger("reports").info("odd", value='one\r\n{"event": "forged"}')

    [line] = lines()
    assert line["event"] == "odd"


def test_library_is_quoted_without_the_values_it_puts_in(lines: Lines) -> None:
    logging.getLogger("some.library").warning("Cannot read %s.", CANARY)

    assert [line["event"] for line in lines()] == ["Cannot read %s."]


def test_exception_tells_its_type_and_place_but_not_its_message(lines: Lines) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        structlog.get_logger("reports").exception("failed")

    [line] = lines()
    assert line["error"] == "ValueError"
    assert line["through"][-1].startswith("test_logs.py:")
    assert CANARY not in json.dumps(line)


@pytest.mark.services
def test_web_server_itself_writes_nothing_but_such_lines(tmp_path) -> None:
    (tmp_path / "static").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "ESC_ENV": "production",
        "SECRET_KEY": "a-key-for-one-test-0123456789-abcdefghijklmnopqrstuvwxyz",
        "ALLOWED_HOSTS": "127.0.0.1",
        "BASE_URL": "https://127.0.0.1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'log.sqlite3'}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp+tls://127.0.0.1:1",
        "VAR_DIR": str(tmp_path),
        "ESC_TODAY": "",
    }
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-b", f"127.0.0.1:{port}", "esc_tracker.wsgi"]
    server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=1)
                break
            except OSError:
                time.sleep(0.2)
    finally:
        server.terminate()
        output, _ = server.communicate(timeout=20)

    told = [json.loads(line) for line in output.splitlines()]

    assert "Listening at: " in " ".join(line["event"] for line in told)
