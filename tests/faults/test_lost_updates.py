"""Is any acknowledged edit lost when ten people write at once to four server processes?

Drives the real server over HTTP with real sessions, on the kind of database this run of the suite uses. An edit is
acknowledged when the server answers the save with a redirect; a conflict page is answered as a person would, by sending
one's own on top.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import psycopg2
import pytest

from scripts.servers import answers, free_port
from tests.factories import PASSPHRASE

TOP = Path(__file__).resolve().parents[2]
SERVERS, USERS, EDITS = 4, 10, 10
CODES = ("5.1", "5.2")  # Joint: half of the people speak for CBP, half for USPS.
PATIENCE_SECONDS = 30

PREPARE = f"""
from django.core.management import call_command
from esc_tracker.accounts.models import Role
from tests.factories import make_user
call_command("migrate", verbosity=0)
call_command("createcachetable")
call_command("load_plan")
for number in range({USERS}):
    make_user(f"writer{{number}}@esc.example", Role.ESC_MEMBER, ("CBP", "USPS")[number % 2])
"""
TELL = """
import json
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.models import Milestone, StatusUpdate
ledger = StatusUpdate.objects.order_by("milestone", "version")
print(json.dumps({
    "version": list(Milestone.objects.exclude(version=0).values_list("version", flat=True)),
    "versions": list(ledger.values_list("version", flat=True)),
    "statements": list(ledger.values_list("statement", "by__email")),
    "entries": Entry.objects.filter(verb="milestones.post_update").count(),
    "broken": first_broken_entry(),
}))
"""


@pytest.fixture
def environment(tmp_path) -> Iterator[dict[str, str]]:
    """Give the server's environment, with an empty database of its own of the kind this run uses."""
    asked = os.environ.get("DATABASE_URL", "")
    env = {
        **os.environ,
        "ESC_TODAY": "2020-09-14",
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "esc_tracker.settings",
    }
    if not asked.startswith("postgres"):
        yield {**env, "DATABASE_URL": f"sqlite:///{tmp_path / 'faults.sqlite3'}"}
        return
    name = f"faults_{os.getpid()}"
    with contextlib.closing(psycopg2.connect(asked)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f'CREATE DATABASE "{name}"')
        try:
            yield {**env, "DATABASE_URL": re.sub(r"/[^/]*$", f"/{name}", asked)}
        finally:
            connection.cursor().execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def address(environment, tmp_path) -> Iterator[str]:
    """Start the real server with four processes over a loaded plan and ten seated people; give its address."""
    _in_shell(environment, PREPARE)
    port = free_port()
    command = ["-m", "gunicorn", "--no-control-socket", "--workers", str(SERVERS), "--threads", "4"]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *command, "--bind", f"127.0.0.1:{port}", "esc_tracker.wsgi"],
            cwd=TOP,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(server, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE_SECONDS)


def _in_shell(env: dict[str, str], program: str) -> str:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", program]
    done = subprocess.run(command, cwd=TOP, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _wait_for(server: subprocess.Popen, port: int) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not answers(port):
        assert server.poll() is None, "The server ended before it answered."
        assert time.monotonic() < limit, "The server did not answer in time."
        time.sleep(0.1)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs) -> None:
        """Leave a redirect to the caller: it is the acknowledgment."""


class Writer:
    """One person at a browser: signs in, opens the form, saves, and sends theirs on top of a conflict."""

    def __init__(self, address: str, number: int) -> None:
        self.address, self.number = address, number
        self.email = f"writer{number}@esc.example"
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), _NoRedirect()).open
        self.acknowledged: list[str] = []
        self.statuses: list[int] = []

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Send one request; keep its status."""
        data = urlencode(fields).encode() if fields is not None else None
        try:
            with self.open(f"{self.address}{path}", data, timeout=PATIENCE_SECONDS) as answer:
                status, page = answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            status, page = answer.code, answer.read().decode()
        self.statuses.append(status)
        return status, page

    def sign_in(self) -> None:
        """Sign in by the form."""
        _, page = self.ask("/accounts/login/")
        fields = {"csrfmiddlewaretoken": _hidden(page, "csrfmiddlewaretoken"), "login": self.email}
        status, page = self.ask("/accounts/login/", {**fields, "password": PASSPHRASE, "accept": "yes"})
        assert status == 302, page

    def write(self) -> None:
        """Save all edits, one after the other."""
        self.sign_in()
        for edit in range(EDITS):
            self.save(CODES[edit % len(CODES)], f"Writer {self.number}, edit {edit}.")

    def save(self, code: str, statement: str) -> None:
        """Open the form, save, and go on sending until the server acknowledges."""
        path = f"/milestones/{code}/update/"
        status, page = self.ask(path)
        assert status == 200, page
        fields = {"statement": statement, "status": "in_progress", "outlook": "on_track", "forecast": "2020-12"}
        for _ in range(200):
            seen = {name: _hidden(page, name) for name in ("csrfmiddlewaretoken", "version")}
            status, page = self.ask(path, {**fields, **seen})
            if status == 302:
                self.acknowledged.append(statement)
                return
            assert status == 409, page
            fields["resolution"] = "mine"
        pytest.fail("The server never took this edit.")


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"The page has no {name}."
    return found[1]


def test_ten_people_and_four_processes_lose_no_acknowledged_edit(address, environment):
    writers = [Writer(address, number) for number in range(USERS)]

    with ThreadPoolExecutor(USERS) as threads:
        list(threads.map(Writer.write, writers))

    record = json.loads(_in_shell(environment, TELL))
    acknowledged = sorted([statement, writer.email] for writer in writers for statement in writer.acknowledged)
    assert len(acknowledged) == USERS * EDITS
    assert sorted(record["statements"]) == acknowledged
    each = USERS * EDITS // len(CODES)
    assert record["version"] == [each] * len(CODES)
    assert record["versions"] == list(range(1, each + 1)) * len(CODES)
    assert (record["entries"], record["broken"]) == (USERS * EDITS, "")
    statuses = [status for writer in writers for status in writer.statuses]
    assert [status for status in statuses if status >= 500] == []
    assert 409 in statuses  # They did get into each other's way.
