"""Does the operator's check find what a superuser changed, and is a restored backup the same? (F18, R41, R50)"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.servers import TOP
from tests.faults.installation import WEB, WORKERS, Installation
from tests.faults.table import Line, chain_is_whole

pytestmark = pytest.mark.faults
UNGUARD = "ALTER TABLE journal_entry DISABLE TRIGGER ALL"
SWAP = """
UPDATE journal_entry SET number = 1000000 WHERE number = {first};
UPDATE journal_entry SET number = {first} WHERE number = {second};
UPDATE journal_entry SET number = {second} WHERE number = 1000000
"""
TABLES = (
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' "
    "ORDER BY table_name"
)


def verified(site: Installation, *words: str, **told: str) -> "subprocess.CompletedProcess[str]":
    """Run the check, as the operator does."""
    return site.manage("verify_record", *words, **told)


@pytest.fixture
def anchor(site, members) -> str:
    """Let a member write five words through the site, and take an anchor, as the operator does each day."""
    site.start(*WEB, "proxy")
    [member] = members(1)
    for number in range(5):
        assert member.save("5.1", f"Words {number}.")
    assert chain_is_whole(site)
    return site.manage("export_anchor").stdout.strip()


@pytest.mark.parametrize(
    ("what", "by", "found"),
    [
        pytest.param(
            "One entry changed",
            "UPDATE journal_entry SET after = jsonb_set(after, '{{statement}}', '\"Other words.\"') WHERE number = {n}",
            r"Entry {n} \(\S+ 5.1\) is not what was written",
            id="changed",
        ),
        pytest.param(
            "One entry removed", "DELETE FROM journal_entry WHERE number = {n}", "Entry {n} is missing", id="removed"
        ),
        pytest.param("Two entries swapped", SWAP, r"Entry {n} \(\S+ \S+\) is not what was written", id="swapped"),
    ],
)
def test_what_a_superuser_did_to_the_journal_is_found_at_its_first_entry(site, anchor, told, what, by, found):
    last = int(anchor.partition(":")[0])
    first = last - 3
    statement = by.format(n=first, first=first, second=last - 1)

    site.ask(UNGUARD)
    for each in filter(None, (part.strip() for part in statement.split(";"))):
        site.ask(each)
    checked = verified(site)

    assert checked.returncode == 1
    assert re.search(found.format(n=first), checked.stderr), checked.stderr
    told(
        Line("F18", what, "SQL as superuser, triggers disabled", None, 0, 0, "verify_record names the first bad entry")
    )


def test_a_cut_end_of_the_journal_is_found_by_its_anchor(site, anchor, told):
    last = int(anchor.partition(":")[0])

    site.ask(UNGUARD)
    site.ask("DELETE FROM journal_entry WHERE number > %s", last - 3)
    alone, with_anchor = verified(site), verified(site, "--anchor", anchor)

    assert with_anchor.returncode == 1
    assert f"Entry {last - 2} is missing, and all after it" in with_anchor.stderr
    assert "journal" not in alone.stderr
    held = "verify_record --anchor names the first that is missing"
    told(Line("F18", "The last three entries cut off", "SQL as superuser, triggers disabled", None, 0, 0, held))


def test_the_site_itself_can_neither_change_nor_remove_an_entry(site, anchor):
    as_site = "from django.db import connection; connection.cursor().execute({!r})"

    for statement in ("UPDATE journal_entry SET about = '9.9'", "DELETE FROM journal_entry", "TRUNCATE journal_entry"):
        refused = site.manage("shell", "-v0", "-c", as_site.format(statement))
        assert refused.returncode != 0
        assert "permission denied" in refused.stderr

    assert verified(site, "--anchor", anchor).returncode == 0


def test_a_backup_restored_beside_the_running_site_is_the_same_record(site, anchor, tmp_path, told):
    site.start(*WORKERS)
    assert site.manage("run_due_jobs").returncode == 0
    file = tmp_path / "esc.backup"

    _backup("take", file, site.database.url)
    site.ask("DROP DATABASE IF EXISTS restored", database="postgres")
    site.ask("CREATE DATABASE restored", database="postgres")
    restored = f"{site.database.url.rpartition('/')[0]}/restored"
    _backup("restore", file, restored)

    try:
        there = verified(site, "--anchor", anchor, DATABASE_URL=restored)
        assert (there.returncode, there.stderr) == (0, "")
        assert there.stdout == verified(site, "--anchor", anchor).stdout
        tables = [table for (table,) in site.ask(TABLES)]
        assert [table for (table,) in site.ask(TABLES, database="restored")] == tables
        for table in ("journal_entry", "milestones_statusupdate", "reports_weeklyreport", "accounts_user"):
            told_apart = f"SELECT count(*), md5(string_agg(one::text, chr(10) ORDER BY one::text)) FROM {table} one"  # noqa: S608 - our own words
            assert site.ask(told_apart) == site.ask(told_apart, database="restored"), table
    finally:
        site.ask("DROP DATABASE restored WITH (FORCE)", database="postgres")
    held = "Every row of the record is equal, verify_record and the anchor hold"
    told(Line("F18", "Backup restored", "taken while the site runs", None, 0, 0, held))


def _backup(what: str, file: Path, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.backup", what, file],
        cwd=TOP,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
