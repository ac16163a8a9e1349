"""Is each thing done once when two schedules, two workers and an operator's command begin at one moment?

(F5, F6, R51)
"""

import contextlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from esc_tracker.journal.acts import LOCK
from reports.management.commands.run_due_jobs import JOBS
from tests.faults.conftest import WEEKS
from tests.faults.installation import BEATS, WORKERS, Installation
from tests.faults.table import Line, chain_is_whole, doubled, drafted

pytestmark = pytest.mark.faults
COMMANDS = 2
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
BAD = re.compile(r'"level": ?"(?:error|critical)"|Traceback|IntegrityError|CRITICAL|ERROR', re.IGNORECASE)


@contextlib.contextmanager
def _barrier(site: Installation) -> Iterator[None]:
    """Hold the journal's lock until the block ends: who comes to write waits, then all go on at one moment."""
    with contextlib.closing(psycopg2.connect(site.database.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield
        connection.rollback()


def _count(site: Installation, what: str) -> int:
    return site.ask(f"SELECT count(*) FROM {what}")[0][0]  # noqa: S608 - our own words


def _settled(site: Installation) -> bool:
    """Say whether every report is drafted, everybody was told, and no mail waits."""
    waiting = _count(site, "reports_delivery WHERE sent_at IS NULL") + _count(
        site, "reports_telling WHERE delivery_id IS NULL"
    )
    return drafted(site) == WEEKS and _count(site, "reports_delivery") > 0 and not waiting


def test_two_schedules_two_workers_and_two_commands_at_one_moment_do_each_thing_once(site, told):
    with ThreadPoolExecutor(COMMANDS) as pool:
        with _barrier(site):
            site.start(*WORKERS, *BEATS)
            commands = [pool.submit(site.manage, "run_due_jobs", service="worker") for _ in range(COMMANDS)]
            # Two children of each worker, and the commands.
            site.wait(lambda: site.ask(WAITING)[0][0] >= 2 * len(WORKERS) + COMMANDS, "all stand before the same door")
        done = [command.result() for command in commands]
    recovered_in = site.wait(lambda: _settled(site), "all is done")
    again = site.manage("run_due_jobs", service="worker")

    assert [each.returncode for each in (*done, again)] == [0] * (COMMANDS + 1)
    assert [line.partition(":")[0] for line in again.stdout.splitlines()][: len(JOBS)] == list(JOBS)
    assert "drafted 0" in again.stdout
    assert _count(site, "journal_entry WHERE verb = 'reports.draft'") == drafted(site) == WEEKS
    assert _count(site, "journal_entry WHERE verb = 'milestones.open_call'") == _count(site, "milestones_call")
    assert _count(site, "milestones_overdueflag") > 0
    sent = [(message["To"], message["Subject"], message["Message-ID"]) for message in site.sink.messages]
    assert len(sent) == len(set(sent)) == _count(site, "reports_delivery WHERE error = ''")
    said = [site.log(name) for name in (*WORKERS, *BEATS)] + [each.stdout + each.stderr for each in (*done, again)]
    assert [line for words in said for line in words.splitlines() if BAD.search(line)] == []
    found = doubled(site)
    told(Line("F5", "Two schedules", "two beats throughout", recovered_in, 0, found))
    told(Line("F6", "Two workers and commands at once", "released from one lock together", recovered_in, 0, found))
    assert (found, chain_is_whole(site)) == (0, True)
