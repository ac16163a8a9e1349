"""Does a log line tell the operator what happened, and nobody what a person typed? (R43)"""

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
import structlog
from django.test import Client

from esc_tracker.accounts.models import User
from esc_tracker.logs import logging_config, say_at_once
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


@pytest.mark.parametrize(
    ("name", "level", "said", "values", "kept"),
    [
        ("gunicorn.error", "info", "Listening at: %s (%s)", ("http://[::]:80", 7), "Listening at: http://[::]:80 (7)"),
        (
            "gunicorn.error",
            "error",
            "Worker (pid:%s) exited with code %s.",
            (7, 3),
            "Worker (pid:7) exited with code 3.",
        ),
        ("gunicorn.error", "warning", f"Invalid request from ip=203.0.113.7: {CANARY}", (), "Invalid request"),
        ("celery.worker.strategy", "info", "Task %(name)s received", ({"name": "purge"},), "Task purge received"),
        ("celery.worker", "warning", "Unknown message: %s", (CANARY,), "Unknown message: %s"),
        ("kombu", "error", "Cannot decode %r", (CANARY,), "Cannot decode %r"),
        ("some.library", "info", "Read %s.", (CANARY,), "Read %s."),
    ],
)
def test_values_are_kept_only_of_those_who_speak_of_processes_and_of_no_trouble(
    lines: Lines, name: str, level: str, said: object, values: tuple, kept: str
) -> None:
    getattr(logging.getLogger(name), level)(said, *values)

    [line] = lines()
    assert line["event"] == kept
    assert CANARY not in json.dumps(line)


def test_exception_logged_in_place_of_a_sentence_is_its_type(lines: Lines) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as problem:
        logging.getLogger("gunicorn.error").exception(problem)

    [line] = lines()
    assert (line["event"], line["error"]) == ("ValueError", "ValueError")
    assert CANARY not in json.dumps(line)


def test_warning_of_python_is_a_line_without_its_words(lines: Lines, monkeypatch) -> None:
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    logging_config(as_json=True)

    warnings.showwarning(UserWarning(CANARY), UserWarning, "/somewhere/models.py", 7)

    [line] = lines()
    assert (line["event"], line["kind"], line["where"]) == ("warning", "UserWarning", "models.py:7")
    assert CANARY not in json.dumps(line)


def test_what_a_signal_makes_the_worker_say_is_a_line_too(capfd) -> None:
    say_at_once('worker: Warm shutdown "(MainProcess)"\r\nX: y')

    [written] = capfd.readouterr().err.splitlines()
    assert json.loads(written)["event"] == 'worker: Warm shutdown "(MainProcess)"\r\nX: y'
    assert json.loads(written)["at"].endswith("Z")


def test_access_log_of_the_web_server_is_never_written() -> None:
    assert logging_config(as_json=True)["loggers"]["gunicorn.access"] == {"handlers": ["nowhere"], "propagate": False}
