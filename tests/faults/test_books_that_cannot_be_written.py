"""What happens to the record when its journal takes no more, and is it whole again afterward? (R42; F12)"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import OperationalError, connection
from django.test import Client

from esc_tracker.journal.acts import first_broken_entry
from esc_tracker.journal.models import Entry
from milestones.models import Milestone, Note, StatusUpdate
from tests.milestones.pages.saying import send
from tests.tampering import refusing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(plan, ice) -> Client:
    """ICE's member in a browser."""
    client = Client(raise_request_exception=False)
    client.force_login(ice)
    return client


@contextmanager
def full_disk() -> Iterator[None]:
    """Let the file of SQLite grow no further."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ballast (text)")
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        with suppress(OperationalError):  # "database or disk is full"
            while True:  # What is free inside the file is used up first.
                cursor.execute("INSERT INTO ballast VALUES (hex(randomblob(400)))")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
            cursor.execute("DROP TABLE ballast")


def state() -> tuple:
    """Return what an update writes."""
    versions = list(Milestone.objects.order_by("pk").values_list("pk", "version"))
    return StatusUpdate.objects.count(), Note.objects.count(), Entry.objects.count(), versions


def assert_refused_and_told(answer, caplog) -> None:
    """Hold the page and the operator's line to what they must say."""
    page = answer.content.decode()
    reference = answer.headers["X-Request-ID"]
    assert answer.status_code == 503
    assert "Nothing was saved" in page
    assert f"<code>{reference}</code>" in page
    assert [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "Two of five sessions held." not in json.dumps([str(record.msg) for record in caplog.records])


def assert_reads_and_recovers(browser, version: str) -> None:
    """Read, then save what was refused."""
    assert browser.get("/milestones/4.3/").status_code == 200
    written = Entry.objects.count()
    assert send(browser, version=version, note="A remark.").status_code == 302
    assert Entry.objects.count() == written + 1
    assert first_broken_entry() == ""


def test_an_update_is_refused_while_the_journal_takes_no_entry(browser, caplog):
    before = state()

    with refusing(Entry):
        answer = send(browser, note="A remark.")
        reading = browser.get("/milestones/4.3/")

    assert_refused_and_told(answer, caplog)
    assert any("not_written" in str(record.msg) and "journal" in str(record.msg) for record in caplog.records)
    assert reading.status_code == 200
    assert state() == before
    assert_reads_and_recovers(browser, version="0")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file that is full")
def test_an_update_is_refused_while_the_file_is_full(browser, caplog):
    browser.get("/milestones/4.3/")

    with full_disk():
        for version in range(40):  # The first may find room in a page that is there.
            before = state()
            answer = send(browser, version=str(version), note=f"Remark {version}. " * 60)
            if answer.status_code != 302:
                break
        reading = browser.get("/milestones/4.3/")

    assert_refused_and_told(answer, caplog)
    assert reading.status_code == 200
    assert state() == before
    assert_reads_and_recovers(browser, version=str(version))
