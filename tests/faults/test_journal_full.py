"""What happens as deployed when the journal can take no entry: the right is gone, or the disk is full? (F12, R42)"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.faults.installation import WEB, Installation
from tests.faults.member import Member, hidden
from tests.faults.table import Line, chain_is_whole, doubled, lost

pytestmark = pytest.mark.faults
PATH = "/milestones/2.1/update/"
COUNTS = "SELECT (SELECT count(*) FROM milestones_statusupdate), (SELECT count(*) FROM journal_entry)"
SIZE = "24m"
BALLAST = "INSERT INTO ballast SELECT repeat('x', 500) FROM generate_series(1, %s)"


def _form(person: Member, statement: str) -> dict[str, str]:
    page = person.ask(PATH).text
    seen = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "version")}
    return {"statement": statement, "status": "in_progress", "outlook": "on_track", "forecast": "2027-12", **seen}


def _refused(site: Installation, person: Member, form: dict[str, str]) -> None:
    """Send a save that must not be taken; hold the answer, the record and the operator's line to what they must say."""
    before = site.ask(COUNTS)
    answer = person.ask(PATH, form)
    reading = person.ask("/milestones/2.1/")
    assert (answer.status_code, answer.headers["Retry-After"], reading.status_code) == (503, "5", 200)
    assert "Nothing was saved" in answer.text
    assert site.ask(COUNTS) == before
    said = "".join(site.log(name) for name in WEB)
    assert "not_written" in said
    assert form["statement"] not in said


def test_a_change_is_refused_while_the_site_may_not_add_to_the_journal(site, members, told):
    site.start(*WEB, "proxy")
    (person,) = members(1)
    form = _form(person, "Sent while the journal was closed.")

    site.ask("REVOKE INSERT ON journal_entry FROM esc_site")
    _refused(site, person, form)
    site.ask("GRANT INSERT ON journal_entry TO esc_site")
    sent_again = person.ask(PATH, form)

    assert sent_again.status_code == 302
    kept = site.ask("SELECT count(*) FROM milestones_statusupdate WHERE statement = %s", form["statement"])
    told(Line("F12", "Journal not writable", "right to add revoked, then given", 0.0, 0, doubled(site)))
    assert (kept, chain_is_whole(site)) == ([(1,)], True)


@pytest.fixture
def small_disk(site, tmp_path_factory) -> Iterator[Path]:
    """Let the journal lie on a small disk of its own."""
    disk = Path(f"{site.database.room}-disk")
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},uid={site.database.user}", "tmpfs", disk], check=True)
    try:
        space = disk / "space"
        space.mkdir()
        os.chown(space, site.database.user, -1)
        site.ask(f"CREATE TABLESPACE small LOCATION '{space}'")
        site.ask("ALTER TABLE journal_entry SET TABLESPACE small")
        yield disk
    finally:
        with contextlib.suppress(psycopg2.Error):
            site.ask("DROP TABLE IF EXISTS ballast")
            site.ask("ALTER TABLE journal_entry SET TABLESPACE pg_default")
            site.ask("DROP TABLESPACE small")
        subprocess.run(["umount", "--lazy", disk], check=True)
        disk.rmdir()


@pytest.mark.long
@pytest.mark.skipif(os.getuid() != 0, reason="needs to mount a small disk")
def test_a_change_is_refused_while_the_disk_of_the_journal_is_full(site, members, told, small_disk):
    site.start(*WEB, "proxy")
    (person,) = members(1)

    site.ask("CREATE TABLE ballast (text text) TABLESPACE small")
    for rows in (4000, 400, 40, 4, 1):  # until not a page is left
        with contextlib.suppress(psycopg2.errors.DiskFull):
            while True:
                site.ask(BALLAST, rows)
    for number in range(40):  # The last page of the journal may have room for a few.
        form = _form(person, f"Words {number}. " + "Sent while the disk was full. " * 60)
        if person.ask(PATH, form).status_code != 302:
            break
        person.acknowledged.append(form["statement"].strip())
    _refused(site, person, form)
    site.ask("DROP TABLE ballast")
    site.ask("CHECKPOINT")
    recovered_in = site.wait(lambda: person.ask(PATH, form).status_code == 302, "the save is taken")

    missing, found = lost(site, person), doubled(site)
    told(Line("F12", "Disk of the journal full", f"{SIZE}B, filled to the last page", recovered_in, missing, found))
    assert (missing, found, chain_is_whole(site)) == (0, 0, True)
