"""Can the role in which the site runs add to the journal and do nothing else to it? (R40; PostgreSQL only)"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from esc_tracker import clock
from esc_tracker.journal.acts import act, first_broken_entry
from esc_tracker.journal.models import Entry
from esc_tracker.security.models import Kind, SecurityEvent
from milestones.models import StatusUpdate
from tests.milestones.pages.saying import send

NAME, PASSWORD = f"esc_site_{os.getpid()}", "of this test only"

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no roles (ADR 0021)")


@pytest.fixture
def seated(transactional_db, settings) -> Iterator[None]:
    """Seat the role as the command does; unseat it afterward."""
    settings.RUNTIME_DATABASE_URL = f"postgres://{NAME}:{PASSWORD.replace(' ', '%20')}@localhost/x"
    call_command("grant_runtime_role", stdout=StringIO())
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {NAME}")
        cursor.execute(f"DROP ROLE {NAME}")


OWNER: dict[str, str] = {}


@contextmanager
def as_owner() -> Iterator[psycopg2.extensions.cursor]:
    """Come to the same database beside Django, as the owner of the tables."""
    place = {"host": connection.settings_dict["HOST"], "port": connection.settings_dict["PORT"]}
    beside = psycopg2.connect(
        dbname=connection.settings_dict["NAME"], user=OWNER["USER"], password=OWNER["PASSWORD"], **place
    )
    beside.autocommit = True
    with closing(beside), beside.cursor() as cursor:
        yield cursor


@pytest.fixture
def as_the_site(seated) -> Iterator[None]:
    """Let Django come to the database as the running site does."""
    owner = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    OWNER.update(owner)
    connection.close()
    connection.settings_dict.update(USER=NAME, PASSWORD=PASSWORD)
    yield
    connection.close()
    connection.settings_dict.update(owner)


def sql(statement: str) -> list:
    """Run one statement; return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def write() -> None:
    """Do one act on the record."""
    with act("test", by=None, about="4.3") as this:
        this.after = {"status": "in_progress"}


@on_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET about = 'x'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry",
        "TRUNCATE journal_entry CASCADE",
        "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
        "ALTER TABLE journal_entry DROP COLUMN digest",
        "ALTER TABLE journal_entry OWNER TO CURRENT_USER",
        "CREATE RULE quiet AS ON INSERT TO journal_entry DO INSTEAD NOTHING",
        "CREATE TRIGGER t BEFORE INSERT ON journal_entry EXECUTE FUNCTION tsvector_update_trigger()",
        "DROP TABLE journal_entry",
        "ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_chained",
        "DROP SCHEMA public CASCADE",
        "SET session_replication_role = replica",
        "CREATE TABLE journal_entry_2 ()",
        "SELECT * FROM journal_entry FOR UPDATE",
        "INSERT INTO journal_entry SELECT * FROM journal_entry ON CONFLICT (number) DO UPDATE SET about = 'x'",
        "DELETE FROM django_migrations",
    ],
)
def test_the_site_cannot(as_the_site, statement):
    write()
    before = sql("SELECT * FROM journal_entry")

    with pytest.raises(DatabaseError) as refused:
        sql(statement)

    assert isinstance(refused.value.__cause__, psycopg2.errors.InsufficientPrivilege)
    assert (sql("SELECT CURRENT_USER"), sql("SELECT * FROM journal_entry")) == ([(NAME,)], before)


@on_postgresql
def test_the_site_gives_itself_no_right(as_the_site):
    write()

    sql("GRANT UPDATE ON journal_entry TO CURRENT_USER")  # PostgreSQL warns, and grants nothing

    assert sql("SELECT has_table_privilege(CURRENT_USER, 'journal_entry', 'UPDATE')") == [(False,)]


@on_postgresql
def test_the_site_writes_a_whole_update_through_its_page(as_the_site, plan, ice):
    browser = Client()
    browser.force_login(ice)

    answer = send(browser)

    assert answer.status_code == 302, answer.content.decode()
    assert sql("SELECT CURRENT_USER") == [(NAME,)]
    entry = Entry.objects.order_by("number").last()
    assert (entry.verb, entry.by, entry.request_id) == ("milestones.post_update", ice, answer.headers["X-Request-ID"])
    assert StatusUpdate.objects.count() == 1
    assert first_broken_entry() == ""


@on_postgresql
def test_the_site_purges_the_security_log(as_the_site):
    long_ago = clock.wall() - timedelta(days=2000)
    SecurityEvent.objects.create(happened_at=long_ago, kind=Kind.SIGNED_OUT, source="web")

    call_command("purge", stdout=StringIO())

    assert not SecurityEvent.objects.filter(kind=Kind.SIGNED_OUT).exists()
    assert SecurityEvent.objects.get().kind == Kind.PURGED


@on_postgresql
def test_seating_again_takes_back_what_was_given_by_hand(seated):
    sql(f"GRANT UPDATE, DELETE, TRUNCATE ON journal_entry TO {NAME}")

    call_command("grant_runtime_role", stdout=StringIO())

    rights = [
        right
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
        if sql(f"SELECT has_table_privilege('{NAME}', 'journal_entry', '{right}')") == [(True,)]
    ]
    assert rights == ["SELECT", "INSERT"]


@on_postgresql
def test_a_role_that_owns_the_tables_or_nothing_at_all_is_refused(transactional_db, settings):
    owner = connection.settings_dict["USER"]
    for url in ("", "postgres://somebody@localhost/x", f"postgres://{owner}:secret@localhost/x"):
        settings.RUNTIME_DATABASE_URL = url

        with pytest.raises(CommandError):
            call_command("grant_runtime_role", stdout=StringIO())


@on_postgresql
def test_an_update_is_refused_while_the_site_may_not_add_to_the_journal(as_the_site, plan, ice, caplog):
    browser = Client(raise_request_exception=False)
    browser.force_login(ice)
    entries = Entry.objects.count()
    with as_owner() as owner:
        owner.execute(f"REVOKE INSERT ON journal_entry FROM {NAME}")

    answer = send(browser)
    reading = browser.get("/milestones/4.3/")

    assert (answer.status_code, reading.status_code) == (503, 200)
    assert "Nothing was saved" in answer.content.decode()
    assert answer.headers["X-Request-ID"] in answer.content.decode()
    assert any(record.levelname == "ERROR" and "not_written" in str(record.msg) for record in caplog.records)
    assert (StatusUpdate.objects.count(), Entry.objects.count()) == (0, entries)

    with as_owner() as owner:
        owner.execute(f"GRANT INSERT ON journal_entry TO {NAME}")

    assert send(browser).status_code == 302
    assert Entry.objects.count() == entries + 1
