"""What is a person told whose save waits for a lock, and is anything half saved? (F16, R34)"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from esc_tracker.journal.acts import LOCK
from scripts.children import Children
from scripts.run import processes
from scripts.servers import TOP, answers, free_port
from tests.faults.installation import WEB
from tests.faults.member import Member, hidden
from tests.faults.table import Line, chain_is_whole, doubled

pytestmark = [pytest.mark.faults, pytest.mark.long]
HELD_SECONDS, PATIENCE_SECONDS = 10, 60
PATH = "/milestones/2.1/update/"
COUNTS = (
    "SELECT (SELECT count(*) FROM milestones_statusupdate), (SELECT count(*) FROM milestones_note),"
    " (SELECT count(*) FROM journal_entry), (SELECT max(version) FROM milestones_milestone)"
)
PREPARE = """
from django.core.management import call_command
from esc_tracker.accounts.models import Role
from tests.factories import make_user
call_command("migrate", verbosity=0)
call_command("createcachetable")
call_command("load_plan")
make_user("writer0@agency.test", Role.ESC_MEMBER, "CBP")
"""
HOLD = """
import sqlite3, sys, time
record = sqlite3.connect(sys.argv[1], isolation_level=None)
record.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
record.execute("ROLLBACK")
"""


def _form(person: Member, statement: str) -> dict[str, str]:
    page = person.ask(PATH).text
    seen = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "version")}
    words = {"statement": statement, "status": "in_progress", "outlook": "on_track", "forecast": "2027-12"}
    return {**words, "note": "A remark that goes with it.", **seen}


def test_a_deadlock_is_told_plainly_and_leaves_nothing_half_saved(site, members, told):
    site.ask("ALTER DATABASE esc SET deadlock_timeout = '4s'")  # The site looks for a deadlock first, and gives way.
    site.start(*WEB, "proxy")
    (person,) = members(1)
    form, before = _form(person, "Sent into a deadlock."), site.ask(COUNTS)

    with contextlib.closing(psycopg2.connect(site.database.url)) as other, ThreadPoolExecutor(1) as threads:
        with other.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '10min'")
            cursor.execute("SELECT pk FROM (SELECT id AS pk FROM milestones_milestone FOR UPDATE) AS all_of_them")
            sent = threads.submit(person.ask, PATH, form)
            waits = "SELECT 1 FROM pg_stat_activity WHERE usename = 'esc_site' AND wait_event_type = 'Lock'"
            site.wait(lambda: site.ask(waits), "the save waits for a row")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # which the save holds
        other.rollback()
    refused, left = sent.result(), site.ask(COUNTS)
    sent_again = person.ask(PATH, form)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "Nothing was saved" in refused.text
    assert left == before
    assert sent_again.status_code == 302
    told(Line("F16", "Two transactions in opposite order", "row and journal lock", 0.0, 0, doubled(site)))
    assert (doubled(site), chain_is_whole(site)) == (0, True)


def test_a_save_waits_while_a_table_is_locked_and_is_taken_once(site, members, told):
    site.start(*WEB, "proxy")
    (person,) = members(1)
    form = _form(person, "Sent while the table was locked.")

    with contextlib.closing(psycopg2.connect(site.database.url)) as other, ThreadPoolExecutor(1) as threads:
        other.cursor().execute("LOCK TABLE milestones_milestone IN ACCESS EXCLUSIVE MODE")
        sent = threads.submit(person.ask, PATH, form)
        time.sleep(HELD_SECONDS)
        assert not sent.done()
        other.rollback()
        released = time.monotonic()
        answer = sent.result()
        back_in = time.monotonic() - released

    kept = site.ask("SELECT count(*) FROM milestones_statusupdate WHERE statement = %s", form["statement"])
    told(
        Line("F16", "Table locked by another session", f"for {HELD_SECONDS} s", back_in, 1 - kept[0][0], doubled(site))
    )
    assert (answer.status_code, kept) == (302, [(1,)])
    assert (doubled(site), chain_is_whole(site)) == (0, True)


# --- On SQLite ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Small:
    """A site as one machine runs it: one web service on a file."""

    room: Path
    port: int

    @property
    def address(self) -> str:
        """Where people find it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        """None is needed."""
        return self.room / "none"

    @property
    def record(self) -> Path:
        """The file."""
        return self.room / "record.sqlite3"

    def run(self, *command: str) -> str:
        """Run one of its commands."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=TOP,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Return what it is told: hardly anything."""
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        bind = f"--bind 127.0.0.1:{self.port}"
        return {
            "PATH": path,
            "DATABASE_URL": f"sqlite:///{self.record}",
            "VAR_DIR": str(self.room),
            "GUNICORN_CMD_ARGS": bind,
        }


@pytest.fixture
def small(tmp_path) -> Iterator[Small]:
    """Give a site on SQLite, with one member."""
    site = Small(tmp_path, free_port())
    site.run("shell", "-v0", "-c", PREPARE)
    with Children() as children:
        children.start("web", processes()["web"], env=site.environment(), cwd=TOP, log=tmp_path / "web.log")
        limit = time.monotonic() + PATIENCE_SECONDS
        while not answers(site.port):
            assert time.monotonic() < limit, (tmp_path / "web.log").read_text()
            time.sleep(0.1)
        yield site


def _held(site: Small, seconds: float) -> "subprocess.Popen[str]":
    """Have another process hold the file's lock for so long; return once it does."""
    command = [sys.executable, "-c", HOLD, str(site.record), str(seconds)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert other.stdout
    with other.stdout:
        assert other.stdout.readline() == "held\n"
    return other


TELL = """
from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.models import Note, StatusUpdate
print(StatusUpdate.objects.count(), Note.objects.count(), Entry.objects.filter(verb="milestones.post_update").count(),
    first_broken_entry() or "whole")
"""


def test_a_save_waits_while_another_process_holds_the_file(small, told):
    person = Member(small, "writer0@agency.test")
    person.sign_in()
    form = _form(person, "Sent while the file was locked.")

    other = _held(small, HELD_SECONDS)
    reading = person.ask("/milestones/2.1/").status_code
    answer = person.ask(PATH, form)
    begun = time.monotonic()
    other.wait(PATIENCE_SECONDS)
    back_in = time.monotonic() - begun

    assert (reading, answer.status_code) == (200, 302)
    assert small.run("shell", "-v0", "-c", TELL).split() == ["1", "1", "1", "whole"]
    told(Line("F16", "SQLite file locked by another process", f"for {HELD_SECONDS} s", back_in, 0, 0))


@pytest.mark.long
def test_a_save_is_refused_in_words_when_the_file_stays_locked(small, told):
    person = Member(small, "writer0@agency.test")
    person.sign_in()
    form = _form(person, "Sent while the file was locked.")

    other = _held(small, 45)
    try:
        refused = person.ask(PATH, form, seconds=40)
    finally:
        other.terminate()
        other.wait(PATIENCE_SECONDS)
    left = small.run("shell", "-v0", "-c", TELL).split()
    sent_again = person.ask(PATH, form)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "Nothing was saved" in refused.text
    assert left == ["0", "0", "0", "whole"]
    assert sent_again.status_code == 302
    told(Line("F16", "SQLite file stays locked", "past the 20 s that the site waits", 0.0, 0, 0))
